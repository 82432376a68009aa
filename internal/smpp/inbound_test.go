package smpp

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"smppagent/internal/pdu"
)

func TestDeliveryIsAnsweredByItsReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		f.send(pdu.StatusROK, 70, incoming("one"))
		f.send(pdu.StatusROK, 71, incoming("two"))
		one, two := <-n.Inbound(), <-n.Inbound()
		go two.Respond(pdu.StatusRXPAPPN) // in any order
		f.answered(pdu.CmdDeliverSMResp, pdu.StatusRXPAPPN, 71)
		go one.Respond(pdu.StatusROK)
		f.answered(pdu.CmdDeliverSMResp, pdu.StatusROK, 70)
		if err := one.Respond(pdu.StatusROK); err == nil {
			t.Error("a second Respond was taken")
		}
	})
}

func TestDeliveriesBeyondTheBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Inbound = 2
		n, f := bound(t, cfg)
		for i := range 100 {
			f.send(pdu.StatusROK, uint32(100+i), incoming("x"))
			if i >= cfg.Inbound {
				f.answered(pdu.CmdDeliverSMResp, pdu.StatusRXTAPPN, uint32(100+i))
			}
		}
		f.send(pdu.StatusROK, 7, &pdu.EnquireLink{}) // reading has gone on
		f.answered(pdu.CmdEnquireLinkResp, pdu.StatusROK, 7)
		if n := strings.Count(n.log.String(), "level=WARN"); n != 1 {
			t.Errorf("%d warnings, want 1", n)
		}
		(<-n.Inbound()).Respond(pdu.StatusROK)
		f.answered(pdu.CmdDeliverSMResp, pdu.StatusROK, 100)
		f.send(pdu.StatusROK, 8, incoming("there is room again"))
		<-n.Inbound()
		if d := <-n.Inbound(); d.Frame.Sequence != 8 {
			t.Errorf("got %d", d.Frame.Sequence)
		}
	})
}

func TestRespondAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		f.send(pdu.StatusROK, 70, incoming("one"))
		d := <-n.Inbound()
		f.conn.Close()
		n.ended()
		if err := d.Respond(pdu.StatusROK); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}

func TestDeliveryInFlightIsAwaitedAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		f.send(pdu.StatusROK, 70, incoming("one"))
		d := <-n.Inbound()
		n.stop()
		synctest.Wait()
		go d.Respond(pdu.StatusROK)
		f.answered(pdu.CmdDeliverSMResp, pdu.StatusROK, 70)
		f.want(pdu.CmdUnbind)
	})
}

// What we cannot do is refused by the book, and the session lives.
func TestRequestsOutOfPlace(t *testing.T) {
	for _, c := range []struct {
		name, raw string
		answer    pdu.Command
		status    pdu.Status
	}{
		{"unknown command", "00000014 00000666 00000000 00000033 deadbeef", pdu.CmdGenericNack, pdu.StatusRINVCMDID},
		{"data_sm that is cut", "00000010 00000103 00000000 00000033", pdu.CmdDataSMResp, pdu.StatusRINVCMDLEN},
		{"submit_multi from an SMSC", "00000018 00000021 00000000 00000033 00 000000 01 02 6100", pdu.CmdSubmitMultiResp, pdu.StatusRINVCMDLEN},
		{"query_sm from an SMSC", "00000014 00000003 00000000 00000033 00 000000", pdu.CmdQuerySMResp, pdu.StatusRINVBNDSTS},
		{"cancel_sm from an SMSC", "00000018 00000008 00000000 00000033 00 00 000000 000000", pdu.CmdCancelSMResp, pdu.StatusRINVBNDSTS},
		{"replace_sm from an SMSC", "00000019 00000007 00000000 00000033 00 000000 00 00 00 00 00", pdu.CmdReplaceSMResp, pdu.StatusRINVBNDSTS},
		{"broadcast_sm from an SMSC", "0000001b 00000111 00000000 00000033 00 000000 00 00 00 00 00 00 00", pdu.CmdBroadcastSMResp, pdu.StatusRINVBNDSTS},
		{"query_broadcast_sm from an SMSC", "00000014 00000112 00000000 00000033 00 000000", pdu.CmdQueryBroadcastSMResp, pdu.StatusRINVBNDSTS},
		{"cancel_broadcast_sm from an SMSC", "00000015 00000113 00000000 00000033 00 00 000000", pdu.CmdCancelBroadcastSMResp, pdu.StatusRINVBNDSTS},
		{"bind from an SMSC", "00000017 00000009 00000000 00000033 00 00 00 34 00 00 00", pdu.CmdBindTransceiverResp, pdu.StatusRINVBNDSTS},
		{"deliver_sm that is cut", "00000013 00000005 00000000 00000033 00 01 01", pdu.CmdDeliverSMResp, pdu.StatusRINVCMDLEN},
		{"enquire_link with a body", "00000012 00000015 00000000 00000033 0000", pdu.CmdEnquireLinkResp, pdu.StatusROK},
		{"sequence_number of any size", "00000010 00000015 00000000 00000033", pdu.CmdEnquireLinkResp, pdu.StatusROK},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, f := bound(t, config())
				for _, sequence := range []byte{0x33, 0} {
					b := octets(t, c.raw)
					b[12], b[15] = ^sequence, sequence
					f.raw(b)
					f.answered(c.answer, c.status, uint32(^sequence)<<24|uint32(sequence))
				}
				f.send(pdu.StatusROK, 9, &pdu.EnquireLink{})
				f.answered(pdu.CmdEnquireLinkResp, pdu.StatusROK, 9)
				if len(n.end) != 0 {
					t.Error("the session ended")
				}
			})
		})
	}
}

// alert_notification and outbind have no response, not even when they cannot be read.
func TestRequestsWithoutResponse(t *testing.T) {
	for _, c := range []struct{ name, raw string }{
		{"alert_notification", "00000016 00000102 00000000 00000033 000000 000000"},
		{"alert_notification that is cut", "00000013 00000102 00000000 00000033 000000"},
		{"outbind", "00000012 0000000b 00000000 00000033 0000"},
		{"outbind that is cut", "00000011 0000000b 00000000 00000033 00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, f := bound(t, config())
				f.raw(octets(t, c.raw))
				f.send(pdu.StatusROK, 9, &pdu.EnquireLink{})
				f.answered(pdu.CmdEnquireLinkResp, pdu.StatusROK, 9) // and nothing before it
				select {
				case p := <-n.Alerts():
					if c.name != "alert_notification" || p.Source.Addr != "" {
						t.Errorf("handed over %+v", p)
					}
				default:
					if c.name == "alert_notification" || !strings.Contains(n.log.String(), "pdu without response ignored") {
						t.Errorf("it is neither handed over nor logged: %s", n.log.String())
					}
				}
				if len(n.end) != 0 {
					t.Error("the session ended")
				}
			})
		})
	}
}

func TestTransmitterGetsNoDeliveries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Bind = BindTransmitter
		n, f := begin(t, cfg)
		f.want(pdu.CmdBindTransmitter)
		f.send(pdu.StatusROK, 1, &pdu.BindTransmitterResp{})
		<-n.Bound()
		f.send(pdu.StatusROK, 4, incoming("x"))
		f.answered(pdu.CmdDeliverSMResp, pdu.StatusRINVBNDSTS, 4)
	})
}

// Nacks and responses to nothing are counted, never answered: that could go on for ever.
func TestNackStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		done := make(chan *Call, 1)
		n.submit(1, done)
		f.want(pdu.CmdSubmitSM)
		var storm []byte
		for i := range 2000 {
			storm = append(storm, encode(t, pdu.StatusRINVCMDID, uint32(0x40000000+i), &pdu.GenericNack{})...)
			storm = append(storm, octets(t, "00000010 80000103 00000000 00000000")...) // data_sm_resp
			storm = append(storm, octets(t, "00000010 80000abc 00000000 00000002")...) // unknown, our number
		}
		f.raw(storm)
		f.send(pdu.StatusROK, 9, &pdu.EnquireLink{})
		f.answered(pdu.CmdEnquireLinkResp, pdu.StatusROK, 9) // and nothing before it
		if got := n.count.unmatched.Load(); got != 6000 {
			t.Errorf("%d unmatched, want 6000", got)
		}
		if got := strings.Count(n.log.String(), "level=WARN"); got > 1 {
			t.Errorf("%d warnings", got)
		}
		f.send(pdu.StatusROK, 2, &pdu.SubmitSMResp{})
		if c := <-done; c.Err != nil {
			t.Error(c.Err)
		}
	})
}

// A peer that asks and does not read the answers is not read either; memory stays bounded.
func TestPeerThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, f := bound(t, cfg)
		b := encode(t, pdu.StatusROK, 1, &pdu.EnquireLink{})
		var all []byte
		for range 1000 {
			all = append(all, b...)
		}
		sent := 0
		for range 1000 {
			k, err := f.conn.Write(all)
			sent += k
			if err != nil {
				break
			}
		}
		if err := n.ended(); err == nil || !strings.Contains(err.Error(), "write") {
			t.Errorf("got %v, want the write timer", err)
		}
		if sent > maxPending+4*readRoom+len(all) || len(n.out.pending) > maxPending+2*readRoom {
			t.Errorf("took %d octets, %d are owed", sent, len(n.out.pending))
		}
	})
}

// A data_sm is offered and answered as a deliver_sm is, by its own response.
func TestDataSM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Inbound = 1
		n, f := bound(t, cfg)
		p := &pdu.DataSM{Source: pdu.Address{TON: 1, NPI: 1, Addr: "359888123456"}, DataCoding: pdu.CodingUCS2}
		p.TLVs.Add(pdu.TagMessagePayload, []byte("\x04\x14\x04\x30"))
		f.send(pdu.StatusROK, 70, p)
		f.send(pdu.StatusROK, 71, p)
		f.answered(pdu.CmdDataSMResp, pdu.StatusRXTAPPN, 71) // there is no room
		d := <-n.Inbound()
		if d.PDU.Source != p.Source || d.PDU.DataCoding != p.DataCoding || string(d.PDU.UserData()) != "\x04\x14\x04\x30" {
			t.Errorf("got %+v", d.PDU)
		}
		go d.Respond(pdu.StatusROK)
		f.answered(pdu.CmdDataSMResp, pdu.StatusROK, 70)
	})
}
