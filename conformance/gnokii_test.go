package conformance

import (
	"os"
	"strings"
	"testing"
)

func TestGnokii(t *testing.T) {
	t.Parallel()
	gnokii := program(t, "gnokii", "gnokii")
	s := newSite(t, "")
	short, err := os.MkdirTemp("", "g") // gnokii has room for 32 characters
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	if err := os.Symlink(s.port, short+"/m"); err != nil {
		t.Fatal(err)
	}
	conf := s.write("gnokiirc", "[global]\nconnection = serial\nport = "+short+"/m\nmodel = AT\nuse_locking = no\nserial_baudrate = 115200\n[logging]\ndebug = off\n")
	for _, m := range []struct {
		text string
		args []string
	}{
		{"Hello from gnokii", nil},
		{strings.TrimSpace(strings.Repeat("a long text of many words ", 14)), []string{"--long", "400"}},
		{"shown at once", []string{"--class", "0"}},
		{"with report", []string{"-r"}},
		{"Вода в мазето", nil},
	} {
		s.mustRun(m.text, gnokii, append([]string{"--config", conf, "--sendsms", "+447700900456"}, m.args...)...)
		s.arrives("+447700900456", m.text)
	}
	s.text("+447700900123", "one text")
	var out string
	s.until("gnokii finds the text", func() bool {
		out, _ = s.run("", gnokii, "--config", conf, "--getsms", "SM", "1", "end", "-d")
		return strings.Contains(out, "one text")
	})
	if !strings.Contains(out, "+447700900123") {
		t.Errorf("gnokii says\n%s", out)
	}
	if out, _ = s.run("", gnokii, "--config", conf, "--getsms", "SM", "1", "end"); strings.Contains(out, "one text") {
		t.Errorf("what was deleted is there:\n%s", out)
	}
}
