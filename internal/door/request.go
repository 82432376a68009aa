package door

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// parseRequest takes a request line apart. Its errors are *RemoteError.
func parseRequest(line []byte) (Request, error) {
	var params map[string]json.RawMessage
	if err := json.Unmarshal(line, &params); err != nil || params == nil {
		return Request{}, &RemoteError{CodeBadRequest, fmt.Sprintf(
			"door: %s is not a JSON object; a request is one line like {\"op\":\"status\"}", excerpt(line))}
	}
	var op string
	if err := json.Unmarshal(params["op"], &op); err != nil || op == "" {
		return Request{}, &RemoteError{CodeBadRequest,
			`door: the request has no "op"; a request is one line like {"op":"status"}`}
	}
	delete(params, "op")
	rest, err := json.Marshal(params)
	if err != nil {
		return Request{}, &RemoteError{CodeBadRequest, "door: " + err.Error()}
	}
	return Request{Op: op, Params: rest}, nil
}

// joinRequest is the way back: the line for op with the fields of in, which marshals to an object
// or is nil.
func joinRequest(op string, in any) ([]byte, error) {
	var params map[string]json.RawMessage
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("door: %s: %w", op, err)
		}
		if err := json.Unmarshal(b, &params); err != nil {
			return nil, fmt.Errorf("door: %s: %T does not marshal to a JSON object", op, in)
		}
	}
	if params == nil { // a nil map
		params = map[string]json.RawMessage{}
	}
	params["op"], _ = json.Marshal(op) // a string always marshals
	return encodeLine(params)
}

// encodeLine returns v as one line that ends in a newline.
func encodeLine(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // people read these lines
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("door: %w", err)
	}
	if b.Len() > MaxLine {
		return nil, &RemoteError{CodeTooLong, fmt.Sprintf(
			"door: a line of %d octets; %d are allowed", b.Len(), MaxLine)}
	}
	return b.Bytes(), nil
}

// Decode puts the parameters into the struct v points to. A parameter that v has no field for and
// a value of the wrong kind are a *RemoteError with CodeBadRequest that says what would be right.
func (r Request) Decode(v any) error {
	d := json.NewDecoder(bytes.NewReader(r.Params))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		return nil
	}
	problem := err.Error()
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		problem = fmt.Sprintf("%s is a %s and must be a %s", wrong.Field, wrong.Value, kindName(wrong.Type))
	} else if name, ok := strings.CutPrefix(problem, "json: unknown field "); ok {
		problem = fmt.Sprintf("there is no parameter %s; there are %s", name, strings.Join(parameters(v), ", "))
	}
	return &RemoteError{CodeBadRequest, fmt.Sprintf("door: %s: %s", r.Op, problem)}
}

// parameters lists the JSON names of the struct v points to, in order of the alphabet.
func parameters(v any) []string {
	t := reflect.TypeOf(v)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || name == "-" || f.Anonymous:
			continue
		case name == "":
			name = f.Name
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// kindName says a Go type in the words of JSON.
func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "list"
	case reflect.Map, reflect.Struct:
		return "object"
	default:
		return "number"
	}
}

// excerpt quotes the beginning of b for an error message.
func excerpt(b []byte) string {
	const most = 40
	b = bytes.TrimRight(b, "\r\n")
	if len(b) > most {
		return fmt.Sprintf("%q…", b[:most])
	}
	return fmt.Sprintf("%q", b)
}
