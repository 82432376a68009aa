package virtual

import (
	"sync"
	"time"
)

// Status is a snapshot of a port for people to read.
type Status struct {
	Name     string    `json:"name"`
	Place    string    `json:"place"`             // where clients find it
	Problem  string    `json:"problem,omitempty"` // why nobody can
	Clients  int       `json:"clients"`           // that have it open
	Client   string    `json:"client,omitempty"`  // who the latest was
	Seen     time.Time `json:"seen,omitzero"`     // when the latest command came
	Last     string    `json:"last_command,omitempty"`
	Commands uint64    `json:"commands"`
	Unknown  uint64    `json:"unknown_commands"` // of these, answered with ERROR because nobody knows them
	Strange  string    `json:"last_unknown_command,omitempty"`
	Taken    uint64    `json:"messages"` // on flash
	ByRadio  uint64    `json:"messages_by_radio,omitempty"`
	Refused  uint64    `json:"messages_refused"`
	Aborted  uint64    `json:"messages_aborted"` // with ESC
	Error    string    `json:"last_refusal,omitempty"`
	Outcome  string    `json:"last_outcome,omitempty"`
	Stored   int       `json:"stored"` // messages in its memory
	Room     int       `json:"room"`   // how many it holds
	Pending  int       `json:"awaiting_outcome"`
}

// stats counts for Status. Its methods may be called from any goroutine.
type stats struct {
	mu sync.Mutex
	s  Status
}

func (x *stats) change(f func(*Status)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f(&x.s)
}

func (x *stats) opened(client string) {
	x.change(func(s *Status) { s.Clients++; s.Client = client })
}
func (x *stats) closed()  { x.change(func(s *Status) { s.Clients-- }) }
func (x *stats) aborted() { x.change(func(s *Status) { s.Aborted++ }) }
func (x *stats) unknown(command string) {
	x.change(func(s *Status) { s.Unknown++; s.Strange = command })
}
func (x *stats) command(name string) {
	x.change(func(s *Status) { s.Commands++; s.Last, s.Seen = name, time.Now() })
}

// message counts a message that was taken, or why it was not.
func (x *stats) message(err error) {
	x.change(func(s *Status) {
		if err == nil {
			s.Taken++
		} else {
			s.Refused++
			s.Error = err.Error()
		}
	})
}

func (x *stats) snapshot() Status {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.s
}
