package pdu

import "fmt"

// maxDests is the most receivers of a submit_multi: SMPP 3.4 §5.2.24. (5.0 has 255.)
const maxDests = 254

// SubmitMulti sends one message to many: SMPP 3.4 §4.5.1.
type SubmitMulti struct {
	// SubmitSM has the fields that both share. Its Dest is unused and must be zero.
	SubmitSM
	// Dests are the receivers, 1 to 254.
	Dests []Destination
}

// DestFlag is dest_flag, which says what kind of receiver follows: SMPP 3.4 §5.2.25.
type DestFlag uint8

// The values of dest_flag.
const (
	DestSME  DestFlag = 1 // an SME address
	DestList DestFlag = 2 // the name of a distribution list that the SMSC keeps
)

// String says what kind it is.
func (f DestFlag) String() string {
	switch f {
	case DestSME:
		return "SME address"
	case DestList:
		return "distribution list"
	}
	return "reserved"
}

// Destination is one receiver of a submit_multi: SMPP 3.4 §4.5.1.1.
type Destination struct {
	// Flag is DestSME or DestList.
	Flag DestFlag
	// Address is the receiver when Flag is DestSME; at most 20 octets in Addr.
	Address Address
	// List is the name when Flag is DestList: at most 20 octets, §5.2.27.
	List string
}

func (m *SubmitMulti) fields(c *codec) {
	c.cstring("service_type", &m.ServiceType, 6)
	c.address(sourceAddr, &m.Source, 21)
	if c.encode && m.Dest != (Address{}) && c.begin("destination_addr") {
		c.fail(false, "submit_multi has its receivers in Dests, not in Dest")
	}
	n := c.count("number_of_dests", len(m.Dests))
	if len(m.Dests) > maxDests || n < 1 || n > maxDests {
		c.limit(false, uint32(max(len(m.Dests), n)), "1 to 254 (§5.2.24)")
	}
	for i := 0; i < n && !c.failed; i++ {
		if !c.encode {
			m.Dests = append(m.Dests, Destination{})
		}
		m.Dests[i].fields(c)
	}
	m.content(c)
}

func (d *Destination) fields(c *codec) {
	octet(c, "dest_flag", &d.Flag)
	switch d.Flag {
	case DestSME:
		if c.encode && d.List != "" {
			c.fail(false, "an SME address, and the name of a distribution list is given too")
		}
		c.address(destinationAddr, &d.Address, 21)
	case DestList:
		if c.encode && d.Address != (Address{}) {
			c.fail(false, "a distribution list, and an address is given too")
		}
		c.cstring("dl_name", &d.List, 21)
	default: // what follows it cannot be known
		c.fail(false, fmt.Sprintf("%d is not among 1 and 2 (§5.2.25)", d.Flag))
	}
}

// SubmitMultiResp answers submit_multi: §4.5.2.
type SubmitMultiResp struct {
	// MessageID is the SMSC's name for the message: at most 64 octets are sent, any number is taken.
	MessageID string
	// Unsuccessful are the receivers that the SMSC refused, at most 255.
	Unsuccessful []Unsuccessful
	// TLVs are none in 3.4; 5.0 allows some.
	TLVs TLVs
}

// Unsuccessful is a receiver of a submit_multi that was refused: SMPP 3.4 §4.5.2.1.
type Unsuccessful struct {
	// Address is as it was submitted.
	Address Address
	// Status says why.
	Status Status
}

func (m *SubmitMultiResp) fields(c *codec) {
	if !c.body("message_id", bodyMulti, false, &m.TLVs, inSubmitResp) {
		return
	}
	c.cstring("message_id", &m.MessageID, 65)
	if c.ends("no_unsuccess") {
		return
	}
	n := c.count("no_unsuccess", len(m.Unsuccessful))
	if len(m.Unsuccessful) > 255 {
		c.limit(false, uint32(len(m.Unsuccessful)), "0 to 255 (§5.2.26)")
	}
	for i := 0; i < n && !c.failed; i++ {
		if !c.encode {
			m.Unsuccessful = append(m.Unsuccessful, Unsuccessful{})
		}
		u := &m.Unsuccessful[i]
		c.address(destinationAddr, &u.Address, 21)
		integer(c, "error_status_code", &u.Status)
	}
	c.tlvs(&m.TLVs, inSubmitResp)
}

// count is an Integer of one octet that says how many there are of what follows. More than it can say is
// for the caller to refuse.
func (c *codec) count(name string, have int) int {
	n := uint8(min(have, 255))
	octet(c, name, &n)
	return int(n)
}

// Command is CmdSubmitMulti.
func (*SubmitMulti) Command() Command { return CmdSubmitMulti }

// Command is CmdSubmitMultiResp.
func (*SubmitMultiResp) Command() Command { return CmdSubmitMultiResp }
