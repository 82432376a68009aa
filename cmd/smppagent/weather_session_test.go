package main

import (
	"testing"
	"time"
)

// An SMSC that binds and then misbehaves at each submit_sm, for as long as it likes, loses nothing. What
// it has answered properly arrives once; what it left in doubt, seldom twice. The log has a few lines
// for each loss of the link and each text, and no more.
func TestBadSession(t *testing.T) {
	const inDoubt = 5 // copies, at the most: it is sent again at growing intervals
	tests := []struct {
		name, faults string
		set          []string
		most         int      // copies of a text
		line         []string // parts of a line that must be there
		once         bool     // and there just once
	}{
		{"throttling", "throttle=on", []string{`route.hold_min = "100ms"`, `route.hold_max = "400ms"`}, 1,
			[]string{"link held", "ESME_RTHROTTLED"}, true},
		{"queue full", "queue-full=on", []string{`route.hold_min = "100ms"`, `route.hold_max = "400ms"`}, 1,
			[]string{"messages to one phone held", "ESME_RMSGQFUL"}, true},
		{"half a PDU", "half-pdu=on,no-receipt=on", []string{`smsc.test.body_timer = "1s"`}, inDoubt,
			[]string{"session lost", "nothing more within 1s after", "of a PDU"}, false},
		{"half a PDU and gone", "cut-pdu=on,no-receipt=on", nil, inDoubt,
			[]string{"session lost", "closed the connection"}, false},
		{"an over-long PDU", "overlong=on,no-receipt=on", nil, inDoubt,
			[]string{"session lost", "command_length 2147483647 is not within 16 and 8192 (max_pdu)"}, false},
		{"a PDU of 7 octets", "short-length=on,no-receipt=on", nil, inDoubt,
			[]string{"session lost", "command_length 7 is not within"}, false},
		{"garbage", "garbage=on,no-receipt=on", nil, inDoubt,
			[]string{"session lost", "command_length"}, false},
		{"closing at each submit_sm", "lose=100%", nil, 1,
			[]string{"session lost", "closed the connection"}, false},
		{"mute", "mute=on", []string{`smsc.test.enquire_link_timer = "250ms"`, `smsc.test.enquire_response = "250ms"`, `smsc.test.session_init_timer = "1s"`}, inDoubt,
			[]string{"session lost", "no enquire_link_resp within 250ms"}, true},
		{"answering nothing", "swallow-responses=on,no-receipt=on", nil, inDoubt,
			[]string{"message in doubt", "no response within response_timer"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, tt.set...)
			s.start()
			s.accept("before")
			s.deliver(1, "before")
			s.faults(tt.faults)
			accepted := texts("text", 5)
			s.accept(accepted...)
			over := time.NewTimer(2500 * time.Millisecond)
			defer over.Stop()
			<-over.C
			s.faults("")
			s.deliver(tt.most, accepted...)
			s.ends()
			lines := s.logged(append(tt.line, "level=WARN")...)
			if len(lines) == 0 || tt.once && len(lines) > 1 {
				t.Errorf("%d lines with %q\n%s", len(lines), tt.line, s.log())
			}
			s.quiet(90)
		})
	}
}
