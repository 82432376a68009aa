package bridge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/sim"
	"smppagent/internal/sms"
)

// A pitfallRow is one thing that SMSCs do, and what must hold all the same. The traffic is the same for all:
// three texts and a long one to one phone, then a text from it, some quiet, and a last text. Every message
// must arrive once and in order, with its receipt, and the session must be kept, but for what the row says.
type pitfallRow struct {
	pitfall int
	quirks  string          // what the SMSC does; each must have happened
	strict  string          // what it punishes; none may have happened
	setup   func(*rig)      // the configuration for such an SMSC, where the default will not do
	before  func(*sim.SMSC) // what waits for the agent at the start

	last       Step          // of every message; empty: delivered
	copies     int           // each may arrive; 0: 1
	disorder   bool          // those in flight overtake what was refused
	noReceipt  bool          // is asked for: the messages end when they are accepted
	mayDup     bool          // a text that was in doubt may arrive more often than once, up to copies
	binds      int           // sessions; 0: 1
	gap        time.Duration // longest time without one; 0: 2s
	within     time.Duration // all ends; 0: 30s
	quiet      time.Duration // before the last text; 0: 3 min
	line       string        // what the log says
	lines      int           // how often; 0: 1; -1: at least once
	says       string        // what a line must have in it
	moDisorder bool          // those that were refused for now come behind others
	orphans    int           // receipts that are kept, for nobody waits for them
	mo         []string      // texts from the phone on flash; nil: the one that was sent
	also       func(*testing.T, *bubble)
}

const (
	moText   = "Pump 4 on? Grüße"
	lastText = "the last one"
)

func TestPitfalls(t *testing.T) {
	byNumber := map[int][]pitfallRow{}
	for _, row := range pitfallRows {
		byNumber[row.pitfall] = append(byNumber[row.pitfall], row)
	}
	for n := 1; n <= 52; n++ { // 53 is the modem's
		rows := byNumber[n]
		if len(rows) == 0 {
			continue
		}
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			for _, row := range rows {
				t.Run(strings.Trim(row.quirks+" "+row.strict, " "), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { row.run(t) })
				})
			}
		})
	}
}

// texts is the traffic to the phone: a text of every kind.
func texts() []string {
	return []string{
		"Water", "Pressure 4.2 bar @ pump_3 [€]", "Ветер 20 м/с 🌊",
		strings.Repeat("The river stands at 4.2 m {and} rises. ", 10),
		strings.Repeat("Река 🌊 ", 20),
	}
}

func (row *pitfallRow) run(t *testing.T) {
	faults := strings.Trim(row.quirks+","+row.strict, ",")
	u := newBubble(t, faults, row.setup)
	defer func() {
		if t.Failed() {
			t.Logf("log:\n%s", u.lines.String())
			for _, e := range u.seen {
				e.Text, e.Whole = beginning(e.Text), ""
				t.Log(e)
			}
		}
	}()
	if row.before != nil {
		row.before(u.smsc)
	}
	within, quiet := max(row.within, 30*time.Second), row.quiet
	if row.within > 0 {
		within = row.within
	}
	if quiet == 0 {
		quiet = 3 * time.Minute
	}
	var ids []queue.ID
	sent := texts()
	for _, text := range sent {
		ids = append(ids, u.accept(row.message(text)))
	}
	row.judge(t, u, ids, sent, within)

	if row.mo == nil || len(row.mo) > 0 {
		if err := u.smsc.SendMO("+359888123456", "", moText); err != nil {
			t.Fatal(err)
		}
	}
	want := row.mo
	if want == nil {
		want = []string{moText}
	}
	u.until(within, func() bool { return len(u.inbound()) >= len(want) })
	got := u.inbound()
	if row.moDisorder {
		want = slices.Sorted(slices.Values(want))
		slices.Sort(got)
	}
	if len(want) > 0 && !slices.Equal(got, want) {
		t.Errorf("from the phone on flash: %q, want %q", got, want)
	}
	u.until(quiet, func() bool { return false })
	id := u.accept(row.message(lastText))
	row.judge(t, u, append(ids, id), append(sent, lastText), within)
	row.check(t, u)
	if row.also != nil {
		row.also(t, u)
	}
	for _, name := range names(row.quirks) {
		if u.told(name) == 0 && !slices.Contains(outcomes, name) {
			t.Errorf("%s did not happen", name)
		}
	}
	for _, name := range names(row.strict) {
		if n := u.told(name); n > 0 {
			t.Errorf("the SMSC had to punish us for %s %d times", name, n)
		}
	}
}

// judge waits for the end of the messages ids and judges how it was.
func (row *pitfallRow) judge(t *testing.T, u *bubble, ids []queue.ID, sent []string, within time.Duration) {
	t.Helper()
	began := time.Now()
	if !u.until(within, func() bool { return u.ended(ids) }) {
		for i, id := range ids {
			all, _ := u.steps(id)
			t.Errorf("%q after %v: %s", beginning(sent[i]), within, all)
		}
		t.Fatalf("not all ended within %v", within)
	}
	t.Logf("ended in %v", time.Since(began))
	last := row.last
	if last == "" && row.noReceipt {
		last = StepAccepted
	} else if last == "" {
		last = StepDelivered
	}
	most := max(1, row.copies)
	if last == StepFailed {
		most = row.copies
	}
	var order []int
	for _, s := range u.smsc.Messages() {
		if i := slices.Index(sent, s.Text); i >= 0 {
			order = append(order, i)
		}
	}
	if !slices.IsSorted(order) && !row.disorder {
		t.Errorf("arrived in the order %v", order)
	}
	for i, id := range ids {
		all, e := u.steps(id)
		if e.Step != last {
			t.Errorf("%q ended as %s: %s", beginning(sent[i]), e.Step, all)
		}
		n := u.copies(sent[i])
		if n > most || n < most && !row.mayDup || n == 0 && last != StepFailed {
			t.Errorf("%q arrived %d times, want %d; %s", beginning(sent[i]), n, most, all)
		}
		if n > 1 && !strings.Contains(all, string(StepInDoubt)) {
			t.Errorf("%q arrived %d times and was not in doubt: %s", beginning(sent[i]), n, all)
		}
	}
}

// check judges the session and the log.
func (row *pitfallRow) check(t *testing.T, u *bubble) {
	t.Helper()
	binds, gap := u.binds()
	if most := max(row.gap, 2*time.Second); binds != max(1, row.binds) || gap > most {
		t.Errorf("%d sessions, %v without one; want %d, at most %v", binds, gap, max(1, row.binds), most)
	}
	if row.line != "" {
		if got := u.lines.count(row.line); got != max(1, row.lines) && (row.lines >= 0 || got == 0) {
			t.Errorf("the log says %q %d times, want %d", row.line, got, max(1, row.lines))
		}
	}
	if row.says != "" && !u.lines.has(row.says) {
		t.Errorf("the log does not say %q", row.says)
	}
	if n := u.sockets(); n > 1 && row.pitfall != 5 {
		t.Errorf("%d connections at once", n)
	}
	if out := u.list(func(item queue.Item) bool { return item.Lane == LaneOut && item.State != queue.Buried }); len(out) > 0 {
		t.Errorf("%d messages are still in the queue", len(out))
	}
	if kept := u.list(func(item queue.Item) bool { return item.Lane == LaneReceipt }); len(kept) > row.orphans && !row.mayDup {
		t.Errorf("%d receipts are kept that nobody claims", len(kept))
	}
}

// outcomes are the faults that the SMSC shows by the state of the message.
var outcomes = []string{"fail", "expire", "reject"}

func (row *pitfallRow) message(text string) sms.Message {
	m := message(text)
	m.Receipt = !row.noReceipt
	return m
}

// names are those in "a=3,b".
func names(quirks string) (all []string) {
	for part := range strings.SplitSeq(quirks, ",") {
		if name, _, _ := strings.Cut(part, "="); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// moOf has texts from the phone wait.
func moOf(n int) func(*sim.SMSC) {
	return func(s *sim.SMSC) {
		for i := range n {
			if err := s.SendMO("+359888123456", "", fmt.Sprint("waited ", i)); err != nil {
				panic(err)
			}
		}
	}
}
