package pdu

// Unbind ends a session: SMPP 3.4 §4.2.1.
type Unbind struct{}

// UnbindResp answers unbind: §4.2.2. It has no body.
type UnbindResp struct {
	// TLVs are none in 3.4; 5.0 allows congestion_state: 5.0 §4.8.4.18.
	TLVs TLVs
}

// EnquireLink asks whether the peer is there: §4.11.1.
type EnquireLink struct{}

// EnquireLinkResp answers enquire_link: §4.11.2. It has no body.
type EnquireLinkResp struct {
	// TLVs are none in 3.4; 5.0 allows congestion_state: 5.0 §4.8.4.18.
	TLVs TLVs
}

// GenericNack refuses a PDU that has no response of its own, because its command_id is unknown or its
// header is wrong: §4.3.1. The status says why. It has no body.
type GenericNack struct {
	// TLVs are none in 3.4; 5.0 allows congestion_state: 5.0 §4.8.4.18.
	TLVs TLVs
}

// Unknown is a PDU this package has no struct for. Its body is kept as it came.
type Unknown struct {
	// ID is the command_id; ID.Known tells whether the standard has it.
	ID Command
	// Body is what follows the header.
	Body []byte
}

func (*Unbind) fields(*codec)              {}
func (m *UnbindResp) fields(c *codec)      { c.tlvs(&m.TLVs, inOtherResp) }
func (*EnquireLink) fields(*codec)         {}
func (m *EnquireLinkResp) fields(c *codec) { c.tlvs(&m.TLVs, inOtherResp) }
func (m *GenericNack) fields(c *codec)     { c.tlvs(&m.TLVs, inOtherResp) }
func (m *Unknown) fields(c *codec)         { c.rest("body", &m.Body) }

// Command is CmdUnbind.
func (*Unbind) Command() Command { return CmdUnbind }

// Command is CmdUnbindResp.
func (*UnbindResp) Command() Command { return CmdUnbindResp }

// Command is CmdEnquireLink.
func (*EnquireLink) Command() Command { return CmdEnquireLink }

// Command is CmdEnquireLinkResp.
func (*EnquireLinkResp) Command() Command { return CmdEnquireLinkResp }

// Command is CmdGenericNack.
func (*GenericNack) Command() Command { return CmdGenericNack }

// Command is the ID.
func (m *Unknown) Command() Command { return m.ID }
