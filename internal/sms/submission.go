package sms

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Submission is what a sender asks of the SMSC beyond the text itself. Ways that are not SMPP have none of it.
type Submission struct {
	// ServiceType is service_type, at most 5 octets; empty is that of the SMSC's profile.
	ServiceType string
	// Priority is priority_flag, 0 to 3, where HasPriority says that it counts; else the message's Class does.
	Priority    uint8
	HasPriority bool
	// Schedule is when the SMSC is to deliver first: schedule_delivery_time. Zero is at once. Other than
	// Message.NotBefore it is the SMSC that waits, which needs no agent then.
	Schedule time.Time
	// Replace has the SMSC put the message in the place of one from the same sender to the same recipient
	// that it has not delivered yet: replace_if_present_flag.
	Replace bool
	// DataSM sends it as data_sm.
	DataSM bool
	// Alert asks to be told when a phone that could not be reached is back: set_dpf.
	Alert bool
	// USSD is ussd_service_op, where HasUSSD says that it counts.
	USSD    uint8
	HasUSSD bool
	// Others are further recipients of the same text, and Lists the names of distribution lists that the SMSC
	// keeps, of at most 20 octets: together with Message.To at most MaxRecipients. With a list To may be zero.
	Others []Address
	Lists  []string
}

// MaxRecipients is how many recipients one message may have.
const MaxRecipients = 32

// maxListName and maxServiceType are dl_name and service_type without their NUL: SMPP 3.4 §5.2.27, §5.2.11.
const (
	maxListName    = 20
	maxServiceType = 5
)

// Many reports whether the message has recipients beside To.
func (m *Message) Many() bool {
	return m.Submit != nil && len(m.Submit.Others)+len(m.Submit.Lists) > 0
}

// Recipients is how many recipients the message has, each distribution list counting as one.
func (m *Message) Recipients() int {
	n := 0
	if m.To.Addr != "" {
		n = 1
	}
	if m.Submit != nil {
		n += len(m.Submit.Others) + len(m.Submit.Lists)
	}
	return n
}

// check is what must hold for s to mean anything.
func (s *Submission) check() error {
	switch {
	case len(s.ServiceType) > maxServiceType || strings.IndexByte(s.ServiceType, 0) >= 0:
		return fmt.Errorf("service type %q: must be at most %d octets, without NUL", s.ServiceType, maxServiceType)
	case s.Priority > 3 || !s.HasPriority && s.Priority != 0:
		return fmt.Errorf("priority %d: must be 0 to 3", s.Priority)
	case !s.HasUSSD && s.USSD != 0:
		return fmt.Errorf("ussd operation %d: does not count", s.USSD)
	case s.DataSM && (!s.Schedule.IsZero() || s.Replace || s.HasPriority || len(s.Others)+len(s.Lists) > 0):
		return fmt.Errorf("data_sm: must go without schedule, replace, priority and further recipients, which it has no fields for")
	case len(s.Others)+len(s.Lists) > MaxRecipients:
		return fmt.Errorf("%d recipients: must be at most %d", len(s.Others)+len(s.Lists), MaxRecipients)
	}
	for _, a := range s.Others {
		if err := a.check(); err != nil {
			return fmt.Errorf("to %w", err)
		}
		if a.TON == TONAlphanumeric {
			return fmt.Errorf("to %q is alphanumeric: a text goes to a number, as in +359888123456", a.Addr)
		}
	}
	for _, l := range s.Lists {
		if l == "" || len(l) > maxListName || strings.IndexByte(l, 0) >= 0 {
			return fmt.Errorf("list %q: must be 1 to %d octets, without NUL", l, maxListName)
		}
	}
	return nil
}

// The flags of a Submission on flash.
const (
	hasServiceType = 1 << iota
	hasPriority
	hasSchedule
	isReplace
	isDataSM
	isAlert
	hasUSSD
	hasOthers
)

// appendBinary appends the form on flash, see binary.go.
func (s *Submission) appendBinary(b []byte) []byte {
	var flags byte
	for i, there := range [...]bool{
		s.ServiceType != "", s.HasPriority, !s.Schedule.IsZero(), s.Replace, s.DataSM, s.Alert, s.HasUSSD,
		len(s.Others)+len(s.Lists) > 0,
	} {
		if there {
			flags |= 1 << i
		}
	}
	b = append(b, flags)
	text := func(t string) { b = append(binary.AppendUvarint(b, uint64(len(t))), t...) }
	if flags&hasServiceType != 0 {
		text(s.ServiceType)
	}
	if flags&hasPriority != 0 {
		b = append(b, s.Priority)
	}
	if flags&hasSchedule != 0 {
		b = binary.AppendVarint(b, s.Schedule.Unix())
		b = binary.AppendUvarint(b, uint64(s.Schedule.Nanosecond()))
	}
	if flags&hasUSSD != 0 {
		b = append(b, s.USSD)
	}
	if flags&hasOthers != 0 {
		b = append(b, byte(len(s.Others)), byte(len(s.Lists)))
		for _, a := range s.Others {
			b = a.appendBinary(b)
		}
		for _, l := range s.Lists {
			text(l)
		}
	}
	return b
}

// submission reads what appendBinary wrote.
func (r *reader) submission() *Submission {
	const field = "submission"
	flags := r.octet(field)
	s := &Submission{
		Replace: flags&isReplace != 0, DataSM: flags&isDataSM != 0, Alert: flags&isAlert != 0,
		HasPriority: flags&hasPriority != 0, HasUSSD: flags&hasUSSD != 0,
	}
	if flags&hasServiceType != 0 {
		if s.ServiceType = string(r.octets("service type")); s.ServiceType == "" {
			r.fail("service type", "is empty")
		}
	}
	if s.HasPriority {
		s.Priority = r.octet("priority")
	}
	if flags&hasSchedule != 0 {
		s.Schedule = r.time("schedule")
	}
	if s.HasUSSD {
		s.USSD = r.octet("ussd operation")
	}
	if flags&hasOthers != 0 {
		others, lists := r.octet("recipients"), r.octet("recipients")
		if int(others)+int(lists) > MaxRecipients || int(others)+int(lists) == 0 {
			r.fail("recipients", fmt.Sprintf("are %d: must be 1 to %d", int(others)+int(lists), MaxRecipients))
		}
		for range others {
			if r.err == nil {
				s.Others = append(s.Others, r.address("recipient"))
			}
		}
		for range lists {
			if r.err == nil {
				s.Lists = append(s.Lists, string(r.octets("list")))
			}
		}
	}
	return s
}
