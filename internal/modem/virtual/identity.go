package virtual

import "context"

// identity is +CGMI, +CGMM, +CGMR, +CIMI and those of V.250, which give one line of what the modem is: TS 27.007
// §5.1 to §5.6.
func identity(_ context.Context, s *session, c *command) error {
	p := &s.port.persona
	line := p.revision
	switch c.name {
	case "+CGMI", "+GMI":
		line = p.manufacturer
	case "+CGMM", "+GMM":
		line = p.model
	case "+CIMI":
		line = p.imsi
	}
	switch c.op {
	case opTest:
		return nil
	case opExecute, opRead:
		s.infoText([]byte(line))
		return nil
	}
	return cmeBadParameters
}

// serialNumber is +CGSN: TS 27.007 §5.4.
func serialNumber(_ context.Context, s *session, c *command) error {
	imei := s.port.persona.imei
	switch n, _ := c.arg(0).number(); {
	case c.op == opTest:
		s.info("+CGSN: (0-3)")
	case c.op == opExecute || c.op == opSet && n == 0:
		s.info("%s", imei)
	case c.op == opSet && n == 1:
		s.info("+CGSN: %q", imei)
	case c.op == opSet && n == 2: // IMEISV: the check digit gives way to the software version
		s.info(`+CGSN: "%s01"`, imei[:14])
	case c.op == opSet && n == 3:
		s.info(`+CGSN: "01"`)
	default:
		return cmeBadParameters
	}
	return nil
}

// card is +CCID and its like.
func card(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
	case opExecute, opRead:
		s.info("%s: %s", c.name, s.port.persona.iccid)
	default:
		return cmeBadParameters
	}
	return nil
}

// capabilities is +GCAP: V.250 §6.1.9.
func capabilities(_ context.Context, s *session, c *command) error {
	if c.op == opExecute {
		s.info("+GCAP: +CGSM")
	}
	return nil
}

// ownNumber is +CNUM: TS 27.007 §7.1.
func ownNumber(_ context.Context, s *session, c *command) error {
	if number := s.port.persona.number; c.op == opExecute && number != "" {
		s.info("+CNUM: ,%q,%d", s.encode(number), addressType(number))
	}
	return nil
}
