package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"smppagent/internal/door"
	"smppagent/internal/sms"
)

// Programs that wait for receipts leave room for people who want to know what is the matter.
func TestFollowersLeaveRoom(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.faults("no-receipt=on")
	s.start()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	order := sendOrder{To: "+359888123456", Text: "wait", Class: sms.Alarm, Receipt: true, Wait: true}
	taken := make(chan struct{}, maxFollowing)
	for range maxFollowing {
		wg.Go(func() {
			first := true
			err := door.Call(ctx, s.socket(), opSend, order, func(json.RawMessage) error {
				if first {
					taken <- struct{}{}
				}
				first = false
				return nil
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("who waits was told %v", err)
				taken <- struct{}{}
			}
		})
	}
	for range maxFollowing {
		<-taken
	}
	s.fails(exitLater, []string{"12 programs wait", "--no-wait"}, "send", "--to", "+359888123456", "--text", "one more", "--receipt")
	s.sends(exitOK, []string{"is on flash"}, "--text", "short", "--no-wait")
	if out, errs, code := s.verb("status"); code != exitOK {
		t.Errorf("status ended with %d: %s%s", code, out, errs)
	}
	stop()
	wg.Wait()
	s.until("there is room again", func() bool {
		_, _, code := s.verb("send", "--to", "+359888123456", "--text", "after")
		return code == exitOK
	})
	if n := s.arrived()["one more"]; n != 0 {
		t.Errorf("what was refused arrived %d times", n)
	}
	s.ends()
}

// A key says that a text is to be sent once. Who waits for its fate is not kept waiting for ever when
// it was settled before: accepted and gone, or failed and kept.
func TestSendWithKnownKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	send := []string{"send", "--to", "+359888123456", "--text", "once", "--key", "k1"}
	if out, errs, code := s.verb(send...); code != exitOK || !strings.Contains(out, "accepted") {
		t.Fatalf("send ended with %d: %s%s", code, out, errs)
	}
	if out, errs, code := s.verb(send...); code != exitInDoubt || !strings.Contains(errs, "was sent before") {
		t.Errorf("the second send ended with %d: %s%s", code, out, errs)
	}
	s.deliver(1, "once")

	s.faults("refuse=ESME_RINVDSTADR*1")
	send = []string{"send", "--to", "+359888123456", "--text", "wrong", "--key", "k2"}
	for range 2 {
		if out, errs, code := s.verb(send...); code != exitFailed || !strings.Contains(errs, "ESME_RINVDSTADR") {
			t.Errorf("send of what is refused ended with %d: %s%s", code, out, errs)
		}
	}
}
