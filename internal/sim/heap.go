package sim

import "container/heap"

// orderedBy is a heap of T whose first item is before all others.
type orderedBy[T any] struct {
	before func(a, b T) bool
	items  []T
}

func (h *orderedBy[T]) Len() int           { return len(h.items) }
func (h *orderedBy[T]) Less(i, j int) bool { return h.before(h.items[i], h.items[j]) }
func (h *orderedBy[T]) Swap(i, j int)      { h.items[i], h.items[j] = h.items[j], h.items[i] }
func (h *orderedBy[T]) Push(x any)         { h.items = append(h.items, x.(T)) }
func (h *orderedBy[T]) Pop() any {
	last := len(h.items) - 1
	x := h.items[last]
	var none T
	h.items[last] = none
	h.items = h.items[:last]
	return x
}

func (h *orderedBy[T]) add(x T)  { heap.Push(h, x) }
func (h *orderedBy[T]) take() T  { return heap.Pop(h).(T) }
func (h *orderedBy[T]) first() T { return h.items[0] }
