//go:build !tiny

package queue

import (
	"golang.org/x/crypto/chacha20"
	"golang.org/x/crypto/chacha20poly1305"
)

// hasSealing says that this edition of the program can seal records.
const hasSealing = true

// newAEAD derives the key of the pool from a key that was given.
func newAEAD(key [sealKey]byte, p poolID) (aead, error) {
	sub, err := chacha20.HChaCha20(key[:], p[:])
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.New(sub)
}
