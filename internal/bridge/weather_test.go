package bridge

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// habits are quirks that any SMSC may have together with any others, and whose chance leaves time for messages to
// pass in between.
var habits = []string{
	"no-version", "wrong-bind-resp", "early-enquire", "one-segment", "unbind-after=3m", "close-after=5m", "ghost-session=40s",
	"error-body", "error-tlvs", "echo-sequence", "reorder=3", "late=3s*200", "late=32s*20", "throttle=10%",
	"queue-full=5%", "nack=5%", "throttle-nack=5%", "refuse=ESME_RSYSERR*40", "refuse=0x455*40", "wrong-id-base", "padded-id",
	"strange-receipt", "payload-receipt", "ucs2-receipt", "plain-receipt", "receipt-class", "bare-tlvs", "receipt-first=30%",
	"intermediate=30%", "duplicate-receipt=30%", "flood", "cut-tlv", "garbage-address", "data-sm",
	"lose=3%", "drop-before=3%", "drop-after=3%", "swallow-responses=2%", "duplicate-response=20%", "cut-pdu=2%", "dribble=20%",
	"garbage=1%", "short-length=1%", "unknown-command=20%", "close-on-bind=30%", "nat-drop=25s", "mute-enquire=10%",
}

// Several at once, drawn from a seed: nothing is lost, what arrives more than once was in doubt, and each phone
// gets its messages in the order in which they were said, where the window is one and nothing was refused or in
// doubt.
func TestWeatherOfQuirks(t *testing.T) {
	const messages, phones = 250, 12
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(seed, 53))
				var quirks []string
				for _, i := range rng.Perm(len(habits))[:6] {
					quirks = append(quirks, habits[i])
				}
				faults := strings.Join(quirks, ",")
				single := seed%2 == 0
				u := newBubble(t, faults, func(r *rig) {
					r.far.Seed = seed + 1
					if single {
						r.account.Window = 1
					}
				})
				t.Log(faults)
				var ids []queue.ID
				var texts []string
				phone := make([]int, messages)
				for i := range messages {
					text := fmt.Sprintf("message %d", i)
					if rng.IntN(8) == 0 {
						text += strings.Repeat(" and more of it", 20)
					}
					phone[i] = rng.IntN(phones)
					to, err := sms.ParseAddress(fmt.Sprintf("+3598881234%02d", phone[i]))
					if err != nil {
						t.Fatal(err)
					}
					m := sms.Message{To: to, Text: text, Class: sms.Alarm, Receipt: true}
					ids, texts = append(ids, u.accept(m)), append(texts, text)
				}
				if !u.until(20*time.Hour, func() bool { return u.ended(ids) }) {
					t.Fatalf("not all ended; log:\n%s", u.lines.String())
				}
				at := map[string]int{}
				times := map[string]int{}
				for i, m := range u.smsc.Messages() {
					if _, ok := at[m.Text]; !ok && m.Missing == 0 {
						at[m.Text] = i
					}
					times[m.Text] += m.Copies
				}
				doubles := 0
				last := map[int]int{}
				for i, text := range texts {
					all, e := u.steps(ids[i])
					doubt := strings.Contains(all, string(StepInDoubt))
					if times[text] == 0 {
						t.Errorf("%q is lost: %s (%s)", beginning(text), all, e.Detail)
						continue
					}
					if times[text] > 1 {
						if doubles++; !doubt {
							t.Errorf("%q arrived %d times and was not in doubt: %s", beginning(text), times[text], all)
						}
					}
					if e.Step != StepDelivered && e.Step != StepAccepted {
						t.Errorf("%q ended as %s: %s", beginning(text), e.Step, all)
					}
					if !single || doubt || strings.Contains(all, "retry") {
						continue
					}
					if before, ok := last[phone[i]]; ok && at[texts[before]] > at[text] {
						t.Errorf("phone %d: %q is before %q", phone[i], beginning(text), beginning(texts[before]))
					}
					last[phone[i]] = i
				}
				binds, gap := u.binds()
				t.Logf("%d messages in %v, %d more than once, %d sessions, %v without one at most, %d connections at once", messages,
					time.Since(u.began).Round(time.Second), doubles, binds, gap.Round(time.Second), u.sockets())
				if n := u.sockets(); n > 1 {
					t.Errorf("%d connections at once", n)
				}
			})
		})
	}
}
