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
	tag         Tag
	name        string // empty for a tag the standard does not assign
	least, most int    // octets of its value
	as          kind
	section     string
}

// tagPlaces is how many places tagSpecs has: the least number that no two tags have the same remainder by.
// The compiler refuses another.
const tagPlaces = 184

// tagSpecs has each tag at its remainder by tagPlaces, so that one look finds it: every TLV sent and
// received is looked up.
var tagSpecs = [tagPlaces]tagSpec{
	0:                                         {most: maxTLVValue}, // the tag 0 is none either
	TagDestAddrSubunit % tagPlaces:            {TagDestAddrSubunit, "dest_addr_subunit", 1, 1, kindInt, "§5.3.2.1"},
	TagDestNetworkType % tagPlaces:            {TagDestNetworkType, "dest_network_type", 1, 1, kindInt, "§5.3.2.3"},
	TagDestBearerType % tagPlaces:             {TagDestBearerType, "dest_bearer_type", 1, 1, kindInt, "§5.3.2.5"},
	TagDestTelematicsID % tagPlaces:           {TagDestTelematicsID, "dest_telematics_id", 2, 2, kindInt, "§5.3.2.7"},
	TagSourceAddrSubunit % tagPlaces:          {TagSourceAddrSubunit, "source_addr_subunit", 1, 1, kindInt, "§5.3.2.2"},
	TagSourceNetworkType % tagPlaces:          {TagSourceNetworkType, "source_network_type", 1, 1, kindInt, "§5.3.2.4"},
	TagSourceBearerType % tagPlaces:           {TagSourceBearerType, "source_bearer_type", 1, 1, kindInt, "§5.3.2.6"},
	TagSourceTelematicsID % tagPlaces:         {TagSourceTelematicsID, "source_telematics_id", 1, 1, kindInt, "§5.3.2.8"},
	TagQOSTimeToLive % tagPlaces:              {TagQOSTimeToLive, "qos_time_to_live", 4, 4, kindInt, "§5.3.2.9"},
	TagPayloadType % tagPlaces:                {TagPayloadType, "payload_type", 1, 1, kindInt, "§5.3.2.10"},
	TagAdditionalStatusInfoText % tagPlaces:   {TagAdditionalStatusInfoText, "additional_status_info_text", 1, 256, kindCString, "§5.3.2.11"},
	TagReceiptedMessageID % tagPlaces:         {TagReceiptedMessageID, "receipted_message_id", 1, 65, kindCString, "§5.3.2.12"},
	TagMsMsgWaitFacilities % tagPlaces:        {TagMsMsgWaitFacilities, "ms_msg_wait_facilities", 1, 1, kindInt, "§5.3.2.13"},
	TagPrivacyIndicator % tagPlaces:           {TagPrivacyIndicator, "privacy_indicator", 1, 1, kindInt, "§5.3.2.14"},
	TagSourceSubaddress % tagPlaces:           {TagSourceSubaddress, "source_subaddress", 2, 23, kindOctets, "§5.3.2.15"},
	TagDestSubaddress % tagPlaces:             {TagDestSubaddress, "dest_subaddress", 2, 23, kindOctets, "§5.3.2.16"},
	TagUserMessageReference % tagPlaces:       {TagUserMessageReference, "user_message_reference", 2, 2, kindInt, "§5.3.2.17"},
	TagUserResponseCode % tagPlaces:           {TagUserResponseCode, "user_response_code", 1, 1, kindInt, "§5.3.2.18"},
	TagSourcePort % tagPlaces:                 {TagSourcePort, "source_port", 2, 2, kindInt, "§5.3.2.20"},
	TagDestinationPort % tagPlaces:            {TagDestinationPort, "destination_port", 2, 2, kindInt, "§5.3.2.21"},
	TagSARMsgRefNum % tagPlaces:               {TagSARMsgRefNum, "sar_msg_ref_num", 2, 2, kindInt, "§5.3.2.22"},
	TagLanguageIndicator % tagPlaces:          {TagLanguageIndicator, "language_indicator", 1, 1, kindInt, "§5.3.2.19"},
	TagSARTotalSegments % tagPlaces:           {TagSARTotalSegments, "sar_total_segments", 1, 1, kindInt, "§5.3.2.23"},
	TagSARSegmentSeqnum % tagPlaces:           {TagSARSegmentSeqnum, "sar_segment_seqnum", 1, 1, kindInt, "§5.3.2.24"},
	TagSCInterfaceVersion % tagPlaces:         {TagSCInterfaceVersion, "sc_interface_version", 1, 1, kindVersion, "§5.3.2.25"},
	TagCallbackNumPresInd % tagPlaces:         {TagCallbackNumPresInd, "callback_num_pres_ind", 1, 1, kindInt, "§5.3.2.37"},
	TagCallbackNumAtag % tagPlaces:            {TagCallbackNumAtag, "callback_num_atag", 0, 65, kindOctets, "§5.3.2.38"},
	TagNumberOfMessages % tagPlaces:           {TagNumberOfMessages, "number_of_messages", 1, 1, kindInt, "§5.3.2.39"},
	TagCallbackNum % tagPlaces:                {TagCallbackNum, "callback_num", 4, 19, kindOctets, "§5.3.2.36"},
	TagDPFResult % tagPlaces:                  {TagDPFResult, "dpf_result", 1, 1, kindInt, "§5.3.2.28"},
	TagSetDPF % tagPlaces:                     {TagSetDPF, "set_dpf", 1, 1, kindInt, "§5.3.2.29"},
	TagMsAvailabilityStatus % tagPlaces:       {TagMsAvailabilityStatus, "ms_availability_status", 1, 1, kindInt, "§5.3.2.30"},
	TagNetworkErrorCode % tagPlaces:           {TagNetworkErrorCode, "network_error_code", 3, 3, kindNetworkError, "§5.3.2.31"},
	TagMessagePayload % tagPlaces:             {TagMessagePayload, "message_payload", 0, maxTLVValue, kindPayload, "§5.3.2.32"},
	TagDeliveryFailureReason % tagPlaces:      {TagDeliveryFailureReason, "delivery_failure_reason", 1, 1, kindFailureReason, "§5.3.2.33"},
	TagMoreMessagesToSend % tagPlaces:         {TagMoreMessagesToSend, "more_messages_to_send", 1, 1, kindInt, "§5.3.2.34"},
	TagMessageState % tagPlaces:               {TagMessageState, "message_state", 1, 1, kindState, "§5.3.2.35"},
	TagUSSDServiceOp % tagPlaces:              {TagUSSDServiceOp, "ussd_service_op", 1, 1, kindInt, "§5.3.2.44"},
	TagDisplayTime % tagPlaces:                {TagDisplayTime, "display_time", 1, 1, kindInt, "§5.3.2.26"},
	TagSMSSignal % tagPlaces:                  {TagSMSSignal, "sms_signal", 2, 2, kindInt, "§5.3.2.40"},
	TagMsValidity % tagPlaces:                 {TagMsValidity, "ms_validity", 1, 4, kindInt, "§5.3.2.27"},
	TagAlertOnMessageDelivery % tagPlaces:     {TagAlertOnMessageDelivery, "alert_on_message_delivery", 0, 1, kindInt, "§5.3.2.41"},
	TagITSReplyType % tagPlaces:               {TagITSReplyType, "its_reply_type", 1, 1, kindInt, "§5.3.2.42"},
	TagITSSessionInfo % tagPlaces:             {TagITSSessionInfo, "its_session_info", 2, 2, kindOctets, "§5.3.2.43"},
	TagCongestionState % tagPlaces:            {TagCongestionState, "congestion_state", 1, 1, kindInt, "5.0 §4.8.4"},
	TagBroadcastChannelIndicator % tagPlaces:  {TagBroadcastChannelIndicator, "broadcast_channel_indicator", 1, 1, kindInt, "5.0 §4.8.4"},
	TagBroadcastContentType % tagPlaces:       {TagBroadcastContentType, "broadcast_content_type", 3, 3, kindOctets, "5.0 §4.8.4"},
	TagBroadcastContentTypeInfo % tagPlaces:   {TagBroadcastContentTypeInfo, "broadcast_content_type_info", 1, 255, kindOctets, "5.0 §4.8.4"},
	TagBroadcastMessageClass % tagPlaces:      {TagBroadcastMessageClass, "broadcast_message_class", 1, 1, kindInt, "5.0 §4.8.4"},
	TagBroadcastRepNum % tagPlaces:            {TagBroadcastRepNum, "broadcast_rep_num", 2, 2, kindInt, "5.0 §4.8.4"},
	TagBroadcastFrequencyInterval % tagPlaces: {TagBroadcastFrequencyInterval, "broadcast_frequency_interval", 3, 3, kindOctets, "5.0 §4.8.4"},
	TagBroadcastAreaIdentifier % tagPlaces:    {TagBroadcastAreaIdentifier, "broadcast_area_identifier", 1, maxTLVValue, kindOctets, "5.0 §4.8.4"},
	TagBroadcastErrorStatus % tagPlaces:       {TagBroadcastErrorStatus, "broadcast_error_status", 4, 4, kindInt, "5.0 §4.8.4"},
	TagBroadcastAreaSuccess % tagPlaces:       {TagBroadcastAreaSuccess, "broadcast_area_success", 1, 1, kindInt, "5.0 §4.8.4"},
	TagBroadcastEndTime % tagPlaces:           {TagBroadcastEndTime, "broadcast_end_time", 16, 17, kindOctets, "5.0 §4.8.4"},
	TagBroadcastServiceGroup % tagPlaces:      {TagBroadcastServiceGroup, "broadcast_service_group", 1, 255, kindOctets, "5.0 §4.8.4"},
	TagBillingIdentification % tagPlaces:      {TagBillingIdentification, "billing_identification", 1, 1024, kindOctets, "5.0 §4.8.4"},
	TagSourceNetworkID % tagPlaces:            {TagSourceNetworkID, "source_network_id", 7, 65, kindCString, "5.0 §4.8.4"},
	TagDestNetworkID % tagPlaces:              {TagDestNetworkID, "dest_network_id", 7, 65, kindCString, "5.0 §4.8.4"},
	TagSourceNodeID % tagPlaces:               {TagSourceNodeID, "source_node_id", 6, 6, kindOctets, "5.0 §4.8.4"},
	TagDestNodeID % tagPlaces:                 {TagDestNodeID, "dest_node_id", 6, 6, kindOctets, "5.0 §4.8.4"},
	TagDestAddrNPResolution % tagPlaces:       {TagDestAddrNPResolution, "dest_addr_np_resolution", 1, 1, kindInt, "5.0 §4.8.4"},
	TagDestAddrNPInformation % tagPlaces:      {TagDestAddrNPInformation, "dest_addr_np_information", 10, 10, kindOctets, "5.0 §4.8.4"},
	TagDestAddrNPCountry % tagPlaces:          {TagDestAddrNPCountry, "dest_addr_np_country", 1, 5, kindOctets, "5.0 §4.8.4"},
}

// unassigned is the spec of a tag the standard does not assign: any length will do.
var unassigned = tagSpec{most: maxTLVValue}

// spec looks the tag up.
func (t Tag) spec() *tagSpec {
	if s := &tagSpecs[t%tagPlaces]; s.tag == t {
		return s
	}
	return &unassigned
}
