// Package pdu turns the protocol data units of SMPP 3.4 and 5.0 into Go values and back. It does no I/O, keeps no session state, and knows no alphabet but the plain ones it
// prints.
//
// Encoding is strict: a value that does not fit its field is a *FieldError. Decoding is tolerant: what
// a peer got wrong and could still be understood is kept and reported as an Oddity.
package pdu

// PDU is one protocol data unit without its header: a pointer to one of the structs of this package.
// Other packages cannot add kinds.
type PDU interface {
	// Command is the command_id the PDU travels under.
	Command() Command

	// fields walks the parameters in wire order; the walk encodes, decodes or prints.
	fields(c *codec)
}

// Frame is a decoded PDU with its header.
type Frame struct {
	Header
	PDU PDU
	// Oddities lists what the peer got wrong and decoding tolerated; nil when it kept to the book.
	Oddities []Oddity
}

// Append appends the PDU p with its header to dst and returns the longer slice. It does not allocate
// when dst has room. On error dst comes back as it was and the error is a *FieldError.
//
// A request takes ESME_ROK and a sequence_number from 1 to 0x7FFFFFFF (§5.1.4); a response takes any.
// A bind or submit_sm response with a status other than ESME_ROK is sent without a body when it holds
// nothing (§4.1.2, §4.4.2).
func Append(dst []byte, status Status, sequence uint32, p PDU) ([]byte, error) {
	if p == nil {
		return dst, &FieldError{Problem: "no PDU given"}
	}
	cmd := p.Command()
	var c codec // field by field, for a literal is made elsewhere and copied
	c.encode, c.writes = true, true
	b := appendHeader(dst, cmd, status, sequence)
	c.b, c.off, c.start = b[:cap(b)], len(b), len(dst)
	c.command, c.status = cmd, status
	c.failed = misheaded(cmd, status, sequence)
	walk(&c, p)
	if c.failed {
		return dst, complaint(Header{Command: cmd, Status: status, Sequence: sequence}, p)
	}
	c.finish()
	return c.b[:c.off], nil
}

// complaint says why p cannot be encoded.
func complaint(h Header, p PDU) error {
	c := codec{encode: true, careful: new(careful), command: h.Command, status: h.Status}
	h.fields(&c)
	walk(&c, p)
	return c.err
}

// Decode decodes b, which must hold exactly one PDU. It copies what it keeps, so b may be used again;
// strings of one PDU may share memory with each other.
//
// The error is a *FieldError; errors.Is(err, ErrShort) when mandatory octets are missing. The Header of
// the Frame is set whenever there were 16 octets, so that a refusal can be answered. A response with a
// status other than ESME_ROK need not have a body. A command_id without a struct here comes as *Unknown.
func Decode(b []byte) (Frame, error) {
	h, err := DecodeHeader(b)
	if err != nil {
		return Frame{Header: h}, err
	}
	if uint64(h.Length) != uint64(len(b)) {
		return Frame{Header: h}, lengthError(h, len(b))
	}
	var c codec // field by field, for a literal is made elsewhere and copied
	c.reads = true
	c.b, c.off = b, HeaderLen
	c.command, c.status = h.Command, h.Status
	p := c.decode(&h)
	if !c.failed {
		return Frame{Header: h, PDU: p}, nil
	}
	return decodeWithCare(h, b)
}

// decodeWithCare is Decode for what is not by the book.
func decodeWithCare(h Header, b []byte) (Frame, error) {
	c := codec{careful: new(careful), b: b, off: HeaderLen, command: h.Command, status: h.Status}
	p := c.decode(&h)
	if c.failed {
		return Frame{Header: h}, c.err
	}
	return Frame{Header: h, PDU: p, Oddities: c.oddities}, nil
}

// decode decodes what follows the header.
func (c *codec) decode(h *Header) PDU {
	if misheaded(h.Command, h.Status, h.Sequence) {
		h.check(c)
	}
	p := alloc(c, h.Command)
	walk(c, p)
	c.surplus()
	return p
}
