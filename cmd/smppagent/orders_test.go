package main

import (
	"strings"
	"testing"
)

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
