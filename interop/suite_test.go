package interop

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every kind of SMSC goes through every test, if it is able to; each test has an SMSC and an agent of its
// own.
func eachKind(t *testing.T, able func(kind) bool, test func(*testing.T, kind)) {
	t.Parallel()
	for _, k := range kinds() {
		if !able(k) {
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			test(t, k)
		})
	}
}

func all(kind) bool { return true }

// pair starts an SMSC and an agent that is bound to it.
func pair(t *testing.T, k kind, a account, options map[string]any) (*agent, *peer) {
	t.Helper()
	p := startPeer(t, k, options)
	a.port = p.port
	if a.password == "" {
		a.password = "secret"
	}
	if a.bind == "" {
		a.bind = "transceiver"
	}
	return startAgent(t, a), p
}

const (
	gsmText  = "Cellar: 2.8 °C? No: [freezer] {-12,4} ~ 5 € \\ ^ | @ £ ñ Ä Ø Δ Ω"
	flagText = "Мазето е наводнено 🌊 – 水が来た"
)

func TestTexts(t *testing.T) {
	eachKind(t, all, func(t *testing.T, k kind) {
		ag, p := pair(t, k, account{}, nil)
		gsm := strings.ReplaceAll(gsmText, "°", "")
		longGSM := strings.Repeat(gsm+" ", 12)
		longUCS2 := strings.Repeat(flagText+" ", 12)
		want := []string{gsm, longGSM, flagText, longUCS2, "Early: the receipt comes before the response"}
		for _, text := range want {
			ag.mustSend(text, "--receipt", "--class", "alarm")
		}
		if got := p.texts(); !slices.Equal(got, want) {
			t.Errorf("%s read\n%q, want\n%q", k.name, got, want)
		}
		var references []int
		for _, e := range p.told("submit_sm") {
			if e.SourceTON != 5 || e.SourceNPI != 0 || e.Source != "Cabin" || e.DestTON != 1 || e.DestNPI != 1 || e.Dest != "359888123456" {
				t.Errorf("from %d/%d %q to %d/%d %q", e.SourceTON, e.SourceNPI, e.Source, e.DestTON, e.DestNPI, e.Dest)
			}
			if e.Registered != 1 || e.Priority != 2 || e.Reference == 0 {
				t.Errorf("registered_delivery %d, priority_flag %d, user_message_reference %d", e.Registered, e.Priority, e.Reference)
			}
			references = append(references, e.Reference)
		}
		if n := len(slices.Compact(references)); n != len(want) {
			t.Errorf("%d user_message_references for %d messages: %v", n, len(want), references)
		}
		if left := ag.queue(); len(left) != 0 {
			t.Errorf("the queue still holds %+v", left)
		}
		s := ag.status().SMSC
		if s.Delivered != len(want) || s.Links[0].Counters.Timeouts+s.Links[0].Counters.Unmatched != 0 {
			t.Errorf("status says %+v", s)
		}

		// Then what is rare: a flash text, octets, a number as the sender, the 16-bit reference.
		ag.mustSend("Look!", "--flash")
		if code, out, errs := ag.verb("send", "--to", "+359888123456", "--data", "00017f80ff"); code != 0 {
			t.Errorf("send --data ended with %d: %s%s", code, out, errs)
		}
		ag.mustSend("From a number", "--from", "+447700900123")
		ag.mustSend("From a short code", "--from", "1234")
		last := p.told("submit_sm")
		last = last[len(last)-4:]
		if e := last[0]; e.Text != "Look!" || e.DataCoding&0xFC != 0xF0 && e.DataCoding&0xFC != 0x10 {
			t.Errorf("the flash text came as %+v", e)
		}
		if e := last[1]; e.Octets != "" && e.Octets != "00017f80ff" || e.DataCoding&0x0F != 4 {
			t.Errorf("the octets came as %+v", e)
		}
		if e := last[2]; e.Source != "447700900123" || e.SourceTON != 1 || e.SourceNPI != 1 {
			t.Errorf("a number as the sender came as %+v", e)
		}
		if e := last[3]; e.Source != "1234" || e.SourceTON != 3 {
			t.Errorf("a short code as the sender came as %+v", e)
		}
		ag.stop()
		p.await("unbind", 1)
	})
}

func TestConcat16(t *testing.T) {
	eachKind(t, all, func(t *testing.T, k kind) {
		ag, p := pair(t, k, account{smsc: `concatenation = "udh16"`}, nil)
		want := []string{strings.Repeat("One of many. ", 40), strings.Repeat(flagText, 5)}
		for _, text := range want {
			ag.mustSend(text)
		}
		if got := p.texts(); !slices.Equal(got, want) {
			t.Errorf("%s read\n%q, want\n%q", k.name, got, want)
		}
	})
}

// A wrong password is said in words, costs no message, and once it is right all goes out.
func TestWrongPassword(t *testing.T) {
	eachKind(t, all, func(t *testing.T, k kind) {
		ag, p := pair(t, k, account{password: "wrong"}, nil)
		if code, _, errs := ag.verb("send", "--to", "+359888123456", "--text", "Kept", "--no-wait"); code != 0 {
			t.Fatalf("send ended with %d: %s", code, errs)
		}
		eventually(t, "the status says "+k.refusal, func() bool {
			l := ag.status().SMSC.Links[0]
			return l.State != "bound" && strings.Contains(l.LastError, k.refusal)
		})
		if n := len(p.told("submit_sm")); n != 0 {
			t.Errorf("%d submit_sm without a bind", n)
		}
		ag.stop()
		ag.configure(account{port: p.port, password: "secret", bind: "transceiver"})
		ag.start()
		p.await("submit_sm", 1)
		if got := p.texts(); !slices.Equal(got, []string{"Kept"}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestInbound(t *testing.T) {
	eachKind(t, all, func(t *testing.T, k kind) {
		ag, p := pair(t, k, account{smsc: `enquire_link_timer = "250ms"`}, nil)
		p.await("enquire_link", 1)
		texts := []string{"Is it dry? 5 £ @ home, ja: größer", flagText}
		for _, text := range texts {
			p.tell(order{Do: "deliver", Source: "359887654321", Text: text})
		}
		for _, e := range p.await("deliver_sm_resp", len(texts)) {
			if e.Status != 0 {
				t.Errorf("deliver_sm answered %#x", e.Status)
			}
		}
		var got []string
		for _, q := range ag.queue("--inbound") {
			got = append(got, q.Text)
			if q.Address != "+359887654321" {
				t.Errorf("from %q", q.Address)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, texts) {
			t.Errorf("received %q, want %q", got, texts)
		}
	})
}

func TestRefusals(t *testing.T) {
	eachKind(t, all, func(t *testing.T, k kind) {
		ag, p := pair(t, k, account{}, nil)
		const invalidDest, throttled, queueFull, systemError = 0x0B, 0x58, 0x14, 0x08
		p.tell(order{Do: "refuse", Status: invalidDest, Count: 1})
		if code, said := ag.send("Nobody there"); code != 4 || !strings.Contains(said, "ESME_RINVDSTADR") {
			t.Errorf("send ended with %d and said\n%s", code, said)
		}
		p.tell(order{Do: "refuse", Status: throttled, Count: 3})
		ag.mustSend("After the throttle", "--receipt")
		p.tell(order{Do: "refuse", Status: queueFull, Count: 1})
		ag.mustSend(strings.Repeat("Segments after a full queue. ", 20), "--receipt")
		p.tell(order{Do: "refuse", Status: systemError, Count: 1})
		ag.mustSend("After a system error", "--receipt")
		p.tell(order{Do: "stat", Text: "UNDELIV"})
		if code, said := ag.send("Phone is off", "--receipt"); code != 4 || !strings.Contains(said, "not delivered") {
			t.Errorf("send ended with %d and said\n%s", code, said)
		}
		want := []string{"After the throttle", strings.Repeat("Segments after a full queue. ", 20), "After a system error", "Phone is off"}
		if got := p.texts(); !slices.Equal(got, want) {
			t.Errorf("%s accepted %q, want %q", k.name, got, want)
		}
		var failed []string
		for _, q := range ag.queue("--failed") {
			failed = append(failed, q.Text)
		}
		if want := []string{"Nobody there", "Phone is off"}; !slices.Equal(failed, want) {
			t.Errorf("failed %q, want %q", failed, want)
		}
	})
}

func TestMixedMessageIDs(t *testing.T) {
	eachKind(t, func(k kind) bool { return k.mixed }, func(t *testing.T, k kind) {
		ag, p := pair(t, k, account{}, map[string]any{"ids": "mixed"})
		for i := range 3 {
			ag.mustSend(fmt.Sprintf("Text %d", i), "--receipt")
		}
		ag.mustSend("Early bird", "--receipt")
		if n := len(p.texts()); n != 4 {
			t.Errorf("%d texts, want 4", n)
		}
	})
}

// Both sides ask whether the other is there; the SMSC says good-bye, and the agent comes back.
func TestLink(t *testing.T) {
	eachKind(t, all, func(t *testing.T, k kind) {
		ag, p := pair(t, k, account{smsc: `enquire_link_timer = "250ms"`}, nil)
		p.await("enquire_link", 3)
		p.tell(order{Do: "enquire"})
		if e := p.await("enquire_link_resp", 1)[0]; e.Status != 0 {
			t.Errorf("enquire_link answered %#x", e.Status)
		}
		for i := range 3 {
			p.tell(order{Do: "unbind"})
			p.await("unbind_resp", i+1)
			ag.mustSend(fmt.Sprintf("Text %d", i), "--receipt")
		}
		c := ag.status().SMSC.Links[0].Counters
		if c.Binds < 4 || c.EnquiresAnswered != 1 || c.Timeouts != 0 {
			t.Errorf("counters %+v", c)
		}
		if got := p.texts(); len(got) != 3 {
			t.Errorf("got %q", got)
		}
	})
}

// A transmitter and a receiver are bound by their own commands.
func TestTransmitter(t *testing.T) {
	eachKind(t, all, func(t *testing.T, k kind) {
		ag, p := pair(t, k, account{bind: "transmitter"}, nil)
		ag.mustSend("One way")
		if !k.quiet {
			if b := p.await("bind", 1)[0]; b.Kind != "bind_transmitter" {
				t.Errorf("bound by %s", b.Kind)
			}
		}
	})
}

// What only receives keeps what it is given, without stirring.
func TestReceiver(t *testing.T) {
	eachKind(t, func(k kind) bool { return !k.quiet }, func(t *testing.T, k kind) {
		ag, p := pair(t, k, account{bind: "receiver"}, nil)
		if b := p.await("bind", 1)[0]; b.Kind != "bind_receiver" {
			t.Errorf("bound by %s", b.Kind)
		}
		if code, said := ag.send("Not this way", "--timeout", "1s"); code != 5 {
			t.Errorf("send ended with %d and said\n%s", code, said)
		}
		p.tell(order{Do: "deliver", Source: "359887654321", Text: "But this way"})
		p.await("deliver_sm_resp", 1)
		if in, out := ag.queue("--inbound"), ag.queue(); len(in) != 1 || len(out) != 1 || out[0].State != "ready" {
			t.Errorf("received %+v, kept %+v", in, out)
		}
		if n := ag.status().Queue.Written; n > 16<<10 {
			t.Errorf("%d octets were written to flash for two messages", n)
		}
		if n := len(p.told("submit_sm")); n != 0 {
			t.Errorf("%d submit_sm from a receiver", n)
		}
		if _, out, _ := ag.verb("status"); !strings.Contains(out, `bind = "receiver" only receives`) {
			t.Errorf("status does not say that nothing leaves:\n%s", out)
		}
	})
}

func TestThousand(t *testing.T) {
	eachKind(t, all, func(t *testing.T, k kind) {
		ag, p := pair(t, k, account{smsc: "window = 10"}, nil)
		ag.waitBound()
		texts := numbered(1000)
		began := time.Now()
		ag.pour(texts, true)
		poured := time.Since(began)
		eventually(t, "1000 deliveries", func() bool { return ag.status().SMSC.Delivered == len(texts) })
		t.Logf("1000 on flash in %v, delivered after %v", poured.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
		got := p.texts()
		slices.Sort(got)
		if !slices.Equal(got, texts) {
			t.Errorf("%d texts arrived, %d different ones; want each of %d once", len(got), len(slices.Compact(got)), len(texts))
		}
	})
}

// The SMSC is killed twice under load and comes back: nothing that was accepted is lost, and what may
// come twice is no more than what was in the window each time.
func TestSMSCKilled(t *testing.T) {
	eachKind(t, func(k kind) bool { return !k.ownPort }, func(t *testing.T, k kind) {
		const window, kills = 10, 2
		ag, p := pair(t, k, account{smsc: fmt.Sprintf("window = %d", window)}, nil)
		texts := numbered(400)
		poured := make(chan struct{})
		go func() {
			defer close(poured)
			ag.pour(texts, false)
		}()
		for i := range kills {
			p.await("submit_sm", 100*(i+1))
			p.kill()
			p.start()
		}
		<-poured
		eventually(t, "the queue is empty", func() bool { return len(ag.queue()) == 0 })
		got := p.texts()
		slices.Sort(got)
		if n := len(got); n > len(texts)+kills*window {
			t.Errorf("%d texts arrived of %d; %d may be in doubt", n, len(texts), kills*window)
		}
		if once := slices.Compact(slices.Clone(got)); !slices.Equal(once, texts) {
			t.Errorf("%d different texts arrived, want %d", len(once), len(texts))
		}
		t.Logf("%d of %d came twice", len(got)-len(texts), len(texts))
	})
}

func numbered(n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("Text number %04d", i)
	}
	return texts
}
