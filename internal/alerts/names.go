package alerts

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Names is one name or a list of names: to = "ivan", or to = ["ivan", "maria"]. Several names in one
// string may be parted by commas or spaces.
type Names []string

// UnmarshalTOML takes a string or an array of strings.
func (n *Names) UnmarshalTOML(v any) error { return n.set(v) }

// UnmarshalJSON takes a string or an array of strings.
func (n *Names) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	return n.set(v)
}

func (n *Names) set(v any) error {
	*n = nil
	switch v := v.(type) {
	case nil:
	case string:
		*n = splitNames(v)
	case []any:
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return fmt.Errorf("%v is not a name: write it in quotation marks", e)
			}
			*n = append(*n, s)
		}
	default:
		return fmt.Errorf("%v is neither a name nor a list of names", v)
	}
	return nil
}

func splitNames(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
}
