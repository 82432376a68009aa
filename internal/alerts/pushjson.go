package alerts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// pushJSON is a Push as programs write it: one object with snake-case keys, ttl with a unit, at in
// RFC 3339, to as one name or a list.
type pushJSON struct {
	Op    Op         `json:"op,omitempty"`
	Name  string     `json:"name"`
	Text  string     `json:"text,omitempty"`
	Class string     `json:"class,omitempty"`
	To    Names      `json:"to,omitempty"`
	ID    string     `json:"id,omitempty"`
	TTL   string     `json:"ttl,omitempty"`
	At    *time.Time `json:"at,omitempty"`
}

// MarshalJSON writes what UnmarshalJSON reads.
func (p Push) MarshalJSON() ([]byte, error) {
	j := pushJSON{Op: p.Op, Name: p.Name, Text: p.Text, Class: p.Class, To: p.To, ID: p.ID}
	if p.TTL != 0 {
		j.TTL = p.TTL.String()
	}
	if !p.At.IsZero() {
		j.At = &p.At
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads {"op":"raise","name":"nas","text":"md0 degraded","class":"alarm","to":["ivan"],
// "id":"…","ttl":"6h","at":"2026-11-23T09:00:00Z"}. An unknown key is an error; Check does the rest.
func (p *Push) UnmarshalJSON(b []byte) error {
	var j pushJSON
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		return fmt.Errorf("alerts: push: %w", err)
	}
	*p = Push{Op: j.Op, Name: j.Name, Text: j.Text, Class: j.Class, To: j.To, ID: j.ID}
	if j.TTL != "" {
		ttl, err := parseSpan(j.TTL)
		if err != nil {
			return &PushError{"ttl", err.Error()}
		}
		p.TTL = ttl
	}
	if j.At != nil {
		p.At = *j.At
	}
	return nil
}
