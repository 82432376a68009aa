// Command codec measures how fast a submit_sm of 240 octets is encoded and decoded: by the agent's codec,
// by other SMPP libraries for Go, and by hand with nothing but bounds checks, which is the floor. All run
// in turn in one process. It prints one table.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"runtime"
	"text/tabwriter"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/pdu/bare"
)

// codec is one implementation. encode makes the octets of bare.Sample anew and returns them; they are good
// until the next call. decode reads what encode made, or what any other codec here made.
type codec struct {
	name   string
	encode func() ([]byte, error)
	decode func([]byte) error
}

func main() {
	rounds := flag.Int("rounds", 200, "how often every codec gets its turn; the quickest turn counts")
	flag.Parse()
	if err := run(*rounds); err != nil {
		fmt.Fprintln(os.Stderr, "codec:", err)
		os.Exit(1)
	}
}

func run(rounds int) error {
	codecs := []codec{byHand(), ours()}
	for _, peer := range []func() (codec, error){gosmpp, fiorix, ajankovic} {
		c, err := peer()
		if err != nil {
			return err
		}
		codecs = append(codecs, c)
	}
	wire := bare.Append(nil, bare.Sample())
	for _, c := range codecs {
		if err := check(c, wire); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	var costs []cost
	for _, c := range codecs {
		costs = append(costs, cost{work: func() error { _, err := c.encode(); return err }},
			cost{work: func() error { return c.decode(wire) }})
	}
	for range rounds {
		for i := range costs {
			if err := costs[i].turn(); err != nil {
				return fmt.Errorf("%s: %w", codecs[i/2].name, err)
			}
		}
	}
	return report(codecs, costs)
}

// check proves that what is measured is the same work: the octets of c mean the sample, with its TLVs in
// any order, and c reads the sample.
func check(c codec, wire []byte) error {
	b, err := c.encode()
	if err != nil {
		return err
	}
	frame, err := pdu.Decode(b)
	if err != nil {
		return err
	}
	m, ok := frame.PDU.(*pdu.SubmitSM)
	if !ok || len(b) != len(wire) {
		return fmt.Errorf("encodes %x", b)
	}
	tlvs := m.TLVs
	m.TLVs = nil
	for _, t := range bare.Sample().TLVs {
		if v, ok := tlvs.Get(pdu.Tag(t.Tag)); !ok || !bytes.Equal(v, t.Value) {
			return fmt.Errorf("encodes %v as %x", pdu.Tag(t.Tag), v)
		}
		m.TLVs.Add(pdu.Tag(t.Tag), t.Value)
	}
	if again, err := pdu.Append(nil, pdu.StatusROK, 1, m); err != nil || !bytes.Equal(again, wire) {
		return fmt.Errorf("encodes %x, %v", b, err)
	}
	return c.decode(wire)
}

// batch is how many calls a turn has: long enough to be timed, short enough that some turns are not
// interrupted.
const batch = 200

// cost is what a call of work takes.
type cost struct {
	work   func() error
	least  time.Duration // of a turn
	turns  int
	octets uint64 // allocated in all turns
	allocs uint64
}

// turn calls work a batch of times.
func (c *cost) turn() error {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range batch {
		if err := c.work(); err != nil {
			return err
		}
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if c.turns == 0 || took < c.least {
		c.least = took
	}
	c.turns++
	c.octets += after.TotalAlloc - before.TotalAlloc
	c.allocs += after.Mallocs - before.Mallocs
	return nil
}

// columns is ns, times the floor, octets and allocations of a call.
func (c *cost) columns(floor *cost) string {
	calls := uint64(c.turns) * batch
	return fmt.Sprintf("%.1f\t%.1f\t%d\t%d\t", float64(c.least.Nanoseconds())/batch,
		float64(c.least)/float64(floor.least), (c.octets+calls/2)/calls, (c.allocs+calls/2)/calls)
}

// report prints the table; costs are encode and decode of each codec, and the first codec is the floor.
func report(codecs []codec, costs []cost) error {
	fmt.Printf("submit_sm of 240 octets, %s %s/%s, quickest of %d turns of %d calls\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, costs[0].turns, batch)
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tencode ns\t× floor\tB\tallocs\tdecode ns\t× floor\tB\tallocs\t")
	for i, c := range codecs {
		fmt.Fprintf(t, "%s\t%s%s\n", c.name, costs[2*i].columns(&costs[0]), costs[2*i+1].columns(&costs[1]))
	}
	return t.Flush()
}
