//go:build !tiny

package main

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"slices"

	"smppagent/internal/capture"
	"smppagent/internal/pdu"
)

// decodeCapture takes a capture apart, if head is the start of one.
func decodeCapture(head []byte, in io.Reader) (places iter.Seq[place], about []string, is bool, err error) {
	if !capture.Is(head) {
		return nil, nil, false, nil
	}
	c, err := capture.Read(in)
	if err != nil {
		return nil, nil, true, fail(exitUsage, fmt.Errorf("decode: %w", err))
	}
	found, about := placesOf(c)
	return slices.Values(found), about, true, nil
}

// maxPlausible is the command_length up to which octets after a gap are taken for a PDU: a message_payload of 64
// KiB and all else.
const maxPlausible = 70000

// placesOf finds the PDUs in a capture, in the order in which they were whole. about says what was wrong
// with the streams and what was left out.
func placesOf(c *capture.Capture) (places []place, about []string) {
	others := 0
	for _, f := range c.Flows {
		found, said := placesInFlow(f)
		if len(found) == 0 {
			others++
			continue
		}
		places = append(places, found...)
		about = append(about, said...)
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.number, b.number) })
	for _, count := range []struct {
		n    int
		what string
	}{
		{others, "directions of TCP connections without SMPP are left out"},
		{c.Fragments, "packets are fragments of IP, which are left out"},
		{c.Malformed, "packets contradict themselves and are left out"},
	} {
		if count.n > 0 {
			about = append(about, fmt.Sprintf("%d %s", count.n, count.what))
		}
	}
	if c.Problem != nil {
		about = append(about, fmt.Sprintf("after packet %d: %v", c.Packets, c.Problem))
	}
	return places, about
}

// placesInFlow finds the PDUs in one direction of a connection.
func placesInFlow(f *capture.Flow) (places []place, about []string) {
	ends := &connection{f.From.String(), f.To.String()}
	say := func(format string, args ...any) {
		about = append(about, fmt.Sprintf("%v to %v: ", f.From, f.To)+fmt.Sprintf(format, args...))
	}
	past := 0 // octets of the stream before this run
	for _, run := range f.Runs {
		if run.Missing > 0 {
			say("%d octets are missing after octet %d", run.Missing, past)
			past += run.Missing
		}
		sure := false
		for at := 0; at < len(run.Data); {
			b := run.Data[at:]
			if n := nextPDU(b, sure); n > 0 {
				say("%d octets from octet %d on are in no PDU", n, past+at)
				at, sure = at+n, true
				continue
			}
			p := place{octets: b[:lengthOf(b)], offset: past + at, ends: ends}
			at += len(p.octets)
			p.number, p.time = run.Packet(at - 1)
			places = append(places, p)
			sure = true
		}
		past += len(run.Data)
	}
	if f.Repeated > 0 {
		say("%d octets were sent again", f.Repeated)
	}
	return places, about
}

// nextPDU is how many octets of b come before the next PDU; all when there is none. Where one must begin,
// because another has ended there, any command_id will do; else it has to be one of the standard's.
func nextPDU(b []byte, sure bool) int {
	for at := range b {
		rest := b[at:]
		if len(rest) < pdu.HeaderLen {
			if sure && at == 0 {
				return 0 // the start of one
			}
			break
		}
		length := binary.BigEndian.Uint32(rest)
		if length < pdu.HeaderLen || length > maxPlausible {
			continue
		}
		if sure && at == 0 || pdu.Command(binary.BigEndian.Uint32(rest[4:])).Known() {
			return at
		}
	}
	return len(b)
}
