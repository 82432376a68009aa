package smpp

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
)

func TestFraming(t *testing.T) {
	for name, length := range map[string]string{
		"0": "00000000", "15": "0000000f", "one too many": "00002001", "4 GiB": "ffffffff", "negative": "80000000",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, f := bound(t, config())
				go f.raw(octets(t, length))
				f.answered(pdu.CmdGenericNack, pdu.StatusRINVCMDLEN, 0)
				f.closed()
				if e, ok := errors.AsType[*FramingError](n.ended()); !ok || e.Max != 8192 {
					t.Errorf("got %v", e)
				}
			})
		})
	}
}

func TestLongestPDU(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, f := bound(t, cfg)
		m := incoming("")
		m.TLVs = pdu.TLVs{{Tag: pdu.TagMessagePayload, Value: make([]byte, 1)}}
		m.TLVs[0].Value = make([]byte, cfg.MaxPDU-len(encode(t, 0, 1, m))+1)
		b := encode(t, 0, 1, m)
		if len(b) != cfg.MaxPDU {
			t.Fatalf("the PDU has %d octets, want %d", len(b), cfg.MaxPDU)
		}
		f.raw(b)
		if d := <-n.Inbound(); len(d.PDU.TLVs) != 1 || len(d.PDU.TLVs[0].Value) != len(m.TLVs[0].Value) {
			t.Error("the payload did not arrive whole")
		}
		f.raw(encode(t, 0, 2, &pdu.EnquireLink{}))
		f.answered(pdu.CmdEnquireLinkResp, 0, 2)
	})
}

// A command_length alone makes nothing grow; octets do.
func TestNothingIsAllocatedFromALength(t *testing.T) {
	cfg := config()
	cfg.MaxPDU = 131072
	r := newReader(nil, &cfg)
	r.to = copy(r.buf, octets(t, "00020000 00000005 00000000 00000001"))
	if _, err := r.cut(nil); err != nil {
		t.Fatal(err)
	}
	r.makeRoom()
	if len(r.buf) != readRoom {
		t.Errorf("the buffer has %d octets", len(r.buf))
	}
}

func TestHalfAPDUThenSilence(t *testing.T) {
	for _, part := range []string{"00", "00000040", "0000004000000005000000000000000100"} {
		synctest.Test(t, func(t *testing.T) {
			cfg := config()
			n, f := bound(t, cfg)
			start := time.Now()
			f.raw(octets(t, part))
			err := n.ended()
			if d := time.Since(start); d != cfg.BodyTimer {
				t.Errorf("gave up after %v, want %v", d, cfg.BodyTimer)
			}
			if !strings.Contains(err.Error(), "of a PDU") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// One octet now and then wins no time.
func TestSlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, f := bound(t, cfg)
		start := time.Now()
		for _, o := range octets(t, "000000f0 00000005 00000000 00000001 0000000000000000000000000000000000") {
			if _, err := f.conn.Write([]byte{o}); err != nil {
				break
			}
			<-time.After(time.Second)
		}
		n.ended()
		if d := time.Since(start); d > cfg.BodyTimer+time.Second {
			t.Errorf("held for %v", d)
		}
	})
}

// The clock of a PDU stops when it is complete.
func TestSlowButCompletePDUs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.EnquireLinkTimer = 0
		_, f := bound(t, cfg)
		b := encode(t, 0, 3, &pdu.EnquireLink{})
		for range 5 {
			f.raw(b[:9])
			<-time.After(cfg.BodyTimer - time.Second)
			f.raw(b[9:])
			f.answered(pdu.CmdEnquireLinkResp, 0, 3)
			<-time.After(3 * cfg.BodyTimer)
		}
	})
}

func TestManyPDUsInOneSegment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Window = 100
		n, f := bound(t, cfg)
		done := make(chan *Call, 100)
		go func() {
			for i := range 100 {
				n.submit(uint64(i), done)
			}
		}()
		var b []byte
		for range 100 {
			fr := f.want(pdu.CmdSubmitSM)
			b = append(b, encode(t, 0, fr.Sequence, &pdu.SubmitSMResp{MessageID: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"})...)
		}
		f.raw(b) // more than one read
		for range 100 {
			if c := <-done; c.Err != nil {
				t.Error(c.Err)
			}
		}
	})
}
