package sim

import (
	"fmt"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// SendMO has a phone with number from send text to an ESME, as deliver_sm of as many segments as it
// takes. They are kept until the ESME has taken them. When to is empty it is an answer: it goes to the
// number that wrote to from last or else that wrote last at all, and failing both to Config.Number.
// The error says which address or text cannot be.
func (s *SMSC) SendMO(from, to, text string) error {
	source, err := sms.ParseAddress(from)
	if err != nil {
		return fmt.Errorf("sim: MO from: %w", err)
	}
	partner := s.book.partner(source.String())
	dest := sms.Address{TON: sms.TON(partner.addr.TON), NPI: sms.NPI(partner.addr.NPI), Addr: partner.addr.Addr}
	if to == "" && (dest.Addr == "" || dest.TON == sms.TONAlphanumeric) {
		to = s.cfg.Number // an alphanumeric sender cannot be answered
	}
	if to != "" {
		if dest, err = sms.ParseAddress(to); err != nil {
			return fmt.Errorf("sim: MO to: %w", err)
		}
	}
	m := sms.Message{From: source, To: dest, Text: text, Ref: uint16(s.book.id())}
	alphabet, segments, err := m.Split(sms.Concat8)
	if err != nil {
		return fmt.Errorf("sim: MO: %w", err)
	}
	var coding pdu.DataCoding
	if alphabet == sms.UCS2 {
		coding = 8
	}
	account := partner.systemID
	if account == "" {
		account = s.hall.receiver()
	}
	about := Event{SystemID: account, From: source.String(), To: dest.String(), Text: text}
	queued := about
	queued.Kind = KindMOQueued
	s.event(queued)
	for i, segment := range segments {
		p := &pdu.DeliverSM{
			Source:       pdu.Address{TON: uint8(source.TON), NPI: uint8(source.NPI), Addr: source.Addr},
			Dest:         pdu.Address{TON: uint8(dest.TON), NPI: uint8(dest.NPI), Addr: dest.Addr},
			DataCoding:   coding,
			ShortMessage: append(append([]byte{}, segment.UDH...), segment.Data...),
		}
		if segment.UDH != nil {
			p.ESMClass = udhi
			about.Part, about.Parts = i+1, len(segments)
		}
		s.owe(&delivery{systemID: account, pdu: p, about: about})
	}
	return nil
}

// Deliver has the SMSC bring p to an ESME that receives, as it is: what phones and other systems make of
// data_coding, esm_class and optional parameters. It is kept until the ESME has taken it.
func (s *SMSC) Deliver(p *pdu.DeliverSM) {
	account := s.hall.receiver()
	s.owe(&delivery{systemID: account, pdu: p, about: Event{SystemID: account, From: p.Source.Addr, To: p.Dest.Addr}})
}
