package pdu

import "bytes"

// usualTLVs is how many TLVs a PDU that carries text has room for.
const usualTLVs = 4

// message makes a PDU that carries text, with room for its octets and for as many TLVs as one usually has, in
// one piece of memory. Its octets are copied there at once; more than usual make a second piece.
func message[P any](c *codec) *P {
	room := new(struct {
		pdu    P
		tlvs   [usualTLVs]TLV
		octets [224]byte
	})
	body := c.b[min(HeaderLen, len(c.b)):]
	if len(body) <= len(room.octets) {
		c.b = room.octets[:copy(room.octets[:], body)]
	} else {
		c.b = bytes.Clone(body)
	}
	c.off, c.start, c.kept = 0, -HeaderLen, true
	c.room = &room.tlvs
	return &room.pdu
}

// alloc makes the PDU for a command_id: the one place that pairs the two.
func alloc(c *codec, cmd Command) PDU {
	if cmd == CmdSubmitSM { // quicker than the search below, and what there is most of
		return message[SubmitSM](c)
	}
	switch cmd {
	case CmdBindTransmitter:
		return new(BindTransmitter)
	case CmdBindTransmitterResp:
		return new(BindTransmitterResp)
	case CmdBindReceiver:
		return new(BindReceiver)
	case CmdBindReceiverResp:
		return new(BindReceiverResp)
	case CmdBindTransceiver:
		return new(BindTransceiver)
	case CmdBindTransceiverResp:
		return new(BindTransceiverResp)
	case CmdUnbind:
		return new(Unbind)
	case CmdUnbindResp:
		return new(UnbindResp)
	case CmdEnquireLink:
		return new(EnquireLink)
	case CmdEnquireLinkResp:
		return new(EnquireLinkResp)
	case CmdGenericNack:
		return new(GenericNack)
	case CmdSubmitSMResp:
		return new(SubmitSMResp)
	case CmdDeliverSM:
		return message[DeliverSM](c)
	case CmdDeliverSMResp:
		return new(DeliverSMResp)
	case CmdOutbind:
		return new(Outbind)
	case CmdSubmitMulti:
		return message[SubmitMulti](c)
	case CmdSubmitMultiResp:
		return new(SubmitMultiResp)
	case CmdDataSM:
		return message[DataSM](c)
	case CmdDataSMResp:
		return new(DataSMResp)
	case CmdQuerySM:
		return new(QuerySM)
	case CmdQuerySMResp:
		return new(QuerySMResp)
	case CmdCancelSM:
		return new(CancelSM)
	case CmdCancelSMResp:
		return new(CancelSMResp)
	case CmdReplaceSM:
		return message[ReplaceSM](c)
	case CmdReplaceSMResp:
		return new(ReplaceSMResp)
	case CmdAlertNotification:
		return new(AlertNotification)
	case CmdBroadcastSM:
		return message[BroadcastSM](c)
	case CmdBroadcastSMResp:
		return new(BroadcastSMResp)
	case CmdQueryBroadcastSM:
		return new(QueryBroadcastSM)
	case CmdQueryBroadcastSMResp:
		return new(QueryBroadcastSMResp)
	case CmdCancelBroadcastSM:
		return new(CancelBroadcastSM)
	case CmdCancelBroadcastSMResp:
		return new(CancelBroadcastSMResp)
	}
	return &Unknown{ID: cmd}
}

// walk walks the fields of p. It calls each type by name and not through the interface, for then the
// codec stays on the stack; p.fields(c) would do the same with one allocation more.
func walk(c *codec, p PDU) {
	if m, ok := p.(*SubmitSM); ok { // quicker than the search below, and what there is most of
		m.fields(c)
		return
	}
	switch p := p.(type) {
	case *BindTransmitter:
		p.fields(c)
	case *BindTransmitterResp:
		p.fields(c)
	case *BindReceiver:
		p.fields(c)
	case *BindReceiverResp:
		p.fields(c)
	case *BindTransceiver:
		p.fields(c)
	case *BindTransceiverResp:
		p.fields(c)
	case *Unbind:
		p.fields(c)
	case *UnbindResp:
		p.fields(c)
	case *EnquireLink:
		p.fields(c)
	case *EnquireLinkResp:
		p.fields(c)
	case *GenericNack:
		p.fields(c)
	case *SubmitSM:
		p.fields(c)
	case *SubmitSMResp:
		p.fields(c)
	case *DeliverSM:
		p.fields(c)
	case *DeliverSMResp:
		p.fields(c)
	case *Outbind:
		p.fields(c)
	case *SubmitMulti:
		p.fields(c)
	case *SubmitMultiResp:
		p.fields(c)
	case *DataSM:
		p.fields(c)
	case *DataSMResp:
		p.fields(c)
	case *QuerySM:
		p.fields(c)
	case *QuerySMResp:
		p.fields(c)
	case *CancelSM:
		p.fields(c)
	case *CancelSMResp:
		p.fields(c)
	case *ReplaceSM:
		p.fields(c)
	case *ReplaceSMResp:
		p.fields(c)
	case *AlertNotification:
		p.fields(c)
	case *BroadcastSM:
		p.fields(c)
	case *BroadcastSMResp:
		p.fields(c)
	case *QueryBroadcastSM:
		p.fields(c)
	case *QueryBroadcastSMResp:
		p.fields(c)
	case *CancelBroadcastSM:
		p.fields(c)
	case *CancelBroadcastSMResp:
		p.fields(c)
	case *Unknown:
		p.fields(c)
	}
}
