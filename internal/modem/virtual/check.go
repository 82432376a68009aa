package virtual

import (
	"fmt"
	"net"
	"net/netip"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"time"

	"smppagent/internal/sms"
)

// digits reports whether s is of least to most digits.
func digits(s string, least, most int) bool {
	return len(s) >= least && len(s) <= most && strings.Trim(s, "0123456789") == ""
}

// isNumber reports whether s is a number of 3 to 15 digits, with or without a + in front.
func isNumber(s string) bool { return digits(strings.TrimPrefix(s, "+"), 3, 15) }

// isName reports whether s may be the name of a port.
func isName(s string) bool {
	return len(s) >= 1 && len(s) <= 20 && !strings.ContainsFunc(s, func(r rune) bool {
		return r >= 0x80 || !isLetter(byte(r)) && !isDigit(byte(r)) && r != '-' && r != '_'
	})
}

// Check calls bad for each key that cannot be used, with what would be right.
func (c *Config) Check(bad func(key, problem string)) {
	if !isName(c.Name) {
		bad("name", fmt.Sprintf("%q is no name: give the port one of 1 to 20 letters, digits, \"-\" and \"_\"", c.Name))
	}
	c.checkPlace(bad)
	c.checkPersona(bad)
	if c.PIN != "" && !digits(c.PIN, 4, 8) {
		bad("pin", "is not of 4 to 8 digits")
	}
	if c.Sender != "" {
		if _, err := sms.ParseAddress(c.Sender); err != nil {
			bad("sender", err.Error())
		}
	}
	for _, d := range c.Destinations {
		if d == "+" || d == "" || !digits(strings.TrimPrefix(strings.TrimSuffix(d, "*"), "+"), 0, 20) {
			bad("destinations", fmt.Sprintf("%q is no number: write digits, with a + when it is international, and a * at the end for all that begin so", d))
		}
	}
	if _, err := strconv.ParseUint(c.Country, 10, 10); c.Country != "" && (err != nil || c.Country[0] == '0' || len(c.Country) > 3) {
		bad("country", fmt.Sprintf("%q is no country code: 1 to 3 digits, such as \"359\"", c.Country))
	}
	if _, err := strconv.ParseUint(c.TrunkPrefix, 10, 10); c.Country != "" && (err != nil || len(c.TrunkPrefix) > 3) {
		bad("trunk_prefix", fmt.Sprintf("%q is no prefix: 1 to 3 digits, such as \"0\"", c.TrunkPrefix))
	}
	word(bad, "inbound", c.Inbound, InboundNone, InboundNumber, InboundAll)
	word(bad, "ack", c.Ack, AckQueued, AckSubmitted)
	word(bad, "ack_late", c.AckLate, LateOK, LateError)
	word(bad, "alerts_as", c.AlertsAs, AlertsText, AlertsLamp)
	word(bad, "when_down", c.WhenDown, DownRoaming, DownHome, DownSearching)
	word(bad, "divert", c.Divert, DivertAlways, DivertFailed)
	within(bad, "modem_baud", c.ModemBaud, 300, 921600)
	within(bad, "per_hour", c.PerHour, 1, 100000)
	within(bad, "burst", c.Burst, 1, 10000)
	within(bad, "identical", c.Identical, 1, 1000)
	within(bad, "messages", c.Messages, 1, 1000)
	span(bad, "collapse", c.Collapse, 24*time.Hour)
	span(bad, "answer_delay", c.AnswerDelay, time.Second)
	if _, _, err := parseQuiet(c.QuietHours); c.QuietHours != "" && err != nil {
		bad("quiet_hours", err.Error())
	}
}

// CheckFiles calls bad for what the config names and this machine does not have.
func (c *Config) CheckFiles(bad func(key, problem string)) {
	if _, err := userID(c.Owner); err != nil {
		bad("owner", err.Error())
	}
	if _, err := groupID(c.Group); err != nil {
		bad("group", err.Error())
	}
}

// checkPlace judges where the port is.
func (c *Config) checkPlace(bad func(key, problem string)) {
	places := 0
	for _, p := range []string{c.PTY, c.Serial, c.TCP} {
		if p != "" {
			places++
		}
	}
	if places != 1 {
		bad("pty", fmt.Sprintf("there are %d of pty, serial and tcp: write one of them", places))
	}
	if _, err := strconv.ParseUint(c.Mode, 8, 9); err != nil {
		bad("mode", fmt.Sprintf("%q is no mode: write three or four octal digits, such as \"0660\"", c.Mode))
	}
	within(bad, "baud", c.Baud, 300, 921600)
	if _, err := parseFraming(c.Framing); err != nil {
		bad("framing", err.Error())
	}
	word(bad, "flow", c.Flow, FlowNone, FlowRTSCTS, FlowXONXOFF)
	for _, a := range c.Allow {
		if _, err := parsePrefix(a); err != nil {
			bad("allow", fmt.Sprintf("%q is neither an address nor a network, such as \"192.168.7.0/24\"", a))
		}
	}
	if c.TCP == "" {
		return
	}
	host, port, err := net.SplitHostPort(c.TCP)
	if n, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil || n == 0 {
		bad("tcp", fmt.Sprintf("%q is no address to listen on: write host:port, such as \"127.0.0.1:2777\"", c.TCP))
		return
	}
	ip, err := netip.ParseAddr(host)
	if err != nil && host != "localhost" && host != "" {
		bad("tcp", fmt.Sprintf("%q is no IP address of this machine", host))
		return
	}
	if host != "localhost" && !ip.IsLoopback() && c.PIN == "" && len(c.Allow) == 0 {
		bad("tcp", fmt.Sprintf("%q lets everybody who can reach it send: name those who may in allow, or set a pin", c.TCP))
	}
}

// checkPersona judges what the modem says it is.
func (c *Config) checkPersona(bad func(key, problem string)) {
	for _, x := range [...]struct{ key, text string }{
		{"manufacturer", c.Manufacturer}, {"model", c.Model}, {"revision", c.Revision}, {"operator", c.Operator},
	} {
		key, text := x.key, x.text
		if len(text) > 64 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '"' }) {
			bad(key, fmt.Sprintf("%q cannot stand in an answer: up to 64 characters of ASCII without quotation marks", text))
		}
	}
	for _, d := range []struct {
		key, digits string
		least, most int
	}{{"imei", c.IMEI, 15, 15}, {"imsi", c.IMSI, 14, 15}, {"iccid", c.ICCID, 18, 20}} {
		if d.digits != "" && !digits(d.digits, d.least, d.most) {
			bad(d.key, fmt.Sprintf("%q has to be of %d to %d digits", d.digits, d.least, d.most))
		}
	}
	for _, x := range [...]struct{ key, number string }{{"number", c.Number}, {"centre", c.Centre}} {
		key, number := x.key, x.number
		if number != "" && !isNumber(number) {
			bad(key, fmt.Sprintf("%q is no number: 3 to 15 digits, with a + when it is international", number))
		}
	}
}

// word reports a value that is none of the words that key takes.
func word[T ~string](bad func(key, problem string), key string, got T, words ...T) {
	if slices.Contains(words, got) {
		return
	}
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	last := len(names) - 1
	bad(key, fmt.Sprintf("%q is none of %s and %s", got, strings.Join(names[:last], ", "), names[last]))
}

func within(bad func(key, problem string), key string, n, least, most int) {
	if n < least || n > most {
		bad(key, fmt.Sprintf("%d is outside %d to %d", n, least, most))
	}
}

func span(bad func(key, problem string), key string, d, most time.Duration) {
	if d < 0 || d > most || d != 0 && d < time.Millisecond {
		bad(key, fmt.Sprintf("%v is outside 0s to %v; write a number with its unit, such as \"30s\"", d, most))
	}
}

// parsePrefix reads an address or a network.
func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Prefix(a.BitLen())
	}
	return netip.ParsePrefix(s)
}

// userID gives the number of a user, -1 for "".
func userID(name string) (int, error) {
	return idOf(name, "user", func() (string, error) {
		u, err := user.Lookup(name)
		if err != nil {
			return "", err
		}
		return u.Uid, nil
	})
}

// groupID gives the number of a group, -1 for "".
func groupID(name string) (int, error) {
	return idOf(name, "group", func() (string, error) {
		g, err := user.LookupGroup(name)
		if err != nil {
			return "", err
		}
		return g.Gid, nil
	})
}

func idOf(name, what string, look func() (string, error)) (int, error) {
	if name == "" {
		return -1, nil
	}
	if n, err := strconv.ParseUint(name, 10, 31); err == nil {
		return int(n), nil
	}
	id, err := look()
	if err != nil {
		return 0, fmt.Errorf("there is no %s %q on this machine", what, name)
	}
	return strconv.Atoi(id)
}
