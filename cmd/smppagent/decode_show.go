package main

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"smppagent/internal/pdu"
)

// shownPDU is one PDU as decode --json prints it.
type shownPDU struct {
	Offset   int          `json:"offset"` // of the PDU in the input, or in its direction of the connection
	Length   int          `json:"length"` // octets of it in the input
	Packet   *shownPacket `json:"packet,omitempty"`
	Command  string       `json:"command,omitempty"`
	Status   string       `json:"status,omitempty"`
	Sequence uint32       `json:"sequence"`
	Fields   []shownField `json:"fields"`
	Text     *shownText   `json:"text,omitempty"`
	Error    *shownError  `json:"error,omitempty"`
}

// shownPacket is where in a capture a PDU ends.
type shownPacket struct {
	Number int       `json:"number"` // from 1, as Wireshark counts
	Time   time.Time `json:"time"`
	From   string    `json:"from"`
	To     string    `json:"to"`
}

type shownField struct {
	Offset    int    `json:"offset"` // in the PDU
	Name      string `json:"name"`
	Octets    string `json:"octets"`              // hex; empty for a password
	Section   string `json:"section,omitempty"`   // of SMPP 3.4, or "5.0 §…"
	Section50 string `json:"section50,omitempty"` // of SMPP 5.0
	Value     string `json:"value"`
	Note      string `json:"note,omitempty"` // what is wrong with it
}

type shownError struct {
	Offset  int    `json:"offset"` // in the PDU
	Field   string `json:"field,omitempty"`
	Problem string `json:"problem"`

	octets []byte // of the PDU; those of a password are not looked at
	secret [2]int // where a password is
}

// placesIn finds the PDUs that follow one another in b, from an octet on.
func placesIn(b []byte, at int) iter.Seq[place] {
	return func(yield func(place) bool) {
		for at := at; at < len(b); {
			rest := b[at:]
			if n := stray(rest); n > 0 {
				rest = rest[:n]
			}
			p := place{octets: rest[:lengthOf(rest)], offset: at}
			if !yield(p) {
				return
			}
			at += len(p.octets)
		}
	}
}

// lengthOf is how many octets of b are the PDU that it begins with; all when its length cannot be believed.
func lengthOf(b []byte) int {
	if h, err := pdu.DecodeHeader(b); err == nil && uint64(h.Length) < uint64(len(b)) {
		return int(h.Length)
	}
	return len(b)
}

// show takes apart the PDU of the place.
func (at *place) show(passwords bool) shownPDU {
	p := showPDU(at.octets, passwords)
	p.Offset = at.offset
	if at.number > 0 {
		p.Packet = &shownPacket{at.number, at.time, at.ends.from, at.ends.to}
	}
	return p
}

// stray is how many octets of b come before the next PDU; 0 when b begins with one, however spoilt, and when
// there is none.
func stray(b []byte) int {
	for at := 0; at+pdu.HeaderLen <= len(b); at++ {
		length := binary.BigEndian.Uint32(b[at:])
		fits := length >= pdu.HeaderLen && uint64(length) <= uint64(len(b)-at)
		known := pdu.Command(binary.BigEndian.Uint32(b[at+4:])).Known()
		if fits && known || at == 0 && (fits || known) {
			return at
		}
	}
	return 0
}

// showPDU takes apart the PDU that b begins with. When its length cannot be believed it is all of b.
func showPDU(b []byte, passwords bool) shownPDU {
	b = b[:lengthOf(b)]
	p := shownPDU{Length: len(b), Fields: []shownField{}}
	if h, err := pdu.DecodeHeader(b); err == nil {
		p.Command, p.Status, p.Sequence = h.Command.String(), h.Status.String(), h.Sequence
	}
	fields, err := pdu.Fields(b)
	var secret [2]int
	for i, f := range fields {
		if f.Name == "password" {
			secret = [2]int{f.Offset, len(b)}
			if i+1 < len(fields) {
				secret[1] = fields[i+1].Offset
			}
			if passwords {
				f.Octets = b[secret[0]:secret[1]]
				f.Value = strconv.QuoteToASCII(strings.TrimSuffix(string(f.Octets), "\x00"))
			}
		}
		p.Fields = append(p.Fields, shownField{
			f.Offset, f.Name, hex.EncodeToString(f.Octets), f.Section, f.Section50, f.Value, f.Note,
		})
	}
	if passwords {
		secret = [2]int{}
	}
	if err != nil {
		p.Error = &shownError{Problem: err.Error(), octets: b, secret: secret}
		if e, ok := errors.AsType[*pdu.FieldError](err); ok {
			p.Error.Offset, p.Error.Field, p.Error.Problem = e.Offset, e.Field, e.Problem
		}
		return p
	}
	if frame, err := pdu.Decode(b); err == nil {
		p.Text = textOf(frame.PDU)
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
	if p.Packet != nil {
		fmt.Fprintf(w, "packet %d, %s, %s to %s\n", p.Packet.Number,
			p.Packet.Time.Format("2006-01-02 15:04:05.000000"), p.Packet.From, p.Packet.To)
	}
	fmt.Fprintf(w, "%s, %d octets from octet %d\n", name, p.Length, p.Offset)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range p.Fields {
		octets := f.Octets
		if len(octets) > 2*maxShownOctets {
			octets = octets[:2*maxShownOctets] + ".."
		}
		line := fmt.Sprintf("%5d\t%s\t%s\t%s\t%s", f.Offset, f.Name, octets, sections(f), f.Value)
		if f.Note != "" {
			line += "  <- " + f.Note
		}
		fmt.Fprintln(t, line)
	}
	_ = t.Flush() // an error writing to the terminal has nowhere to go
	if p.Text != nil {
		p.Text.print(w)
	}
	if p.Error != nil {
		p.Error.print(w)
	}
}

// sections is where the standards describe a field, those of 5.0 after those of 3.4.
func sections(f shownField) string {
	if f.Section50 == "" || f.Section50 == f.Section {
		return f.Section
	}
	if f.Section == "" {
		return f.Section50
	}
	return f.Section + ", " + f.Section50
}

// print points at the octet where it goes wrong, in a row of the octets around it.
func (e *shownError) print(w io.Writer) {
	const row = 16
	from := e.Offset / row * row
	line := strings.Builder{}
	for i := min(from, len(e.octets)); i < min(from+row, len(e.octets)); i++ {
		if i >= e.secret[0] && i < e.secret[1] {
			line.WriteString("** ")
		} else {
			fmt.Fprintf(&line, "%02x ", e.octets[i])
		}
	}
	at := 3 * (e.Offset - from)
	fmt.Fprintf(w, "%5d  %s\n", from, strings.TrimSuffix(line.String(), " "))
	fmt.Fprintf(w, "       %s^^ octet %d: ", strings.Repeat(" ", at), e.Offset)
	if e.Field != "" {
		fmt.Fprintf(w, "%s: ", e.Field)
	}
	fmt.Fprintln(w, e.Problem)
}
