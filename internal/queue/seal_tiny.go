//go:build tiny

package queue

import "errors"

// hasSealing says that this edition of the program can seal records: it cannot, which saves 80 kB on ARM.
const hasSealing = false

func newAEAD([sealKey]byte, poolID) (aead, error) {
	return nil, errors.New("the tiny edition of this program cannot seal records")
}
