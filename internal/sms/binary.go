package sms

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// The form in which a message is kept on flash:
//
//	octet    version, 1 to 3
//	octet    bits 0 to 5: which of the fields marked * are there; bits 7 and 6: Alphabet
//	octet    bits 3 to 0: Class; bits 7 to 4: MessageClass
//	octet    versions 2 and 3 only, bits 0 to 6: which of the fields marked ** are there
//	address  To
//	address  From *
//	varint   NotBefore *, seconds since 1970; then uvarint, nanoseconds
//	varint   Validity *, nanoseconds
//	2 octets Ref *, big-endian
//	octets   UDH **: a uvarint length, and the header
//	octet    ProtocolID **
//	2 octets Tables **: Locking, Single
//	2 octets Waiting **: bits 2 to 0 Kind, bit 3 Active, bit 4 Store, bits 6 and 5 Profile; Count
//	version 3 only: Submission, an octet of bits 0 to 7 that say which of ServiceType, Priority, Schedule, Replace,
//	         DataSM, Alert, USSD and recipients there are; then in this order ServiceType as octets, Priority, Schedule
//	         as NotBefore, USSD, the numbers of Others and of Lists, an octet each, Others as addresses, Lists as octets
//	uvarint  length of the body, and the body: Text, or Data *; nothing follows
//
// The flags marked ** also hold ReplyPath, More and Compressed. An address is its TON, its NPI and a uvarint
// length before its octets. A program that adds a field raises the version. A message with none of the fields
// of version 2 is written as version 1, which is shorter, and which a program from before them reads; likewise
// one without a Submission as version 2.
const (
	binaryVersion1 = 1
	binaryVersion2 = 2
	binaryVersion  = 3
)

const (
	hasFrom = 1 << iota
	hasData
	hasReceipt
	hasNotBefore
	hasValidity
	hasRef
	alphabetShift = 6
)

const (
	hasUDH = 1 << iota
	hasProtocolID
	hasTables
	hasWaiting
	isReplyPath
	isMore
	isCompressed
	knownMore = 1<<iota - 1
)

// AppendBinary appends the form of m that is kept on flash: the addresses, the header and the body, and 7 to
// 47 octets more. NotBefore keeps the instant, not its zone. It is an error when a value of m has no
// meaning; whether m can be sent is for Check to say.
func (m *Message) AppendBinary(b []byte) ([]byte, error) {
	if err := m.checkValues(); err != nil {
		return b, fmt.Errorf("sms: %w", err)
	}
	flags := byte(m.Alphabet) << alphabetShift
	set := func(there bool, bit byte) bool {
		if there {
			flags |= bit
		}
		return there
	}
	from, notBefore := set(!m.From.IsZero(), hasFrom), set(!m.NotBefore.IsZero(), hasNotBefore)
	validity, ref := set(m.Validity != 0, hasValidity), set(m.Ref != 0, hasRef)
	data := set(m.Data != nil, hasData)
	set(m.Receipt, hasReceipt)

	more := m.moreFlags()
	version := byte(binaryVersion1)
	switch {
	case m.Submit != nil:
		version = binaryVersion
	case more != 0:
		version = binaryVersion2
	}
	b = append(b, version, flags, byte(m.MessageClass)<<4|byte(m.Class))
	if version > binaryVersion1 {
		b = append(b, more)
	}
	b = m.To.appendBinary(b)
	if from {
		b = m.From.appendBinary(b)
	}
	if notBefore {
		b = binary.AppendVarint(b, m.NotBefore.Unix())
		b = binary.AppendUvarint(b, uint64(m.NotBefore.Nanosecond()))
	}
	if validity {
		b = binary.AppendVarint(b, int64(m.Validity))
	}
	if ref {
		b = binary.BigEndian.AppendUint16(b, m.Ref)
	}
	b = m.appendMore(b, more)
	if m.Submit != nil {
		b = m.Submit.appendBinary(b)
	}
	if data {
		b = binary.AppendUvarint(b, uint64(len(m.Data)))
		return append(b, m.Data...), nil
	}
	b = binary.AppendUvarint(b, uint64(len(m.Text)))
	return append(b, m.Text...), nil
}

// moreFlags says which of the fields of version 2 are there.
func (m *Message) moreFlags() (flags byte) {
	for i, there := range [...]bool{
		len(m.UDH) > 0, m.ProtocolID != 0, m.Tables != (Tables{}), m.Waiting != (Waiting{}), m.ReplyPath, m.More, m.Compressed,
	} {
		if there {
			flags |= 1 << i
		}
	}
	return flags
}

func (m *Message) appendMore(b []byte, flags byte) []byte {
	if flags&hasUDH != 0 {
		b = append(binary.AppendUvarint(b, uint64(len(m.UDH))), m.UDH...)
	}
	if flags&hasProtocolID != 0 {
		b = append(b, m.ProtocolID)
	}
	if flags&hasTables != 0 {
		b = append(b, byte(m.Tables.Locking), byte(m.Tables.Single))
	}
	if flags&hasWaiting != 0 {
		w := m.Waiting
		first := byte(w.Kind) | w.Profile<<5
		if w.Active {
			first |= 0x08
		}
		if w.Store {
			first |= 0x10
		}
		b = append(b, first, w.Count)
	}
	return b
}

func (r *reader) more(m *Message, flags byte) {
	m.ReplyPath, m.More, m.Compressed = flags&isReplyPath != 0, flags&isMore != 0, flags&isCompressed != 0
	if flags&hasUDH != 0 {
		if m.UDH = append(m.UDH, r.octets("user data header")...); m.UDH == nil {
			r.fail("user data header", "is empty")
		}
	}
	if flags&hasProtocolID != 0 {
		m.ProtocolID = r.octet("protocol id")
	}
	if flags&hasTables != 0 {
		m.Tables = Tables{Locking: Language(r.octet("locking shift table")), Single: Language(r.octet("single shift table"))}
	}
	if flags&hasWaiting != 0 {
		first, count := r.octet("waiting"), r.octet("waiting")
		m.Waiting = Waiting{
			Kind: WaitingKind(first & 7), Active: first&0x08 != 0, Store: first&0x10 != 0, Profile: first >> 5, Count: count,
		}
	}
}

func (a Address) appendBinary(b []byte) []byte {
	b = append(b, byte(a.TON), byte(a.NPI))
	b = binary.AppendUvarint(b, uint64(len(a.Addr)))
	return append(b, a.Addr...)
}

// UnmarshalBinary reads what AppendBinary wrote; b must hold it and nothing else, and is not kept. A
// form of a later version is refused by its number. After an error m is unchanged.
func (m *Message) UnmarshalBinary(b []byte) error {
	if len(b) == 0 {
		return errors.New("sms: stored message is empty")
	}
	if b[0] < binaryVersion1 || b[0] > binaryVersion {
		return fmt.Errorf("sms: stored message has version %d: this program reads versions %d to %d only, a later one may have written it",
			b[0], binaryVersion1, binaryVersion)
	}
	r := reader{b: b, off: 1}
	flags, values := r.octet("flags"), r.octet("class")
	n := Message{
		Alphabet:     Alphabet(flags >> alphabetShift),
		Class:        Class(values & 0x0F),
		MessageClass: MessageClass(values >> 4),
		Receipt:      flags&hasReceipt != 0,
	}
	var more byte
	if b[0] >= binaryVersion2 {
		if more = r.octet("flags of version 2"); more&^knownMore != 0 {
			r.fail("flags of version 2", fmt.Sprintf("are %#02x: bit 7 must be 0", more))
		}
	}
	n.To = r.address("to")
	if flags&hasFrom != 0 {
		n.From = r.address("from")
	}
	if flags&hasNotBefore != 0 {
		n.NotBefore = r.time("not before")
	}
	if flags&hasValidity != 0 {
		n.Validity = time.Duration(r.varint("validity"))
	}
	if flags&hasRef != 0 {
		n.Ref = r.uint16("ref")
	}
	r.more(&n, more)
	if b[0] == binaryVersion {
		n.Submit = r.submission()
	}
	if body := r.octets("body"); flags&hasData == 0 {
		n.Text = string(body)
	} else {
		n.Data = append([]byte{}, body...)
	}
	if r.err != nil {
		return r.err
	}
	if r.off != len(b) {
		return fmt.Errorf("sms: stored message has %d octets after its end at octet %d", len(b)-r.off, r.off)
	}
	if err := n.checkValues(); err != nil {
		return fmt.Errorf("sms: stored message: %w", err)
	}
	*m = n
	return nil
}

// reader takes fields off b; after the first error it gives zeros.
type reader struct {
	b   []byte
	off int
	err error
}

func (r *reader) fail(field, problem string) {
	if r.err == nil {
		r.err = fmt.Errorf("sms: stored message: %s at octet %d %s", field, r.off, problem)
	}
}

func (r *reader) take(field string, n int) []byte {
	if r.err == nil && n > len(r.b)-r.off {
		r.fail(field, fmt.Sprintf("is cut: has %d octets, needs %d", len(r.b)-r.off, n))
	}
	if r.err != nil {
		return nil
	}
	r.off += n
	return r.b[r.off-n : r.off]
}

func (r *reader) octet(field string) byte {
	if b := r.take(field, 1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint16(field string) uint16 {
	if b := r.take(field, 2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *reader) varint(field string) int64 {
	v, n := binary.Varint(r.b[r.off:])
	if n <= 0 {
		r.fail(field, "is no number of up to 64 bits")
	}
	if r.err != nil {
		return 0
	}
	r.off += n
	return v
}

// uvarint reads a number of at most limit.
func (r *reader) uvarint(field string, limit uint64) uint64 {
	v, n := binary.Uvarint(r.b[r.off:])
	switch {
	case n <= 0:
		r.fail(field, "is no number of up to 64 bits")
	case v > limit:
		r.fail(field, fmt.Sprintf("is %d: must be at most %d", v, limit))
	}
	if r.err != nil {
		return 0
	}
	r.off += n
	return v
}

func (r *reader) octets(field string) []byte {
	n := r.uvarint(field+" length", uint64(len(r.b)-r.off))
	return r.take(field, int(n))
}

func (r *reader) address(field string) Address {
	ton, npi := r.octet(field), r.octet(field)
	return Address{TON: TON(ton), NPI: NPI(npi), Addr: string(r.octets(field))}
}

func (r *reader) time(field string) time.Time {
	sec, nsec := r.varint(field), r.uvarint(field, 999_999_999)
	if r.err != nil {
		return time.Time{}
	}
	return time.Unix(sec, int64(nsec)).UTC()
}
