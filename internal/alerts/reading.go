// Package alerts decides what is worth telling whom: readings go through rules to incidents and
// notices. It does not send anything, does not know how a message travels, and reads no sensor itself.
package alerts

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"
)

// Kind is what a Value holds.
type Kind uint8

// The kinds of value.
const (
	KindNone   Kind = iota // nothing: the sensor could not be read
	KindNumber             // Number
	KindState              // On
	KindText               // Text, a state that lasts: "OB DISCHRG"
	KindEvent              // something happened, once: Text may say what, Fields hold the parts
)

// String gives the kind in a word.
func (k Kind) String() string {
	switch k {
	case KindNone:
		return "nothing"
	case KindNumber:
		return "a number"
	case KindState:
		return "on or off"
	case KindText:
		return "a text"
	case KindEvent:
		return "an event"
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// Value is what a sensor showed. Only the field that Kind names has a meaning.
type Value struct {
	Kind   Kind
	Number float64 // finite: Emit refuses NaN and the infinities
	On     bool
	Text   string
}

// Number is a value that is a number.
func Number(n float64) Value { return Value{Kind: KindNumber, Number: n} }

// State is a value that is on or off.
func State(on bool) Value { return Value{Kind: KindState, On: on} }

// Text is a value in words that lasts until the next reading.
func Text(s string) Value { return Value{Kind: KindText, Text: s} }

// Event is something that happened and does not last; s may be empty.
func Event(s string) Value { return Value{Kind: KindEvent, Text: s} }

// String gives the value as it stands in a text: a number with at most one decimal (three significant
// figures below 1), "on" or "off", or the words; "?" when there is none.
func (v Value) String() string {
	switch v.Kind {
	case KindNumber:
		return formatNumber(v.Number)
	case KindState:
		if v.On {
			return "on"
		}
		return "off"
	case KindText, KindEvent:
		return v.Text
	}
	return "?"
}

func formatNumber(n float64) string {
	if math.Abs(n) >= 1 {
		n = math.Round(n*10) / 10
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	s := strconv.FormatFloat(n, 'f', 3, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// Quality is how far a reading can be trusted.
type Quality uint8

// The qualities. Only Good shows that the sensor is alive.
const (
	Good     Quality = iota // read now, and plausible
	Retained                // kept for us by somebody else, such as a broker: the value counts, the sensor stays silent
	Stale                   // too old to be taken for the present: the value does not count
	Bad                     // not read, or not plausible: Reason says why; the value does not count
)

// String gives the quality in a word.
func (q Quality) String() string {
	switch q {
	case Good:
		return "good"
	case Retained:
		return "retained"
	case Stale:
		return "stale"
	case Bad:
		return "bad"
	}
	return "Quality(" + strconv.Itoa(int(q)) + ")"
}

// Reading is one observation: what every source says, whatever it looks at.
type Reading struct {
	Sensor  string            // the configured name: "freezer"
	At      time.Time         // when it was seen, for people to read; zero: now. No timer depends on it.
	Value   Value             //
	Quality Quality           //
	Reason  string            // why the quality is not Good, in a few words: "no answer within 1s"
	Unit    string            // "C", "%", "V"; may be empty
	ID      string            // of an event that must count once, however often it is said; may be empty
	Fields  map[string]string // the parts of an event: caller, seconds, zone. Texts use them as {sensor.caller}.
}

// Source looks at something outside and says what it sees.
type Source interface {
	// Run calls emit for every reading until ctx ends, and returns when everything it started has ended.
	// emit returns when the reading is stored or refused; an error other than ctx's says why it was
	// refused and is not a reason to stop. A source that cannot see its sensor emits quality Bad.
	Run(ctx context.Context, emit func(context.Context, Reading) error) error
}
