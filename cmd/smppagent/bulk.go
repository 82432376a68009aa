//go:build !tiny

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"smppagent/internal/door"
	"smppagent/internal/sms"
)

// bulkOrder is a text to everybody in a file.
type bulkOrder struct {
	file, template, column string
	pace                   float64
}

func (b *bulkOrder) flags(f *pflag.FlagSet) {
	f.StringVar(&b.file, "file", "", "send to everybody in a CSV `file`, whose first line names its columns")
	f.StringVar(&b.template, "template", "", "with --file: the `text`, in which {column} stands for what the row has there")
	f.StringVar(&b.column, "to-column", "", "with --file: the `column` with the number (default: to, phone, number or msisdn)")
	f.Float64Var(&b.pace, "pace", 0, "with --file: at most so many `texts` a second (default: as many as the queue takes)")
}

// asked reports whether there is a file to send to.
func (b *bulkOrder) asked() bool { return b.file != "" || b.template != "" }

// bulkRow is what became of one row.
type bulkRow struct {
	Line  int    `json:"line"`
	To    string `json:"to,omitempty"`
	ID    uint64 `json:"id,omitempty"`
	State string `json:"state"` // queued, earlier, again, opted out, error
	Error string `json:"error,omitempty"`
}

// bulk sends o's text to everybody in the file. A row that is wrong costs itself only. What is on the agent's
// flash is noted beside the file, so that the next run goes on where this one ended.
func (a *app) bulk(ctx context.Context, cfg *config, o sendOrder, b bulkOrder) error {
	switch {
	case b.file == "" || b.template == "":
		return failf(exitUsage, "--file and --template go together")
	case b.pace < 0 || b.pace > 10000:
		return failf(exitUsage, "--pace: %v is outside 0 to 10000 texts a second", b.pace)
	}
	in, err := os.Open(b.file)
	if err != nil {
		return fail(exitUsage, err)
	}
	defer in.Close()
	rows, err := newBulkReader(in, b.template, b.column)
	if err != nil {
		return fail(exitUsage, fmt.Errorf("%s: %w", b.file, err))
	}
	done, err := openBulkNotes(b.file + ".sent")
	if err != nil {
		return err
	}
	defer done.Close()
	r := bulkRun{app: a, cfg: cfg, order: o, notes: done, said: time.Now(), tally: map[string]int{}, seen: map[string]bool{}}
	var pause time.Duration
	if b.pace > 0 {
		pause = time.Duration(float64(time.Second) / b.pace)
	}
	next := time.Now()
	for {
		row, err := rows.next()
		if err == io.EOF {
			break
		}
		if _, wrong := errors.AsType[*bulkRowError](err); err != nil && !wrong {
			return fmt.Errorf("%s: %w", b.file, err)
		}
		x := bulkRow{Line: row.line, To: row.to}
		if err != nil {
			x.State, x.Error = "error", err.Error()
		} else if err := r.send(ctx, row, &x); err != nil {
			r.sum()
			return err
		}
		if err := r.report(b.file, x); err != nil {
			return err
		}
		if x.State == "queued" {
			next = next.Add(pause)
			if d := time.Until(next); d > 0 && !pauseFor(ctx, d) {
				r.sum()
				return ctx.Err()
			}
			next = latest(next, time.Now())
		}
	}
	r.sum()
	if n := r.tally["error"]; n > 0 {
		return failf(exitFailed, "%s: %s not sent; correct them and run it again: nobody gets a second text", b.file, count(n, "row"))
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// bulkRun is one run over a file.
type bulkRun struct {
	*app
	cfg   *config
	order sendOrder
	notes *bulkNotes
	said  time.Time
	tally map[string]int
	seen  map[string]bool
}

// bulkEvery is how often progress is said, and how long a full queue is waited for.
const (
	bulkEvery = 5 * time.Second
	bulkFull  = 2 * time.Second
)

// send brings one row to the agent; its error ends the run.
func (r *bulkRun) send(ctx context.Context, row bulkText, x *bulkRow) error {
	to, err := sms.ParseAddress(row.to)
	if err != nil {
		x.State, x.Error = "error", err.Error()
		return nil
	}
	sum := sha256.Sum256([]byte(to.String() + "\x00" + row.text))
	key := "bulk " + hex.EncodeToString(sum[:12])
	switch {
	case r.seen[key]:
		x.State = "again"
		return nil
	case r.notes.has(key):
		r.seen[key], x.State = true, "earlier"
		return nil
	}
	o := r.order
	o.To, o.Text, o.Key, o.Wait, o.Bulk = row.to, row.text, key, false, true
	for {
		err := door.Call(ctx, r.cfg.Agent.Socket, opSend, o, func(line json.RawMessage) error {
			var s sent
			err := json.Unmarshal(line, &s)
			x.ID = uint64(s.ID)
			return err
		})
		refusal, refused := errors.AsType[*door.RemoteError](err)
		switch {
		case err == nil:
			r.seen[key], x.State = true, "queued"
			return r.notes.add(key)
		case refused && (refusal.Code == codeFull || refusal.Code == door.CodeBusy):
			if r.progress("the queue is full; waiting"); !pauseFor(ctx, bulkFull) {
				return ctx.Err()
			}
		case refused && refusal.Code == codeOptedOut:
			x.State = "opted out"
			return nil
		case refused && (refusal.Code == codeInvalid || refusal.Code == door.CodeBadRequest):
			x.State, x.Error = "error", refusal.Message
			return nil
		default:
			return callError(err)
		}
	}
}

// report says what became of a row, where that is worth it, and now and then how far the run is.
func (r *bulkRun) report(file string, x bulkRow) error {
	r.tally[x.State]++
	if r.json {
		return r.printLine(x)
	}
	if x.State == "error" {
		fmt.Fprintf(r.err, "%s:%d: %s\n", file, x.Line, oneLine(x.Error))
	}
	if time.Since(r.said) >= bulkEvery {
		r.progress("")
	}
	return nil
}

// progress says how far the run is, at most every bulkEvery.
func (r *bulkRun) progress(why string) {
	if time.Since(r.said) < bulkEvery {
		return
	}
	r.said = time.Now()
	fmt.Fprintf(r.err, "%s %s\n", r.counts(), why)
}

// sum says how the run ended.
func (r *bulkRun) sum() {
	if !r.json {
		fmt.Fprintln(r.out, r.counts())
	}
}

// counts is "12 queued, 1 opted out".
func (r *bulkRun) counts() string {
	words := map[string]string{"queued": "on flash", "earlier": "sent by an earlier run", "again": "in the file twice", "opted out": "opted out", "error": "wrong"}
	var parts []string
	for _, state := range []string{"queued", "earlier", "again", "opted out", "error"} {
		if n := r.tally[state]; n > 0 || state == "queued" {
			parts = append(parts, fmt.Sprintf("%d %s", n, words[state]))
		}
	}
	return strings.Join(parts, ", ")
}

// bulkNotes are the keys of the rows that the agent has, in a file beside that with the rows.
type bulkNotes struct {
	file *os.File
	keys map[string]bool
}

// openBulkNotes reads what earlier runs noted. A last line that was cut is not counted: the agent knows its key.
func openBulkNotes(name string) (*bulkNotes, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("what was sent is noted beside the file: %w", err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	n := &bulkNotes{file: f, keys: map[string]bool{}}
	for line := range strings.Lines(string(text)) {
		if key, ended := strings.CutSuffix(line, "\n"); ended {
			n.keys[key] = true
		}
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		if _, err := f.WriteString("\n"); err != nil {
			f.Close()
			return nil, err
		}
	}
	return n, nil
}

func (n *bulkNotes) has(key string) bool { return n.keys[key] }

// add notes a key durably.
func (n *bulkNotes) add(key string) error {
	n.keys[key] = true
	if _, err := n.file.WriteString(key + "\n"); err != nil {
		return err
	}
	return n.file.Sync()
}

// Close closes the file.
func (n *bulkNotes) Close() error { return n.file.Close() }
