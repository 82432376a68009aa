package virtual

import (
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// A charset is one of the character sets of +CSCS: TS 27.007 §5.5.
type charset string

const (
	charsetGSM    charset = "GSM"
	charsetIRA    charset = "IRA"
	charsetUCS2   charset = "UCS2"
	charsetHEX    charset = "HEX"
	charsetLatin1 charset = "8859-1"
	charsetUTF8   charset = "UTF-8"
)

var charsets = [...]charset{charsetGSM, charsetIRA, charsetUCS2, charsetHEX, charsetLatin1, charsetUTF8}

func charsetNames() string {
	var names []string
	for _, c := range charsets {
		names = append(names, `"`+string(c)+`"`)
	}
	return "(" + strings.Join(names, ",") + ")"
}

func parseCharset(s string) (charset, bool) {
	for _, c := range charsets {
		if strings.EqualFold(s, string(c)) {
			return c, true
		}
	}
	return "", false
}

// encode writes a string for the client in its character set.
func (s *session) encode(text string) string {
	switch s.set.charset {
	case charsetUCS2:
		return strings.ToUpper(hex.EncodeToString(sms.EncodeUCS2(text)))
	case charsetHEX:
		septets, _, _ := sms.EncodeGSM7(text)
		return strings.ToUpper(hex.EncodeToString(septets))
	}
	return text
}

// decode reads a string of the client. Numbers in plain digits are taken in every character set: some
// clients write them so.
func (s *session) decode(text string) string {
	if s.set.charset != charsetUCS2 && s.set.charset != charsetHEX {
		return text
	}
	b, err := hex.DecodeString(text)
	if err != nil || strings.HasPrefix(text, "+") {
		return text
	}
	if s.set.charset == charsetUCS2 {
		if len(b)%2 != 0 || len(b) > 0 && b[0] != 0 {
			return text
		}
		return sms.DecodeUCS2(b)
	}
	if t := sms.DecodeGSM7(b); strings.Trim(t, "+0123456789*#") == "" {
		return t
	}
	return text
}

// textMessage makes a message of a body in text mode.
func (s *session) textMessage(to sms.Address, body []byte) (sms.Message, error) {
	p := s.set.parameters
	dcs := tpdu.DCS(p[3])
	m := sms.Message{
		To: to, ProtocolID: byte(p[2]), MessageClass: dcs.Class(), Waiting: dcs.Waiting(), Receipt: p[0]&0x20 != 0,
		ReplyPath: p[0]&0x80 != 0,
	}
	if p[0]&0x18 == 0x10 {
		m.Validity = tpdu.RelativePeriod(byte(p[1]))
	}
	_ = time.Now
	m.Text = string(body)
	if !utf8.ValidString(m.Text) {
		return m, cmsText
	}
	return m, nil
}
