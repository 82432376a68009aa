package pdu

import "strings"

// QuerySM asks what became of a message: SMPP 3.4 §4.8.1.
type QuerySM struct {
	// MessageID is the one that the SMSC gave in its response: 1 to 64 octets.
	MessageID string
	// Source is the source address of that message; zero when it was.
	Source Address
}

func (m *QuerySM) fields(c *codec) {
	c.messageID(&m.MessageID)
	c.address(sourceAddr, &m.Source, 21)
}

// QuerySMResp answers query_sm: §4.8.2.
type QuerySMResp struct {
	// MessageID is the one asked about.
	MessageID string
	// FinalDate is when the message reached its final state, in SMPP's absolute form; empty while it has
	// not: §4.8.2, §7.1.1.1.
	FinalDate string
	// State is what became of it.
	State MessageState
	// ErrorCode is the network's reason, as the SMSC defines it; 0 is none: §4.8.2.
	ErrorCode uint8
	// TLVs are none in 3.4; 5.0 allows some.
	TLVs TLVs
}

func (m *QuerySMResp) fields(c *codec) {
	if !c.body("message_id", bodyQuery, false, &m.TLVs, inOtherResp) {
		return
	}
	c.cstring("message_id", &m.MessageID, 65)
	c.time("final_date", &m.FinalDate)
	if strings.HasSuffix(m.FinalDate, "R") {
		c.object("a date is in the absolute form (§4.8.2)")
	}
	octet(c, "message_state", &m.State)
	c.limit(m.State <= StateSkipped, uint32(m.State), "0 to 9 (§5.2.28, 5.0 §4.7.15)")
	octet(c, "error_code", &m.ErrorCode)
	c.tlvs(&m.TLVs, inOtherResp)
}

// messageID is the message_id of a message that a request is about.
func (c *codec) messageID(v *string) {
	c.cstring("message_id", v, 65)
	if *v == "" {
		c.object("a message is to be named, and it is empty")
	}
}

// Command is CmdQuerySM.
func (*QuerySM) Command() Command { return CmdQuerySM }

// Command is CmdQuerySMResp.
func (*QuerySMResp) Command() Command { return CmdQuerySMResp }
