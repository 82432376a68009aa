package main

import (
	"context"
	"log/slog"
	"strings"

	"smppagent/internal/pdu"
	"smppagent/internal/smpp"
)

// text has 140 octets.
var text = strings.Repeat("0123456789", 14)

// ours is the agent's own client, with a caller that keeps the window full.
func ours(address string, window, n int) error {
	cfg := smpp.Default()
	cfg.Address, cfg.SystemID, cfg.Password, cfg.Window = address, "bench", "secret", window
	c := smpp.NewClient(cfg, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	end := make(chan error, 1)
	go func() { end <- c.Run(ctx) }()
	done := make(chan *smpp.Call, window)
	for i := range n {
		var call *smpp.Call
		if i < window {
			call = &smpp.Call{Done: done, Request: &pdu.SubmitSM{
				Source: pdu.Address{TON: 5, Addr: "bench"}, Dest: pdu.Address{TON: 1, NPI: 1, Addr: "359888123456"},
				RegisteredDelivery: pdu.ReceiptAlways, ShortMessage: []byte(text),
			}}
		} else if call = <-done; call.Err != nil {
			stop()
			<-end
			return call.Err
		}
		if err := c.Start(ctx, call); err != nil {
			stop()
			<-end
			return err
		}
	}
	var err error
	for range min(n, window) {
		if call := <-done; call.Err != nil {
			err = call.Err
		}
	}
	stop()
	if e := <-end; err == nil {
		err = e
	}
	return err
}
