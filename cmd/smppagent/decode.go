package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// maxDecodeInput is the most that decode reads, in octets, of what is no capture.
const maxDecodeInput = 16 << 20

func decodeCommand(a *app) *cobra.Command {
	passwords := false
	c := &cobra.Command{
		Use:   "decode [HEX...|FILE]",
		Short: "show the fields of SMPP PDUs: hex, binary, pcap",
		Long: "decode shows SMPP PDUs field by field: where each is, its octets, its name, its section in SMPP\n" +
			"3.4 and 5.0, and what it says; then the text of the message, and its user data header.\n\n" +
			"It takes octets in hex from the command line, or a file, or standard input, and sees by itself\n" +
			"what is in it: hex (spaces, line ends, colons, commas, dashes and 0x or \\x between the octets do\n" +
			"not matter, and hexdump -C, xxd, od -t x1, tcpdump -X and what Wireshark copies are understood, and\n" +
			"octets are picked out of the logs of Kannel and Jasmin and out of programs), the octets themselves,\n" +
			"or a capture, pcap or pcapng (not in the tiny edition: its reader costs 45 kB). Of a capture the TCP\n" +
			"streams are put together, and gaps are told.\n" +
			"Several PDUs may follow one another, and the first may have other octets before it. Where a PDU goes\n" +
			"wrong the field and the octet are pointed at, and the exit code is 1.\n" +
			"Passwords are shown only with --passwords.",
		Example: "  smppagent decode 00000010 00000015 00000000 00000001\n" +
			"  smppagent decode smsc.pcap\n" +
			"  tcpdump -r smsc.pcap -X | smppagent decode --json",
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			input, err := decodeInput(a.in, args)
			if err != nil {
				return err
			}
			places, about, err := decodePDUs(input)
			if err != nil {
				return err
			}
			return a.decode(places, about, passwords)
		},
	}
	c.Flags().BoolVar(&passwords, "passwords", false, "show passwords")
	a.jsonFlag(c)
	return c
}

// decodeInput is what decode is to show: the file that is the only argument, the arguments, or standard input.
// The reader is closed by nobody: the process ends soon.
func decodeInput(in io.Reader, args []string) (io.Reader, error) {
	text := strings.Join(args, " ")
	switch {
	case len(args) == 0 || text == "-":
		return in, nil
	case len(args) == 1:
		if _, err := parseHex(text); err == nil {
			break
		}
		f, err := os.Open(text)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, os.ErrNotExist) || strings.ContainsAny(text, "/.") {
			return nil, fail(exitUsage, fmt.Errorf("decode: %w", err))
		}
	}
	return strings.NewReader(text), nil
}

// place is where a PDU is.
type place struct {
	octets []byte // its own; when its length cannot be believed, all up to the next
	offset int    // of the first in the input, or in its direction of the connection
	number int    // of the packet it ends in; 0 is none
	time   time.Time
	ends   *connection
}

// connection is one direction of a connection.
type connection struct{ from, to string }

// decodePDUs finds the PDUs in the input. What there is to say beside them is in about.
func decodePDUs(in io.Reader) (places iter.Seq[place], about []string, err error) {
	head := make([]byte, 4)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil, fmt.Errorf("decode: %w", err)
	}
	head = head[:n]
	in = io.MultiReader(bytes.NewReader(head), in)
	if places, about, is, err := decodeCapture(head, in); is || err != nil {
		return places, about, err
	}
	b, err := io.ReadAll(io.LimitReader(in, maxDecodeInput+1))
	if err != nil {
		return nil, nil, fmt.Errorf("decode: %w", err)
	}
	if len(b) > maxDecodeInput {
		return nil, nil, failf(exitUsage, "decode: more than %d octets, and that is no capture", maxDecodeInput)
	}
	if !isBinary(b) {
		text := strings.NewReplacer("\ufeff", "", "\u00a0", " ").Replace(string(b)) // what comes along from mail and web pages
		if b, err = parseHex(text); err != nil {
			if b = pickOctets(text); b == nil {
				return nil, nil, fail(exitUsage, err)
			}
			about = []string{fmt.Sprintf("%d octets were picked out of the text", len(b))}
		}
	}
	start := stray(b)
	if start > 0 {
		about = append(about, fmt.Sprintf("the first %d octets are in no PDU", start))
	}
	return placesIn(b, start), about, nil
}

// isBinary reports whether b is octets and not a text that has them in hex. The first octet of a PDU is 0.
func isBinary(b []byte) bool {
	for _, o := range b {
		if o < '\t' || o > '\r' && o < ' ' {
			return true
		}
	}
	return false
}

// decode prints the PDUs, one after the other: what a PDU looks like takes a hundred times its octets.
func (a *app) decode(places iter.Seq[place], about []string, passwords bool) error {
	out := bufio.NewWriter(a.out)
	count, wrong := 0, 0
	for p := range places {
		shown := p.show(passwords)
		if shown.Error != nil {
			wrong++
		}
		if err := shown.write(out, a.json, count == 0); err != nil {
			return err
		}
		count++
	}
	aside := io.Writer(out)
	switch {
	case a.json && count == 0:
		fmt.Fprintln(out, "[]")
	case a.json:
		fmt.Fprintln(out, "\n]")
	case len(about) > 0 && count > 0:
		fmt.Fprintln(out)
	}
	if a.json {
		aside = a.err
	}
	for _, line := range about {
		fmt.Fprintln(aside, line)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	switch {
	case count == 0:
		return errors.New("there is no SMPP in the capture")
	case wrong == 0:
		return nil
	case count == 1:
		return errors.New("the PDU cannot be decoded to its end")
	}
	return fmt.Errorf("%d of %d PDUs cannot be decoded to their end", wrong, count)
}

// write writes the PDU as a table, or as an element of the array that --json prints.
func (p *shownPDU) write(w io.Writer, asJSON, first bool) error {
	switch {
	case asJSON && first:
		fmt.Fprint(w, "[\n  ")
	case asJSON:
		fmt.Fprint(w, ",\n  ")
	case !first:
		fmt.Fprintln(w)
	}
	if !asJSON {
		p.print(w)
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("  ", "  ")
	if err := enc.Encode(p); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	_, err := w.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	return err
}
