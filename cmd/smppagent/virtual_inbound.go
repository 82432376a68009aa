package main

import (
	"context"
	"path/filepath"

	"smppagent/internal/bridge"
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
			return ports.Take(ctx, virtual.Message{Key: uint64(id), SMS: in.Message(), At: in.Received})
		},
	}
}

// address is an address of SMPP as the rest of the agent writes it.
func address(a pdu.Address) sms.Address {
	return sms.Address{TON: sms.TON(a.TON), NPI: sms.NPI(a.NPI), Addr: a.Addr}
}
