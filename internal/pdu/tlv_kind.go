package pdu

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// kind is how the value of a TLV is judged, and how it is read for people.
type kind uint8

const (
	kindOctets kind = iota // of these three any value of the right length will do
	kindInt
	kindPayload
	kindCString
	kindNumber // an Integer with a highest value
	kindDigits // decimal digits
	kindCount  // an Integer from 1 on
	kindYesNo
	kindSubunit
	kindNetwork
	kindBearer
	kindPayloadType
	kindPrivacy
	kindLanguage
	kindDisplay
	kindAvailability
	kindFailureReason
	kindState
	kindCongestion
	kindNPResolution
	kindReply
	kindChannel
	kindClass
	kindAlert
	kindVersion
	kindWaiting
	kindPresentation
	kindUSSD
	kindAreaSuccess
	kindSubaddress
	kindCallbackNum
	kindAtag
	kindNetworkError
	kindValidity
	kindSession
	kindStatus
	kindContent
	kindRepNum
	kindFrequency
	kindArea
	kindEndTime
	kindBilling
)

// wrong says what is against the book in a value of the tag, "" when nothing is.
func (s *tagSpec) wrong(v []byte) string {
	n := len(v)
	least, most := int(s.least), int(s.most)
	switch {
	case (n < least || n > most) && least == most:
		return fmt.Sprintf("%d octets, the standard has %d", n, most)
	case n < least || n > most:
		return fmt.Sprintf("%d octets, the standard has %d to %d", n, least, most)
	case s.as <= kindPayload || n == 0:
		return ""
	}
	first := v[0]
	ok, rule := true, ""
	switch s.as {
	case kindCString:
		if bytes.IndexByte(v, 0) != n-1 {
			return "a C-Octet String has one NUL, at its end"
		}
		return ""
	case kindEndTime:
		text, _ := strings.CutSuffix(string(v), "\x00")
		at, err := ReadTime(text)
		if err != nil {
			return err.Error()
		}
		if at.Relative {
			return "it is in the absolute form alone"
		}
		return ""
	case kindDigits:
		if !digits(v) {
			return fmt.Sprintf("%d decimal digits are wanted", n)
		}
		return ""
	case kindValidity:
		if n == 2 || n == 3 {
			return fmt.Sprintf("%d octets, the standard has 1 or 4", n)
		}
		ok, rule = first <= 3 && n == 1 || first <= 4 && n == 4 && v[1] <= 6, "0 to 3, or 4 with a unit from 0 to 6 and a number"
	case kindCount:
		ok, rule = first > 0, "1 to 255"
	case kindVersion:
		ok, rule = first <= Version34 || first == Version50, "0 to 52 (0x34: SMPP 3.4), 80 (0x50)"
	case kindWaiting:
		ok, rule = first&0x7C == 0, "0 to 3 and 128 to 131"
	case kindPresentation:
		ok, rule = first <= 0x0B, "0 to 11"
	case kindUSSD:
		ok, rule = first <= 3 || first >= 16 && first <= 19 || first >= 32, "0 to 3, 16 to 19 and, for vendors, 32 to 255"
	case kindAreaSuccess:
		ok, rule = first <= 100 || first == 255, "0 to 100 and 255"
	case kindSubaddress:
		ok, rule = SubaddressKind(first).known(), "128, 136 and 160"
	case kindCallbackNum:
		ok, rule = first <= 1 && ton(v[1]).known() && npi(v[2]).known(), "a digit mode of 0 or 1, a TON and an NPI"
	case kindNetworkError:
		ok, rule = digits(v) || first >= 1 && first <= 8, "1 to 8"
	case kindContent:
		ok, rule = first <= 3, "0 to 3"
	case kindFrequency:
		ok, rule = first == 0 || first >= 8 && first <= 14, "0 and 8 to 14"
	case kindArea:
		ok, rule = first <= 2, "0 to 2"
	default:
		ok, rule = s.top == 0 || n > 1 || first <= s.top, "0 to "+strconv.Itoa(int(s.top))
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("%d is not among %s (%s)", first, rule, s.section())
}

// tlv is the value of a TLV for people to read.
func (l looks) tlv(t TLV) string {
	s := t.Tag.spec()
	v := t.Value
	if len(v) < int(s.least) || len(v) > int(s.most) {
		return hexText(v)
	}
	if s.as == kindPayload {
		return l.message(v)
	}
	if len(v) == 0 {
		return "(empty)"
	}
	one := v[0]
	list := TLVs{t}
	switch s.as {
	case kindInt, kindNumber, kindCount:
		n := uint64(0)
		for _, o := range v {
			n = n<<8 | uint64(o)
		}
		return strconv.FormatUint(n, 10)
	case kindCString, kindDigits, kindEndTime:
		text := strings.TrimSuffix(string(v), "\x00")
		if at, err := ReadTime(text); s.as == kindEndTime && err == nil {
			return quote(text) + ": " + at.String()
		}
		return quote(text)
	case kindYesNo:
		return nth(one, "0 no|1 yes")
	case kindSubunit:
		return show(AddrSubunit(one))
	case kindNetwork:
		return show(NetworkType(one))
	case kindBearer:
		return show(BearerType(one))
	case kindPayloadType:
		return show(PayloadType(one))
	case kindPrivacy:
		return show(PrivacyIndicator(one))
	case kindLanguage:
		return show(LanguageIndicator(one))
	case kindDisplay:
		return show(DisplayTime(one))
	case kindAvailability:
		return show(MsAvailability(one))
	case kindFailureReason:
		return show(DeliveryFailureReason(one))
	case kindState:
		return show(MessageState(one))
	case kindCongestion:
		return CongestionState(one).String()
	case kindNPResolution:
		return show(NPResolution(one))
	case kindReply:
		return show(ITSReplyType(one))
	case kindChannel:
		return show(BroadcastChannel(one))
	case kindClass:
		return show(BroadcastMessageClass(one))
	case kindAlert:
		return show(AlertPriority(one))
	case kindVersion:
		return show(version(one))
	case kindWaiting:
		return show(MsMsgWaitFacilities(one))
	case kindPresentation:
		return show(CallbackPresentation(one))
	case kindUSSD:
		return show(USSDServiceOp(one))
	case kindAreaSuccess:
		return BroadcastAreaSuccess(one).String()
	case kindSubaddress:
		return Subaddress{SubaddressKind(one), v[1:]}.String()
	case kindCallbackNum:
		n, _ := list.CallbackNum()
		return n.String()
	case kindAtag:
		n, _ := list.CallbackNumAtag()
		return n.String()
	case kindNetworkError:
		n, _ := list.NetworkErrorCode()
		return n.String()
	case kindValidity:
		if n, ok := list.MsValidity(); ok {
			return n.String()
		}
	case kindSession:
		n, _ := list.ITSSessionInfo()
		return n.String()
	case kindStatus:
		n, _ := list.BroadcastErrorStatus()
		return show(n)
	case kindContent:
		n, _ := list.BroadcastContentType()
		return n.String()
	case kindRepNum:
		n, _ := list.BroadcastRepNum()
		return n.String()
	case kindFrequency:
		n, _ := list.BroadcastFrequencyInterval()
		return n.String()
	case kindArea:
		return BroadcastArea{BroadcastAreaFormat(one), v[1:]}.String()
	case kindBilling:
		return BillingIdentification{one, v[1:]}.String()
	}
	return hexText(v)
}

// nth is word n of those between the bars, or the number when there is none.
func nth[T ~uint8](n T, words string) string {
	for range n {
		_, words, _ = strings.Cut(words, "|")
	}
	if word, _, _ := strings.Cut(words, "|"); word != "" {
		return word
	}
	return strconv.Itoa(int(n)) + " (reserved)"
}
