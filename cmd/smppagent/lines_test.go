package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

func TestIndexLines(t *testing.T) {
	text := `# a comment with key = 1
top = 1 # [not.a.table]
dotted.key = 2
"quoted key" = 3
"with.dot".'lit\n' = 4
esc"aped = 5

[agent]
state_dir = "run" # x = 1
note = """
looks = like a key
[looks.like]
ends in two quotes"""""
raw = '''
also = "not a key"
'''
list = [
  1, # one
  # none = 1
  "a = b",
  [2,
   3],
  { in = 1, list = [
    { deep = 2 },
  ] },
]
inline = { one = 1, two.three = "}", four = { five = 5 } }
after = true

[ smsc . "main link" ]
address = "x"

[[out]]
a = 1
[[out]]
a = 2
[out.sub]
b = 3
[[out.inner]]
c = 4
[[out.inner]]
c = 5
[[out]]
[[out.inner]]
c = 6
`
	want := lineIndex{
		"top": 2, "dotted": 3, "dotted.key": 3, `"quoted key"`: 4, `"with.dot"`: 5, `"with.dot"."lit\\n"`: 5,
		"agent": 8, "agent.state_dir": 9, "agent.note": 10, "agent.raw": 14, "agent.list": 17,
		"agent.list[0]": 18, "agent.list[1]": 20, "agent.list[2]": 21, "agent.list[2][0]": 21, "agent.list[2][1]": 22,
		"agent.list[3]": 23, "agent.list[3].in": 23, "agent.list[3].list": 23, "agent.list[3].list[0]": 24,
		"agent.list[3].list[0].deep": 24,
		"agent.inline":               27, "agent.inline.one": 27, "agent.inline.two": 27, "agent.inline.two.three": 27,
		"agent.inline.four": 27, "agent.inline.four.five": 27, "agent.after": 28,
		"smsc": 30, `smsc."main link"`: 30, `smsc."main link".address`: 31,
		"out": 33, "out[0]": 33, "out[0].a": 34, "out[1]": 35, "out[1].a": 36, "out[1].sub": 37, "out[1].sub.b": 38,
		"out[1].inner": 39, "out[1].inner[0]": 39, "out[1].inner[0].c": 40, "out[1].inner[1]": 41, "out[1].inner[1].c": 42,
		"out[2]": 43, "out[2].inner": 44, "out[2].inner[0]": 44, "out[2].inner[0].c": 45,
	}
	got := indexLines(text)
	delete(got, "esc") // line 6 is wrong on purpose: the lines after it must not suffer
	for key, line := range want {
		if got[key] != line {
			t.Errorf("%s: got line %d, want %d", key, got[key], line)
		}
	}
	for key, line := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("%s (line %d) is no key of the text", key, line)
		}
	}
}

func TestLineOfMissingKey(t *testing.T) {
	x := indexLines("[smsc.main]\naddress = \"a\"\n[smsc.\"b.c\"]\nto = [1, 2]\n")
	for key, want := range map[string]int{
		"smsc.main.bind":      1,
		`smsc."b.c".bind`:     3,
		`smsc.b.c.bind`:       3,
		`smsc."b.c".to[1]`:    4,
		`smsc."b.c".to[7]`:    4,
		`smsc."other".bind.x`: 1,
		"queue.dir":           0,
	} {
		if got := x.line(key); got != want {
			t.Errorf("%s: got line %d, want %d", key, got, want)
		}
	}
}

// Whatever the text, the scanner ends, and where the TOML decoder takes it, it finds every key the
// decoder found, on a line of the text.
func FuzzIndexLines(f *testing.F) {
	for _, seed := range []string{
		"a = 1\n[b.c]\nd = \"\"\"x\n\"\"\"\n", "[[a]]\nb = [1, {c = 2}]\n[a.d]\ne = 1", "a.\"b.c\".'d' = [\n1, # x\n]",
		"a = {b = {c = 1}, d = ']'}", "\"\\u00e9\" = 1\n'é' = 2", "a = '''\n'''''\nb = 1", "a = \"\\\"#\"\r\nb = 2\r\n",
	} {
		f.Add(seed)
	}
	if text, err := os.ReadFile(filepath.Join("..", "..", "config.toml")); err == nil {
		f.Add(string(text))
	}
	element := regexp.MustCompile(`\[\d+\]`)
	f.Fuzz(func(t *testing.T, text string) {
		got := indexLines(text)
		last := strings.Count(text, "\n") + 1
		names := map[string]bool{}
		for key, line := range got {
			if line < 1 || line > last {
				t.Errorf("%s: line %d of %d", key, line, last)
			}
			names[element.ReplaceAllString(key, "")] = true
		}
		var v map[string]any
		md, err := toml.Decode(text, &v)
		if err != nil {
			return
		}
		for _, key := range md.Keys() {
			name := ""
			for _, part := range key {
				name = joinKey(name, part)
			}
			if !names[element.ReplaceAllString(name, "")] {
				t.Errorf("%s: not found in %q; got %v", name, text, got)
			}
		}
	})
}
