package main

import (
	"encoding"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// decoder puts a decoded TOML text into a struct with toml tags. The TOML library's own decoding
// into structs ends at the first value of a wrong type and takes a bare 5 for five nanoseconds; this
// one notes every problem and goes on, leaving the field at its default.
type decoder struct {
	problems
	// fresh gives a new entry of a map or list of tables its defaults, by type.
	fresh map[reflect.Type]reflect.Value
	// begin may change a new entry e, a pointer, before the keys m are put into it. May be nil.
	begin func(key string, m map[string]any, e any)
}

// table puts m into the struct v. key is the table's full name.
func (d *decoder) table(key string, m map[string]any, v reflect.Value) {
	fields := tomlFields(v.Type())
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if index, ok := fields[name]; ok {
			d.value(joinKey(key, name), m[name], v.FieldByIndex(index))
		} else {
			d.add(joinKey(key, name), unknownKey(name, key, slices.Sorted(maps.Keys(fields))))
		}
	}
}

// tomlFields returns the fields of a struct type by their toml tags, those of embedded structs
// included.
func tomlFields(t reflect.Type) map[string][]int {
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		if tag := f.Tag.Get("toml"); tag != "" && tag != "-" {
			fields[tag] = f.Index
		}
	}
	return fields
}

// value puts one TOML value into v.
func (d *decoder) value(key string, in any, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	switch to := v.Addr().Interface().(type) {
	case toml.Unmarshaler:
		d.check(key, v, to.UnmarshalTOML(in))
		return
	case *time.Duration:
		if got, wrong := parseDuration(in); wrong != "" {
			d.add(key, wrong)
		} else {
			*to = got
		}
		return
	case encoding.TextUnmarshaler:
		if text, ok := in.(string); ok {
			d.check(key, v, to.UnmarshalText([]byte(text)))
		} else {
			d.add(key, wrongType(in, "text in quotation marks"))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if m, ok := in.(map[string]any); ok {
			d.table(key, m, v)
		} else {
			d.add(key, fmt.Sprintf("is %s: write it as a table, [%s]", describe(in), key))
		}
	case reflect.Map:
		d.entries(key, in, v)
	case reflect.Slice:
		d.elements(key, in, v)
	default:
		d.scalar(key, in, v)
	}
}

// check notes the error of a type that reads itself, without the package's name in front.
func (d *decoder) check(key string, v reflect.Value, err error) {
	if err != nil {
		d.add(key, strings.TrimPrefix(err.Error(), path.Base(v.Type().PkgPath())+": "))
	}
}

// entries puts a table whose keys are names into a map.
func (d *decoder) entries(key string, in any, v reflect.Value) {
	m, ok := in.(map[string]any)
	if !ok {
		d.add(key, fmt.Sprintf("is %s: write it as a table, [%s] or [%s.NAME]", describe(in), key, key))
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for name, value := range m {
		e := reflect.New(v.Type().Elem()).Elem()
		if def, ok := d.fresh[e.Type()]; ok {
			e.Set(def)
		}
		if keys, ok := value.(map[string]any); ok && d.begin != nil {
			d.begin(joinKey(key, name), keys, e.Addr().Interface())
		}
		d.value(joinKey(key, name), value, e)
		v.SetMapIndex(reflect.ValueOf(name), e)
	}
}

// elements puts an array, of values or of tables, into a slice.
func (d *decoder) elements(key string, in any, v reflect.Value) {
	list, ok := in.([]any)
	if tables, is := in.([]map[string]any); is {
		for _, t := range tables {
			list, ok = append(list, t), true
		}
	}
	if !ok {
		d.add(key, wrongType(in, "a list in square brackets"))
		return
	}
	if len(list) == 0 {
		v.SetZero() // an empty list is no list
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
	for i, e := range list {
		if def, ok := d.fresh[v.Type().Elem()]; ok {
			v.Index(i).Set(def)
		}
		d.value(indexKey(key, i), e, v.Index(i))
	}
}

// scalar puts a text, a number or true or false into v.
func (d *decoder) scalar(key string, in any, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if text, ok := in.(string); ok {
			v.SetString(text)
		} else {
			d.add(key, wrongType(in, "text in quotation marks"))
		}
	case reflect.Bool:
		if b, ok := in.(bool); ok {
			v.SetBool(b)
		} else {
			d.add(key, wrongType(in, "true or false"))
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		switch n, ok := in.(int64); {
		case !ok:
			d.add(key, wrongType(in, "a whole number without quotation marks"))
		case v.OverflowInt(n):
			d.add(key, fmt.Sprintf("%d does not fit", n))
		default:
			v.SetInt(n)
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		switch n, ok := in.(int64); {
		case !ok:
			d.add(key, wrongType(in, "a whole number without quotation marks"))
		case n < 0 || v.OverflowUint(uint64(n)):
			d.add(key, fmt.Sprintf("%d does not fit", n))
		default:
			v.SetUint(uint64(n))
		}
	case reflect.Float32, reflect.Float64:
		switch n := in.(type) {
		case float64:
			v.SetFloat(n)
		case int64:
			v.SetFloat(float64(n))
		default:
			d.add(key, wrongType(in, "a number without quotation marks"))
		}
	default:
		panic("config: no way to read a " + v.Type().String()) // a test walks every field of the config
	}
}
