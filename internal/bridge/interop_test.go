package bridge

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"smppagent/internal/sim"
)

// docs/interop.md names the pitfalls that are tested and the quirks that play them, and no others.
func TestInteropTable(t *testing.T) {
	text, err := os.ReadFile("../../docs/interop.md")
	if err != nil {
		t.Fatal(err)
	}
	tested := map[int][]string{}
	for _, row := range pitfallRows {
		tested[row.pitfall] = append(tested[row.pitfall], append(names(row.quirks), names(row.strict)...)...)
	}
	played := map[int][]string{}
	for name, pitfalls := range sim.Pitfalls() {
		for _, n := range pitfalls {
			played[n] = append(played[n], name)
		}
	}
	quirk := regexp.MustCompile("`([^`]+)`")
	told := map[int]bool{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, " | ")
		n, err := strconv.Atoi(strings.TrimPrefix(cells[0], "| "))
		if err != nil {
			continue
		}
		if len(cells) != 5 {
			t.Errorf("row %d has %d cells: %s", n, len(cells), line)
			continue
		}
		if told[n] {
			t.Errorf("row %d is there twice", n)
		}
		told[n] = true
		if n == 53 { // the modem's, which is not the bridge's to test
			modem, err := os.ReadFile("../modem/virtual/memory_test.go")
			if name := quirk.FindStringSubmatch(cells[4]); err != nil || name == nil || !strings.Contains(string(modem), "func "+name[1]+"(") {
				t.Errorf("row %d: %s is no test: %v", n, cells[4], err)
			}
			continue
		}
		var listed []string
		for _, m := range quirk.FindAllStringSubmatch(cells[2], -1) {
			listed = append(listed, m[1])
		}
		if want := set(tested[n]); !maps.Equal(set(listed), want) {
			t.Errorf("row %d has %v, its tests %v", n, listed, slices.Sorted(maps.Keys(want)))
		}
		for _, name := range played[n] {
			if !slices.Contains(listed, name) {
				t.Errorf("row %d leaves out %s, which the simulator has for it", n, name)
			}
		}
		if want := fmt.Sprintf("`TestPitfalls/%d`", n); strings.TrimSuffix(strings.TrimSpace(cells[4]), " |") != want {
			t.Errorf("row %d: its test is %q, want %s", n, cells[4], want)
		}
	}
	for n := 1; n <= 53; n++ {
		if !told[n] {
			t.Errorf("no row %d", n)
		}
	}
	for n := range tested {
		if !told[n] {
			t.Errorf("pitfall %d is tested and has no row", n)
		}
	}
	all := sim.FaultNames()
	for n, row := range tested {
		for _, name := range row {
			if !slices.Contains(all, name) {
				t.Errorf("pitfall %d: the simulator has no %s", n, name)
			}
		}
	}
}

func set(list []string) map[string]bool {
	s := map[string]bool{}
	for _, x := range list {
		s[x] = true
	}
	return s
}
