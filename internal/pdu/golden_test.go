package pdu

import (
	"encoding/hex"
	"strings"
	"testing"
)

// golden is a PDU and its octets, written from the layout tables of SMPP 3.4 §4 by hand: each line is
// octets in hex, then which field they are.
type golden struct {
	name     string
	status   Status
	sequence uint32
	pdu      PDU
	octets   string
}

var goldens = append([]golden{
	{"bind_transmitter", 0, 1, &BindTransmitter{Bind{
		SystemID: "SMPP3TEST", Password: "secret08", SystemType: "SUBMIT1",
		InterfaceVersion: Version34, AddrTON: 1, AddrNPI: 1,
	}}, `
		0000002f             command_length 47
		00000002             command_id
		00000000             command_status
		00000001             sequence_number
		534d50503354455354 00 system_id
		7365637265743038 00  password
		5355424d495431 00    system_type
		34                   interface_version
		01                   addr_ton
		01                   addr_npi
		00                   address_range`},
	{"bind_receiver", 0, 2, &BindReceiver{Bind{
		SystemID: "a", InterfaceVersion: Version33, AddressRange: "^4179",
	}}, `
		0000001d command_length 29
		00000001 command_id
		00000000 command_status
		00000002 sequence_number
		61 00    system_id
		00       password
		00       system_type
		33       interface_version
		00       addr_ton
		00       addr_npi
		5e34313739 00 address_range`},
	{"bind_transceiver", 0, 0x7FFFFFFF, &BindTransceiver{Bind{
		SystemID: "fifteen-octets-", Password: "p", SystemType: "twelve-octet", InterfaceVersion: Version50,
		AddressRange: "forty octets of a range, which is a lot.",
	}}, `
		0000005b command_length 91
		00000009 command_id
		00000000 command_status
		7fffffff sequence_number
		6669667465656e2d6f63746574732d 00 system_id
		70 00    password
		7477656c76652d6f63746574 00 system_type
		50       interface_version
		00       addr_ton
		00       addr_npi
		666f727479206f6374657473206f6620612072616e67652c2077686963682069732061206c6f742e 00 address_range`},
	{"bind_transmitter_resp", 0, 1, &BindTransmitterResp{BindResp{
		SystemID: "SMSC", TLVs: TLVs{{TagSCInterfaceVersion, []byte{0x34}}},
	}}, `
		0000001a command_length 26
		80000002 command_id
		00000000 command_status
		00000001 sequence_number
		534d5343 00 system_id
		0210 0001 34 sc_interface_version`},
	{"bind_receiver_resp", 0, 2, &BindReceiverResp{}, `
		00000011 command_length 17
		80000001 command_id
		00000000 command_status
		00000002 sequence_number
		00       system_id`},
	{"bind_transceiver_resp refused", StatusRINVPASWD, 3, &BindTransceiverResp{}, `
		00000010 command_length 16: no body, §4.1.2
		80000009 command_id
		0000000e command_status ESME_RINVPASWD
		00000003 sequence_number`},
	{"bind_transceiver_resp", 0, 3, &BindTransceiverResp{BindResp{SystemID: "m"}}, `
		00000012 command_length 18
		80000009 command_id
		00000000 command_status
		00000003 sequence_number
		6d 00    system_id`},
	{"unbind", 0, 4, &Unbind{}, `00000010 00000006 00000000 00000004 header`},
	{"unbind_resp", 0, 4, &UnbindResp{}, `00000010 80000006 00000000 00000004 header`},
	{"enquire_link", 0, 5, &EnquireLink{}, `00000010 00000015 00000000 00000005 header`},
	{"enquire_link_resp", 0, 5, &EnquireLinkResp{}, `00000010 80000015 00000000 00000005 header`},
	{"generic_nack", StatusRINVCMDID, 6, &GenericNack{}, `00000010 80000000 00000003 00000006 header`},
	{"generic_nack of nothing", StatusRINVCMDLEN, 0, &GenericNack{}, `00000010 80000000 00000002 00000000 header`},
	{"submit_sm", 0, 7, &SubmitSM{
		ServiceType: "CMT", Source: Address{5, 0, "Cellar"}, Dest: Address{1, 1, "359888123456"},
		ESMClass: ESMModeStoreAndForward, ProtocolID: 0x41, PriorityFlag: 3,
		ScheduleDeliveryTime: "261123084931004+", ValidityPeriod: "000001060000000R",
		RegisteredDelivery: ReceiptAlways, ReplaceIfPresent: 1, DataCoding: CodingLatin1, SMDefaultMsgID: 254,
		ShortMessage: []byte("caf\xe9"),
		TLVs:         TLVs{{TagUserMessageReference, []byte{0x12, 0x34}}},
	}, `
		00000060 command_length 96
		00000004 command_id
		00000000 command_status
		00000007 sequence_number
		434d5400 service_type
		05       source_addr_ton
		00       source_addr_npi
		43656c6c6172 00 source_addr
		01       dest_addr_ton
		01       dest_addr_npi
		333539383838313233343536 00 destination_addr
		03       esm_class
		41       protocol_id
		03       priority_flag
		323631313233303834393331303034 2b 00 schedule_delivery_time
		303030303031303630303030303030 52 00 validity_period
		01       registered_delivery
		01       replace_if_present_flag
		03       data_coding
		fe       sm_default_msg_id
		04       sm_length
		636166e9 short_message
		0204 0002 1234 user_message_reference`},
	{"submit_sm of nothing", 0, 8, &SubmitSM{}, `
		00000021 command_length 33
		00000004 00000000 00000008 command_id, command_status, sequence_number
		00       service_type
		00 00 00 source_addr_ton, source_addr_npi, source_addr
		00 00 00 dest_addr_ton, dest_addr_npi, destination_addr
		00 00 00 esm_class, protocol_id, priority_flag
		00 00    schedule_delivery_time, validity_period
		00 00 00 00 registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id
		00       sm_length`},
	{"submit_sm with every kind of TLV", 0, 9, &SubmitSM{
		Source: Address{3, 9, "12345"}, Dest: Address{2, 8, "0888123456"}, RegisteredDelivery: 0x1F,
		TLVs: TLVs{
			{TagMessagePayload, []byte("a text")},
			{TagAlertOnMessageDelivery, nil},
			{0x1401, []byte{0xde, 0xad}},
			{TagUserResponseCode, []byte{1}},
			{0x1401, []byte{0xbe}},
			{0xFFFF, nil},
			{TagQOSTimeToLive, []byte{0, 0, 0x0e, 0x10}},
			{TagSourceNetworkID, []byte("310-026\x00")},
		},
	}, `
		00000066 command_length 102
		00000004 00000000 00000009 command_id, command_status, sequence_number
		00       service_type
		03 09 3132333435 00 source_addr_ton, source_addr_npi, source_addr
		02 08 30383838313233343536 00 dest_addr_ton, dest_addr_npi, destination_addr
		00 00 00 esm_class, protocol_id, priority_flag
		00 00    schedule_delivery_time, validity_period
		1f 00 00 00 registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id
		00       sm_length
		0424 0006 612074657874 message_payload
		130c 0000 alert_on_message_delivery
		1401 0002 dead a vendor's
		0205 0001 01 user_response_code
		1401 0001 be the same vendor's again
		ffff 0000 reserved
		0017 0004 00000e10 qos_time_to_live
		060d 0008 3331302d30323600 source_network_id`},
	{"submit_sm_resp", 0, 7, &SubmitSMResp{MessageID: "7f3a"}, `
		00000015 command_length 21
		80000004 command_id
		00000000 command_status
		00000007 sequence_number
		37663361 00 message_id`},
	{"submit_sm_resp without an id", 0, 7, &SubmitSMResp{}, `
		00000011 command_length 17
		80000004 command_id
		00000000 command_status
		00000007 sequence_number
		00       message_id`},
	{"submit_sm_resp throttled", StatusRTHROTTLED, 8, &SubmitSMResp{}, `
		00000010 command_length 16: no body, §4.4.2
		80000004 command_id
		00000058 command_status ESME_RTHROTTLED
		00000008 sequence_number`},
	{"deliver_sm", 0, 1, &DeliverSM{
		Source: Address{1, 1, "359888123456"}, Dest: Address{3, 0, "1234"}, ESMClass: ESMUDHI,
		DataCoding: CodingUCS2, ShortMessage: []byte{5, 0, 3, 0x4a, 2, 1, 0x04, 0x1e, 0x04, 0x1a},
	}, `
		0000003b command_length 59
		00000005 00000000 00000001 command_id, command_status, sequence_number
		00       service_type
		01 01 333539383838313233343536 00 source_addr_ton, source_addr_npi, source_addr
		03 00 31323334 00 dest_addr_ton, dest_addr_npi, destination_addr
		40       esm_class
		00 00    protocol_id, priority_flag
		00 00    schedule_delivery_time, validity_period: unused
		00 00 08 00 registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id
		0a       sm_length
		050003 4a0201 041e 041a short_message`},
	{"deliver_sm with a receipt", 0, 2, &DeliverSM{
		Source: Address{1, 1, "359888123456"}, Dest: Address{5, 0, "Cellar"}, ESMClass: ESMTypeReceipt,
		ShortMessage: []byte("id:7f3a stat:DELIVRD"),
		TLVs: TLVs{
			{TagReceiptedMessageID, []byte("7f3a\x00")},
			{TagMessageState, []byte{2}},
			{TagNetworkErrorCode, []byte{3, 0, 0}},
		},
	}, `
		0000005c command_length 92
		00000005 00000000 00000002 command_id, command_status, sequence_number
		00       service_type
		01 01 333539383838313233343536 00 source_addr_ton, source_addr_npi, source_addr
		05 00 43656c6c6172 00 dest_addr_ton, dest_addr_npi, destination_addr
		04       esm_class
		00 00    protocol_id, priority_flag
		00 00    schedule_delivery_time, validity_period: unused
		00 00 00 00 registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id
		14       sm_length
		69643a37663361 20 737461743a44454c49565244 short_message
		001e 0005 3766336100 receipted_message_id
		0427 0001 02 message_state
		0423 0003 030000 network_error_code`},
	{"deliver_sm_resp", 0, 1, &DeliverSMResp{}, `
		00000011 command_length 17
		80000005 command_id
		00000000 command_status
		00000001 sequence_number
		00       message_id: unused, its NUL is there`},
	{"deliver_sm_resp refused", StatusRXTAPPN, 1, &DeliverSMResp{}, `
		00000011 command_length 17
		80000005 command_id
		00000064 command_status ESME_RX_T_APPN
		00000001 sequence_number
		00       message_id: unused, its NUL is there`},
	{"a vendor's command", 0, 3, &Unknown{ID: 0x00010200, Body: []byte{0, 1, 1, '1', 0}}, `
		00000015 command_length 21
		00010200 command_id
		00000000 command_status
		00000003 sequence_number
		00 01 01 31 00 body`},
	{"a command nobody knows", 0, 4, &Unknown{ID: 0x00010203}, `00000010 00010203 00000000 00000004 header`},
}, moreGoldens...)

// octets reads the hex of a golden: of each line the words up to the first that is not hex.
func octets(t testing.TB, lines string) []byte {
	t.Helper()
	var b []byte
	for line := range strings.Lines(lines) {
		for word := range strings.FieldsSeq(line) {
			o, err := hex.DecodeString(word)
			if err != nil {
				break
			}
			b = append(b, o...)
		}
	}
	return b
}
