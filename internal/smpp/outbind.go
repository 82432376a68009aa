package smpp

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"smppagent/internal/pdu"
)

// Outbind is the table [smsc.NAME.outbind]: an SMSC that has something for us connects to us and asks for a
// bind, SMPP 3.4 §2.2.1 and §4.1.7. We close that connection and bind at the configured address: what is in
// an outbind never says where to.
type Outbind struct {
	// Listen is the address and port to listen on, such as "10.8.0.2:2775". Default "": no outbind is
	// taken, and nothing listens.
	Listen string `toml:"listen"`
	// From are the addresses or networks that may connect, "10.8.0.1" or "10.8.0.0/24". Needed with Listen.
	From []string `toml:"from"`
	// SystemID and Password are what the SMSC must give; an empty one is not looked at. Default "".
	SystemID string `toml:"system_id"`
	// Password belongs to SystemID, at most 16 octets.
	Password Secret `toml:"password"`
	// Only says that we bind when asked and at no other time. Default false: an outbind shortens the pause
	// before the next try.
	Only bool `toml:"only"`
}

// check calls bad for each key that cannot be used.
func (o *Outbind) check(bad func(key, problem string)) {
	if o.Listen == "" {
		if len(o.From) > 0 || o.SystemID != "" || o.Password != "" || o.Only {
			bad("outbind.listen", "missing: the address and port to listen on for outbind")
		}
		return
	}
	if _, err := netip.ParseAddrPort(o.Listen); err != nil && !strings.HasPrefix(o.Listen, ":") {
		bad("outbind.listen", fmt.Sprintf(`%q is not an address and port like "10.8.0.2:2775"`, o.Listen))
	}
	if len(o.From) == 0 {
		bad("outbind.from", "missing: the SMSC's addresses; nobody else may make us bind")
	}
	if _, wrong, err := o.networks(); err != nil {
		bad("outbind.from", fmt.Sprintf(`%q is neither an address nor a network like "10.8.0.0/24"`, wrong))
	}
	if len(o.SystemID) > 15 {
		bad("outbind.system_id", fmt.Sprintf("%d octets: at most 15 fit", len(o.SystemID)))
	}
	if len(o.Password) > maxPassword {
		bad("outbind.password", fmt.Sprintf("%d octets: at most %d fit", len(o.Password), maxPassword))
	}
}

// networks reads From; wrong is the entry that cannot be read.
func (o *Outbind) networks() (all []netip.Prefix, wrong string, err error) {
	for _, s := range o.From {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(s); err != nil {
				return nil, s, err
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		all = append(all, p)
	}
	return all, "", nil
}

// awaitOutbinds listens until ctx ends, and wakes Run for each outbind that may do so. One connection is
// served at a time: there is nothing to wait for but one PDU.
func (c *Client) awaitOutbinds(ctx context.Context) {
	for {
		err := c.listen(ctx)
		if ctx.Err() != nil {
			return
		}
		c.log.Warn("cannot listen for outbind", "listen", c.cfg.Outbind.Listen, "error", err)
		if !wait(ctx, c.cfg.ReconnectMax) {
			return
		}
	}
}

func (c *Client) listen(ctx context.Context) error {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", c.cfg.Outbind.Listen)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	defer ln.Close()
	c.log.Info("listening for outbind", "listen", ln.Addr().String())
	for {
		conn, err := ln.Accept()
		if err != nil {
			return err
		}
		err = c.outbind(ctx, conn)
		_ = conn.Close()
		if err != nil {
			c.log.Warn("outbind refused", "peer", conn.RemoteAddr().String(), "error", err)
			continue
		}
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
}

// outbind reads one outbind from conn and judges it.
func (c *Client) outbind(ctx context.Context, conn net.Conn) error {
	o := &c.cfg.Outbind
	from, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return err
	}
	networks, _, err := o.networks()
	if err != nil {
		return err
	}
	allowed := false
	for _, n := range networks {
		allowed = allowed || n.Contains(from.Addr().Unmap())
	}
	if !allowed {
		return errors.New("smpp: its address is not in outbind.from")
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if err := conn.SetDeadline(time.Now().Add(c.cfg.SessionInitTimer)); err != nil {
		return err
	}
	cfg := c.cfg
	cfg.MaxPDU, cfg.BodyTimer = outbindRoom, c.cfg.SessionInitTimer
	r := newReader(conn, &cfg)
	r.timed = true // the deadline stands
	var b batch
	for len(b.pdus) == 0 && b.err == nil {
		b = r.next(b.pdus)
	}
	if len(b.pdus) == 0 {
		return b.err
	}
	p, ok := b.pdus[0].frame.PDU.(*pdu.Outbind)
	switch {
	case !ok || b.pdus[0].err != nil:
		return fmt.Errorf("smpp: it sends %v", b.pdus[0].frame.Command)
	case o.SystemID != "" && p.SystemID != o.SystemID:
		return fmt.Errorf("smpp: system_id is %q", p.SystemID)
	case o.Password != "" && subtle.ConstantTimeCompare([]byte(p.Password), []byte(o.Password.Reveal())) == 0:
		return errors.New("smpp: its password is wrong")
	}
	return nil
}

// outbindRoom is the longest PDU taken on a connection that somebody made to us.
const outbindRoom = 256
