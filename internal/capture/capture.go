// Package capture reads what tcpdump and Wireshark write, pcap and pcapng, and puts the TCP streams in it
// back together; and writes pcapng. It knows no protocol above TCP.
package capture

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"sort"
	"time"
)

// MaxOctets is how many octets of TCP streams Read keeps.
const MaxOctets = 64 << 20

// Capture is what there is in a capture.
type Capture struct {
	// Flows are the directions of the TCP connections that carry data, in order of their first packet.
	Flows []*Flow
	// Packets is how many there are in all.
	Packets int
	// Others is how many are no TCP over IP; Fragments how many are pieces of an IP packet, which are not
	// put together; Malformed how many contradict themselves.
	Others, Fragments, Malformed int
	// Problem says why reading ended before the end of the file; nil when it did not.
	Problem error
}

// Flow is one direction of a TCP connection.
type Flow struct {
	From, To netip.AddrPort
	// Runs are its octets in order, in a piece for each stretch without a gap.
	Runs []*Run
	// Repeated is how many octets came again.
	Repeated int

	next    uint32 // the sequence number that comes next
	begun   bool
	waiting []segment // that came too early, by sequence number
	held    int       // octets waiting
}

// Run is a stretch of a stream without a gap.
type Run struct {
	// Missing is how many octets are missing before it; -1 at the start of a stream whose start was not
	// captured.
	Missing int
	// Data is the octets.
	Data []byte

	marks []mark
}

// mark says which packet brought the octets of a run from an offset on.
type mark struct {
	offset, packet int
	at             time.Time
}

// Packet says which packet, counted from 1, brought the octet at the offset, and when.
func (r *Run) Packet(offset int) (number int, at time.Time) {
	after := sort.Search(len(r.marks), func(i int) bool { return r.marks[i].offset > offset })
	if after == 0 {
		return 0, time.Time{}
	}
	return r.marks[after-1].packet, r.marks[after-1].at
}

// errTooMuch ends a capture of more than MaxOctets.
var errTooMuch = fmt.Errorf("capture: more than %d octets of TCP", MaxOctets)

// Is reports whether b, the first octets of a file, are those of a capture.
func Is(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	_, _, ok := pcapMagic(b)
	return ok || [4]byte(b) == ngMagic
}

// Read reads a capture to its end. An error means that there is nothing in it that can be told; what goes
// wrong later is the Problem of what was read until then.
func Read(r io.Reader) (*Capture, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	magic, err := in.Peek(4)
	if err != nil {
		return nil, errors.New("capture: the file ends before it has begun")
	}
	c := &assembly{flows: map[flowKey]*Flow{}}
	if [4]byte(magic) == ngMagic {
		err = readNG(in, c.packet)
	} else {
		err = readPcap(in, c.packet)
	}
	for _, f := range c.Flows {
		c.flush(f)
	}
	c.Flows = carrying(c.Flows)
	if err != nil && c.Packets == 0 {
		return nil, err
	}
	c.Problem = err
	return &c.Capture, nil
}

// carrying drops flows without data.
func carrying(flows []*Flow) []*Flow {
	kept := flows[:0]
	for _, f := range flows {
		if len(f.Runs) > 0 {
			kept = append(kept, f)
		}
	}
	return kept
}
