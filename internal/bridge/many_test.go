package bridge

import (
	"context"
	"testing"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// toMany is a text with a receipt to three numbers.
func toMany(t *testing.T, text string) sms.Message {
	t.Helper()
	m := message(text)
	m.Submit = &sms.Submission{Others: []sms.Address{phone(t, "+359888000002"), phone(t, "+359888000003")}}
	return m
}

// A message to many that the SMSC takes no submit_multi for, or of several segments, goes as one to each.
func TestApart(t *testing.T) {
	for _, multi := range []bool{false, true} {
		r := newRig(t, "", func(r *rig) { r.profile.SubmitMulti = multi })
		text := "to all"
		if multi {
			for range 6 {
				text += " of you, who are many, and read long texts"
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		events := r.b.Follow(ctx, 0)
		id := r.accept(toMany(t, text))
		delivered := map[string]bool{}
		for e := range events {
			if e.Step == StepDelivered && e.ID != id {
				delivered[e.To] = true
			}
			if len(delivered) == 3 {
				break
			}
		}
		if n := len(r.smsc.Messages()); n != 3 || len(delivered) != 3 {
			t.Errorf("submit_multi %v: the SMSC has %d messages, delivered are %v", multi, n, delivered)
		}
		r.stop()
	}
}

// What of submit_multi the SMSC did not answer is sent again to those alone who may not have it, and what it
// refused to nobody.
func TestManyInWeather(t *testing.T) {
	r := newRig(t, "throttle=2", func(r *rig) { r.profile.SubmitMulti = true })
	if err := r.smsc.SetOutcome("03", 5, false); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	events := r.b.Follow(ctx, 0)
	id := r.accept(toMany(t, "in weather"))
	var last Event
	for e := range events {
		if last = e; e.Final && e.ID == id {
			break
		}
	}
	if last.Step != StepFailed || last.Detail == "" {
		t.Errorf("it ended %+v", last)
	}
	for _, m := range r.smsc.Messages() {
		if m.Copies != 1 {
			t.Errorf("%s has it %d times", m.To, m.Copies)
		}
	}
	if n := len(r.smsc.Messages()); n != 3 {
		t.Errorf("%d have it", n)
	}
}

// refusedIn finds who was refused, however the SMSC writes it.
func TestRefusedIn(t *testing.T) {
	resp := &pdu.SubmitMultiResp{Unsuccessful: []pdu.Unsuccessful{
		{Address: pdu.Address{Addr: "00359888000001"}, Status: pdu.StatusRINVDSTADR},
		{Address: pdu.Address{Addr: "crew"}, Status: pdu.StatusRINVDLNAME},
	}}
	for _, tt := range []struct {
		to   pdu.Destination
		want pdu.Status
	}{
		{pdu.Destination{Flag: pdu.DestSME, Address: pdu.Address{TON: 1, NPI: 1, Addr: "359888000001"}}, pdu.StatusRINVDSTADR},
		{pdu.Destination{Flag: pdu.DestSME, Address: pdu.Address{TON: 1, NPI: 1, Addr: "359888000002"}}, pdu.StatusROK},
		{pdu.Destination{Flag: pdu.DestList, List: "crew"}, pdu.StatusRINVDLNAME},
		{pdu.Destination{Flag: pdu.DestList, List: "crowd"}, pdu.StatusROK},
	} {
		if got := refusedIn(resp, tt.to); got != tt.want {
			t.Errorf("%+v: %v, want %v", tt.to, got, tt.want)
		}
	}
}
