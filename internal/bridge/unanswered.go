package bridge

import (
	"bytes"
	"slices"
	"sync"
	"time"

	"smppagent/internal/pdu"
)

const (
	unansweredMost = 64               // messages remembered; the oldest is forgotten first
	unansweredFor  = 10 * time.Minute // how long an SMSC may take to bring one again
)

// unanswered remembers the short messages that are on flash although their answer did not get out:
// the same again, within a while, is that message and not a second one. It is not kept over a
// restart; a message may then be there twice, which is better than not at all.
type unanswered struct {
	mu   sync.Mutex
	list []unansweredMessage
}

type unansweredMessage struct {
	pdu  *pdu.DeliverSM
	came time.Time
}

func (u *unanswered) add(d *pdu.DeliverSM) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.list) == unansweredMost {
		u.list = slices.Delete(u.list, 0, 1)
	}
	u.list = append(u.list, unansweredMessage{d, time.Now()})
}

// take reports whether d is remembered, and forgets it.
func (u *unanswered) take(d *pdu.DeliverSM) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.list = slices.DeleteFunc(u.list, func(x unansweredMessage) bool { return time.Since(x.came) > unansweredFor })
	i := slices.IndexFunc(u.list, func(x unansweredMessage) bool { return same(x.pdu, d) })
	if i < 0 {
		return false
	}
	u.list = slices.Delete(u.list, i, i+1)
	return true
}

// same reports whether a and b are one short message delivered twice.
func same(a, b *pdu.DeliverSM) bool {
	return a.Source == b.Source && a.Dest == b.Dest && a.ESMClass == b.ESMClass &&
		a.DataCoding == b.DataCoding && bytes.Equal(a.UserData(), b.UserData())
}
