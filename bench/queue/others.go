package main

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/nsqio/go-diskqueue"
	"github.com/tidwall/wal"
	"go.etcd.io/bbolt"
	_ "modernc.org/sqlite"
)

// bolt keeps messages and their states in two buckets.
type bolt struct {
	db   *bbolt.DB
	next uint64
}

var messages, states = []byte("messages"), []byte("states")

func openBolt(dir string) (store, error) {
	db, err := bbolt.Open(filepath.Join(dir, "db"), 0o600, nil)
	if err != nil {
		return nil, err
	}
	return &bolt{db: db}, db.Update(func(tx *bbolt.Tx) error {
		_, err1 := tx.CreateBucket(messages)
		_, err2 := tx.CreateBucket(states)
		return errors.Join(err1, err2)
	})
}

func key(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func (b *bolt) put(bodies [][]byte) (refs []uint64, err error) {
	return refs, b.db.Update(func(tx *bbolt.Tx) error {
		for _, body := range bodies {
			b.next++
			refs = append(refs, b.next)
			if err := tx.Bucket(messages).Put(key(b.next), body); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle does in one transaction what ours does in one sync.
func (b *bolt) settle(refs []uint64) error {
	return b.db.Update(func(tx *bbolt.Tx) error {
		for _, ref := range refs {
			if err := errors.Join(tx.Bucket(states).Put(key(ref), remoteID), tx.Bucket(messages).Delete(key(ref)), tx.Bucket(states).Delete(key(ref))); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bolt) close() error { return b.db.Close() }

// sqlite keeps them in one table.
type sqlite struct{ db *sql.DB }

func openSQLite(dir string) (store, error) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "db"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	for _, q := range []string{"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE m(id INTEGER PRIMARY KEY AUTOINCREMENT, state INTEGER, remote BLOB, body BLOB)"} {
		if _, err := db.Exec(q); err != nil {
			return nil, err
		}
	}
	return &sqlite{db}, nil
}

func (s *sqlite) put(bodies [][]byte) (refs []uint64, err error) {
	tx, err := s.db.Begin()
	if err != nil {
		return nil, err
	}
	for _, body := range bodies {
		r, err := tx.Exec("INSERT INTO m(state, body) VALUES(0, ?)", body)
		if err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
		id, err := r.LastInsertId()
		if err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
		refs = append(refs, uint64(id))
	}
	return refs, tx.Commit()
}

func (s *sqlite) settle(refs []uint64) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	for _, ref := range refs {
		_, err1 := tx.Exec("UPDATE m SET state = 1, remote = ? WHERE id = ?", remoteID, int64(ref))
		_, err2 := tx.Exec("DELETE FROM m WHERE id = ?", int64(ref))
		if err := errors.Join(err1, err2); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

func (s *sqlite) close() error { return s.db.Close() }

// disk has no acknowledgement: one queue of messages, one of states, and what is settled is read from both.
type disk struct{ messages, states diskqueue.Interface }

func openDiskqueue(dir string) (store, error) {
	open := func(name string) diskqueue.Interface {
		return diskqueue.New(name, dir, 8<<20, 1, 1<<20, 1, time.Hour, func(diskqueue.LogLevel, string, ...any) {})
	}
	return &disk{open("messages"), open("states")}, nil
}

func (d *disk) put(bodies [][]byte) ([]uint64, error) {
	for _, body := range bodies {
		if err := d.messages.Put(body); err != nil {
			return nil, err
		}
	}
	return make([]uint64, len(bodies)), nil
}

func (d *disk) settle(refs []uint64) error {
	for range refs {
		if err := d.states.Put(remoteID); err != nil {
			return err
		}
	}
	for range refs {
		<-d.messages.ReadChan()
		<-d.states.ReadChan()
	}
	return nil
}

func (d *disk) close() error { return errors.Join(d.messages.Close(), d.states.Close()) }

// log has put, submitted and done records, and forgets its front now and then.
type log struct {
	wal  *wal.Log
	next uint64
	keep uint64
}

func openWAL(dir string) (store, error) {
	l, err := wal.Open(filepath.Join(dir, "wal"), nil)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	return &log{wal: l, next: 1, keep: 4096}, nil
}

func (l *log) write(records ...[]byte) error {
	var b wal.Batch
	for _, r := range records {
		b.Write(l.next, r)
		l.next++
	}
	return l.wal.WriteBatch(&b)
}

func (l *log) put(bodies [][]byte) (refs []uint64, err error) {
	for i := range bodies {
		refs = append(refs, l.next+uint64(i))
	}
	return refs, l.write(bodies...)
}

func (l *log) settle(refs []uint64) error {
	var records [][]byte
	for _, ref := range refs {
		records = append(records, append(key(ref), remoteID...), key(ref))
	}
	if err := l.write(records...); err != nil {
		return err
	}
	if first, err := l.wal.FirstIndex(); err != nil || l.next-first < 2*l.keep {
		return err
	}
	return l.wal.TruncateFront(l.next - l.keep)
}

func (l *log) close() error { return l.wal.Close() }
