package bridge

import (
	"fmt"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// A Description says what a record of the queue holds, for people.
type Description struct {
	Class   string `json:"class,omitempty"`
	Address string `json:"address,omitempty"` // whom it goes to, or who sent it
	Text    string `json:"text,omitempty"`
	InDoubt bool   `json:"in_doubt,omitempty"` // the SMSC may or may not have it
	// Segments are empty before the first attempt; those at an SMSC that was tried earlier come first.
	Segments []SegmentDescription `json:"segments,omitempty"`
}

// A SegmentDescription says how far one segment has come.
type SegmentDescription struct {
	SMSC      string `json:"smsc"` // by which link
	State     string `json:"state"`
	MessageID string `json:"message_id,omitempty"`
	Status    string `json:"command_status,omitempty"`
}

// Describe reads the record as the bridge wrote it; what cannot be read is said in Text.
func Describe(item queue.Item) (d Description) {
	switch item.Lane {
	case LaneIn, LaneMailbox, LaneSegment:
		var in Inbound
		if err := in.UnmarshalBinary(item.Body); err != nil {
			d.Text = err.Error()
			return d
		}
		d.Address, d.Text = sourceText(in.Source), in.Text()
		return d
	case LaneReceipt:
		r, err := unmarshalReceipt(item.Body)
		if err != nil {
			d.Text = err.Error()
			return d
		}
		d.Text = fmt.Sprintf("%v for message_id %s", r.State, r.MessageID)
		return d
	}
	var m sms.Message
	if err := m.UnmarshalBinary(item.Body); err != nil {
		d.Text = err.Error()
		return d
	}
	d.Class, d.Address, d.Text = m.Class.String(), m.To.String(), m.Text
	switch {
	case len(m.Data) == 0:
	case m.Alphabet == sms.GSM7:
		d.Text = sms.TablesOf(m.UDH).Decode(m.Data)
	case m.Alphabet == sms.UCS2:
		d.Text = sms.DecodeUCS2(m.Data)
	default:
		d.Text = fmt.Sprintf("%X", m.Data)
	}
	var p progress
	if p.unmarshal(item.Note) != nil {
		return d
	}
	d.InDoubt = p.count(attempted) > 0 && item.State != queue.Leased
	for _, w := range p.Ways {
		for _, s := range w.Segments {
			sd := SegmentDescription{SMSC: w.Link, State: s.State.String(), MessageID: s.MessageID}
			if s.Status != pdu.StatusROK {
				sd.Status = s.Status.String()
			}
			d.Segments = append(d.Segments, sd)
		}
	}
	return d
}

// sourceText is an address as people write it.
func sourceText(a pdu.Address) string {
	if a.TON == uint8(sms.TONInternational) {
		return "+" + a.Addr
	}
	return a.Addr
}

// String says how far the segment has come.
func (s segmentState) String() string {
	switch s {
	case unsent:
		return "not sent"
	case attempted:
		return "in doubt"
	case refused:
		return "refused"
	case accepted:
		return "accepted"
	case undelivered:
		return "not delivered"
	case expired:
		return "expired"
	case delivered:
		return "delivered"
	}
	return fmt.Sprintf("state %d", uint8(s))
}
