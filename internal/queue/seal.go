package queue

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// Sealing keeps the content of records from whoever reads the medium without the key: a stolen card, a dead one
// that is thrown away. It hides keys, texts, numbers, notes and reasons. It does not hide how many records
// there are, how long they are, when they were written and which belong together; it does not keep
// anybody from deleting or putting back whole files; and it does not help where the key lies on the same medium.
//
// A record is sealed with ChaCha20-Poly1305 (RFC 8439). The key of the pool is HChaCha20 of the key given and the
// pool's id, as in XChaCha20. The nonce is life u32, offset u32, salt u32: a place is written once in a life, and
// the salt, random in each life, tells the lives of copies of a pool apart. The record's header, apart from
// its CRC, is authenticated with it. The payload is the salt, the sealed octets and a tag; header and CRC stay
// as they are, so that damage is found without the key.
const (
	sealSalt     = 4
	sealKey      = 32
	sealNonce    = 12
	sealOverhead = sealSalt + 16 // and the tag
)

// aead is the part of a cipher.AEAD that sealing needs. Its package is not in the tiny edition.
type aead interface {
	Seal(dst, nonce, plaintext, additionalData []byte) []byte
	Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error)
}

// ErrKey: records are sealed and the keys given do not open them. It says nothing of damage.
var ErrKey = errors.New("queue: the key does not fit")

// Keys opens sealed records with any of its keys and seals with the first; the zero Keys has none.
type Keys struct {
	from string // where they were read
	keys [][sealKey]byte
}

// ReadKeys reads a file of keys, one to a line, each 64 hexadecimal digits; the first seals, the others are those
// of before. The file may be readable by its owner only.
func ReadKeys(name string) (k Keys, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return k, fmt.Errorf("queue: key file: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return k, fmt.Errorf("queue: key file %s can be read by others (mode %04o): chmod 600 it", name, mode)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return k, fmt.Errorf("queue: key file: %w", err)
	}
	k.from = name
	for i, line := range strings.Fields(string(b)) {
		key, err := hex.DecodeString(line)
		if err != nil || len(key) != sealKey { // the line is a secret: it is not shown
			return Keys{}, fmt.Errorf("queue: key file %s: key %d is not 64 hexadecimal digits, as openssl rand -hex 32 makes them", name, i+1)
		}
		k.keys = append(k.keys, [sealKey]byte(key))
	}
	if len(k.keys) == 0 {
		return Keys{}, fmt.Errorf("queue: key file %s is empty", name)
	}
	return k, nil
}

// keys reads what KeyFile or KeyCredential names.
func (c Config) keys() (Keys, error) {
	switch {
	case c.KeyFile != "":
		return ReadKeys(c.KeyFile)
	case c.KeyCredential != "":
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if dir == "" {
			return Keys{}, fmt.Errorf("queue: key_credential %q: there is no $CREDENTIALS_DIRECTORY; systemd sets it for a unit with LoadCredential=", c.KeyCredential)
		}
		name := filepath.Join(dir, c.KeyCredential)
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			return Keys{}, fmt.Errorf("queue: key_credential %q: the unit was given no credential of that name", c.KeyCredential)
		}
		return ReadKeys(name)
	}
	return Keys{}, nil
}

// sealer seals and opens the records of one pool. The zero sealer seals nothing.
type sealer struct {
	aeads []aead // of the keys, in their order
	last  int    // the one that opened last
	salt  [sealSalt]byte
}

// sealerFor derives the keys of the pool.
func (k Keys) sealerFor(p poolID) (s sealer, err error) {
	for _, key := range k.keys {
		a, err := newAEAD(key, p)
		if err != nil {
			return sealer{}, fmt.Errorf("queue: key: %w", err)
		}
		s.aeads = append(s.aeads, a)
	}
	return s, nil
}

// begin takes a new salt, for a new life.
func (s *sealer) begin() {
	binary.NativeEndian.PutUint32(s.salt[:], rand.Uint32()) // its generator is seeded by the kernel
}

// overhead is how many octets a sealed record is longer.
func (s *sealer) overhead() int {
	if len(s.aeads) == 0 {
		return 0
	}
	return sealOverhead
}

// seals reports whether records of the kind are sealed: all that say something of messages.
func (s *sealer) seals(k kind) bool { return len(s.aeads) > 0 && k != kindCheck && k != kindPad }

// nonceAt is the nonce of a record.
func nonceAt(life uint32, at int, salt []byte) []byte {
	n := binary.LittleEndian.AppendUint32(make([]byte, 0, sealNonce), life)
	n = binary.LittleEndian.AppendUint32(n, uint32(at))
	return append(n, salt...)
}

// bound is what the seal binds the payload to: the record's header without its CRC. The length is the sealed one.
func (r *record) bound(length int) []byte {
	var h [recordHeader - 4]byte
	binary.LittleEndian.PutUint16(h[0:], recordMagic)
	h[2], h[3] = byte(r.kind), r.flags
	binary.LittleEndian.PutUint16(h[4:], uint16(length))
	binary.LittleEndian.PutUint16(h[6:], r.batch)
	binary.LittleEndian.PutUint32(h[8:], r.life)
	binary.LittleEndian.PutUint64(h[12:], uint64(r.id))
	return h[:]
}

// seal replaces the payload of a record that is to lie at offset at by its sealed form.
func (s *sealer) seal(r *record, at int) {
	r.flags |= flagSealed
	out := make([]byte, sealSalt, len(r.payload)+sealOverhead)
	copy(out, s.salt[:])
	r.payload = s.aeads[0].Seal(out, nonceAt(r.life, at, s.salt[:]), r.payload, r.bound(len(r.payload)+sealOverhead))
}

// open replaces a sealed payload by what was sealed, appended to buf; it reports whether one of the keys did it.
func (s *sealer) open(r *record, at int, buf []byte) bool {
	if len(r.payload) < sealOverhead {
		return false
	}
	salt, sealed := r.payload[:sealSalt], r.payload[sealSalt:]
	for n := range s.aeads {
		i := (s.last + n) % len(s.aeads)
		plain, err := s.aeads[i].Open(buf, nonceAt(r.life, at, salt), sealed, r.bound(len(r.payload)))
		if err == nil {
			s.last, r.payload = i, plain
			return true
		}
	}
	return false
}
