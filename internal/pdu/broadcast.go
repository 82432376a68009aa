package pdu

// BroadcastSM sends a message to everybody in an area: SMPP 5.0 §4.4.1. Its text is in message_payload, or
// one that the SMSC has.
type BroadcastSM struct {
	// ServiceType is empty or one of the ServiceType constants, at most 5 octets.
	ServiceType string
	// Source has at most 20 octets in Addr.
	Source Address
	// MessageID is that of the broadcast to replace when ReplaceIfPresent is 1; else empty. At most 64
	// octets.
	MessageID string
	// PriorityFlag is 0 to 4, which each network takes differently; 1 is an immediate broadcast: 5.0 §4.7.19.
	PriorityFlag uint8
	// ScheduleDeliveryTime is when the broadcasts start; empty is at once.
	ScheduleDeliveryTime string
	// ValidityPeriod is until when they go on.
	ValidityPeriod string
	// ReplaceIfPresent is 1 to replace an earlier broadcast.
	ReplaceIfPresent uint8
	// DataCoding says how message_payload is to be read.
	DataCoding DataCoding
	// SMDefaultMsgID is 1 to 254 to send a text the SMSC has; 0 is none.
	SMDefaultMsgID uint8
	// TLVs must hold broadcast_area_identifier, which may come more than once, broadcast_content_type,
	// broadcast_frequency_interval and, unless PriorityFlag is 1, broadcast_rep_num.
	TLVs TLVs
}

// broadcastNow is the priority_flag of a broadcast that is sent once, at once.
const broadcastNow = 1

func (m *BroadcastSM) fields(c *codec) {
	c.cstring("service_type", &m.ServiceType, 6)
	c.address(sourceAddr, &m.Source, 21)
	c.cstring("message_id", &m.MessageID, 65)
	octet(c, "priority_flag", &m.PriorityFlag)
	c.limit(m.PriorityFlag <= 4, uint32(m.PriorityFlag), "0 to 4 (5.0 §4.7.19)")
	c.times(&m.ScheduleDeliveryTime, &m.ValidityPeriod)
	c.replaces(&m.ReplaceIfPresent)
	octet(c, "data_coding", &m.DataCoding)
	c.defaultMessage(&m.SMDefaultMsgID)
	c.look(looks{coding: m.DataCoding})
	c.tlvs(&m.TLVs, inBroadcast)
	c.must(m.TLVs, TagBroadcastAreaIdentifier)
	c.must(m.TLVs, TagBroadcastContentType)
	if m.PriorityFlag != broadcastNow {
		c.must(m.TLVs, TagBroadcastRepNum)
	}
	c.must(m.TLVs, TagBroadcastFrequencyInterval)
}

// UserData is the text: message_payload. It is not a copy.
func (m *BroadcastSM) UserData() []byte {
	payload, _ := m.TLVs.MessagePayload()
	return payload
}

// BroadcastSMResp answers broadcast_sm: 5.0 §4.4.1.2.
type BroadcastSMResp struct {
	// MessageID is the SMSC's name for the broadcast: at most 64 octets are sent, any number is taken.
	MessageID string
	// TLVs may hold broadcast_error_status and broadcast_area_identifier, as often as there are areas that
	// failed.
	TLVs TLVs
}

func (m *BroadcastSMResp) fields(c *codec) {
	c.answer("message_id", &m.MessageID, 65, &m.TLVs, inBroadcastResp, false)
}

// QueryBroadcastSM asks what became of a broadcast: 5.0 §4.6.1.
type QueryBroadcastSM struct {
	// MessageID is the one that the SMSC gave in its response: at most 64 octets; empty when TLVs name the
	// broadcast.
	MessageID string
	// Source is the source address of the broadcast; zero when it was.
	Source Address
	// TLVs may hold user_message_reference, by which the ESME called the broadcast.
	TLVs TLVs
}

func (m *QueryBroadcastSM) fields(c *codec) {
	c.cstring("message_id", &m.MessageID, 65)
	c.address(sourceAddr, &m.Source, 21)
	c.tlvs(&m.TLVs, inQueryBroadcast)
	if _, ok := m.TLVs.Get(TagUserMessageReference); m.MessageID == "" && !ok && !c.failed {
		c.blame("message_id", HeaderLen)
		c.object("it is empty, and there is no user_message_reference either: nothing names the broadcast")
	}
}

// QueryBroadcastSMResp answers query_broadcast_sm: 5.0 §4.6.1.3.
type QueryBroadcastSMResp struct {
	// MessageID is the one asked about.
	MessageID string
	// TLVs must hold message_state, broadcast_area_identifier and broadcast_area_success, the last two for
	// each area; broadcast_end_time and user_message_reference may follow.
	TLVs TLVs
}

func (m *QueryBroadcastSMResp) fields(c *codec) {
	c.answer("message_id", &m.MessageID, 65, &m.TLVs, inQueryBroadcastResp, false)
	if c.status != StatusROK {
		return
	}
	c.must(m.TLVs, TagMessageState)
	c.must(m.TLVs, TagBroadcastAreaIdentifier)
	c.must(m.TLVs, TagBroadcastAreaSuccess)
}

// CancelBroadcastSM ends a broadcast, or all of one service_type from an address when MessageID is empty:
// 5.0 §4.6.2.
type CancelBroadcastSM struct {
	// ServiceType is that of the broadcasts when MessageID is empty; at most 5 octets.
	ServiceType string
	// MessageID is the one that the SMSC gave in its response: at most 64 octets.
	MessageID string
	// Source is the source address of the broadcast; zero when it was.
	Source Address
	// TLVs may hold broadcast_content_type, to end those alone, and user_message_reference.
	TLVs TLVs
}

func (m *CancelBroadcastSM) fields(c *codec) {
	c.cstring("service_type", &m.ServiceType, 6)
	c.cstring("message_id", &m.MessageID, 65)
	c.address(sourceAddr, &m.Source, 21)
	c.tlvs(&m.TLVs, inCancelBroadcast)
}

// CancelBroadcastSMResp answers cancel_broadcast_sm: 5.0 §4.6.2.3. It has no body.
type CancelBroadcastSMResp struct {
	// TLVs may hold congestion_state.
	TLVs TLVs
}

func (m *CancelBroadcastSMResp) fields(c *codec) { c.tlvs(&m.TLVs, inOtherResp) }

// Command is CmdBroadcastSM.
func (*BroadcastSM) Command() Command { return CmdBroadcastSM }

// Command is CmdBroadcastSMResp.
func (*BroadcastSMResp) Command() Command { return CmdBroadcastSMResp }

// Command is CmdQueryBroadcastSM.
func (*QueryBroadcastSM) Command() Command { return CmdQueryBroadcastSM }

// Command is CmdQueryBroadcastSMResp.
func (*QueryBroadcastSMResp) Command() Command { return CmdQueryBroadcastSMResp }

// Command is CmdCancelBroadcastSM.
func (*CancelBroadcastSM) Command() Command { return CmdCancelBroadcastSM }

// Command is CmdCancelBroadcastSMResp.
func (*CancelBroadcastSMResp) Command() Command { return CmdCancelBroadcastSMResp }
