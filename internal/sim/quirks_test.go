package sim

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The strictness: what is refused to whom makes the mistake, and that others are served.
func TestStrictness(t *testing.T) {
	const none = 0xFFFFFFFF // no answer: the connection is closed
	bind := func(command uint32, version int, password, systemType string) func(*testing.T, *rig) uint32 {
		return func(t *testing.T, r *rig) uint32 {
			return r.dial(t).ask(command, body("pump", password, systemType, version, 0, 0, "")).status
		}
	}
	type parts struct {
		service, to, from, validity string
		ton, npi, class, coding     int
		message                     []byte
		tlvs                        string
	}
	send := func(p parts) func(*testing.T, *rig) uint32 {
		return func(t *testing.T, r *rig) uint32 {
			e := r.bound(t, bindTransmitter)
			if p.to == "" {
				p.to = "359888"
			}
			return e.ask(submitSM, body(p.service, p.ton, p.npi, p.from, 1, 1, p.to, p.class, 0, 0, "", p.validity, 0, 0, p.coding, 0,
				len(p.message), p.message, []byte(p.tlvs))).status
		}
	}
	enquire := func(bound bool, tail ...byte) func(*testing.T, *rig) uint32 {
		return func(t *testing.T, r *rig) uint32 {
			e := r.dial(t)
			if bound {
				e.ask(bindTransceiver, bindBody("pump", "secret"))
			}
			e.send(enquireLink, tail)
			if b, ok := e.raw(); ok {
				return uint32(b[11])
			}
			return none
		}
	}
	responds := func(tail ...byte) func(*testing.T, *rig) uint32 {
		return func(t *testing.T, r *rig) uint32 {
			e := r.bound(t, bindTransceiver)
			if err := r.SendMO("+359888123456", "", "hello"); err != nil {
				t.Fatal(err)
			}
			f := e.next()
			e.write(frame{deliverSM | resp, 0, f.sequence, tail}.octets())
			synctest.Wait()
			select {
			case b, ok := <-e.in:
				if ok {
					return uint32(b[11])
				}
				return none
			default:
				return 0
			}
		}
	}
	septets := func(n int, last string) []byte { return []byte(strings.Repeat("a", n-len(last)) + last) }
	segment := func(of []byte) []byte { return append([]byte("\x05\x00\x03\x01\x02\x01"), of...) }
	sar := "\x02\x0c\x00\x02\x00\x01\x02\x0e\x00\x01\x02\x02\x0f\x00\x01\x01"
	for _, tt := range []struct {
		quirk string
		wrong func(*testing.T, *rig) uint32
		want  uint32
		right func(*testing.T, *rig) uint32
	}{
		{"only-3.4", bind(bindTransceiver, 0x50, "secret", ""), 0x08, bind(bindTransceiver, 0x34, "secret", "")},
		{"version-check", bind(bindTransceiver, 0x22, "secret", ""), 0x0D, bind(bindTransceiver, 0x33, "secret", "")},
		{"version-check", bind(bindTransceiver, 0, "secret", ""), 0x0D, bind(bindTransceiver, 0x50, "secret", "")},
		{"no-transceiver", bind(bindTransceiver, 0x34, "secret", ""), 0x03, bind(bindReceiver, 0x34, "secret", "")},
		{"only-transceiver", bind(bindReceiver, 0x34, "secret", ""), 0x03, bind(bindTransceiver, 0x34, "secret", "")},
		{"system-type", bind(bindTransceiver, 0x34, "secret", ""), 0x53, bind(bindTransceiver, 0x34, "secret", "VMA")},
		{"short-password", bind(bindTransceiver, 0x34, "ninechars", ""), 0x0E, bind(bindTransceiver, 0x34, "secret", "")},
		{"strict-open", enquire(false), none, enquire(true)},
		{"no-enquire", enquire(true), none, bind(bindTransceiver, 0x34, "secret", "")},
		{"exact-lengths", responds(), 0x02, responds(0)},
		{"exact-lengths", responds(0, 0), 0x02, responds(0)},
		{"no-tlvs", send(parts{tlvs: "\x02\x04\x00\x02\x00\x01"}), 0xC1, send(parts{})},
		{"no-udh", send(parts{class: 0x40, message: segment(septets(153, ""))}), 0x43, send(parts{})},
		{"no-sar", send(parts{tlvs: sar}), 0xC1, send(parts{})},
		{"no-payload", send(parts{tlvs: "\x04\x24\x00\x01a"}), 0xC1, send(parts{message: []byte("a")})},
		{"full-segments", send(parts{class: 0x40, message: segment(septets(134, ""))}), 0x01,
			send(parts{class: 0x40, message: segment(septets(152, ""))})},
		{"whole-characters", send(parts{class: 0x40, message: segment(septets(153, "\x1b"))}), 0x01,
			send(parts{class: 0x40, message: segment(septets(153, "\x1b\x65"))})},
		{"whole-characters", send(parts{coding: 8, message: []byte{0, 'a', 0xD8, 0x3D}}), 0x01,
			send(parts{coding: 8, message: []byte{0xD8, 0x3D, 0xDE, 0x00}})},
		{"whole-characters", send(parts{coding: 8, message: []byte{0xDE, 0x00, 0, 'a'}}), 0x01, send(parts{coding: 8})},
		{"strict-sender", send(parts{ton: 5, npi: 1, from: "Pump"}), 0x49, send(parts{ton: 5, from: "Pump"})},
		{"no-alphanumeric", send(parts{ton: 5, from: "Pump"}), 0x48, send(parts{ton: 1, npi: 1, from: "359700"})},
		{"no-plus", send(parts{to: "+359888"}), 0x94, send(parts{})},
		{"no-relative", send(parts{validity: "000001000000000R"}), 0x62, send(parts{validity: "300101000000000+"})},
		{"no-absolute", send(parts{validity: "300101000000000+"}), 0x62, send(parts{validity: "000001000000000R"})},
		{"service-type", send(parts{}), 0x15, send(parts{service: "CMT"})},
	} {
		t.Run(tt.quirk, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				told := func(r *rig) bool {
					return slices.ContainsFunc(r.events(KindFault), func(e Event) bool { return e.Fault == tt.quirk })
				}
				change := func(cfg *Config) {
					cfg.Faults = tt.quirk
					cfg.Accounts = nil
				}
				r := start(t, change)
				if got := tt.right(t, r); got != 0 || told(r) {
					t.Errorf("the right thing gets status %x, told of %v", got, told(r))
				}
				r = start(t, change)
				if got := tt.wrong(t, r); got != tt.want || !told(r) {
					t.Errorf("the mistake gets status %x, want %x, told of %v", got, tt.want, told(r))
				}
			})
		})
	}
}

// A quirk of a time has one that is usual.
func TestUsualValues(t *testing.T) {
	f := newFaults(1, func() {})
	if err := f.Set("ghost-session,idle-limit=1s*2,small-window"); err != nil {
		t.Fatal(err)
	}
	if got := f.by("ghost-session"); got != 90*time.Second {
		t.Errorf("ghost-session: %v", got)
	}
	if got := strings.Join(f.Active(), " "); got != "ghost-session=90s idle-limit=1s*2 small-window=1" {
		t.Errorf("active %q", got)
	}
}

// Every quirk names a section, and every pitfall that is an SMSC's to play has a quirk.
func TestPitfallsAreCovered(t *testing.T) {
	seen := map[int]bool{}
	for name, numbers := range Pitfalls() {
		for _, n := range numbers {
			if seen[n] = true; n < 1 || n > 53 {
				t.Errorf("%s: pitfall %d", name, n)
			}
		}
	}
	for n := 1; n <= 52; n++ { // 53 is the modem's
		if !seen[n] {
			t.Errorf("no quirk for pitfall %d", n)
		}
	}
	for _, k := range faultList {
		if k.section == "" || k.help == "" {
			t.Errorf("%s: section %q, help %q", k.name, k.section, k.help)
		}
	}
}
