package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// bodySize is the size of a common text, remoteID of a message_id.
const bodySize = 200

var remoteID = []byte("0123456789abcdef")

// A store keeps messages until they are settled.
type store interface {
	// put stores the bodies; they are durable when it returns.
	put(bodies [][]byte) (refs []uint64, err error)
	// settle notes for each that the SMSC took it, with its id, and then that it is delivered; both are durable
	// when it returns. That is the agent's default policy: the first need not be durable before the second.
	settle(refs []uint64) error
	close() error
}

// candidate opens one kind of store in a new directory.
type candidate struct {
	name string
	open func(dir string) (store, error)
	warm int // lives before it counts: so many that its files have been used once
}

var candidates = []candidate{
	{"smppagent queue", openOurs, 32 << 10},
	{"etcd-io/bbolt v1.5.0", openBolt, 1024},
	{"modernc.org/sqlite v1.61.1 WAL FULL", openSQLite, 4096},
	{"nsqio/go-diskqueue v1.1.0 syncEvery=1", openDiskqueue, 256},
	{"tidwall/wal v1.2.1", openWAL, 4096},
}

// figures are octets and flushes for one message.
type figures struct{ octets, flushes float64 }

// wear prints what each candidate writes for one message.
func wear(d *device, n int) error {
	n = n / 16 * 16
	fmt.Printf("octets that reach the block device, and flushes, for one message of %d octets; ext4 with default options, %d messages\n\n", bodySize, n)
	fmt.Println("   append flushes |     life flushes | batch of 16 flushes | time of a life | store")
	for i, c := range candidates {
		dir := filepath.Join(d.point, fmt.Sprint("store-", i))
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		row, took, err := measure(d, c, dir, n)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		print(row, took.Round(time.Microsecond).String(), c.name)
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	print([3]figures{{4096, 1}, {2 * 4096, 2}, {2 * 4096 / 16, 2. / 16}}, "", "the floor: a page for each durable append, and for each end")
	return nil
}

// print prints one row of the table.
func print(row [3]figures, took, name string) {
	fmt.Printf("%9.0f %7.2f |%9.0f %7.2f |%12.0f %7.2f |%15s | %s\n",
		row[0].octets, row[0].flushes, row[1].octets, row[1].flushes, row[2].octets, row[2].flushes, took, name)
}

// measure returns append, life and life in batches of 16, and how long a life took.
func measure(d *device, c candidate, dir string, n int) (row [3]figures, took time.Duration, err error) {
	s, err := c.open(dir)
	if err != nil {
		return row, 0, err
	}
	defer s.close()
	body := bytes.Repeat([]byte{'m'}, bodySize)
	lives := func(n, batch int, settle bool) (refs []uint64, err error) {
		for range n / batch {
			bodies := make([][]byte, batch)
			for i := range bodies {
				bodies[i] = body
			}
			got, err := s.put(bodies)
			if err == nil && settle {
				err = s.settle(got)
			} else {
				refs = append(refs, got...)
			}
			if err != nil {
				return nil, err
			}
		}
		return refs, nil
	}
	count := func(do func() error) (f figures, err error) {
		before, err := d.written()
		if err != nil {
			return f, err
		}
		if err := do(); err != nil {
			return f, err
		}
		after, err := d.written()
		return figures{float64(after.octets-before.octets) / float64(n), float64(after.flushes-before.flushes) / float64(n)}, err
	}
	if _, err := lives(c.warm, 256, true); err != nil {
		return row, 0, err
	}
	var refs []uint64
	if row[0], err = count(func() (err error) { refs, err = lives(n, 1, false); return err }); err != nil {
		return row, 0, err
	}
	for len(refs) > 0 {
		some := refs[:min(256, len(refs))]
		if err := s.settle(some); err != nil {
			return row, 0, err
		}
		refs = refs[len(some):]
	}
	start := time.Now()
	if row[1], err = count(func() error { _, err := lives(n, 1, true); return err }); err != nil {
		return row, 0, err
	}
	took = time.Since(start) / time.Duration(n)
	row[2], err = count(func() error { _, err := lives(n, 16, true); return err })
	return row, took, err
}
