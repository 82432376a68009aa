package pdu

import "fmt"

// maxShortMessage is the most octets short_message holds: SMPP 3.4 §5.2.21. (5.0 has 255.)
const maxShortMessage = 254

// SubmitSM sends a short message to the SMSC: SMPP 3.4 §4.4.1.
type SubmitSM struct {
	// ServiceType is empty or one of the ServiceType constants, at most 5 octets: §5.2.11.
	ServiceType string
	// Source and Dest have at most 20 octets in Addr.
	Source, Dest Address
	// ESMClass is the messaging mode, the message type and the GSM features: §5.2.12.
	ESMClass ESMClass
	// ProtocolID is TP-PID on GSM networks: §5.2.13.
	ProtocolID uint8
	// PriorityFlag is 0 to 3, 3 being the highest: §5.2.14.
	PriorityFlag uint8
	// ScheduleDeliveryTime is when the SMSC is to try first; empty is at once. AbsoluteTime or
	// RelativeTime makes it: §5.2.15.
	ScheduleDeliveryTime string
	// ValidityPeriod is until when the SMSC is to try; empty is the SMSC's own. AbsoluteTime or
	// RelativeTime makes it: §5.2.16.
	ValidityPeriod string
	// RegisteredDelivery asks for receipts: §5.2.17.
	RegisteredDelivery RegisteredDelivery
	// ReplaceIfPresent is 1 to replace an earlier message of the same source, destination and
	// service_type: §5.2.18.
	ReplaceIfPresent uint8
	// DataCoding says how ShortMessage is to be read: §5.2.19.
	DataCoding DataCoding
	// SMDefaultMsgID is 1 to 254 to send a text the SMSC has; 0 is none: §5.2.20.
	SMDefaultMsgID uint8
	// ShortMessage is at most 254 octets, with the user data header first if ESMClass says so. It is
	// empty when TLVs hold message_payload: §5.2.22.
	ShortMessage []byte
	// TLVs are the optional parameters, in order: §4.4.1.1.
	TLVs TLVs
}

// fields is the body that submit_sm and deliver_sm share.
func (m *SubmitSM) fields(c *codec) {
	c.parties(&m.ServiceType, &m.Source, &m.Dest, 21)
	m.content(c)
}

// content is what submit_sm and submit_multi have after their receivers.
func (m *SubmitSM) content(c *codec) {
	c.handling(&m.ESMClass, &m.ProtocolID, &m.PriorityFlag, &m.ScheduleDeliveryTime, &m.ValidityPeriod,
		&m.RegisteredDelivery, &m.ReplaceIfPresent, &m.DataCoding, &m.SMDefaultMsgID)
	c.look(looks{coding: m.DataCoding, udhi: m.ESMClass.UDHI()})
	c.message(&m.ShortMessage)
	in := inSubmit
	if c.command == CmdDeliverSM {
		in = inDeliver
	}
	c.tlvs(&m.TLVs, in)
	c.together(m.ESMClass, m.ShortMessage, m.TLVs)
}

// UserData is the text with its user data header: short_message, or message_payload when that is empty.
// It is not a copy.
func (m *SubmitSM) UserData() []byte {
	if payload, ok := m.TLVs.MessagePayload(); ok && len(m.ShortMessage) == 0 {
		return payload
	}
	return m.ShortMessage
}

// together objects to a text, in short_message or in the TLVs, that contradicts the other or the
// esm_class. It follows tlvs. Most messages cannot have either, and are seen off within the walk.
func (c *codec) together(class ESMClass, text []byte, tlvs TLVs) {
	if c.payload || class.UDHI() {
		c.agree(class, text, tlvs)
	}
}

func (c *codec) agree(class ESMClass, text []byte, tlvs TLVs) {
	if c.failed {
		return
	}
	payload := false
	if value, ok := tlvs.MessagePayload(); ok {
		payload = len(text) == 0
		if payload {
			text = value
		} else {
			c.blame(c.placeOf(tlvs, TagMessagePayload))
			c.object("short_message has a text too, and there can be one (§3.2.3)")
		}
	}
	if !class.UDHI() {
		return
	}
	if _, ok := tlvs.Get(TagSARMsgRefNum); ok {
		c.blame(c.placeOf(tlvs, TagSARMsgRefNum))
		c.object("esm_class says there is a user data header, and that excludes the sar_ parameters (§5.2.12)")
	}
	switch {
	case payload:
		c.blame(c.placeOf(tlvs, TagMessagePayload))
	case c.careful == nil:
	case c.messageAt == 0: // data_sm has no short_message
		c.missing("message_payload")
	default:
		c.blame("short_message", c.messageAt)
	}
	switch {
	case len(text) == 0:
		c.object("esm_class says there is a user data header, and there is no text")
	case text[0] == 0:
		c.object("the user data header esm_class speaks of is empty")
	case int(text[0]) >= len(text):
		c.object(fmt.Sprintf("the user data header has %d octets, and %d follow its length", text[0], len(text)-1))
	}
}

// SubmitSMResp answers submit_sm: §4.4.2. With a status other than ESME_ROK there is no body on the wire.
type SubmitSMResp struct {
	// MessageID is the SMSC's name for the message: at most 64 octets are sent, any number is taken.
	MessageID string
	// TLVs are none in 3.4; 5.0 allows some.
	TLVs TLVs
}

func (m *SubmitSMResp) fields(c *codec) {
	c.answer("message_id", &m.MessageID, 65, &m.TLVs, inSubmitResp, true)
}

// Command is CmdSubmitSM.
func (*SubmitSM) Command() Command { return CmdSubmitSM }

// Command is CmdSubmitSMResp.
func (*SubmitSMResp) Command() Command { return CmdSubmitSMResp }
