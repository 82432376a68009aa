// Package bare is submit_sm written out by hand, the floor that the codec of pdu is measured against. It is
// for benchmarks and tests alone: it checks that octets are there and that strings fit, and no more.
package bare

import (
	"bytes"
	"encoding/binary"
)

// TLV is an optional parameter: SMPP 3.4 §3.2.4.
type TLV struct {
	Tag   uint16
	Value []byte
}

// SubmitSM is a submit_sm: SMPP 3.4 §4.4.1. Decode makes its slices views of the PDU.
type SubmitSM struct {
	Sequence uint32

	ServiceType              []byte
	SourceTON, SourceNPI     uint8
	Source                   []byte
	DestTON, DestNPI         uint8
	Dest                     []byte
	ESMClass, ProtocolID     uint8
	PriorityFlag             uint8
	Schedule, Validity       []byte
	RegisteredDelivery       uint8
	ReplaceIfPresent         uint8
	DataCoding, DefaultMsgID uint8
	ShortMessage             []byte

	// TLVs are what Append appends; Decode leaves them alone.
	TLVs []TLV
	// Rest is the TLVs as Decode found them, whole and unread.
	Rest []byte
}

// Sample is a submit_sm as they come: 160 octets of text and three TLVs, 240 octets in all. Its
// sequence_number is 1.
func Sample() *SubmitSM {
	return &SubmitSM{
		Sequence: 1, SourceTON: 5, Source: []byte("Boiler room"), DestTON: 1, DestNPI: 1,
		Dest: []byte("359888123456"), RegisteredDelivery: 1,
		ShortMessage: bytes.Repeat([]byte("0123456789abcdef"), 10),
		TLVs: []TLV{
			{0x0204, []byte{1, 2}}, // user_message_reference
			{0x020A, []byte{3, 4}}, // source_port
			{0x1401, []byte("8 octets")},
		},
	}
}

// Append appends the PDU to dst, or returns nil when a string does not fit its field.
func Append(dst []byte, m *SubmitSM) []byte {
	if len(m.ServiceType) > 5 || len(m.Source) > 20 || len(m.Dest) > 20 || len(m.Schedule) > 16 ||
		len(m.Validity) > 16 || len(m.ShortMessage) > 254 {
		return nil
	}
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0)
	dst = binary.BigEndian.AppendUint32(dst, m.Sequence)
	dst = append(append(dst, m.ServiceType...), 0, m.SourceTON, m.SourceNPI)
	dst = append(append(dst, m.Source...), 0, m.DestTON, m.DestNPI)
	dst = append(append(dst, m.Dest...), 0, m.ESMClass, m.ProtocolID, m.PriorityFlag)
	dst = append(append(dst, m.Schedule...), 0)
	dst = append(append(dst, m.Validity...), 0)
	dst = append(dst, m.RegisteredDelivery, m.ReplaceIfPresent, m.DataCoding, m.DefaultMsgID,
		byte(len(m.ShortMessage)))
	dst = append(dst, m.ShortMessage...)
	for i := range m.TLVs {
		t := &m.TLVs[i]
		n := len(t.Value)
		if n > 65535 {
			return nil
		}
		dst = append(dst, byte(t.Tag>>8), byte(t.Tag), byte(n>>8), byte(n))
		dst = append(dst, t.Value...)
	}
	binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start))
	return dst
}

// Decode reads the PDU b into m without copying any of it, and reports whether it is a whole submit_sm
// whose TLVs end where it ends.
func Decode(m *SubmitSM, b []byte) bool {
	if len(b) < 16 || binary.BigEndian.Uint32(b) != uint32(len(b)) || binary.BigEndian.Uint32(b[4:]) != 4 {
		return false
	}
	m.Sequence = binary.BigEndian.Uint32(b[12:])
	b = b[16:]
	var ok bool
	if m.ServiceType, b, ok = text(b, 2); !ok {
		return false
	}
	m.SourceTON, m.SourceNPI = b[0], b[1]
	if m.Source, b, ok = text(b[2:], 2); !ok {
		return false
	}
	m.DestTON, m.DestNPI = b[0], b[1]
	if m.Dest, b, ok = text(b[2:], 3); !ok {
		return false
	}
	m.ESMClass, m.ProtocolID, m.PriorityFlag = b[0], b[1], b[2]
	if m.Schedule, b, ok = text(b[3:], 0); !ok {
		return false
	}
	if m.Validity, b, ok = text(b, 5); !ok {
		return false
	}
	m.RegisteredDelivery, m.ReplaceIfPresent, m.DataCoding, m.DefaultMsgID = b[0], b[1], b[2], b[3]
	n := 5 + int(b[4])
	if n > len(b) {
		return false
	}
	m.ShortMessage, m.Rest = b[5:n], b[n:]
	for b = m.Rest; len(b) > 0; b = b[n:] {
		if len(b) < 4 {
			return false
		}
		if n = 4 + int(binary.BigEndian.Uint16(b[2:])); n > len(b) {
			return false
		}
	}
	return true
}

// text cuts a C-Octet String off b, after which at least least octets must follow.
func text(b []byte, least int) (s, rest []byte, ok bool) {
	n := bytes.IndexByte(b, 0)
	if n < 0 || len(b)-n-1 < least {
		return nil, nil, false
	}
	return b[:n], b[n+1:], true
}
