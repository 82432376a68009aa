package sim

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// receipt returns the delivery receipt about f: a deliver_sm from the recipient to the sender, with the
// text of Appendix B, TLVs, or both.
func (s *SMSC) receipt(f fate, done time.Time) *delivery {
	sub := f.submit
	id := s.receiptID(f)
	m := &pdu.DeliverSM{Source: sub.PDU.Dest, Dest: sub.PDU.Source, ESMClass: receiptESMClass}
	if f.state == Enroute {
		m.ESMClass = intermediateESMClass
	}
	if s.faults.happens("plain-receipt") {
		s.event(Event{Kind: KindFault, Fault: "plain-receipt", SystemID: sub.SystemID})
		m.ESMClass = 0
	}
	if s.cfg.ReceiptForm != ReceiptTLV {
		text := receiptText(f, id, done)
		if s.faults.happens("strange-receipt") {
			s.event(Event{Kind: KindFault, Fault: "strange-receipt", SystemID: sub.SystemID})
			text = strangeText(f, id, done)
		}
		m.ShortMessage, _, _ = sms.EncodeGSM7(text)
	}
	if ref, ok := sub.PDU.TLVs.Get(pdu.TagUserMessageReference); ok {
		m.TLVs = append(m.TLVs, pdu.TLV{Tag: pdu.TagUserMessageReference, Value: ref})
	}
	if s.cfg.ReceiptForm != ReceiptText && len(id) <= longestID {
		m.TLVs = append(m.TLVs,
			pdu.TLV{Tag: pdu.TagReceiptedMessageID, Value: append([]byte(id), 0)},
			pdu.TLV{Tag: pdu.TagMessageState, Value: []byte{byte(f.state)}})
		if cause := f.state.networkError(); cause != 0 {
			value := binary.BigEndian.AppendUint16([]byte{gsmNetwork}, cause)
			m.TLVs = append(m.TLVs, pdu.TLV{Tag: pdu.TagNetworkErrorCode, Value: value})
		}
	}
	return &delivery{systemID: sub.SystemID, receipt: true, pdu: m, about: Event{SystemID: sub.SystemID,
		From: sub.To, To: sub.From, MessageID: id, State: f.state.String(), Part: sub.Part, Parts: sub.Parts}}
}

const (
	receiptESMClass = 0x04 // SMSC delivery receipt, §5.2.12

	intermediateESMClass = 0x20 // intermediate delivery notification, the same

	gsmNetwork = 3 // network type of network_error_code, §5.3.2.31
)

// receiptText writes the text of Appendix B; its dates are in UTC.
func receiptText(f fate, id string, done time.Time) string {
	const layout = "0601021504"
	return fmt.Sprintf("id:%s sub:001 dlvrd:%03d submit date:%s done date:%s stat:%s err:%03d text:%s",
		id, f.delivered(), f.submit.At.UTC().Format(layout), done.UTC().Format(layout), f.state.word(),
		f.state.networkError(), excerpt(f.submit.Text))
}

// strangeText says the same as some SMSCs would.
func strangeText(f fate, id string, done time.Time) string {
	const layout = "20060102150405"
	return fmt.Sprintf("stat:%s err: %04d id:%s Submit Date:%s Done Date:%s Text:",
		strings.ToLower(f.state.word()), f.state.networkError(), id,
		f.submit.At.UTC().Format(layout), done.UTC().Format(layout))
}

func (f fate) delivered() int {
	if f.state == Delivered {
		return 1
	}
	return 0
}

// excerpt returns the first 20 characters of text, those that are not in the alphabet of the receipt
// as question marks.
func excerpt(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > 20 {
			break
		}
		if _, _, ok := sms.EncodeGSM7(string(r)); !ok {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
