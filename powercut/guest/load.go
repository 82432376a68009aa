package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"smppagent/powercut/report"
)

// load is a number of producers, each of which offers the agent one message after the other.
type load struct {
	quit chan struct{}
	wg   sync.WaitGroup
}

// classes are those for which the agent promises durability, and their share of the load.
var classes = []string{"alarm", "warning", "info"}

// startLoad starts n producers for a boot.
func startLoad(g *guest, boot, n int) *load {
	l := &load{quit: make(chan struct{})}
	for p := range n {
		l.wg.Go(func() { l.produce(g, boot, p) })
	}
	if g.options["fs"] == "ubifs" {
		l.wg.Go(func() { l.stir(g) })
	}
	return l
}

// stir has the file system write its own structures out again and again, and says when it does not any more. The
// power cuts that UBIFS makes by itself come seldom where data is written and often there (power_cut_emulated
// in fs/ubifs/debug.c).
func (l *load) stir(g *guest) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-tick.C:
		case <-l.quit:
			return
		}
		if n%4 == 0 {
			syscall.Sync()
		}
		if err := probe(fmt.Appendf(nil, "%d", n)); err != nil {
			g.say(report.Refused, err.Error())
			return
		}
	}
}

// probe writes a small file, as another program on the board might.
func probe(content []byte) error {
	f, err := os.Create(flash + "/probe")
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.Sync()
}

// stop ends the producers and waits for them. A nil load has none.
func (l *load) stop() {
	if l == nil {
		return
	}
	select {
	case <-l.quit:
	default:
		close(l.quit)
	}
	l.wg.Wait()
}

// produce offers texts until stop. What the agent said is told to the host after it said it.
func (l *load) produce(g *guest, boot, producer int) {
	var c *conversation
	for n := 0; ; n++ {
		select {
		case <-l.quit:
			return
		default:
		}
		text := report.Text(boot, producer, n)
		var err error
		if c == nil {
			c, err = converse()
		}
		if err == nil {
			err = c.ask(map[string]any{
				"op": "send", "to": "+359888123456", "text": text, "class": classes[producer%len(classes)], "receipt": true,
			}, func(json.RawMessage) error { return nil })
		}
		if err == nil {
			g.say(report.OK, text)
			continue
		}
		g.say(report.Refused, err.Error())
		if c != nil {
			c.conn.Close()
			c = nil
		}
		select {
		case <-l.quit:
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}
