package smpp

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Check calls bad for every key whose value cannot be used, with what would be right. It looks at
// the values alone; CheckFiles looks at the files they name.
func (c *Config) Check(bad func(key, problem string)) {
	c.checkAccount(bad)
	c.checkTLS(bad)
	number := func(key string, v, min, max int) {
		if v < min || v > max {
			bad(key, fmt.Sprintf("%d is out of range: %d to %d", v, min, max))
		}
	}
	number("window", c.Window, 1, 1000)
	number("inbound", c.Inbound, 1, 1000)
	number("max_pdu", c.MaxPDU, 1024, 131072)
	if c.Capture != 0 {
		number("capture", c.Capture, 4096, 16<<20)
	}
	c.checkTimers(bad)
	c.checkWay(bad)
	c.Outbind.check(bad)
}

// checkWay judges how the SMSC is reached.
func (c *Config) checkWay(bad func(key, problem string)) {
	if c.LocalAddress != "" {
		if _, err := netip.ParseAddr(c.LocalAddress); err != nil {
			bad("local_address", fmt.Sprintf("%q is not an IP address of this machine", c.LocalAddress))
		}
	}
	if len(c.Interface) > 15 || strings.ContainsAny(c.Interface, "/ \x00") {
		bad("interface", fmt.Sprintf(`%q is not the name of a network interface like "wg0"`, c.Interface))
	}
	if _, err := c.proxyURL(); err != nil {
		bad("proxy", err.Error())
	}
	if c.Keepalive != 0 && (c.Keepalive < time.Second || c.Keepalive > 2*time.Hour) {
		bad("keepalive", fmt.Sprintf("%v is out of range: 1s to 2h, or 0s for never", c.Keepalive))
	}
}

func (c *Config) checkAccount(bad func(key, problem string)) {
	if c.Address == "" {
		bad("address", `missing: the SMSC's host and port, like "smsc.example.net:2775"`)
	} else {
		c.checkAddress(bad, c.Address)
	}
	for i, address := range c.Addresses {
		c.checkAddress(func(_, problem string) { bad(fmt.Sprintf("addresses[%d]", i), problem) }, address)
		if address == c.Address || slices.Index(c.Addresses, address) < i {
			bad(fmt.Sprintf("addresses[%d]", i), fmt.Sprintf("%q is there already", address))
		}
	}
	if len(c.Addresses) > 15 {
		bad("addresses", fmt.Sprintf("%d are too many: at most 15", len(c.Addresses)))
	}
	if c.ReturnAfter != 0 && (c.ReturnAfter < 10*time.Second || c.ReturnAfter > 24*time.Hour) {
		bad("return_after", fmt.Sprintf("%v is out of range: 10s to 24h, or 0s for never", c.ReturnAfter))
	}
	switch c.Bind {
	case BindTransceiver, BindTransmitter, BindReceiver:
	default:
		bad("bind", fmt.Sprintf(`%q is not one of "transceiver", "transmitter", "receiver"`, c.Bind))
	}
	if c.SystemID == "" {
		bad("system_id", "missing: the account's name, 1 to 15 octets")
	}
	text := func(key, v string, max int) {
		if len(v) > max {
			bad(key, fmt.Sprintf("%d octets: at most %d fit", len(v), max))
		}
		if strings.IndexByte(v, 0) >= 0 {
			bad(key, "holds a NUL octet, which would end it there")
		}
	}
	text("system_id", c.SystemID, 15)
	text("password", c.Password.Reveal(), maxPassword)
	text("system_type", c.SystemType, 12)
	text("address_range", c.AddressRange, 40)
	if c.version() == 0 {
		bad("interface_version", fmt.Sprintf(`%q is not one of "3.3", "3.4", "5.0"`, c.InterfaceVersion))
	}
	if c.AddrTON > 6 {
		bad("addr_ton", fmt.Sprintf("%d is out of range: 0 to 6", c.AddrTON))
	}
	switch c.AddrNPI {
	case 0, 1, 3, 4, 6, 8, 9, 10, 14, 18:
	default:
		bad("addr_npi", fmt.Sprintf("%d is not one of 0, 1, 3, 4, 6, 8, 9, 10, 14, 18", c.AddrNPI))
	}
	given := 0
	for _, v := range []string{c.Password.Reveal(), c.PasswordFile, c.PasswordEnv} {
		if v != "" {
			given++
		}
	}
	if given > 1 {
		bad("password", "given more than once: keep one of password, password_file, password_env")
	}
}

// checkAddress judges one host and port.
func (c *Config) checkAddress(bad func(key, problem string), address string) {
	at := *c
	at.Address = address
	if host, _, err := at.hostPort(); err != nil {
		bad("address", err.Error())
	} else if a, err := netip.ParseAddr(host); err == nil && public(a) && !c.TLS.Enabled && !c.Insecure {
		bad("address", errPublic.Error())
	}
}

func (c *Config) checkTLS(bad func(key, problem string)) {
	t := &c.TLS
	if t.Enabled && !hasTLS {
		bad("tls.enabled", "the tiny edition of this program has no TLS: use the full one, or a VPN")
	}
	if t.Pin != "" {
		if b, err := hex.DecodeString(t.Pin); err != nil || len(b) != 32 {
			bad("tls.pin", fmt.Sprintf("%q is not 64 hexadecimal digits: the SHA-256 of the SMSC's public key", t.Pin))
		}
		if t.InsecureSkipVerify {
			bad("tls.insecure_skip_verify", "has no meaning beside tls.pin")
		}
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		missing, there := "tls.key_file", "tls.cert_file"
		if t.CertFile == "" {
			missing, there = there, missing
		}
		bad(missing, "missing: a client certificate needs both, and "+there+" is given")
	}
	if t.Enabled {
		return
	}
	idle := func(key string, set bool) {
		if set {
			bad(key, "has no effect without tls.enabled = true")
		}
	}
	idle("tls.ca_file", t.CAFile != "")
	idle("tls.cert_file", t.CertFile != "")
	idle("tls.server_name", t.ServerName != "")
	idle("tls.pin", t.Pin != "")
	idle("tls.insecure_skip_verify", t.InsecureSkipVerify)
	idle("tls.post_quantum", t.PostQuantum)
}

func (c *Config) checkTimers(bad func(key, problem string)) {
	timer := func(key string, v, min, max time.Duration) {
		if v < min || v > max {
			bad(key, fmt.Sprintf("%v is out of range: %s to %s", v, short(min), short(max)))
		}
	}
	timer("session_init_timer", c.SessionInitTimer, time.Second, 2*time.Minute)
	if c.EnquireLinkTimer != 0 {
		timer("enquire_link_timer", c.EnquireLinkTimer, 250*time.Millisecond, time.Hour)
	}
	timer("enquire_response", c.EnquireResponse, 250*time.Millisecond, 5*time.Minute)
	timer("response_timer", c.ResponseTimer, time.Second, 5*time.Minute)
	timer("body_timer", c.BodyTimer, time.Second, 5*time.Minute)
	timer("write_timer", c.WriteTimer, time.Second, 5*time.Minute)
	timer("unbind_timer", c.UnbindTimer, 100*time.Millisecond, 30*time.Second)
	timer("reconnect_min", c.ReconnectMin, 100*time.Millisecond, time.Hour)
	timer("reconnect_max", c.ReconnectMax, max(c.ReconnectMin, 100*time.Millisecond), 24*time.Hour)
	timer("reconnect_refused", c.ReconnectRefused, min(c.ReconnectMax, 24*time.Hour), 24*time.Hour)
}

// PrivateOnly reports that Address is a name which is connected to only where it stands for loopback or a
// private address, because everything would go there unencrypted.
func (c *Config) PrivateOnly() bool {
	if c.TLS.Enabled || c.Insecure {
		return false
	}
	at := *c
	for _, at.Address = range append([]string{c.Address}, c.Addresses...) {
		host, _, err := at.hostPort()
		if err != nil {
			continue
		}
		if _, err = netip.ParseAddr(host); err != nil && !strings.EqualFold(host, "localhost") {
			return true
		}
	}
	return false
}

// short is d without the zero units that time.Duration's String adds: "2m", not "2m0s".
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// CheckFiles calls bad for every key whose file cannot be used: the password, the certificate
// authorities, our certificate and key. It reads them. A password file that others may read is
// reported too.
func (c *Config) CheckFiles(bad func(key, problem string)) {
	if c.PasswordFile != "" {
		if _, err := c.secret(); err != nil {
			bad("password_file", plainPath(err))
		} else if problem := openToOthers(c.PasswordFile); problem != "" {
			bad("password_file", problem)
		}
	}
	if c.PasswordEnv != "" {
		if _, err := c.secret(); err != nil {
			bad("password_env", plainPath(err))
		}
	}
	c.TLS.checkFiles(bad)
}

// plainPath is the error's text without our prefix, for a line that names the key already.
func plainPath(err error) string {
	if e := errors.Unwrap(err); e != nil {
		return e.Error()
	}
	return err.Error()
}

// hostPort splits Address and puts in the port that IANA assigned to SMPP, or to SMPP over TLS.
func (c *Config) hostPort() (host, port string, err error) {
	host, port, err = net.SplitHostPort(c.Address)
	if err != nil {
		// No port: a name, an IPv4 address, or IPv6 with or without brackets.
		bare := strings.TrimSuffix(strings.TrimPrefix(c.Address, "["), "]")
		if strings.Contains(bare, ":") && net.ParseIP(bare) == nil {
			return "", "", fmt.Errorf(`%q is not host:port (an IPv6 address goes in brackets: "[2001:db8::1]:2775")`, c.Address)
		}
		host, port = bare, "2775"
		if c.TLS.Enabled {
			port = "3550"
		}
	}
	if host == "" {
		return "", "", fmt.Errorf("%q has no host before the port", c.Address)
	}
	if strings.ContainsAny(host, " /@") {
		return "", "", fmt.Errorf("%q is not host:port: no scheme, path or user belongs here", c.Address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", "", fmt.Errorf("port %q in %q is not a number from 1 to 65535", port, c.Address)
	}
	return host, port, nil
}
