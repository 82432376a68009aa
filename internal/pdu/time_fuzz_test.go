package pdu

import (
	"testing"
	"time"
)

// FuzzTime reads anything as a time: what is read is written as it was, and means the same.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"", "261123084931004+", "020610233429000R", "371231235959948-", "000000000000000R", "380101000000000+"} {
		f.Add(s, int64(1795420171))
	}
	f.Fuzz(func(t *testing.T, s string, unix int64) {
		read, err := ReadTime(s)
		if err != nil {
			if read != (Time{}) {
				t.Fatalf("%q: %v and an error: %v", s, read, err)
			}
			return
		}
		again, err := read.Wire()
		// Nobody is half an hour west of anything by "-00", so that is not kept.
		if err != nil || again != s && s[:min(len(s), 13)]+"00+" != again {
			t.Fatalf("%q is %v, written %q, %v", s, read, again, err)
		}
		if !read.Relative {
			return
		}
		now := time.Unix(unix%(1<<40), 0)
		end := read.Span.After(now)
		if end.Before(now) {
			t.Fatalf("%q from %v ends before it: %v", s, now, end)
		}
		if s := SpanBetween(now, end); s.Years < 99 && !s.After(now).Equal(end) {
			t.Fatalf("%v to %v is %v, which ends %v", now, end, s, s.After(now))
		}
	})
}

// FuzzReceiptTime reads anything as the date of a receipt.
func FuzzReceiptTime(f *testing.F) {
	for _, s := range []string{
		"2611230849", "261123084931", "202611230849", "20261123084931", "1795420171", "1795420171000", "261123084931004+",
		"2026-11-23 08:49:31", "26/11/23T08:49", "",
	} {
		f.Add(s, int64(1795420171))
	}
	f.Fuzz(func(t *testing.T, s string, unix int64) {
		near := time.Unix(unix, 0)
		at, err := ReceiptTime(s, near)
		if err != nil {
			if !at.IsZero() {
				t.Fatalf("%q: %v and an error: %v", s, at, err)
			}
			return
		}
		if y := at.UTC().Year(); y < -1 || y > 10000 {
			t.Fatalf("%q is %v", s, at)
		}
	})
}
