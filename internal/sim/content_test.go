package sim

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestContent(t *testing.T) {
	septets := func(n int) []byte { return []byte(strings.Repeat("a", n)) }
	payload := func(s string) []byte { return append([]byte{0x04, 0x24, 0, byte(len(s))}, s...) }
	sar := func(parts, part byte) []byte {
		return []byte{0x02, 0x0C, 0, 2, 0, 9, 0x02, 0x0E, 0, 1, parts, 0x02, 0x0F, 0, 1, part}
	}
	for _, c := range []struct {
		name       string
		esm, dcs   int
		message    []byte
		tlvs       []byte
		status     uint32
		text, part string
	}{
		{"GSM 7-bit with escape", 0, 0, []byte("5 \x1be @\x00"), nil, 0, "5 € ¡@", "0/0"},
		{"flash", 0, 0xF0, []byte("fire\x1b\x3c"), nil, 0, "fire[", "0/0"},
		{"message waiting", 0, 0xC8, []byte("2 calls"), nil, 0, "2 calls", "0/0"},
		{"message waiting in UCS2", 0, 0xE8, []byte{4, 0x32}, nil, 0, "в", "0/0"},
		{"Latin-1", 0, 3, []byte("caf\xe9"), nil, 0, "café", "0/0"},
		{"UCS2", 0, 8, []byte{4, 0x32, 0xD8, 0x3D, 0xDD, 0x25}, nil, 0, "в🔥", "0/0"},
		{"odd UCS2: ESME_RINVMSGLEN", 0, 8, []byte{4, 0x32, 0}, nil, 0x01, "", ""},
		{"octets", 0, 4, []byte{0, 0xFF}, nil, 0, "00ff", "0/0"},
		{"empty", 0, 0, nil, nil, 0, "", "0/0"},
		{"160 septets", 0, 0, septets(160), nil, 0, string(septets(160)), "0/0"},
		{"161 septets", 0, 0, septets(161), nil, 0x01, "", ""},
		{"140 octets", 0, 4, septets(140), nil, 0, strings.Repeat("61", 140), "0/0"},
		{"141 octets", 0, 4, septets(141), nil, 0x01, "", ""},
		{"header and 153 septets", 0x40, 0, append([]byte{5, 0, 3, 7, 2, 1}, septets(153)...), nil, 0, string(septets(153)), "1/2"},
		{"header and 154 septets", 0x40, 0, append([]byte{5, 0, 3, 7, 2, 1}, septets(154)...), nil, 0x01, "", ""},
		{"16-bit header and 152 septets", 0x40, 0, append([]byte{6, 8, 4, 1, 7, 2, 2}, septets(152)...), nil, 0, string(septets(152)), "2/2"},
		{"16-bit header and 153 septets", 0x40, 0, append([]byte{6, 8, 4, 1, 7, 2, 2}, septets(153)...), nil, 0x01, "", ""},
		{"header and 134 octets", 0x40, 8, append([]byte{5, 0, 3, 7, 2, 1}, make([]byte, 134)...), nil, 0, strings.Repeat("\x00", 67), "1/2"},
		{"header and 136 octets", 0x40, 8, append([]byte{5, 0, 3, 7, 2, 1}, make([]byte, 136)...), nil, 0x01, "", ""},
		{"two elements", 0x40, 0, append([]byte{9, 1, 2, 0x80, 3, 0, 3, 7, 3, 2}, "x"...), nil, 0, "x", "2/3"},
		{"header without concatenation", 0x40, 0, append([]byte{4, 1, 2, 0x80, 3}, "x"...), nil, 0, "x", "0/0"},
		{"empty header", 0x40, 0, []byte("\x00x"), nil, 0, "x", "0/0"},
		{"part 0: ESME_RSUBMITFAIL", 0x40, 0, []byte{5, 0, 3, 7, 2, 0}, nil, 0x45, "", ""},
		{"part 3 of 2", 0x40, 0, []byte{5, 0, 3, 7, 2, 3}, nil, 0x45, "", ""},
		{"concatenation in 2 octets", 0x40, 0, []byte{4, 0, 2, 7, 2}, nil, 0x45, "", ""},
		{"no header", 0x40, 0, nil, nil, 0x45, "", ""},
		{"header longer than the message", 0x40, 0, []byte{2, 0}, nil, 0x45, "", ""},
		{"element longer than the header", 0x40, 0, []byte{3, 0, 3, 7}, nil, 0x45, "", ""},
		{"element without length", 0x40, 0, []byte{1, 0}, nil, 0x45, "", ""},
		{"message_payload", 0, 0, nil, payload("wet"), 0, "wet", "0/0"},
		{"message_payload with header", 0x40, 0, nil, payload("\x05\x00\x03\x07\x02\x01wet"), 0, "wet", "1/2"},
		{"both: ESME_ROPTPARNOTALLWD", 0, 0, []byte("x"), payload("wet"), 0xC1, "", ""},
		{"sar_", 0, 0, []byte("x"), sar(2, 2), 0, "x", "2/2"},
		{"sar_ part 0: ESME_RINVOPTPARAMVAL", 0, 0, []byte("x"), sar(2, 0), 0xC4, "", ""},
		{"sar_ and header", 0x40, 0, []byte{5, 0, 3, 7, 2, 1}, sar(2, 2), 0xC4, "", ""},
		{"sar_ alone: ESME_RMISSINGOPTPARAM", 0, 0, []byte("x"), sar(2, 2)[:6], 0xC3, "", ""},
		{"sar_ too long: ESME_RINVPARLEN", 0, 0, []byte("x"), append(sar(2, 2)[:11], 0x02, 0x0F, 0, 2, 0, 2), 0xC2, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, nil)
				e := r.bound(t, bindTransmitter)
				f := e.ask(submitSM, submit("359888", c.esm, 0, c.dcs, c.message, c.tlvs...))
				if f.status != c.status {
					t.Fatalf("status %x, want %x: %v", f.status, c.status, r.events(KindRefused))
				}
				if c.status != 0 {
					if n := len(r.Submits()); n != 0 {
						t.Errorf("%d accepted", n)
					}
					return
				}
				s := r.Submits()[0]
				if got := fmt.Sprintf("%d/%d", s.Part, s.Parts); s.Text != c.text || got != c.part {
					t.Errorf("got %q part %s, want %q part %s", s.Text, got, c.text, c.part)
				}
			})
		})
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		name        string
		sourceTON   int
		source      string
		destTON     int
		dest        string
		status      uint32
		showF, show string
	}{
		{"numbers", 1, "359700", 1, "359888", 0, "+359700", "+359888"},
		{"national, short", 2, "0888", 3, "1234", 0, "0888", "1234"},
		{"alphanumeric source", 5, "Pump 7", 1, "359888", 0, "Pump 7", "+359888"},
		{"no source", 0, "", 1, "359888", 0, "", "+359888"},
		{"plus", 1, "359700", 1, "+359888", 0x0B, "", ""},
		{"plus in source", 1, "+359700", 1, "359888", 0x0A, "", ""},
		{"international with 00", 1, "359700", 1, "00359888", 0x0B, "", ""},
		{"no destination", 1, "359700", 1, "", 0x0B, "", ""},
		{"letters", 1, "359700", 1, "359x", 0x0B, "", ""},
		{"alphanumeric destination", 1, "359700", 5, "Ivan", 0x50, "", ""},
		{"long alphanumeric source", 5, "Pumping-house", 1, "359888", 0x0A, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, nil)
				e := r.bound(t, bindTransmitter)
				f := e.ask(submitSM, body("", c.sourceTON, 1, c.source, c.destTON, 1, c.dest, 0, 0, 0, "", "", 0, 0, 0, 0, 1, []byte("x")))
				if f.status != c.status {
					t.Fatalf("status %x, want %x", f.status, c.status)
				}
				if m := r.Messages(); c.status == 0 && (m[0].From != c.showF || m[0].To != c.show) {
					t.Errorf("from %q to %q, want %q %q", m[0].From, m[0].To, c.showF, c.show)
				}
			})
		})
	}
}

// TestMessages: parts come together in any order, and what comes twice is counted.
func TestMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		e := r.bound(t, bindTransmitter)
		part := func(ref, parts, part byte, what string) {
			t.Helper()
			f := e.ask(submitSM, submit("359888", 0x40, 0, 0, append([]byte{5, 0, 3, ref, parts, part}, what...)))
			if f.status != 0 {
				t.Fatalf("status %x", f.status)
			}
		}
		want := func(why string, want ...string) {
			t.Helper()
			var got []string
			for _, m := range r.Messages() {
				got = append(got, fmt.Sprintf("%s missing %d of %d copies %d ids %d", m.Text, m.Missing, m.Parts, m.Copies, len(m.IDs)))
			}
			if strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("%s:\ngot  %q\nwant %q", why, got, want)
			}
		}
		part(7, 3, 3, "C")
		part(7, 3, 1, "A")
		want("two of three", "AC missing 1 of 3 copies 0 ids 2")
		part(7, 3, 1, "A")
		want("a part twice", "AC missing 1 of 3 copies 0 ids 3")
		part(7, 3, 2, "B")
		want("all", "ABC missing 0 of 3 copies 1 ids 4")
		part(7, 3, 2, "B")
		part(7, 3, 3, "C")
		want("all twice", "ABC missing 0 of 3 copies 2 ids 6")
		part(7, 3, 1, "X")
		want("the reference again", "ABC missing 0 of 3 copies 2 ids 6", "X missing 2 of 3 copies 0 ids 1")
		for _, ref := range []byte{1, 1, 2} {
			e.ask(submitSM, text("359888", "x", 0, 0x02, 0x04, 0, 2, 0, ref))
		}
		e.ask(submitSM, text("359888", "x", 0))
		want("by user_message_reference", "ABC missing 0 of 3 copies 2 ids 6", "X missing 2 of 3 copies 0 ids 1",
			"x missing 0 of 1 copies 2 ids 2", "x missing 0 of 1 copies 1 ids 1", "x missing 0 of 1 copies 1 ids 1")
		if st := r.Stats(); st.Submits != 11 || st.Duplicates != 4 || st.Messages != 4 {
			t.Errorf("stats: %v", st)
		}
		var whole []string
		for _, e := range r.events(KindSubmitted) {
			if e.Whole != "" {
				whole = append(whole, e.Whole)
			}
		}
		if len(whole) != 1 || whole[0] != "ABC" {
			t.Errorf("completed %q, want ABC", whole)
		}
	})
}

func TestKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *Config) { c.Keep = 2 })
		e := r.bound(t, bindTransmitter)
		for _, s := range []string{"a", "b", "c", "b", "a"} {
			e.ask(submitSM, text("359888", s, 0))
		}
		var got string
		for _, m := range r.Messages() {
			got += fmt.Sprint(m.Text, m.Copies)
		}
		if st := r.Stats(); got != "c1a1" || st.Submits != 5 || st.Duplicates != 1 {
			t.Errorf("remembered %s, want c1a1; %v", got, st)
		}
	})
}

func TestParseTime(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ in, want string }{
		{"", "0001-01-01T00:00:00Z"},
		{"000007000000000R", "2026-02-07T12:00:00Z"},
		{"000000000130000R", "2026-01-31T12:01:30Z"},
		{"010000000000000R", "2027-01-31T12:00:00Z"},
		{"260201101530508+", "2026-02-01T08:15:30.5Z"},
		{"260201101530020-", "2026-02-01T15:15:30Z"},
		{"990201101530000+", "1999-02-01T10:15:30Z"},
		{"2602011015300+", ""}, {"260201101530049+", ""}, {"26020110153000R", ""}, {"260230101530000+", ""},
		{"260201251530000+", ""}, {"260201101530000Z", ""}, {"000000000130010R", ""}, {"26020110153000 +", ""},
		{"2602 1101530000+", ""},
	} {
		got, err := parseTime(c.in, now)
		if c.want == "" {
			if err == nil {
				t.Errorf("%q: got %v, want an error", c.in, got)
			}
			continue
		}
		if s := got.UTC().Format(time.RFC3339Nano); err != nil || s != c.want {
			t.Errorf("%q: got %s %v, want %s", c.in, s, err, c.want)
		}
	}
}
