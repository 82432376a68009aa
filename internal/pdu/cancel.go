package pdu

// CancelSM takes back a message that is not delivered yet, or all of one service_type between two
// addresses when MessageID is empty: SMPP 3.4 §4.9.1.
type CancelSM struct {
	// ServiceType is that of the messages when MessageID is empty; at most 5 octets.
	ServiceType string
	// MessageID is the one that the SMSC gave in its response: at most 64 octets.
	MessageID string
	// Source is the source address of the message; zero when it was.
	Source Address
	// Dest must be given when MessageID is empty.
	Dest Address
}

func (m *CancelSM) fields(c *codec) {
	c.cstring("service_type", &m.ServiceType, 6)
	c.cstring("message_id", &m.MessageID, 65)
	c.address(sourceAddr, &m.Source, 21)
	c.address(destinationAddr, &m.Dest, 21)
	if m.MessageID == "" && m.Dest.Addr == "" {
		c.object("without a message_id a destination is wanted (§4.9.1)")
	}
}

// CancelSMResp answers cancel_sm: §4.9.2. It has no body.
type CancelSMResp struct {
	// TLVs are none in 3.4; 5.0 allows congestion_state.
	TLVs TLVs
}

func (m *CancelSMResp) fields(c *codec) { c.tlvs(&m.TLVs, inOtherResp) }

// Command is CmdCancelSM.
func (*CancelSM) Command() Command { return CmdCancelSM }

// Command is CmdCancelSMResp.
func (*CancelSMResp) Command() Command { return CmdCancelSMResp }
