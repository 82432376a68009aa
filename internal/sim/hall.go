package sim

import (
	"sync"
	"time"
)

// hall is where the sessions are: who is bound as what.
type hall struct {
	mu       sync.Mutex
	number   uint64
	present  map[*session]binding
	refusing bool
	counts   Stats
	ghosts   map[string]time.Time // system_ids of lost sessions, and until when they are held
}

type binding struct {
	systemID string
	kind     bindKind
}

func newHall() *hall { return &hall{present: map[*session]binding{}, ghosts: map[string]time.Time{}} }

// enter registers a connection and says whether it may stay.
func (h *hall) enter(s *session) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.number++
	s.number = h.number
	if h.refusing {
		return false
	}
	h.present[s] = binding{}
	return true
}

func (h *hall) leave(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.present, s)
}

// bind registers s under systemID. With single it reports false when the system_id has the direction
// already.
func (h *hall) bind(s *session, systemID string, kind bindKind, single bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range h.present {
		if single && b.systemID == systemID &&
			(b.kind.receives() && kind.receives() || b.kind.transmits() && kind.transmits()) {
			return false
		}
	}
	h.present[s] = binding{systemID, kind}
	return true
}

// haunt holds systemID until the given time.
func (h *hall) haunt(systemID string, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ghosts[systemID] = until
}

// haunted reports whether systemID is held.
func (h *hall) haunted(systemID string, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return now.Before(h.ghosts[systemID])
}

// systemID returns the system_id that s has bound with, empty before.
func (h *hall) systemID(s *session) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.present[s].systemID
}

// each calls f for every session, after it has let go of the hall.
func (h *hall) each(f func(*session)) {
	h.mu.Lock()
	list := make([]*session, 0, len(h.present))
	for s := range h.present {
		list = append(list, s)
	}
	h.mu.Unlock()
	for _, s := range list {
		f(s)
	}
}

// wake tells the sessions of systemID, all when it is empty, to look into the outbox.
func (h *hall) wake(systemID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s, b := range h.present {
		if b.kind.receives() && (systemID == "" || systemID == b.systemID) {
			s.lookAgain()
		}
	}
}

// receiver returns the system_id of the receiving session that bound first, empty when there is none.
func (h *hall) receiver() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var first *session
	for s, b := range h.present {
		if b.kind.receives() && (first == nil || s.number < first.number) {
			first = s
		}
	}
	if first == nil {
		return ""
	}
	return h.present[first].systemID
}

func (h *hall) refuse(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refusing = on
}

func (h *hall) count(k Kind) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch k {
	case KindBound:
		h.counts.Binds++
	case KindBindRefused:
		h.counts.BindsRefused++
	case KindRefused:
		h.counts.Refused++
	case KindReceiptAcked:
		h.counts.ReceiptsAcked++
	case KindMOAcked:
		h.counts.MOAcked++
	case KindEnquire:
		h.counts.Enquires++
	case KindFault:
		h.counts.Faults++
	}
}

func (h *hall) stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	st := h.counts
	for _, b := range h.present {
		if b.kind != open {
			st.Sessions++
		}
	}
	return st
}
