package sim

import "fmt"

// Stats are counts since New.
type Stats struct {
	Sessions        int    `json:"sessions"` // bound now
	Binds           uint64 `json:"binds"`
	BindsRefused    uint64 `json:"binds_refused"`
	Submits         uint64 `json:"submits"`          // submit_sm accepted
	Refused         uint64 `json:"refused"`          // submit_sm refused
	Messages        uint64 `json:"messages"`         // complete, each once
	Duplicates      uint64 `json:"duplicates"`       // submit_sm accepted that had been accepted before
	ReceiptsAcked   uint64 `json:"receipts_acked"`   // taken by the ESME
	ReceiptsPending int    `json:"receipts_pending"` // not taken yet
	MOAcked         uint64 `json:"mo_acked"`
	MOPending       int    `json:"mo_pending"`
	Enquires        uint64 `json:"enquires"`
	Faults          uint64 `json:"faults"` // times it misbehaved
}

// Stats returns the counts of this moment.
func (s *SMSC) Stats() Stats {
	st := s.hall.stats()
	s.book.mu.Lock()
	st.Submits, st.Duplicates, st.Messages = s.book.submits, s.book.duplicates, s.book.messages
	s.book.mu.Unlock()
	st.ReceiptsPending, st.MOPending = s.outbox.pending()
	return st
}

// String returns the counts as one line.
func (st Stats) String() string {
	return fmt.Sprintf("%d sessions, %d submit_sm accepted (%d messages, %d duplicates), %d refused, receipts %d taken %d pending, MO %d taken %d pending, %d binds %d refused, %d enquire_link, %d faults",
		st.Sessions, st.Submits, st.Messages, st.Duplicates, st.Refused, st.ReceiptsAcked, st.ReceiptsPending,
		st.MOAcked, st.MOPending, st.Binds, st.BindsRefused, st.Enquires, st.Faults)
}
