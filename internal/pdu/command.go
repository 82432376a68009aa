package pdu

import "fmt"

// Command is a command_id: SMPP 3.4 §5.1.2, 5.0 §4.7.5.
type Command uint32

// The command_ids of SMPP 3.4 and 5.0.
const (
	CmdGenericNack           Command = 0x80000000
	CmdBindReceiver          Command = 0x00000001
	CmdBindReceiverResp      Command = 0x80000001
	CmdBindTransmitter       Command = 0x00000002
	CmdBindTransmitterResp   Command = 0x80000002
	CmdQuerySM               Command = 0x00000003
	CmdQuerySMResp           Command = 0x80000003
	CmdSubmitSM              Command = 0x00000004
	CmdSubmitSMResp          Command = 0x80000004
	CmdDeliverSM             Command = 0x00000005
	CmdDeliverSMResp         Command = 0x80000005
	CmdUnbind                Command = 0x00000006
	CmdUnbindResp            Command = 0x80000006
	CmdReplaceSM             Command = 0x00000007
	CmdReplaceSMResp         Command = 0x80000007
	CmdCancelSM              Command = 0x00000008
	CmdCancelSMResp          Command = 0x80000008
	CmdBindTransceiver       Command = 0x00000009
	CmdBindTransceiverResp   Command = 0x80000009
	CmdOutbind               Command = 0x0000000B
	CmdEnquireLink           Command = 0x00000015
	CmdEnquireLinkResp       Command = 0x80000015
	CmdSubmitMulti           Command = 0x00000021
	CmdSubmitMultiResp       Command = 0x80000021
	CmdAlertNotification     Command = 0x00000102
	CmdDataSM                Command = 0x00000103
	CmdDataSMResp            Command = 0x80000103
	CmdBroadcastSM           Command = 0x00000111 // 5.0
	CmdBroadcastSMResp       Command = 0x80000111 // 5.0
	CmdQueryBroadcastSM      Command = 0x00000112 // 5.0
	CmdQueryBroadcastSMResp  Command = 0x80000112 // 5.0
	CmdCancelBroadcastSM     Command = 0x00000113 // 5.0
	CmdCancelBroadcastSMResp Command = 0x80000113 // 5.0
	responseBit              Command = 0x80000000
)

// IsResponse reports whether bit 31 is set: a response, or generic_nack. These are never answered.
func (c Command) IsResponse() bool { return c&responseBit != 0 }

// Response is the command_id of the answer to the request c.
func (c Command) Response() Command { return c | responseBit }

// Known reports whether SMPP 3.4 or 5.0 assigns c.
func (c Command) Known() bool { return c.name() != "" }

// String is the name in the standard, "submit_sm_resp", or the number in hex.
func (c Command) String() string {
	if s := c.name(); s != "" {
		return s
	}
	return fmt.Sprintf("0x%08X", uint32(c))
}

func (c Command) name() string {
	switch c {
	case CmdGenericNack:
		return "generic_nack"
	case CmdBindReceiver:
		return "bind_receiver"
	case CmdBindReceiverResp:
		return "bind_receiver_resp"
	case CmdBindTransmitter:
		return "bind_transmitter"
	case CmdBindTransmitterResp:
		return "bind_transmitter_resp"
	case CmdQuerySM:
		return "query_sm"
	case CmdQuerySMResp:
		return "query_sm_resp"
	case CmdSubmitSM:
		return "submit_sm"
	case CmdSubmitSMResp:
		return "submit_sm_resp"
	case CmdDeliverSM:
		return "deliver_sm"
	case CmdDeliverSMResp:
		return "deliver_sm_resp"
	case CmdUnbind:
		return "unbind"
	case CmdUnbindResp:
		return "unbind_resp"
	case CmdReplaceSM:
		return "replace_sm"
	case CmdReplaceSMResp:
		return "replace_sm_resp"
	case CmdCancelSM:
		return "cancel_sm"
	case CmdCancelSMResp:
		return "cancel_sm_resp"
	case CmdBindTransceiver:
		return "bind_transceiver"
	case CmdBindTransceiverResp:
		return "bind_transceiver_resp"
	case CmdOutbind:
		return "outbind"
	case CmdEnquireLink:
		return "enquire_link"
	case CmdEnquireLinkResp:
		return "enquire_link_resp"
	case CmdSubmitMulti:
		return "submit_multi"
	case CmdSubmitMultiResp:
		return "submit_multi_resp"
	case CmdAlertNotification:
		return "alert_notification"
	case CmdDataSM:
		return "data_sm"
	case CmdDataSMResp:
		return "data_sm_resp"
	case CmdBroadcastSM:
		return "broadcast_sm"
	case CmdBroadcastSMResp:
		return "broadcast_sm_resp"
	case CmdQueryBroadcastSM:
		return "query_broadcast_sm"
	case CmdQueryBroadcastSMResp:
		return "query_broadcast_sm_resp"
	case CmdCancelBroadcastSM:
		return "cancel_broadcast_sm"
	case CmdCancelBroadcastSMResp:
		return "cancel_broadcast_sm_resp"
	}
	return ""
}
