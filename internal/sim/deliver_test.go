package sim

import (
	"encoding/hex"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// submitted sends a text that asks for a receipt, takes the response and returns the message_id.
func (e *esme) submitted(t *testing.T, to, what string, tlvs ...byte) string {
	t.Helper()
	f := e.ask(submitSM, text(to, what, 1, tlvs...))
	if f.command != submitSM|resp || f.status != 0 {
		t.Fatalf("submit_sm: %x status %x", f.command, f.status)
	}
	return strings.TrimSuffix(string(f.body), "\x00")
}

func TestReceiptDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *Config) { c.ReceiptDelay = 90 * time.Second })
		e := r.bound(t, bindTransceiver)
		begin := time.Now()
		id := e.submitted(t, "359888", "wet!")
		d := parseDeliver(t, e.next())
		if got := time.Since(begin); got != 90*time.Second {
			t.Errorf("receipt after %v, want 90s", got)
		}
		if d.from != "359888" || d.to != "359700" || d.esmClass != 4 || !strings.HasPrefix(string(d.message), "id:"+id+" ") {
			t.Errorf("receipt %+v", d)
		}
	})
}

// TestRegisteredDelivery holds §5.2.17: who is told about what.
func TestRegisteredDelivery(t *testing.T) {
	for _, c := range []struct {
		registered int
		final      State
		want       bool
	}{
		{0, Delivered, false}, {1, Delivered, true}, {2, Delivered, false}, {3, Delivered, true},
		{0, Undeliverable, false}, {1, Undeliverable, true}, {2, Undeliverable, true}, {3, Undeliverable, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, nil)
			if err := r.SetOutcome("+359888", c.final, false); err != nil {
				t.Fatal(err)
			}
			e := r.bound(t, bindTransceiver)
			e.ask(submitSM, text("359888", "x", c.registered))
			if !c.want {
				e.silent(time.Minute)
			} else if d := parseDeliver(t, e.next()); !strings.Contains(string(d.message), "stat:"+c.final.word()) {
				t.Errorf("receipt %q, want %v", d.message, c.final)
			}
			if m := r.Messages(); m[0].State != c.final.String() {
				t.Errorf("message_state %s, want %v", m[0].State, c.final)
			}
		})
	}
}

func TestOutcomes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		for suffix, final := range map[string]State{"88": Undeliverable, "+359888": Expired, "77": Rejected, "9": Deleted} {
			if err := r.SetOutcome(suffix, final, false); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.SetOutcome("66", Delivered, true); err != nil {
			t.Fatal(err)
		}
		e := r.bound(t, bindTransceiver)
		for to, want := range map[string]string{
			"359888": "stat:EXPIRED err:027", "359788": "stat:UNDELIV err:001", "359777": "stat:REJECTD err:021",
			"359779": "stat:DELETED err:000", "359700": "stat:DELIVRD err:000",
		} {
			e.submitted(t, to, "x")
			f := e.next()
			e.answer(f, 0)
			if d := parseDeliver(t, f); !strings.Contains(string(d.message), want) {
				t.Errorf("to %s: %q, want %s", to, d.message, want)
			}
		}
		e.submitted(t, "359766", "x")
		e.silent(time.Minute)
		for _, bad := range []string{"", "+", "abc"} {
			if err := r.SetOutcome(bad, Expired, false); err == nil {
				t.Errorf("SetOutcome(%q) gave no error", bad)
			}
		}
		if err := r.SetOutcome("1", Enroute, false); err == nil {
			t.Error("ENROUTE is not final, and gave no error")
		}
	})
}

// TestExcerpt: the receipt quotes 20 characters, in an alphabet that has them.
func TestExcerpt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		e := r.bound(t, bindTransceiver)
		e.ask(submitSM, submit("359888", 0, 1, 8, []byte{0x04, 0x32, 0x04, 0x3E, 0x00, 0x31, 0x20, 0xAC}))
		f := e.next()
		e.answer(f, 0)
		if d := parseDeliver(t, f); !strings.HasSuffix(string(d.message), " text:??1\x1be") {
			t.Errorf("receipt %q", d.message)
		}
		e.submitted(t, "359888", "0123456789012345678901234")
		if d := parseDeliver(t, e.next()); !strings.HasSuffix(string(d.message), " text:01234567890123456789") {
			t.Errorf("receipt %q", d.message)
		}
	})
}

func TestReceiptForms(t *testing.T) {
	for _, c := range []struct {
		form ReceiptForm
		text bool
		tlvs string
	}{
		{ReceiptBoth, true, "001e0009303030303033453900" + "0427000105" + "042300030300" + "01"},
		{ReceiptText, true, ""},
		{ReceiptTLV, false, "001e0009303030303033453900" + "0427000105" + "042300030300" + "01"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, func(cfg *Config) { cfg.ReceiptForm = c.form; cfg.IDBase = Hex; cfg.Faults = "fail" })
			e := r.bound(t, bindTransceiver)
			if id := e.submitted(t, "359888", "x"); id != "000003E9" {
				t.Errorf("message_id %q, want 000003E9", id)
			}
			d := parseDeliver(t, e.next())
			if got := hex.EncodeToString(d.tlvs); got != c.tlvs {
				t.Errorf("%v: TLVs %s, want %s", c.form, got, c.tlvs)
			}
			if has := strings.Contains(string(d.message), "id:000003E9 "); has != c.text {
				t.Errorf("%v: text %q", c.form, d.message)
			}
		})
	}
}

// TestValidity: what cannot be delivered in time expires on time.
func TestValidity(t *testing.T) {
	for _, c := range []struct {
		name, schedule, validity string
		status                   uint32
		after                    time.Duration
		word                     string
	}{
		{"in time", "", "000000000200000R", 0, time.Minute, "DELIVRD"},
		{"not in time", "", "000000000030000R", 0, 30 * time.Second, "EXPIRED"},
		{"absolute", "", "000101000010000+", 0, 10 * time.Second, "EXPIRED"},
		{"absolute, an hour east", "", "000101010010004+", 0, 10 * time.Second, "EXPIRED"},
		{"later", "000000010000000R", "", 0, time.Hour + time.Minute, "DELIVRD"},
		{"later, and over before", "000000010000000R", "000000003000000R", 0, 30 * time.Minute, "EXPIRED"},
		{"over already", "", "991231235959000+", 0x62, 0, ""},
		{"no validity", "", "00000000003000xR", 0x62, 0, ""},
		{"no schedule", "000132000000000+", "", 0x61, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, func(cfg *Config) { cfg.ReceiptDelay = time.Minute })
				e := r.bound(t, bindTransceiver)
				begin := time.Now()
				f := e.ask(submitSM, body("", 1, 1, "359700", 1, 1, "359888", 0, 0, 0, c.schedule, c.validity, 1, 0, 0, 0, 1, []byte("x")))
				if f.status != c.status {
					t.Fatalf("status %x, want %x", f.status, c.status)
				}
				if c.status != 0 {
					return
				}
				d := parseDeliver(t, e.next())
				if got := time.Since(begin); got != c.after || !strings.Contains(string(d.message), "stat:"+c.word) {
					t.Errorf("after %v: %q, want %s after %v", got, d.message, c.word, c.after)
				}
			})
		})
	}
}

// TestKept: what the SMSC owes is offered until it is taken.
func TestKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		sender := r.bound(t, bindTransmitter)
		id := sender.submitted(t, "359888", "x")
		sender.silent(time.Minute) // a transmitter gets nothing

		stranger := r.dial(t)
		stranger.ask(bindReceiver, bindBody("other", "secret"))
		stranger.silent(time.Minute)

		e := r.bound(t, bindReceiver)
		want := func(why string, after time.Duration) frame {
			t.Helper()
			begin := time.Now()
			f := e.next()
			if d := parseDeliver(t, f); !strings.Contains(string(d.message), "id:"+id) {
				t.Fatalf("%s: %q", why, d.message)
			}
			if got := time.Since(begin); got != after {
				t.Errorf("%s: after %v, want %v", why, got, after)
			}
			return f
		}
		e.answer(want("at once", 0), 0x64)
		e.answer(want("after ESME_RX_T_APPN", 3*time.Second), 0x14)
		want("after ESME_RMSGQFUL, and not answered", 3*time.Second)
		f := want("after no response", 13*time.Second)
		e.write(frame{genericNack, 0x08, f.sequence, nil}.octets())
		want("after generic_nack", 3*time.Second)
		e.conn.Close()
		synctest.Wait()
		if n := r.Stats().ReceiptsPending; n != 1 {
			t.Errorf("%d pending, want 1", n)
		}

		r.stop() // the SMSC goes and comes back
		r.serve(t)
		e = r.bound(t, bindTransceiver)
		e.answer(want("on the next session", 0), 0)
		e.silent(time.Hour)
		if st := r.Stats(); st.ReceiptsPending != 0 || st.ReceiptsAcked != 1 {
			t.Errorf("stats: %v", st)
		}
	})
}

func TestRefusedForGood(t *testing.T) {
	for _, status := range []uint32{0x65, 0x66} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, nil)
			e := r.bound(t, bindTransceiver)
			e.submitted(t, "359888", "x")
			e.answer(e.next(), status)
			e.silent(time.Hour)
			if n := len(r.events(KindReceiptLost)); n != 1 || r.Stats().ReceiptsPending != 0 {
				t.Errorf("status %x: %d lost, stats %v", status, n, r.Stats())
			}
		})
	}
}

// TestDeliverWindow: no more deliver_sm than agreed wait for their response.
func TestDeliverWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *Config) { c.DeliverWindow = 3 })
		e := r.bound(t, bindTransceiver)
		for range 7 {
			if err := r.SendMO("+359888123456", "", "x"); err != nil {
				t.Fatal(err)
			}
		}
		var got []frame
		for range 3 {
			got = append(got, e.next())
		}
		e.silent(time.Second)
		for taken := 1; len(got) > 0; taken++ {
			e.answer(got[0], 0)
			got = got[1:]
			if taken+len(got) < 7 {
				got = append(got, e.next())
			}
			e.silent(time.Millisecond)
		}
		if st := r.Stats(); st.MOAcked != 7 || st.MOPending != 0 {
			t.Errorf("stats: %v", st)
		}
	})
}

func TestMO(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		if err := r.SendMO("+359 888 123 456", "", "before anybody is there"); err != nil {
			t.Fatal(err)
		}
		e := r.bound(t, bindTransceiver)
		take := func() delivered {
			t.Helper()
			f := e.next()
			e.answer(f, 0)
			return parseDeliver(t, f)
		}
		d := take()
		if d.from != "359888123456" || d.to != "1234" || d.esmClass != 0 || string(d.message) != "before anybody is there" {
			t.Errorf("%+v", d)
		}

		// An answer goes to who asked.
		e.ask(submitSM, text("359888123456", "OK?", 0))
		e.ask(submitSM, body("", 5, 0, "Pump", 1, 1, "359888654321", 0, 0, 0, "", "", 0, 0, 0, 0, 1, []byte("x")))
		for from, want := range map[string]string{"+359888123456": "359700", "+359888654321": "1234"} {
			if err := r.SendMO(from, "", "OK K7"); err != nil {
				t.Fatal(err)
			}
			if d := take(); d.to != want {
				t.Errorf("answer from %s to %q, want %q", from, d.to, want)
			}
		}

		// 161 septets and 71 units take two segments.
		long := strings.Repeat("0123456789", 16) + "€"
		if err := r.SendMO("+359888123456", "5555", long); err != nil {
			t.Fatal(err)
		}
		first, second := take(), take()
		if first.esmClass != 0x40 || first.to != "5555" || len(first.message) != 6+153 || len(second.message) != 6+9 {
			t.Errorf("segments %d %d: %+v", len(first.message), len(second.message), first)
		}
		if got := hex.EncodeToString(first.message[:3]) + hex.EncodeToString(first.message[4:6]); got != "0500030201" {
			t.Errorf("user data header %x", first.message[:6])
		}
		if string(first.message[6:])+string(second.message[6:13]) != long[:160] || hex.EncodeToString(second.message[13:]) != "1b65" {
			t.Errorf("texts %q %q", first.message, second.message)
		}
		if err := r.SendMO("+359888123456", "", "вода"); err != nil {
			t.Fatal(err)
		}
		if d := take(); d.dataCoding != 8 || hex.EncodeToString(d.message) != "0432043e04340430" {
			t.Errorf("UCS2: %+v", d)
		}
		for _, bad := range []string{"", "+3", "+359888123456789012"} {
			if err := r.SendMO(bad, "", "x"); err == nil {
				t.Errorf("SendMO from %q gave no error", bad)
			}
		}
		if err := r.SendMO("+359888123456", "+3", "x"); err == nil {
			t.Error("SendMO to +3 gave no error")
		}
	})
}
