package sim

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"time"

	"smppagent/internal/pdu"
)

// Submit is one submit_sm that was accepted.
type Submit struct {
	At        time.Time `json:"at"`
	SystemID  string    `json:"system_id"`
	MessageID string    `json:"message_id"` // as the response gave it
	From      string    `json:"from"`
	To        string    `json:"to"`
	Text      string    `json:"text"`            // octets that are no text are in hex
	Part      int       `json:"part,omitempty"`  // from 1; 0: the message is in one part
	Parts     int       `json:"parts,omitempty"` // 0: the message is in one part
	State     string    `json:"message_state"`   // ENROUTE until it is final
	Copy      int       `json:"copy"`            // 1, or more when the same was accepted before

	PDU *pdu.SubmitSM `json:"-"` // all of it
}

// Message is one short message as a person reads it, put together from its parts.
type Message struct {
	At       time.Time `json:"at"` // when its first part was accepted
	SystemID string    `json:"system_id"`
	From     string    `json:"from"`
	To       string    `json:"to"`
	Text     string    `json:"text"`          // what has arrived of it
	IDs      []string  `json:"message_ids"`   // one for each submit_sm, copies too
	Parts    int       `json:"parts"`         // at least 1
	Missing  int       `json:"missing"`       // parts that have not arrived
	Copies   int       `json:"copies"`        // how many times it has arrived in full: more than 1 is a duplicate
	State    string    `json:"message_state"` // ENROUTE, then the state of the part that fared worst
}

// record is a Message being put together.
type record struct {
	key    string
	msg    Message
	parts  []partOf
	submit []*Submit
}

type partOf struct {
	payload []byte
	text    string
	copies  int
}

// book remembers what was accepted.
type book struct {
	keep int

	mu         sync.Mutex
	nextID     uint64
	records    []*record          // in the order of their first part
	latest     map[string]*record // by key
	submits    uint64
	duplicates uint64
	messages   uint64 // complete ones
	last       correspondent
	talks      map[string]correspondent // by the address of the person
}

// correspondent is who an answer goes to.
type correspondent struct {
	addr     pdu.Address
	systemID string
}

func newBook(keep int, firstID uint64) *book {
	return &book{keep: keep, nextID: firstID, latest: map[string]*record{}, talks: map[string]correspondent{}}
}

// id returns a message_id that nobody has had.
func (b *book) id() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.nextID++
	return b.nextID
}

// accept writes down s with its content. It sets s.Copy, and returns the whole text when s completes
// its message. Two submits are the same when source, destination, octets and place in a long message or,
// of one in a single part, user_message_reference are: a phone joins parts whatever their
// user_message_references, which differ when each came to the ESME as a message of its own.
func (b *book) accept(s *Submit, c content) (whole string) {
	key := fmt.Sprintf("%s>%s ", s.From, s.To)
	n, at := 1, 0
	if c.parts > 0 {
		n, at = c.parts, c.part-1
		key += fmt.Sprintf(" %s %d/%d", c.form, c.ref, c.parts)
	} else {
		if ref, ok := s.PDU.TLVs.Get(pdu.TagUserMessageReference); ok {
			key += fmt.Sprintf("%x", ref)
		}
		key += fmt.Sprintf(" %d %s", s.PDU.DataCoding, c.payload)
	}

	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.latest[key]
	// A reference comes round again after 256 long messages: other octets are another message.
	if r == nil || r.parts[at].copies > 0 && !bytes.Equal(r.parts[at].payload, c.payload) {
		r = &record{key: key, parts: make([]partOf, n), msg: Message{
			At: s.At, SystemID: s.SystemID, From: s.From, To: s.To, Parts: n, Missing: n}}
		b.add(r)
	}
	p := &r.parts[at]
	if p.copies == 0 {
		p.payload, p.text = c.payload, c.text
		r.msg.Missing--
		r.msg.Text = ""
		for _, each := range r.parts {
			r.msg.Text += each.text
		}
		if r.msg.Missing == 0 {
			b.messages++
			whole = r.msg.Text
		}
	} else {
		b.duplicates++
	}
	p.copies++
	s.Copy = p.copies
	b.submits++
	r.msg.Copies = p.copies
	for _, each := range r.parts {
		r.msg.Copies = min(r.msg.Copies, each.copies)
	}
	r.msg.IDs = append(r.msg.IDs, s.MessageID)
	r.submit = append(r.submit, s)
	b.last = correspondent{s.PDU.Source, s.SystemID}
	if len(b.talks) >= b.keep {
		clear(b.talks)
	}
	b.talks[s.To] = b.last
	return whole
}

// partner returns who wrote to person last or, when nobody did, who wrote last at all.
func (b *book) partner(person string) correspondent {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c, ok := b.talks[person]; ok {
		return c
	}
	return b.last
}

// add makes r the latest record of its key and forgets the oldest when there are too many.
func (b *book) add(r *record) {
	if len(b.records) >= b.keep {
		old := b.records[0]
		b.records[0] = nil
		b.records = b.records[1:]
		if b.latest[old.key] == old {
			delete(b.latest, old.key)
		}
	}
	b.records = append(b.records, r)
	b.latest[r.key] = r
}

// settle writes down the final state of s.
func (b *book) settle(s *Submit, state State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.State = state.String()
}

// all returns copies of what is remembered.
func (b *book) all() (messages []Message, submits []Submit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.records {
		m := r.msg
		m.IDs = slices.Clone(m.IDs)
		m.State = r.state()
		messages = append(messages, m)
		for _, s := range r.submit {
			submits = append(submits, *s)
		}
	}
	slices.SortStableFunc(submits, func(x, y Submit) int { return x.At.Compare(y.At) })
	return messages, submits
}

// state returns the state of the part that fared worst, of its copies the last.
func (r *record) state() string {
	last := make([]string, len(r.parts))
	for _, s := range r.submit {
		last[max(s.Part-1, 0)] = s.State
	}
	worst := Delivered.String()
	for _, s := range last {
		switch {
		case s == "" || s == Enroute.String():
			return Enroute.String()
		case s != Delivered.String():
			worst = s
		}
	}
	return worst
}
