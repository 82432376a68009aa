package pdu

// MsMsgWaitFacilities is the lamp of the handset: SMPP 3.4 §5.3.2.13.
func (t TLVs) MsMsgWaitFacilities() (MsMsgWaitFacilities, bool) {
	return integerOf[MsMsgWaitFacilities](t, TagMsMsgWaitFacilities)
}

// AddMsMsgWaitFacilities appends it.
func (t *TLVs) AddMsMsgWaitFacilities(v MsMsgWaitFacilities) {
	t.AddUint8(TagMsMsgWaitFacilities, uint8(v))
}

// NumberOfMessages is how many messages wait, 0 to 99, on CDMA: §5.3.2.39.
func (t TLVs) NumberOfMessages() (uint8, bool) { return integerOf[uint8](t, TagNumberOfMessages) }

// AddNumberOfMessages appends it.
func (t *TLVs) AddNumberOfMessages(v uint8) { t.AddUint8(TagNumberOfMessages, v) }

// PrivacyIndicator is how private the message is: §5.3.2.14.
func (t TLVs) PrivacyIndicator() (PrivacyIndicator, bool) {
	return integerOf[PrivacyIndicator](t, TagPrivacyIndicator)
}

// AddPrivacyIndicator appends it.
func (t *TLVs) AddPrivacyIndicator(v PrivacyIndicator) { t.AddUint8(TagPrivacyIndicator, uint8(v)) }

// UserResponseCode is the answer that a user gave to the application: §5.3.2.18.
func (t TLVs) UserResponseCode() (uint8, bool) { return integerOf[uint8](t, TagUserResponseCode) }

// AddUserResponseCode appends it.
func (t *TLVs) AddUserResponseCode(v uint8) { t.AddUint8(TagUserResponseCode, v) }

// LanguageIndicator is the language of the text: §5.3.2.19.
func (t TLVs) LanguageIndicator() (LanguageIndicator, bool) {
	return integerOf[LanguageIndicator](t, TagLanguageIndicator)
}

// AddLanguageIndicator appends it.
func (t *TLVs) AddLanguageIndicator(v LanguageIndicator) { t.AddUint8(TagLanguageIndicator, uint8(v)) }

// DisplayTime is how long the handset shows the message: §5.3.2.26.
func (t TLVs) DisplayTime() (DisplayTime, bool) { return integerOf[DisplayTime](t, TagDisplayTime) }

// AddDisplayTime appends it.
func (t *TLVs) AddDisplayTime(v DisplayTime) { t.AddUint8(TagDisplayTime, uint8(v)) }

// SMSSignal is the tone of a TDMA handset: §5.3.2.40.
func (t TLVs) SMSSignal() (uint16, bool) { return integerOf[uint16](t, TagSMSSignal) }

// AddSMSSignal appends it.
func (t *TLVs) AddSMSSignal(v uint16) { t.AddUint16(TagSMSSignal, v) }

// CallbackNumPresInd is whether the callback number may be shown; there is one for each callback_num:
// §5.3.2.37.
func (t TLVs) CallbackNumPresInd() (CallbackPresentation, bool) {
	return integerOf[CallbackPresentation](t, TagCallbackNumPresInd)
}

// AddCallbackNumPresInd appends it.
func (t *TLVs) AddCallbackNumPresInd(v CallbackPresentation) {
	t.AddUint8(TagCallbackNumPresInd, uint8(v))
}

// ITSReplyType is how the subscriber is to answer: §5.3.2.42.
func (t TLVs) ITSReplyType() (ITSReplyType, bool) { return integerOf[ITSReplyType](t, TagITSReplyType) }

// AddITSReplyType appends it.
func (t *TLVs) AddITSReplyType(v ITSReplyType) { t.AddUint8(TagITSReplyType, uint8(v)) }

// USSDServiceOp is the operation of USSD: §5.3.2.44.
func (t TLVs) USSDServiceOp() (USSDServiceOp, bool) {
	return integerOf[USSDServiceOp](t, TagUSSDServiceOp)
}

// AddUSSDServiceOp appends it.
func (t *TLVs) AddUSSDServiceOp(v USSDServiceOp) { t.AddUint8(TagUSSDServiceOp, uint8(v)) }

// AlertOnMessageDelivery says that the handset is to alert its user, and how: SMPP 3.4 §5.3.2.41, 5.0
// §4.8.4.2.
// Without a value, as 3.4 has it, it is AlertDefault.
func (t TLVs) AlertOnMessageDelivery() (AlertPriority, bool) {
	if v, ok := t.Get(TagAlertOnMessageDelivery); ok && len(v) == 0 {
		return AlertDefault, true
	}
	return integerOf[AlertPriority](t, TagAlertOnMessageDelivery)
}

// AddAlertOnMessageDelivery appends it, AlertDefault without a value.
func (t *TLVs) AddAlertOnMessageDelivery(v AlertPriority) {
	if v == AlertDefault {
		t.Add(TagAlertOnMessageDelivery, nil)
		return
	}
	t.AddUint8(TagAlertOnMessageDelivery, uint8(v))
}

// MsValidity is how long the handset keeps the message: §5.3.2.27, 5.0 §4.8.4.41.
func (t TLVs) MsValidity() (MsValidity, bool) {
	v, ok := t.Get(TagMsValidity)
	switch {
	case ok && len(v) == 1:
		return MsValidity{Behaviour: v[0]}, true
	case ok && len(v) == 4:
		return MsValidity{v[0], v[1], uint16(v[2])<<8 | uint16(v[3])}, true
	}
	return MsValidity{}, false
}

// AddMsValidity appends it, in one octet, as 3.4 has it, unless it has a time.
func (t *TLVs) AddMsValidity(v MsValidity) {
	if v.Behaviour != validityFor {
		t.AddUint8(TagMsValidity, v.Behaviour)
		return
	}
	t.Add(TagMsValidity, []byte{v.Behaviour, v.Unit, byte(v.Number >> 8), byte(v.Number)})
}

// CallbackNum is the first number to call back: §5.3.2.36.
func (t TLVs) CallbackNum() (CallbackNum, bool) {
	v, ok := t.Get(TagCallbackNum)
	if !ok || len(v) < 3 {
		return CallbackNum{}, false
	}
	return CallbackNum{ASCII: v[0]&1 != 0, TON: v[1], NPI: v[2], Digits: string(v[3:])}, true
}

// AddCallbackNum appends it.
func (t *TLVs) AddCallbackNum(v CallbackNum) {
	mode := byte(0)
	if v.ASCII {
		mode = 1
	}
	t.Add(TagCallbackNum, append([]byte{mode, v.TON, v.NPI}, v.Digits...))
}

// CallbackNumAtag is the name to show with the first callback_num: §5.3.2.38. Its Text is not a copy.
func (t TLVs) CallbackNumAtag() (CallbackNumAtag, bool) {
	first, rest, ok := t.after(TagCallbackNumAtag)
	return CallbackNumAtag{DataCoding(first), rest}, ok
}

// AddCallbackNumAtag appends it.
func (t *TLVs) AddCallbackNumAtag(v CallbackNumAtag) {
	t.addAfter(TagCallbackNumAtag, uint8(v.DataCoding), v.Text)
}

// ITSSessionInfo is where in a dialogue with the subscriber the message stands: §5.3.2.43.
func (t TLVs) ITSSessionInfo() (ITSSessionInfo, bool) {
	v, ok := t.Get(TagITSSessionInfo)
	if !ok || len(v) != 2 {
		return ITSSessionInfo{}, false
	}
	return ITSSessionInfo{Session: v[0], Sequence: v[1] >> 1, End: v[1]&1 != 0}, true
}

// AddITSSessionInfo appends it; Sequence is taken modulo 128, as it counts.
func (t *TLVs) AddITSSessionInfo(v ITSSessionInfo) {
	second := v.Sequence << 1
	if v.End {
		second |= 1
	}
	t.Add(TagITSSessionInfo, []byte{v.Session, second})
}
