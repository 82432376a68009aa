package main

import (
	"strings"
	"testing"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/sim"
)

// What send is told beyond the text stands in the PDU.
func TestSendAsks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	s.sends(exitOK, []string{"accepted"}, "--text", "a", "--priority", "2", "--service-type", "CMT", "--replace")
	if p := s.submitted().PDU; p.PriorityFlag != 2 || p.ServiceType != "CMT" || p.ReplaceIfPresent != 1 {
		t.Errorf("submit_sm %+v", p)
	}
	s.sends(exitOK, []string{"accepted"}, "--text", "b", "--ussd", "pssr-response")
	if p := s.submitted().PDU; p.ServiceType != "USSD" {
		t.Errorf("submit_sm %+v", p)
	} else if op, ok := p.TLVs.USSDServiceOp(); !ok || op != 17 {
		t.Errorf("ussd_service_op %v", op)
	}
	s.sends(exitOK, []string{"accepted"}, "--text", "c", "--schedule", "in 3h")
	if p := s.submitted().PDU; !strings.HasPrefix(p.ScheduleDeliveryTime, "00000002595") && p.ScheduleDeliveryTime != "000000030000000R" ||
		!strings.HasPrefix(p.ValidityPeriod, "0000000359") && p.ValidityPeriod != "000000040000000R" {
		t.Errorf("schedule_delivery_time %q, validity_period %q", p.ScheduleDeliveryTime, p.ValidityPeriod)
	}
	s.sends(exitOK, []string{"delivered"}, "--text", "as data", "--data-sm", "--receipt")
	if p := s.submitted().PDU; string(p.UserData()) != "as data" || len(p.ShortMessage) != 0 {
		t.Errorf("data_sm %+v", p)
	}
	for _, bad := range [][]string{
		{"--priority", "4", "outside 0 to 3"}, {"--ussd", "what", "is none of"}, {"--service-type", "TOOLONG", "at most 5 octets"},
		{"--schedule", "soon", "--schedule: \"soon\" is no time"}, {"--list", "x", "--data-sm", "data_sm"},
	} {
		last := len(bad) - 1
		s.fails(exitUsage, []string{bad[last]}, append([]string{"send", "--to", "+359888123456", "--text", "x"}, bad[:last]...)...)
	}
	s.fails(exitUsage, []string{"say who it is for"}, "send", "--text", "x")
	s.ends()
}

// Several recipients get one message each, or one submit_multi where the SMSC takes it; each has its own fate.
func TestSendToMany(t *testing.T) {
	t.Parallel()
	many := []string{"send", "--text", "to all", "--to", "+359888000001", "--to", "+359888000002", "--to", "+359888000003", "--to", "+359888000001", "--receipt"}
	for _, multi := range []bool{false, true} {
		var set []string
		if multi {
			set = append(set, "smsc.test.submit_multi = true")
		}
		s := newSite(t, set...)
		if err := s.smsc.SetOutcome("02", sim.Undeliverable, false); err != nil {
			t.Fatal(err)
		}
		s.start()
		out, errs, code := s.verb(many...)
		if code != exitFailed || len(s.smsc.Submits()) != 3 {
			t.Errorf("submit_multi %v: ended with %d, %d submitted:\n%s%s", multi, code, len(s.smsc.Submits()), out, errs)
		}
		ids := map[string]bool{}
		for _, x := range s.smsc.Submits() {
			ids[x.MessageID] = true
		}
		if want := map[bool]int{false: 3, true: 1}[multi]; len(ids) != want {
			t.Errorf("submit_multi %v: %d message_ids, want %d", multi, len(ids), want)
		}
		if multi && !has(out+errs, "to 3 recipients is on flash", "2 delivered, 1 not delivered") {
			t.Errorf("submit_multi said\n%s%s", out, errs)
		}
		s.ends()
	}
}

// A distribution list is the SMSC's; one that it does not know is refused by its name, and so is any where it takes
// no submit_multi.
func TestSendToList(t *testing.T) {
	t.Parallel()
	s := newSite(t, "smsc.test.submit_multi = true")
	s.unplugged()
	s.newSMSC(func(c *sim.Config) { c.Lists = map[string][]string{"crew": {"+359888000001", "+359888000002"}} })
	s.plug()
	s.start()
	if out, errs, code := s.verb("send", "--text", "x", "--list", "crew"); code != exitOK || len(s.smsc.Submits()) != 2 {
		t.Errorf("ended with %d:\n%s%s", code, out, errs)
	}
	if out, errs, code := s.verb("send", "--text", "x", "--list", "crowd"); code != exitFailed || !has(errs, "ESME_RINVDLNAME") {
		t.Errorf("ended with %d:\n%s%s", code, out, errs)
	}
	s.ends()
	other := newSite(t)
	other.start()
	if out, errs, code := other.verb("send", "--text", "x", "--list", "crew"); code != exitFailed || !has(errs, "list crew cannot be sent to", "submit_multi is not set") {
		t.Errorf("ended with %d:\n%s%s", code, out, errs)
	}
	other.ends()
}

// query, cancel and replace reach the SMSC, by our ID and by its own; what was not sent is changed in the queue.
func TestOperate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.unplugged()
	s.newSMSC(func(c *sim.Config) { c.ReceiptDelay = time.Hour })
	s.plug()
	s.start()
	s.sends(exitOK, nil, "--text", "first", "--receipt", "--no-wait")
	s.until("the SMSC has it", func() bool { return len(s.smsc.Submits()) == 1 })
	s.until("the agent knows", func() bool { st, err := s.status(); return err == nil && st.Way.Links[0].Submits.Accepted == 1 })
	id := s.submitted().MessageID
	says := func(code int, parts []string, args ...string) {
		t.Helper()
		if out, errs, got := s.verb(args...); got != code || !has(out+errs, parts...) {
			t.Errorf("%q ended with %d:\n%s%s want %q", args, got, out, errs, parts)
		}
	}
	says(exitOK, []string{"message_id " + id + " at test: ENROUTE"}, "query", "1")
	says(exitOK, []string{`"message_state":"ENROUTE"`}, "query", "--message-id", id, "--json")
	says(exitOK, []string{"replaced"}, "replace", "1", "second")
	if got := s.submitted().Text; got != "second" {
		t.Errorf("the SMSC has %q", got)
	}
	says(exitUsage, []string{"data_coding"}, "replace", "1", "Вода")
	says(exitOK, []string{"cancelled"}, "cancel", "1")
	if m := s.smsc.Messages(); m[0].State != sim.Deleted.String() {
		t.Errorf("the SMSC has it in state %s", m[0].State)
	}
	says(exitUsage, []string{"it is settled"}, "query", "1")
	says(exitFailure, []string{"ESME_RCANCELFAIL"}, "cancel", "--message-id", id)
	says(exitUsage, []string{"say which message"}, "query")
	says(exitUsage, []string{"there is no [smsc.x]"}, "query", "--message-id", id, "--smsc", "x")

	s.sends(exitOK, nil, "--text", "later", "--at", "in 3h", "--no-wait") // 2
	says(exitFailure, []string{"no SMSC has it yet"}, "query", "2")
	says(exitOK, []string{"message 2 had not been sent; message 3 is in its place"}, "replace", "2", "even later")
	says(exitOK, []string{"message 3 had not been sent; it is out of the queue"}, "cancel", "3")
	if out, _, _ := s.verb("queue", "list"); strings.Contains(out, "later") {
		t.Errorf("the queue still has\n%s", out)
	}
	s.faults("no-query=on")
	s.sends(exitOK, nil, "--text", "asked in vain", "--receipt", "--no-wait")
	s.until("the SMSC has it", func() bool { st, err := s.status(); return err == nil && st.Way.Links[0].Submits.Accepted == 2 })
	says(exitFailure, []string{"the SMSC does not know query_sm"}, "query", "4")
	s.faults("")
	s.ends()
}

// send --notify waits for the phone to be back.
func TestNotify(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := s.smsc.SetOutcome("3456", sim.Undeliverable, false); err != nil {
		t.Fatal(err)
	}
	s.start()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.until("the text has failed", func() bool { st, err := s.status(); return err == nil && st.Way.Failed == 1 })
		s.until("somebody asked to be told", func() bool { return s.smsc.Reachable("+359888123456") == 1 })
	}()
	s.sends(exitFailed, []string{"failed: ", "reachable"}, "--text", "call me", "--notify")
	<-done
	if p := s.submitted().PDU; !setsDPF(p) {
		t.Errorf("submit_sm %+v", p)
	}
	s.ends()
}

func setsDPF(p *pdu.SubmitSM) bool { set, ok := p.TLVs.SetDPF(); return set && ok }
