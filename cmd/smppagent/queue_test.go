package main

import (
	"testing"
	"time"
)

func TestClockTime(t *testing.T) {
	now := time.Date(2026, 12, 24, 18, 30, 0, 0, time.UTC)
	for at, want := range map[time.Time]string{
		now.Add(time.Hour):       "19:30:00",
		now.Add(24 * time.Hour):  "2026-12-25 18:30:00",
		now.AddDate(1, 0, 0):     "2027-12-24 18:30:00",
		now.Add(-24 * time.Hour): "2026-12-23 18:30:00",
	} {
		if got := clockTime(at, now); got != want {
			t.Errorf("%v: got %s, want %s", at, got, want)
		}
	}
}
