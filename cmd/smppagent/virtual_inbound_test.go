package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"smppagent/internal/bridge"
	"smppagent/internal/modem/virtual"
	"smppagent/internal/pdu"
	"smppagent/internal/queue"
)

// Optional parameters light the lamp too, with their number: SMPP 3.4 §5.3.2.13, §5.3.2.18. A message that cannot
// stand in a TPDU as it is comes all the same.
func TestMailboxLamp(t *testing.T) {
	cfg := virtual.Default()
	cfg.Name, cfg.PTY, cfg.Number = "desk", "ttyVM0", "+359888000001"
	agent := virtual.Agent{Zone: time.UTC}
	ports, err := virtual.New([]virtual.Config{cfg}, t.TempDir(), agent, "1.0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	box := virtualMailbox(ports)
	dest := pdu.Address{TON: 1, NPI: 1, Addr: "359888000001"}
	var tlvs pdu.TLVs
	tlvs.AddUint8(pdu.TagMsMsgWaitFacilities, 0x80)
	tlvs.AddUint8(pdu.TagNumberOfMessages, 2)
	for i, in := range []bridge.Inbound{
		{Source: pdu.Address{TON: 1, NPI: 1, Addr: "359888000111"}, Dest: dest, ShortMessage: []byte("2 new"), TLVs: tlvs},
		{Source: pdu.Address{TON: 1, NPI: 1, Addr: "VOICEMAIL"}, Dest: dest, ShortMessage: []byte("letters, and called a number")},
		{Source: pdu.Address{}, Dest: dest, ShortMessage: []byte("of nobody")},
		{Source: pdu.Address{TON: 5, NPI: 0, Addr: "A Very Long Sender's Name"}, Dest: dest, ShortMessage: []byte("long sender")},
		{Source: pdu.Address{TON: 7, NPI: 15, Addr: "12345678901234567890"}, Dest: dest, ShortMessage: []byte("long number")},
		{Source: pdu.Address{TON: 5, NPI: 0, Addr: "Бойлер"}, Dest: dest, ShortMessage: []byte("no GSM letters")},
	} {
		if !box.Wants(&in) {
			t.Fatalf("message %d is not wanted", i)
		}
		if err := box.Take(context.Background(), queue.ID(i+1), &in); err != nil {
			t.Errorf("message %d from %q: %v", i, in.Source.Addr, err)
		}
	}
	if s := ports.Status()[0]; s.Stored != 6 {
		t.Errorf("%d are stored, want 6", s.Stored)
	}
}
