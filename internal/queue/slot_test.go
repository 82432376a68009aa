package queue

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

func TestSlotSize(t *testing.T) {
	if n := unsafe.Sizeof(slot{}); n > 32 {
		t.Errorf("a slot takes %d octets, 32 are promised", n)
	}
	if n := unsafe.Sizeof(timer{}); n > 16 {
		t.Errorf("a timer takes %d octets, 16 are promised", n)
	}
}

// TestIndex compares the index with a sorted slice under random changes.
func TestIndex(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var x index
	var want []ID
	next := ID(1)
	for i := range 20_000 {
		switch n := rng.IntN(10); {
		case n < 5 || len(want) == 0:
			next += ID(1 + rng.IntN(3))
			x.add(slot{id: next})
			want = append(want, next)
		case n < 6: // an ID between the others, as after damage
			id := ID(rng.IntN(int(next)))
			if at, found := slices.BinarySearch(want, id); !found {
				if sl := x.add(slot{id: id}); sl.id != id {
					t.Fatalf("add gives slot %d", sl.id)
				}
				want = slices.Insert(want, at, id)
			}
		default:
			n := 1
			if i/2000%2 == 1 {
				n = 3 // times of shrinking
			}
			for ; n > 0 && len(want) > 0; n-- {
				at := rng.IntN(len(want))
				x.remove(want[at])
				x.remove(want[at])
				want = slices.Delete(want, at, at+1)
			}
		}
		id := ID(rng.IntN(int(next) + 2))
		at, found := slices.BinarySearch(want, id)
		if sl := x.get(id); (sl != nil) != found || found && sl.id != id {
			t.Fatalf("get %d: %v, want %v", id, sl, found)
		}
		if found {
			at++
		}
		if sl := x.after(id); (sl == nil) != (at == len(want)) || sl != nil && sl.id != want[at] {
			t.Fatalf("after %d: %v", id, sl)
		}
		if i%500 == 0 {
			var got []ID
			x.all(func(s *slot) { got = append(got, s.id) })
			if !slices.Equal(got, want) || x.n != len(want) {
				t.Fatalf("step %d: the index holds %d, want %d", i, len(got), len(want))
			}
		}
	}
}

func TestHeap(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var h heap[orderedID]
	var want []orderedID
	for range 5000 {
		if rng.IntN(3) > 0 || len(want) == 0 {
			v := orderedID(rng.Uint64())
			h.push(v)
			want = append(want, v)
			slices.Sort(want)
		} else if got := h.pop(); got != want[0] {
			t.Fatalf("pop gives %d, want %d", got, want[0])
		} else {
			want = want[1:]
		}
		if rng.IntN(500) == 0 {
			odd := func(v orderedID) bool { return v%2 == 1 }
			h.keep(odd)
			want = slices.DeleteFunc(want, func(v orderedID) bool { return !odd(v) })
		}
	}
	for _, v := range want {
		if got := h.pop(); got != v {
			t.Fatalf("pop gives %d, want %d", got, v)
		}
	}
}
