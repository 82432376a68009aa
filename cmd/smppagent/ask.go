package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"smppagent/internal/bridge"
	"smppagent/internal/door"
)

// callError gives an error of the door its exit code.
func callError(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, door.ErrNotRunning) {
		return fail(exitNotRunning, fmt.Errorf("%w; start it with: smppagent run", err))
	}
	if e, ok := errors.AsType[*door.RemoteError](err); ok {
		switch e.Code {
		case codeInvalid, codeNotFound, door.CodeBadRequest:
			return fail(exitUsage, e)
		case codeFull, door.CodeBusy:
			return fail(exitLater, e)
		}
		return fail(exitFailure, e)
	}
	return err
}

// printLine writes v to standard output as one line of JSON.
func (a *app) printLine(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// eventText is an event in a few words, without its time.
func eventText(e bridge.Event) string {
	var parts []string
	for _, s := range []string{e.Status, e.Detail} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if e.MessageID != "" {
		parts = append(parts, "message_id "+e.MessageID)
	}
	if e.Segments > 1 {
		parts = append(parts, count(e.Segments, "segment"))
	}
	if len(parts) == 0 {
		return string(e.Step)
	}
	return string(e.Step) + ": " + strings.Join(parts, ", ")
}

// count is "1 segment", "2 segments".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// ago is how long t is past, rounded for people.
func ago(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return age(time.Since(t)) + " ago"
}

// age rounds d for people.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < 48*time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// exists reports whether there is a file.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
