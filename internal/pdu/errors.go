package pdu

import (
	"errors"
	"fmt"
)

// ErrShort is matched by the errors of Decode, DecodeHeader and Fields when mandatory octets are missing.
var ErrShort = errors.New("pdu ends early")

// FieldError says which field of which PDU could not be encoded or decoded, and why.
type FieldError struct {
	// PDU is the name of the command_id, "submit_sm"; empty when it is not known.
	PDU string
	// Field is the parameter's name in the standard, "source_addr".
	Field string
	// Offset is where the field starts, in octets from the start of command_length.
	Offset int
	// Problem is what was found and what would be right.
	Problem string

	short bool
}

// Error gives all of it on one line.
func (e *FieldError) Error() string {
	switch {
	case e.Field == "":
		return "pdu: " + e.Problem
	case e.PDU == "":
		return fmt.Sprintf("pdu: %s at offset %d: %s", e.Field, e.Offset, e.Problem)
	}
	return fmt.Sprintf("pdu: %s %s at offset %d: %s", e.PDU, e.Field, e.Offset, e.Problem)
}

// Is makes errors.Is(err, ErrShort) true for a PDU that ends early.
func (e *FieldError) Is(target error) bool { return target == ErrShort && e.short }

// Oddity is something a peer got wrong that decoding could tolerate.
type Oddity struct {
	// Field is the parameter's name in the standard.
	Field string
	// Offset is where it starts, in octets from the start of command_length.
	Offset int
	// Problem is what was found and what would be right.
	Problem string
}

// String gives all of it on one line.
func (o Oddity) String() string {
	return fmt.Sprintf("%s at offset %d: %s", o.Field, o.Offset, o.Problem)
}

func shortHeader(have int) error {
	return &FieldError{
		Field: "command_length", short: true,
		Problem: fmt.Sprintf("%d octets, and a header has %d", have, HeaderLen),
	}
}

// lengthError judges a command_length that is not the number of octets there are.
func lengthError(h Header, have int) error {
	e := &FieldError{PDU: h.Command.String(), Field: "command_length"}
	switch {
	case h.Length < HeaderLen:
		e.Problem = fmt.Sprintf("%d is less than the %d octets of a header", h.Length, HeaderLen)
	case uint64(h.Length) > uint64(have):
		e.short = true
		e.Problem = fmt.Sprintf("says %d octets, and there are %d", h.Length, have)
	default:
		e.Problem = fmt.Sprintf("says %d octets, and %d were given", h.Length, have)
	}
	return e
}
