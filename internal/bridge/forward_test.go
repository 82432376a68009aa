package bridge

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/queue"
)

func TestForwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f forwards
		allowed := func(from string, tries int) (n int) {
			for range tries {
				if f.allow(from) {
					f.note(from)
					n++
				}
			}
			return n
		}
		if n := allowed("359888000111", 20); n != forwardsMost {
			t.Errorf("%d of one sender are forwarded, want %d", n, forwardsMost)
		}
		if n := allowed("359888000222", 3); n != 3 {
			t.Errorf("%d of 3 of another sender are forwarded", n)
		}
		<-time.After(forwardsEvery)
		if n := allowed("359888000111", 1); n != 1 || len(f) != 1 {
			t.Errorf("after %v %d is forwarded, %d are remembered", forwardsEvery, n, len(f))
		}
		for n := range 2 * forwardsKnown {
			f.note(fmt.Sprint(n))
		}
		if len(f) != forwardsKnown {
			t.Errorf("%d are remembered, want %d", len(f), forwardsKnown)
		}
	})
}

// Two phones that answer each text by themselves come to an end; what is not forwarded can be read, and
// the oldest of it goes first.
func TestForwardLoop(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) {
		r.cfg.KeepInbound = 1
		r.forward = []Person{
			{Name: "maria", Phone: phone(t, "+359888000111")},
			{Name: "ivan", Phone: phone(t, "+359888000222")},
		}
	})
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" })
	say := func(from string, n int) {
		if err := r.smsc.SendMO(from, "1234", fmt.Sprintf("driving %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	answers := func(from string) int {
		n := 0
		for _, m := range r.smsc.Messages() {
			if strings.HasPrefix(m.Text, from+": driving") {
				n += m.Copies
			}
		}
		return n
	}
	inbox := func() []queue.Item { return r.list(func(item queue.Item) bool { return item.Lane == LaneIn }) }
	for n := range forwardsMost {
		say("+359888000111", n)
		say("+359888000222", n)
		r.await("both answers", func() bool {
			return answers("+359888000111") == n+1 && answers("+359888000222") == n+1 && len(inbox()) == 0
		})
	}
	for n := range 3 {
		say("+359888000111", forwardsMost+n)
		r.await("its place in the inbox", func() bool {
			items := inbox()
			return len(items) == n+1 && items[n].State == queue.Buried
		})
	}
	if n := answers("+359888000111"); n != forwardsMost {
		t.Errorf("%d are forwarded, want %d", n, forwardsMost)
	}
	if got := inbox()[2]; Describe(got).Text != fmt.Sprint("driving ", forwardsMost+2) || !strings.Contains(got.Reason, "more than 10 in an hour") {
		t.Errorf("the inbox has %+v, %q", Describe(got), got.Reason)
	}
	if err := r.b.trim(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := inbox(); len(left) != 1 || Describe(left[0]).Text != fmt.Sprint("driving ", forwardsMost+2) {
		t.Errorf("trimmed to one, the inbox has %d: %+v", len(left), left)
	}
}
