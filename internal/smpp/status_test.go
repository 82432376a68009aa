package smpp

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
)

func TestStatusTellsWhatTheSMSCSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for version, want := range map[string]uint8{"3.3": 0x33, "3.4": 0x34, "5.0": 0x50} {
			cfg := config()
			cfg.InterfaceVersion = version
			l := connect(t, cfg)
			f := <-l.far
			fr := f.want(pdu.CmdBindTransceiver)
			if got := fr.PDU.(*pdu.BindTransceiver).InterfaceVersion; got != want {
				t.Errorf("interface_version %#x, want %#x", got, want)
			}
			<-time.After(time.Second)
			f.send(pdu.StatusROK, fr.Sequence, &pdu.BindTransceiverResp{BindResp: pdu.BindResp{
				SystemID: "SMSC7", TLVs: pdu.TLVs{{Tag: pdu.TagSCInterfaceVersion, Value: []byte{0x34}}},
			}})
			s := l.settled(StateBound)
			if s.SMSC != "SMSC7" || s.Version != 0x34 || s.RTT != Duration(time.Second) || s.RTT.String() != "1s" {
				t.Errorf("%+v", s)
			}
			f.conn.Close()
			s = l.settled(StateWaiting)
			if s.SMSC != "" || s.Version != 0 || !strings.Contains(s.LastError, "session with 127.0.0.1:2775") || s.NextTry.Before(time.Now()) {
				t.Errorf("%+v", s)
			}
			l.stop()
			<-l.ended
		}
	})
}

func TestErrorTexts(t *testing.T) {
	for want, err := range map[string]error{
		"smpp: session closed, in doubt: why":                                 &ClosedError{MaybeSent: true, Cause: errors.New("why")},
		"smpp: session closed, not sent":                                      &ClosedError{},
		"smpp: submit_sm refused: ESME_RMSGQFUL: message queue full":          &StatusError{Command: pdu.CmdSubmitSM, Status: pdu.StatusRMSGQFUL},
		"smpp: submit_sm refused by generic_nack: 0x00000400 (vendor)":        &StatusError{Command: pdu.CmdSubmitSM, Status: 0x400, Nack: true},
		"smpp: no response within response_timer: in doubt":                   ErrResponseTimer,
		"smpp: command_length 1213486160 is not within 16 and 8192 (max_pdu)": &FramingError{Length: 1213486160, Max: 8192},
		"smpp: the peer speaks TLS: set tls.enabled = true":                   foreign([]byte{0x15, 3, 1, 0}, nil),
	} {
		if got := err.Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
