package bridge

import (
	"testing"
	"time"
)

// While the one message is on its way by which a link is tried again, the others go elsewhere: it may take as long
// as the response timer to learn that nothing has changed.
func TestBreakerLetsOneThrough(t *testing.T) {
	k := newBreaker()
	k.try()
	if !k.well(time.Now()) {
		t.Error("a breaker that is closed needs no trial")
	}
	for range breakerAfter {
		k.failure("no answer")
	}
	if k.well(time.Now()) {
		t.Error("an open breaker lets messages through")
	}
	later := time.Now().Add(2 * breakerMin)
	if !k.well(later) {
		t.Error("it is never tried again")
	}
	k.try()
	if k.well(later) {
		t.Error("a second message goes before the fate of the first is known")
	}
	k.tried() // with the session, say
	if !k.well(later) {
		t.Error("after a trial that showed nothing there is no other")
	}
	k.try()
	if !k.success() || !k.well(later) {
		t.Error("success does not close it")
	}
}
