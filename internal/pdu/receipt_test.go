package pdu

import (
	"strings"
	"testing"
)

// appendixB is the text of SMPP 3.4 Appendix B with values in it.
const appendixB = "id:0123456789 sub:001 dlvrd:001 submit date:2611230849 done date:2611230850 " +
	"stat:DELIVRD err:000 text:Water in the cellar:"

// utf16be is s, which is ASCII, in UCS2.
func utf16be(s string) []byte {
	var b []byte
	for i := range len(s) {
		b = append(b, 0, s[i])
	}
	return b
}

// packed is s, which is ASCII, in septets packed into octets.
func packed(s string) []byte {
	var b []byte
	bits, have := uint(0), uint(0)
	for i := range len(s) {
		bits |= uint(s[i]) << have
		for have += 7; have >= 8; have -= 8 {
			b = append(b, byte(bits))
			bits >>= 8
		}
	}
	if have > 0 {
		b = append(b, byte(bits))
	}
	return b
}

func TestParseReceipt(t *testing.T) {
	text := func(class ESMClass, s string) *DeliverSM { return &DeliverSM{ESMClass: class, ShortMessage: []byte(s)} }
	tlvs := func(class ESMClass, s string, list ...TLV) *DeliverSM {
		return &DeliverSM{ESMClass: class, ShortMessage: []byte(s), TLVs: list}
	}
	full := Receipt{
		MessageID: "0123456789", State: StateDelivered, Stat: "DELIVRD", Err: "000", Sub: "001", Dlvrd: "001",
		SubmitDate: "2611230849", DoneDate: "2611230850", Text: "Water in the cellar:", Raw: appendixB,
	}
	tests := []struct {
		name string
		m    *DeliverSM
		want Receipt // Raw is compared only when set here
	}{
		{"by Appendix B", text(0x04, appendixB), full},
		{"esm_class with UDHI-less bits of mode and reply path", text(0x87, appendixB), full},
		{"esm_class 0", text(0x00, appendixB), full},
		{"in message_payload", tlvs(0x04, "", TLV{TagMessagePayload, []byte(appendixB)}), full},
		{"in UCS2", &DeliverSM{ESMClass: 0x04, DataCoding: CodingUCS2, ShortMessage: utf16be(appendixB)}, full},
		{"in UCS2 and not saying so", &DeliverSM{ESMClass: 0x04, ShortMessage: utf16be(appendixB)}, full},
		{"in packed septets", &DeliverSM{ESMClass: 0x04, ShortMessage: packed(appendixB)},
			Receipt{MessageID: "0123456789", State: StateDelivered, Stat: "DELIVRD", Err: "000", Sub: "001", Dlvrd: "001",
				SubmitDate: "2611230849", DoneDate: "2611230850", Text: "Water in the cellar:"}},
		{"after a user data header", text(0x44, "\x05\x00\x03\x01\x01\x01"+appendixB), full},
		{"id and stat alone", text(0x04, "id:abc stat:UNDELIV"),
			Receipt{MessageID: "abc", State: StateUndeliverable, Stat: "UNDELIV"}},
		{"no sub, no dlvrd", text(0x04, "id:7f-3a submit date:20261123084931 done date:1763887771 stat:EXPIRED err:0000"),
			Receipt{MessageID: "7f-3a", State: StateExpired, Stat: "EXPIRED", Err: "0000",
				SubmitDate: "20261123084931", DoneDate: "1763887771"}},
		{"any order, spaces, capitals", text(0x04, "Stat: delivrd Err: 0 ID: 42 Done Date: 2611230850\r\n"),
			Receipt{MessageID: "42", State: StateDelivered, Stat: "delivrd", Err: "0", DoneDate: "2611230850"}},
		{"underscores and no spaces", text(0x04, "id:1,submit_date:2,donedate:3,stat:REJECTD"),
			Receipt{MessageID: "1", SubmitDate: "2", DoneDate: "3", State: StateRejected, Stat: "REJECTD"}},
		{"text before the rest", text(0x04, "text:hello id:9 stat:ACCEPTD"),
			Receipt{MessageID: "9", Text: "hello", State: StateAccepted, Stat: "ACCEPTD"}},
		{"text with keys in it", text(0x04, "id:9 stat:DELIVRD text:id:8 stat:EXPIRED"),
			Receipt{MessageID: "9", Text: "id:8 stat:EXPIRED", State: StateDelivered, Stat: "DELIVRD"}},
		{"a word that ends like a key", text(0x04, "paid:yes id:9 mystat:x stat:DELETED"),
			Receipt{MessageID: "9", State: StateDeleted, Stat: "DELETED"}},
		{"an empty id", text(0x04, "id: stat:DELIVRD"), Receipt{State: StateDelivered, Stat: "DELIVRD"}},
		{"a stat nobody knows", text(0x04, "id:5 stat:FOO"), Receipt{MessageID: "5", State: StateUnknown, Stat: "FOO"}},
		{"TLVs alone", tlvs(0x04, "", TLV{TagReceiptedMessageID, []byte("7f3a\x00")}, TLV{TagMessageState, []byte{5}},
			TLV{TagNetworkErrorCode, []byte{3, 0, 27}}),
			Receipt{MessageID: "7f3a", State: StateUndeliverable, NetworkError: NetworkErrorCode{3, 27}}},
		{"TLVs and esm_class 0", tlvs(0x00, "", TLV{TagReceiptedMessageID, []byte("7f3a")}),
			Receipt{MessageID: "7f3a", State: StateUnknown}},
		{"TLVs win", tlvs(0x04, "id:1 stat:EXPIRED err:003", TLV{TagReceiptedMessageID, []byte("2\x00")},
			TLV{TagMessageState, []byte{2}}),
			Receipt{MessageID: "2", State: StateDelivered, Err: "003"}},
		{"message_state missing", tlvs(0x04, "id:1 stat:DELIVRD", TLV{TagReceiptedMessageID, []byte("2\x00")}),
			Receipt{MessageID: "2", State: StateDelivered, Stat: "DELIVRD"}},
		{"our reference", tlvs(0x04, "id:1 stat:DELIVRD", TLV{TagUserMessageReference, []byte{1, 2}}),
			Receipt{MessageID: "1", State: StateDelivered, Stat: "DELIVRD", UserMessageReference: 0x0102, HasReference: true}},
		{"intermediate", text(0x20, "id:1 stat:ENROUTE"),
			Receipt{MessageID: "1", State: StateEnroute, Stat: "ENROUTE", Intermediate: true}},
		{"intermediate that does not tell", text(0x20, "id:1"),
			Receipt{MessageID: "1", State: StateUnknown, Intermediate: true}},
		{"marked 0x08", text(0x08, "id:1 stat:DELIVRD"), Receipt{MessageID: "1", State: StateDelivered, Stat: "DELIVRD"}},
		{"marked and empty", text(0x04, ""), Receipt{State: StateUnknown}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := ParseReceipt(tt.m)
			if !ok {
				t.Fatal("taken for no receipt")
			}
			if tt.want.Raw == "" {
				got.Raw = ""
			}
			if got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestNoReceipt(t *testing.T) {
	for name, m := range map[string]*DeliverSM{
		"a text":                  {ShortMessage: []byte("OK K7")},
		"nothing":                 {},
		"a text with an id":       {ShortMessage: []byte("my id: 12345")},
		"a text with a stat":      {ShortMessage: []byte("stat:DELIVRD")},
		"a stat nobody knows":     {ShortMessage: []byte("id:1 stat:please")},
		"a user acknowledgement":  {ESMClass: ESMTypeUserAck, ShortMessage: []byte(appendixB)},
		"an acknowledged message": {ESMClass: ESMTypeDeliveryAck, ShortMessage: []byte("read it")},
		"a reserved type":         {ESMClass: 0x24, ShortMessage: []byte(appendixB)},
	} {
		if r, ok := ParseReceipt(m); ok {
			t.Errorf("%s is taken for a receipt: %+v", name, r)
		}
	}
}

func TestStates(t *testing.T) {
	for stat, want := range map[string]MessageState{
		"DELIVRD": StateDelivered, "DELIVERED": StateDelivered, "EXPIRED": StateExpired, "DELETED": StateDeleted,
		"UNDELIV": StateUndeliverable, "UNDELIVERABLE": StateUndeliverable, "FAILED": StateUndeliverable,
		"ACCEPTD": StateAccepted, "UNKNOWN": StateUnknown, "REJECTD": StateRejected, "REJECTED": StateRejected,
		"ENROUTE": StateEnroute, "SCHEDLD": StateScheduled, "SKIPPED": StateSkipped, "delivrd": StateDelivered,
	} {
		if got, ok := stateOf(stat); got != want || !ok {
			t.Errorf("stateOf(%q) = %v, %v, want %v", stat, got, ok, want)
		}
	}
	final := "DELIVERED EXPIRED DELETED UNDELIVERABLE REJECTED SKIPPED"
	for s := range MessageState(12) {
		if s.Final() != strings.Contains(" "+final+" ", " "+s.String()+" ") {
			t.Errorf("%v.Final() is %v", s, s.Final())
		}
	}
}

// A receipt may announce a user data header that is not there: esm_class 0x44, and the text begins at once.
func TestReceiptWithoutItsHeader(t *testing.T) {
	text := "id:0000001001 sub:001 dlvrd:001 submit date:2001010000 done date:2001010000 stat:DELIVRD err:000 text:Water in the cellar of the house"
	for _, class := range []ESMClass{0x04, 0x44} {
		r, ok := ParseReceipt(&DeliverSM{ESMClass: class, ShortMessage: []byte(text)})
		if !ok || r.MessageID != "0000001001" || r.State != StateDelivered {
			t.Errorf("%02x: %v %+v", uint8(class), ok, r)
		}
	}
}
