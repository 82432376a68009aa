package virtual

import (
	"context"
	"fmt"
	"io"
	"os"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"
)

// A serialLine is a serial line to a device. The library sets its speed and framing and keeps others off it;
// what is read and written goes through a descriptor of our own, for the library's cannot be written with a
// deadline, and after closing would write to whatever file has got its number since.
type serialLine struct {
	*os.File
	held serial.Port
}

// openSerial opens the line. Nothing else is opened on the way: looking for serial lines by opening them, as
// the library's list does, changes their speed under whoever uses them.
func openSerial(cfg *Config) (l *serialLine, err error) {
	mode, err := parseFraming(cfg.Framing)
	if err != nil {
		return nil, err
	}
	mode.BaudRate = cfg.Baud
	fd, err := unix.Open(cfg.Serial, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: cfg.Serial, Err: err}
	}
	l = &serialLine{File: os.NewFile(uintptr(fd), cfg.Serial)}
	if l.held, err = serial.Open(cfg.Serial, &mode); err != nil {
		l.File.Close()
		return nil, fmt.Errorf("%s: %w", cfg.Serial, err)
	}
	if err := control(l.File, func(fd int) error { return flowControl(fd, cfg.Flow) }); err != nil {
		l.Close()
		return nil, fmt.Errorf("%s: %w", cfg.Serial, err)
	}
	return l, nil
}

// flowControl sets what the library does not. DTR stays up when the line is closed, or a restart of ours looks
// like a power failure of the modem.
func flowControl(fd int, flow Flow) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return os.NewSyscallError("TCGETS", err)
	}
	t.Cflag &^= unix.HUPCL | unix.CRTSCTS
	t.Iflag &^= unix.IXON | unix.IXOFF
	switch flow {
	case FlowRTSCTS:
		t.Cflag |= unix.CRTSCTS
	case FlowXONXOFF:
		t.Iflag |= unix.IXON | unix.IXOFF
	}
	return os.NewSyscallError("TCSETS", unix.IoctlSetTermios(fd, unix.TCSETS, t))
}

// Close gives the line back. It ends a read or write that is under way.
func (l *serialLine) Close() error {
	err := l.File.Close()
	if e := l.held.Close(); err == nil {
		err = e
	}
	return err
}

// serveSerial serves the device at the other end of a serial line until ctx ends or the line is lost. Nobody
// can see who is there: it is one session from beginning to end.
func (p *Port) serveSerial(ctx context.Context) error {
	l, err := openSerial(&p.cfg)
	if err != nil {
		return err
	}
	defer l.Close()
	p.problem(nil)
	if err := p.talk(ctx, l, &p.set, p.cfg.Serial); ctx.Err() == nil {
		return fmt.Errorf("%s is lost: %w", p.cfg.Serial, err)
	}
	return nil
}

// openModemLine opens the line to the modem behind a port.
func openModemLine(cfg *Config) (io.ReadWriteCloser, error) {
	c := *cfg
	c.Serial, c.Baud, c.Framing, c.Flow = cfg.Modem, cfg.ModemBaud, "8N1", FlowNone
	return openSerial(&c)
}
