package sim

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// shows is one fault and the proof that it is what its name says.
type shows struct {
	set  string
	show func(t *testing.T, r *rig)
}

// refusing sends three texts of which n are refused with status.
func refusing(n int, command, status uint32) func(*testing.T, *rig) {
	return func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		for i := range 3 {
			f := e.ask(submitSM, text("359888", "x", 0))
			if i < n && (f.command != command || f.status != status || len(f.body) != 0) {
				t.Errorf("%d: got %x status %x body %x, want %x status %x and no body", i, f.command, f.status, f.body, command, status)
			}
			if i >= n && f.status != 0 {
				t.Errorf("%d: status %x after the fault", i, f.status)
			}
		}
		if got := len(r.Submits()); got != 3-n {
			t.Errorf("%d accepted, want %d", got, 3-n)
		}
	}
}

// answering sends one text and shows the octets that answer it, and whether the connection ends there.
func answering(accepted int, ends bool, check func(t *testing.T, sent uint32, got []byte)) func(*testing.T, *rig) {
	return func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		sent := e.send(submitSM, text("359888", "x", 0))
		if check != nil {
			b, _ := e.raw()
			check(t, sent, b)
		}
		if ends {
			e.closed()
		} else {
			e.silent(time.Hour)
		}
		if got := len(r.Submits()); got != accepted {
			t.Errorf("%d accepted, want %d", got, accepted)
		}
	}
}

// receipts takes n deliver_sm after one text.
func receipts(n int, check func(t *testing.T, id string, d delivered)) func(*testing.T, *rig) {
	return func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransceiver)
		id := e.submitted(t, "359888", "x")
		for range n {
			f := e.next()
			e.answer(f, 0)
			check(t, id, parseDeliver(t, f))
		}
		e.silent(time.Hour)
	}
}

func hasText(want string) func(*testing.T, string, delivered) {
	return func(t *testing.T, id string, d delivered) {
		if got := string(d.message); !strings.Contains(got, strings.ReplaceAll(want, "ID", id)) {
			t.Errorf("receipt %q, want %q", got, want)
		}
	}
}

// onBind binds and shows what comes back.
func onBind(check func(t *testing.T, e *esme)) func(*testing.T, *rig) {
	return func(t *testing.T, r *rig) {
		e := r.dial(t)
		e.send(bindTransceiver, bindBody("pump", "secret"))
		check(t, e)
	}
}

func prefix(want string) func(*testing.T, uint32, []byte) {
	return func(t *testing.T, _ uint32, got []byte) {
		if b := unhex(t, want); !bytes.HasPrefix(got, b) {
			t.Errorf("got %x, want %x…", got, b)
		}
	}
}

// The response to the second request of a session, when nothing is wrong with it.
const good = "0000001b 80000004 00000000 00000002 3030303030303130303100"

var faultTests = map[string]shows{
	"throttle":   {"throttle=2", refusing(2, submitSM|resp, 0x58)},
	"queue-full": {"queue-full=1", refusing(1, submitSM|resp, 0x14)},
	"refuse":     {"refuse=ESME_RSUBMITFAIL*2", refusing(2, submitSM|resp, 0x45)},
	"nack":       {"nack=1", refusing(1, genericNack, 0x08)},
	"lose":       {"lose=1", answering(0, true, nil)},
	"drop-before": {"drop-before=2", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		e.ask(submitSM, text("359888", "1", 0))
		e.send(submitSM, text("359888", "2", 0))
		e.closed()
		if n := len(r.Submits()); n != 2 {
			t.Errorf("%d accepted, want 2", n)
		}
	}},
	"drop-after": {"drop-after=2", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		e.ask(submitSM, text("359888", "1", 0))
		e.ask(submitSM, text("359888", "2", 0))
		e.closed()
	}},
	"mute": {"", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransceiver)
		if err := r.Faults().Set("mute=10s"); err != nil {
			t.Fatal(err)
		}
		e.send(submitSM, text("359888", "x", 1))
		e.send(enquireLink, nil)
		e.silent(10*time.Second - 1)
		if n := len(r.Submits()); n != 1 {
			t.Errorf("%d accepted, want 1", n)
		}
		f := e.next() // the receipt waited
		e.answer(f, 0)
		if d := parseDeliver(t, f); d.esmClass != 4 {
			t.Errorf("got %+v, want the receipt", d)
		}
		e.ask(enquireLink, nil)

		if err := r.Faults().Set("mute"); err != nil {
			t.Fatal(err)
		}
		if err := r.SendMO("+359888123456", "", "x"); err != nil {
			t.Fatal(err)
		}
		e.silent(time.Hour)
		if err := r.Faults().Set("mute=off"); err != nil {
			t.Fatal(err)
		}
		parseDeliver(t, e.next())
	}},
	"mute-bind": {"mute-bind=1", onBind(func(t *testing.T, e *esme) { e.silent(time.Second); e.closed() })},
	"mute-enquire": {"mute-enquire=1", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		e.send(enquireLink, nil)
		e.silent(time.Hour)
		e.ask(enquireLink, nil)
	}},
	"swallow-responses": {"swallow-responses=1", answering(1, false, nil)},
	"late": {"late=20s*1", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		begin := time.Now()
		first := e.send(submitSM, text("359888", "1", 0))
		e.ask(submitSM, text("359888", "2", 0))
		e.ask(enquireLink, nil)
		if d := time.Since(begin); d != 0 {
			t.Errorf("the others took %v", d)
		}
		if f := e.next(); f.sequence != first || time.Since(begin) != 20*time.Second {
			t.Errorf("response to %d after %v, want %d after 20s", f.sequence, time.Since(begin), first)
		}
	}},
	"reorder": {"reorder=3", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		first := e.seq + 1
		for range 5 {
			e.send(submitSM, text("359888", "x", 0))
		}
		var got []uint32
		for range 5 {
			got = append(got, e.next().sequence-first)
		}
		if want := []uint32{2, 1, 0, 4, 3}; !slices.Equal(got, want) {
			t.Errorf("responses in the order %v, want %v", got, want)
		}
	}},
	"duplicate-response": {"duplicate-response=1", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		first, second := e.ask(submitSM, text("359888", "x", 0)), e.next()
		if !bytes.Equal(first.octets(), second.octets()) {
			t.Errorf("%x and %x", first.octets(), second.octets())
		}
	}},
	"wrong-sequence": {"wrong-sequence=1", answering(1, false, prefix("0000001b 80000004 00000000 40000002"))},
	"no-message-id":  {"no-message-id=1", answering(1, false, prefix("00000011 80000004 00000000 00000002 00"))},
	"same-id": {"same-id", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		first, second := e.submitted(t, "359888", "1"), e.submitted(t, "359888", "2")
		if first != second || first == "" {
			t.Errorf("%q and %q", first, second)
		}
	}},
	"no-body": {"no-body", func(t *testing.T, r *rig) {
		e := r.dial(t)
		e.write(frame{bindTransmitter, 0, 1, bindBody("pump", "secret")}.octets())
		for _, want := range []string{"00000010 80000002 00000000 00000001", "00000010 80000004 00000000 00000002"} {
			if got, _ := e.raw(); !bytes.Equal(got, unhex(t, want)) {
				t.Errorf("got %x, want %s", got, want)
			}
			if e.seq == 0 {
				e.seq = 1
				e.send(submitSM, text("359888", "x", 0))
			}
		}
	}},
	"error-body": {"error-body,throttle=1", answering(0, false, prefix("00000011 80000004 00000058 00000002 00"))},
	"half-pdu": {"half-pdu=1", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransceiver)
		e.send(submitSM, text("359888", "1", 0))
		e.send(submitSM, text("359888", "2", 0)) // goes to nobody
		e.send(enquireLink, nil)
		e.silent(time.Hour)
		if n := len(r.Submits()); n != 1 {
			t.Errorf("%d accepted, want 1", n)
		}
		e.conn.Close()
		if b, _ := e.raw(); len(b) != 13 {
			t.Errorf("%d octets came, want 13", len(b))
		}
	}},
	"cut-pdu": {"cut-pdu=1", answering(1, true, func(t *testing.T, _ uint32, b []byte) {
		if len(b) != 13 {
			t.Errorf("%d octets came, want 13", len(b))
		}
	})},
	"dribble": {"dribble=1", answering(1, false, prefix(good))},
	"overlong": {"overlong=1", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		e.send(submitSM, text("359888", "1", 0))
		e.silent(time.Minute)
		e.conn.Close()
		b, _ := e.raw()
		prefix("7fffffff 80000004 00000000 00000002")(t, 0, b)
	}},
	"short-length": {"short-length=1", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		e.send(submitSM, text("359888", "1", 0))
		e.silent(time.Minute)
		e.conn.Close()
		b, _ := e.raw()
		prefix("00000007 80000004 00000000 00000002")(t, 0, b)
	}},
	"garbage": {"garbage=1", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		e.send(submitSM, text("359888", "1", 0))
		e.silent(time.Minute)
		e.conn.Close()
		if b, _ := e.raw(); len(b) < 16 || binary.BigEndian.Uint32(b[4:]) == submitSM|resp {
			t.Errorf("got %x, want garbage", b)
		}
	}},
	"http": {"http=1", onBind(func(t *testing.T, e *esme) {
		if b, _ := e.raw(); !bytes.HasPrefix(b, []byte("HTTP/1.1 400")) {
			t.Errorf("got %q", b)
		}
		e.closed()
	})},
	"unknown-command": {"unknown-command=1", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransmitter)
		e.ask(submitSM, text("359888", "x", 0))
		f := e.next()
		if f.command != 0x00010F0F {
			t.Fatalf("got %x", f.command)
		}
		e.write(frame{genericNack, 3, f.sequence, nil}.octets())
		if n := len(r.events(KindNackCame)); n != 1 {
			t.Errorf("%d nacks told, want 1", n)
		}
	}},
	"no-query": {"no-query=1", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransceiver)
		const query = 3
		id := append(bytes.Split(e.ask(submitSM, text("359888", "x", 0)).body, []byte{0})[0], 0, 0, 0, 0)
		if f := e.ask(query, id); f.command != genericNack || f.status != 3 {
			t.Errorf("got %x status %x", f.command, f.status)
		}
		if f := e.ask(query, id); f.command != query|resp || f.status != 0 || len(f.body) != len(id)-3+1+2 {
			t.Errorf("then %x status %x, %x", f.command, f.status, f.body)
		}
	}},
	"close-on-connect": {"close-on-connect=1", func(t *testing.T, r *rig) { r.dial(t).closed(); r.bound(t, bindTransmitter) }},
	"close-on-bind":    {"close-on-bind=1", onBind(func(t *testing.T, e *esme) { e.closed() })},
	"refuse-bind": {"refuse-bind=0x0d*1", onBind(func(t *testing.T, e *esme) {
		if f := e.next(); f.command != bindTransceiver|resp || f.status != 0x0D {
			t.Errorf("got %x status %x", f.command, f.status)
		}
		if f := e.ask(bindTransceiver, bindBody("pump", "secret")); f.status != 0 {
			t.Errorf("status %x the second time", f.status)
		}
	})},
	"wrong-bind-resp": {"wrong-bind-resp=1", onBind(func(t *testing.T, e *esme) {
		if f := e.next(); f.command != bindTransmitter|resp || f.status != 0 {
			t.Errorf("got %x status %x", f.command, f.status)
		}
	})},
	"no-version": {"no-version", onBind(func(t *testing.T, e *esme) {
		if f := e.next(); string(f.body) != "smppsim\x00" {
			t.Errorf("body %q", f.body)
		}
	})},
	"fail":       {"fail=1", receipts(1, hasText("stat:UNDELIV err:001"))},
	"expire":     {"expire=1", receipts(1, hasText("stat:EXPIRED err:027"))},
	"reject":     {"reject=1", receipts(1, hasText("stat:REJECTD err:021"))},
	"no-receipt": {"no-receipt=1", receipts(0, nil)},
	"receipt-first": {"receipt-first=1", func(t *testing.T, r *rig) {
		e := r.bound(t, bindTransceiver)
		begin := time.Now()
		e.send(submitSM, text("359888", "x", 1))
		parseDeliver(t, e.next())
		if f := e.next(); f.command != submitSM|resp || time.Since(begin) != 500*time.Millisecond {
			t.Errorf("then %x after %v", f.command, time.Since(begin))
		}
	}},
	"duplicate-receipt": {"duplicate-receipt=1", receipts(2, hasText("id:ID "))},
	"plain-receipt": {"plain-receipt=1", receipts(1, func(t *testing.T, id string, d delivered) {
		if d.esmClass != 0 {
			t.Errorf("esm_class %x", d.esmClass)
		}
	})},
	"wrong-id-base":   {"wrong-id-base=1", receipts(1, hasText("id:000003E9 "))},
	"strange-receipt": {"strange-receipt=1", receipts(1, hasText("stat:delivrd err: 0000 id:ID Submit Date:20000101000000 Done Date:20000101000002 Text:"))},
}

func TestFaults(t *testing.T) {
	// Those that real SMSCs have are shown by what the agent does about them, in package bridge.
	habits := Pitfalls()
	for _, name := range FaultNames() {
		if _, ok := faultTests[name]; !ok && len(habits[name]) == 0 {
			t.Errorf("fault %s has no test", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(faultTests)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := faultTests[name]
				r := start(t, func(cfg *Config) { cfg.Faults = c.set })
				c.show(t, r)
				told := slices.ContainsFunc(r.events(KindFault), func(e Event) bool { return e.Fault == name })
				if outcome := name == "fail" || name == "expire" || name == "reject"; told == outcome {
					t.Errorf("told as a fault: %v", told)
				}
			})
		})
	}
}

func TestFaultValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		e := r.bound(t, bindTransmitter)
		count := func(n int) (refused int) {
			t.Helper()
			for range n {
				if f := e.ask(submitSM, text("359888", "x", 0)); f.status == 0x58 {
					refused++
				}
			}
			return refused
		}
		set := func(s string) {
			t.Helper()
			if err := r.Faults().Set(s); err != nil {
				t.Fatal(err)
			}
		}
		set("throttle")
		if n := count(20); n != 20 {
			t.Errorf("throttle: %d of 20", n)
		}
		set("throttle=off")
		if n := count(20); n != 0 {
			t.Errorf("throttle=off: %d of 20", n)
		}
		set("throttle=25%")
		n := count(1000)
		if n < 200 || n > 300 {
			t.Errorf("throttle=25%%: %d of 1000", n)
		}
		set("throttle=3/s")
		for range 2 {
			if n := count(10); n != 7 {
				t.Errorf("throttle=3/s: %d of 10", n)
			}
			e.silent(time.Second)
		}
		set("throttle=4, late = 1m*2,mute=5s")
		if got := strings.Join(r.Faults().Active(), " "); got != "late=1m*2 mute=5s throttle=4" {
			t.Errorf("active %q", got)
		}
		set("mute=off,late=off")
		count(1)
		if got := strings.Join(r.Faults().Active(), " "); got != "throttle=3" {
			t.Errorf("active %q", got)
		}
		set("off")
		if got := r.Faults().Active(); len(got) != 0 {
			t.Errorf("active %q after off", got)
		}
	})
}

// TestSeed: the same seed misbehaves in the same way.
func TestSeed(t *testing.T) {
	run := func(seed uint64) (got []bool) {
		f := newFaults(seed, func() {})
		if err := f.Set("throttle=50%"); err != nil {
			t.Fatal(err)
		}
		for range 64 {
			got = append(got, f.happens("throttle"))
		}
		return got
	}
	if !slices.Equal(run(7), run(7)) {
		t.Error("seed 7 gave two different runs")
	}
	if slices.Equal(run(7), run(8)) {
		t.Error("seeds 7 and 8 gave the same run")
	}
}

func TestFaultErrors(t *testing.T) {
	f := newFaults(1, func() {})
	for _, c := range []struct{ in, want string }{
		{"throtle=5", `unknown quirk "throtle"; there are only-3.4, no-version`},
		{"throttle=0", "want a number of times, a chance such as 10%, a pace such as 2/s"},
		{"throttle=-1", "want a number"},
		{"throttle=0%", "want a chance over 0% and up to 100%"},
		{"throttle=NaN%", "want a chance over 0%"},
		{"throttle=0/s", "such as 2/s"},
		{"queue-full=2/s", "want a number of times, a chance such as 10%, on or off"},
		{"mute=10", "want a duration with a unit"},
		{"mute=-1s", "want a duration"},
		{"late=1s*x", `after the *, not "x"`},
		{"late=soon", "want a duration"},
		{"small-window=0", "want how many at most, 1 to 1000"},
		{"refuse=ESME_RNONSENSE", "want a command_status, such as ESME_RSYSERR"},
		{"refuse=ESME_ROK", "want a command_status"},
		{"refuse=0", "ESME_ROK, which refuses nothing"},
		{"reorder=1", "2 to 1000"},
		{"nack=1,mute=x", "want a duration"},
	} {
		if err := f.Set(c.in); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.in, err, c.want)
		}
	}
	if got := f.Active(); len(got) != 0 {
		t.Errorf("active %q after errors", got)
	}
	cfg := Default()
	cfg.Faults = "nonsense"
	if _, err := New(cfg); err == nil {
		t.Error("New took an unknown fault")
	}
	for _, name := range FaultNames() {
		if !strings.Contains(FaultHelp(), "  "+name+"=") {
			t.Errorf("help has no %s", name)
		}
	}
}
