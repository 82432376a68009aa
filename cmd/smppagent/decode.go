package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

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
			"Several PDUs may follow one another, and the first may have other octets before it. Where a PDU goes wrong the field and the octet are pointed\n" +
			"at, and the exit code is 1. Passwords are shown only with --passwords.",
		Example: "  smppagent decode 00000010 00000015 00000000 00000001\n" +
			"  smppagent decode smsc.pcap\n" +
			"  tcpdump -r smsc.pcap -X | smppagent decode --json",
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			input, err := decodeInput(a.in, args)
			if err != nil {
				return err
			}
			shown, about, err := decodePDUs(input, passwords)
			if err != nil {
				return err
			}
			return a.decode(shown, about)
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

// decodePDUs takes the input apart. What there is to say beside the PDUs is in about.
func decodePDUs(in io.Reader, passwords bool) (shown []shownPDU, about []string, err error) {
	head := make([]byte, 4)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil, fmt.Errorf("decode: %w", err)
	}
	head = head[:n]
	in = io.MultiReader(bytes.NewReader(head), in)
	if shown, about, is, err := decodeCapture(head, in, passwords); is || err != nil {
		return shown, about, err
	}
	b, err := io.ReadAll(io.LimitReader(in, maxDecodeInput+1))
	if err != nil {
		return nil, nil, fmt.Errorf("decode: %w", err)
	}
	if len(b) > maxDecodeInput {
		return nil, nil, failf(exitUsage, "decode: more than %d octets, and that is no capture", maxDecodeInput)
	}
	if !isBinary(b) {
		text := string(b)
		if b, err = parseHex(text); err != nil {
			if b = pickOctets(text); b == nil {
				return nil, nil, fail(exitUsage, err)
			}
			about = []string{fmt.Sprintf("%d octets were picked out of the text", len(b))}
		}
	}
	shown, said := showStream(b, passwords)
	return shown, append(about, said...), nil
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

// decode prints the PDUs.
func (a *app) decode(shown []shownPDU, about []string) error {
	wrong := 0
	for i := range shown {
		if shown[i].Error != nil {
			wrong++
		}
	}
	if a.json {
		if err := a.printJSON(shown); err != nil {
			return err
		}
		for _, line := range about {
			fmt.Fprintln(a.err, line)
		}
	} else {
		for i := range shown {
			if i > 0 {
				fmt.Fprintln(a.out)
			}
			shown[i].print(a.out)
		}
		if len(about) > 0 && len(shown) > 0 {
			fmt.Fprintln(a.out)
		}
		for _, line := range about {
			fmt.Fprintln(a.out, line)
		}
	}
	switch {
	case wrong == 0 && len(shown) == 0:
		return errors.New("there is no SMPP in the capture")
	case wrong == 0:
		return nil
	case wrong == 1 && len(shown) == 1:
		return errors.New("the PDU cannot be decoded to its end")
	}
	return fmt.Errorf("%d of %d PDUs cannot be decoded to their end", wrong, len(shown))
}
