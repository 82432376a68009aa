package alerts

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// store keeps the engine's state in two files that are written in turn, each whole and in place: a cut
// at any moment leaves the generation before. Nothing is renamed, and no file shrinks, so that a full
// disk does not stop what was there before from being written again.
//
// A file is a header of 32 octets, big-endian, and JSON:
//
//	0  8 octets "SMPPALRT"
//	8  uint32  version, 1
//	12 uint32  length of the JSON
//	16 uint64  sequence number, one higher with every write
//	24 uint32  CRC-32C of octets 0 to 23 and the JSON
//	28 uint32  0
//
// What follows up to the end of the file is of no meaning.
type store struct {
	dir      string
	sequence uint64  // of the latest good generation; 0: none
	next     int     // the file to write next
	named    [2]bool // the file's name is known to be on flash
}

const (
	storeMagic   = "SMPPALRT"
	storeVersion = 1
	storeHeader  = 32
	storePage    = 4096
	storeFirst   = 4 * storePage // the size a file has from the start
	storeMax     = 8 << 20       // of the JSON
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (s *store) path(n int) string { return filepath.Join(s.dir, fmt.Sprintf("alerts.%d", n)) }

// openStore reads the newest good generation in dir. problems says in words what was not readable; they
// are no reason not to start.
func openStore(dir string) (s *store, kept saved, problems []error) {
	s = &store{dir: dir}
	for n := range 2 {
		sequence, got, err := readGeneration(s.path(n))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			problems = append(problems, err)
			continue
		}
		if sequence > s.sequence {
			s.sequence, s.next, kept = sequence, 1-n, got
		}
	}
	return s, kept, problems
}

func readGeneration(path string) (uint64, saved, error) {
	var kept saved
	f, err := os.Open(path)
	if err != nil {
		return 0, kept, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, storeHeader+storeMax))
	if err != nil {
		return 0, kept, fmt.Errorf("read %s: %w", path, err)
	}
	sequence, body, err := decodeGeneration(b)
	if err == nil {
		err = json.Unmarshal(body, &kept)
	}
	if err != nil {
		return 0, saved{}, fmt.Errorf("%s: %w", path, err)
	}
	return sequence, kept, nil
}

// decodeGeneration checks a file and gives its JSON.
func decodeGeneration(b []byte) (sequence uint64, body []byte, err error) {
	if len(b) < storeHeader || string(b[:8]) != storeMagic {
		return 0, nil, errors.New("no alert state stands at its beginning")
	}
	if v := binary.BigEndian.Uint32(b[8:]); v != storeVersion {
		return 0, nil, fmt.Errorf("version %d, and only %d is known", v, storeVersion)
	}
	n := binary.BigEndian.Uint32(b[12:])
	if uint64(n) > uint64(len(b)-storeHeader) {
		return 0, nil, fmt.Errorf("%d octets are announced and %d are there", n, len(b)-storeHeader)
	}
	body = b[storeHeader : storeHeader+int(n)]
	if got, want := checksum(b[:24], body), binary.BigEndian.Uint32(b[24:]); got != want {
		return 0, nil, errors.New("the checksum is wrong: a write was cut short, or the file is damaged")
	}
	return binary.BigEndian.Uint64(b[16:]), body, nil
}

func checksum(head, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, body)
}

// encodeGeneration is what decodeGeneration reads, padded to whole pages.
func encodeGeneration(sequence uint64, kept saved) ([]byte, error) {
	body, err := json.Marshal(kept)
	if err != nil {
		return nil, err
	}
	if len(body) > storeMax {
		return nil, fmt.Errorf("%d octets of state are more than %d", len(body), storeMax)
	}
	pages := (storeHeader + len(body) + storePage - 1) / storePage
	b := make([]byte, pages*storePage)
	copy(b, storeMagic)
	binary.BigEndian.PutUint32(b[8:], storeVersion)
	binary.BigEndian.PutUint32(b[12:], uint32(len(body)))
	binary.BigEndian.PutUint64(b[16:], sequence)
	copy(b[storeHeader:], body)
	binary.BigEndian.PutUint32(b[24:], checksum(b[:24], body))
	return b, nil
}

// write makes kept the newest generation. When it returns nil it is on flash; else the generation before
// still is.
func (s *store) write(kept saved) error {
	b, err := encodeGeneration(s.sequence+1, kept)
	if err != nil {
		return fmt.Errorf("alert state: %w", err)
	}
	if err := s.overwrite(s.path(s.next), b); err != nil {
		return fmt.Errorf("alert state: %w", err)
	}
	if !s.named[s.next] {
		if err := syncDir(s.dir); err != nil {
			return fmt.Errorf("alert state: %w", err)
		}
		s.named[s.next] = true
	}
	s.sequence++
	s.next = 1 - s.next
	return nil
}

func (s *store) overwrite(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	created := errors.Is(err, fs.ErrNotExist)
	if created {
		if err := makeDir(s.dir); err != nil {
			return err
		}
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	}
	if err != nil {
		return err
	}
	if created && len(b) < storeFirst {
		b = append(b, make([]byte, storeFirst-len(b))...) // room for more, while there is some
	}
	if _, err := f.WriteAt(b, 0); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// makeDir makes dir unless it is there, and its name durable.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // some file systems cannot
		return err
	}
	return nil
}
