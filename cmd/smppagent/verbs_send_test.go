package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"smppagent/internal/bridge"
	"smppagent/internal/pdu"
	"smppagent/internal/sim"
)

// sends runs send with args and fails unless it ends with code and stdout has the parts, in their order.
func (s *site) sends(code int, parts []string, args ...string) (out, errs string) {
	s.t.Helper()
	out, errs, got := s.verb(append([]string{"send", "--to", "+359888123456"}, args...)...)
	rest := out
	for _, part := range parts {
		_, after, found := strings.Cut(rest, part)
		if !found {
			s.t.Errorf("send %q said\n%s%swant in this order %q", args, out, errs, parts)
			break
		}
		rest = after
	}
	if got != code || (code == exitOK) != (errs == "") {
		s.t.Errorf("send %q ended with %d, want %d:\n%s%s", args, got, code, out, errs)
	}
	return out, errs
}

// submitted is the last submit_sm that the SMSC accepted.
func (s *site) submitted() sim.Submit {
	s.t.Helper()
	all := s.smsc.Submits()
	if len(all) == 0 {
		s.t.Fatal("nothing was submitted")
	}
	return all[len(all)-1]
}

// What send is told stands in the submit_sm, and it waits and shows each step of the message.
func TestSend(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fails(exitNotRunning, []string{"there is no socket", "start it with: smppagent run"}, "send", "--to", "+359888123456", "--text", "x")
	s.start()
	s.sends(exitOK, []string{"is on flash: 1 segment", "submitted", "accepted", "message_id"}, "--text", "plain")
	if p := s.submitted().PDU; p.RegisteredDelivery&1 != 0 || p.PriorityFlag != 0 || p.DataCoding != 0 || p.Dest.Addr != "359888123456" || p.Dest.TON != 1 || p.Dest.NPI != 1 {
		t.Errorf("submit_sm %+v", p)
	}
	s.sends(exitOK, []string{"is on flash: 1 segment", "submitted", "accepted", "delivered"},
		"--text", "receipt", "--receipt", "--class", "emergency", "--validity", "30m", "--from", "Cabin")
	if p := s.submitted().PDU; p.RegisteredDelivery&1 == 0 || p.PriorityFlag != 3 || p.Source.Addr != "Cabin" || p.Source.TON != 5 ||
		p.ValidityPeriod != "000000003000000R" && !strings.HasPrefix(p.ValidityPeriod, "0000000029") {
		t.Errorf("submit_sm %+v", p)
	}
	s.sends(exitOK, []string{"is on flash: 2 segments", "delivered"}, "--text", strings.Repeat("Long. ", 30), "--receipt")
	s.sends(exitOK, []string{"is on flash: 1 segment", "accepted"}, "--text", "Вода", "--flash")
	if p := s.submitted().PDU; p.DataCoding != 0x18 && p.DataCoding != pdu.CodingUCS2 {
		t.Errorf("data_coding %v", p.DataCoding)
	}
	began := time.Now()
	s.sends(exitOK, []string{"is on flash", "delivered"}, "--text", "later", "--at", "in 2s", "--receipt")
	if d := s.submitted().At.Sub(began); d < 1900*time.Millisecond || d > 10*time.Second {
		t.Errorf("--at \"in 2s\" was submitted after %v", d)
	}
	s.sends(exitOK, []string{"is on flash"}, "--text", "alone", "--no-wait", "--key", "k")
	s.sends(exitOK, nil, "--text", "alone", "--no-wait", "--key", "k")
	s.deliver(1, "plain", "receipt", strings.Repeat("Long. ", 30), "Вода", "later", "alone")

	out, _ := s.sends(exitOK, nil, "--text", "json", "--receipt", "--json")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var first sent
	var last bridge.Event
	if json.Unmarshal([]byte(lines[0]), &first) != nil || json.Unmarshal([]byte(lines[len(lines)-1]), &last) != nil ||
		first.ID == 0 || last.ID != first.ID || last.Step != bridge.StepDelivered || !last.Final {
		t.Errorf("send --json said\n%s", out)
	}
	s.ends()
}

// The segments are counted as they are sent: the 16-bit reference takes an octet more of each.
func TestSendCountsSegments(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x", 2*153)
	for concat, want := range map[string]int{"udh8": 2, "udh16": 3} {
		s := newSite(t, fmt.Sprintf("smsc.test.concatenation = %q", concat))
		s.start()
		s.sends(exitOK, []string{fmt.Sprintf("is on flash: %d segments", want)}, "--text", text)
		if n := len(s.smsc.Submits()); n != want {
			t.Errorf("%s: %d segments were submitted, want %d", concat, n, want)
		}
		s.ends()
	}
}

// --at is a time of the site's clock, wherever the machine thinks it is, and queue shows it as it was given.
func TestSendAtSiteTime(t *testing.T) {
	t.Parallel()
	s := newSite(t, `site.timezone = "Pacific/Kiritimati"`)
	s.start()
	zone, err := time.LoadLocation("Pacific/Kiritimati") // 14 hours before UTC
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().In(zone).Add(30 * time.Minute).Truncate(time.Minute)
	s.sends(exitOK, []string{"is on flash"}, "--text", "date", "--no-wait", "--at", at.Format("2006-01-02 15:04"))
	s.sends(exitOK, []string{"is on flash"}, "--text", "clock", "--no-wait", "--at", at.Format("15:04"))
	for _, id := range []string{"1", "2"} {
		out, errs, code := s.verb("queue", "show", id, "--json")
		var q queueItem
		if err := json.Unmarshal([]byte(out), &q); err != nil || code != exitOK || !q.NotBefore.Equal(at) {
			t.Errorf("message %s is not sent before %v, want %v: %v %s", id, q.NotBefore, at, err, errs)
		}
		if out, _, _ := s.verb("queue", "show", id); !strings.Contains(out, at.Format("2006-01-02 15:04:05")) {
			t.Errorf("queue show %s has no %v:\n%s", id, at, out)
		}
	}
	if out, _, _ := s.verb("queue", "list"); strings.Count(out, at.Format(" 15:04:05")) != 2 {
		t.Errorf("queue list does not say %v:\n%s", at, out)
	}
	s.ends()
}

// A fate that is not good has its exit code and a line that says it.
func TestSendBadFate(t *testing.T) {
	t.Parallel()
	s := newSite(t, `route.policy = "once"`)
	s.start()
	for _, tt := range []struct {
		faults string
		code   int
		args   []string
		line   string
	}{
		{"fail=on", exitFailed, []string{"--text", "dead phone", "--receipt"}, "failed: not delivered, says the receipt for message_id"},
		{"expire=on", exitFailed, []string{"--text", "phone off", "--receipt"}, "expired: not delivered in time, says the receipt for message_id"},
		{"refuse=ESME_RINVDSTADR", exitFailed, []string{"--text", "wrong number"}, "ESME_RINVDSTADR"},
		{"throttle=on", exitFailed, []string{"--text", "not in time", "--validity", "2s"}, "expired"},
		{"swallow-responses=on,no-receipt=on", exitInDoubt, []string{"--text", "no answer"}, "is in doubt: not sent again: policy once"},
		{"swallow-responses=on,no-receipt=on", exitInDoubt, []string{"--text", "no patience", "--timeout", "300ms"}, "stays on its way; ask with: smppagent queue show"},
	} {
		s.faults(tt.faults)
		_, errs := s.sends(tt.code, []string{"is on flash"}, tt.args...)
		if strings.Count(errs, "\n") != 1 || !has(errs, "smppagent: ", "message ", tt.line) {
			t.Errorf("%s: send %q said %q", tt.faults, tt.args, errs)
		}
	}
	for _, tt := range [][]string{
		{"a short code has 3 to 6, a number 7 or more", "--to", "1", "--text", "x"},
		{"--class", "--to", "+359888123456", "--text", "x", "--class", "urgent"},
		{"--at", "--to", "+359888123456", "--text", "x", "--at", "yesterday"},
		{"has passed", "--to", "+359888123456", "--text", "x", "--at", "2020-01-01 10:00"},
		{"one of the two", "--to", "+359888123456"},
		{"hexadecimal", "--to", "+359888123456", "--data", "zz"},
	} {
		if out, errs, code := s.verb(append([]string{"send"}, tt[1:]...)...); code != exitUsage || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("send %q ended with %d: %s%s", tt[1:], code, out, errs)
		} else if !strings.Contains(errs, tt[0]) {
			t.Errorf("send %q said %q, want %q", tt[1:], errs, tt[0])
		}
	}
	s.ends()
}

// What a person does with a message that failed: sees it, looks at it, sends it again or drops it, and
// sees the queue without the agent too.
func TestQueueVerbs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	s.faults("refuse=ESME_RINVDSTADR*3")
	s.sends(exitFailed, nil, "--text", "first")
	s.sends(exitFailed, nil, "--text", "second")
	s.sends(exitFailed, nil, "--text", "third")
	s.unplugged()
	s.sends(exitOK, nil, "--text", "waits", "--no-wait")
	var id struct{ first, second, third, waits string }
	list := func(args ...string) map[string]queueItem {
		t.Helper()
		out, errs, code := s.verb(append([]string{"queue", "list", "--json"}, args...)...)
		if code != exitOK {
			t.Fatalf("queue list ended with %d: %s%s", code, out, errs)
		}
		items := map[string]queueItem{}
		for line := range strings.Lines(out) {
			var q queueItem
			if err := json.Unmarshal([]byte(line), &q); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			items[q.Text] = q
		}
		return items
	}
	s.until("it is back in the queue", func() bool { return list()["waits"].State == "ready" })
	all, failed := list(), list("--failed")
	if len(all) != 4 || len(failed) != 3 || failed["first"].State != "failed" || all["waits"].State != "ready" || !strings.Contains(failed["first"].Reason, "ESME_RINVDSTADR") {
		t.Errorf("list: %+v, --failed: %+v", all, failed)
	}
	id.first, id.second = fmt.Sprint(all["first"].ID), fmt.Sprint(all["second"].ID)
	id.third, id.waits = fmt.Sprint(all["third"].ID), fmt.Sprint(all["waits"].ID)
	ok := func(parts []string, args ...string) {
		t.Helper()
		if out, errs, code := s.verb(args...); code != exitOK || !has(out, parts...) {
			t.Errorf("%q ended with %d: %s%swant %q", args, code, out, errs, parts)
		}
	}
	show := []string{"state", "failed", "text", "first", "address", "+359888123456", "ESME_RINVDSTADR"}
	ok(show, "queue", "show", id.first)
	s.fails(exitUsage, []string{"no such record"}, "queue", "show", "99")
	s.fails(exitUsage, []string{"no such record: 98", "no such record: 99"}, "queue", "drop", "98", "99")
	s.fails(exitUsage, []string{`"x" is no message ID`}, "queue", "drop", "x")
	s.ends()
	ok(show, "queue", "show", id.first)
	ok([]string{"first", "second", "waits"}, "queue", "list")
	s.fails(exitNotRunning, []string{"start it with"}, "queue", "retry", id.first)
	s.start()
	ok([]string{"message " + id.first + " goes out again"}, "queue", "retry", id.first)
	ok([]string{`{"id":` + id.second + `,"done":"dropped"}`}, "queue", "drop", id.second, "--reason", "wrong number", "--json")
	if out, errs, code := s.verb("queue", "drop", id.third, id.second, "--json"); code != exitFailure || out != `{"id":`+id.third+`,"done":"dropped"}`+"\n" ||
		strings.Count(errs, "\n") != 1 || !has(errs, "1 of 2 were not done", "no such record: "+id.second) {
		t.Errorf("drop of one that is there and one that is not ended with %d: %s%s", code, out, errs)
	}
	s.plug()
	s.deliver(1, "first", "waits")
	if n := s.arrived()["second"]; n != 0 {
		t.Errorf("a message that was dropped arrived %d times", n)
	}
	ok([]string{"nothing there"}, "queue", "list")
	s.ends()
}

// The exit code tells what is known of the message, and no more.
func TestSendEnd(t *testing.T) {
	for _, tt := range []struct {
		last    bridge.Event
		receipt bool
		want    int
	}{
		{bridge.Event{Step: bridge.StepDelivered, Final: true}, true, exitOK},
		{bridge.Event{Step: bridge.StepAccepted, Final: true}, false, exitOK},
		{bridge.Event{Step: bridge.StepAccepted, Final: true}, true, exitInDoubt}, // its receipt never came
		{bridge.Event{Step: bridge.StepAccepted}, true, exitInDoubt},              // the agent ended
		{bridge.Event{}, false, exitInDoubt},
		{bridge.Event{Step: bridge.StepInDoubt, Final: true}, false, exitInDoubt},
		{bridge.Event{Step: bridge.StepSettled, Final: true}, false, exitInDoubt},
		{bridge.Event{Step: bridge.StepFailed, Final: true}, true, exitFailed},
		{bridge.Event{Step: bridge.StepExpired, Final: true}, true, exitFailed},
		{bridge.Event{Step: bridge.StepDropped, Final: true}, true, exitFailed},
	} {
		if got := exitCode(sendEnd(7, tt.last, tt.receipt)); got != tt.want {
			t.Errorf("%+v, receipt %v: exit code %d, want %d", tt.last, tt.receipt, got, tt.want)
		}
	}
}
