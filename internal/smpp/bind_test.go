package smpp

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
)

func TestBindSendsTheAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.SystemType, cfg.AddressRange, cfg.AddrTON, cfg.AddrNPI = "VMA", "1234", 1, 1
		n, f := begin(t, cfg)
		fr := f.bind()
		b := fr.PDU.(*pdu.BindTransceiver).Bind
		want := pdu.Bind{SystemID: "site", Password: "secret08", SystemType: "VMA", InterfaceVersion: 0x34, AddrTON: 1, AddrNPI: 1, AddressRange: "1234"}
		if b != want || fr.Sequence != 1 {
			t.Errorf("got %+v sequence %d, want %+v sequence 1", b, fr.Sequence, want)
		}
		<-n.Bound()
		if strings.Contains(n.log.String(), "secret08") {
			t.Errorf("the password is in the log: %s", n.log)
		}
	})
}

func TestBindKinds(t *testing.T) {
	for kind, cmd := range map[string]pdu.Command{
		BindTransceiver: pdu.CmdBindTransceiver, BindTransmitter: pdu.CmdBindTransmitter, BindReceiver: pdu.CmdBindReceiver,
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := config()
			cfg.Bind = kind
			n, f := begin(t, cfg)
			fr := f.want(cmd)
			// One SMSC in the field answers every bind with bind_transmitter_resp.
			f.send(pdu.StatusROK, fr.Sequence, &pdu.BindTransmitterResp{})
			<-n.Bound()
		})
	}
}

// One test server numbers its bind responses by itself. Nothing else is out that it could answer.
func TestBindAnsweredWithAnotherSequenceNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := begin(t, config())
		f.want(pdu.CmdBindTransceiver)
		f.send(pdu.StatusROK, 4711, &pdu.BindTransceiverResp{})
		<-n.Bound()
		if s := n.log.String(); !strings.Contains(s, "another sequence_number") || !strings.Contains(s, "4711") {
			t.Errorf("the log does not say so: %s", s)
		}
	})
}

func TestBindRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		status pdu.Status
		answer pdu.PDU
		seq    uint32
		nack   bool
	}{
		{"by its response", pdu.StatusRINVPASWD, &pdu.BindTransceiverResp{}, 1, false},
		{"by another bind's response", pdu.StatusRINVSYSID, &pdu.BindReceiverResp{}, 1, false},
		{"by generic_nack", pdu.StatusRINVCMDID, &pdu.GenericNack{}, 1, true},
		{"by generic_nack without the sequence_number", pdu.StatusRINVCMDLEN, &pdu.GenericNack{}, 0, true},
		{"by a vendor's status", 0x0400, &pdu.BindTransceiverResp{}, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, f := begin(t, config())
				f.want(pdu.CmdBindTransceiver)
				f.send(c.status, c.seq, c.answer)
				err := n.ended()
				e, ok := errors.AsType[*StatusError](err)
				if !ok || e.Status != c.status || e.Nack != c.nack || e.Command != pdu.CmdBindTransceiver {
					t.Errorf("got %v, want a StatusError with %v", err, c.status)
				}
				if !strings.Contains(err.Error(), c.status.String()) {
					t.Errorf("%q does not name %v", err, c.status)
				}
			})
		})
	}
}

// An SMSC that has messages waiting sends them right behind the bind response, and the network cuts
// the stream where it likes.
func TestBindResponseAndMoreInOneSegment(t *testing.T) {
	for _, piece := range []int{1, 3, 7, 1 << 20} {
		synctest.Test(t, func(t *testing.T) {
			n, f := begin(t, config())
			f.want(pdu.CmdBindTransceiver)
			b := encode(t, pdu.StatusROK, 1, &pdu.BindTransceiverResp{BindResp: pdu.BindResp{SystemID: "SMSC"}})
			b = append(b, encode(t, pdu.StatusROK, 77, incoming("first"))...)
			b = append(b, encode(t, pdu.StatusROK, 78, &pdu.EnquireLink{})...)
			b = append(b, encode(t, pdu.StatusROK, 79, incoming("second"))...)
			go func() {
				for len(b) > 0 {
					k := min(piece, len(b))
					f.raw(b[:k])
					b = b[k:]
				}
			}()
			for _, want := range []string{"first", "second"} {
				d := <-n.Inbound()
				if got := string(d.PDU.ShortMessage); got != want {
					t.Errorf("pieces of %d: got %q, want %q", piece, got, want)
				}
				go d.Respond(pdu.StatusROK)
			}
			got := map[pdu.Command]int{}
			for range 3 {
				got[f.frame().Command]++
			}
			if got[pdu.CmdEnquireLinkResp] != 1 || got[pdu.CmdDeliverSMResp] != 2 {
				t.Errorf("pieces of %d: answers %v", piece, got)
			}
		})
	}
}

func TestBindWithoutAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, f := begin(t, cfg)
		f.want(pdu.CmdBindTransceiver)
		start := time.Now()
		rest := f.closed()
		err := n.ended()
		if d := time.Since(start); d != cfg.SessionInitTimer+cfg.SessionInitTimer/10 {
			t.Errorf("gave up after %v", d)
		}
		if e, ok := errors.AsType[*PeerError](err); !ok || !strings.Contains(e.Problem, "mute") {
			t.Errorf("got %v, want a PeerError that calls the peer mute", err)
		}
		if string(rest) != nudge {
			t.Errorf("the mute peer was sent %q, want %q", rest, nudge)
		}
	})
}

func TestBindOnlyEnquireLinkComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := begin(t, config())
		f.want(pdu.CmdBindTransceiver)
		f.send(pdu.StatusROK, 9, &pdu.EnquireLink{})
		f.answered(pdu.CmdEnquireLinkResp, pdu.StatusROK, 9) // in any state
		f.send(pdu.StatusROK, 10, incoming("too early"))
		f.answered(pdu.CmdDeliverSMResp, pdu.StatusRINVBNDSTS, 10)
		if rest := f.closed(); len(rest) != 0 {
			t.Errorf("an SMPP peer was nudged: %q", rest)
		}
		if err := n.ended(); !strings.Contains(err.Error(), "no bind response within 10s, though the peer sends PDUs") {
			t.Errorf("got %v", err)
		}
	})
}

func TestBindPeerCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := begin(t, config())
		f.want(pdu.CmdBindTransceiver)
		f.conn.Close()
		err := n.ended()
		if _, ok := errors.AsType[*PeerError](err); !ok || !strings.Contains(err.Error(), "tls.enabled") {
			t.Errorf("got %v, want a PeerError that mentions tls.enabled", err)
		}
	})
}

// A far end that was closed before we wrote anything must not look like a write error only.
func TestBindPeerClosesBeforeTheBind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := begin(t, config())
		f.conn.Close()
		if err := n.ended(); !strings.Contains(err.Error(), "without a word") {
			t.Errorf("got %v", err)
		}
	})
}

func TestBindForeignPeer(t *testing.T) {
	for _, c := range []struct{ sends, says string }{
		{"HTTP/1.1 400 Bad Request\r\n\r\n", "the peer speaks HTTP"},
		{"<!DOCTYPE HTML>\n<html>", "the peer speaks HTTP"},
		{"\x15\x03\x01\x00\x02\x02\x46", "the peer speaks TLS: set tls.enabled = true"},
		{"\x15\x03\x03\x00\x02\x02\x46", "the peer speaks TLS: set tls.enabled = true"},
		{"SSH-2.0-OpenSSH_9.2\r\n", "the peer speaks SSH"},
		{"AMQP\x00\x00\x09\x01", "the peer speaks AMQP"},
		{"\x03\x00\x00\x0b\x06\xd0\x00\x00\x12\x34\x00", "the peer speaks TPKT"},
		{"220 mail.example ESMTP\r\n", "the peer speaks SMTP or FTP"},
		{"hello there\r\n", `the peer speaks text, starting "hello there"`},
		{"\xff\xfd\x18\xff\xfd\x20", "the peer speaks telnet"},
	} {
		synctest.Test(t, func(t *testing.T) {
			n, f := begin(t, config())
			f.want(pdu.CmdBindTransceiver)
			f.raw([]byte(c.sends))
			err := n.ended()
			if _, ok := errors.AsType[*PeerError](err); !ok || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q: got %v, want %q", c.sends, err, c.says)
			}
		})
	}
}

// A web server waits for an empty line before it says anything.
func TestBindForeignPeerAfterNudge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := begin(t, config())
		f.want(pdu.CmdBindTransceiver)
		b := make([]byte, len(nudge))
		if _, err := f.conn.Read(b); err != nil || string(b) != nudge {
			t.Fatalf("got %q, %v", b, err)
		}
		f.raw([]byte("HTTP/1.0 400 Bad Request\r\n"))
		if err := n.ended(); !strings.Contains(err.Error(), "speaks HTTP") {
			t.Errorf("got %v", err)
		}
	})
}
