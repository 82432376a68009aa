package interop

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// An osmoMSC is the mobile switching centre of Osmocom, whose SMPP interface is libsmpp34's work. Without
// a network there is no phone, so that it takes messages, stores them, and delivers none.
type osmoMSC struct {
	t    *testing.T
	dir  string
	port int
	env  []string
	file string
	cmd  *exec.Cmd
}

func startOsmo(t *testing.T) *osmoMSC {
	t.Helper()
	o := &osmoMSC{t: t, dir: t.TempDir(), port: freePort(t)}
	var err error
	if o.file, err = exec.LookPath("osmo-msc"); err != nil {
		o.file = fetched(t, "debian", "usr", "bin", "osmo-msc")
	}
	shim := filepath.Join(o.dir, "nosctp.so")
	if out, err := exec.Command(program(t, "cc"), "-shared", "-fPIC", "-o", shim, "osmo/nosctp.c", "-ldl").CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}
	libs, err := filepath.Glob(filepath.Join(peersDir, "debian", "usr", "lib", "*-linux-gnu*"))
	if err != nil {
		t.Fatal(err)
	}
	o.env = append(os.Environ(), "LD_LIBRARY_PATH="+strings.Join(libs, ":"), "LD_PRELOAD="+shim)
	text, err := os.ReadFile("osmo/osmo-msc.cfg")
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.%d.%d.%d", 1+rand.N(250), rand.N(250), 1+rand.N(250))
	text = []byte(strings.NewReplacer("ADDRESS", address, "PORT", fmt.Sprint(o.port)).Replace(string(text)))
	if err := os.WriteFile(filepath.Join(o.dir, "osmo-msc.cfg"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	o.start()
	t.Cleanup(func() {
		o.kill()
		if t.Failed() {
			t.Logf("osmo-msc says:\n%s", o.log())
		}
	})
	return o
}

// start starts the process and waits until it listens.
func (o *osmoMSC) start() {
	o.t.Helper()
	log, err := os.OpenFile(filepath.Join(o.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		o.t.Fatal(err)
	}
	defer log.Close()
	o.cmd = exec.Command(o.file, "-c", "osmo-msc.cfg")
	o.cmd.Dir, o.cmd.Env, o.cmd.Stdout, o.cmd.Stderr = o.dir, o.env, log, log
	if err := o.cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	eventually(o.t, "osmo-msc listens", func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", o.port))
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

// kill ends the process as a power cut would, once.
func (o *osmoMSC) kill() {
	if o.cmd != nil {
		_ = o.cmd.Process.Kill()
		_ = o.cmd.Wait()
		o.cmd = nil
	}
}

func (o *osmoMSC) log() string {
	text, _ := os.ReadFile(filepath.Join(o.dir, "log"))
	return string(text)
}

// stored reports whether the short messages in its database have these octets somewhere.
func (o *osmoMSC) stored(octets []byte) bool {
	o.t.Helper()
	names, _ := filepath.Glob(filepath.Join(o.dir, "sms.db*"))
	return slices.ContainsFunc(names, func(name string) bool {
		file, err := os.ReadFile(name)
		return err == nil && bytes.Contains(file, octets)
	})
}

// pack packs septets as osmo-msc stores them, TS 23.038 §6.1.2.1. Only for characters whose septet is
// that of ASCII.
func pack(text string) (octets []byte) {
	bits, n := 0, 0
	for i := range len(text) {
		bits |= int(text[i]) << n
		for n += 7; n >= 8; n -= 8 {
			octets = append(octets, byte(bits))
			bits >>= 8
		}
	}
	if n > 0 {
		octets = append(octets, byte(bits))
	}
	return octets
}

func ucs2(text string) (octets []byte) {
	for _, u := range utf16.Encode([]rune(text)) {
		octets = binary.BigEndian.AppendUint16(octets, u)
	}
	return octets
}

func TestOsmoMSC(t *testing.T) {
	t.Parallel()
	o := startOsmo(t)
	a := account{port: o.port, password: "secret", bind: "transceiver", smsc: `enquire_link_timer = "250ms"`}
	ag := startAgent(t, a)

	plain := "Pump 2 stopped at 04:12, tank is 80 percent full"
	ag.mustSend(plain)
	ag.mustSend(flagText)
	long := strings.Repeat(flagText, 5) // in three segments
	ag.mustSend(long)
	ag.mustSend(strings.Repeat("A long text of nothing but letters. ", 10), "--class", "emergency")
	ag.mustSend("Look!", "--flash")
	ag.mustSend("To a short code", "--to", "12345")
	for what, octets := range map[string][]byte{
		plain: pack(plain), flagText: ucs2(flagText), "the end of a long text": ucs2(flagText[len(flagText)-9:]), "Look!": pack("Look!"),
	} {
		if !o.stored(octets) {
			t.Errorf("osmo-msc has not stored %q", what)
		}
	}
	if n := strings.Count(o.log(), "Stored in DB"); n != 10 {
		t.Errorf("osmo-msc stored %d short messages, want 10", n)
	}
	eventually(t, "both ask whether the other is there", func() bool { return ag.status().SMSC.Links[0].Counters.EnquiresSent > 2 })

	// All its responses carry the same message_id: who waits for a receipt waits for his own.
	for range 2 {
		if code, said := ag.send("Nobody has this phone", "--receipt", "--timeout", "1s"); code != 5 || !strings.Contains(said, "accepted") {
			t.Errorf("send --receipt ended with %d and said\n%s", code, said)
		}
	}
	if n := len(ag.queue()); n != 2 {
		t.Errorf("%d messages wait for a receipt, want 2", n)
	}

	// It goes away and comes back.
	o.kill()
	eventually(t, "the agent has noticed", func() bool { return ag.status().SMSC.Links[0].State != "bound" })
	o.start()
	ag.mustSend("After the power cut")
	c := ag.status().SMSC.Links[0].Counters
	if c.Binds != 2 || c.Timeouts+c.Unmatched != 0 {
		t.Errorf("counters %+v", c)
	}
	ag.stop()
	if !strings.Contains(o.log(), "Rx UNBIND") {
		t.Error("osmo-msc saw no unbind")
	}

	// It answers bind_receiver with bind_transmitter_resp.
	for _, bind := range []string{"receiver", "transmitter"} {
		a.bind = bind
		ag.configure(a)
		ag.start()
		ag.waitBound()
		ag.stop()
	}

	a.password = "wrong"
	ag.configure(a)
	ag.start()
	eventually(t, "the status says ESME_RINVPASWD", func() bool {
		return strings.Contains(ag.status().SMSC.Links[0].LastError, "ESME_RINVPASWD")
	})
	ag.stop()
}
