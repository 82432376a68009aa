package conformance

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// ModemManager in its test mode, where it takes a Unix socket for a port: socat stands between.
func TestModemManager(t *testing.T) {
	t.Parallel()
	mm, socat := program(t, "ModemManager", "modemmanager"), program(t, "socat", "socat")
	gdbus, daemon := program(t, "gdbus", "libglib2.0-bin"), program(t, "dbus-daemon", "dbus")
	s := newSite(t, "echo = false")
	bus := "unix:path=" + s.path("bus")
	s.write("bus.conf", `<busconfig><type>session</type><listen>`+bus+`</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`)
	s.start("client.log", nil, daemon, "--nofork", "--config-file="+s.path("bus.conf"))
	s.until("the bus is there", func() bool { _, err := os.Stat(s.path("bus")); return err == nil })
	short, err := os.MkdirTemp("", "m") // a socket's path has room for 108 characters
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	socket := filepath.Join(short, "s")
	s.start("client.log", nil, socat, "UNIX-LISTEN:"+socket+",fork", s.port+",raw,echo=0")
	s.until("the socket is there", func() bool { _, err := os.Stat(socket); return err == nil })
	s.startOn(bus, mm, "--test-session", "--test-enable", "--test-no-udev", "--test-no-qrtr", "--no-auto-scan", "--debug")
	call := func(path, method string, args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), gdbus, append([]string{"call", "--session", "--dest", "org.freedesktop.ModemManager1",
			"--object-path", path, "--timeout", "60", "--method", method}, args...)...)
		cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS="+bus, "LC_ALL=C.UTF-8")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	must := func(path, method string, args ...string) string {
		t.Helper()
		out, err := call(path, method, args...)
		if err != nil {
			t.Fatalf("%s %s %q: %v\n%s", path, method, args, err, out)
		}
		return out
	}
	const root, modem, messaging = "/org/freedesktop/ModemManager1", "org.freedesktop.ModemManager1.Modem", "org.freedesktop.ModemManager1.Modem.Messaging"
	s.until("ModemManager takes the port", func() bool {
		_, err := call(root, "org.freedesktop.ModemManager1.Test.SetProfile", "t1", "generic", "['"+socket+"']")
		return err == nil
	})
	object := regexp.MustCompile(root + `/(Modem|SMS)/\d+`)
	var at string
	s.until("ModemManager has found a modem", func() bool {
		out, _ := call(root, "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
		at = object.FindString(out)
		return at != ""
	})
	must(at, modem+".Enable", "true")
	s.until("the modem is registered", func() bool {
		out, _ := call(at, "org.freedesktop.DBus.Properties.Get", modem, "State")
		return strings.Contains(out, "<8>")
	})
	for _, text := range []string{"Hello from ModemManager", "Вода в мазето", strings.TrimSpace(strings.Repeat("a long text of many words ", 14))} {
		sms := object.FindString(must(at, messaging+".Create", fmt.Sprintf("{'number': <'+447700900456'>, 'text': <'%s'>}", text)))
		must(sms, "org.freedesktop.ModemManager1.Sms.Send")
		s.arrives("+447700900456", text)
	}
	for _, text := range []string{"one text {€}", "Вода 😀"} {
		s.text("+447700900123", text)
		s.until("ModemManager has "+text, func() bool {
			for _, sms := range object.FindAllString(must(at, messaging+".List"), -1) {
				said := must(sms, "org.freedesktop.DBus.Properties.GetAll", "org.freedesktop.ModemManager1.Sms")
				if strings.Contains(said, "'Text': <'"+text+"'>") && strings.Contains(said, "+447700900123") {
					return true
				}
			}
			return false
		})
	}
	list := object.FindAllString(must(at, messaging+".List"), -1)
	for _, sms := range list {
		must(at, messaging+".Delete", sms)
	}
	if out := must(at, messaging+".List"); object.MatchString(out) {
		t.Errorf("after deleting %q: %s", list, out)
	}
}

// startOn starts a program that speaks on a bus.
func (s *site) startOn(bus, name string, args ...string) {
	s.t.Helper()
	log, err := os.Create(s.path("bus.log"))
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, log, io.Writer(log)
	cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS="+bus)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		log.Close()
		if s.t.Failed() {
			b, _ := os.ReadFile(s.path("bus.log"))
			s.t.Logf("bus.log ends:\n%s", b[max(0, len(b)-9000):])
		}
	})
}
