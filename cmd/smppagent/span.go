package main

import (
	"errors"
	"time"
)

// span is a flag's duration, a pflag.Value, written as in config.toml: 90s, 1h30m, 2d.
type span time.Duration

// Set reads what stands on the command line.
func (s *span) Set(text string) error {
	d, wrong := parseDuration(text)
	if wrong != "" {
		return errors.New(wrong)
	}
	*s = span(d)
	return nil
}

// String is empty for no duration, so that the help shows no default.
func (s *span) String() string {
	if *s == 0 {
		return ""
	}
	return plainDuration(time.Duration(*s))
}

// Type is what the help calls the value.
func (*span) Type() string { return "duration" }
