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
	if name := t.spec().name; name != "" {
		return name
	}
	if t >= 0x1400 && t <= 0x3FFF {
		return fmt.Sprintf("0x%04X (vendor)", uint16(t))
	}
	return fmt.Sprintf("0x%04X (reserved)", uint16(t))
}

// tagSpec is what the standard says of a tag.
type tagSpec struct {
	name        string // empty for a tag the standard does not assign
	least, most int    // octets of its value
	as          kind
	section     string
}

// spec looks the tag up. Of a tag the standard does not assign any length will do.
func (t Tag) spec() tagSpec {
	switch t {
	case TagDestAddrSubunit:
		return tagSpec{"dest_addr_subunit", 1, 1, kindInt, "§5.3.2.1"}
	case TagDestNetworkType:
		return tagSpec{"dest_network_type", 1, 1, kindInt, "§5.3.2.3"}
	case TagDestBearerType:
		return tagSpec{"dest_bearer_type", 1, 1, kindInt, "§5.3.2.5"}
	case TagDestTelematicsID:
		return tagSpec{"dest_telematics_id", 2, 2, kindInt, "§5.3.2.7"}
	case TagSourceAddrSubunit:
		return tagSpec{"source_addr_subunit", 1, 1, kindInt, "§5.3.2.2"}
	case TagSourceNetworkType:
		return tagSpec{"source_network_type", 1, 1, kindInt, "§5.3.2.4"}
	case TagSourceBearerType:
		return tagSpec{"source_bearer_type", 1, 1, kindInt, "§5.3.2.6"}
	case TagSourceTelematicsID:
		return tagSpec{"source_telematics_id", 1, 1, kindInt, "§5.3.2.8"}
	case TagQOSTimeToLive:
		return tagSpec{"qos_time_to_live", 4, 4, kindInt, "§5.3.2.9"}
	case TagPayloadType:
		return tagSpec{"payload_type", 1, 1, kindInt, "§5.3.2.10"}
	case TagAdditionalStatusInfoText:
		return tagSpec{"additional_status_info_text", 1, 256, kindCString, "§5.3.2.11"}
	case TagReceiptedMessageID:
		return tagSpec{"receipted_message_id", 1, 65, kindCString, "§5.3.2.12"}
	case TagMsMsgWaitFacilities:
		return tagSpec{"ms_msg_wait_facilities", 1, 1, kindInt, "§5.3.2.13"}
	case TagPrivacyIndicator:
		return tagSpec{"privacy_indicator", 1, 1, kindInt, "§5.3.2.14"}
	case TagSourceSubaddress:
		return tagSpec{"source_subaddress", 2, 23, kindOctets, "§5.3.2.15"}
	case TagDestSubaddress:
		return tagSpec{"dest_subaddress", 2, 23, kindOctets, "§5.3.2.16"}
	case TagUserMessageReference:
		return tagSpec{"user_message_reference", 2, 2, kindInt, "§5.3.2.17"}
	case TagUserResponseCode:
		return tagSpec{"user_response_code", 1, 1, kindInt, "§5.3.2.18"}
	case TagSourcePort:
		return tagSpec{"source_port", 2, 2, kindInt, "§5.3.2.20"}
	case TagDestinationPort:
		return tagSpec{"destination_port", 2, 2, kindInt, "§5.3.2.21"}
	case TagSARMsgRefNum:
		return tagSpec{"sar_msg_ref_num", 2, 2, kindInt, "§5.3.2.22"}
	case TagLanguageIndicator:
		return tagSpec{"language_indicator", 1, 1, kindInt, "§5.3.2.19"}
	case TagSARTotalSegments:
		return tagSpec{"sar_total_segments", 1, 1, kindInt, "§5.3.2.23"}
	case TagSARSegmentSeqnum:
		return tagSpec{"sar_segment_seqnum", 1, 1, kindInt, "§5.3.2.24"}
	case TagSCInterfaceVersion:
		return tagSpec{"sc_interface_version", 1, 1, kindVersion, "§5.3.2.25"}
	case TagCallbackNumPresInd:
		return tagSpec{"callback_num_pres_ind", 1, 1, kindInt, "§5.3.2.37"}
	case TagCallbackNumAtag:
		return tagSpec{"callback_num_atag", 0, 65, kindOctets, "§5.3.2.38"}
	case TagNumberOfMessages:
		return tagSpec{"number_of_messages", 1, 1, kindInt, "§5.3.2.39"}
	case TagCallbackNum:
		return tagSpec{"callback_num", 4, 19, kindOctets, "§5.3.2.36"}
	case TagDPFResult:
		return tagSpec{"dpf_result", 1, 1, kindInt, "§5.3.2.28"}
	case TagSetDPF:
		return tagSpec{"set_dpf", 1, 1, kindInt, "§5.3.2.29"}
	case TagMsAvailabilityStatus:
		return tagSpec{"ms_availability_status", 1, 1, kindInt, "§5.3.2.30"}
	case TagNetworkErrorCode:
		return tagSpec{"network_error_code", 3, 3, kindNetworkError, "§5.3.2.31"}
	case TagMessagePayload:
		return tagSpec{"message_payload", 0, maxTLVValue, kindPayload, "§5.3.2.32"}
	case TagDeliveryFailureReason:
		return tagSpec{"delivery_failure_reason", 1, 1, kindFailureReason, "§5.3.2.33"}
	case TagMoreMessagesToSend:
		return tagSpec{"more_messages_to_send", 1, 1, kindInt, "§5.3.2.34"}
	case TagMessageState:
		return tagSpec{"message_state", 1, 1, kindState, "§5.3.2.35"}
	case TagUSSDServiceOp:
		return tagSpec{"ussd_service_op", 1, 1, kindInt, "§5.3.2.44"}
	case TagDisplayTime:
		return tagSpec{"display_time", 1, 1, kindInt, "§5.3.2.26"}
	case TagSMSSignal:
		return tagSpec{"sms_signal", 2, 2, kindInt, "§5.3.2.40"}
	case TagMsValidity:
		return tagSpec{"ms_validity", 1, 4, kindInt, "§5.3.2.27"}
	case TagAlertOnMessageDelivery:
		return tagSpec{"alert_on_message_delivery", 0, 1, kindInt, "§5.3.2.41"}
	case TagITSReplyType:
		return tagSpec{"its_reply_type", 1, 1, kindInt, "§5.3.2.42"}
	case TagITSSessionInfo:
		return tagSpec{"its_session_info", 2, 2, kindOctets, "§5.3.2.43"}
	case TagCongestionState:
		return tagSpec{"congestion_state", 1, 1, kindInt, "5.0 §4.8.4"}
	case TagBroadcastChannelIndicator:
		return tagSpec{"broadcast_channel_indicator", 1, 1, kindInt, "5.0 §4.8.4"}
	case TagBroadcastContentType:
		return tagSpec{"broadcast_content_type", 3, 3, kindOctets, "5.0 §4.8.4"}
	case TagBroadcastContentTypeInfo:
		return tagSpec{"broadcast_content_type_info", 1, 255, kindOctets, "5.0 §4.8.4"}
	case TagBroadcastMessageClass:
		return tagSpec{"broadcast_message_class", 1, 1, kindInt, "5.0 §4.8.4"}
	case TagBroadcastRepNum:
		return tagSpec{"broadcast_rep_num", 2, 2, kindInt, "5.0 §4.8.4"}
	case TagBroadcastFrequencyInterval:
		return tagSpec{"broadcast_frequency_interval", 3, 3, kindOctets, "5.0 §4.8.4"}
	case TagBroadcastAreaIdentifier:
		return tagSpec{"broadcast_area_identifier", 1, maxTLVValue, kindOctets, "5.0 §4.8.4"}
	case TagBroadcastErrorStatus:
		return tagSpec{"broadcast_error_status", 4, 4, kindInt, "5.0 §4.8.4"}
	case TagBroadcastAreaSuccess:
		return tagSpec{"broadcast_area_success", 1, 1, kindInt, "5.0 §4.8.4"}
	case TagBroadcastEndTime:
		return tagSpec{"broadcast_end_time", 16, 17, kindOctets, "5.0 §4.8.4"}
	case TagBroadcastServiceGroup:
		return tagSpec{"broadcast_service_group", 1, 255, kindOctets, "5.0 §4.8.4"}
	case TagBillingIdentification:
		return tagSpec{"billing_identification", 1, 1024, kindOctets, "5.0 §4.8.4"}
	case TagSourceNetworkID:
		return tagSpec{"source_network_id", 7, 65, kindCString, "5.0 §4.8.4"}
	case TagDestNetworkID:
		return tagSpec{"dest_network_id", 7, 65, kindCString, "5.0 §4.8.4"}
	case TagSourceNodeID:
		return tagSpec{"source_node_id", 6, 6, kindOctets, "5.0 §4.8.4"}
	case TagDestNodeID:
		return tagSpec{"dest_node_id", 6, 6, kindOctets, "5.0 §4.8.4"}
	case TagDestAddrNPResolution:
		return tagSpec{"dest_addr_np_resolution", 1, 1, kindInt, "5.0 §4.8.4"}
	case TagDestAddrNPInformation:
		return tagSpec{"dest_addr_np_information", 10, 10, kindOctets, "5.0 §4.8.4"}
	case TagDestAddrNPCountry:
		return tagSpec{"dest_addr_np_country", 1, 5, kindOctets, "5.0 §4.8.4"}
	}
	return tagSpec{most: maxTLVValue}
}
