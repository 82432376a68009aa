package pdu

import (
	"math/rand/v2"
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
		{"280229000000000+", "2028-02-29T00:00:00Z"},
		{"000101000000000-", "2000-01-01T00:00:00Z"},
		{"010000000000000R", "2027-01-31T12:00:00Z"},
		{"000100000000000R", "2026-02-28T12:00:00Z"},
		{"000101000000000R", "2026-03-01T12:00:00Z"},
		{"020100000000000R", "2028-02-29T12:00:00Z"},
		{"001231235959000R", "2027-03-04T11:59:59Z"},
		{"000000000000000R", "2026-01-31T12:00:00Z"},
		{"26112308493100+R", "!character 15 is \"+\", no digit"},
		{"261123 84931004+", "!character 7 is \" \", no digit"},
		{"260023084931004+", "!no month 0 "},
		{"261323084931004+", "!no month 13"},
		{"261132084931004+", "!no day 32 in 2026-11"},
		{"270229084931004+", "!no day 29 in 2027-02"},
		{"261131084931004+", "!no day 31 in 2026-11"},
		{"261100084931004+", "!no day 0 "},
		{"261123244931004+", "!no hour 24"},
		{"261123086031004+", "!no minute 60"},
		{"261123084960004+", "!no second 60"},
		{"261123084931049+", "!49 quarters"},
		{"001300000000000R", "!more than 12 months"},
		{"000032000000000R", "!more than 31 days"},
		{"000000240000000R", "!more than 23 hours"},
		{"000000006000000R", "!more than 59 minutes"},
		{"000000000060000R", "!more than 59 seconds"},
		{"000000000100004R", "!has \"004\" before the R"},
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

// TestSpan goes from a moment to an end and back, by the calendar.
func TestSpan(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04:05.999", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	tests := []struct {
		now, end string
		span     Span
		wire     string
	}{
		{"2026-01-31 12:00:00", "2026-02-28 12:00:00", Span{Months: 1}, "000100000000000R"},
		{"2026-01-31 12:00:00", "2026-02-28 11:59:59", Span{Days: 27, Hours: 23, Minutes: 59, Seconds: 59}, "000027235959000R"},
		{"2024-01-31 12:00:00", "2024-02-29 12:00:00", Span{Months: 1}, "000100000000000R"},
		{"2024-02-29 00:00:00", "2025-02-28 00:00:00", Span{Years: 1}, "010000000000000R"},
		{"2024-02-29 00:00:00", "2028-02-29 00:00:01", Span{Years: 4, Seconds: 1}, "040000000001000R"},
		{"2026-12-31 23:59:59", "2027-01-01 00:00:00", Span{Seconds: 1}, "000000000001000R"},
		{"2026-11-23 08:49:31", "2026-11-23 08:49:31.001", Span{Seconds: 1}, "000000000001000R"},
		{"2026-03-28 12:00:00", "2026-03-29 12:00:00", Span{Days: 1}, "000001000000000R"}, // the clocks of Europe change
		{"2026-01-30 00:00:00", "2026-03-29 00:00:00", Span{Months: 1, Days: 29}, "000129000000000R"},
		{"2026-11-23 08:49:31", "2125-11-23 08:49:31", Span{Years: 99}, "990000000000000R"},
		{"2026-11-23 08:49:31", "2999-01-01 00:00:00", Span{Years: 99}, "990000000000000R"},
		{"2026-11-23 08:49:31", "2026-11-23 08:49:31", Span{}, ""},
		{"2026-11-23 08:49:31", "2025-11-23 08:49:31", Span{}, ""},
	}
	for _, tt := range tests {
		now, end := at(tt.now), at(tt.end)
		if got := SpanBetween(now, end); got != tt.span {
			t.Errorf("SpanBetween(%s, %s) = %v, want %v", tt.now, tt.end, got, tt.span)
		}
		if got := RelativeUntil(now, end); got != tt.wire {
			t.Errorf("RelativeUntil(%s, %s) = %q, want %q", tt.now, tt.end, got, tt.wire)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	zone := time.FixedZone("", 5*3600+2700)
	for range 20000 {
		now := time.Unix(r.Int64N(4e9), r.Int64N(1e9)).In(zone)
		end := now.Add(time.Duration(1 + r.Int64N(1<<uint(10+r.IntN(52)))))
		span := SpanBetween(now, end)
		got := span.After(now)
		if got.Before(end) || got.Sub(end) >= time.Second || got.Location() != zone {
			t.Fatalf("from %v to %v is %v, which ends %v", now, end, span, got)
		}
		if name, _ := span.beyond(); name != "" {
			t.Fatalf("from %v to %v is %v: too many %s", now, end, span, name)
		}
	}
}

func TestTimeSays(t *testing.T) {
	for s, want := range map[string]string{
		"":                 "as the SMSC likes",
		"261123084931708+": "2026-11-23 08:49:31.7 +02:00",
		"261123084931020-": "2026-11-23 08:49:31.0 -05:00",
		"010203040506000R": "1 year 2 months 3 days 4 h 5 min 6 s from when the SMSC has it",
		"000000000000000R": "0 s from when the SMSC has it",
	} {
		got, err := ReadTime(s)
		if err != nil || got.String() != want {
			t.Errorf("%q says %q, %v, want %q", s, got, err, want)
		}
		if wire, err := got.Wire(); err != nil || wire != s {
			t.Errorf("%q is written %q, %v", s, wire, err)
		}
	}
}

func TestTimeThatCannotBeWritten(t *testing.T) {
	year := func(y int) time.Time { return time.Date(y, 7, 1, 0, 0, 0, 0, time.UTC) }
	for _, tt := range []struct {
		t    Time
		want string
	}{
		{Time{At: year(1937)}, "not 1937"},
		{Time{At: year(2038)}, "not 2038"},
		{Time{At: time.Date(2037, 12, 31, 23, 0, 0, 0, time.FixedZone("", -13*3600))}, "not 2038"},
		{Time{Relative: true, Span: Span{Years: 100}}, "at most 99 years"},
		{Time{Relative: true, Span: Span{Hours: 24}}, "at most 23 hours"},
	} {
		if s, err := tt.t.Wire(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v is written %q, %v, want an error with %q", tt.t, s, err, tt.want)
		}
	}
	// What AbsoluteTime makes of it nobody takes for another century.
	m := &SubmitSM{ValidityPeriod: AbsoluteTime(year(2126))}
	if _, err := Append(nil, StatusROK, 1, m); err == nil {
		t.Errorf("validity_period %q is sent", m.ValidityPeriod)
	}
}

func TestReceiptTime(t *testing.T) {
	near := time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("", 3600))
	tests := []struct {
		s    string
		near time.Time
		want string // RFC 3339, or part of the error after "!"
	}{
		{"2611230849", near, "2026-11-23T08:49:00+01:00"},
		{"2611230849", time.Time{}, "2026-11-23T08:49:00Z"},
		{"261123084931", near, "2026-11-23T08:49:31+01:00"},
		{"202611230849", near, "2026-11-23T08:49:00+01:00"},
		{"20261123084931", near, "2026-11-23T08:49:31+01:00"},
		{"1795420171", near, "2026-11-23T08:49:31+01:00"},
		{"1795420171", time.Time{}, "2026-11-23T07:49:31Z"}, // no month 95, so seconds
		{"1795420171000", near, "2026-11-23T08:49:31+01:00"},
		{"1711211059", near, "2024-03-23T17:24:19+01:00"}, // nearer than 2017
		{"1711211059", time.Time{}, "2017-11-21T10:59:00Z"},
		{"261123084931004+", near, "2026-11-23T08:49:31+01:00"},
		{"261123084931708-", near, "2026-11-23T08:49:31-02:00"},
		{"2026-11-23 08:49:31", near, "2026-11-23T08:49:31+01:00"},
		{"2026-11-23T08:49", near, "2026-11-23T08:49:00+01:00"},
		{" 26/11/23 08:49 ", near, "2026-11-23T08:49:00+01:00"},
		{"9912312359", time.Time{}, "1999-12-31T23:59:00Z"},
		{"", near, "!not in digits"},
		{"yesterday", near, "!not in digits"},
		{"+611230849", near, "!not in digits"},
		{"26112308", near, "!8 digits"},
		{"20261323084931", near, "!no month 13"},
		{"99999999999999999999999", near, "!not in digits"},
	}
	for _, tt := range tests {
		got, err := ReceiptTime(tt.s, tt.near)
		if part, bad := strings.CutPrefix(tt.want, "!"); bad {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("ReceiptTime(%q) = %v, %v, want an error with %q", tt.s, got, err, part)
			}
			continue
		}
		if err != nil || got.Format(time.RFC3339) != tt.want {
			t.Errorf("ReceiptTime(%q) = %v, %v, want %s", tt.s, got, err, tt.want)
		}
	}
}
