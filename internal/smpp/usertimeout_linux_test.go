package smpp

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

func TestSocketOptions(t *testing.T) {
	cfg := config()
	cfg.Address = listen(t, func(net.Conn) {})
	ctx, stop := contextFor(t)
	defer stop()
	conn, err := (&dialer{cfg: &cfg}).dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	get := func(level, option int) (v int) {
		t.Helper()
		if cerr := raw.Control(func(fd uintptr) { v, err = unix.GetsockoptInt(int(fd), level, option) }); cerr != nil || err != nil {
			t.Fatal(cerr, err)
		}
		return v
	}
	if v, want := get(unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT), int((cfg.WriteTimer + cfg.EnquireResponse).Milliseconds()); v != want {
		t.Errorf("TCP_USER_TIMEOUT is %d ms, want %d", v, want)
	}
	if v := get(unix.SOL_SOCKET, unix.SO_KEEPALIVE); v != 0 {
		t.Errorf("SO_KEEPALIVE is %d, want 0", v)
	}
	if v := get(unix.IPPROTO_TCP, unix.TCP_NODELAY); v == 0 {
		t.Error("TCP_NODELAY is off")
	}
}
