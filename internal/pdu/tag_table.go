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
	tag         Tag
	name        string // empty for a tag the standards do not assign
	v34, v50    uint8  // its sections: 3.4 §5.3.2.v34 and 5.0 §4.8.4.v50; 0 is none
	as          kind
	least, most uint16   // octets of its value
	top         uint8    // the highest value of a single octet; 0 is any, or as the kind has it
	in          carriers // which PDUs 3.4 or 5.0 lets carry it
}

// tagPlaces is how many places tagSpecs has: the least number that no two tags have the same remainder by.
// The compiler refuses another.
const tagPlaces = 184

// tagSpecs has each tag at its remainder by tagPlaces, so that one look finds it: every TLV sent and
// received is looked up. What the two standards say differently has the wider of both.
var tagSpecs = [tagPlaces]tagSpec{
	0:                                         {most: maxTLVValue, in: ^carriers(0)}, // the tag 0 is none either
	TagDestAddrSubunit % tagPlaces:            {TagDestAddrSubunit, "dest_addr_subunit", 1, 23, kindSubunit, 1, 1, 4, inMessages | inBroadcast},
	TagDestNetworkType % tagPlaces:            {TagDestNetworkType, "dest_network_type", 3, 26, kindNetwork, 1, 1, 8, inSubmissions},
	TagDestBearerType % tagPlaces:             {TagDestBearerType, "dest_bearer_type", 5, 24, kindBearer, 1, 1, 8, inSubmissions},
	TagDestTelematicsID % tagPlaces:           {TagDestTelematicsID, "dest_telematics_id", 7, 29, kindInt, 2, 2, 0, inSubmissions},
	TagSourceAddrSubunit % tagPlaces:          {TagSourceAddrSubunit, "source_addr_subunit", 2, 54, kindSubunit, 1, 1, 4, inMessages | inBroadcast},
	TagSourceNetworkType % tagPlaces:          {TagSourceNetworkType, "source_network_type", 4, 57, kindNetwork, 1, 1, 8, inSubmissions},
	TagSourceBearerType % tagPlaces:           {TagSourceBearerType, "source_bearer_type", 6, 55, kindBearer, 1, 1, 8, inSubmissions},
	TagSourceTelematicsID % tagPlaces:         {TagSourceTelematicsID, "source_telematics_id", 8, 61, kindInt, 1, 2, 0, inSubmissions},
	TagQOSTimeToLive % tagPlaces:              {TagQOSTimeToLive, "qos_time_to_live", 9, 46, kindInt, 4, 4, 0, inSubmissions},
	TagPayloadType % tagPlaces:                {TagPayloadType, "payload_type", 10, 44, kindPayloadType, 1, 1, 1, inMessages | inBroadcast},
	TagAdditionalStatusInfoText % tagPlaces:   {TagAdditionalStatusInfoText, "additional_status_info_text", 11, 1, kindCString, 1, 256, 0, inResponses},
	TagReceiptedMessageID % tagPlaces:         {TagReceiptedMessageID, "receipted_message_id", 12, 47, kindCString, 1, 65, 0, inDeliveries},
	TagMsMsgWaitFacilities % tagPlaces:        {TagMsMsgWaitFacilities, "ms_msg_wait_facilities", 13, 40, kindWaiting, 1, 1, 0, inSubmissions},
	TagPrivacyIndicator % tagPlaces:           {TagPrivacyIndicator, "privacy_indicator", 14, 45, kindPrivacy, 1, 1, 3, inMessages | inBroadcast},
	TagSourceSubaddress % tagPlaces:           {TagSourceSubaddress, "source_subaddress", 15, 60, kindSubaddress, 2, 23, 0, inMessages | inBroadcast},
	TagDestSubaddress % tagPlaces:             {TagDestSubaddress, "dest_subaddress", 16, 28, kindSubaddress, 2, 23, 0, inMessages | inBroadcast},
	TagUserMessageReference % tagPlaces:       {TagUserMessageReference, "user_message_reference", 17, 62, kindInt, 2, 2, 0, inMessages | inBroadcast | inQueryBroadcast | inQueryBroadcastResp | inCancelBroadcast},
	TagUserResponseCode % tagPlaces:           {TagUserResponseCode, "user_response_code", 18, 63, kindInt, 1, 1, 0, inMessages},
	TagSourcePort % tagPlaces:                 {TagSourcePort, "source_port", 20, 59, kindInt, 2, 2, 0, inMessages | inBroadcast},
	TagDestinationPort % tagPlaces:            {TagDestinationPort, "destination_port", 21, 30, kindInt, 2, 2, 0, inMessages | inBroadcast},
	TagSARMsgRefNum % tagPlaces:               {TagSARMsgRefNum, "sar_msg_ref_num", 22, 48, kindInt, 2, 2, 0, inMessages},
	TagLanguageIndicator % tagPlaces:          {TagLanguageIndicator, "language_indicator", 19, 35, kindLanguage, 1, 1, 5, inMessages | inBroadcast},
	TagSARTotalSegments % tagPlaces:           {TagSARTotalSegments, "sar_total_segments", 23, 50, kindCount, 1, 1, 0, inMessages},
	TagSARSegmentSeqnum % tagPlaces:           {TagSARSegmentSeqnum, "sar_segment_seqnum", 24, 49, kindCount, 1, 1, 0, inMessages},
	TagSCInterfaceVersion % tagPlaces:         {TagSCInterfaceVersion, "sc_interface_version", 25, 51, kindVersion, 1, 1, 0, inBindResp},
	TagCallbackNumPresInd % tagPlaces:         {TagCallbackNumPresInd, "callback_num_pres_ind", 37, 17, kindPresentation, 1, 1, 0, inMessages | inBroadcast},
	TagCallbackNumAtag % tagPlaces:            {TagCallbackNumAtag, "callback_num_atag", 38, 16, kindAtag, 0, 65, 0, inMessages | inBroadcast},
	TagNumberOfMessages % tagPlaces:           {TagNumberOfMessages, "number_of_messages", 39, 43, kindNumber, 1, 1, 99, inSubmissions},
	TagCallbackNum % tagPlaces:                {TagCallbackNum, "callback_num", 36, 15, kindCallbackNum, 4, 19, 0, inMessages | inBroadcast},
	TagDPFResult % tagPlaces:                  {TagDPFResult, "dpf_result", 28, 32, kindYesNo, 1, 1, 1, inSubmitResp | inDataResp | inDeliveries},
	TagSetDPF % tagPlaces:                     {TagSetDPF, "set_dpf", 29, 52, kindYesNo, 1, 1, 1, inSubmissions},
	TagMsAvailabilityStatus % tagPlaces:       {TagMsAvailabilityStatus, "ms_availability_status", 30, 39, kindAvailability, 1, 1, 2, inAlert},
	TagNetworkErrorCode % tagPlaces:           {TagNetworkErrorCode, "network_error_code", 31, 42, kindNetworkError, 3, 3, 0, inDeliveries | inSubmitResp | inDataResp | inDeliverResp},
	TagMessagePayload % tagPlaces:             {TagMessagePayload, "message_payload", 32, 36, kindPayload, 0, maxTLVValue, 0, inMessages | inBroadcast | inReplace},
	TagDeliveryFailureReason % tagPlaces:      {TagDeliveryFailureReason, "delivery_failure_reason", 33, 19, kindFailureReason, 1, 1, 3, inSubmitResp | inDataResp | inDeliverResp},
	TagMoreMessagesToSend % tagPlaces:         {TagMoreMessagesToSend, "more_messages_to_send", 34, 38, kindYesNo, 1, 1, 1, inSubmissions},
	TagMessageState % tagPlaces:               {TagMessageState, "message_state", 35, 37, kindState, 1, 1, 9, inDeliveries | inQueryBroadcastResp},
	TagCongestionState % tagPlaces:            {TagCongestionState, "congestion_state", 0, 18, kindCongestion, 1, 1, 100, inResponses},
	TagUSSDServiceOp % tagPlaces:              {TagUSSDServiceOp, "ussd_service_op", 44, 64, kindUSSD, 1, 1, 0, inMessages},
	TagBroadcastChannelIndicator % tagPlaces:  {TagBroadcastChannelIndicator, "broadcast_channel_indicator", 0, 7, kindChannel, 1, 1, 1, inBroadcast},
	TagBroadcastContentType % tagPlaces:       {TagBroadcastContentType, "broadcast_content_type", 0, 8, kindContent, 3, 3, 0, inBroadcast | inCancelBroadcast},
	TagBroadcastContentTypeInfo % tagPlaces:   {TagBroadcastContentTypeInfo, "broadcast_content_type_info", 0, 6, kindOctets, 1, 255, 0, inBroadcast},
	TagBroadcastMessageClass % tagPlaces:      {TagBroadcastMessageClass, "broadcast_message_class", 0, 12, kindClass, 1, 1, 3, inBroadcast},
	TagBroadcastRepNum % tagPlaces:            {TagBroadcastRepNum, "broadcast_rep_num", 0, 13, kindRepNum, 2, 2, 0, inBroadcast},
	TagBroadcastFrequencyInterval % tagPlaces: {TagBroadcastFrequencyInterval, "broadcast_frequency_interval", 0, 11, kindFrequency, 3, 3, 0, inBroadcast},
	TagBroadcastAreaIdentifier % tagPlaces:    {TagBroadcastAreaIdentifier, "broadcast_area_identifier", 0, 4, kindArea, 1, 101, 0, inBroadcast | inBroadcastResp | inQueryBroadcastResp},
	TagBroadcastErrorStatus % tagPlaces:       {TagBroadcastErrorStatus, "broadcast_error_status", 0, 10, kindStatus, 4, 4, 0, inBroadcastResp},
	TagBroadcastAreaSuccess % tagPlaces:       {TagBroadcastAreaSuccess, "broadcast_area_success", 0, 5, kindAreaSuccess, 1, 1, 0, inQueryBroadcastResp},
	TagBroadcastEndTime % tagPlaces:           {TagBroadcastEndTime, "broadcast_end_time", 0, 9, kindEndTime, 16, 17, 0, inQueryBroadcastResp},
	TagBroadcastServiceGroup % tagPlaces:      {TagBroadcastServiceGroup, "broadcast_service_group", 0, 14, kindOctets, 1, 255, 0, inBroadcast},
	TagBillingIdentification % tagPlaces:      {TagBillingIdentification, "billing_identification", 0, 3, kindBilling, 1, 1024, 0, inSubmissions},
	TagSourceNetworkID % tagPlaces:            {TagSourceNetworkID, "source_network_id", 0, 56, kindCString, 7, 65, 0, inMessages},
	TagDestNetworkID % tagPlaces:              {TagDestNetworkID, "dest_network_id", 0, 25, kindCString, 7, 65, 0, inMessages},
	TagSourceNodeID % tagPlaces:               {TagSourceNodeID, "source_node_id", 0, 58, kindDigits, 6, 6, 0, inMessages},
	TagDestNodeID % tagPlaces:                 {TagDestNodeID, "dest_node_id", 0, 27, kindDigits, 6, 6, 0, inMessages},
	TagDestAddrNPResolution % tagPlaces:       {TagDestAddrNPResolution, "dest_addr_np_resolution", 0, 22, kindNPResolution, 1, 1, 2, inMessages},
	TagDestAddrNPInformation % tagPlaces:      {TagDestAddrNPInformation, "dest_addr_np_information", 0, 21, kindDigits, 10, 10, 0, inMessages},
	TagDestAddrNPCountry % tagPlaces:          {TagDestAddrNPCountry, "dest_addr_np_country", 0, 20, kindOctets, 1, 5, 0, inMessages},
	TagDisplayTime % tagPlaces:                {TagDisplayTime, "display_time", 26, 31, kindDisplay, 1, 1, 2, inSubmissions | inBroadcast},
	TagSMSSignal % tagPlaces:                  {TagSMSSignal, "sms_signal", 40, 53, kindInt, 2, 2, 0, inSubmissions | inBroadcast},
	TagMsValidity % tagPlaces:                 {TagMsValidity, "ms_validity", 27, 41, kindValidity, 1, 4, 0, inSubmissions | inBroadcast},
	TagAlertOnMessageDelivery % tagPlaces:     {TagAlertOnMessageDelivery, "alert_on_message_delivery", 41, 2, kindAlert, 0, 1, 3, inSubmissions | inBroadcast},
	TagITSReplyType % tagPlaces:               {TagITSReplyType, "its_reply_type", 42, 33, kindReply, 1, 1, 8, inMessages},
	TagITSSessionInfo % tagPlaces:             {TagITSSessionInfo, "its_session_info", 43, 34, kindSession, 2, 2, 0, inMessages},
}

// unassigned is the spec of a tag the standards do not assign: any length will do, anywhere.
var unassigned = tagSpec{most: maxTLVValue, in: ^carriers(0)}

// spec looks the tag up.
func (t Tag) spec() *tagSpec {
	if s := &tagSpecs[t%tagPlaces]; s.tag == t {
		return s
	}
	return &unassigned
}
