package virtual

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"smppagent/internal/sms"
)

// maxTexts bounds how many different texts are remembered for collapsing.
const maxTexts = 200

// A storm keeps a port from flooding people: a panel with a loose contact says the same thing all night. Its
// methods may be called from any goroutine.
type storm struct {
	cfg *Config

	mu     sync.Mutex
	tokens float64
	filled time.Time
	texts  map[string]*sameText
}

// A sameText is a text to one number that was said lately.
type sameText struct {
	since time.Time
	n     int    // how often
	id    uint64 // of the message that waits to say how often; 0: none does yet
}

// admitted is what was decided about one message.
type admitted struct {
	refused bool
	text    *sameText
	id      uint64 // it was collapsed into this one, which is to be dropped; 0: it goes out as it is
	summed  bool
}

func newStorm(cfg *Config) storm {
	return storm{cfg: cfg, tokens: float64(cfg.Burst), filled: time.Now(), texts: map[string]*sameText{}}
}

// admit decides about m, which becomes the text that stands for several when the same was said often
// lately.
func (s *storm) admit(m *sms.Message) admitted {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.tokens = min(float64(s.cfg.Burst), s.tokens+now.Sub(s.filled).Hours()*float64(s.cfg.PerHour))
	s.filled = now
	if s.tokens < 1 {
		return admitted{refused: true}
	}
	s.tokens--
	if s.cfg.Collapse == 0 || m.Text == "" || len(m.UDH) > 0 { // a segment is a part of something longer
		return admitted{}
	}
	s.prune(now)
	key := m.To.String() + "\x00" + m.Text
	t := s.texts[key]
	if t == nil {
		if len(s.texts) < maxTexts {
			t = &sameText{since: now}
			s.texts[key] = t
		} else {
			return admitted{}
		}
	}
	t.n++
	if t.n <= s.cfg.Identical {
		return admitted{text: t}
	}
	end := t.since.Add(s.cfg.Collapse)
	if m.NotBefore.Before(end) {
		m.NotBefore = end
	}
	more := t.n - s.cfg.Identical
	if more > 1 {
		m.Text = fmt.Sprintf("%s (x%d in %s)", strings.TrimRight(m.Text, " \n"), more, roughly(s.cfg.Collapse))
	}
	return admitted{text: t, id: t.id, summed: true}
}

// accepted notes that the message is on flash as id. It gives the ID of the one that it stands for too, 0 for
// none.
func (s *storm) accepted(a admitted, id uint64) (old uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !a.summed {
		return 0
	}
	old = a.text.id
	a.text.id = id
	return old
}

// giveBack undoes admit for a message that was not taken.
func (s *storm) giveBack(a admitted) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens++
	if a.text != nil {
		a.text.n--
	}
}

// prune forgets the texts whose time is over.
func (s *storm) prune(now time.Time) {
	for key, t := range s.texts {
		if now.Sub(t.since) >= s.cfg.Collapse {
			delete(s.texts, key)
		}
	}
}

// roughly writes a duration for people.
func roughly(d time.Duration) string {
	if d >= time.Hour && d%time.Hour == 0 {
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d min", (d+time.Minute-1)/time.Minute)
}
