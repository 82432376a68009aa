package pdu

import (
	"fmt"
	"strconv"
)

// Waiting is what kind of message waits for a subscriber: the lowest bits of ms_msg_wait_facilities and of
// the data_coding values from 0xC0 to 0xEF.
type Waiting uint8

// The kinds of message that wait.
const (
	WaitingVoicemail Waiting = 0
	WaitingFax       Waiting = 1
	WaitingEMail     Waiting = 2
	WaitingOther     Waiting = 3
)

// String names the kind.
func (w Waiting) String() string { return nth(w, "voicemail|fax|e-mail|other") }

// MsMsgWaitFacilities is ms_msg_wait_facilities, which switches the lamp of a handset: SMPP 3.4 §5.3.2.13.
// Bit 7 is the state of the lamp, bits 1-0 which.
type MsMsgWaitFacilities uint8

// WaitingFacilities makes the value that switches the lamp of w.
func WaitingFacilities(w Waiting, on bool) MsMsgWaitFacilities {
	if on {
		return MsMsgWaitFacilities(w)&3 | 0x80
	}
	return MsMsgWaitFacilities(w) & 3
}

// Waiting is which lamp it is.
func (m MsMsgWaitFacilities) Waiting() Waiting { return Waiting(m & 3) }

// On reports whether it is switched on.
func (m MsMsgWaitFacilities) On() bool { return m&0x80 != 0 }

// String is "voicemail on".
func (m MsMsgWaitFacilities) String() string { return m.Waiting().String() + onOff(m.On()) }

func onOff(on bool) string {
	if on {
		return " on"
	}
	return " off"
}

// PrivacyIndicator is privacy_indicator: SMPP 3.4 §5.3.2.14.
type PrivacyIndicator uint8

// String names the level: 0 not restricted, 1 restricted, 2 confidential, 3 secret.
func (p PrivacyIndicator) String() string {
	return nth(p, "not restricted|restricted|confidential|secret")
}

// LanguageIndicator is language_indicator: SMPP 3.4 §5.3.2.19.
type LanguageIndicator uint8

// String names the language: 0 unspecified, 1 English, 2 French, 3 Spanish, 4 German, 5 Portuguese.
func (l LanguageIndicator) String() string {
	return nth(l, "unspecified|English|French|Spanish|German|Portuguese")
}

// DisplayTime is display_time: SMPP 3.4 §5.3.2.26.
type DisplayTime uint8

// String names the time: 0 temporary, 1 default, 2 invoke.
func (d DisplayTime) String() string { return nth(d, "temporary|default|invoke") }

// AlertPriority is the value of alert_on_message_delivery, which 3.4 §5.3.2.41 has without one: SMPP 5.0
// §4.8.4.2.
type AlertPriority uint8

// The priorities.
const (
	AlertDefault AlertPriority = 0 // as the handset likes; all that 3.4 has
	AlertLow     AlertPriority = 1
	AlertMedium  AlertPriority = 2
	AlertHigh    AlertPriority = 3
)

// String names the priority.
func (a AlertPriority) String() string {
	return nth(a, "mobile default|low priority|medium priority|high priority")
}

// MsValidity is ms_validity: how long a handset keeps a message. SMPP 3.4 §5.3.2.27, 5.0 §4.8.4.41.
type MsValidity struct {
	// Behaviour is 0 store indefinitely, 1 until power down, 2 as long as the registration area (SID) holds,
	// 3 display only, or, in 5.0, 4 for the time that follows.
	Behaviour uint8
	// Unit of the time is 0 seconds, 1 minutes, 2 hours, 3 days, 4 weeks, 5 months, 6 years.
	Unit uint8
	// Number is how many of them.
	Number uint16
}

// validityFor is the Behaviour that has a time.
const validityFor = 4

// String says how long.
func (m MsValidity) String() string {
	if m.Behaviour != validityFor {
		return nth(m.Behaviour, "store indefinitely|until power down|by registration area|display only")
	}
	return "for " + strconv.Itoa(int(m.Number)) + " " + nth(m.Unit, "seconds|minutes|hours|days|weeks|months|years")
}

// CallbackPresentation is callback_num_pres_ind: SMPP 3.4 §5.3.2.37. Bits 3-2 say whether the number may be
// shown: 0 allowed, 1 restricted, 2 number not available; bits 1-0 who vouches for it: 0 not screened, 1
// verified and passed, 2 verified and failed, 3 provided by the network.
type CallbackPresentation uint8

// String says both.
func (p CallbackPresentation) String() string {
	return nth(p>>2, "presentation allowed|presentation restricted|number not available") + ", " +
		nth(p&3, "not screened|verified and passed|verified and failed|network provided")
}

// CallbackNum is callback_num, the number to call back: SMPP 3.4 §5.3.2.36.
type CallbackNum struct {
	// ASCII says that Digits are ASCII; else they are DTMF codes, one an octet.
	ASCII bool
	// TON and NPI are those of an Address.
	TON, NPI uint8
	// Digits is 1 to 16 octets.
	Digits string
}

// String gives the parts.
func (n CallbackNum) String() string {
	mode := "DTMF"
	if n.ASCII {
		mode = "ASCII"
	}
	return fmt.Sprintf("%s, %v, %v, %s", mode, ton(n.TON), npi(n.NPI), quote(n.Digits))
}

// CallbackNumAtag is callback_num_atag, the name to show with a callback_num: SMPP 3.4 §5.3.2.38.
type CallbackNumAtag struct {
	// DataCoding is the alphabet of Text.
	DataCoding DataCoding
	// Text is at most 64 octets.
	Text []byte
}

// String gives the text as its alphabet reads it.
func (a CallbackNumAtag) String() string {
	return a.DataCoding.String() + ", " + looks{coding: a.DataCoding}.message(a.Text)
}

// ITSReplyType is its_reply_type, how a subscriber is to answer: SMPP 3.4 §5.3.2.42.
type ITSReplyType uint8

// String names the type.
func (r ITSReplyType) String() string {
	return nth(r, "digit|number|telephone number|password|character line|menu|date|time|continue")
}

// ITSSessionInfo is its_session_info: SMPP 3.4 §5.3.2.43.
type ITSSessionInfo struct {
	// Session is the same in all of a dialogue.
	Session uint8
	// Sequence counts the units of the dialogue: 0 to 127.
	Sequence uint8
	// End marks the last one.
	End bool
}

// String gives the parts.
func (i ITSSessionInfo) String() string {
	s := fmt.Sprintf("session %d, dialogue unit %d", i.Session, i.Sequence)
	if i.End {
		s += ", end of session"
	}
	return s
}

// USSDServiceOp is ussd_service_op: SMPP 3.4 §5.3.2.44. From 32 on they are vendors'.
type USSDServiceOp uint8

// The operations of USSD.
const (
	PSSDIndication USSDServiceOp = 0
	PSSRIndication USSDServiceOp = 1
	USSRRequest    USSDServiceOp = 2
	USSNRequest    USSDServiceOp = 3
	PSSDResponse   USSDServiceOp = 16
	PSSRResponse   USSDServiceOp = 17
	USSRConfirm    USSDServiceOp = 18
	USSNConfirm    USSDServiceOp = 19
)

// String names the operation.
func (o USSDServiceOp) String() string {
	switch {
	case o < 16:
		return nth(o, "PSSD indication|PSSR indication|USSR request|USSN request")
	case o < 32:
		if o <= USSNConfirm {
			return nth(o-16, "PSSD response|PSSR response|USSR confirm|USSN confirm")
		}
		return strconv.Itoa(int(o)) + " (reserved)"
	}
	return strconv.Itoa(int(o)) + " (vendor)"
}
