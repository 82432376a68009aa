package pdu

// moreGoldens are those of the operations that few ESMEs use, written from the layout tables of SMPP 3.4
// §4 and, for the broadcasts, 5.0 §4.4 and §4.6.
var moreGoldens = []golden{
	{"outbind", 0, 1, &Outbind{SystemID: "SMSC", Password: "secret"}, `
		0000001c command_length 28
		0000000b command_id
		00000000 command_status
		00000001 sequence_number
		534d5343 00 system_id
		736563726574 00 password`},
	{"submit_multi", 0, 2, &SubmitMulti{
		SubmitSM: SubmitSM{
			ServiceType: "VMA", Source: Address{5, 0, "Cellar"}, ESMClass: ESMModeDatagram, ProtocolID: 0x42,
			PriorityFlag: 2, ScheduleDeliveryTime: "000000003000000R", ValidityPeriod: "371231235959948-",
			RegisteredDelivery: ReceiptOnFailure, ReplaceIfPresent: 1, DataCoding: CodingIA5, SMDefaultMsgID: 1,
			ShortMessage: []byte("hi"), TLVs: TLVs{{TagUserMessageReference, []byte{0, 1}}},
		},
		Dests: []Destination{
			{Flag: DestSME, Address: Address{1, 1, "359888123456"}},
			{Flag: DestList, List: "Firemen"},
			{Flag: DestSME, Address: Address{2, 8, "0888"}},
		},
	}, `
		00000071 command_length 113
		00000021 command_id
		00000000 command_status
		00000002 sequence_number
		564d4100 service_type
		05       source_addr_ton
		00       source_addr_npi
		43656c6c6172 00 source_addr
		03       number_of_dests
		01       dest_flag: SME address
		01       dest_addr_ton
		01       dest_addr_npi
		333539383838313233343536 00 destination_addr
		02       dest_flag: distribution list
		466972656d656e 00 dl_name
		01       dest_flag: SME address
		02       dest_addr_ton
		08       dest_addr_npi
		30383838 00 destination_addr
		01       esm_class
		42       protocol_id
		02       priority_flag
		303030303030303033303030303030 52 00 schedule_delivery_time
		333731323331323335393539393438 2d 00 validity_period
		02       registered_delivery
		01       replace_if_present_flag
		01       data_coding
		01       sm_default_msg_id
		02       sm_length
		6869     short_message
		0204 0002 0001 user_message_reference`},
	{"submit_multi_resp", 0, 2, &SubmitMultiResp{MessageID: "7f3b", Unsuccessful: []Unsuccessful{
		{Address{2, 8, "0888"}, StatusRINVDSTADR}, {Address{}, 0x401},
	}}, `
		00000028 command_length 40
		80000021 command_id
		00000000 command_status
		00000002 sequence_number
		37663362 00 message_id
		02       no_unsuccess
		02       dest_addr_ton
		08       dest_addr_npi
		30383838 00 destination_addr
		0000000b error_status_code ESME_RINVDSTADR
		00       dest_addr_ton
		00       dest_addr_npi
		00       destination_addr
		00000401 error_status_code`},
	{"submit_multi_resp refused", StatusRINVNUMDESTS, 2, &SubmitMultiResp{}, `
		00000012 command_length 18
		80000021 command_id
		00000033 command_status ESME_RINVNUMDESTS
		00000002 sequence_number
		00       message_id
		00       no_unsuccess`},
	{"data_sm", 0, 3, &DataSM{
		ServiceType: "WAP", Source: Address{4, 14, "192.168.100.100:49152.gateway.example"}, Dest: Address{1, 1, "4179"},
		ESMClass: ESMModeForward, RegisteredDelivery: RequestUserAck, DataCoding: CodingOctets,
		TLVs: TLVs{{TagMessagePayload, []byte{1, 6}}, {TagDestinationPort, []byte{0x0b, 0x84}}},
	}, `
		00000052 command_length 82
		00000103 command_id
		00000000 command_status
		00000003 sequence_number
		57415000 service_type
		04       source_addr_ton
		0e       source_addr_npi
		3139322e3136382e3130302e3130303a34393135322e676174657761792e6578616d706c65 00 source_addr
		01       dest_addr_ton
		01       dest_addr_npi
		34313739 00 destination_addr
		02       esm_class
		08       registered_delivery
		04       data_coding
		0424 0002 0106 message_payload
		020b 0002 0b84 destination_port`},
	{"data_sm_resp", 0, 3, &DataSMResp{MessageID: "a"}, `
		00000012 command_length 18
		80000103 command_id
		00000000 command_status
		00000003 sequence_number
		61 00    message_id`},
	{"data_sm_resp refused", StatusRDELIVERYFAILURE, 3, &DataSMResp{TLVs: TLVs{
		{TagDeliveryFailureReason, []byte{1}}, {TagNetworkErrorCode, []byte{3, 0, 27}},
		{TagAdditionalStatusInfoText, []byte("off\x00")}, {TagDPFResult, []byte{1}},
	}}, `
		0000002a command_length 42
		80000103 command_id
		000000fe command_status ESME_RDELIVERYFAILURE
		00000003 sequence_number
		00       message_id
		0425 0001 01 delivery_failure_reason
		0423 0003 03001b network_error_code
		001d 0004 6f666600 additional_status_info_text
		0420 0001 01 dpf_result`},
	{"query_sm", 0, 4, &QuerySM{MessageID: "7f3a", Source: Address{5, 0, "Cellar"}}, `
		0000001e command_length 30
		00000003 command_id
		00000000 command_status
		00000004 sequence_number
		37663361 00 message_id
		05       source_addr_ton
		00       source_addr_npi
		43656c6c6172 00 source_addr`},
	{"query_sm_resp", 0, 4, &QuerySMResp{
		MessageID: "7f3a", FinalDate: "261123084931004+", State: StateUndeliverable, ErrorCode: 27,
	}, `
		00000028 command_length 40
		80000003 command_id
		00000000 command_status
		00000004 sequence_number
		37663361 00 message_id
		323631313233303834393331303034 2b 00 final_date
		05       message_state
		1b       error_code`},
	{"query_sm_resp not final", 0, 4, &QuerySMResp{MessageID: "7f3a", State: StateEnroute}, `
		00000018 command_length 24
		80000003 command_id
		00000000 command_status
		00000004 sequence_number
		37663361 00 message_id
		00       final_date
		01       message_state
		00       error_code`},
	{"cancel_sm", 0, 5, &CancelSM{
		ServiceType: "VMA", MessageID: "7f3a", Source: Address{5, 0, "Cellar"}, Dest: Address{1, 1, "4179"},
	}, `
		00000029 command_length 41
		00000008 command_id
		00000000 command_status
		00000005 sequence_number
		564d4100 service_type
		37663361 00 message_id
		05       source_addr_ton
		00       source_addr_npi
		43656c6c6172 00 source_addr
		01       dest_addr_ton
		01       dest_addr_npi
		34313739 00 destination_addr`},
	{"cancel_sm_resp", StatusRCANCELFAIL, 5, &CancelSMResp{}, `00000010 80000008 00000011 00000005 header`},
	{"replace_sm", 0, 6, &ReplaceSM{
		MessageID: "7f3a", Source: Address{5, 0, "Cellar"}, ScheduleDeliveryTime: "000000003000000R",
		RegisteredDelivery: ReceiptAlways, SMDefaultMsgID: 7, ShortMessage: []byte("dry"),
	}, `
		00000036 command_length 54
		00000007 command_id
		00000000 command_status
		00000006 sequence_number
		37663361 00 message_id
		05       source_addr_ton
		00       source_addr_npi
		43656c6c6172 00 source_addr
		303030303030303033303030303030 52 00 schedule_delivery_time
		00       validity_period
		01       registered_delivery
		07       sm_default_msg_id
		03       sm_length
		647279   short_message`},
	{"replace_sm_resp", 0, 6, &ReplaceSMResp{TLVs: TLVs{{TagCongestionState, []byte{85}}}}, `
		00000015 80000007 00000000 00000006 header
		0428 0001 55 congestion_state`},
	{"alert_notification", 0, 7, &AlertNotification{
		Source: Address{1, 1, "359888123456"}, ESME: Address{3, 0, "1234"},
		TLVs: TLVs{{TagMsAvailabilityStatus, []byte{0}}},
	}, `
		0000002b command_length 43
		00000102 command_id
		00000000 command_status
		00000007 sequence_number
		01       source_addr_ton
		01       source_addr_npi
		333539383838313233343536 00 source_addr
		03       esme_addr_ton
		00       esme_addr_npi
		31323334 00 esme_addr
		0422 0001 00 ms_availability_status`},
	{"broadcast_sm", 0, 8, &BroadcastSM{
		ServiceType: "CMT", Source: Address{3, 0, "1234"}, MessageID: "b1", PriorityFlag: 1,
		ValidityPeriod: "000001000000000R", ReplaceIfPresent: 1, DataCoding: CodingLatin1, SMDefaultMsgID: 9,
		TLVs: TLVs{
			{TagBroadcastAreaIdentifier, []byte("\x00Cellar")}, {TagBroadcastAreaIdentifier, []byte("\x00Attic")},
			{TagBroadcastContentType, []byte{0, 0, 1}}, {TagBroadcastRepNum, []byte{0, 10}},
			{TagBroadcastFrequencyInterval, []byte{9, 0, 5}}, {TagMessagePayload, []byte("Out!")},
		},
	}, `
		00000065 command_length 101
		00000111 command_id
		00000000 command_status
		00000008 sequence_number
		434d5400 service_type
		03       source_addr_ton
		00       source_addr_npi
		31323334 00 source_addr
		6231 00  message_id
		01       priority_flag
		00       schedule_delivery_time
		303030303031303030303030303030 52 00 validity_period
		01       replace_if_present_flag
		03       data_coding
		09       sm_default_msg_id
		0606 0007 00 43656c6c6172 broadcast_area_identifier: alias
		0606 0006 00 4174746963 broadcast_area_identifier: alias
		0601 0003 00 0001 broadcast_content_type: generic network, emergency
		0604 0002 000a broadcast_rep_num
		0605 0003 09 0005 broadcast_frequency_interval: every 5 minutes
		0424 0004 4f757421 message_payload`},
	{"broadcast_sm_resp", 0, 8, &BroadcastSMResp{MessageID: "b1", TLVs: TLVs{
		{TagBroadcastErrorStatus, []byte{0, 0, 1, 8}}, {TagBroadcastAreaIdentifier, []byte("\x00Attic")},
	}}, `
		00000025 command_length 37
		80000111 command_id
		00000000 command_status
		00000008 sequence_number
		6231 00  message_id
		0607 0004 00000108 broadcast_error_status ESME_RINVBCASTALIAS_NAME
		0606 0006 00 4174746963 broadcast_area_identifier: alias`},
	{"query_broadcast_sm", 0, 9, &QueryBroadcastSM{
		MessageID: "b1", Source: Address{3, 0, "1234"}, TLVs: TLVs{{TagUserMessageReference, []byte{0, 1}}},
	}, `
		00000020 command_length 32
		00000112 command_id
		00000000 command_status
		00000009 sequence_number
		6231 00  message_id
		03       source_addr_ton
		00       source_addr_npi
		31323334 00 source_addr
		0204 0002 0001 user_message_reference`},
	{"query_broadcast_sm_resp", 0, 9, &QueryBroadcastSMResp{MessageID: "b1", TLVs: TLVs{
		{TagMessageState, []byte{1}}, {TagBroadcastAreaIdentifier, []byte("\x00Cellar")},
		{TagBroadcastAreaSuccess, []byte{100}}, {TagBroadcastEndTime, []byte("261123084931004+\x00")},
	}}, `
		0000003d command_length 61
		80000112 command_id
		00000000 command_status
		00000009 sequence_number
		6231 00  message_id
		0427 0001 01 message_state
		0606 0007 00 43656c6c6172 broadcast_area_identifier: alias
		0608 0001 64 broadcast_area_success
		0609 0011 323631313233303834393331303034 2b 00 broadcast_end_time`},
	{"cancel_broadcast_sm", 0, 10, &CancelBroadcastSM{
		ServiceType: "CMT", MessageID: "b1", Source: Address{3, 0, "1234"},
		TLVs: TLVs{{TagBroadcastContentType, []byte{0, 0, 1}}},
	}, `
		00000025 command_length 37
		00000113 command_id
		00000000 command_status
		0000000a sequence_number
		434d5400 service_type
		6231 00  message_id
		03       source_addr_ton
		00       source_addr_npi
		31323334 00 source_addr
		0601 0003 00 0001 broadcast_content_type: generic network, emergency`},
	{"cancel_broadcast_sm_resp", 0, 10, &CancelBroadcastSMResp{}, `00000010 80000113 00000000 0000000a header`},
}
