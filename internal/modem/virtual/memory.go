package virtual

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"smppagent/internal/modem/store"
	"smppagent/internal/modem/textmode"
	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// Commands that read and keep messages: TS 27.005 §3.2.2, §3.4 and §3.5.

// The memories: the SIM's, where what comes in is put, and the phone's own. They are two, or a client that
// looks into both would find every message twice.
const (
	memorySIM = 0
	memoryME  = 1
)

var memoryNames = [...]string{memorySIM: "SM", memoryME: "ME"}

// memory is +CPMS number n: 0 to read and delete, 1 to write and send, 2 for what comes in.
func (s *session) memory(n int) *store.Memory { return s.port.memory[s.set.memory[n]] }

// preferredMemory is +CPMS: TS 27.005 §3.2.2.
func preferredMemory(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		s.info(`+CPMS: ("SM","ME"),("SM","ME"),("SM","ME")`)
	case opRead:
		var parts []string
		for n, m := range s.set.memory {
			parts = append(parts, fmt.Sprintf("%q,%d,%d", memoryNames[m], s.memory(n).Used(), s.memory(n).Size()))
		}
		s.info("+CPMS: %s", strings.Join(parts, ","))
	case opSet:
		next := s.set.memory
		if len(c.args) > len(next) {
			return cmsNotSupported
		}
		for i, a := range c.args {
			m := slices.Index(memoryNames[:], s.set.charset.DecodeNumber(a.text))
			if m < 0 {
				m = slices.Index(memoryNames[:], strings.ToUpper(s.decode(a.text)))
			}
			if m < 0 {
				return cmsNotSupported
			}
			next[i] = m
		}
		s.set.memory = next
		var parts []string
		for n := range s.set.memory {
			parts = append(parts, fmt.Sprintf("%d,%d", s.memory(n).Used(), s.memory(n).Size()))
		}
		s.info("+CPMS: %s", strings.Join(parts, ","))
	}
	return nil
}

// memories says whether unread messages wait and whether the memory is full, as 0 or 1.
func (s *session) memories() (unread, full int) {
	m := s.port.memory[memorySIM]
	if m.Used() == m.Size() {
		full = 1
	}
	if slices.ContainsFunc(m.List(), func(x store.Slot) bool { return x.Status == store.Unread }) {
		unread = 1
	}
	return unread, full
}

// view is how the client is shown messages.
func (s *session) view() textmode.View {
	v := textmode.View{Charset: s.set.charset, Details: s.set.header == 1}
	v.Centre, _ = sms.ParseAddress(s.set.centre)
	return v
}

// withCentre is a TPDU in hexadecimal digits behind the service centre's address, and its own length.
func (s *session) withCentre(octets []byte) (digits string, n int) {
	centre, _ := sms.ParseAddress(s.set.centre)
	b, err := tpdu.AppendSCA(nil, centre)
	if err != nil {
		b = []byte{0}
	}
	return fmt.Sprintf("%X", append(b, octets...)), len(octets)
}

// listMessages is +CMGL: TS 27.005 §3.4.2 and §4.1. All messages are one information response.
func listMessages(_ context.Context, s *session, c *command) error {
	if c.op == opTest {
		if s.set.text {
			s.info(`+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")`)
		} else {
			s.info("+CMGL: (0-4)")
		}
		return nil
	}
	status, all, ok := s.wantedStatus(c.arg(0))
	keep, isNumber := c.arg(1).number()
	if !ok || c.op == opRead || len(c.args) > 2 || len(c.args) == 2 && !isNumber {
		if s.set.text {
			return cmsText
		}
		return cmsPDU
	}
	var lines []string
	m := s.memory(0)
	for _, x := range m.List() {
		if !all && x.Status != status {
			continue
		}
		if s.set.text {
			l := s.view().Listed(x)
			lines = append(lines, "+CMGL: "+l.Head)
			if !l.Bare {
				lines = append(lines, string(l.Data))
			}
		} else {
			digits, n := s.withCentre(x.TPDU)
			lines = append(lines, fmt.Sprintf("+CMGL: %d,%d,,%d", x.Index, x.Status, n), digits)
		}
		if x.Status == store.Unread && keep == 0 {
			if err := m.SetStatus(x.Index, store.Read); err != nil {
				s.port.log.Warn("message not marked as read", "index", x.Index, "err", err)
			}
		}
	}
	if len(lines) > 0 {
		s.infoText([]byte(strings.Join(lines, s.newline())))
	}
	return nil
}

func (s *session) newline() string { return string([]byte{s.set.cr, s.set.lf}) }

// wantedStatus reads the first argument of +CMGL.
func (s *session) wantedStatus(a argument) (status store.Status, all, ok bool) {
	if s.set.text {
		text := strings.ToUpper(a.text)
		if text == "" {
			return store.Unread, false, true
		}
		if t := strings.ToUpper(s.decode(a.text)); text != "ALL" && t != "" {
			if _, known := store.ParseStatus(text); !known {
				text = t
			}
		}
		status, ok = store.ParseStatus(text)
		return status, text == "ALL", ok || text == "ALL"
	}
	n := 0
	if a.text != "" {
		n, ok = a.number()
		if !ok || n > 4 {
			return 0, false, false
		}
	}
	return store.Status(n), n == 4, true
}

// readMessage is +CMGR: TS 27.005 §3.4.3 and §4.2.
func readMessage(_ context.Context, s *session, c *command) error {
	if c.op == opTest {
		return nil
	}
	index, ok := c.arg(0).number()
	keep, _ := c.arg(1).number()
	m := s.memory(0)
	x, err := m.Get(index)
	if c.op != opSet || !ok || err != nil {
		return cmsIndex
	}
	if s.set.text {
		l := s.view().Shown(x)
		text := "+CMGR: " + l.Head
		if !l.Bare {
			text += s.newline() + string(l.Data)
		}
		s.infoText([]byte(text))
	} else {
		digits, n := s.withCentre(x.TPDU)
		s.infoText(fmt.Appendf(nil, "+CMGR: %d,,%d%s%s", x.Status, n, s.newline(), digits))
	}
	if x.Status == store.Unread && keep == 0 {
		if err := m.SetStatus(index, store.Read); err != nil {
			s.port.log.Warn("message not marked as read", "index", index, "err", err)
		}
	}
	return nil
}

// deleteMessage is +CMGD: TS 27.005 §3.5.4.
func deleteMessage(_ context.Context, s *session, c *command) error {
	m := s.memory(0)
	if c.op == opTest {
		var indexes []string
		for _, x := range m.List() {
			indexes = append(indexes, strconv.Itoa(x.Index))
		}
		s.info("+CMGD: (%s),(0-4)", strings.Join(indexes, ","))
		return nil
	}
	index, how := 0, 0
	if c.op != opSet || !c.numbers(&index, &how) || how > 4 {
		return cmsIndex
	}
	if how == 0 {
		if index < 1 || index > m.Size() {
			return cmsIndex
		}
		return s.deleted(m.Delete(index))
	}
	var indexes []int
	for _, x := range m.List() { // 1: read, 2: and sent, 3: and unsent, 4: and unread
		if how == 4 || x.Status == store.Read || how >= 2 && x.Status == store.Sent || how == 3 && x.Status == store.Unsent {
			indexes = append(indexes, x.Index)
		}
	}
	return s.deleted(m.Delete(indexes...))
}

func (s *session) deleted(err error) error {
	if err != nil {
		s.port.log.Warn("message not deleted", "err", err)
		return cmsMemory
	}
	return nil
}

// writeMessage is +CMGW: TS 27.005 §3.5.3 and §4.4.
func writeMessage(_ context.Context, s *session, c *command) error {
	if c.op == opTest {
		return nil
	}
	if !s.set.text {
		n, ok := c.arg(0).number()
		status := store.Unsent
		if a := c.arg(1); a.text != "" {
			v, isNumber := a.number()
			if ok = ok && isNumber && v <= int(store.Sent); ok {
				status = store.Status(v)
			}
		}
		if c.op != opSet || !ok || n < 1 || n > maxTPDU {
			return cmsPDU
		}
		return s.ask(false, func(_ context.Context, body []byte) error { return s.writePDU(n, status, body) })
	}
	to, err := s.destination(c)
	if err != nil {
		return err
	}
	status := store.Unsent
	if a := c.arg(2); a.text != "" {
		v, known := store.ParseStatus(strings.ToUpper(a.text))
		if !known || v < store.Unsent {
			return cmsText
		}
		status = v
	}
	return s.ask(true, func(_ context.Context, body []byte) error {
		m, err := s.textMessage(to, body)
		if err != nil {
			return err
		}
		submits, err := tpdu.Submits(&m, sms.Concat8)
		if err != nil || len(submits) != 1 { // a slot holds one
			return cmsText
		}
		octets, err := submits[0].Append(nil)
		if err != nil {
			return asCMS(err, cmsText)
		}
		return s.write(status, octets)
	})
}

// writePDU stores a TPDU that was announced with n octets. One that is read came in: it is an SMS-DELIVER.
func (s *session) writePDU(n int, status store.Status, body []byte) error {
	octets, err := tpdu.FromHex(string(body))
	if err == nil {
		_, octets, err = tpdu.CutSCA(octets, n)
	}
	if err == nil {
		if status >= store.Unsent {
			_, err = tpdu.ParseSubmit(octets)
		} else {
			_, err = tpdu.ParseDeliver(octets)
		}
	}
	if err != nil {
		return asCMS(err, cmsPDU)
	}
	return s.write(status, octets)
}

func (s *session) write(status store.Status, octets []byte) error {
	index, err := s.memory(1).Add(store.Slot{Status: status, TPDU: octets})
	switch {
	case errors.Is(err, store.ErrFull):
		return cmsFull
	case err != nil:
		s.port.log.Warn("message not stored", "err", err)
		return cmsMemory
	}
	s.info("+CMGW: %d", index)
	return nil
}

// sendStored is +CMSS: TS 27.005 §3.5.2 and §4.7.
func sendStored(ctx context.Context, s *session, c *command) error {
	if c.op == opTest {
		return nil
	}
	index, ok := c.arg(0).number()
	m := s.memory(1)
	x, err := m.Get(index)
	if c.op != opSet || !ok || err != nil || x.Status < store.Unsent {
		return cmsIndex
	}
	if !s.radio().service() {
		return cmsNoService
	}
	message, err := s.messageIn(x.TPDU)
	if err != nil {
		return err
	}
	if len(c.args) > 1 {
		c.args = c.args[1:]
		if message.To, err = s.destination(c); err != nil {
			return err
		}
	}
	if err := s.send(ctx, "+CMSS", message); err != nil {
		return err
	}
	if err := m.SetStatus(index, store.Sent); err != nil {
		s.port.log.Warn("message not marked as sent", "index", index, "err", err)
	}
	return nil
}
