package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

// A file is where a memory is kept.
type file struct {
	path string
	f    *os.File
	size int64 // of what is known to be whole
	torn bool  // more may stand behind it
	log  *slog.Logger
}

// slack is how many octets of changes that mean nothing any more a file may hold before it is written anew.
const slack = 32 << 10

// Open gives the memory of size slots, 1 to MaxSlots, that the file at path keeps, an empty one when there
// is no such file. The last change may be missing when the power failed before the flash had it. A file that
// is damaged otherwise is put aside under a name of its own, with what can be read of it kept in use. Of
// more messages than there are slots now, those beyond them move to free slots; when there are not enough, it is
// an error.
func Open(path string, size int, log *slog.Logger) (*Memory, error) {
	m, err := New(size)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("store: %w", err)
	}
	m.file = &file{path: path, log: log}
	if err != nil || len(b) < len(magic) && string(b) == magic[:len(b)] {
		return m, m.opened(m.rewrite())
	}
	if string(b[:min(len(b), len(magic))]) != magic {
		return m, m.opened(errors.Join(m.file.putAside("it is no memory of messages"), m.rewrite()))
	}
	big := &Memory{slots: make([]Slot, MaxSlots)}
	bad, torn := big.replay(b[len(magic):])
	if err := m.adopt(big); err != nil {
		return nil, err
	}
	switch {
	case bad >= 0 && !torn:
		err = errors.Join(m.file.putAside(fmt.Sprintf("it is damaged at octet %d of %d", len(magic)+bad, len(b))), m.rewrite())
	case bad >= 0 || m.wasteful(int64(len(b))):
		err = m.rewrite()
	default:
		err = m.file.reopen(int64(len(b)))
	}
	return m, m.opened(err)
}

// opened closes what is open after an error.
func (m *Memory) opened(err error) error {
	if err != nil && m.file.f != nil {
		m.file.f.Close()
	}
	return err
}

// replay does what the records in b say, also those behind a place that cannot be read. bad is the first such
// place, -1 for none; torn is true when it is what a power cut leaves at the end.
func (m *Memory) replay(b []byte) (bad int, torn bool) {
	bad = -1
	last := 0
	for at := 0; at < len(b); {
		r, rest, ok := cutRecord(b[at:], len(m.slots))
		if !ok {
			if bad < 0 {
				bad = at
			}
			at++
			continue
		}
		m.apply(r)
		at = len(b) - len(rest)
		last = at
	}
	return bad, bad == last && tornTail(b[last:])
}

// tornTail is true for a record that is not whole, and for zeros.
func tornTail(rest []byte) bool {
	if len(bytes.Trim(rest, "\x00")) == 0 || len(rest) < headLen {
		return true
	}
	n := int(rest[0])<<8 | int(rest[1])
	if whole := headLen + n; whole < len(rest) {
		return false
	}
	return n <= bodyLen+keyLen+maxTPDU
}

// adopt takes over what another memory holds.
func (m *Memory) adopt(from *Memory) error {
	var homeless []Slot
	for _, s := range from.slots {
		switch {
		case s.TPDU == nil:
		case s.Index <= len(m.slots):
			m.apply(record{op: opAdd, slot: s})
		default:
			homeless = append(homeless, s)
		}
	}
	if m.used+len(homeless) > len(m.slots) {
		return fmt.Errorf("store: %s holds %d messages, and there are %d slots: have more of them, or delete messages first",
			m.file.path, m.used+len(homeless), len(m.slots))
	}
	for _, s := range homeless {
		for i := range m.slots {
			if m.slots[i].TPDU == nil {
				s.Index = i + 1
				m.apply(record{op: opAdd, slot: s})
				break
			}
		}
	}
	m.keys = from.keys
	return nil
}

// Close lets go of the file.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file == nil || m.file.f == nil {
		return nil
	}
	err := errors.Join(m.file.f.Sync(), m.file.f.Close())
	m.file.f = nil
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// write appends r to the file, and waits for the flash when durable. After an error the memory is not to do
// what r says.
func (m *Memory) write(r record, durable bool) error {
	if m.file == nil {
		return nil
	}
	if m.file.f == nil {
		return fmt.Errorf("store: %s: %w", m.file.path, fs.ErrClosed)
	}
	if m.wasteful(m.file.size) {
		if err := m.rewrite(); err != nil {
			return err
		}
	}
	return m.file.append(r.append(nil), durable)
}

// wasteful is true for a file of size octets that holds mostly what means nothing any more.
func (m *Memory) wasteful(size int64) bool {
	return size > slack && size > 2*int64(len(m.snapshot()))
}

// snapshot is a file that holds what the memory holds.
func (m *Memory) snapshot() []byte {
	b := []byte(magic)
	for _, key := range m.keys {
		b = record{op: opKey, slot: Slot{Key: key}}.append(b)
	}
	for _, s := range m.slots {
		if s.TPDU != nil {
			b = record{op: opAdd, slot: s}.append(b)
		}
	}
	return b
}

// rewrite puts a new file in place of the old one, which stays until the new one is on flash.
func (m *Memory) rewrite() error {
	b := m.snapshot()
	next := m.file.path + ".new"
	err := writeFile(next, b)
	if err == nil {
		err = os.Rename(next, m.file.path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(m.file.path))
	}
	if err == nil {
		err = m.file.reopen(int64(len(b)))
	}
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// reopen opens the file, of which size octets are whole.
func (f *file) reopen(size int64) error {
	if f.f != nil {
		f.f.Close()
		f.f = nil
	}
	opened, err := os.OpenFile(f.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	f.f, f.size, f.torn = opened, size, false
	return nil
}

// append writes b behind what is whole.
func (f *file) append(b []byte, durable bool) error {
	if f.torn {
		if err := f.f.Truncate(f.size); err != nil {
			return fmt.Errorf("store: %w", err)
		}
		f.torn = false
	}
	_, err := f.f.WriteAt(b, f.size)
	if err == nil && durable {
		err = f.f.Sync()
	}
	if err != nil {
		f.torn = true
		if f.f.Truncate(f.size) == nil {
			f.torn = false
		}
		return fmt.Errorf("store: %w", err)
	}
	f.size += int64(len(b))
	return nil
}

// putAside gives the file a second name that nothing else has, and says so. The first stays until a new file
// takes its place, so that a power cut in between loses nothing.
func (f *file) putAside(why string) error {
	for n := 1; n < 1000; n++ {
		aside := fmt.Sprintf("%s.damaged-%d", f.path, n)
		err := os.Link(f.path, aside)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil { // a file system without links
			var b []byte
			if b, err = os.ReadFile(f.path); err == nil {
				err = writeFile(aside, b)
			}
		}
		if err != nil {
			return fmt.Errorf("store: %w", err)
		}
		f.log.Error("memory of messages put aside", "file", f.path, "as", aside, "why", why)
		return nil
	}
	return fmt.Errorf("store: %s is damaged, and a thousand of its kind stand beside it: take them away", f.path)
}

func writeFile(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
