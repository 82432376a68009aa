package pdu

import (
	"testing"
	"time"
)

// TestReceiptSamples reads receipts as SMSCs of many makes write them.
func TestReceiptSamples(t *testing.T) {
	near := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	const minute, second = "2026-11-23T08:50:00Z", "2026-11-23T08:50:07Z"
	tests := []struct {
		text  string
		id    string
		state MessageState
		err   string
		done  string // RFC 3339; "" when there is none
		start string // of the message
	}{
		{"id:0123456789 sub:001 dlvrd:001 submit date:2611230849 done date:2611230850 stat:DELIVRD err:000 text:Water in the cellar",
			"0123456789", StateDelivered, "000", minute, "Water in the cellar"},
		{"id:0123456789 sub:001 dlvrd:000 submit date:2611230849 done date:2611230850 stat:UNDELIV err:045 Text:Water",
			"0123456789", StateUndeliverable, "045", minute, "Water"},
		{"id:9f1c3b42-7d1e-4f7a-8a55-3f2b9a1f0c11 sub:1 dlvrd:1 submit date:261123084931 done date:261123085007 stat:DELIVRD err:0 text:",
			"9f1c3b42-7d1e-4f7a-8a55-3f2b9a1f0c11", StateDelivered, "0", second, ""},
		{"id:1234abcd submit date:20261123084931 done date:20261123085007 stat:EXPIRED err:0000",
			"1234abcd", StateExpired, "0000", second, ""},
		{"id:77 sub:001 dlvrd:001 submit date:1795423771 done date:1795423807 stat:DELIVRD err:000",
			"77", StateDelivered, "000", second, ""},
		{"id:77 sub:001 dlvrd:001 submit date:202611230849 done date:202611230850 stat:REJECTD err:12A text:x",
			"77", StateRejected, "12A", minute, "x"},
		{"id:77 submit date:261123084931000+ done date:261123085007000+ stat:ACCEPTD err:0", "77", StateAccepted, "0", second, ""},
		{"id: 77 sub: 001 dlvrd: 001 submit date: 2611230849 done date: 2611230850 stat: DELIVRD err: 0 text: hi",
			"77", StateDelivered, "0", minute, "hi"},
		{"stat:delivrd err:000 id:77", "77", StateDelivered, "000", "", ""},
		{"ID:77 SUB:001 DLVRD:001 SUBMIT DATE:2611230849 DONE DATE:2611230850 STAT:DELIVRD ERR:000 TEXT:HI",
			"77", StateDelivered, "000", minute, "HI"},
		{"id:77 stat:DELIVERED", "77", StateDelivered, "", "", ""},
		{"id:77 stat:UNDELIVERABLE err:27", "77", StateUndeliverable, "27", "", ""},
		{"id:77 stat:FAILED err:27", "77", StateUndeliverable, "27", "", ""},
		{"id:77 stat:DELETED", "77", StateDeleted, "", "", ""},
		{"id:77 stat:ENROUTE", "77", StateEnroute, "", "", ""},
		{"id:77 stat:BUFFERD", "77", StateUnknown, "", "", ""},
		{"id:77\nsub:001\ndlvrd:001\nsubmit date:2611230849\ndone date:2611230850\nstat:DELIVRD\nerr:000\ntext:two\nlines",
			"77", StateDelivered, "000", minute, "two\nlines"},
		{"id:77,sub:001,dlvrd:001,submit date:2611230849,done date:2611230850,stat:DELIVRD,err:000,text:hi",
			"77", StateDelivered, "000", minute, "hi"},
		{"id:77;stat:DELIVRD;donedate:26-11-23 08:50:07;err:0", "77", StateDelivered, "0", second, ""},
		{"id:77 submit_date:2611230849 done_date:2611230850 stat:DELIVRD", "77", StateDelivered, "", minute, ""},
		{"id:77 stat:DELIVRD text:at 8:30 stat: fine, id: none", "77", StateDelivered, "", "", "at 8:30 stat: fine, id: none"},
		{"id:77 stat:DELIVRD err:000 imsi:284011234567890 msc:359888000001 text:hi", "77", StateDelivered, "000", "", "hi"},
		{"id:77 sub:001 dlvrd:001 submit date: done date: stat:UNKNOWN err: text:", "77", StateUnknown, "", "", ""},
		{"id:00000000000000000077 stat:DELIVRD err:000 text:0", "00000000000000000077", StateDelivered, "000", "", "0"},
		{"Delivery report: id:77 stat:DELIVRD", "77", StateDelivered, "", "", ""},
		{"id:a_b\x11c stat:DELIVRD", "a_b_c", StateDelivered, "", "", ""},
		{"id:77 stat:DELIVRD err:000 text:\x00", "77", StateDelivered, "000", "", ""},
	}
	carriers := map[string]func(text []byte) (Receipt, bool){
		"short_message": func(b []byte) (Receipt, bool) {
			return ParseReceipt(&DeliverSM{ESMClass: ESMTypeReceipt, ShortMessage: b})
		},
		"message_payload": func(b []byte) (Receipt, bool) {
			return ParseReceipt(&DeliverSM{ESMClass: ESMTypeReceipt, TLVs: TLVs{{TagMessagePayload, b}}})
		},
		"IA5": func(b []byte) (Receipt, bool) {
			return ParseReceipt(&DeliverSM{ESMClass: 0x83 | ESMTypeReceipt, DataCoding: CodingIA5, ShortMessage: b})
		},
		"data_sm": func(b []byte) (Receipt, bool) {
			return ParseDataReceipt(&DataSM{ESMClass: ESMTypeReceipt, TLVs: TLVs{{TagMessagePayload, b}}})
		},
		"UCS2": func(b []byte) (Receipt, bool) {
			return ParseReceipt(&DeliverSM{ESMClass: ESMTypeReceipt, DataCoding: CodingUCS2, ShortMessage: utf16be(string(b))})
		},
		"UCS2 with a byte order mark": func(b []byte) (Receipt, bool) {
			b = append([]byte{0xFE, 0xFF}, utf16be(string(b))...)
			return ParseReceipt(&DeliverSM{ESMClass: ESMTypeReceipt, DataCoding: CodingUCS2, ShortMessage: b})
		},
		"UCS2 the wrong way round": func(b []byte) (Receipt, bool) {
			b = append(append([]byte{0xFF, 0xFE}, utf16be(string(b))[1:]...), 0)
			return ParseReceipt(&DeliverSM{ESMClass: ESMTypeReceipt, DataCoding: CodingUCS2, ShortMessage: b})
		},
		"packed septets": func(b []byte) (Receipt, bool) {
			return ParseReceipt(&DeliverSM{ESMClass: ESMTypeReceipt, ShortMessage: packed(string(b))})
		},
		"a user data header": func(b []byte) (Receipt, bool) {
			b = append([]byte{5, 0, 3, 1, 1, 1}, b...)
			return ParseReceipt(&DeliverSM{ESMClass: ESMUDHI | ESMTypeReceipt, ShortMessage: b})
		},
	}
	for _, tt := range tests {
		for in, read := range carriers {
			r, ok := read([]byte(tt.text))
			if in != "short_message" && tt.id == "a_b_c" {
				continue // 0x11 is an underscore in the default alphabet alone
			}
			if !ok || r.MessageID != tt.id || r.State != tt.state || r.Err != tt.err || r.Text != tt.start {
				t.Errorf("%q in %s: got %+v, %v", tt.text, in, r, ok)
				continue
			}
			if tt.done == "" {
				continue
			}
			if done, err := ReceiptTime(r.DoneDate, near); err != nil || done.Format(time.RFC3339) != tt.done {
				t.Errorf("%q in %s: done %v, %v, want %s", tt.text, in, done, err, tt.done)
			}
		}
	}
}

// TestReceiptTLVsThatAreOdd: what is wrong with a TLV does not cost the receipt.
func TestReceiptTLVsThatAreOdd(t *testing.T) {
	const text = "id:1 stat:UNDELIV err:045"
	for _, tt := range []struct {
		name string
		tlvs TLVs
		want Receipt
	}{
		{"message_state of no state", TLVs{{TagMessageState, []byte{0x32}}},
			Receipt{MessageID: "1", State: StateUndeliverable, Stat: "UNDELIV", Err: "045"}},
		{"message_state of two octets", TLVs{{TagMessageState, []byte{0, 2}}},
			Receipt{MessageID: "1", State: StateUndeliverable, Stat: "UNDELIV", Err: "045"}},
		{"empty receipted_message_id", TLVs{{TagReceiptedMessageID, nil}},
			Receipt{MessageID: "1", State: StateUndeliverable, Stat: "UNDELIV", Err: "045"}},
		{"receipted_message_id with spaces and no NUL", TLVs{{TagReceiptedMessageID, []byte(" 7F ")}},
			Receipt{MessageID: "7F", State: StateUndeliverable, Stat: "UNDELIV", Err: "045"}},
		{"network_error_code in digits", TLVs{{TagNetworkErrorCode, []byte("027")}},
			Receipt{MessageID: "1", State: StateUndeliverable, Stat: "UNDELIV", Err: "045", NetworkError: NetworkErrorCode{0, 27}}},
		{"network_error_code of two octets", TLVs{{TagNetworkErrorCode, []byte{3, 1}}},
			Receipt{MessageID: "1", State: StateUndeliverable, Stat: "UNDELIV", Err: "045"}},
	} {
		for _, class := range []ESMClass{0x00, 0x04, 0x07, 0x84} {
			tt.want.Raw = text
			got, ok := ParseReceipt(&DeliverSM{ESMClass: class, ShortMessage: []byte(text), TLVs: tt.tlvs})
			if !ok || got != tt.want {
				t.Errorf("%s, esm_class %02x: got %+v, %v\nwant %+v", tt.name, uint8(class), got, ok, tt.want)
			}
		}
	}
}
