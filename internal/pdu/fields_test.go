package pdu

import (
	"fmt"
	"strings"
	"testing"
)

// TestFieldsAsRead holds how a submit_sm looks when it is taken apart.
func TestFieldsAsRead(t *testing.T) {
	for _, g := range goldens {
		if g.name != "submit_sm" {
			continue
		}
		list, err := Fields(octets(t, g.octets))
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, f := range list {
			fmt.Fprintf(&got, "%d %s %x %s %s\n", f.Offset, f.Name, f.Octets, f.Section, f.Value)
		}
		want := `0 command_length 00000060 §5.1.1 96
4 command_id 00000004 §5.1.2 0x00000004 submit_sm
8 command_status 00000000 §5.1.3 0x00000000 ESME_ROK: no error
12 sequence_number 00000007 §5.1.4 7
16 service_type 434d5400 §5.2.11 "CMT"
20 source_addr_ton 05 §5.2.5 0x05 alphanumeric
21 source_addr_npi 00 §5.2.6 0x00 unknown
22 source_addr 43656c6c617200 §5.2.8 "Cellar"
29 dest_addr_ton 01 §5.2.5 0x01 international
30 dest_addr_npi 01 §5.2.6 0x01 ISDN (E.164)
31 destination_addr 33353938383831323334353600 §5.2.9 "359888123456"
44 esm_class 03 §5.2.12 0x03 store and forward
45 protocol_id 41 §5.2.13 65
46 priority_flag 03 §5.2.14 3
47 schedule_delivery_time 3236313132333038343933313030342b00 §5.2.15 "261123084931004+": 2026-11-23 08:49:31.0 +01:00
64 validity_period 3030303030313036303030303030305200 §5.2.16 "000001060000000R": 1 day 6 h from when the SMSC has it
81 registered_delivery 01 §5.2.17 0x01 receipt
82 replace_if_present_flag 01 §5.2.18 1
83 data_coding 03 §5.2.19 0x03 Latin-1
84 sm_default_msg_id fe §5.2.20 254
85 sm_length 04 §5.2.21 4
86 short_message 636166e9 §5.2.22 "café"
90 user_message_reference 020400021234 §5.3.2.17 4660
`
		if got.String() != want {
			t.Errorf("got\n%swant\n%s", got.String(), want)
		}
	}
}

// TestFieldsCoverTheGoldens checks that every octet of a PDU is in one field, that each field has a value
// and a section, and that nothing is noted where nothing is odd.
func TestFieldsCoverTheGoldens(t *testing.T) {
	for _, g := range goldens {
		b := octets(t, g.octets)
		list, err := Fields(b)
		if err != nil {
			t.Fatal(err)
		}
		checkSpans(t, list, b)
		for _, f := range list {
			standard := f.Name != "body" && !strings.HasPrefix(f.Name, "0x")
			if f.Value == "" || f.Note != "" || standard && !strings.Contains(f.Section, "§") {
				t.Errorf("%s: %+v", g.name, f)
			}
		}
	}
}

// TestFieldsSecond reads only the first of two PDUs.
func TestFieldsSecond(t *testing.T) {
	b := frame(t, CmdEnquireLink, 0, "")
	list, err := Fields(append(b, b...))
	if err != nil || len(list) != 4 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestValuesAsRead holds how the values read that are not plain numbers.
func TestValuesAsRead(t *testing.T) {
	tests := []struct {
		got, want string
	}{
		{ESMClass(0).String(), "default mode"},
		{(ESMModeDatagram | ESMTypeReceipt).String(), "datagram, delivery receipt"},
		{(ESMModeForward | ESMTypeDeliveryAck | ESMUDHI).String(), "forward, delivery acknowledgement, UDHI"},
		{(ESMTypeUserAck | ESMReplyPath).String(), "default mode, user acknowledgement, reply path"},
		{ESMTypeAbort.String(), "default mode, conversation abort"},
		{ESMTypeIntermediate.String(), "default mode, intermediate notification"},
		{ESMClass(0x3C).String(), "default mode, type 0x3C (reserved)"},
		{RegisteredDelivery(0).String(), "no receipt"},
		{RegisteredDelivery(0x3E).String(),
			"receipt on failure, delivery acknowledgement, user acknowledgement, intermediate notification, bits 0x20 (reserved)"},
		{CodingUCS2.String(), "UCS2"},
		{DataCoding(0x0B).String(), "reserved"},
		{DataCoding(0x10).String(), "reserved"},
		{DataCoding(0xC0).String(), "message waiting (discard): voicemail off"},
		{DataCoding(0xD9).String(), "message waiting (store): fax on"},
		{DataCoding(0xE8).String(), "message waiting (store, UCS2): voicemail on"},
		{DataCoding(0xF0).String(), "default alphabet, message class 0"},
		{DataCoding(0xF5).String(), "8-bit binary, message class 1"},
		{StateSkipped.String(), "SKIPPED"},
		{MessageState(10).String(), "10 (reserved)"},
		{DeliveryFailureReason(3).String(), "temporary network error"},
		{DeliveryFailureReason(4).String(), "4 (reserved)"},
		{ton(7).String(), "reserved"},
		{npi(18).String(), "WAP client ID"},
		{npi(2).String(), "reserved"},
		{version(0x34).String(), "SMPP 3.4"},
		{version(0x22).String(), "no version of SMPP"},
		{looks{}.message(nil), "(empty)"},
		{looks{}.message([]byte("a\x00\xe9")), `"a\x00\xe9"`},
		{looks{coding: CodingUCS2}.message([]byte{0xD8, 0x3D, 0xDE, 0x00}), `"😀"`},
		{looks{coding: CodingUCS2}.message([]byte{0xD8, 0x3D, 0x00}), "d83d00"},
		{looks{coding: CodingUCS2, udhi: true}.message([]byte{2, 1, 0, 0, 'a'}), `user data header 020100, "a"`},
		{looks{udhi: true}.message([]byte{9, 1}), "0901 (user data header of 10 octets in 2)"},
		{looks{coding: CodingOctets}.message([]byte{1, 2}), "0102"},
		{looks{}.tlv(TLV{TagNetworkErrorCode, []byte{3, 1, 2}}), "GSM 258"},
		{looks{}.tlv(TLV{TagNetworkErrorCode, []byte{9, 1, 2}}), "9 (reserved) 258"},
		{looks{}.tlv(TLV{TagNetworkErrorCode, []byte("034")}), "034"},
		{looks{}.tlv(TLV{TagReceiptedMessageID, []byte("a\x00")}), `"a"`},
		{looks{}.tlv(TLV{TagMessageState, []byte{8}}), "0x08 REJECTED"},
		{looks{}.tlv(TLV{TagMessageState, []byte{8, 8}}), "0808"},
		{looks{}.tlv(TLV{TagDeliveryFailureReason, []byte{0}}), "0x00 destination unavailable"},
		{looks{}.tlv(TLV{TagSCInterfaceVersion, []byte{0x34}}), "0x34 SMPP 3.4"},
		{looks{}.tlv(TLV{TagQOSTimeToLive, []byte{0, 1, 0, 0}}), "65536"},
		{looks{}.tlv(TLV{TagAlertOnMessageDelivery, nil}), "(empty)"},
		{looks{coding: CodingUCS2}.tlv(TLV{TagMessagePayload, []byte{4, 0x1E}}), `"О"`},
		{looks{}.tlv(TLV{0x1401, []byte("a")}), "61"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}

// TestNames holds what is said of numbers that the standard does not assign, and that no two it does
// assign share a name.
func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		StatusRINVPASWD.String():           "ESME_RINVPASWD",
		StatusRXTAPPN.String():             "ESME_RX_T_APPN",
		Status(0x09).String():              "0x00000009 (reserved)",
		Status(0x3FF).String():             "0x000003FF (reserved)",
		Status(0x400).String():             "0x00000400 (vendor)",
		Status(0x4FF).String():             "0x000004FF (vendor)",
		Status(0x500).String():             "0x00000500 (reserved)",
		Status(0xFFFFFFFF).String():        "0xFFFFFFFF (reserved)",
		StatusRTHROTTLED.Meaning():         "throttling: the ESME has exceeded its message limit",
		Status(0x400).Meaning():            "",
		CmdSubmitSM.String():               "submit_sm",
		CmdSubmitSM.Response().String():    "submit_sm_resp",
		Command(0x77).String():             "0x00000077",
		Tag(0x13FF).String():               "0x13FF (reserved)",
		Tag(0x1400).String():               "0x1400 (vendor)",
		Tag(0x3FFF).String():               "0x3FFF (vendor)",
		Tag(0x4000).String():               "0x4000 (reserved)",
		TagAlertOnMessageDelivery.String(): "alert_on_message_delivery",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	seen := map[string]int{}
	var statuses, commands, tags int
	for n := range 0x10000 {
		if s := Status(n); s.Meaning() != "" {
			seen[s.String()]++
			statuses++
		}
		for _, c := range []Command{Command(n), Command(n).Response()} {
			if c.Known() {
				seen[c.String()]++
				commands++
			}
		}
		if s := Tag(n).spec(); s.name != "" {
			seen[s.name]++
			seen["section of a tag "+s.section()]++
			tags++
		}
	}
	// 3.4 has 48 statuses, 27 commands and 44 tags; 5.0 adds 19, 6 and 20.
	if statuses != 48+19 || commands != 27+6 || tags != 44+20 {
		t.Errorf("%d statuses, %d commands, %d tags", statuses, commands, tags)
	}
	for name, n := range seen {
		if n > 1 {
			t.Errorf("%s is assigned %d times", name, n)
		}
	}
	if CmdGenericNack.Response() != CmdGenericNack || CmdSubmitSM.IsResponse() || !CmdGenericNack.IsResponse() {
		t.Error("bit 31 of command_id is misread")
	}
}
