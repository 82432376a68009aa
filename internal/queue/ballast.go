package queue

import (
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"
)

// A ballast keeps room where a pool that is written full does not: on file systems that write what is written
// over to a new place, or compress it (JFFS2, UBIFS, btrfs). It is a file of random octets, which nothing makes
// smaller. When the file system is full it is removed, so that what waits can be settled; new records are
// refused from then on, until it can be made again.
type ballast struct {
	size  int64 // 0: none is wanted here
	there bool
	tryAt int64 // when to try to make it again
}

// copying is a directory of the kind that needs a ballast.
type copying interface {
	// copies reports whether what is written over takes new room.
	copies() bool
	// room is how many octets this process may still write.
	room() (int64, error)
}

const (
	ballastName  = "ballast"
	ballastLeast = 384 << 10 // three erase blocks of a common size: JFFS2 takes no write with fewer free
	ballastEvery = time.Minute
)

// setBallast finds out whether a ballast is wanted, and makes it; it says what kept it from that.
func (s *store) setBallast() error {
	c, ok := s.files.(copying)
	if !ok || !c.copies() {
		return nil
	}
	s.ballast.size = max(2*int64(s.size), ballastLeast)
	names, err := s.files.list()
	if err != nil {
		return err
	}
	if slices.Contains(names, ballastName) {
		f, err := s.files.open(ballastName)
		if err != nil {
			return err
		}
		n, err := f.size()
		f.Close()
		if s.ballast.there = err == nil && n >= s.ballast.size; s.ballast.there {
			return nil
		}
	}
	return s.makeBallast()
}

// makeBallast makes it when there is room for it and as much again.
func (s *store) makeBallast() error {
	b := &s.ballast
	b.tryAt = s.clock.now() + int64(ballastEvery)
	if free, err := s.files.(copying).room(); err != nil || free < 2*b.size {
		return errors.Join(err, syscall.ENOSPC)
	}
	_ = s.files.remove(ballastName) // what a cut has left
	f, err := s.files.create(ballastName)
	if err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	for at := int64(0); at < b.size && err == nil; at += int64(len(buf)) {
		for i := 0; i < len(buf); i += 8 {
			binary.NativeEndian.PutUint64(buf[i:], rand.Uint64())
		}
		var n int
		if n, err = f.WriteAt(buf, at); err == nil && n < len(buf) {
			err = io.ErrShortWrite
		}
	}
	if err == nil {
		err = f.datasync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = s.files.syncDir()
	}
	if err != nil {
		_ = s.files.remove(ballastName)
		return err
	}
	b.there = true
	return nil
}

// dropBallast removes the ballast when err says that the file system is full; it reports whether that made room.
func (s *store) dropBallast(err error) bool {
	if !s.ballast.there || !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return false
	}
	s.ballast.there = false
	if err := s.files.remove(ballastName); err != nil {
		s.log.Error("ballast not removed", "error", err)
		return false
	}
	if err := s.files.syncDir(); err != nil {
		s.log.Warn("directory not synced", "error", err)
	}
	s.ballast.tryAt = s.clock.now() + int64(ballastEvery)
	s.log.Error("the file system is full: the ballast was removed for what waits to be settled, new records are refused")
	return true
}

// outOfRoom reports whether the file system is so full that new records are refused.
func (s *store) outOfRoom() bool {
	b := &s.ballast
	if b.size == 0 || b.there {
		return false
	}
	if s.clock.now() >= b.tryAt && s.makeBallast() == nil {
		s.log.Info("the file system has room again")
		return false
	}
	return true
}
