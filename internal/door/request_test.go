package door

import (
	"encoding/json"
	"testing"
)

// FuzzParseRequest: no line makes the parser panic, its errors are for the client, and a request
// that was understood says the same when it is written down again.
func FuzzParseRequest(f *testing.F) {
	for _, s := range []string{
		`{"op":"raise","name":"freezer","text":"Too warm \u2603","to":["ivan"]}`,
		`{"op":""}`, `{"op":null}`, `null`, `[]`, `{"op":"a","op":"b"}`, `{"op":"x","n":1e999}`, "{\"op\":\"\xff\"}", `{"op":"status"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := parseRequest(line)
		if err != nil {
			if _, ok := err.(*RemoteError); !ok || err.Error() == "" {
				t.Fatalf("%q: error %#v", line, err)
			}
			return
		}
		again, err := joinRequest(r.Op, r.Params)
		if err != nil {
			if len(line) < MaxLine/8 {
				t.Fatalf("%q: %v", line, err)
			}
			return
		}
		second, err := parseRequest(again)
		if err != nil || second.Op != r.Op || string(second.Params) != string(r.Params) || !json.Valid(r.Params) {
			t.Fatalf("%q became %q and then %q %q, %v", line, again, second.Op, second.Params, err)
		}
	})
}
