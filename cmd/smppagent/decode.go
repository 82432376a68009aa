package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"smppagent/internal/pdu"
)

// maxDecodeInput is the most hex that decode reads from standard input, in octets.
const maxDecodeInput = 16 << 20

func decodeCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "decode [HEX...]",
		Short: "show the fields of SMPP PDUs given in hex",
		Long: "decode takes octets in hex, from the command line or from standard input, and shows each PDU\n" +
			"field by field: where it is, its octets, its name in SMPP 3.4 and what it says. Spaces, line\n" +
			"ends, colons, commas, dashes and 0x or \\x between the octets do not matter, and several PDUs\n" +
			"may follow one another. Where a PDU goes wrong the field and the octet are pointed at, and\n" +
			"the exit code is 1. Passwords are not shown.",
		Example: "  smppagent decode 00000010 00000015 00000000 00000001\n" +
			"  xxd -p capture.bin | smppagent decode --json",
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			text := strings.Join(args, " ")
			if len(args) == 0 || text == "-" {
				b, err := io.ReadAll(io.LimitReader(a.in, maxDecodeInput+1))
				if err != nil {
					return fmt.Errorf("decode: %w", err)
				}
				if len(b) > maxDecodeInput {
					return failf(exitUsage, "decode: more than %d octets of hex", maxDecodeInput)
				}
				text = string(b)
			}
			octets, err := parseHex(text)
			if err != nil {
				return fail(exitUsage, err)
			}
			return a.decode(octets)
		},
	}
	a.jsonFlag(c)
	return c
}

// hexNoise is what may stand between octets in hex.
const hexNoise = " \t\r\n:,-.|_"

// parseHex reads octets in hex; what people put between octets is left out.
func parseHex(text string) ([]byte, error) {
	digits := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case strings.IndexByte(hexNoise, c) >= 0:
		case len(digits)%2 == 0 && (strings.HasPrefix(text[i:], "0x") || strings.HasPrefix(text[i:], "0X") || strings.HasPrefix(text[i:], `\x`)):
			i++
		case c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f':
			digits = append(digits, c)
		default:
			return nil, fmt.Errorf("decode: character %d, %q, is no hex digit", i+1, text[i:i+1])
		}
	}
	if len(digits) == 0 {
		return nil, errors.New("decode: no octets given, write them in hex")
	}
	if len(digits)%2 == 1 {
		return nil, fmt.Errorf("decode: %d hex digits, an octet has two", len(digits))
	}
	octets := make([]byte, len(digits)/2)
	if _, err := hex.Decode(octets, digits); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	return octets, nil
}

// shownPDU is one PDU as decode --json prints it.
type shownPDU struct {
	Offset   int          `json:"offset"` // of the PDU in the input
	Length   int          `json:"length"` // octets of it in the input
	Command  string       `json:"command,omitempty"`
	Status   string       `json:"status,omitempty"`
	Sequence uint32       `json:"sequence"`
	Fields   []shownField `json:"fields"`
	Error    *shownError  `json:"error,omitempty"`
}

type shownField struct {
	Offset int    `json:"offset"` // in the PDU
	Name   string `json:"name"`
	Octets string `json:"octets"` // hex; empty for a password
	Value  string `json:"value"`
	Note   string `json:"note,omitempty"` // what is wrong with it
}

type shownError struct {
	Offset  int    `json:"offset"` // in the PDU
	Field   string `json:"field,omitempty"`
	Problem string `json:"problem"`

	octets []byte // of the PDU
}

// decode shows the PDUs in octets.
func (a *app) decode(octets []byte) error {
	shown := []shownPDU{}
	wrong := 0
	for at := 0; at < len(octets); {
		p := showPDU(octets[at:])
		p.Offset = at
		at += p.Length
		if p.Error != nil {
			wrong++
		}
		shown = append(shown, p)
	}
	if a.json {
		if err := a.printJSON(shown); err != nil {
			return err
		}
	} else {
		for i, p := range shown {
			if i > 0 {
				fmt.Fprintln(a.out)
			}
			p.print(a.out)
		}
	}
	switch {
	case wrong == 0:
		return nil
	case wrong == 1 && len(shown) == 1:
		return errors.New("the PDU cannot be decoded to its end")
	}
	return fmt.Errorf("%d of %d PDUs cannot be decoded to their end", wrong, len(shown))
}

// showPDU takes apart the PDU that b begins with. When its length cannot be believed it is all of b.
func showPDU(b []byte) shownPDU {
	p := shownPDU{Length: len(b), Fields: []shownField{}}
	if h, err := pdu.DecodeHeader(b); err == nil {
		p.Command, p.Status, p.Sequence = h.Command.String(), h.Status.String(), h.Sequence
		if uint64(h.Length) < uint64(len(b)) {
			p.Length = int(h.Length)
		}
	}
	b = b[:p.Length]
	fields, err := pdu.Fields(b)
	for _, f := range fields {
		p.Fields = append(p.Fields, shownField{f.Offset, f.Name, hex.EncodeToString(f.Octets), f.Value, f.Note})
	}
	if err != nil {
		p.Error = &shownError{Problem: err.Error(), octets: b}
		if e, ok := errors.AsType[*pdu.FieldError](err); ok {
			p.Error.Offset, p.Error.Field, p.Error.Problem = e.Offset, e.Field, e.Problem
		}
	}
	return p
}

// maxShownOctets is how many octets of a field the table shows; --json has them all.
const maxShownOctets = 16

// print writes the PDU as a table.
func (p *shownPDU) print(w io.Writer) {
	name := p.Command
	if name == "" {
		name = "not a PDU"
	}
	fmt.Fprintf(w, "%s, %d octets from octet %d\n", name, p.Length, p.Offset)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range p.Fields {
		octets := f.Octets
		if len(octets) > 2*maxShownOctets {
			octets = octets[:2*maxShownOctets] + ".."
		}
		line := fmt.Sprintf("%5d\t%s\t%s\t%s", f.Offset, f.Name, octets, f.Value)
		if f.Note != "" {
			line += "  <- " + f.Note
		}
		fmt.Fprintln(t, line)
	}
	_ = t.Flush() // an error writing to the terminal has nowhere to go
	if p.Error != nil {
		p.Error.print(w)
	}
}

// print points at the octet where it goes wrong, in a row of the octets around it.
func (e *shownError) print(w io.Writer) {
	const row = 16
	from := e.Offset / row * row
	line := e.octets[min(from, len(e.octets)):min(from+row, len(e.octets))]
	at := 3 * (e.Offset - from)
	fmt.Fprintf(w, "%5d  % x\n", from, line)
	fmt.Fprintf(w, "       %s^^ octet %d: ", strings.Repeat(" ", at), e.Offset)
	if e.Field != "" {
		fmt.Fprintf(w, "%s: ", e.Field)
	}
	fmt.Fprintln(w, e.Problem)
}
