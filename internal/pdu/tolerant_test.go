package pdu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// frame puts a header with the right command_length before a body in hex.
func frame(t testing.TB, cmd Command, status Status, body string) []byte {
	t.Helper()
	b := octets(t, body)
	h := binary.BigEndian.AppendUint32(nil, uint32(HeaderLen+len(b)))
	h = binary.BigEndian.AppendUint32(h, uint32(cmd))
	h = binary.BigEndian.AppendUint32(h, uint32(status))
	return append(binary.BigEndian.AppendUint32(h, 1), b...)
}

const (
	// smHead is a deliver_sm up to before sm_length.
	smHead = "00 000000 000000 000000 0000 00000000\n"
	// x65 is 65 octets "x".
	x65 = "78787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878" +
		"78787878787878787878787878787878"
)

// tolerated is what SMSCs in the field send, and what of it can be kept.
var tolerated = []struct {
	name   string
	cmd    Command
	status Status
	body   string
	want   PDU
	odd    string // "" when it is by the book, else the field, offset and part of the problem
}{
	{"wrong password, no body", CmdBindTransceiverResp, StatusRINVPASWD, "", &BindTransceiverResp{}, ""},
	{"wrong password, with a body", CmdBindTransceiverResp, StatusRINVPASWD, "534d534300",
		&BindTransceiverResp{BindResp{SystemID: "SMSC"}}, "system_id@16 a body where"},
	{"bind_resp without a body", CmdBindTransmitterResp, StatusROK, "", &BindTransmitterResp{},
		"system_id@16 no body"},
	{"submit_sm_resp without a body", CmdSubmitSMResp, StatusROK, "", &SubmitSMResp{}, "message_id@16 no body"},
	{"submit_sm_resp without the NUL", CmdSubmitSMResp, StatusROK, "37663361",
		&SubmitSMResp{MessageID: "7f3a"}, "message_id@16 no NUL"},
	{"submit_sm_resp with a long id", CmdSubmitSMResp, StatusROK, x65 + " 00",
		&SubmitSMResp{MessageID: strings.Repeat("x", 65)}, "message_id@16 65 octets, at most 64"},
	{"error with an id", CmdSubmitSMResp, StatusRINVDSTADR, "3132 00", &SubmitSMResp{MessageID: "12"},
		"message_id@16 a body where"},
	{"error with a NUL", CmdSubmitSMResp, StatusRINVDSTADR, "00", &SubmitSMResp{}, "message_id@16 a body where"},
	{"error with TLVs alone", CmdSubmitSMResp, StatusRTHROTTLED, "0428 0001 5f",
		&SubmitSMResp{TLVs: TLVs{{TagCongestionState, []byte{0x5f}}}}, "message_id@16 a body where"},
	{"error with a text alone", CmdSubmitSMResp, StatusRSUBMITFAIL, "001d 0003 6e6f00",
		&SubmitSMResp{TLVs: TLVs{{TagAdditionalStatusInfoText, []byte("no\x00")}}}, "message_id@16 missing before"},
	{"error with an id and TLVs", CmdSubmitSMResp, StatusRSUBMITFAIL, "3100 0425 0001 01",
		&SubmitSMResp{MessageID: "1", TLVs: TLVs{{TagDeliveryFailureReason, []byte{1}}}}, "message_id@16 a body where"},
	{"error with noise", CmdSubmitSMResp, StatusRSYSERR, "fffefd", &SubmitSMResp{}, "message_id@16 no sense: fffefd"},
	{"error with noise and a NUL", CmdSubmitSMResp, StatusRSYSERR, "010200", &SubmitSMResp{},
		"message_id@16 no sense: 010200"},
	{"data_sm_resp without a body", CmdDataSMResp, StatusRSYSERR, "", &DataSMResp{}, "message_id@16 no body"},
	{"data_sm_resp with TLVs alone", CmdDataSMResp, StatusRDELIVERYFAILURE, "0425 0001 00",
		&DataSMResp{TLVs: TLVs{{TagDeliveryFailureReason, []byte{0}}}}, "message_id@16 missing before"},
	{"query_sm_resp without a body", CmdQuerySMResp, StatusRQUERYFAIL, "", &QuerySMResp{}, "message_id@16 no body"},
	{"query_sm_resp with an id alone", CmdQuerySMResp, StatusRQUERYFAIL, "3100", &QuerySMResp{}, "message_id@16 no sense: 3100"},
	{"query_sm_resp with a text alone", CmdQuerySMResp, StatusRQUERYFAIL, "001d 0003 6e6f00",
		&QuerySMResp{TLVs: TLVs{{TagAdditionalStatusInfoText, []byte("no\x00")}}}, "message_id@16 missing before"},
	{"query_sm_resp refused, whole", CmdQuerySMResp, StatusRQUERYFAIL, "3100 00 07 02",
		&QuerySMResp{MessageID: "1", State: StateUnknown, ErrorCode: 2}, ""},
	{"query_sm_resp with a date of ten digits", CmdQuerySMResp, StatusROK, "3100 3236313132333038343900 02 00",
		&QuerySMResp{MessageID: "1", FinalDate: "2611230849", State: StateDelivered}, "final_date@18 10 characters"},
	{"query_sm_resp with a state nobody knows", CmdQuerySMResp, StatusROK, "3100 00 0a 00",
		&QuerySMResp{MessageID: "1", State: 10}, "message_state@19 10 is not among"},
	{"submit_multi_resp without a body", CmdSubmitMultiResp, StatusRSYSERR, "", &SubmitMultiResp{}, "message_id@16 no body"},
	{"submit_multi_resp with an id alone", CmdSubmitMultiResp, StatusROK, "3100", &SubmitMultiResp{MessageID: "1"},
		"no_unsuccess@18 ends before it"},
	{"submit_multi_resp refused, whole", CmdSubmitMultiResp, StatusRSUBMITFAIL, "3100 01 0101 3400 0000000b",
		&SubmitMultiResp{MessageID: "1", Unsuccessful: []Unsuccessful{{Address{1, 1, "4"}, StatusRINVDSTADR}}}, ""},
	{"submit_multi_resp refused, with noise", CmdSubmitMultiResp, StatusRSUBMITFAIL, "3100 02 0101 3400 0000000b",
		&SubmitMultiResp{}, "message_id@16 no sense: 310002010134000000000b"},
	{"submit_multi to nobody", CmdSubmitMulti, StatusROK, "00 000000 00 000000 0000 00000000 00", &SubmitMulti{},
		"number_of_dests@20 0 is not among 1 to 254"},
	{"query_sm of nothing", CmdQuerySM, StatusROK, "00 000000", &QuerySM{}, "message_id@16 it is empty"},
	{"cancel_sm of nothing", CmdCancelSM, StatusROK, "00 00 000000 000000", &CancelSM{}, "destination_addr@23 is wanted"},
	{"cancel_sm_resp with octets", CmdCancelSMResp, StatusROK, "00", &CancelSMResp{}, "(tlv)@16 1 octets are left"},
	{"cancel_sm with more", CmdCancelSM, StatusROK, "00 3100 000000 000000 00", &CancelSM{MessageID: "1"}, "command_length@25 1 octets follow"},
	{"data_sm with an empty header", CmdDataSM, StatusROK, "00 000000 000000 400000 0424 0001 00",
		&DataSM{ESMClass: ESMUDHI, TLVs: TLVs{{TagMessagePayload, []byte{0}}}}, "message_payload@26 is empty"},
	{"data_sm with a header and no text", CmdDataSM, StatusROK, "00 000000 000000 400000",
		&DataSM{ESMClass: ESMUDHI}, "message_payload@26 there is no text"},
	{"replace_sm with a NUL", CmdReplaceSM, StatusROK, "3100 000000 00 00 00 00 01 61 00", &ReplaceSM{MessageID: "1", ShortMessage: []byte("a")},
		"short_message@27 a NUL follows"},
	{"broadcast_sm without an area", CmdBroadcastSM, StatusROK,
		"00 000000 00 00 00 00 00 00 00 0601 0003 000001 0604 0002 0001 0605 0003 000000",
		&BroadcastSM{TLVs: TLVs{{TagBroadcastContentType, []byte{0, 0, 1}}, {TagBroadcastRepNum, []byte{0, 1}},
			{TagBroadcastFrequencyInterval, []byte{0, 0, 0}}}}, "broadcast_area_identifier@47 must have it"},
	{"deliver_sm_resp without message_id", CmdDeliverSMResp, StatusROK, "", &DeliverSMResp{},
		"message_id@16 no body"},
	{"deliver_sm_resp refused without one", CmdDeliverSMResp, StatusRXTAPPN, "", &DeliverSMResp{},
		"message_id@16 no body"},
	{"enquire_link_resp with a body", CmdEnquireLinkResp, StatusROK, "00", &EnquireLinkResp{},
		"(tlv)@16 1 octets are left"},
	{"generic_nack with a body", CmdGenericNack, StatusRINVCMDID, "00", &GenericNack{}, "(tlv)@16 1 octets are left"},
	{"unbind_resp with a status and a body", CmdUnbindResp, StatusRSYSERR, "3100", &UnbindResp{}, "(tlv)@16 2 octets are left"},
	{"long addresses in alert_notification", CmdAlertNotification, StatusROK, "0000" + x65 + "00 0000 00",
		&AlertNotification{Source: Address{Addr: strings.Repeat("x", 65)}}, "source_addr@18 65 octets, at most 64"},
	{"an outbind with a long password", CmdOutbind, StatusROK, "6100 6e696e656f63746574 00",
		&Outbind{SystemID: "a", Password: "nineoctet"}, "password@18 9 octets, the standard has at most 8"},
	{"a TLV of another PDU", CmdDeliverSM, StatusROK, smHead + "00 0428 0001 5f",
		&DeliverSM{TLVs: TLVs{{TagCongestionState, []byte{0x5f}}}}, "congestion_state@33 do not have it in this PDU"},
	{"a TLV with a reserved value", CmdDeliverSM, StatusROK, smHead + "00 020d 0001 09",
		&DeliverSM{TLVs: TLVs{{TagLanguageIndicator, []byte{9}}}}, "language_indicator@33 9 is not among 0 to 5 (§5.3.2.19)"},
	{"long service_type", CmdDeliverSM, StatusROK, "6162636465666700 000000 000000 000000 0000 00000000 00",
		&DeliverSM{ServiceType: "abcdefg"}, "service_type@16 7 octets, at most 5"},
	{"long source_addr", CmdDeliverSM, StatusROK, "00 0000" + x65 + "00 000000 000000 0000 00000000 00",
		&DeliverSM{Source: Address{Addr: strings.Repeat("x", 65)}}, "source_addr@19 65 octets, at most 20"},
	{"reserved TON and NPI", CmdDeliverSM, StatusROK, "00 090200 000000 000000 0000 00000000 00",
		&DeliverSM{Source: Address{TON: 9, NPI: 2}}, "source_addr_ton@17 9 is not among"},
	{"noise for a time", CmdDeliverSM, StatusROK, "00 000000 000000 000000 6e6f7700 00 00000000 00",
		&DeliverSM{ScheduleDeliveryTime: "now"}, "schedule_delivery_time@26 3 characters"},
	{"a NUL that sm_length does not count", CmdDeliverSM, StatusROK, smHead + "02 6869 00",
		&DeliverSM{ShortMessage: []byte("hi")}, "short_message@35 a NUL follows"},
	{"the same before TLVs", CmdDeliverSM, StatusROK, smHead + "02 6869 00 0204 0002 0001",
		&DeliverSM{ShortMessage: []byte("hi"), TLVs: TLVs{{TagUserMessageReference, []byte{0, 1}}}},
		"short_message@35 a NUL follows"},
	{"a TLV that starts with NUL", CmdDeliverSM, StatusROK, smHead + "02 6869 001e 0002 3100",
		&DeliverSM{ShortMessage: []byte("hi"), TLVs: TLVs{{TagReceiptedMessageID, []byte("1\x00")}}}, ""},
	{"a TLV that could be a NUL and another", CmdDeliverSM, StatusROK,
		smHead + "02 6869 0014 0100 ff" + strings.Repeat("61", 255),
		&DeliverSM{ShortMessage: []byte("hi"), TLVs: TLVs{{0x0014, []byte("\xff" + strings.Repeat("a", 255))}}}, ""},
	{"the last TLV cut", CmdDeliverSM, StatusROK, smHead + "02 6869 0204 0002 0001 0427 0001",
		&DeliverSM{ShortMessage: []byte("hi"), TLVs: TLVs{{TagUserMessageReference, []byte{0, 1}}}},
		"message_state@41 says 1 octets, and 0 are left"},
	{"the last TLV cut in its length", CmdDeliverSM, StatusROK, smHead + "00 0204 0002 0001 0427 00",
		&DeliverSM{TLVs: TLVs{{TagUserMessageReference, []byte{0, 1}}}}, "(tlv)@39 3 octets are left"},
	{"receipted_message_id without NUL", CmdDeliverSM, StatusROK, smHead + "00 001e 0004 37663361",
		&DeliverSM{TLVs: TLVs{{TagReceiptedMessageID, []byte("7f3a")}}}, "receipted_message_id@33 one NUL"},
	{"message_state of four octets", CmdDeliverSM, StatusROK, smHead + "00 0427 0004 00000002",
		&DeliverSM{TLVs: TLVs{{TagMessageState, []byte{0, 0, 0, 2}}}}, "message_state@33 4 octets, the standard has 1"},
	{"a text in both places", CmdDeliverSM, StatusROK, smHead + "01 61 0424 0001 62",
		&DeliverSM{ShortMessage: []byte("a"), TLVs: TLVs{{TagMessagePayload, []byte("b")}}},
		"message_payload@34 short_message has a text too"},
	{"UDHI with an empty header", CmdDeliverSM, StatusROK, "00 000000 000000 400000 0000 00000000 02 0061",
		&DeliverSM{ESMClass: ESMUDHI, ShortMessage: []byte{0, 'a'}}, "short_message@33 is empty"},
	{"UDHI without a text", CmdDeliverSM, StatusROK, "00 000000 000000 400000 0000 00000000 00",
		&DeliverSM{ESMClass: ESMUDHI}, "short_message@33 there is no text"},
	{"UDHI with a header longer than the text", CmdDeliverSM, StatusROK,
		"00 000000 000000 400000 0000 00000000 02 0561",
		&DeliverSM{ESMClass: ESMUDHI, ShortMessage: []byte{5, 'a'}}, "short_message@33 5 octets, and 1 follow"},
	{"255 octets of text", CmdDeliverSM, StatusROK, smHead + "ff" + strings.Repeat("61", 255),
		&DeliverSM{ShortMessage: []byte(strings.Repeat("a", 255))}, "sm_length@32 255 is not among 0 to 254"},
	{"a long password", CmdBindTransmitter, StatusROK, "6100 6e696e656f63746574 00 00 34 0000 00",
		&BindTransmitter{Bind{SystemID: "a", Password: "nineoctet", InterfaceVersion: 0x34}},
		"password@18 9 octets, the standard has at most 8"},
	{"a password over all limits", CmdBindTransmitter, StatusROK, "6100 3132333435363738313233343536373839 00 00 34 0000 00",
		&BindTransmitter{Bind{SystemID: "a", Password: "12345678123456789", InterfaceVersion: 0x34}},
		"password@18 17 octets, at most 16"},
	{"version 34 in decimal", CmdBindTransmitter, StatusROK, "00 00 00 22 0000 00",
		&BindTransmitter{Bind{InterfaceVersion: 34}}, "interface_version@19 34 is not among"},
	{"a bind with TLVs", CmdBindTransmitter, StatusROK, "00 00 00 34 0000 00 0210 0001 34",
		&BindTransmitter{Bind{InterfaceVersion: 0x34}}, "command_length@23 5 octets follow"},
	{"a request with a status", CmdEnquireLink, StatusRSYSERR, "", &EnquireLink{}, "command_status@8 8 is not"},
}

func TestTolerantDecode(t *testing.T) {
	for _, tt := range tolerated {
		t.Run(tt.name, func(t *testing.T) {
			b := frame(t, tt.cmd, tt.status, tt.body)
			f, err := Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(f.PDU, tt.want) {
				t.Errorf("got  %+v\nwant %+v", f.PDU, tt.want)
			}
			if (tt.odd == "") != (len(f.Oddities) == 0) {
				t.Fatalf("oddities %v, want %q", f.Oddities, tt.odd)
			}
			list, err := Fields(b)
			if err != nil {
				t.Fatal(err)
			}
			checkSpans(t, list, b)
			if tt.odd == "" {
				return
			}
			where, problem, _ := strings.Cut(tt.odd, " ")
			found, noted := false, false
			for _, o := range f.Oddities {
				found = found || fmt.Sprintf("%s@%d", o.Field, o.Offset) == where && strings.Contains(o.Problem, problem)
			}
			for _, f := range list {
				noted = noted || strings.Contains(f.Note, problem)
			}
			if !found {
				t.Errorf("oddities %v, want %s", f.Oddities, tt.odd)
			}
			if !noted {
				t.Errorf("no note %q in %+v", problem, list)
			}
		})
	}
}

// TestSequenceOfAPeer takes numbers a request should not have.
func TestSequenceOfAPeer(t *testing.T) {
	for _, n := range []uint32{0, 0x80000000, 0xFFFFFFFF} {
		b := frame(t, CmdEnquireLink, 0, "")
		binary.BigEndian.PutUint32(b[12:], n)
		f, err := Decode(b)
		if err != nil || f.Sequence != n || len(f.Oddities) != 1 || f.Oddities[0].Field != "sequence_number" {
			t.Errorf("%#x: %+v, %v", n, f, err)
		}
	}
}

// TestShortFields names the field that is cut and where it starts.
func TestShortFields(t *testing.T) {
	tests := []struct {
		cmd  Command
		body string
		want string
	}{
		{CmdBindReceiver, "61", "pdu: bind_receiver system_id at offset 16: no NUL among the 1 octets left"},
		{CmdBindReceiver, "6100 00 00", "pdu: bind_receiver interface_version at offset 20: the PDU ends before it"},
		{CmdSubmitSM, "", "pdu: submit_sm service_type at offset 16: no NUL among the 0 octets left"},
		{CmdDeliverSM, "00 0101 3132", "pdu: deliver_sm source_addr at offset 19: no NUL among the 2 octets left"},
		{CmdSubmitMulti, "00 000000 01 03 000000", "pdu: submit_multi dest_flag at offset 21: 3 is not among 1 and 2 (§5.2.25)"},
		{CmdSubmitMulti, "00 000000 ff 01 000000", "pdu: submit_multi dest_flag at offset 25: the PDU ends before it"},
		{CmdSubmitMultiResp, "00 02 000000 00", "pdu: submit_multi_resp error_status_code at offset 21: 1 octets are left of 4"},
		{CmdQuerySMResp, "00", "pdu: query_sm_resp final_date at offset 17: no NUL among the 0 octets left"},
		{CmdDeliverSM, smHead, "pdu: deliver_sm sm_length at offset 32: the PDU ends before it"},
		{CmdDeliverSM, smHead + "fe 616263", "pdu: deliver_sm short_message at offset 33: 3 octets are left of 254"},
	}
	for _, tt := range tests {
		f, err := Decode(frame(t, tt.cmd, 0, tt.body))
		if errors.Is(err, ErrShort) == strings.Contains(tt.want, "not among") || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
		if f.Command != tt.cmd || f.Sequence != 1 || f.PDU != nil {
			t.Errorf("%v: the frame is %+v, want the header alone", tt.cmd, f)
		}
	}
}

// TestManyTLVs limits what a PDU of empty TLVs can cost.
func TestManyTLVs(t *testing.T) {
	f, err := Decode(frame(t, CmdDeliverSM, 0, smHead+"00"+strings.Repeat("14010000", 2000)))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(f.PDU.(*DeliverSM).TLVs); n != maxTLVs {
		t.Errorf("%d TLVs, want %d", n, maxTLVs)
	}
	if len(f.Oddities) != 1 {
		t.Errorf("oddities %v, want one", f.Oddities)
	}
}
