package virtual

import (
	"errors"
	"fmt"
	"strconv"
)

// info adds a line of an information response: V.250 §5.7.1.
func (s *session) info(format string, args ...any) {
	s.infoText(fmt.Appendf(nil, format, args...))
}

// infoText adds an information response of one or more lines.
func (s *session) infoText(text []byte) {
	if s.set.verbose {
		s.out = append(s.out, s.set.cr, s.set.lf)
	}
	s.out = append(s.out, text...)
	s.out = append(s.out, s.set.cr, s.set.lf)
}

// final adds the final result code for err: V.250 §5.7.1, TS 27.007 §9, TS 27.005 §3.2.5.
func (s *session) final(err error) {
	if s.set.quiet {
		return
	}
	cms, isCMS := errors.AsType[cmsError](err)
	cme, isCME := errors.AsType[cmeError](err)
	switch {
	case err == nil:
		s.result("OK", 0)
	case errors.Is(err, errNoCarrier):
		s.result("NO CARRIER", 3)
	case isCMS:
		// With +CMEE=0 too: TS 27.005 §3.2.5 knows no other result code for messages.
		s.extended("+CMS ERROR: ", int(cms), cms)
	case isCME && s.set.cmee > 0:
		s.extended("+CME ERROR: ", int(cme), cme)
	default:
		s.result("ERROR", 4)
	}
}

// extended adds a result code with a number, or with its text after +CMEE=2. V0 makes no difference to it:
// TS 27.007 §9.1.
func (s *session) extended(prefix string, code int, err error) {
	value := strconv.Itoa(code)
	if s.set.cmee == 2 {
		value = err.Error()
	}
	s.out = append(s.out, s.set.cr, s.set.lf)
	s.out = append(s.out, prefix...)
	s.out = append(s.out, value...)
	s.out = append(s.out, s.set.cr, s.set.lf)
}

// result adds a result code in words or as a number.
func (s *session) result(words string, number int) {
	if !s.set.verbose {
		s.out = append(strconv.AppendInt(s.out, int64(number), 10), s.set.cr)
		return
	}
	s.out = append(s.out, s.set.cr, s.set.lf)
	s.out = append(s.out, words...)
	s.out = append(s.out, s.set.cr, s.set.lf)
}
