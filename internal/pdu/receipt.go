package pdu

import "strings"

// Receipt is what an SMSC delivery receipt or an intermediate notification tells: SMPP 3.4 Appendix B,
// §5.2.12.
type Receipt struct {
	// MessageID is the message_id of the message it is about, as it came: an SMSC may write the same
	// number in another base than in its submit_sm_resp. Empty when the receipt has none.
	MessageID string
	// State is what became of the message; StateUnknown also when the receipt does not tell.
	State MessageState
	// Stat is the word of the text that State was read from, "DELIVRD"; empty when it was a TLV.
	Stat string
	// Err is the text's err, as it came, "000"; empty when there is none.
	Err string
	// NetworkError is network_error_code; zero when there is none.
	NetworkError NetworkErrorCode
	// UserMessageReference is the reference given in submit_sm, when HasReference.
	UserMessageReference uint16
	HasReference         bool
	// Sub and Dlvrd are how many messages were submitted and delivered, as they came.
	Sub, Dlvrd string
	// SubmitDate and DoneDate are as they came, YYMMDDhhmm at most SMSCs, in the SMSC's local time.
	SubmitDate, DoneDate string
	// Text is the start of the message's own text.
	Text string
	// Intermediate says the message may still reach another state.
	Intermediate bool
	// Raw is the whole text of the receipt.
	Raw string
}

// ParseReceipt reads m as a delivery receipt, and reports whether it is one. The TLVs win over the text,
// which may be in short_message or message_payload; Appendix B leaves its form to the vendor, so its
// parts may come in any order and all but one may be missing.
//
// By esm_class m is a receipt when the message type in bits 5-2 says so; bits 7-6 and 1-0 do not matter.
// Since some SMSCs leave it zero, a m of the default type is one too when it has receipted_message_id, or a
// text with both an id and a stat this package knows. A person can write such a text as well: trust a
// receipt only when its MessageID is one the SMSC gave.
func ParseReceipt(m *DeliverSM) (Receipt, bool) {
	return readReceipt(m.ESMClass, m.DataCoding, m.UserData(), m.TLVs)
}

// ParseDataReceipt is ParseReceipt for data_sm, in which some SMSCs send their receipts: SMPP 3.4 §4.7.1.
func ParseDataReceipt(m *DataSM) (Receipt, bool) {
	return readReceipt(m.ESMClass, m.DataCoding, m.UserData(), m.TLVs)
}

// readReceipt is ParseReceipt for any PDU that can carry a receipt.
func readReceipt(class ESMClass, coding DataCoding, text []byte, tlvs TLVs) (Receipt, bool) {
	kind := class.Type()
	marked := kind == ESMTypeReceipt || kind == ESMTypeIntermediate || kind == ESMTypeDeliveryAck
	if !marked && kind != ESMTypeDefault {
		return Receipt{}, false
	}
	whole := text
	if class.UDHI() && len(text) > 0 && int(text[0]) < len(text) {
		text = text[1+int(text[0]):]
	}
	r := Receipt{State: StateUnknown}
	stat := r.scan(text, coding)
	if r.MessageID == "" && len(text) < len(whole) { // some SMSCs announce a header that is not there
		stat = r.scan(whole, coding) || stat
	}
	id, hasID := tlvs.ReceiptedMessageID()
	id = strings.TrimSpace(id)
	if !marked && !hasID && (r.MessageID == "" || !stat) {
		return Receipt{}, false
	}
	if hasID && id != "" {
		r.MessageID = id
	}
	// A state that the standard does not have tells less than the text.
	if state, ok := tlvs.MessageState(); ok && (state <= StateSkipped || r.Stat == "") {
		r.State, r.Stat = state, ""
	}
	r.NetworkError, _ = tlvs.NetworkErrorCode()
	r.UserMessageReference, r.HasReference = tlvs.UserMessageReference()
	r.Intermediate = kind == ESMTypeIntermediate || r.State == StateEnroute || r.State == StateScheduled
	// An acknowledgement without an id and a state is a reply of the handset, not a receipt.
	if kind == ESMTypeDeliveryAck && r.MessageID == "" {
		return Receipt{}, false
	}
	return r, true
}
