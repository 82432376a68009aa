package pdu

import (
	"strings"
	"testing"
	"time"
)

func TestRelativeTime(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		d    time.Duration
		want string
	}{
		{0, ""},
		{-time.Hour, ""},
		{1, "000000000001000R"},
		{time.Second, "000000000001000R"},
		{time.Second + 1, "000000000002000R"},
		{90 * time.Minute, "000000013000000R"},
		{24 * time.Hour, "000001000000000R"},
		{29*day + 23*time.Hour + 59*time.Minute + 59*time.Second, "000029235959000R"},
		{30 * day, "000100000000000R"},
		{63 * 7 * day, "010221000000000R"},
		{1<<63 - 1, "990000000000000R"},
	}
	for _, tt := range tests {
		if got := RelativeTime(tt.d); got != tt.want {
			t.Errorf("RelativeTime(%v) = %q, want %q", tt.d, got, tt.want)
		}
	}
}

// TestRelativeTimeReadsBack goes the way to the SMSC and back for spans that have no months.
func TestRelativeTimeReadsBack(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 49, 31, 0, time.UTC)
	for d := time.Second; d < 30*24*time.Hour; d = d*3/2 + time.Second {
		got, err := ParseTime(RelativeTime(d), now)
		want := now.Add(d)
		if err != nil || got.Before(want) || got.Sub(want) >= time.Second {
			t.Errorf("%v: %v, %v, want %v", d, got, err, want)
		}
	}
}

func TestAbsoluteTime(t *testing.T) {
	zone := func(seconds int) *time.Location { return time.FixedZone("", seconds) }
	at := func(loc *time.Location) time.Time { return time.Date(2026, 11, 23, 8, 49, 31, 7e8, loc) }
	tests := []struct {
		t    time.Time
		want string
	}{
		{time.Time{}, ""},
		{at(time.UTC), "261123084931700+"},
		{at(zone(2 * 3600)), "261123084931708+"},
		{at(zone(-5 * 3600)), "261123084931720-"},
		{at(zone(5*3600 + 2700)), "261123084931723+"},
		{at(zone(12 * 3600)), "261123084931748+"},
		{at(zone(13 * 3600)), "261122194931700+"},
		{at(zone(-1234)), "261123091005700+"},
	}
	for _, tt := range tests {
		got := AbsoluteTime(tt.t)
		if got != tt.want {
			t.Errorf("AbsoluteTime(%v) = %q, want %q", tt.t, got, tt.want)
		}
		if got == "" {
			continue
		}
		back, err := ParseTime(got, time.Time{})
		if err != nil || !back.Equal(tt.t) {
			t.Errorf("ParseTime(%q) = %v, %v, want %v", got, back, err, tt.t)
		}
	}
}

func TestParseTime(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		s    string
		want string // RFC 3339, or part of the error after "!"
	}{
		{"020610233429000R", "2028-08-11T11:34:29Z"}, // §7.1.1.2: 2 years, 6 months, 10 days, 23 h, 34 min, 29 s
		{"981101120000000+", "1998-11-01T12:00:00Z"},
		{"371101120000008-", "2037-11-01T12:00:00-02:00"},
		{"381101120000000+", "1938-11-01T12:00:00Z"},
		{"", "!0 characters"},
		{"2611230849", "!10 characters"},
		{"261123084931004Z", "!+, - or R"},
		{"26112308493100+R", "!YYMMDDhhmmsstnn"},
		{"261123 84931004+", "!YYMMDDhhmmsstnn"},
		{"260023084931004+", "!no date"},
		{"261132084931004+", "!no date"},
		{"261123244931004+", "!no date"},
		{"261123086031004+", "!no date"},
		{"261123084960004+", "!no date"},
		{"261123084931049+", "!49 quarters"},
	}
	for _, tt := range tests {
		got, err := ParseTime(tt.s, now)
		if part, bad := strings.CutPrefix(tt.want, "!"); bad {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("ParseTime(%q) = %v, %v, want an error with %q", tt.s, got, err, part)
			}
			continue
		}
		if err != nil || got.Format(time.RFC3339) != tt.want {
			t.Errorf("ParseTime(%q) = %v, %v, want %s", tt.s, got, err, tt.want)
		}
	}
}
