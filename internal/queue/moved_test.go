package queue

import (
	"fmt"
	"os"
	"runtime"
	"testing"
)

// TestMoved: a directory that was written by machines of another word size and byte order is taken over, and
// gets records of this one. MOVED names a directory that is handed from machine to machine (scripts/qemu does
// that with all of them); without it, it is a new one, which is opened twice.
func TestMoved(t *testing.T) {
	dir := os.Getenv("MOVED")
	turns := 1
	if dir == "" {
		dir, turns = t.TempDir(), 2
	}
	for range turns {
		q, rec, stop := serve(t, testConfig(dir))
		if rec.Harmed() || rec.InDoubt > 0 {
			t.Fatalf("%s/%s finds %v", runtime.GOOS, runtime.GOARCH, rec)
		}
		// Every machine leaves three records, of which it settles one, and a note in the second.
		n, last := 0, ID(0)
		err := q.List(t.Context(), func(it Item) bool {
			want := State(Ready)
			if it.Class == 1 {
				want = Waiting
			}
			if string(it.Body) != fmt.Sprintf("%s, class %d", it.Key[2:], it.Class) || it.State != want ||
				it.State == Waiting && string(it.Note) != "remote" {
				t.Errorf("record %d is %+v", it.ID, it)
			}
			n, last = n+1, it.ID
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		if n != rec.Live || n%2 != 0 || rec.Created != (n == 0) {
			t.Errorf("%d records, %v", n, rec)
		}
		machine := fmt.Sprintf("%s, turn %d", runtime.GOARCH, n/2)
		var entries []Entry
		for class := range 3 {
			entries = append(entries, Entry{
				Class: uint8(class), Lane: 3, Key: fmt.Sprintf("%d %s", class, machine),
				Body: fmt.Appendf(nil, "%s, class %d", machine, class),
			})
		}
		ids := must(q.Append(t.Context(), entries...))
		if ids[0] <= last {
			t.Errorf("ID %d is given after %d", ids[0], last)
		}
		if err := q.Submitted(t.Context(), ids[1], []byte("remote")); err != nil {
			t.Error(err)
		}
		if err := q.Done(t.Context(), ids[2], 0, true); err != nil {
			t.Error(err)
		}
		if again := must(q.Append(t.Context(), entries...)); again[0] != ids[0] || again[2] != ids[2] {
			t.Errorf("the keys are not known: %v, %v", ids, again)
		}
		t.Logf("%s found %d records of other machines and left 2", machine, n)
		stop()
	}
}
