//go:build race

package queue

// underRace says that the race detector is on. The tests that try many states of one goroutine have
// nothing to show it and take ten times as long with it: they try few.
const underRace = true
