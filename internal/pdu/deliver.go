package pdu

// DeliverSM brings a short message or a delivery receipt from the SMSC: SMPP 3.4 §4.6.1. It has the
// fields of submit_sm; ScheduleDeliveryTime, ValidityPeriod, ReplaceIfPresent and SMDefaultMsgID are
// unused in it and should be zero.
type DeliverSM SubmitSM

func (m *DeliverSM) fields(c *codec) { (*SubmitSM)(m).fields(c) }

// UserData is the text with its user data header: short_message, or message_payload when that is empty.
// It is not a copy.
func (m *DeliverSM) UserData() []byte { return (*SubmitSM)(m).UserData() }

// DeliverSMResp answers deliver_sm: §4.6.2.
type DeliverSMResp struct {
	// MessageID is unused and should be empty; its NUL is always on the wire.
	MessageID string
	// TLVs are none in 3.4; 5.0 allows some.
	TLVs TLVs
}

func (m *DeliverSMResp) fields(c *codec) {
	c.answer("message_id", &m.MessageID, 65, &m.TLVs, inDeliverResp, false)
}

// Command is CmdDeliverSM.
func (*DeliverSM) Command() Command { return CmdDeliverSM }

// Command is CmdDeliverSMResp.
func (*DeliverSMResp) Command() Command { return CmdDeliverSMResp }
