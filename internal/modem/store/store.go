// Package store is the memory of messages that a modem shows to its clients, "SM" or "ME": numbered slots
// that survive restarts and power cuts. It keeps TPDUs as they are and does not look into them.
package store

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Status is what a slot holds, by the numbers of PDU mode: TS 27.005 §3.1.
type Status uint8

// The statuses. The numbers are kept on flash: they never change.
const (
	Unread Status = 0 // received, not read yet
	Read   Status = 1 // received and read
	Unsent Status = 2 // stored by the client, not sent yet
	Sent   Status = 3 // stored by the client and sent
)

// String is the status as text mode has it: TS 27.005 §3.1.
func (s Status) String() string {
	switch s {
	case Unread:
		return "REC UNREAD"
	case Read:
		return "REC READ"
	case Unsent:
		return "STO UNSENT"
	case Sent:
		return "STO SENT"
	}
	return fmt.Sprintf("Status(%d)", uint8(s))
}

// ParseStatus reads what String writes.
func ParseStatus(s string) (Status, bool) {
	for status := Unread; status <= Sent; status++ {
		if s == status.String() {
			return status, true
		}
	}
	return 0, false
}

// A Slot is one message in a memory.
type Slot struct {
	// Index is its number, from 1.
	Index  int
	Status Status
	// Report is true for an SMS-STATUS-REPORT, false for SMS-DELIVER and SMS-SUBMIT.
	Report bool
	// Key is the name under which whoever brought the message knows it; 0: none.
	Key uint64
	// TPDU is the message without service centre address, at most 255 octets. It is not to be changed.
	TPDU []byte
}

// Errors of Memory.
var (
	// ErrFull: no slot is free.
	ErrFull = errors.New("store: memory is full")
	// ErrIndex: the slot is empty, or there is none of that number.
	ErrIndex = errors.New("store: no message at this index")
)

// Limits of a memory.
const (
	MaxSlots = 1000
	maxTPDU  = 255
	keysKept = 256 // keys of messages that are remembered after their slots are empty again
)

// A Memory is a number of slots. Its methods may be called from any goroutine.
type Memory struct {
	mu    sync.Mutex
	slots []Slot // slot i is at i-1; TPDU is nil where it is empty
	used  int
	keys  []uint64 // of the latest that were added, oldest first
	file  *file    // nil: the memory is forgotten at the end
}

// New gives an empty memory of size slots, 1 to MaxSlots, that nothing keeps.
func New(size int) (*Memory, error) {
	if size < 1 || size > MaxSlots {
		return nil, fmt.Errorf("store: %d slots: must be 1 to %d", size, MaxSlots)
	}
	return &Memory{slots: make([]Slot, size)}, nil
}

// Size is how many slots there are.
func (m *Memory) Size() int { return len(m.slots) }

// Used is how many slots hold a message.
func (m *Memory) Used() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}

// Add puts a message into the first free slot and returns its index when it is on flash. With a key that
// is known already it puts nothing and returns the index of the slot that has it, 0 when that is empty
// again: so a message may be brought twice. It is ErrFull when there is no room, or what the flash said:
// the memory is then as it was.
func (m *Memory) Add(s Slot) (index int, err error) {
	if s.Status > Sent || len(s.TPDU) == 0 || len(s.TPDU) > maxTPDU {
		return 0, fmt.Errorf("store: message of %d octets with status %d: must be 1 to 255 octets and 0 to 3", len(s.TPDU), s.Status)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.Key != 0 && slices.Contains(m.keys, s.Key) {
		for _, have := range m.slots {
			if have.TPDU != nil && have.Key == s.Key {
				return have.Index, nil
			}
		}
		return 0, nil
	}
	free := slices.IndexFunc(m.slots, func(s Slot) bool { return s.TPDU == nil })
	if free < 0 {
		return 0, ErrFull
	}
	s.Index, s.TPDU = free+1, slices.Clone(s.TPDU)
	if err := m.write(record{op: opAdd, slot: s}, true); err != nil {
		return 0, err
	}
	m.apply(record{op: opAdd, slot: s})
	return s.Index, nil
}

// Get gives the slot at index, or ErrIndex.
func (m *Memory) Get(index int) (Slot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.there(index) {
		return Slot{}, ErrIndex
	}
	return m.slots[index-1], nil
}

// List gives the slots that hold a message, by index.
func (m *Memory) List() []Slot {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]Slot, 0, m.used)
	for _, s := range m.slots {
		if s.TPDU != nil {
			list = append(list, s)
		}
	}
	return list
}

// SetStatus changes the status of the slot at index, or is ErrIndex. It does not wait for the flash: after a
// power cut a message may be unread again, which costs less than a flush for each that is read.
func (m *Memory) SetStatus(index int, status Status) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.there(index) {
		return ErrIndex
	}
	s := m.slots[index-1]
	if s.Status == status {
		return nil
	}
	s.Status, s.TPDU = status, nil
	r := record{op: opStatus, slot: s}
	if err := m.write(r, false); err != nil {
		return err
	}
	m.apply(r)
	return nil
}

// Delete empties the slots at the indexes and returns when the flash knows it. Slots that are empty are none
// of its errors.
func (m *Memory) Delete(indexes ...int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var records []record
	for _, index := range indexes {
		if m.there(index) {
			records = append(records, record{op: opDelete, slot: Slot{Index: index}})
		}
	}
	for i, r := range records {
		if err := m.write(r, i+1 == len(records)); err != nil {
			return err
		}
		m.apply(r)
	}
	return nil
}

func (m *Memory) there(index int) bool {
	return index >= 1 && index <= len(m.slots) && m.slots[index-1].TPDU != nil
}

// apply does in the memory what a record says.
func (m *Memory) apply(r record) {
	switch at := r.slot.Index - 1; r.op {
	case opAdd:
		if m.slots[at].TPDU == nil {
			m.used++
		}
		m.slots[at] = r.slot
		m.remember(r.slot.Key)
	case opStatus:
		if m.slots[at].TPDU != nil {
			m.slots[at].Status = r.slot.Status
		}
	case opDelete:
		if m.slots[at].TPDU != nil {
			m.used--
		}
		m.slots[at] = Slot{}
	case opKey:
		m.remember(r.slot.Key)
	}
}

func (m *Memory) remember(key uint64) {
	if key == 0 || slices.Contains(m.keys, key) {
		return
	}
	if len(m.keys) == keysKept {
		m.keys = slices.Delete(m.keys, 0, 1)
	}
	m.keys = append(m.keys, key)
}
