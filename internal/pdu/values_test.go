package pdu

import (
	"strings"
	"testing"
)

// TestTLVsAsRead holds how the values of TLVs read, and what is said of those against the book.
func TestTLVsAsRead(t *testing.T) {
	tests := []struct {
		tag   Tag
		value string
		want  string
		wrong string // part of what is wrong with it; "" when nothing is
	}{
		{TagDestAddrSubunit, "\x01", "0x01 MS display", ""},
		{TagDestAddrSubunit, "\x05", "0x05 5 (reserved)", "5 is not among 0 to 4 (§5.3.2.1)"},
		{TagSourceNetworkType, "\x06", "0x06 iDEN", ""},
		{TagDestBearerType, "\x08", "0x08 cell broadcast", ""},
		{TagDestBearerType, "\x09", "0x09 9 (reserved)", "9 is not among 0 to 8"},
		{TagPayloadType, "\x01", "0x01 WCMP message", ""},
		{TagMsMsgWaitFacilities, "\x80", "0x80 voicemail on", ""},
		{TagMsMsgWaitFacilities, "\x01", "0x01 fax off", ""},
		{TagMsMsgWaitFacilities, "\x84", "0x84 voicemail on", "132 is not among 0 to 3 and 128 to 131"},
		{TagPrivacyIndicator, "\x03", "0x03 secret", ""},
		{TagSourceSubaddress, "\x80\x01\x02", "NSAP, even 0102", ""},
		{TagDestSubaddress, "\xa0\x01", "user specified 01", ""},
		{TagDestSubaddress, "\x88\x01", "NSAP, odd 01", ""},
		{TagDestSubaddress, "\x01\x01", "kind 0x01 (reserved) 01", "1 is not among 128, 136 and 160"},
		{TagLanguageIndicator, "\x05", "0x05 Portuguese", ""},
		{TagSARTotalSegments, "\x00", "0", "0 is not among 1 to 255"},
		{TagSCInterfaceVersion, "\x50", "0x50 SMPP 5.0", ""},
		{TagSCInterfaceVersion, "\x00", "0x00 no version of SMPP", ""}, // 3.3 or earlier
		{TagSCInterfaceVersion, "\x35", "0x35 no version of SMPP", "53 is not among 0 to 52"},
		{TagCallbackNumPresInd, "\x07", "0x07 presentation restricted, network provided", ""},
		{TagCallbackNumPresInd, "\x0c", "0x0C 3 (reserved), not screened", "12 is not among 0 to 11"},
		{TagCallbackNumAtag, "\x03caf\xe9", `Latin-1, "café"`, ""},
		{TagCallbackNumAtag, "", "(empty)", ""},
		{TagNumberOfMessages, "\x63", "99", ""},
		{TagNumberOfMessages, "\x64", "100", "100 is not among 0 to 99"},
		{TagCallbackNum, "\x01\x01\x014179", `ASCII, international, ISDN (E.164), "4179"`, ""},
		{TagCallbackNum, "\x00\x01\x01\x04", `DTMF, international, ISDN (E.164), "\x04"`, ""},
		{TagCallbackNum, "\x02\x01\x014179", `DTMF, international, ISDN (E.164), "4179"`, "2 is not among a digit mode"},
		{TagSetDPF, "\x01", "1 yes", ""},
		{TagDPFResult, "\x02", "2 (reserved)", "2 is not among 0 to 1"},
		{TagMsAvailabilityStatus, "\x02", "0x02 unavailable", ""},
		{TagNetworkErrorCode, "\x03\x00\x1b", "GSM 27", ""},
		{TagNetworkErrorCode, "\x07\x00\x0b", "SMPP ESME_RINVDSTADR", ""},
		{TagNetworkErrorCode, "\x08\x01\x00", "SMSC 256", ""},
		{TagNetworkErrorCode, "\x09\x00\x01", "9 (reserved) 1", "9 is not among 1 to 8"},
		{TagNetworkErrorCode, "027", "027", ""},
		{TagMessageState, "\x00", "0x00 SCHEDULED", ""},
		{TagMessageState, "\x0a", "0x0A 10 (reserved)", "10 is not among 0 to 9"},
		{TagCongestionState, "\x00", "0 idle", ""},
		{TagCongestionState, "\x1d", "29 low load", ""},
		{TagCongestionState, "\x1e", "30 medium load", ""},
		{TagCongestionState, "\x4f", "79 high load", ""},
		{TagCongestionState, "\x50", "80 optimum load", ""},
		{TagCongestionState, "\x63", "99 nearing congestion", ""},
		{TagCongestionState, "\x64", "100 congested", ""},
		{TagCongestionState, "\x65", "101 reserved", "101 is not among 0 to 100 (5.0 §4.8.4.18)"},
		{TagUSSDServiceOp, "\x02", "0x02 USSR request", ""},
		{TagUSSDServiceOp, "\x13", "0x13 USSN confirm", ""},
		{TagUSSDServiceOp, "\x20", "0x20 32 (vendor)", ""},
		{TagUSSDServiceOp, "\x14", "0x14 20 (reserved)", "20 is not among 0 to 3, 16 to 19"},
		{TagUSSDServiceOp, "\x04", "0x04 4 (reserved)", "4 is not among"},
		{TagDisplayTime, "\x02", "0x02 invoke", ""},
		{TagSMSSignal, "\x01\x02", "258", ""},
		{TagMsValidity, "\x01", "until power down", ""},
		{TagMsValidity, "\x04", "for 0 seconds", "4 is not among 0 to 3, or 4 with a unit"},
		{TagMsValidity, "\x04\x01\x00\x05", "for 5 minutes", ""},
		{TagMsValidity, "\x04\x07\x00\x05", "for 5 7 (reserved)", "4 is not among"},
		{TagMsValidity, "\x04\x01", "0401", "2 octets, the standard has 1 or 4"},
		{TagAlertOnMessageDelivery, "", "(empty)", ""},
		{TagAlertOnMessageDelivery, "\x03", "0x03 high priority", ""},
		{TagAlertOnMessageDelivery, "\x04", "0x04 4 (reserved)", "4 is not among 0 to 3"},
		{TagITSReplyType, "\x05", "0x05 menu", ""},
		{TagITSSessionInfo, "\x07\x05", "session 7, dialogue unit 2, end of session", ""},
		{TagITSSessionInfo, "\x07\xfe", "session 7, dialogue unit 127", ""},
		{TagBroadcastChannelIndicator, "\x01", "0x01 extended channel", ""},
		{TagBroadcastContentType, "\x00\x00\x01", "generic, 0x0001 emergency broadcasts", ""},
		{TagBroadcastContentType, "\x01\x00\x10", "GSM, 0x0010 news flashes", ""},
		{TagBroadcastContentType, "\x00\x00\x11", "generic, 0x0011 general news, local", ""},
		{TagBroadcastContentType, "\x00\x00\x1a", "generic, 0x001A sports news, regional", ""},
		{TagBroadcastContentType, "\x00\x00\x20", "generic, 0x0020 entertainment news, international", ""},
		{TagBroadcastContentType, "\x00\x00\x23", "generic, 0x0023 pharmacy", ""},
		{TagBroadcastContentType, "\x00\x00\x33", "generic, 0x0033 weather", ""},
		{TagBroadcastContentType, "\x00\x00\x39", "generic, 0x0039 stock quotes", ""},
		{TagBroadcastContentType, "\x00\x00\x41", "generic, 0x0041 technology news", ""},
		{TagBroadcastContentType, "\x00\x00\x71", "generic, 0x0071 network information", ""},
		{TagBroadcastContentType, "\x00\x00\x85", "generic, 0x0085 local date and time", ""},
		{TagBroadcastContentType, "\x03\x01\x00", "CDMA, 0x0100 multi category services", ""},
		{TagBroadcastContentType, "\x00\x00\x03", "generic, 0x0003 (reserved)", ""},
		{TagBroadcastContentType, "\x00\x02\x01", "generic, 0x0201 (reserved)", ""},
		{TagBroadcastContentType, "\x04\x00\x01", "4 (reserved), 0x0001 emergency broadcasts", "4 is not among 0 to 3"},
		{TagBroadcastContentTypeInfo, "\x01\x02", "0102", ""},
		{TagBroadcastMessageClass, "\x03", "0x03 class 3, terminal equipment", ""},
		{TagBroadcastRepNum, "\x00\x03", "3 times", ""},
		{TagBroadcastRepNum, "\x00\x00", "0 until the validity period ends", ""},
		{TagBroadcastFrequencyInterval, "\x00\x00\x00", "as often as possible", ""},
		{TagBroadcastFrequencyInterval, "\x09\x00\x05", "every 5 minutes", ""},
		{TagBroadcastFrequencyInterval, "\x0e\x00\x01", "every 1 years", ""},
		{TagBroadcastFrequencyInterval, "\x07\x00\x01", "every 1 7 (reserved)", "7 is not among 0 and 8 to 14"},
		{TagBroadcastAreaIdentifier, "\x00Cellar", `alias "Cellar"`, ""},
		{TagBroadcastAreaIdentifier, "\x02\x01\x02", "polygon 0102", ""},
		{TagBroadcastAreaIdentifier, "\x03", "3 (reserved) (empty)", "3 is not among 0 to 2"},
		{TagBroadcastErrorStatus, "\x00\x00\x01\x08", "0x00000108 ESME_RINVBCASTALIAS_NAME: broadcast alias name is invalid", ""},
		{TagBroadcastAreaSuccess, "\x61", "97 %", ""},
		{TagBroadcastAreaSuccess, "\xff", "not known", ""},
		{TagBroadcastAreaSuccess, "\x65", "101 (reserved)", "101 is not among 0 to 100 and 255"},
		{TagBroadcastEndTime, "261123084931004+\x00", `"261123084931004+": 2026-11-23 08:49:31.0 +01:00`, ""},
		{TagBroadcastEndTime, "261123084931004+", `"261123084931004+": 2026-11-23 08:49:31.0 +01:00`, ""},
		{TagBroadcastEndTime, "000001000000000R\x00", `"000001000000000R": 1 day from when the SMSC has it`, "absolute form alone"},
		{TagBroadcastEndTime, "2611230849310 4+\x00", `"2611230849310 4+"`, "a time is"},
		{TagBillingIdentification, "\x81\x01", "format 0x81 (vendor) 01", ""},
		{TagBillingIdentification, "\x01", "format 0x01 (reserved) (empty)", ""},
		{TagSourceNetworkID, "310-026\x00", `"310-026"`, ""},
		{TagSourceNodeID, "000123", `"000123"`, ""},
		{TagSourceNodeID, "00012x", `"00012x"`, "6 decimal digits"},
		{TagDestAddrNPResolution, "\x02", "0x02 queried, ported", ""},
		{TagDestAddrNPCountry, "359", "333539", ""},
		{TagDestAddrNPInformation, "123", "313233", "3 octets, the standard has 10"},
		{TagDestAddrNPInformation, "2025331234", `"2025331234"`, ""},
		{TagDestAddrNPInformation, "202533123x", `"202533123x"`, "10 decimal digits"},
		{TagBroadcastAreaIdentifier, "\x00" + strings.Repeat("x", 100), `alias "` + strings.Repeat("x", 100) + `"`, ""},
	}
	for _, tt := range tests {
		if got := (looks{}).tlv(TLV{tt.tag, []byte(tt.value)}); got != tt.want {
			t.Errorf("%v % x: got %s, want %s", tt.tag, tt.value, got, tt.want)
		}
		got := tt.tag.spec().wrong([]byte(tt.value))
		if (got == "") != (tt.wrong == "") || !strings.Contains(got, tt.wrong) {
			t.Errorf("%v % x: wrong is %q, want %q", tt.tag, tt.value, got, tt.wrong)
		}
	}
}

// TestDataCodingOfHandsets reads the message classes and the waiting indications of TS 23.038 §4.
func TestDataCodingOfHandsets(t *testing.T) {
	for n := range 256 {
		d := DataCoding(n)
		class, isClass := d.Class()
		lamp, store, isLamp := d.Waiting()
		wantLamp := n>>4 >= 0xC && n>>4 <= 0xE
		if isClass != (n>>4 == 0xF) || isClass && int(class) != n&3 {
			t.Errorf("0x%02X is of class %d, %v", n, class, isClass)
		}
		if isLamp != wantLamp || isLamp && (store != (n>>4 != 0xC) || lamp.On() != (n&8 != 0) || int(lamp.Waiting()) != n&3) {
			t.Errorf("0x%02X switches %v, store %v, %v", n, lamp, store, isLamp)
		}
	}
}
