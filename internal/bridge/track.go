package bridge

import (
	"fmt"
	"hash/fnv"
	"hash/maphash"
	"io"
	"strconv"
	"strings"
	"sync"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// A tracker knows which message a response or a receipt is about, and sees to it that two of them
// do not write the same message at once. What it holds can be built again from the queue: one
// entry of about 40 octets per segment whose receipt is due.
type tracker struct {
	seed maphash.Seed

	mu      sync.Mutex
	open    map[queue.ID]*tracked // in somebody's hands
	remote  map[uint64]target     // by link and message_id
	doubt   map[uint64]queue.ID   // by reference and destination: no message_id known
	orphans map[uint64]orphan     // receipts on flash that no message claims, by link and message_id

	exact, converted map[string]int // by link: receipts found by their id, and by the other base
	nameless         map[string]int // by link: message_ids are empty, or the same for several segments, until so many are not
	last             queue.ID       // the latest message that was indexed
}

// A target is one segment of a message.
type target struct {
	id  queue.ID
	seg uint8
}

// An orphan is a receipt on flash: the record, and a hash of whose phone it is about.
type orphan struct {
	id   queue.ID
	from uint64
}

// A tracked message is in somebody's hands. Its fields are read and written between acquire and
// release only.
type tracked struct {
	mu   sync.Mutex
	refs int // guarded by the tracker's mutex

	item     queue.Item // without body and note
	msg      sms.Message
	progress progress
	calls    int  // responses still due
	settled  bool // the queue has let go of it

	// Of the attempt under way:
	throttled  bool       // nothing that happened counts against the message
	refused    bool       // the SMSC said no to a segment
	refusedNow pdu.Status // the last refusal; some nack with ESME_ROK
	doubted    string     // why a response is missing
}

// read fills m with what the record holds; body and note say why a part of it cannot be read.
func (m *tracked) read(item queue.Item) (body, note error) {
	m.item, m.msg, m.progress = item, sms.Message{}, progress{}
	m.item.Body, m.item.Note = nil, nil
	body = m.msg.UnmarshalBinary(item.Body)
	note = m.progress.unmarshal(item.Note)
	if m.msg.Ref == 0 {
		m.msg.Ref = reference(item.ID)
	}
	return body, note
}

func newTracker() *tracker {
	return &tracker{
		seed:    maphash.MakeSeed(),
		open:    make(map[queue.ID]*tracked),
		remote:  make(map[uint64]target),
		doubt:   make(map[uint64]queue.ID),
		orphans: make(map[uint64]orphan),
		exact:   make(map[string]int), converted: make(map[string]int),
		nameless: make(map[string]int),
	}
}

// acquire takes message id into the caller's hands, waiting for whoever has it.
func (t *tracker) acquire(id queue.ID) *tracked {
	t.mu.Lock()
	m := t.open[id]
	if m == nil {
		m = new(tracked)
		t.open[id] = m
	}
	m.refs++
	t.mu.Unlock()
	m.mu.Lock()
	return m
}

// release gives it back.
func (t *tracker) release(id queue.ID, m *tracked) {
	m.mu.Unlock()
	t.drop(id, m)
}

// keep holds on to what is known of a message while responses are due, beyond release.
func (t *tracker) keep(m *tracked) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m.refs++
}

// drop undoes keep: who lets go of the message last makes it unknown.
func (t *tracker) drop(id queue.ID, m *tracked) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m.refs--; m.refs == 0 {
		delete(t.open, id)
	}
}

// index makes the message findable by what its receipts and late responses will carry.
func (t *tracker) index(id queue.ID, m *tracked) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = max(t.last, id)
	inDoubt := false
	for _, w := range m.progress.Ways {
		for i, s := range w.Segments {
			switch s.State {
			case accepted:
				if m.msg.Many() { // all have the same
					i = everyone
				}
				t.indexID(w.Link, s.MessageID, target{id, uint8(i)})
			case attempted:
				inDoubt = true
			}
		}
	}
	if k := t.doubtKey(m.msg.Ref, m.msg.To.Addr); inDoubt {
		t.doubt[k] = id
	} else if t.doubt[k] == id {
		delete(t.doubt, k)
	}
}

// namedAgain is how many message_ids in a row must be names before an SMSC that gave the same to several
// segments, or none, is taken to name its messages.
const namedAgain = 50

// indexID notes that link calls segment x so.
func (t *tracker) indexID(link, messageID string, x target) {
	k := t.key(link, foldID(messageID))
	other, taken := t.remote[k]
	switch {
	case messageID == "", taken && other != x:
		t.nameless[link] = namedAgain
	case !taken && t.nameless[link] > 0:
		t.nameless[link]--
	}
	if messageID != "" {
		t.remote[k] = x
	}
}

// forget drops what index noted of a message that is settled.
func (t *tracker) forget(id queue.ID, m *tracked) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, w := range m.progress.Ways {
		for _, s := range w.Segments {
			if k := t.key(w.Link, foldID(s.MessageID)); s.MessageID != "" && t.remote[k].id == id {
				delete(t.remote, k)
			}
		}
	}
	if k := t.doubtKey(m.msg.Ref, m.msg.To.Addr); t.doubt[k] == id {
		delete(t.doubt, k)
	}
}

// name makes segment x findable by messageID, beside what index notes.
func (t *tracker) name(link, messageID string, x target) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remote[t.key(link, foldID(messageID))] = x
}

// forgetName undoes name for a segment whose message is settled.
func (t *tracker) forgetName(link, messageID string, x target) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, form := range idForms(messageID) {
		if k := t.key(link, form); t.remote[k] == x {
			delete(t.remote, k)
		}
	}
}

// A match is a segment that a receipt may be about.
type match struct {
	target
	link      string // at whose SMSC the segment is
	converted bool   // it has its message_id in the other base
	address   bool   // which is not enough: the receipt must have its address too
}

// find returns the segments that an SMSC may mean by messageID, which it said by links[0]; the others of
// links may be further sessions with it. Some SMSCs write an id as decimal in the response and as
// hexadecimal in the receipt, or the reverse, padded or in the other case: how says which to expect. An SMSC
// whose ids have matched as they are is taken to keep to that; of one whose ids have matched in the other
// base, the same digits are likely another message.
func (t *tracker) find(how ReceiptIDs, links []string, messageID string) (found []match) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for n, link := range links {
		for i, form := range how.forms(messageID) {
			if form == "" || i > 0 && how == IDsLearn && t.keepsBase(link) {
				continue
			}
			x, ok := t.remote[t.key(link, form)]
			if !ok {
				continue
			}
			unsure := i > 0 || n > 0 || how == IDsLearn && t.exact[link] < t.converted[link]
			found = append(found, match{x, link, i > 0, unsure})
		}
	}
	return found
}

// forms returns the forms in which the message_id of a receipt may have come in the response: as it is
// first, or "" where that is not to be expected.
func (how ReceiptIDs) forms(messageID string) []string {
	f := foldID(messageID)
	switch how {
	case IDsExact:
		return []string{f}
	case IDsHexToDec: // the receipt has it in decimal
		if n, err := strconv.ParseUint(f, 10, 64); err == nil {
			return []string{"", strconv.FormatUint(n, 16)}
		}
		return []string{f}
	case IDsDecToHex:
		if n, err := strconv.ParseUint(f, 16, 64); err == nil {
			return []string{"", strconv.FormatUint(n, 10)}
		}
		return []string{f}
	}
	return idForms(messageID)
}

// keepsBase reports that the message_ids in link's receipts are known to be as in its responses.
func (t *tracker) keepsBase(link string) bool { return t.exact[link] > 0 && t.converted[link] == 0 }

// learn notes that a receipt of link was matched, as find said.
func (t *tracker) learn(link string, converted bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if converted {
		t.converted[link]++
	} else {
		t.exact[link]++
	}
}

// findDoubt returns the message in doubt that carried user_message_reference ref to addr.
func (t *tracker) findDoubt(ref uint16, addr string) (queue.ID, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id, ok := t.doubt[t.doubtKey(ref, addr)]
	return id, ok
}

// hasNames reports whether the message_ids of link have told its messages apart so far.
func (t *tracker) hasNames(link string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.nameless[link] == 0
}

// byReference returns the messages that may have carried user_message_reference ref, the latest first: it
// is the low half of their ID, see reference.
func (t *tracker) byReference(ref uint16) (ids []queue.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	const epoch = 1 << 16
	for id := t.last&^(epoch-1) | queue.ID(ref); len(ids) < 2; id -= epoch {
		if id <= t.last {
			ids = append(ids, id)
		}
		if id < epoch {
			break
		}
	}
	return ids
}

// maxOrphans is how many receipts that no message claims are kept: an account that others use too may
// bring more of their receipts than of ours.
const maxOrphans = 1000

// addOrphan notes that the receipt for messageID, sent to addr, is kept as record id. It returns the record
// that is kept no longer for that, 0 when there is none: an earlier one for the same messageID, or else the
// oldest of more than maxOrphans; over says that it was the latter.
func (t *tracker) addOrphan(link, messageID, addr string, id queue.ID) (gone queue.ID, over bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.key(link, foldID(messageID))
	gone = t.orphans[k].id
	t.orphans[k] = orphan{id, t.key("", numberEnd(addr))}
	if len(t.orphans) <= maxOrphans {
		return gone, false
	}
	gone = id
	for at, old := range t.orphans {
		if old.id <= gone {
			k, gone = at, old.id
		}
	}
	delete(t.orphans, k)
	return gone, true
}

// takeOrphan returns and forgets the receipt kept for messageID, which links[0] gave to a segment to addr.
// By another link or in another base it must be about that address: an account that others use too brings
// many receipts.
func (t *tracker) takeOrphan(how ReceiptIDs, links []string, messageID, addr string) (queue.ID, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for n, link := range links {
		for i, form := range how.reverse().forms(messageID) {
			if form == "" || i > 0 && how == IDsLearn && t.keepsBase(link) {
				continue
			}
			k := t.key(link, form)
			o, ok := t.orphans[k]
			if !ok || (i > 0 || n > 0) && o.from != t.key("", numberEnd(addr)) {
				continue
			}
			delete(t.orphans, k)
			return o.id, true
		}
	}
	return 0, false
}

// reverse is from the response to the receipt.
func (how ReceiptIDs) reverse() ReceiptIDs {
	switch how {
	case IDsHexToDec:
		return IDsDecToHex
	case IDsDecToHex:
		return IDsHexToDec
	}
	return how
}

// dropOrphan forgets record id, which is no longer kept.
func (t *tracker) dropOrphan(id queue.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, v := range t.orphans {
		if v.id == id {
			delete(t.orphans, k)
		}
	}
}

func (t *tracker) count(s *Status) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.InDoubt, s.Orphans = len(t.doubt), len(t.orphans)
}

func (t *tracker) key(link, id string) uint64 {
	var h maphash.Hash
	h.SetSeed(t.seed)
	h.WriteString(link)
	h.WriteByte(0)
	h.WriteString(id)
	return h.Sum64()
}

func (t *tracker) doubtKey(ref uint16, addr string) uint64 {
	return t.key(strconv.Itoa(int(ref)), "\x00"+numberEnd(addr))
}

// keepID is the message_id as the note of a message of so many segments keeps it: as the SMSC gave it when
// it is no longer than SMPP 3.4 §5.2.23 allows, of several segments when it is short. Else the form under
// which it is compared.
func keepID(id string, segments int) string {
	most := 64
	if segments > 1 {
		most = shortID
	}
	if id = strings.TrimSpace(id); len(id) <= most {
		return id
	}
	return foldID(id)
}

// foldID is the form under which message_ids are compared: lower case, no leading zeros, and when that
// is long a hash of it.
func foldID(id string) string {
	id = strings.ToLower(strings.TrimSpace(id))
	if s := strings.TrimLeft(id, "0"); s != "" {
		id = s
	}
	if len(id) <= shortID {
		return id
	}
	h := fnv.New64a()
	io.WriteString(h, id) // never fails (hash.Hash)
	return fmt.Sprintf("~%016x", h.Sum64())
}

// shortID is how many octets of a message_id need no hash.
const shortID = 24

// idForms returns the forms in which the same message_id may have come before: as it is, and
// where it is a number of at most 64 bits, in the other base.
func idForms(id string) []string {
	f := foldID(id)
	forms := []string{f}
	if n, err := strconv.ParseUint(f, 10, 64); err == nil {
		forms = append(forms, strconv.FormatUint(n, 16))
	}
	if n, err := strconv.ParseUint(f, 16, 64); err == nil {
		forms = append(forms, strconv.FormatUint(n, 10))
	}
	return forms
}
