package pdu

import "bytes"

// uint8 is the value of a TLV of one octet.
func (t TLVs) uint8(tag Tag) (uint8, bool) {
	v, ok := t.Get(tag)
	if !ok || len(v) != 1 {
		return 0, false
	}
	return v[0], true
}

// uint16 is the value of a TLV of two octets.
func (t TLVs) uint16(tag Tag) (uint16, bool) {
	v, ok := t.Get(tag)
	if !ok || len(v) != 2 {
		return 0, false
	}
	return uint16(v[0])<<8 | uint16(v[1]), true
}

// cstring is the value of a TLV that holds a C-Octet String, up to its NUL if it has one.
func (t TLVs) cstring(tag Tag) (string, bool) {
	v, ok := t.Get(tag)
	if n := bytes.IndexByte(v, 0); n >= 0 {
		v = v[:n]
	}
	return string(v), ok
}

// UserMessageReference is the ESME's own number for the message: SMPP 3.4 §5.3.2.17.
func (t TLVs) UserMessageReference() (uint16, bool) { return t.uint16(TagUserMessageReference) }

// ReceiptedMessageID is the message_id that a receipt is about, with or without its NUL: §5.3.2.12.
func (t TLVs) ReceiptedMessageID() (string, bool) { return t.cstring(TagReceiptedMessageID) }

// MessageState is the state that a receipt tells: §5.3.2.35.
func (t TLVs) MessageState() (MessageState, bool) {
	v, ok := t.uint8(TagMessageState)
	return MessageState(v), ok
}

// MessagePayload is the text that did not go into short_message: §5.3.2.32. It is not a copy.
func (t TLVs) MessagePayload() ([]byte, bool) { return t.Get(TagMessagePayload) }

// SCInterfaceVersion is the highest version the SMSC speaks, 0x34 for 3.4: §5.3.2.25.
func (t TLVs) SCInterfaceVersion() (uint8, bool) { return t.uint8(TagSCInterfaceVersion) }

// AdditionalStatusInfoText is the SMSC's own words about a status: §5.3.2.11.
func (t TLVs) AdditionalStatusInfoText() (string, bool) {
	return t.cstring(TagAdditionalStatusInfoText)
}

// DeliveryFailureReason says why a delivery failed: §5.3.2.33.
func (t TLVs) DeliveryFailureReason() (DeliveryFailureReason, bool) {
	v, ok := t.uint8(TagDeliveryFailureReason)
	return DeliveryFailureReason(v), ok
}

// CongestionState is how busy the SMSC is: 0 idle, 80 to 89 about right, 90 and over congested. SMPP 5.0
// §4.8.4.18.
func (t TLVs) CongestionState() (uint8, bool) { return t.uint8(TagCongestionState) }

// NetworkErrorCode is the error of the network that a receipt tells: SMPP 3.4 §5.3.2.31.
type NetworkErrorCode struct {
	// Network is 1 ANSI-136, 2 IS-95, 3 GSM; 0 when the SMSC sent three ASCII digits instead.
	Network uint8
	// Code is the network's own.
	Code uint16
}

// NetworkErrorCode is network_error_code in the standard's form, or in the three ASCII digits that some
// SMSCs send.
func (t TLVs) NetworkErrorCode() (NetworkErrorCode, bool) {
	v, ok := t.Get(TagNetworkErrorCode)
	if !ok || len(v) != 3 {
		return NetworkErrorCode{}, false
	}
	if digits(v) {
		return NetworkErrorCode{Code: uint16(v[0]-'0')*100 + uint16(v[1]-'0')*10 + uint16(v[2]-'0')}, true
	}
	return NetworkErrorCode{Network: v[0], Code: uint16(v[1])<<8 | uint16(v[2])}, true
}

func digits(b []byte) bool {
	for _, o := range b {
		if o < '0' || o > '9' {
			return false
		}
	}
	return len(b) > 0
}

// SAR says which segment of which message a short message is: SMPP 3.4 §5.3.2.22 to §5.3.2.24.
type SAR struct {
	// Ref is the same in all segments of a message.
	Ref uint16
	// Total is how many segments there are, from 1.
	Total uint8
	// Segment is which one this is, from 1 to Total.
	Segment uint8
}

// SAR is the three sar_ parameters, when all are there and make sense.
func (t TLVs) SAR() (SAR, bool) {
	ref, ok := t.uint16(TagSARMsgRefNum)
	total, ok2 := t.uint8(TagSARTotalSegments)
	segment, ok3 := t.uint8(TagSARSegmentSeqnum)
	if !ok || !ok2 || !ok3 || segment == 0 || segment > total {
		return SAR{}, false
	}
	return SAR{ref, total, segment}, true
}

// AddSAR appends the three sar_ parameters.
func (t *TLVs) AddSAR(s SAR) {
	t.AddUint16(TagSARMsgRefNum, s.Ref)
	t.AddUint8(TagSARTotalSegments, s.Total)
	t.AddUint8(TagSARSegmentSeqnum, s.Segment)
}
