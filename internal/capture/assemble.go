package capture

import (
	"bytes"
	"net/netip"
	"slices"
)

const (
	// maxHeld is how many octets wait for those before them, until these are given up. No TCP has a larger
	// window than that on the links that carry SMPP.
	maxHeld = 4 << 20
	// heldEach is what a segment that waits counts beside its octets: so many of one octet each are not looked
	// through for ever.
	heldEach = 1 << 10
	// maxFlows is how many directions of connections are told apart.
	maxFlows = 1 << 16
)

// flowKey names one direction of a connection.
type flowKey struct{ from, to netip.AddrPort }

// assembly is a capture that is being read.
type assembly struct {
	Capture
	flows map[flowKey]*Flow // the latest of each
	kept  int               // octets in all
}

// packet takes one packet.
func (c *assembly) packet(r record) error {
	c.Packets++
	s, err := parse(r.link, r.data)
	switch err {
	case nil:
	case errFragment:
		c.Fragments++
		return nil
	case errMalformed:
		c.Malformed++
		return nil
	default:
		c.Others++
		return nil
	}
	s.packet = mark{packet: c.Packets, at: r.at}
	if c.kept += len(s.data); c.kept > MaxOctets || len(c.Flows) > maxFlows {
		return errTooMuch
	}
	c.take(c.flow(s), s)
	return nil
}

// flow finds the flow that a segment is of, or starts one. A SYN that is not the one the flow began with
// starts another connection between the same ports.
func (c *assembly) flow(s segment) *Flow {
	key := flowKey{s.from, s.to}
	f := c.flows[key]
	if f != nil && s.syn && f.begun && s.sequence+1 != f.next && (len(f.Runs) > 0 || f.held > 0) {
		c.flush(f)
		f = nil
	}
	if f == nil {
		f = &Flow{From: s.from, To: s.to}
		c.flows[key] = f
		c.Flows = append(c.Flows, f)
	}
	return f
}

// take puts a segment where it belongs: at the end of what there is, or among what waits.
func (c *assembly) take(f *Flow, s segment) {
	if s.syn {
		s.sequence++
		if !f.begun {
			f.begun, f.next = true, s.sequence
		}
	}
	if s.length == 0 {
		return
	}
	if !f.begun {
		f.begun, f.next = true, s.sequence
		f.Runs = append(f.Runs, &Run{Missing: -1})
	}
	if ahead := int32(s.sequence - f.next); ahead > 0 {
		s.data = bytes.Clone(s.data)
		at, _ := slices.BinarySearchFunc(f.waiting, s, func(a, b segment) int {
			return int(int32(a.sequence - b.sequence))
		})
		f.waiting = slices.Insert(f.waiting, at, s)
		if f.held += len(s.data) + heldEach; f.held > maxHeld {
			c.flush(f)
		}
		return
	}
	f.add(s)
	f.catchUp()
}

// add adds a segment whose start is not ahead of what comes next.
func (f *Flow) add(s segment) {
	old := int(min(f.next-s.sequence, 1<<30))
	if old >= s.length {
		f.Repeated += s.length
		return
	}
	f.Repeated += old
	f.next = s.sequence + uint32(s.length)
	if old < len(s.data) {
		run := f.run()
		s.packet.offset = len(run.Data)
		run.marks = append(run.marks, s.packet)
		run.Data = append(run.Data, s.data[old:]...)
	}
	if cut := s.length - max(len(s.data), old); cut > 0 { // the capture has only the start of the packet
		f.gap(cut)
	}
}

// run is the run at the end, or the first.
func (f *Flow) run() *Run {
	if len(f.Runs) == 0 {
		f.Runs = append(f.Runs, &Run{})
	}
	return f.Runs[len(f.Runs)-1]
}

// gap begins a new run after n missing octets.
func (f *Flow) gap(n int) {
	if last := f.run(); len(last.Data) == 0 && last.Missing >= 0 {
		last.Missing += n
		return
	}
	f.Runs = append(f.Runs, &Run{Missing: n})
}

// catchUp adds those that waited and need wait no more.
func (f *Flow) catchUp() {
	n := 0
	for _, s := range f.waiting {
		if int32(s.sequence-f.next) > 0 {
			break
		}
		f.held -= len(s.data) + heldEach
		f.add(s)
		n++
	}
	f.waiting = slices.Delete(f.waiting, 0, n)
}

// flush gives up what is missing and adds all that waits. Empty runs go.
func (c *assembly) flush(f *Flow) {
	for len(f.waiting) > 0 {
		s := f.waiting[0]
		f.gap(int(s.sequence - f.next))
		f.next = s.sequence
		f.catchUp()
	}
	f.Runs = slices.DeleteFunc(f.Runs, func(r *Run) bool { return len(r.Data) == 0 })
}
