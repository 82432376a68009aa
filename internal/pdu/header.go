package pdu

import "encoding/binary"

// HeaderLen is the length of the header, and so the least command_length: SMPP 3.4 §3.2.
const HeaderLen = 16

// Header is the four integers every PDU starts with: SMPP 3.4 §3.2, §5.1.
type Header struct {
	// Length is command_length in octets, these 16 included.
	Length uint32
	// Command is command_id.
	Command Command
	// Status is command_status; ESME_ROK in requests.
	Status Status
	// Sequence is sequence_number: 1 to 0x7FFFFFFF in requests, the request's own in its response.
	Sequence uint32
}

// DecodeHeader decodes the first 16 octets of b; what follows them is not looked at. With fewer octets
// it returns ErrShort. A command_length under 16 is a *FieldError and the Header is returned with it;
// the framing of the stream is lost then. The upper limit is the caller's to set.
func DecodeHeader(b []byte) (Header, error) {
	if len(b) < HeaderLen {
		return Header{}, shortHeader(len(b))
	}
	h := Header{
		Length:   binary.BigEndian.Uint32(b),
		Command:  Command(binary.BigEndian.Uint32(b[4:])),
		Status:   Status(binary.BigEndian.Uint32(b[8:])),
		Sequence: binary.BigEndian.Uint32(b[12:]),
	}
	if h.Length < HeaderLen {
		return h, lengthError(h, len(b))
	}
	return h, nil
}

// fields encodes the header or prints it; DecodeHeader reads it, for it is needed before there is a PDU.
func (h *Header) fields(c *codec) {
	integer(c, "command_length", &h.Length)
	integer(c, "command_id", &h.Command)
	integer(c, "command_status", &h.Status)
	integer(c, "sequence_number", &h.Sequence)
	h.check(c)
}

// appendHeader appends a header whose command_length finish fills in.
func appendHeader(b []byte, cmd Command, st Status, sequence uint32) []byte {
	start := len(b)
	b = append(b, make([]byte, HeaderLen)...)
	binary.BigEndian.PutUint64(b[start:], uint64(cmd))
	binary.BigEndian.PutUint64(b[start+8:], uint64(st)<<32|uint64(sequence))
	return b
}

// misheaded reports whether a header holds what a request's cannot.
func misheaded(cmd Command, st Status, sequence uint32) bool {
	return !cmd.IsResponse() && (st != StatusROK || sequence-1 >= 0x7FFFFFFF)
}

// check objects to what a request's header cannot hold.
func (h *Header) check(c *codec) {
	if c.failed || h.Command.IsResponse() {
		return
	}
	if h.Status != StatusROK {
		c.blame("command_status", 8)
		c.limit(false, uint32(h.Status), "0, for a request has no other (§5.1.3)")
	}
	if h.Sequence-1 >= 0x7FFFFFFF {
		c.blame("sequence_number", 12)
		c.limit(false, h.Sequence, "1 to 0x7FFFFFFF (§5.1.4)")
	}
}
