package pdu

// carriers is a set of kinds of PDU.
type carriers uint16

const (
	inBindResp   carriers = 1 << iota
	inSubmit              // submit_sm, submit_multi
	inData                // data_sm, in either direction
	inDeliver             // deliver_sm
	inSubmitResp          // submit_sm_resp, submit_multi_resp
	inDataResp
	inDeliverResp
	inOtherResp // of query, cancel, replace, cancel_broadcast, unbind, enquire_link; generic_nack
	inReplace
	inAlert
	inBroadcast
	inBroadcastResp
	inQueryBroadcast
	inQueryBroadcastResp
	inCancelBroadcast

	inSubmissions = inSubmit | inData
	inDeliveries  = inDeliver | inData
	inMessages    = inSubmissions | inDeliveries
	inResponses   = inBindResp | inSubmitResp | inDataResp | inDeliverResp | inOtherResp | inBroadcastResp |
		inQueryBroadcastResp
)

// tagSpec is what the standards say of a tag.
type tagSpec struct {
	name        string // empty for a tag the standards do not assign
	tag         Tag
	v34, v50    uint8 // its sections: 3.4 §5.3.2.v34 and 5.0 §4.8.4.v50; 0 is none
	as          kind
	least, most uint16   // octets of its value
	top         uint8    // the highest value of a single octet; 0 is any, or as the kind has it
	in          carriers // which PDUs 3.4 or 5.0 lets carry it
}

// tagPlaces is how many places tagSpecs has. The place of a tag is tag>>8 + tag*10 modulo tagPlaces, which no two
// tags have in common; the compiler refuses a sum that some do. A power of two takes no division.
const tagPlaces = 256

// tagSpecs has each tag at its place, so that one look finds it: every TLV sent and
// received is looked up. What the two standards say differently has the wider of both.
var tagSpecs = [tagPlaces]tagSpec{
	0: {most: maxTLVValue, in: ^carriers(0)}, // the tag 0 is none either
	(TagDestAddrSubunit>>8 + TagDestAddrSubunit*10) % tagPlaces:                       {"dest_addr_subunit", TagDestAddrSubunit, 1, 23, kindSubunit, 1, 1, 4, inMessages | inBroadcast},
	(TagDestNetworkType>>8 + TagDestNetworkType*10) % tagPlaces:                       {"dest_network_type", TagDestNetworkType, 3, 26, kindNetwork, 1, 1, 8, inSubmissions},
	(TagDestBearerType>>8 + TagDestBearerType*10) % tagPlaces:                         {"dest_bearer_type", TagDestBearerType, 5, 24, kindBearer, 1, 1, 8, inSubmissions},
	(TagDestTelematicsID>>8 + TagDestTelematicsID*10) % tagPlaces:                     {"dest_telematics_id", TagDestTelematicsID, 7, 29, kindInt, 2, 2, 0, inSubmissions},
	(TagSourceAddrSubunit>>8 + TagSourceAddrSubunit*10) % tagPlaces:                   {"source_addr_subunit", TagSourceAddrSubunit, 2, 54, kindSubunit, 1, 1, 4, inMessages | inBroadcast},
	(TagSourceNetworkType>>8 + TagSourceNetworkType*10) % tagPlaces:                   {"source_network_type", TagSourceNetworkType, 4, 57, kindNetwork, 1, 1, 8, inSubmissions},
	(TagSourceBearerType>>8 + TagSourceBearerType*10) % tagPlaces:                     {"source_bearer_type", TagSourceBearerType, 6, 55, kindBearer, 1, 1, 8, inSubmissions},
	(TagSourceTelematicsID>>8 + TagSourceTelematicsID*10) % tagPlaces:                 {"source_telematics_id", TagSourceTelematicsID, 8, 61, kindInt, 1, 2, 0, inSubmissions},
	(TagQOSTimeToLive>>8 + TagQOSTimeToLive*10) % tagPlaces:                           {"qos_time_to_live", TagQOSTimeToLive, 9, 46, kindInt, 4, 4, 0, inSubmissions},
	(TagPayloadType>>8 + TagPayloadType*10) % tagPlaces:                               {"payload_type", TagPayloadType, 10, 44, kindPayloadType, 1, 1, 1, inMessages | inBroadcast},
	(TagAdditionalStatusInfoText>>8 + TagAdditionalStatusInfoText*10) % tagPlaces:     {"additional_status_info_text", TagAdditionalStatusInfoText, 11, 1, kindCString, 1, 256, 0, inResponses},
	(TagReceiptedMessageID>>8 + TagReceiptedMessageID*10) % tagPlaces:                 {"receipted_message_id", TagReceiptedMessageID, 12, 47, kindCString, 1, 65, 0, inDeliveries},
	(TagMsMsgWaitFacilities>>8 + TagMsMsgWaitFacilities*10) % tagPlaces:               {"ms_msg_wait_facilities", TagMsMsgWaitFacilities, 13, 40, kindWaiting, 1, 1, 0, inSubmissions},
	(TagPrivacyIndicator>>8 + TagPrivacyIndicator*10) % tagPlaces:                     {"privacy_indicator", TagPrivacyIndicator, 14, 45, kindPrivacy, 1, 1, 3, inMessages | inBroadcast},
	(TagSourceSubaddress>>8 + TagSourceSubaddress*10) % tagPlaces:                     {"source_subaddress", TagSourceSubaddress, 15, 60, kindSubaddress, 2, 23, 0, inMessages | inBroadcast},
	(TagDestSubaddress>>8 + TagDestSubaddress*10) % tagPlaces:                         {"dest_subaddress", TagDestSubaddress, 16, 28, kindSubaddress, 2, 23, 0, inMessages | inBroadcast},
	(TagUserMessageReference>>8 + TagUserMessageReference*10) % tagPlaces:             {"user_message_reference", TagUserMessageReference, 17, 62, kindInt, 2, 2, 0, inMessages | inBroadcast | inQueryBroadcast | inQueryBroadcastResp | inCancelBroadcast},
	(TagUserResponseCode>>8 + TagUserResponseCode*10) % tagPlaces:                     {"user_response_code", TagUserResponseCode, 18, 63, kindInt, 1, 1, 0, inMessages},
	(TagSourcePort>>8 + TagSourcePort*10) % tagPlaces:                                 {"source_port", TagSourcePort, 20, 59, kindInt, 2, 2, 0, inMessages | inBroadcast},
	(TagDestinationPort>>8 + TagDestinationPort*10) % tagPlaces:                       {"destination_port", TagDestinationPort, 21, 30, kindInt, 2, 2, 0, inMessages | inBroadcast},
	(TagSARMsgRefNum>>8 + TagSARMsgRefNum*10) % tagPlaces:                             {"sar_msg_ref_num", TagSARMsgRefNum, 22, 48, kindInt, 2, 2, 0, inMessages},
	(TagLanguageIndicator>>8 + TagLanguageIndicator*10) % tagPlaces:                   {"language_indicator", TagLanguageIndicator, 19, 35, kindLanguage, 1, 1, 5, inMessages | inBroadcast},
	(TagSARTotalSegments>>8 + TagSARTotalSegments*10) % tagPlaces:                     {"sar_total_segments", TagSARTotalSegments, 23, 50, kindCount, 1, 1, 0, inMessages},
	(TagSARSegmentSeqnum>>8 + TagSARSegmentSeqnum*10) % tagPlaces:                     {"sar_segment_seqnum", TagSARSegmentSeqnum, 24, 49, kindCount, 1, 1, 0, inMessages},
	(TagSCInterfaceVersion>>8 + TagSCInterfaceVersion*10) % tagPlaces:                 {"sc_interface_version", TagSCInterfaceVersion, 25, 51, kindVersion, 1, 1, 0, inBindResp},
	(TagCallbackNumPresInd>>8 + TagCallbackNumPresInd*10) % tagPlaces:                 {"callback_num_pres_ind", TagCallbackNumPresInd, 37, 17, kindPresentation, 1, 1, 0, inMessages | inBroadcast},
	(TagCallbackNumAtag>>8 + TagCallbackNumAtag*10) % tagPlaces:                       {"callback_num_atag", TagCallbackNumAtag, 38, 16, kindAtag, 0, 65, 0, inMessages | inBroadcast},
	(TagNumberOfMessages>>8 + TagNumberOfMessages*10) % tagPlaces:                     {"number_of_messages", TagNumberOfMessages, 39, 43, kindNumber, 1, 1, 99, inSubmissions},
	(TagCallbackNum>>8 + TagCallbackNum*10) % tagPlaces:                               {"callback_num", TagCallbackNum, 36, 15, kindCallbackNum, 4, 19, 0, inMessages | inBroadcast},
	(TagDPFResult>>8 + TagDPFResult*10) % tagPlaces:                                   {"dpf_result", TagDPFResult, 28, 32, kindYesNo, 1, 1, 1, inSubmitResp | inDataResp | inDeliveries},
	(TagSetDPF>>8 + TagSetDPF*10) % tagPlaces:                                         {"set_dpf", TagSetDPF, 29, 52, kindYesNo, 1, 1, 1, inSubmissions},
	(TagMsAvailabilityStatus>>8 + TagMsAvailabilityStatus*10) % tagPlaces:             {"ms_availability_status", TagMsAvailabilityStatus, 30, 39, kindAvailability, 1, 1, 2, inAlert},
	(TagNetworkErrorCode>>8 + TagNetworkErrorCode*10) % tagPlaces:                     {"network_error_code", TagNetworkErrorCode, 31, 42, kindNetworkError, 3, 3, 0, inDeliveries | inSubmitResp | inDataResp | inDeliverResp},
	(TagMessagePayload>>8 + TagMessagePayload*10) % tagPlaces:                         {"message_payload", TagMessagePayload, 32, 36, kindPayload, 0, maxTLVValue, 0, inMessages | inBroadcast | inReplace},
	(TagDeliveryFailureReason>>8 + TagDeliveryFailureReason*10) % tagPlaces:           {"delivery_failure_reason", TagDeliveryFailureReason, 33, 19, kindFailureReason, 1, 1, 3, inSubmitResp | inDataResp | inDeliverResp},
	(TagMoreMessagesToSend>>8 + TagMoreMessagesToSend*10) % tagPlaces:                 {"more_messages_to_send", TagMoreMessagesToSend, 34, 38, kindYesNo, 1, 1, 1, inSubmissions},
	(TagMessageState>>8 + TagMessageState*10) % tagPlaces:                             {"message_state", TagMessageState, 35, 37, kindState, 1, 1, 9, inDeliveries | inQueryBroadcastResp},
	(TagCongestionState>>8 + TagCongestionState*10) % tagPlaces:                       {"congestion_state", TagCongestionState, 0, 18, kindCongestion, 1, 1, 100, inResponses},
	(TagUSSDServiceOp>>8 + TagUSSDServiceOp*10) % tagPlaces:                           {"ussd_service_op", TagUSSDServiceOp, 44, 64, kindUSSD, 1, 1, 0, inMessages},
	(TagBroadcastChannelIndicator>>8 + TagBroadcastChannelIndicator*10) % tagPlaces:   {"broadcast_channel_indicator", TagBroadcastChannelIndicator, 0, 7, kindChannel, 1, 1, 1, inBroadcast},
	(TagBroadcastContentType>>8 + TagBroadcastContentType*10) % tagPlaces:             {"broadcast_content_type", TagBroadcastContentType, 0, 8, kindContent, 3, 3, 0, inBroadcast | inCancelBroadcast},
	(TagBroadcastContentTypeInfo>>8 + TagBroadcastContentTypeInfo*10) % tagPlaces:     {"broadcast_content_type_info", TagBroadcastContentTypeInfo, 0, 6, kindOctets, 1, 255, 0, inBroadcast},
	(TagBroadcastMessageClass>>8 + TagBroadcastMessageClass*10) % tagPlaces:           {"broadcast_message_class", TagBroadcastMessageClass, 0, 12, kindClass, 1, 1, 3, inBroadcast},
	(TagBroadcastRepNum>>8 + TagBroadcastRepNum*10) % tagPlaces:                       {"broadcast_rep_num", TagBroadcastRepNum, 0, 13, kindRepNum, 2, 2, 0, inBroadcast},
	(TagBroadcastFrequencyInterval>>8 + TagBroadcastFrequencyInterval*10) % tagPlaces: {"broadcast_frequency_interval", TagBroadcastFrequencyInterval, 0, 11, kindFrequency, 3, 3, 0, inBroadcast},
	(TagBroadcastAreaIdentifier>>8 + TagBroadcastAreaIdentifier*10) % tagPlaces:       {"broadcast_area_identifier", TagBroadcastAreaIdentifier, 0, 4, kindArea, 1, 101, 0, inBroadcast | inBroadcastResp | inQueryBroadcastResp},
	(TagBroadcastErrorStatus>>8 + TagBroadcastErrorStatus*10) % tagPlaces:             {"broadcast_error_status", TagBroadcastErrorStatus, 0, 10, kindStatus, 4, 4, 0, inBroadcastResp},
	(TagBroadcastAreaSuccess>>8 + TagBroadcastAreaSuccess*10) % tagPlaces:             {"broadcast_area_success", TagBroadcastAreaSuccess, 0, 5, kindAreaSuccess, 1, 1, 0, inQueryBroadcastResp},
	(TagBroadcastEndTime>>8 + TagBroadcastEndTime*10) % tagPlaces:                     {"broadcast_end_time", TagBroadcastEndTime, 0, 9, kindEndTime, 16, 17, 0, inQueryBroadcastResp},
	(TagBroadcastServiceGroup>>8 + TagBroadcastServiceGroup*10) % tagPlaces:           {"broadcast_service_group", TagBroadcastServiceGroup, 0, 14, kindOctets, 1, 255, 0, inBroadcast},
	(TagBillingIdentification>>8 + TagBillingIdentification*10) % tagPlaces:           {"billing_identification", TagBillingIdentification, 0, 3, kindBilling, 1, 1024, 0, inSubmissions},
	(TagSourceNetworkID>>8 + TagSourceNetworkID*10) % tagPlaces:                       {"source_network_id", TagSourceNetworkID, 0, 56, kindCString, 7, 65, 0, inMessages},
	(TagDestNetworkID>>8 + TagDestNetworkID*10) % tagPlaces:                           {"dest_network_id", TagDestNetworkID, 0, 25, kindCString, 7, 65, 0, inMessages},
	(TagSourceNodeID>>8 + TagSourceNodeID*10) % tagPlaces:                             {"source_node_id", TagSourceNodeID, 0, 58, kindDigits, 6, 6, 0, inMessages},
	(TagDestNodeID>>8 + TagDestNodeID*10) % tagPlaces:                                 {"dest_node_id", TagDestNodeID, 0, 27, kindDigits, 6, 6, 0, inMessages},
	(TagDestAddrNPResolution>>8 + TagDestAddrNPResolution*10) % tagPlaces:             {"dest_addr_np_resolution", TagDestAddrNPResolution, 0, 22, kindNPResolution, 1, 1, 2, inMessages},
	(TagDestAddrNPInformation>>8 + TagDestAddrNPInformation*10) % tagPlaces:           {"dest_addr_np_information", TagDestAddrNPInformation, 0, 21, kindDigits, 10, 10, 0, inMessages},
	(TagDestAddrNPCountry>>8 + TagDestAddrNPCountry*10) % tagPlaces:                   {"dest_addr_np_country", TagDestAddrNPCountry, 0, 20, kindOctets, 1, 5, 0, inMessages},
	(TagDisplayTime>>8 + TagDisplayTime*10) % tagPlaces:                               {"display_time", TagDisplayTime, 26, 31, kindDisplay, 1, 1, 2, inSubmissions | inBroadcast},
	(TagSMSSignal>>8 + TagSMSSignal*10) % tagPlaces:                                   {"sms_signal", TagSMSSignal, 40, 53, kindInt, 2, 2, 0, inSubmissions | inBroadcast},
	(TagMsValidity>>8 + TagMsValidity*10) % tagPlaces:                                 {"ms_validity", TagMsValidity, 27, 41, kindValidity, 1, 4, 0, inSubmissions | inBroadcast},
	(TagAlertOnMessageDelivery>>8 + TagAlertOnMessageDelivery*10) % tagPlaces:         {"alert_on_message_delivery", TagAlertOnMessageDelivery, 41, 2, kindAlert, 0, 1, 3, inSubmissions | inBroadcast},
	(TagITSReplyType>>8 + TagITSReplyType*10) % tagPlaces:                             {"its_reply_type", TagITSReplyType, 42, 33, kindReply, 1, 1, 8, inMessages},
	(TagITSSessionInfo>>8 + TagITSSessionInfo*10) % tagPlaces:                         {"its_session_info", TagITSSessionInfo, 43, 34, kindSession, 2, 2, 0, inMessages},
}

// unassigned is the spec of a tag the standards do not assign: any length will do, anywhere.
var unassigned = tagSpec{most: maxTLVValue, in: ^carriers(0)}

// spec looks the tag up.
func (t Tag) spec() *tagSpec {
	if s := &tagSpecs[(t>>8+t*10)%tagPlaces]; s.tag == t {
		return s
	}
	return &unassigned
}
