package sim

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestGolden holds a conversation against the octets of the tables in SMPP 3.4 §4.
func TestGolden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		e := r.dial(t)
		talk := []struct {
			name, send, want string
		}{
			{"bind_transceiver §4.1.5, §4.1.6",
				`00000021 00000009 00000000 00000001
				 70756d7000         system_id pump
				 73656372657400     password secret
				 00 34 00 00 00     system_type, interface_version, addr_ton, addr_npi, address_range
				 `,
				`0000001d 80000009 00000000 00000001
				 736d707073696d00   system_id smppsim
				 0210 0001 34       sc_interface_version
				 `},
			{"enquire_link §4.11", `00000010 00000015 00000000 00000002`, `00000010 80000015 00000000 00000002`},
			{"submit_sm §4.4.1, §4.4.2",
				`00000037 00000004 00000000 00000003
				 00                 service_type
				 0101 33353937303000 source_addr 359700
				 0101 33353938383800 destination_addr 359888
				 00 00 00 00 00     esm_class, protocol_id, priority_flag, schedule_delivery_time, validity_period
				 01 00 00 00        registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id
				 04 77657421        sm_length, short_message
				 0204 0002 0007     user_message_reference
				 `,
				`0000001b 80000004 00000000 00000003
				 3030303030303130303100 message_id 0000001001
				 `},
			{"unknown command §4.3.1", `00000014 00010f0f 00000000 00000004 01020304`, `00000010 80000000 00000003 00000004`},
			{"query_sm for no message it has, §4.8", `00000014 00000003 00000000 00000005 00000000`, `00000014 80000003 00000067 00000005 00000000`},
			{"submit_sm that ends early", `00000014 00000004 00000000 00000006 00010133`, `00000010 80000000 00000002 00000006`},
		}
		for _, step := range talk {
			e.write(unhex(t, comments(step.send)))
			got, _ := e.raw()
			if want := unhex(t, comments(step.want)); !bytes.Equal(got, want) {
				t.Errorf("%s:\ngot  %x\nwant %x", step.name, got, want)
			}
		}

		// The receipt comes two seconds after 2000-01-01 00:00:00.
		receipt := unhex(t, comments(`
			000000b1 00000005 00000000 00000001
			00                  service_type
			0101 33353938383800 source_addr 359888
			0101 33353937303000 destination_addr 359700
			04 00 00 00 00      esm_class: receipt; protocol_id, priority_flag, times
			00 00 00 00         registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id
			6a                  sm_length 106
			69643a30303030303031303031207375623a30303120646c7672643a303031 id:0000001001 sub:001 dlvrd:001
			207375626d697420646174653a30303031303130303030 submit date:0001010000
			20646f6e6520646174653a30303031303130303030     done date:0001010000
			20737461743a44454c49565244206572723a30303020746578743a77657421 stat:DELIVRD err:000 text:wet!
			0204 0002 0007      user_message_reference
			001e 000b 3030303030303130303100 receipted_message_id
			0427 0001 02        message_state DELIVERED
		`))
		if got, _ := e.raw(); !bytes.Equal(got, receipt) {
			t.Errorf("receipt:\ngot  %x\nwant %x", got, receipt)
		}
		e.write(unhex(t, `00000011 80000005 00000000 00000001 00`))

		e.write(unhex(t, `00000010 00000006 00000000 00000007`))
		if got, _ := e.raw(); !bytes.Equal(got, unhex(t, `00000010 80000006 00000000 00000007`)) {
			t.Errorf("unbind_resp: %x", got)
		}
		e.closed()
		synctest.Wait()
		if st := r.Stats(); st.ReceiptsAcked != 1 || st.ReceiptsPending != 0 || st.Messages != 1 || st.Submits != 1 {
			t.Errorf("stats: %v", st)
		}
	})
}

// comments takes the words beside the octets away: in each line what comes after the last hex group.
func comments(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		for _, word := range strings.Fields(line) {
			if strings.Trim(word, "0123456789abcdef") != "" {
				break
			}
			b.WriteString(word + " ")
		}
	}
	return b.String()
}

func TestBind(t *testing.T) {
	cases := []struct {
		name     string
		command  uint32
		id, pass string
		status   uint32
	}{
		{"transmitter", bindTransmitter, "pump", "secret", 0},
		{"receiver", bindReceiver, "pump", "secret", 0},
		{"transceiver", bindTransceiver, "other", "secret", 0},
		{"wrong password: ESME_RINVPASWD", bindTransceiver, "pump", "Secret", 0x0E},
		{"no password", bindTransceiver, "pump", "", 0x0E},
		{"unknown system_id: ESME_RINVSYSID", bindTransceiver, "nobody", "secret", 0x0F},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := start(t, nil).dial(t)
				f := e.ask(c.command, bindBody(c.id, c.pass))
				if f.command != c.command|resp || f.status != c.status {
					t.Errorf("got %x status %x, want %x status %x", f.command, f.status, c.command|resp, c.status)
				}
				if c.status != 0 && len(f.body) != 0 {
					t.Errorf("body %x, §4.1.2 wants none with an error", f.body)
				}
			})
		})
	}
}

// TestStates holds Table 2-1 of the specification.
func TestStates(t *testing.T) {
	cases := []struct {
		name         string
		bind         uint32 // 0: open
		command      uint32
		body         []byte
		want, status uint32
	}{
		{"submit_sm in open", 0, submitSM, text("359888", "x", 0), submitSM | resp, 0x04},
		{"enquire_link in open", 0, enquireLink, nil, enquireLink | resp, 0},
		{"unbind in open", 0, unbind, nil, unbind | resp, 0x04},
		{"submit_sm as receiver", bindReceiver, submitSM, text("359888", "x", 0), submitSM | resp, 0x04},
		{"submit_sm as transmitter", bindTransmitter, submitSM, text("359888", "x", 0), submitSM | resp, 0},
		{"bind again", bindTransmitter, bindTransceiver, bindBody("pump", "secret"), bindTransceiver | resp, 0x05},
		{"deliver_sm from the ESME", bindTransceiver, deliverSM, text("359888", "x", 0), genericNack, 0x03},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, nil)
				var e *esme
				if c.bind == 0 {
					e = r.dial(t)
				} else {
					e = r.bound(t, c.bind)
				}
				f := e.ask(c.command, c.body)
				if f.command != c.want || f.status != c.status {
					t.Errorf("got %x status %x, want %x status %x", f.command, f.status, c.want, c.status)
				}
			})
		})
	}
}

func TestAlreadyBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *Config) { c.SingleSession = true })
		first := r.bound(t, bindTransmitter)
		r.bound(t, bindReceiver) // the other direction is free
		if f := r.dial(t).ask(bindTransceiver, bindBody("pump", "secret")); f.status != 0x05 {
			t.Errorf("status %x, want ESME_RALYBND", f.status)
		}
		first.conn.Close()
		synctest.Wait()
		r.bound(t, bindTransmitter)
	})
}

// TestUnknownResponse: refusing a response could go on for ever.
func TestUnknownResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		e := r.bound(t, bindTransceiver)
		e.write(frame{0x80000777, 0, 9, nil}.octets())
		e.write(frame{genericNack, 3, 9, nil}.octets())
		e.write(frame{enquireLink | resp, 0, 9, nil}.octets())
		e.silent(time.Minute)
		if f := e.ask(enquireLink, nil); f.command != enquireLink|resp {
			t.Errorf("got %x", f.command)
		}
		if n := len(r.events(KindOdd)); n != 3 {
			t.Errorf("%d odd events, want 3", n)
		}
	})
}

func TestBadLength(t *testing.T) {
	cases := []struct{ name, octets, note string }{
		{"too short", "0000000f 00000015 00000000 00000001", "command_length 15"},
		{"too long", "00020000 00000015 00000000 00000001", "command_length 131072"},
		{"a web browser", "474554202f20485454502f312e310d0a", "the peer speaks HTTP"},
		{"TLS", "16030100f8010000f40303000000000000", "the peer speaks TLS"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, nil)
				e := r.dial(t)
				e.write(unhex(t, c.octets)[:16])
				if f := e.next(); f.command != genericNack || f.status != 0x02 || f.sequence != 0 {
					t.Errorf("got %x status %x sequence_number %d, want generic_nack ESME_RINVCMDLEN 0", f.command, f.status, f.sequence)
				}
				e.closed()
				odd := r.events(KindOdd)
				if len(odd) != 1 || !strings.Contains(odd[0].Note, c.note) {
					t.Errorf("events %v, want one with %q", odd, c.note)
				}
			})
		})
	}
}

// TestCut: a conversation that ends anywhere ends the session and nothing else.
func TestCut(t *testing.T) {
	whole := frame{bindTransceiver, 0, 1, bindBody("pump", "secret")}.octets()
	whole = append(whole, frame{submitSM, 0, 2, text("359888", "x", 1)}.octets()...)
	for n := range whole {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, nil)
			e := r.dial(t)
			e.write(whole[:n])
			e.conn.Close()
			synctest.Wait()
			if n := len(r.events(KindClosed)); n != 1 {
				t.Errorf("%d closed, want 1", n)
			}
			if st := r.Stats(); st.Submits != 0 || st.Sessions != 0 {
				t.Errorf("cut at %d: %v", n, st)
			}
			r.bound(t, bindTransceiver)
		})
	}
}

func TestTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *Config) { c.EnquireLinkTimer = 30 * time.Second; c.SessionInitTimer = 7 * time.Second })
		begin := time.Now()
		silent := r.dial(t)
		silent.closed()
		if d := time.Since(begin); d != 7*time.Second {
			t.Errorf("unbound connection closed after %v, want 7s", d)
		}

		begin = time.Now()
		half := r.bound(t, bindTransmitter)
		half.write([]byte{0, 0})
		half.closed()
		if d := time.Since(begin); d != 10*time.Second {
			t.Errorf("half a PDU closed after %v, want 10s", d)
		}

		begin = time.Now()
		e := r.bound(t, bindTransmitter)
		for range 2 {
			f := e.next()
			if f.command != enquireLink {
				t.Fatalf("got %x, want enquire_link", f.command)
			}
			e.answer(f, 0)
		}
		if d := time.Since(begin); d != 60*time.Second {
			t.Errorf("two enquire_link after %v, want 60s", d)
		}
		if f := e.next(); f.command != enquireLink {
			t.Fatalf("got %x, want enquire_link", f.command)
		}
		e.closed() // it was not answered
		if d := time.Since(begin); d != 100*time.Second {
			t.Errorf("mute ESME closed after %v, want 100s", d)
		}
	})
}

func TestUnbindByTheSMSC(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		e := r.bound(t, bindTransceiver)
		r.Unbind()
		f := e.next()
		if f.command != unbind {
			t.Fatalf("got %x, want unbind", f.command)
		}
		e.answer(f, 0)
		e.closed()
	})
}

func TestWindowAndLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *Config) { c.Window = 2; c.Latency = time.Second })
		e := r.bound(t, bindTransmitter)
		begin := time.Now()
		for range 3 {
			e.send(submitSM, text("359888", "x", 0))
		}
		for i, want := range []uint32{0, 0, 0x58} {
			if f := e.next(); f.status != want {
				t.Errorf("response %d: status %x, want %x", i, f.status, want)
			}
		}
		if d := time.Since(begin); d != time.Second {
			t.Errorf("responses after %v, want 1s", d)
		}
		if f := e.ask(submitSM, text("359888", "x", 0)); f.status != 0 {
			t.Errorf("status %x when the window is open again", f.status)
		}
	})
}
