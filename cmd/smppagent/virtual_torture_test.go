package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// Ten programs send through ten ports as fast as they can, and the agent is killed with SIGKILL at random
// moments. Of the policy "once" it must be true that every text for which a program saw OK has arrived exactly
// once, or is in the queue by name as in doubt.
func TestPortsKilledUnderLoad(t *testing.T) {
	const ports = 10
	var tables []string
	for i := range ports {
		tables = append(tables, fmt.Sprintf(`{ name = "p%d", pty = "tty%d", echo = false, per_hour = 100000, burst = 10000 }`, i, i))
	}
	s := newSite(t, "virtual = ["+strings.Join(tables, ", ")+"]", `route.policy = "once"`)
	var mu sync.Mutex
	confirmed := map[string]bool{}
	said := map[string]bool{}
	for round := range 4 {
		s.start()
		load, end := context.WithTimeout(t.Context(), time.Duration(300+rand.IntN(700))*time.Millisecond)
		var wg sync.WaitGroup
		for i := range ports {
			wg.Go(func() {
				f := openWhenThere(load, s.path(fmt.Sprintf("tty%d", i)))
				if f == nil {
					return
				}
				defer f.Close()
				c := &modemClient{t, f, bufio.NewReader(f)}
				if _, err := c.ask("AT+CMGF=1\r"); err != nil {
					return
				}
				for n := 0; load.Err() == nil; n++ {
					text := fmt.Sprintf("round %d port %d text %d", round, i, n)
					if got, err := c.ask("AT+CMGS=\"+359888123456\"\r"); err != nil || got != "\r\n> " {
						return
					}
					mu.Lock()
					said[text] = true
					mu.Unlock()
					got, err := c.ask(text + "\x1a")
					if strings.HasSuffix(got, "\r\nOK\r\n") {
						mu.Lock()
						confirmed[text] = true
						mu.Unlock()
					}
					if err != nil {
						return // killed
					}
				}
			})
		}
		<-load.Done()
		s.kill()
		end()
		wg.Wait()
	}
	s.start()
	s.until("everything is settled", func() bool {
		st, err := s.status()
		lane := st.Queue.Lanes[0]
		return err == nil && st.Way.Links[0].State == "bound" && lane.Ready+lane.Leased+lane.Delayed == 0
	})
	doubtful := map[string]bool{}
	out, _, code := s.verb("queue", "list", "--json")
	if code != 0 {
		t.Fatalf("queue list ended with %d", code)
	}
	for line := range strings.Lines(out) {
		var item queueItem
		if err := json.Unmarshal([]byte(line), &item); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if item.InDoubt {
			doubtful[item.Text] = true
		}
	}
	arrived := map[string]int{}
	for _, m := range s.smsc.Messages() {
		arrived[m.Text] += m.Copies
	}
	for text := range confirmed {
		if arrived[text] != 1 && !(arrived[text] == 0 && doubtful[text]) {
			t.Errorf("%q was confirmed, arrived %d times, and in doubt is %t", text, arrived[text], doubtful[text])
		}
	}
	for text, n := range arrived {
		if n != 1 || !said[text] {
			t.Errorf("%q arrived %d times, said %t", text, n, said[text])
		}
	}
	if len(confirmed) < ports {
		t.Errorf("%d texts were confirmed: nothing is shown by so few", len(confirmed))
	}
	t.Logf("%d confirmed, %d arrived, %d in doubt", len(confirmed), len(arrived), len(doubtful))
}

// openWhenThere opens a port that is about to appear; nil when it does not before ctx ends.
func openWhenThere(ctx context.Context, path string) *os.File {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if f, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
			return f
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// The agent is killed with SIGKILL while receipts come in: each text for which a report was asked has one at the end,
// with its reference, and none has two that a client has not deleted.
func TestReportsKilled(t *testing.T) {
	const texts = 40
	s := newSite(t, `virtual = [{ name = "p", pty = "tty", echo = false, messages = 1000, per_hour = 100000, burst = 10000, collapse = "0s" }]`)
	asked := 0
	for round := range 4 {
		s.start()
		c := openModem(t, s, s.path("tty"))
		c.expect("AT+CMGF=1;+CSMP=49,167,0,0;+CNMI=2,1,0,2,0\r", "\r\nOK\r\n")
		for n := range texts / 4 {
			if got, err := c.ask("AT+CMGS=\"+359888123456\"\r"); err != nil || !strings.HasSuffix(got, "\r\n> ") {
				t.Fatalf("got %q, %v", got, err)
			}
			if got, err := c.ask(fmt.Sprintf("round %d text %d\x1a", round, n)); err != nil || !strings.HasSuffix(got, "\r\nOK\r\n") {
				t.Fatalf("got %q, %v", got, err)
			}
			asked++
		}
		pause := time.NewTimer(time.Duration(rand.IntN(200)) * time.Millisecond)
		<-pause.C
		c.file.Close()
		s.kill()
	}
	s.start()
	s.until("every text has its report", func() bool {
		st, err := s.status()
		return err == nil && st.Ports[0].Pending == 0 && st.Ports[0].Stored >= asked
	})
	if st, err := s.status(); err != nil || st.Ports[0].Stored != asked {
		t.Errorf("%d reports for %d texts, %v", st.Ports[0].Stored, asked, err)
	}
}
