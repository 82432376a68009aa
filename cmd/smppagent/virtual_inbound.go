package main

import (
	"context"
	"path/filepath"

	"smppagent/internal/bridge"
	"smppagent/internal/modem/tpdu"
	"smppagent/internal/modem/virtual"
	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// virtualDir is where the modems of others keep their messages.
func (c *config) virtualDir() string { return filepath.Join(c.Agent.StateDir, "virtual") }

// virtualMailbox gives the ports the inbound messages that are for them.
func virtualMailbox(ports *virtual.Ports) bridge.Mailbox {
	return bridge.Mailbox{
		Wants: func(in *bridge.Inbound) bool { return ports.Wants(address(in.Dest)) },
		Take: func(ctx context.Context, id queue.ID, in *bridge.Inbound) error {
			return ports.Take(ctx, virtual.Message{Key: uint64(id), SMS: inboundMessage(in), At: in.Received})
		},
	}
}

// inboundMessage is what a modem is to receive: the header, the class and the lamp as they came, and the text in
// whichever alphabet it fits.
func inboundMessage(in *bridge.Inbound) sms.Message {
	m := sms.Message{From: address(in.Source), To: address(in.Dest), ProtocolID: in.ProtocolID, ReplyPath: in.ESMClass&0x80 != 0}
	d := in.ShortMessage
	if in.ESMClass.UDHI() && len(d) > 1 && int(d[0]) > 0 && int(d[0]) < len(d) {
		m.UDH, d = d[:1+int(d[0])], d[1+int(d[0]):]
	}
	coding := tpdu.DCS(in.DataCoding)
	switch {
	case coding >= 0xF0: // of a message class: SMPP 3.4 §5.2.19, TS 23.038 §4
		m.MessageClass = coding.Class()
	case coding >= 0xC0:
		m.Waiting = coding.Waiting()
	}
	if w, ok := sms.WaitingOfUDH(m.UDH); ok {
		m.Waiting = w
	}
	if coding >= 0xF0 && coding.Alphabet() == sms.Octets || in.DataCoding == pdu.CodingOctets || in.DataCoding == pdu.CodingOctets1 {
		m.Data, m.Alphabet = append([]byte{}, d...), sms.Octets
		return m
	}
	m.Text = in.Text()
	return m
}

// address is an address of SMPP as the rest of the agent writes it.
func address(a pdu.Address) sms.Address {
	return sms.Address{TON: sms.TON(a.TON), NPI: sms.NPI(a.NPI), Addr: a.Addr}
}
