package pdu

// ReplaceSM changes a message that is not delivered yet: SMPP 3.4 §4.10.1. Its data_coding, esm_class and
// destination stay those of the message.
type ReplaceSM struct {
	// MessageID is the one that the SMSC gave in its response: 1 to 64 octets.
	MessageID string
	// Source is the source address of the message; zero when it was.
	Source Address
	// ScheduleDeliveryTime is the new one; empty keeps the old: §5.2.15.
	ScheduleDeliveryTime string
	// ValidityPeriod is the new one; empty keeps the old: §5.2.16.
	ValidityPeriod string
	// RegisteredDelivery asks for receipts: §5.2.17.
	RegisteredDelivery RegisteredDelivery
	// SMDefaultMsgID is 1 to 254 to send a text the SMSC has; 0 is none: §5.2.20.
	SMDefaultMsgID uint8
	// ShortMessage is the new text: at most 254 octets, §5.2.22.
	ShortMessage []byte
	// TLVs are none in 3.4; 5.0 allows message_payload.
	TLVs TLVs
}

func (m *ReplaceSM) fields(c *codec) {
	c.messageID(&m.MessageID)
	c.address(sourceAddr, &m.Source, 21)
	c.times(&m.ScheduleDeliveryTime, &m.ValidityPeriod)
	c.registered(&m.RegisteredDelivery)
	c.defaultMessage(&m.SMDefaultMsgID)
	c.message(&m.ShortMessage)
	c.tlvs(&m.TLVs, inReplace)
	c.together(0, m.ShortMessage, m.TLVs)
}

// ReplaceSMResp answers replace_sm: §4.10.2. It has no body.
type ReplaceSMResp struct {
	// TLVs are none in 3.4; 5.0 allows congestion_state.
	TLVs TLVs
}

func (m *ReplaceSMResp) fields(c *codec) { c.tlvs(&m.TLVs, inOtherResp) }

// Command is CmdReplaceSM.
func (*ReplaceSM) Command() Command { return CmdReplaceSM }

// Command is CmdReplaceSMResp.
func (*ReplaceSMResp) Command() Command { return CmdReplaceSMResp }
