package smpp

import "context"

// complete hands c back to its caller. A Done without room must not stop the session: the call then
// waits in overflow, in its place in the window.
func (s *Session) complete(c *Call) {
	select {
	case c.Done <- c:
	default:
		s.overflow = append(s.overflow, c)
	}
}

// settle hands back every call that is left, with the truth about whether the peer may have it.
func (s *Session) settle(cause error) {
	select {
	case w := <-s.out.result: // the write that closing the connection interrupted
		s.out.took(w)
		s.count.octetsSent.Add(uint64(w.n))
	default:
	}
	inDoubt, notSent := &ClosedError{MaybeSent: true, Cause: cause}, &ClosedError{Cause: cause}
	for r := s.window.open.first; r != nil; r = s.window.open.first {
		c := r.call
		c.Err = notSent
		if r.start < s.out.written {
			c.Err = inDoubt
		}
		s.window.remove(r)
		s.complete(c)
	}
	s.count.inFlight.Store(0)
	if len(s.overflow) == 0 {
		return
	}
	patience, over := context.WithTimeout(context.Background(), s.cfg.UnbindTimer)
	defer over()
	lost := 0
	for _, c := range s.overflow {
		select {
		case c.Done <- c:
			continue
		default:
		}
		select {
		case c.Done <- c:
		case <-patience.Done(): // the others may have readers
			lost++
		}
	}
	if lost > 0 {
		s.log.Error("nobody takes settled calls", "lost", lost)
	}
}
