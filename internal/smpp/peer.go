package smpp

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strings"
)

// speaks names the protocol that a stream starts with, and says what to do about it. It is asked
// only about octets that cannot be SMPP; empty when it does not know them.
func speaks(first []byte) (protocol, advice string) {
	starts := func(s string) bool { return bytes.HasPrefix(first, []byte(s)) }
	switch {
	case starts("HTTP/"), starts("<!DO"), starts("<!do"), starts("<htm"), starts("<HTM"):
		return "HTTP", "this is a web server; ask the operator for the port of SMPP"
	case starts("SSH-"):
		return "SSH", "ask the operator for the port of SMPP"
	case starts("AMQP"):
		return "AMQP", "this is a message broker; ask for the port of SMPP"
	case starts("\x03\x00\x00"):
		return "TPKT (as RDP and H.323 do)", "ask the operator for the port of SMPP"
	case len(first) >= 3 && (first[0] == 0x15 || first[0] == 0x16) && first[1] == 3 && first[2] <= 4:
		return "TLS", "set tls.enabled = true"
	case starts("220 "), starts("220-"):
		return "SMTP or FTP", "ask the operator for the port of SMPP"
	case starts("+OK"), starts("* OK"):
		return "a mail protocol", "ask the operator for the port of SMPP"
	case starts("RFB "):
		return "VNC", "ask the operator for the port of SMPP"
	case len(first) >= 2 && first[0] == 0xFF && first[1] >= 0xFB && first[1] < 0xFF:
		return "telnet", "ask the operator for the port of SMPP"
	}
	return "", ""
}

// foreign is the error for a stream that starts with something else than SMPP, nil when the octets
// give no hint.
func foreign(first []byte, cause error) error {
	if protocol, advice := speaks(first); protocol != "" {
		return &PeerError{Protocol: protocol, Problem: "the peer speaks " + protocol, Advice: advice}
	}
	if text := leadingText(first); text != "" {
		return &PeerError{
			Problem: fmt.Sprintf("the peer speaks text, starting %q", text),
			Advice:  "ask the operator for the port of SMPP", Err: cause,
		}
	}
	return nil
}

// leadingText is the printable start of b when it is at least four octets of it.
func leadingText(b []byte) string {
	n := 0
	for n < len(b) && b[n] >= ' ' && b[n] <= '~' {
		n++
	}
	if n < 4 {
		return ""
	}
	return string(b[:n])
}

// mute is the error for a bind without any answer. sent says that we got octets that were no
// bind response; closed that the peer closed rather than kept silent.
func mute(c *Config, heard, closed bool, cause error) error {
	e := &PeerError{Err: cause}
	switch {
	case closed && heard:
		e.Problem = "the peer closed the connection instead of answering the bind"
	case closed:
		e.Problem = "the peer closed the connection at the bind, without a word"
	case heard:
		e.Problem = fmt.Sprintf("no bind response within %v, though the peer sends PDUs", c.SessionInitTimer)
	default:
		e.Problem = fmt.Sprintf("the peer is mute: it accepts the connection, and nothing comes within %v of the bind", c.SessionInitTimer)
	}
	if heard {
		return e
	}
	var ask []string
	if closed {
		ask = append(ask, "are system_id and password right?")
	} else if c.Bind == BindTransceiver {
		ask = append(ask, `does it know transceivers (bind = "transmitter")?`)
	}
	if !c.TLS.Enabled {
		ask = append(ask, "does it expect TLS (tls.enabled = true)?")
	}
	if closed {
		ask = append(ask, "does it take only certain addresses?")
	}
	e.Advice = strings.Join(append(ask, "is this the port of SMPP?"), " ")
	return e
}

// remoteAlert reports that the peer ended TLS by an alert.
func remoteAlert(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "remote error"
}

// explainAlert says what a TLS alert is likely to mean. In TLS 1.3 the refusal of our certificate
// comes only after the handshake.
func explainAlert(cfg *Config, err error) error {
	if cfg.TLS.CertFile == "" {
		return fmt.Errorf("the SMSC refuses with %q: does it ask for a client certificate (tls.cert_file, tls.key_file)?", plain(err).Error())
	}
	return fmt.Errorf("the SMSC refuses with %q: does it know our client certificate (tls.cert_file)?", plain(err).Error())
}
