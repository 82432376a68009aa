package pdu

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestStrictEncode sends one octet too many, or one value too high, in each field that has a limit.
func TestStrictEncode(t *testing.T) {
	bind := func(change func(*Bind)) PDU {
		m := &BindTransceiver{Bind{SystemID: "esme", Password: "secret", InterfaceVersion: Version34}}
		change(&m.Bind)
		return m
	}
	submit := func(change func(*SubmitSM)) PDU {
		m := &SubmitSM{Source: Address{3, 0, "1234"}, Dest: Address{1, 1, "359888123456"}}
		change(m)
		return m
	}
	multi := func(change func(*SubmitMulti)) PDU {
		m := &SubmitMulti{Dests: []Destination{{Flag: DestSME, Address: Address{1, 1, "1"}}, {Flag: DestList, List: "L"}}}
		change(m)
		return m
	}
	tlv := func(tag Tag, n int) PDU {
		return submit(func(m *SubmitSM) { m.TLVs.Add(tag, make([]byte, n)) })
	}
	x := func(n int) string { return strings.Repeat("x", n) }
	tests := []struct {
		pdu    PDU
		field  string
		offset int
		part   string // of the problem
	}{
		{bind(func(m *Bind) { m.SystemID = x(16) }), "system_id", 16, "16 octets, at most 15"},
		{bind(func(m *Bind) { m.SystemID = "a\x00b" }), "system_id", 16, "NUL"},
		{bind(func(m *Bind) { m.Password = x(17) }), "password", 21, "17 octets, at most 16"},
		{bind(func(m *Bind) { m.SystemType = x(13) }), "system_type", 28, "13 octets, at most 12"},
		{bind(func(m *Bind) { m.InterfaceVersion = 0 }), "interface_version", 29, "0x34"},
		{bind(func(m *Bind) { m.InterfaceVersion = 34 }), "interface_version", 29, "34 is not among"},
		{bind(func(m *Bind) { m.AddrTON = 7 }), "addr_ton", 30, "7 is not among 0 to 6"},
		{bind(func(m *Bind) { m.AddrNPI = 2 }), "addr_npi", 31, "2 is not among 0, 1, 3"},
		{bind(func(m *Bind) { m.AddressRange = x(41) }), "address_range", 32, "41 octets, at most 40"},
		{&BindReceiverResp{BindResp{SystemID: x(16)}}, "system_id", 16, "16 octets, at most 15"},
		{submit(func(m *SubmitSM) { m.ServiceType = x(6) }), "service_type", 16, "6 octets, at most 5"},
		{submit(func(m *SubmitSM) { m.Source.TON = 255 }), "source_addr_ton", 17, "255 is not among 0 to 6"},
		{submit(func(m *SubmitSM) { m.Source.NPI = 19 }), "source_addr_npi", 18, "19 is not among"},
		{submit(func(m *SubmitSM) { m.Source.Addr = x(21) }), "source_addr", 19, "21 octets, at most 20"},
		{submit(func(m *SubmitSM) { m.Dest.TON = 7 }), "dest_addr_ton", 24, "7 is not among"},
		{submit(func(m *SubmitSM) { m.Dest.NPI = 7 }), "dest_addr_npi", 25, "7 is not among"},
		{submit(func(m *SubmitSM) { m.Dest.Addr = x(21) }), "destination_addr", 26, "21 octets, at most 20"},
		{submit(func(m *SubmitSM) { m.PriorityFlag = 4 }), "priority_flag", 41, "4 is not among 0 to 3"},
		{submit(func(m *SubmitSM) { m.ScheduleDeliveryTime = "2611230849" }), "schedule_delivery_time", 42,
			"10 characters, not 16"},
		{submit(func(m *SubmitSM) { m.ValidityPeriod = "000001000000000Z" }), "validity_period", 43, "+, - or R"},
		{submit(func(m *SubmitSM) { m.ValidityPeriod = "261323084931004+" }), "validity_period", 43, "no month 13"},
		{submit(func(m *SubmitSM) { m.RegisteredDelivery = 0x20 }), "registered_delivery", 44, "32 is not among 0 to 31"},
		{submit(func(m *SubmitSM) { m.ReplaceIfPresent = 2 }), "replace_if_present_flag", 45, "2 is not among 0 and 1"},
		{submit(func(m *SubmitSM) { m.SMDefaultMsgID = 255 }), "sm_default_msg_id", 47, "255 is not among 0 to 254"},
		{submit(func(m *SubmitSM) { m.ShortMessage = make([]byte, 255) }), "sm_length", 48, "255 is not among 0 to 254"},
		{submit(func(m *SubmitSM) { m.ShortMessage = make([]byte, 268) }), "sm_length", 48, "268 is not among 0 to 254"},
		{submit(func(m *SubmitSM) {
			m.ShortMessage = []byte("a")
			m.TLVs.Add(TagMessagePayload, []byte("b"))
		}), "message_payload", 50, "short_message has a text too"},
		{submit(func(m *SubmitSM) {
			m.ESMClass = ESMUDHI
			m.ShortMessage = []byte{1, 0}
			m.TLVs.AddSAR(SAR{1, 2, 1})
		}), "sar_msg_ref_num", 51, "user data header"},
		{submit(func(m *SubmitSM) { m.ESMClass, m.ShortMessage = ESMUDHI, []byte{2, 0} }), "short_message", 49, "2 octets, and 1 follow"},
		{submit(func(m *SubmitSM) { m.ESMClass, m.ShortMessage = ESMUDHI, []byte{0, 'a'} }), "short_message", 49, "empty"},
		{submit(func(m *SubmitSM) { m.ESMClass = ESMUDHI }), "short_message", 49, "no text"},
		{tlv(TagUserMessageReference, 1), "user_message_reference", 49, "1 octets, the standard has 2"},
		{tlv(TagCallbackNum, 20), "callback_num", 49, "20 octets, the standard has 4 to 19"},
		{tlv(TagReceiptedMessageID, 0), "receipted_message_id", 49, "0 octets, the standard has 1 to 65"},
		{tlv(TagReceiptedMessageID, 2), "receipted_message_id", 49, "one NUL, at its end"},
		{tlv(TagMessagePayload, 65536), "message_payload", 49, "65536 octets"},
		{tlv(0x1401, 65536), "0x1401 (vendor)", 49, "65536 octets"},
		{&SubmitSMResp{MessageID: x(65)}, "message_id", 16, "65 octets, at most 64"},
		{&Outbind{SystemID: x(16)}, "system_id", 16, "16 octets, at most 15"},
		{&Outbind{Password: x(17)}, "password", 17, "17 octets, at most 16"},
		{multi(func(m *SubmitMulti) { m.Dest.Addr = "1" }), "destination_addr", 20, "in Dests"},
		{multi(func(m *SubmitMulti) { m.Dests = nil }), "number_of_dests", 20, "0 is not among 1 to 254"},
		{multi(func(m *SubmitMulti) { m.Dests = make([]Destination, 255) }), "number_of_dests", 20, "255 is not among"},
		{multi(func(m *SubmitMulti) { m.Dests = make([]Destination, 300) }), "number_of_dests", 20, "300 is not among"},
		{multi(func(m *SubmitMulti) { m.Dests[0].Flag = 0 }), "dest_flag", 21, "0 is not among 1 and 2"},
		{multi(func(m *SubmitMulti) { m.Dests[0].Flag = 3 }), "dest_flag", 21, "3 is not among 1 and 2"},
		{multi(func(m *SubmitMulti) { m.Dests[0].List = "x" }), "dest_flag", 21, "distribution list is given too"},
		{multi(func(m *SubmitMulti) { m.Dests[1].Address.TON = 1 }), "dest_flag", 26, "an address is given too"},
		{multi(func(m *SubmitMulti) { m.Dests[0].Address.Addr = x(21) }), "destination_addr", 24, "21 octets, at most 20"},
		{multi(func(m *SubmitMulti) { m.Dests[1].List = x(21) }), "dl_name", 27, "21 octets, at most 20"},
		{multi(func(m *SubmitMulti) { m.PriorityFlag = 4 }), "priority_flag", 31, "4 is not among"},
		{&SubmitMultiResp{Unsuccessful: make([]Unsuccessful, 256)}, "no_unsuccess", 17, "256 is not among 0 to 255"},
		{&DataSM{Source: Address{Addr: x(65)}}, "source_addr", 19, "65 octets, at most 64"},
		{&DataSM{Dest: Address{Addr: x(65)}}, "destination_addr", 22, "65 octets, at most 64"},
		{&DataSM{RegisteredDelivery: 0x40}, "registered_delivery", 24, "64 is not among"},
		{&DataSM{ESMClass: ESMUDHI}, "message_payload", 26, "there is no text"},
		{&DataSM{ESMClass: ESMUDHI, TLVs: TLVs{{TagMessagePayload, []byte{3, 0}}}}, "message_payload", 26, "3 octets, and 1 follow"},
		{&QuerySM{MessageID: x(65)}, "message_id", 16, "65 octets, at most 64"},
		{&QuerySM{MessageID: "1", Source: Address{TON: 7}}, "source_addr_ton", 18, "7 is not among"},
		{&QuerySMResp{FinalDate: "now"}, "final_date", 17, "3 characters"},
		{&QuerySMResp{FinalDate: "000001000000000R"}, "final_date", 17, "absolute"},
		{&QuerySMResp{State: 10}, "message_state", 18, "10 is not among 0 to 9"},
		{&CancelSM{ServiceType: x(6)}, "service_type", 16, "6 octets, at most 5"},
		{&CancelSM{}, "destination_addr", 23, "a destination is wanted"},
		{&QuerySM{}, "message_id", 16, "it is empty"},
		{&ReplaceSM{}, "message_id", 16, "it is empty"},
		{&QueryBroadcastSM{}, "message_id", 16, "it is empty"},
		{&CancelSM{Dest: Address{Addr: x(21)}}, "destination_addr", 23, "21 octets, at most 20"},
		{&ReplaceSM{MessageID: "1", ShortMessage: make([]byte, 255)}, "sm_length", 25, "255 is not among 0 to 254"},
		{&ReplaceSM{MessageID: "1", SMDefaultMsgID: 255}, "sm_default_msg_id", 24, "255 is not among"},
		{&ReplaceSM{MessageID: "1", ShortMessage: []byte("a"), TLVs: TLVs{{TagMessagePayload, []byte("b")}}}, "message_payload", 27, "short_message has a text too"},
		{&AlertNotification{ESME: Address{Addr: x(65)}}, "esme_addr", 21, "65 octets, at most 64"},
		{&AlertNotification{ESME: Address{NPI: 2}}, "esme_addr_npi", 20, "2 is not among"},
		{&BroadcastSM{}, "broadcast_area_identifier", 27, "must have it"},
		{&BroadcastSM{PriorityFlag: 9}, "priority_flag", 21, "9 is not among"},
		{&QueryBroadcastSMResp{}, "message_state", 17, "must have it"},
		{&DeliverSMResp{MessageID: x(65)}, "message_id", 16, "65 octets, at most 64"},
	}
	for _, tt := range tests {
		before := []byte("kept")
		b, err := Append(before, StatusROK, 1, tt.pdu)
		e, ok := errors.AsType[*FieldError](err)
		if !ok {
			t.Errorf("%s: %v, want a *FieldError", tt.field, err)
			continue
		}
		if e.PDU != tt.pdu.Command().String() || e.Field != tt.field || e.Offset != tt.offset ||
			!strings.Contains(e.Problem, tt.part) {
			t.Errorf("got  %v\nwant %s at offset %d: …%s…", e, tt.field, tt.offset, tt.part)
		}
		if errors.Is(err, ErrShort) {
			t.Errorf("%v: is ErrShort", err)
		}
		if string(b) != "kept" {
			t.Errorf("%s: dst came back as %q", tt.field, b)
		}
	}
}

// TestMostThatFits sends what is just inside the limits.
func TestMostThatFits(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, p := range []PDU{
		&BindTransceiver{Bind{SystemID: x(15), Password: x(16), SystemType: x(12), InterfaceVersion: Version34,
			AddrTON: 6, AddrNPI: 18, AddressRange: x(40)}},
		&SubmitSM{ServiceType: x(5), Source: Address{5, 0, x(20)}, Dest: Address{1, 1, x(20)}, PriorityFlag: 3,
			ShortMessage: make([]byte, 254), TLVs: TLVs{{TagSourceNetworkID, []byte(x(64) + "\x00")}}},
		&DeliverSM{TLVs: TLVs{{TagReceiptedMessageID, []byte(x(64) + "\x00")}}},
		&SubmitSM{TLVs: TLVs{{TagMessagePayload, make([]byte, 65535)}}},
		&SubmitSMResp{MessageID: x(64)},
		&QueryBroadcastSM{TLVs: TLVs{{TagUserMessageReference, []byte{0, 7}}}},
		&BroadcastSM{PriorityFlag: 1, TLVs: TLVs{{TagBroadcastAreaIdentifier, make([]byte, 101)},
			{TagBroadcastContentType, []byte{0, 0, 1}}, {TagBroadcastFrequencyInterval, []byte{0, 0, 0}}}},
		&BroadcastSM{PriorityFlag: 4, TLVs: TLVs{{TagBroadcastAreaIdentifier, make([]byte, 101)}, {TagBroadcastRepNum, []byte{0, 1}},
			{TagBroadcastContentType, []byte{0, 0, 1}}, {TagBroadcastFrequencyInterval, []byte{0, 0, 0}}}},
		&EnquireLinkResp{TLVs: TLVs{{TagCongestionState, []byte{100}}}},
	} {
		b, err := Append(nil, 0, 1, p)
		if err != nil {
			t.Errorf("%v: %v", p.Command(), err)
			continue
		}
		f, err := Decode(b)
		if err != nil {
			t.Errorf("%v: %v", p.Command(), err)
			continue
		}
		again, err := Append(nil, 0, 1, f.PDU)
		if err != nil || string(again) != string(b) {
			t.Errorf("%v: came back as %x, %v", p.Command(), again, err)
		}
	}
}

// TestHeaderOfRequests holds the status and sequence_number a request may have.
func TestHeaderOfRequests(t *testing.T) {
	tests := []struct {
		status   Status
		sequence uint32
		pdu      PDU
		field    string // "" when it is fine
	}{
		{StatusRSYSERR, 1, &EnquireLink{}, "command_status"},
		{StatusROK, 0, &EnquireLink{}, "sequence_number"},
		{StatusROK, 0x80000000, &EnquireLink{}, "sequence_number"},
		{StatusROK, 0xFFFFFFFF, &EnquireLink{}, "sequence_number"},
		{StatusROK, 0x7FFFFFFF, &EnquireLink{}, ""},
		{StatusROK, 1, nil, "nil"},
		{StatusRSYSERR, 0, &EnquireLinkResp{}, ""},
		{StatusROK, 0xFFFFFFFF, &EnquireLinkResp{}, ""},
	}
	for _, tt := range tests {
		_, err := Append(nil, tt.status, tt.sequence, tt.pdu)
		e, failed := errors.AsType[*FieldError](err)
		switch {
		case tt.field == "" && err != nil:
			t.Errorf("%v %d: %v", tt.status, tt.sequence, err)
		case tt.field == "nil" && !failed, tt.field != "" && tt.field != "nil" && (!failed || e.Field != tt.field):
			t.Errorf("%v %d: got %v, want a *FieldError for %s", tt.status, tt.sequence, err, tt.field)
		}
	}
}

// TestErrorResponsesThatCarrySomething are sent with their body.
func TestErrorResponsesThatCarrySomething(t *testing.T) {
	m := &SubmitSMResp{}
	m.TLVs.AddCString(TagAdditionalStatusInfoText, "no credit")
	b, err := Append(nil, StatusRSUBMITFAIL, 1, m)
	if err != nil {
		t.Fatal(err)
	}
	if want := octets(t, "0000001f 80000004 00000045 00000001 00 001d 000a 6e6f20637265646974 00"); string(b) != string(want) {
		t.Errorf("got  %x\nwant %x", b, want)
	}
}

func TestPasswordIsNotPrinted(t *testing.T) {
	m := &BindTransceiver{Bind{SystemID: "esme", Password: "verysecret", InterfaceVersion: Version34}}
	b, err := Append(nil, 0, 1, m)
	if err != nil {
		t.Fatal(err)
	}
	list, err := Fields(b)
	if err != nil {
		t.Fatal(err)
	}
	cut, err := Fields(b[:24])
	if err == nil {
		t.Fatal("Fields takes a PDU cut in the password")
	}
	f, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal([]any{m, m.Bind, f.PDU})
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{
		string(asJSON),
		sprint(m), sprint(*m), sprint(m.Bind), sprint(list), sprint(cut), sprint(f), sprint(f.PDU),
	} {
		for _, leak := range []string{"very", "76657279", "118 101 114 121", "0x76"} {
			if strings.Contains(printed, leak) {
				t.Errorf("the password is in %s", printed)
			}
		}
	}
}

// sprint prints v in every common way.
func sprint(v any) string { return fmt.Sprintf("%v\n%+v\n%#v\n%s\n%x", v, v, v, v, v) }
