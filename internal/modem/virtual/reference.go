package virtual

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"smppagent/internal/sms"
)

// KeyPrefix begins the key of every message that a port has put into the queue. The port's name follows, "/",
// the message reference, "r" when a status report was asked for, "-", and letters that make it unique. By its
// key the port knows a message again after a restart.
const KeyPrefix = "virtual:"

// A reference is a message whose outcome is open: TP-Message-Reference, TS 23.040 §9.2.3.6.
type reference struct {
	key  string
	to   sms.Address
	at   time.Time
	want bool   // a status report was asked for
	told bool   // and is in the memory
	id   uint64 // of the message; 0 while it is not known
}

// references gives out message references, none that is open. Its methods may be called from any goroutine.
type references struct {
	mu   sync.Mutex
	last byte
	open [256]*reference
}

// next gives the next reference for m and its key. When all are open the oldest is given again.
func (r *references) next(port string, m *sms.Message) (ref byte, key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ref = r.last + 1
	for range 256 {
		if r.open[ref] == nil {
			break
		}
		ref++
	}
	r.last = ref
	key = KeyPrefix + port + "/" + strconv.Itoa(int(ref))
	if m.Receipt {
		key += "r"
	}
	key += "-" + fmt.Sprintf("%016x", rand.Uint64())
	r.open[ref] = &reference{key: key, to: m.To, at: time.Now(), want: m.Receipt}
	return ref, key
}

// forget frees a reference.
func (r *references) forget(ref byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[ref] = nil
}

// accepted notes the ID of the message, unless it has come to its end meanwhile.
func (r *references) accepted(ref byte, key string, id uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x := r.open[ref]; x != nil && x.key == key {
		x.id = id
	}
}

// restore notes a message from before a restart.
func (r *references) restore(x reference) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ref, want, ok := parseKey(x.key); ok {
		x.want = want
		r.open[ref], r.last = &x, ref
	}
}

// find gives the reference of the message with the key; ok is false when it is not open.
func (r *references) find(key string) (ref byte, x reference, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ref, _, ok = parseKey(key)
	if !ok || r.open[ref] == nil || r.open[ref].key != key {
		return 0, reference{}, false
	}
	return ref, *r.open[ref], true
}

// reported notes that the status report of the message with the key is in the memory.
func (r *references) reported(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ref, _, ok := parseKey(key); ok && r.open[ref] != nil && r.open[ref].key == key {
		r.open[ref].told = true
	}
}

// findID gives the reference of message id.
func (r *references) findID(id uint64) (ref byte, x reference, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, x := range r.open {
		if x != nil && x.id == id {
			return byte(i), *x, true
		}
	}
	return 0, reference{}, false
}

// parseKey reads the reference in a key, and whether a status report was asked for.
func parseKey(key string) (ref byte, want, ok bool) {
	_, tail, _ := strings.Cut(key, "/")
	digits, _, ok := strings.Cut(tail, "-")
	digits, want = strings.CutSuffix(digits, "r")
	n, err := strconv.ParseUint(digits, 10, 8)
	return byte(n), want, ok && err == nil
}

// portOf gives the name of the port in a key.
func portOf(key string) (string, bool) {
	rest, ok := strings.CutPrefix(key, KeyPrefix)
	name, _, cut := strings.Cut(rest, "/")
	return name, ok && cut
}

// count is how many are open.
func (r *references) count() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.open {
		if x != nil {
			n++
		}
	}
	return n
}
