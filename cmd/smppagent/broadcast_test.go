//go:build !tiny

package main

import (
	"encoding/json"
	"testing"

	"smppagent/internal/pdu"
)

// A broadcast reaches an SMSC of 5.0 with its areas, repeats and frequency; it can be asked about and ended.
func TestBroadcast(t *testing.T) {
	t.Parallel()
	s := newSite(t, `smsc.test.interface_version = "5.0"`)
	s.start()
	s.until("the link is bound", func() bool { st, err := s.status(); return err == nil && st.Way.Links[0].State == "bound" })
	out, errs, code := s.verb("broadcast", "--area", "harbour", "--area", "polygon:0102", "--text", "Leave the river bank", "--repeat", "10", "--every", "5m", "--json")
	var r broadcastReply
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitOK || r.MessageID == "" {
		t.Fatalf("ended with %d: %s%s", code, out, errs)
	}
	p := s.smsc.Broadcasts()[r.MessageID]
	if p == nil {
		t.Fatal("the SMSC has no such broadcast")
	}
	areas := p.TLVs.BroadcastAreas()
	n, _ := p.TLVs.BroadcastRepNum()
	every, _ := p.TLVs.BroadcastFrequencyInterval()
	content, _ := p.TLVs.BroadcastContentType()
	if string(p.UserData()) != "Leave the river bank" || len(areas) != 2 || string(areas[0].Details) != "harbour" || areas[1].Format != pdu.AreaPolygon ||
		n != 10 || every != (pdu.BroadcastFrequency{Unit: 9, Number: 5}) || content.Content != 1 {
		t.Errorf("broadcast_sm %+v", p)
	}
	if out, errs, code := s.verb("broadcast", "query", r.MessageID); code != exitOK || !has(out, "ENROUTE", `alias "harbour": 100 %`) {
		t.Errorf("query ended with %d: %s%s", code, out, errs)
	}
	if out, errs, code := s.verb("broadcast", "cancel", r.MessageID); code != exitOK || !has(out, "cancelled") || len(s.smsc.Broadcasts()) != 0 {
		t.Errorf("cancel ended with %d: %s%s", code, out, errs)
	}
	s.fails(exitFailure, []string{"ESME_RBCASTCANCELFAIL"}, "broadcast", "cancel", r.MessageID)
	s.fails(exitUsage, []string{"--text and --area"}, "broadcast", "--text", "x")
	s.fails(exitUsage, []string{`every: "5" is no number`}, "broadcast", "--text", "x", "--area", "y", "--every", "5")
	s.ends()

	old := newSite(t)
	old.start()
	old.until("the link is bound", func() bool { st, err := old.status(); return err == nil && st.Way.Links[0].State == "bound" })
	old.fails(exitFailure, []string{`set interface_version = "5.0"`}, "broadcast", "--text", "x", "--area", "y")
	old.ends()
}
