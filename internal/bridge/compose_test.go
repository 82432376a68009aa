package bridge

import (
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// validity_period is what is left, and never more than the message was given: a board without a clock wakes
// in 1970 or in 2000, decades before the time of expiry that was noted when the clock was right.
func TestValidityLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &Bridge{cfg: Default()}
		for _, tt := range []struct {
			expires time.Time
			own     time.Duration
			want    time.Duration
		}{
			{time.Now().Add(time.Hour), 0, time.Hour},
			{time.Now().Add(26 * 365 * 24 * time.Hour), 0, sms.Alarm.Validity()},
			{time.Now().Add(26 * 365 * 24 * time.Hour), 48 * time.Hour, 48 * time.Hour},
			{time.Now().Add(-time.Hour), 0, 0}, // sent again by hand
			{time.Time{}, 0, 0},
		} {
			m := &tracked{msg: message("Water in the cellar"), item: queue.Item{Entry: queue.Entry{Expires: tt.expires}}}
			m.msg.Validity = tt.own
			got := b.compose(&link{Link: Link{Profile: DefaultProfile()}}, m, part{}).ValidityPeriod
			if want := pdu.RelativeTime(tt.want); got != want {
				t.Errorf("expires %v, own validity %v: validity_period %q, want %q", tt.expires, tt.own, got, want)
			}
		}
	})
}
