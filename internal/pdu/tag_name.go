package pdu

import "fmt"

// kind is how the value of a TLV is read for people.
type kind uint8

const (
	kindOctets kind = iota
	kindInt
	kindCString
	kindPayload
	kindVersion
	kindState
	kindNetworkError
	kindFailureReason
)

// String is the name in the standard, "user_message_reference". A tag without a name is given in hex with
// whose it is: "0x1401 (vendor)" for the range left to SMSC vendors, else "0x0099 (reserved)".
func (t Tag) String() string {
	if name, _, _, _ := t.spec(); name != "" {
		return name
	}
	if t >= 0x1400 && t <= 0x3FFF {
		return fmt.Sprintf("0x%04X (vendor)", uint16(t))
	}
	return fmt.Sprintf("0x%04X (reserved)", uint16(t))
}

// spec is what the standard says of a tag: its name, and the least and most octets of its value. The
// name is empty for a tag the standard does not assign, and then any length will do.
func (t Tag) spec() (name string, least, most int, as kind) {
	switch t {
	case TagDestAddrSubunit:
		return "dest_addr_subunit", 1, 1, kindInt
	case TagDestNetworkType:
		return "dest_network_type", 1, 1, kindInt
	case TagDestBearerType:
		return "dest_bearer_type", 1, 1, kindInt
	case TagDestTelematicsID:
		return "dest_telematics_id", 2, 2, kindInt
	case TagSourceAddrSubunit:
		return "source_addr_subunit", 1, 1, kindInt
	case TagSourceNetworkType:
		return "source_network_type", 1, 1, kindInt
	case TagSourceBearerType:
		return "source_bearer_type", 1, 1, kindInt
	case TagSourceTelematicsID:
		return "source_telematics_id", 1, 1, kindInt
	case TagQOSTimeToLive:
		return "qos_time_to_live", 4, 4, kindInt
	case TagPayloadType:
		return "payload_type", 1, 1, kindInt
	case TagAdditionalStatusInfoText:
		return "additional_status_info_text", 1, 256, kindCString
	case TagReceiptedMessageID:
		return "receipted_message_id", 1, 65, kindCString
	case TagMsMsgWaitFacilities:
		return "ms_msg_wait_facilities", 1, 1, kindInt
	case TagPrivacyIndicator:
		return "privacy_indicator", 1, 1, kindInt
	case TagSourceSubaddress:
		return "source_subaddress", 2, 23, kindOctets
	case TagDestSubaddress:
		return "dest_subaddress", 2, 23, kindOctets
	case TagUserMessageReference:
		return "user_message_reference", 2, 2, kindInt
	case TagUserResponseCode:
		return "user_response_code", 1, 1, kindInt
	case TagSourcePort:
		return "source_port", 2, 2, kindInt
	case TagDestinationPort:
		return "destination_port", 2, 2, kindInt
	case TagSARMsgRefNum:
		return "sar_msg_ref_num", 2, 2, kindInt
	case TagLanguageIndicator:
		return "language_indicator", 1, 1, kindInt
	case TagSARTotalSegments:
		return "sar_total_segments", 1, 1, kindInt
	case TagSARSegmentSeqnum:
		return "sar_segment_seqnum", 1, 1, kindInt
	case TagSCInterfaceVersion:
		return "sc_interface_version", 1, 1, kindVersion
	case TagCallbackNumPresInd:
		return "callback_num_pres_ind", 1, 1, kindInt
	case TagCallbackNumAtag:
		return "callback_num_atag", 0, 65, kindOctets
	case TagNumberOfMessages:
		return "number_of_messages", 1, 1, kindInt
	case TagCallbackNum:
		return "callback_num", 4, 19, kindOctets
	case TagDPFResult:
		return "dpf_result", 1, 1, kindInt
	case TagSetDPF:
		return "set_dpf", 1, 1, kindInt
	case TagMsAvailabilityStatus:
		return "ms_availability_status", 1, 1, kindInt
	case TagNetworkErrorCode:
		return "network_error_code", 3, 3, kindNetworkError
	case TagMessagePayload:
		return "message_payload", 0, maxTLVValue, kindPayload
	case TagDeliveryFailureReason:
		return "delivery_failure_reason", 1, 1, kindFailureReason
	case TagMoreMessagesToSend:
		return "more_messages_to_send", 1, 1, kindInt
	case TagMessageState:
		return "message_state", 1, 1, kindState
	case TagUSSDServiceOp:
		return "ussd_service_op", 1, 1, kindInt
	case TagDisplayTime:
		return "display_time", 1, 1, kindInt
	case TagSMSSignal:
		return "sms_signal", 2, 2, kindInt
	case TagMsValidity:
		return "ms_validity", 1, 4, kindInt
	case TagAlertOnMessageDelivery:
		return "alert_on_message_delivery", 0, 1, kindInt
	case TagITSReplyType:
		return "its_reply_type", 1, 1, kindInt
	case TagITSSessionInfo:
		return "its_session_info", 2, 2, kindOctets
	case TagCongestionState:
		return "congestion_state", 1, 1, kindInt
	case TagBroadcastChannelIndicator:
		return "broadcast_channel_indicator", 1, 1, kindInt
	case TagBroadcastContentType:
		return "broadcast_content_type", 3, 3, kindOctets
	case TagBroadcastContentTypeInfo:
		return "broadcast_content_type_info", 1, 255, kindOctets
	case TagBroadcastMessageClass:
		return "broadcast_message_class", 1, 1, kindInt
	case TagBroadcastRepNum:
		return "broadcast_rep_num", 2, 2, kindInt
	case TagBroadcastFrequencyInterval:
		return "broadcast_frequency_interval", 3, 3, kindOctets
	case TagBroadcastAreaIdentifier:
		return "broadcast_area_identifier", 1, maxTLVValue, kindOctets
	case TagBroadcastErrorStatus:
		return "broadcast_error_status", 4, 4, kindInt
	case TagBroadcastAreaSuccess:
		return "broadcast_area_success", 1, 1, kindInt
	case TagBroadcastEndTime:
		return "broadcast_end_time", 16, 17, kindOctets
	case TagBroadcastServiceGroup:
		return "broadcast_service_group", 1, 255, kindOctets
	case TagBillingIdentification:
		return "billing_identification", 1, 1024, kindOctets
	case TagSourceNetworkID:
		return "source_network_id", 7, 65, kindCString
	case TagDestNetworkID:
		return "dest_network_id", 7, 65, kindCString
	case TagSourceNodeID:
		return "source_node_id", 6, 6, kindOctets
	case TagDestNodeID:
		return "dest_node_id", 6, 6, kindOctets
	case TagDestAddrNPResolution:
		return "dest_addr_np_resolution", 1, 1, kindInt
	case TagDestAddrNPInformation:
		return "dest_addr_np_information", 10, 10, kindOctets
	case TagDestAddrNPCountry:
		return "dest_addr_np_country", 1, 5, kindOctets
	}
	return "", 0, maxTLVValue, kindOctets
}
