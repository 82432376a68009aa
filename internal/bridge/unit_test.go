package bridge

import (
	"bytes"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

func TestProgressOutcome(t *testing.T) {
	tests := []struct {
		name    string
		states  []segmentState
		receipt bool
		want    sms.Outcome
		final   bool
	}{
		{"nobody tried", nil, true, sms.Pending, false},
		{"one waits", []segmentState{accepted, unsent}, false, sms.Pending, false},
		{"accepted, no receipt asked", []segmentState{accepted, accepted}, false, sms.Accepted, true},
		{"accepted, receipt due", []segmentState{accepted, delivered}, true, sms.Accepted, false},
		{"all delivered", []segmentState{delivered, delivered}, true, sms.Delivered, true},
		{"one undelivered", []segmentState{delivered, undelivered}, true, sms.Failed, true},
		{"one expired", []segmentState{delivered, expired}, true, sms.Expired, true},
		{"one in doubt", []segmentState{accepted, attempted}, true, sms.InDoubt, false},
		{"one refused", []segmentState{attempted, refused}, true, sms.Rejected, true},
	}
	for _, tt := range tests {
		p := progress{Ways: []way{{Link: "main"}}}
		for _, s := range tt.states {
			p.Ways[0].Segments = append(p.Ways[0].Segments, segment{State: s})
		}
		if o, final := p.outcome(tt.receipt); o != tt.want || final != tt.final {
			t.Errorf("%s: %v, final %v; want %v, %v", tt.name, o, final, tt.want, tt.final)
		}
	}
}

// What one SMSC was in doubt of and then takes, or delivers, is the message's fate, whatever the next one
// says.
func TestOutcomeOfWays(t *testing.T) {
	one := func(s segmentState) way { return way{Segments: []segment{{State: s}}} }
	for _, tt := range []struct {
		first, last segmentState
		want        sms.Outcome
		final       bool
	}{
		{attempted, unsent, sms.Pending, false},
		{attempted, accepted, sms.Accepted, false},
		{accepted, unsent, sms.Accepted, false},
		{accepted, attempted, sms.Accepted, false},
		{accepted, refused, sms.Accepted, false},
		{accepted, undelivered, sms.Accepted, false},
		{delivered, accepted, sms.Delivered, true},
		{delivered, refused, sms.Delivered, true},
		{undelivered, delivered, sms.Delivered, true},
		{undelivered, unsent, sms.Pending, false},
	} {
		p := progress{Ways: []way{one(tt.first), one(tt.last)}}
		if o, final := p.outcome(true); o != tt.want || final != tt.final {
			t.Errorf("%v, then %v: %v, final %v; want %v, %v", tt.first, tt.last, o, final, tt.want, tt.final)
		}
	}
}

func TestProgressOnFlash(t *testing.T) {
	p := progress{Ways: []way{
		{"old", []segment{{State: attempted}}},
		{"main", []segment{{State: accepted, MessageID: "4F"}, {State: unsent, Status: pdu.StatusRTHROTTLED}, {State: attempted}}},
	}}
	// version, ways; link, segments; state with bits, command_status, message_id
	want := []byte("\x02\x02" + "\x03old\x01" + "\x01" + "\x04main\x03" + "\x43\x024F" + "\x80\x00\x00\x00\x58" + "\x01")
	b := p.appendBinary(nil)
	if !bytes.Equal(b, want) {
		t.Errorf("note is %q, want %q", b, want)
	}
	var got progress
	if err := got.unmarshal(b); err != nil || !reflect.DeepEqual(got, p) {
		t.Errorf("read back %+v, %v; want %+v", got, err, p)
	}
	for n := 1; n < len(b); n++ {
		if err := got.unmarshal(b[:n]); err == nil {
			t.Errorf("cut at %d octets is read as %+v", n, got)
		}
	}
	p.Ways[0].Link = strings.Repeat("m", 255)
	if err := got.unmarshal(p.appendBinary(nil)); err != nil || !reflect.DeepEqual(got, p) {
		t.Errorf("with a link of 255 octets read back %+v, %v", got, err)
	}
}

// A message that goes by many SMSCs remembers the latest; one that comes back to an SMSC goes on there.
func TestUseWay(t *testing.T) {
	var p progress
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		p.use(name, 2).Segments[0].State = attempted
	}
	if len(p.Ways) != maxWays || p.on("a") != nil || p.current().Link != "e" {
		t.Errorf("after five links: %+v", p)
	}
	if w := p.use("c", 2); w.Segments[0].State != attempted || p.current().Link != "c" || len(p.Ways) != maxWays {
		t.Errorf("back at c: %+v", p)
	}
	if w := p.use("c", 3); w.count(unsent) != 3 {
		t.Errorf("in other segments: %+v", w)
	}
	p.use("f", 1)
	if p.on("c") != nil {
		t.Errorf("what was never sent by c is remembered: %+v", p)
	}
}

func FuzzNotes(f *testing.F) {
	f.Add([]byte("\x02\x01\x04main\x02\x43\x024F\x80\x00\x00\x00\x58"))
	f.Add((storedReceipt{"main", "4F", pdu.StateDelivered, "359888123456"}).marshal())
	in, _ := (&Inbound{Link: "main", Source: pdu.Address{TON: 1, NPI: 1, Addr: "359"}, ShortMessage: []byte("hi")}).AppendBinary(nil)
	f.Add(in)
	f.Fuzz(func(t *testing.T, b []byte) {
		var p progress
		if p.unmarshal(b) == nil && len(b) > 0 {
			var q progress
			if err := q.unmarshal(p.appendBinary(nil)); err != nil || len(b) <= queue.MaxNote && !reflect.DeepEqual(p, q) {
				t.Errorf("%+v is not read back: %+v, %v", p, q, err)
			}
		}
		if r, err := unmarshalReceipt(b); err == nil {
			if s, err := unmarshalReceipt(r.marshal()); err != nil || r != s {
				t.Errorf("%+v is not read back: %+v, %v", r, s, err)
			}
		}
		var in Inbound
		if in.UnmarshalBinary(b) == nil {
			_ = in.Text()
		}
	})
}

// A receipt's id is found in the form the response gave, in another case, padded, and in the other
// base while nothing is known against that.
func TestFindReceipt(t *testing.T) {
	tr := newTracker()
	m := new(tracked)
	m.progress = progress{Ways: []way{{"a", []segment{{State: accepted, MessageID: "00AB"}, {State: accepted, MessageID: "200"}}}}}
	tr.index(7, m)
	for _, tt := range []struct {
		link, id      string
		seg           int
		converted, ok bool
	}{
		{"a", "00AB", 0, false, true},
		{"a", "ab", 0, false, true},
		{"a", "171", 0, true, true}, // 0xab
		{"a", "C8", 1, true, true},  // 200
		{"b", "00AB", 0, false, false},
		{"a", "ac", 0, false, false},
	} {
		var want []match
		if tt.ok {
			want = []match{{target{7, uint8(tt.seg)}, tt.link, tt.converted, tt.converted}}
		}
		if got := tr.find(IDsLearn, []string{tt.link}, tt.id); !slices.Equal(got, want) {
			t.Errorf("find %q on %q: %+v, want %+v", tt.id, tt.link, got, want)
		}
	}
	tr.learn("a", false) // this SMSC keeps to its form
	if got := tr.find(IDsLearn, []string{"a"}, "171"); got != nil {
		t.Errorf("the other base still matches although ids have matched as they are: %+v", got)
	}
	tr.forget(7, m)
	if len(tr.remote) != 0 {
		t.Errorf("forgotten, yet %d ids are known", len(tr.remote))
	}
}

func TestHoldDoubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHold(time.Second, 3*time.Second)
		for _, want := range []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 3 * time.Second} {
			start := time.Now()
			if d, began := h.extend("throttled"); d != want || !began {
				t.Errorf("held for %v, began %v; want %v", d, began, want)
			}
			if _, began := h.extend("throttled"); began {
				t.Error("a refusal of the same window lengthens the hold")
			}
			if err := h.wait(t.Context()); err != nil || time.Since(start) != want {
				t.Errorf("waited %v, %v; want %v", time.Since(start), err, want)
			}
		}
		<-time.After(time.Nanosecond)
		h.clear()
		if d, _ := h.extend("throttled"); d != time.Second {
			t.Errorf("after a success held for %v, want the least again", d)
		}
	})
}

// However often the link is held for one reason, the log says so once in a while; another reason is
// another line.
func TestHoldIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHold(time.Second, time.Second)
		told := map[string]int{}
		for range 3600 { // an hour
			for _, why := range []string{"throttled", "queue full"} {
				if h.news(why) {
					told[why]++
				}
			}
			<-time.After(time.Second)
		}
		if told["throttled"] != 6 || told["queue full"] != 6 {
			t.Errorf("told %v, want each every %v", told, tellEvery)
		}
	})
}

// An SMSC that refuses a whole backlog for now, with whatever status, does not fill the log.
func TestRefusalsAreToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		b := &Bridge{}
		l := &link{hold: newHold(time.Second, time.Minute), log: slog.New(slog.NewTextHandler(&text, nil))}
		lines := func() int { return strings.Count(text.String(), "refused for now") }
		m := &tracked{progress: progress{Ways: []way{{Segments: make([]segment, 1)}}}}
		for id := range queue.ID(1000) {
			b.judge(l, id, m, &m.progress.Ways[0].Segments[0], pdu.StatusRSYSERR, false)
		}
		if n := lines(); n != 1 {
			t.Errorf("%d lines for one status, want 1", n)
		}
		for id := range queue.ID(1000) {
			b.judge(l, id, m, &m.progress.Ways[0].Segments[0], 0x10000+pdu.Status(id), false)
		}
		if n := lines(); n != maxTold {
			t.Errorf("%d lines for a thousand of them, want %d", n, maxTold)
		}
		<-time.After(tellEvery)
		b.judge(l, 1, m, &m.progress.Ways[0].Segments[0], pdu.StatusRSYSERR, false)
		if n := lines(); n != maxTold+1 {
			t.Errorf("%d lines after %v, want %d", n, tellEvery, maxTold+1)
		}
	})
}

// An SMSC that never answers does not fill the log either.
func TestDoubtIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		b := &Bridge{hold: newHold(time.Second, time.Minute), events: newHub(), log: slog.New(slog.NewTextHandler(&text, nil))}
		for id := range queue.ID(1000) {
			b.doubt(t.Context(), id, &tracked{}, "again in 20s")
		}
		<-time.After(tellEvery)
		b.doubt(t.Context(), 1, &tracked{}, "again in 20s")
		if n := strings.Count(text.String(), "in doubt"); n != 2 {
			t.Errorf("%d lines, want one every %v:\n%s", n, tellEvery, text.String())
		}
	})
}

// A message that stays in doubt is sent again at growing intervals.
func TestDoubtWaitGrows(t *testing.T) {
	b := Bridge{cfg: Default()}
	b.cfg.InDoubtWait, b.cfg.RetryMin, b.cfg.RetryMax = 20*time.Second, 10*time.Second, time.Minute
	for tries, want := range []time.Duration{20, 20, 20, 40, 60, 60} {
		if d := b.doubtWait(tries); d != want*time.Second {
			t.Errorf("after %d tries: %v, want %v", tries, d, want*time.Second)
		}
	}
	b.cfg.InDoubtWait = 0
	if a, z := b.doubtWait(0), b.doubtWait(1); a != 0 || z != 10*time.Second {
		t.Errorf("without in_doubt_wait: %v and %v, want 0s and 10s", a, z)
	}
}

// An intermediate notification does not end a message, unless it says that the phone has it.
func TestFate(t *testing.T) {
	for _, c := range []struct {
		text  string
		class pdu.ESMClass
		state segmentState
		final bool
	}{
		{"id:7 stat:UNDELIV", pdu.ESMTypeReceipt, undelivered, true},
		{"id:7 stat:UNDELIV", pdu.ESMTypeIntermediate, undelivered, false},
		{"id:7 stat:EXPIRED", pdu.ESMTypeIntermediate, expired, false},
		{"id:7 stat:DELIVRD", pdu.ESMTypeIntermediate, delivered, true},
		{"id:7 stat:ENROUTE", pdu.ESMTypeReceipt, accepted, false},
	} {
		r, ok := pdu.ParseReceipt(&pdu.DeliverSM{ESMClass: c.class, ShortMessage: []byte(c.text)})
		if state, final := fate(r); !ok || state != c.state || final != c.final {
			t.Errorf("%s, esm_class %v: got %v, %v, %v", c.text, c.class, ok, state, final)
		}
	}
}

// A message whose receipt never comes is one accepted message, though it is said twice.
func TestAcceptedIsCountedOnce(t *testing.T) {
	b := &Bridge{events: newHub(), log: slog.New(slog.DiscardHandler)}
	m := &tracked{msg: sms.Message{Receipt: true}}
	b.emit(m, StepAccepted, Event{})
	b.report(t.Context(), m, sms.Accepted, "the SMSC has it; no receipt came")
	b.report(t.Context(), &tracked{}, sms.Accepted, "") // none was asked for
	var s Status
	if b.events.count(&s); s.Accepted != 2 || len(s.Recent) != 3 {
		t.Errorf("%d accepted of 2, %d events", s.Accepted, len(s.Recent))
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{"+359888123456": "+359*******56", "1234": "1234", "1234567": "1234*67", "": ""} {
		if got := mask(in); got != want {
			t.Errorf("mask(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestConfigDefaultsAreValid(t *testing.T) {
	Default().Check(func(key, problem string) { t.Errorf("%s: %s", key, problem) })
	bad := Default()
	bad.Sender, bad.Policy, bad.RetryMin, bad.KeepFailed = "+12x", "twice", 5, -1
	got := map[string]bool{}
	bad.Check(func(key, _ string) { got[key] = true })
	for _, key := range []string{"sender", "policy", "retry_min", "keep_failed"} {
		if !got[key] {
			t.Errorf("%s is not reported", key)
		}
	}
}

// What is on flash and was not answered is not stored again when it comes again; the same text from
// somebody else, or later, is.
func TestUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var u unanswered
		from := func(addr, text string) *pdu.DeliverSM {
			return &pdu.DeliverSM{Source: pdu.Address{TON: 1, NPI: 1, Addr: addr}, ShortMessage: []byte(text)}
		}
		u.add(from("359888123456", "OK"))
		if u.take(from("359888000111", "OK")) || u.take(from("359888123456", "NO")) {
			t.Error("another message is taken for the one that was not answered")
		}
		if !u.take(from("359888123456", "OK")) {
			t.Error("the message is not known when it comes again")
		}
		if u.take(from("359888123456", "OK")) {
			t.Error("the same text is taken for it a second time")
		}
		u.add(from("359888123456", "OK"))
		<-time.After(unansweredFor + time.Second)
		if u.take(from("359888123456", "OK")) {
			t.Error("the same text long after is taken for it")
		}
		for range 2 * unansweredMost {
			u.add(from("359888123456", "x"))
		}
		if len(u.list) != unansweredMost {
			t.Errorf("%d are remembered, want at most %d", len(u.list), unansweredMost)
		}
	})
}

// The note of the longest message with the longest names fits what the queue takes.
func TestLargestNote(t *testing.T) {
	var p progress
	for n := range maxWays {
		w := p.use(strings.Repeat("l", 31)+string(rune('a'+n)), MaxSegments)
		for i := range w.Segments {
			w.Segments[i] = segment{State: accepted, MessageID: keepID(strings.Repeat("F", 255), MaxSegments)}
		}
	}
	b := p.appendBinary(nil)
	if n := len(b); n > queue.MaxNote {
		t.Errorf("the note takes %d octets, the queue at most %d", n, queue.MaxNote)
	}
	var got progress
	if err := got.unmarshal(b); err != nil || !reflect.DeepEqual(got.current(), p.current()) || len(got.Ways) != maxWays {
		t.Errorf("read back %+v, %v", got, err)
	}
}

// message_ids that are long are kept short, and still told apart.
func TestLongMessageIDs(t *testing.T) {
	long := strings.Repeat("0a", 50)
	for _, segments := range []int{1, 2} {
		kept := keepID(long+"1", segments)
		if len(kept) > shortID || foldID(kept) != foldID(" "+strings.ToUpper(long)+"1 ") {
			t.Errorf("%q is kept, and compared as %q", kept, foldID(kept))
		}
	}
	if foldID(long+"1") == foldID(long+"2") {
		t.Error("two long message_ids are taken for one")
	}
	const uuid = "DE1F0A3C-9A3F-4E0B-8C2B-2D4C5A6B7C8D"
	if kept := keepID(uuid, 1); kept != uuid {
		t.Errorf("%q is kept as %q", uuid, kept)
	}
	for _, segments := range []int{1, 2} {
		if foldID(keepID(uuid, segments)) != foldID(strings.ToLower(uuid)) {
			t.Errorf("of %d segments, %q is not found by its receipt", segments, uuid)
		}
	}
}
