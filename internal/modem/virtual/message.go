package virtual

import (
	"context"
	"strconv"
	"time"

	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// Commands that send messages: TS 27.005 §3.5 and §4.

// messageFormat is +CMGF: TS 27.005 §3.2.3.
func messageFormat(_ context.Context, s *session, c *command) error {
	n := 0
	if s.set.text {
		n = 1
	}
	switch c.op {
	case opTest:
		s.info("+CMGF: (0,1)")
	case opRead:
		s.info("+CMGF: %d", n)
	case opSet:
		if !c.numbers(&n) || n > 1 {
			return cmsNotSupported
		}
		s.set.text = n == 1
	default:
		s.set.text = false
	}
	return nil
}

// messageService is +CSMS: TS 27.005 §3.2.1.
func messageService(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		s.info("+CSMS: (0,1)")
	case opRead:
		s.info("+CSMS: %d,1,1,1", s.set.service)
	case opSet:
		n := 0
		if !c.numbers(&n) || n > 1 {
			return cmsNotSupported
		}
		s.set.service = n
		s.info("+CSMS: 1,1,1")
	}
	return nil
}

// serviceCentre is +CSCA: TS 27.005 §3.3.1. The address is given back, and changes no way.
func serviceCentre(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
	case opRead:
		s.info("+CSCA: %q,%d", s.encode(s.set.centre), s.set.centreType)
	case opSet:
		number := s.decode(c.arg(0).text)
		kind := addressType(number)
		if n, ok := c.arg(1).number(); ok {
			kind = n
		}
		if !isNumber(number) && number != "" {
			return cmsError(tpdu.CMSInvalidText)
		}
		s.set.centre, s.set.centreType = number, kind
	}
	return nil
}

// textParameters is +CSMP: TS 27.005 §3.1.2.
func textParameters(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
	case opRead:
		p := s.set.parameters
		validity := strconv.Itoa(int(p.Validity))
		if p.Until != "" {
			validity = `"` + p.Until + `"`
		}
		s.info("+CSMP: %d,%s,%d,%d", p.First, validity, p.ProtocolID, p.DCS)
	case opSet:
		p := s.set.parameters
		if v := c.arg(1); v.quoted {
			p.Until = v.text
			c.args[1] = argument{}
		} else if v.text != "" {
			p.Until = ""
		}
		first, validity, pid, dcs := int(p.First), int(p.Validity), int(p.ProtocolID), int(p.DCS)
		if !c.numbers(&first, &validity, &pid, &dcs) || max(first, validity, pid, dcs) > 255 {
			return cmsText
		}
		p.First, p.Validity, p.ProtocolID, p.DCS = byte(first), byte(validity), byte(pid), tpdu.DCS(dcs)
		if err := p.Check(); err != nil {
			return asCMS(err, cmsText)
		}
		s.set.parameters = p
	}
	return nil
}

// sendMessage is +CMGS: TS 27.005 §3.5.1 and §4.3.
func sendMessage(_ context.Context, s *session, c *command) error {
	switch {
	case c.op == opTest:
		return nil
	case c.op != opSet:
		return cmsNotAllowed
	case !s.radio().service():
		return cmsNoService
	}
	if s.set.text {
		to, err := s.destination(c)
		if err != nil {
			return err
		}
		return s.ask(true, func(ctx context.Context, body []byte) error { return s.sendText(ctx, to, body) })
	}
	n, ok := c.arg(0).number()
	if !ok || len(c.args) > 1 || n < 1 || n > maxTPDU {
		return cmsPDU
	}
	return s.ask(false, func(ctx context.Context, body []byte) error { return s.sendPDU(ctx, n, body) })
}

// maxTPDU is more octets than any TPDU with a service centre address has.
const maxTPDU = 200

// destination reads the arguments of +CMGS in text mode.
func (s *session) destination(c *command) (sms.Address, error) {
	text := s.decode(c.arg(0).text)
	kind := addressType(text)
	if n, ok := c.arg(1).number(); ok {
		kind = n
	}
	to, err := s.port.number(text, kind)
	if err != nil || to.TON == sms.TONAlphanumeric {
		return to, cmsText
	}
	return to, nil
}

// sendPDU sends a TPDU that was announced with n octets.
func (s *session) sendPDU(ctx context.Context, n int, body []byte) error {
	m, err := s.messageOf(n, body)
	if err != nil {
		return err
	}
	return s.send(ctx, "+CMGS", m)
}

// messageOf reads a TPDU that was announced with n octets.
func (s *session) messageOf(n int, body []byte) (sms.Message, error) {
	octets, err := tpdu.FromHex(string(body))
	if err != nil {
		return sms.Message{}, asCMS(err, cmsPDU)
	}
	_, octets, err = tpdu.CutSCA(octets, n)
	if err != nil {
		return sms.Message{}, asCMS(err, cmsPDU)
	}
	return s.messageIn(octets)
}

// messageIn is the message in an SMS-SUBMIT.
func (s *session) messageIn(octets []byte) (sms.Message, error) {
	submit, err := tpdu.ParseSubmit(octets)
	if err != nil {
		s.port.log.Debug("TPDU cannot be read", "err", err)
		return sms.Message{}, asCMS(err, cmsPDU)
	}
	m, err := submit.Message(time.Now())
	if err != nil {
		return m, asCMS(err, cmsPDU)
	}
	m.To = s.port.complete(m.To)
	return m, nil
}

// encode writes a string for the client in its character set.
func (s *session) encode(text string) string { return string(s.set.charset.Encode(text)) }

// decode reads a string of the client: a number or a code first of all.
func (s *session) decode(text string) string {
	if n := s.set.charset.DecodeNumber(text); n != text {
		return n
	}
	if t, err := s.set.charset.Decode([]byte(text)); err == nil && !isCode(text) {
		return t
	}
	return text
}

// textMessage makes a message of a body in text mode.
func (s *session) textMessage(to sms.Address, body []byte) (sms.Message, error) {
	m, err := s.set.parameters.Message(to, body, s.set.charset, time.Now())
	if err != nil {
		s.port.log.Debug("text cannot be taken", "err", err)
		return m, asCMS(err, cmsText)
	}
	return m, nil
}

// sendText sends a text with the parameters of +CSMP.
func (s *session) sendText(ctx context.Context, to sms.Address, body []byte) error {
	m, err := s.textMessage(to, body)
	if err != nil {
		return err
	}
	return s.send(ctx, "+CMGS", m)
}

// send submits m and gives its message reference.
func (s *session) send(ctx context.Context, name string, m sms.Message) error {
	m.More = m.More || s.moreFollow()
	ref, err := s.port.submit(ctx, m)
	if err != nil {
		return err
	}
	s.sent = time.Now()
	s.info("%s: %d", name, ref)
	return nil
}

// moreTimer is how long the link stays up for the next message under +CMMS: TS 27.005 §3.5.6 has 1 to 5 s.
const moreTimer = 5 * time.Second

// moreFollow reports whether the client says that more messages follow. 1 is over when none has followed the
// latest in time, 2 is for good.
func (s *session) moreFollow() bool {
	if s.set.more == 1 && !s.sent.IsZero() && time.Since(s.sent) > moreTimer {
		s.set.more = 0
	}
	return s.set.more > 0
}

// moreMessages is +CMMS: TS 27.005 §3.5.6.
func moreMessages(ctx context.Context, s *session, c *command) error {
	if c.op == opSet {
		s.sent = time.Time{}
	} else {
		s.moreFollow()
	}
	return number(ctx, s, c)
}

// callerNumber is +CLIP: TS 27.007 §7.6.
func callerNumber(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		s.info("+CLIP: (0,1)")
	case opRead:
		s.info("+CLIP: %d,1", s.set.clip)
	case opSet:
		if n := 0; c.numbers(&n) && n <= 1 {
			s.set.clip = n
			return nil
		}
		return cmeBadParameters
	}
	return nil
}
