//go:build !tiny

package main

import (
	"fmt"
	"net/netip"
	"time"

	"smppagent/internal/capture"
	"smppagent/internal/smpp"
)

// captureComment is for who opens the file and knows nothing of us.
const captureComment = "The PDUs are as they went over the link, without TLS if there was any, passwords masked by asterisks. " +
	"The headers of IP and TCP around them are made up: addresses, ports and octets counted are right; times are those of the program."

// A captured link is what is remembered of one link.
type capturedLink struct {
	name  string
	taken []smpp.Taken
}

// captureFile writes what is remembered of links as pcapng, each as an interface.
func captureFile(links []capturedLink) []byte {
	f := capture.NewFile("smppagent "+buildVersion().Version, captureComment)
	for _, l := range links {
		w := captureWriter{File: f, on: f.Interface(l.name), open: map[uint32]*conversation{}}
		for _, x := range l.taken {
			w.take(x)
		}
	}
	return f.Octets()
}

// captureWriter makes packets of one link.
type captureWriter struct {
	*capture.File
	on   uint32
	open map[uint32]*conversation
}

// A conversation is a TCP connection as far as it is written.
type conversation struct {
	ours, theirs   netip.AddrPort
	sent, received uint32 // the sequence numbers that come next
}

// standIns are the ends of a connection that has no addresses: RFC 5737.
var standIns = [2]netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:50000"), netip.MustParseAddrPort("192.0.2.2:2775")}

// take writes what x says.
func (w *captureWriter) take(x smpp.Taken) {
	c := w.open[x.Connection]
	if c == nil {
		c = &conversation{ours: x.Local, theirs: x.Remote, sent: 1, received: 1}
		if !c.ours.IsValid() || !c.theirs.IsValid() || c.ours.Addr().Is4() != c.theirs.Addr().Is4() {
			c.ours, c.theirs = standIns[0], standIns[1]
		}
		w.open[x.Connection] = c
	}
	switch x.Kind {
	case smpp.TakenOpened:
		c.sent, c.received = 0, 0
		w.packet(c, x.At, true, capture.SYN, nil, 0, "connected")
		c.sent = 1
		w.packet(c, x.At, false, capture.SYN|capture.ACK, nil, 0, "")
		c.received = 1
		w.packet(c, x.At, true, capture.ACK, nil, 0, "")
	case smpp.TakenClosed:
		w.packet(c, x.At, true, capture.FIN|capture.ACK, nil, 0, "the connection has ended; by whom is not said")
		c.sent++
		w.packet(c, x.At, false, capture.FIN|capture.ACK, nil, 0, "")
		c.received++
		w.packet(c, x.At, true, capture.ACK, nil, 0, "")
	case smpp.TakenSent:
		c.sent = x.Offset + 1
		w.data(c, x, true, &c.sent)
	case smpp.TakenReceived:
		c.received = x.Offset + 1
		w.data(c, x, false, &c.received)
	}
}

// data writes the octets of x in as many packets as that takes.
func (w *captureWriter) data(c *conversation, x smpp.Taken, out bool, next *uint32) {
	rest, length, comment := x.Octets, x.Length, ""
	if len(rest) < length {
		comment = fmt.Sprintf("%d of %d octets were kept", len(rest), length)
	}
	for {
		n := min(len(rest), capture.MaxData)
		wire := n
		if n == len(rest) {
			wire = min(length, 0xFFFF-60)
		}
		w.packet(c, x.At, out, capture.PSH|capture.ACK, rest[:n], wire, comment)
		*next += uint32(n)
		rest, length = rest[n:], length-n
		if len(rest) == 0 {
			*next += uint32(length)
			return
		}
	}
}

// packet writes one packet of c.
func (w *captureWriter) packet(c *conversation, at time.Time, out bool, flags capture.Flags, data []byte, length int, comment string) {
	p := capture.Packet{At: at, From: c.ours, To: c.theirs, Sequence: c.sent, Ack: c.received, Flags: flags, Data: data, Length: length, Out: out, Comment: comment}
	if !out {
		p.From, p.To, p.Sequence, p.Ack = c.theirs, c.ours, c.received, c.sent
	}
	if flags == capture.SYN {
		p.Ack = 0
	}
	w.Add(w.on, p)
}
