package pdu

import "bytes"

// integerOf is the value of a TLV that is an Integer of as many octets as its type. One in more or fewer does
// not count: who knows what it means.
func integerOf[T ~uint8 | ~uint16 | ~uint32](t TLVs, tag Tag) (T, bool) {
	v, ok := t.Get(tag)
	size, n := 1, uint32(0)
	for most := uint32(^T(0)); most > 0xFF; most >>= 8 {
		size++
	}
	if !ok || len(v) != size {
		return 0, false
	}
	for _, o := range v {
		n = n<<8 | uint32(o)
	}
	return T(n), true
}

// cstring is the value of a TLV that holds a C-Octet String, up to its NUL if it has one.
func (t TLVs) cstring(tag Tag) (string, bool) {
	v, ok := t.Get(tag)
	if n := bytes.IndexByte(v, 0); n >= 0 {
		v = v[:n]
	}
	return string(v), ok
}

// yes is the value of a TLV that is 0 or 1.
func (t TLVs) yes(tag Tag) (yes, ok bool) {
	n, ok := integerOf[uint8](t, tag)
	return n == 1, ok && n <= 1
}

func (t *TLVs) addYes(tag Tag, yes bool) {
	v := uint8(0)
	if yes {
		v = 1
	}
	t.AddUint8(tag, v)
}

// after is the value of a TLV of one octet and others.
func (t TLVs) after(tag Tag) (first uint8, rest []byte, ok bool) {
	v, ok := t.Get(tag)
	if !ok || len(v) == 0 {
		return 0, nil, false
	}
	return v[0], v[1:], true
}

func (t *TLVs) addAfter(tag Tag, first uint8, rest []byte) {
	t.Add(tag, append([]byte{first}, rest...))
}

// pair is the value of a TLV of one octet and an Integer of two.
func (t TLVs) pair(tag Tag) (first uint8, n uint16, ok bool) {
	v, ok := t.Get(tag)
	if !ok || len(v) != 3 {
		return 0, 0, false
	}
	return v[0], uint16(v[1])<<8 | uint16(v[2]), true
}

// UserMessageReference is the ESME's own number for the message: SMPP 3.4 §5.3.2.17.
func (t TLVs) UserMessageReference() (uint16, bool) {
	return integerOf[uint16](t, TagUserMessageReference)
}

// AddUserMessageReference appends it.
func (t *TLVs) AddUserMessageReference(v uint16) { t.AddUint16(TagUserMessageReference, v) }

// ReceiptedMessageID is the message_id that a receipt is about, with or without its NUL: §5.3.2.12.
func (t TLVs) ReceiptedMessageID() (string, bool) { return t.cstring(TagReceiptedMessageID) }

// AddReceiptedMessageID appends it with its NUL.
func (t *TLVs) AddReceiptedMessageID(v string) { t.AddCString(TagReceiptedMessageID, v) }

// MessageState is the state that a receipt tells: §5.3.2.35.
func (t TLVs) MessageState() (MessageState, bool) { return integerOf[MessageState](t, TagMessageState) }

// AddMessageState appends it.
func (t *TLVs) AddMessageState(v MessageState) { t.AddUint8(TagMessageState, uint8(v)) }

// MessagePayload is the text that did not go into short_message: §5.3.2.32. It is not a copy.
func (t TLVs) MessagePayload() ([]byte, bool) { return t.Get(TagMessagePayload) }

// AddMessagePayload appends it, which is kept, not copied.
func (t *TLVs) AddMessagePayload(v []byte) { t.Add(TagMessagePayload, v) }

// SCInterfaceVersion is the highest version the SMSC speaks, 0x34 for 3.4: §5.3.2.25.
func (t TLVs) SCInterfaceVersion() (uint8, bool) { return integerOf[uint8](t, TagSCInterfaceVersion) }

// AddSCInterfaceVersion appends it.
func (t *TLVs) AddSCInterfaceVersion(v uint8) { t.AddUint8(TagSCInterfaceVersion, v) }

// AdditionalStatusInfoText is the SMSC's own words about a status, at most 255 octets: §5.3.2.11.
func (t TLVs) AdditionalStatusInfoText() (string, bool) {
	return t.cstring(TagAdditionalStatusInfoText)
}

// AddAdditionalStatusInfoText appends it with its NUL.
func (t *TLVs) AddAdditionalStatusInfoText(v string) { t.AddCString(TagAdditionalStatusInfoText, v) }

// DeliveryFailureReason says why a delivery failed: §5.3.2.33.
func (t TLVs) DeliveryFailureReason() (DeliveryFailureReason, bool) {
	return integerOf[DeliveryFailureReason](t, TagDeliveryFailureReason)
}

// AddDeliveryFailureReason appends it.
func (t *TLVs) AddDeliveryFailureReason(v DeliveryFailureReason) {
	t.AddUint8(TagDeliveryFailureReason, uint8(v))
}

// CongestionState is how busy the SMSC is: 5.0 §4.8.4.18.
func (t TLVs) CongestionState() (CongestionState, bool) {
	return integerOf[CongestionState](t, TagCongestionState)
}

// AddCongestionState appends it.
func (t *TLVs) AddCongestionState(v CongestionState) { t.AddUint8(TagCongestionState, uint8(v)) }

// MsAvailabilityStatus is whether the mobile station of an alert_notification can be reached: §5.3.2.30.
func (t TLVs) MsAvailabilityStatus() (MsAvailability, bool) {
	return integerOf[MsAvailability](t, TagMsAvailabilityStatus)
}

// AddMsAvailabilityStatus appends it.
func (t *TLVs) AddMsAvailabilityStatus(v MsAvailability) {
	t.AddUint8(TagMsAvailabilityStatus, uint8(v))
}

// DPFResult tells whether the SMSC set the delivery pending flag: §5.3.2.28.
func (t TLVs) DPFResult() (bool, bool) { return t.yes(TagDPFResult) }

// AddDPFResult appends it.
func (t *TLVs) AddDPFResult(v bool) { t.addYes(TagDPFResult, v) }

// SetDPF asks for an alert_notification when a delivery fails and the mobile station comes back:
// §5.3.2.29.
func (t TLVs) SetDPF() (bool, bool) { return t.yes(TagSetDPF) }

// AddSetDPF appends it.
func (t *TLVs) AddSetDPF(v bool) { t.addYes(TagSetDPF, v) }

// MoreMessagesToSend says that more messages for the same destination follow: §5.3.2.34.
func (t TLVs) MoreMessagesToSend() (bool, bool) { return t.yes(TagMoreMessagesToSend) }

// AddMoreMessagesToSend appends it.
func (t *TLVs) AddMoreMessagesToSend(v bool) { t.addYes(TagMoreMessagesToSend, v) }

// QOSTimeToLive is how long the SMSC is to try, in seconds: §5.3.2.9.
func (t TLVs) QOSTimeToLive() (uint32, bool) { return integerOf[uint32](t, TagQOSTimeToLive) }

// AddQOSTimeToLive appends it.
func (t *TLVs) AddQOSTimeToLive(v uint32) { t.AddUint32(TagQOSTimeToLive, v) }

// NetworkErrorCode is network_error_code in the standard's form, or in the three ASCII digits that some
// SMSCs send: §5.3.2.31.
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

// AddNetworkErrorCode appends it in the standard's form.
func (t *TLVs) AddNetworkErrorCode(v NetworkErrorCode) {
	t.Add(TagNetworkErrorCode, []byte{v.Network, byte(v.Code >> 8), byte(v.Code)})
}

func digits(b []byte) bool {
	for _, o := range b {
		if o < '0' || o > '9' {
			return false
		}
	}
	return len(b) > 0
}
