package virtual

// unsolicited says what the client asked to be told, in the form of its settings.
func (s *session) unsolicited(u urc) {
	switch u.kind {
	case urcUSSD:
		s.urc("+CUSD: 0,%q,15", s.encode(u.text))
	case urcRegistration:
		for _, r := range []struct {
			name string
			mode int
		}{{"+CREG", s.set.creg}, {"+CGREG", s.set.cgreg}, {"+CEREG", s.set.cereg}} {
			if r.mode > 0 {
				s.urc("%s: %s", r.name, s.registrationText(r.name, r.mode))
			}
		}
		if s.set.events > 0 {
			r, service := s.radio(), 0
			if r.service() {
				service = 1
			}
			s.urc("+CIEV: 2,%d", s.bars(r))
			s.urc("+CIEV: 3,%d", service)
		}
	case urcModem:
		s.out = append(s.out, u.text...)
	case urcMessage:
		s.arrived(u)
	case urcReport:
		s.reported(u)
	case urcRing:
		if s.set.ring == 1 {
			s.urc("+CRING: VOICE")
		} else {
			s.urc("RING")
		}
		if s.set.clip == 1 && u.text != "" {
			s.urc(`+CLIP: %q,%d,"",,"",0`, s.encode(u.text), addressType(u.text))
		}
	}
}

// urc adds an unsolicited result code: CR LF on both sides, whatever V says. TS 27.007 §9.
func (s *session) urc(format string, args ...any) {
	verbose := s.set.verbose
	s.set.verbose = true
	s.info(format, args...)
	s.set.verbose = verbose
}
