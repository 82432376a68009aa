package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// startSmstools starts smsd of smstools with more lines for its modem.
func startSmstools(s *site, modem string) {
	s.t.Helper()
	smsd := program(s.t, "smsd", "smstools")
	for _, dir := range []string{"outgoing", "checked", "incoming", "report", "sent", "failed", "stats", "saved"} {
		if err := os.MkdirAll(s.path("spool/"+dir), 0o777); err != nil {
			s.t.Fatal(err)
		}
	}
	spool := s.path("spool")
	conf := s.write("smsd.conf", strings.ReplaceAll(`
devices = GSM1
outgoing = DIR/outgoing
checked = DIR/checked
incoming = DIR/incoming
report = DIR/report
sent = DIR/sent
failed = DIR/failed
saved = DIR/saved
stats = DIR/stats
logfile = DIR/smsd.log
infofile = DIR/smsd.working
pidfile = DIR/smsd.pid
loglevel = 7
delaytime = 1
delaytime_mainprocess = 1
receive_before_send = no
autosplit = 3
incoming_utf8 = yes
[GSM1]
device = `+s.port+`
incoming = yes
report = yes
baudrate = 115200
rtscts = no
`, "DIR", spool)+modem+"\n")
	s.start("client.log", nil, smsd, "-t", "-c"+conf)
	s.t.Cleanup(func() {
		if s.t.Failed() {
			log, _ := os.ReadFile(filepath.Join(spool, "smsd.log"))
			s.t.Logf("smsd.log ends:\n%s", log[max(0, len(log)-9000):])
		}
	})
}

// spooled waits for a file in a directory of the spool and gives what is in it.
func (s *site) spooled(dir string) (text string) {
	s.t.Helper()
	s.until("a file in "+dir, func() bool {
		files, _ := filepath.Glob(s.path("spool/" + dir + "/*"))
		for _, f := range files {
			if b, err := os.ReadFile(f); err == nil && len(b) > 0 && !strings.HasSuffix(f, ".LOCK") {
				text = string(b)
			}
		}
		return text != ""
	})
	return text
}

func (s *site) spool(name, headers, body string) {
	s.t.Helper()
	tmp := s.write("spool/"+name+".tmp", headers+"\n"+body)
	if err := os.Rename(tmp, s.path("spool/outgoing/"+name)); err != nil {
		s.t.Fatal(err)
	}
}

// One message of each kind that smstools sends, in one run of it.
func TestSmstoolsSends(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	long := strings.Repeat("a long text of many words ", 14)
	messages := []struct{ name, headers, text string }{
		{"plain", "To: 447700900456\n", "Hello from smstools {€}"},
		{"long", "To: 447700900456\n", strings.TrimSpace(long)},
		{"flash", "To: 447700900456\nFlash: yes\n", "flash"},
		{"ucs2", "To: 447700900456\nAlphabet: UTF-8\n", "Вода в мазето"},
		{"turkish", "To: 905551234567\nAlphabet: UTF-8\nLanguage: Turkish\n", "şifre ğüş İ"},
		{"hindi", "To: 905551234567\nAlphabet: UTF-8\nLanguage: Hindi\nLanguage_ext: Hindi\n", "नमस्ते १२३"},
		{"spanish", "To: 905551234567\nAlphabet: UTF-8\nLanguage_ext: Spanish\n", "Málaga está allí"},
		{"shortcode", "To: s12345\n", "to a short code"},
		{"lamp", "To: 447700900456\nAlphabet: UTF-8\nReport: yes\n", "with report"},
	}
	startSmstools(s, "")
	for _, m := range messages {
		s.spool(m.name, m.headers, m.text)
	}
	for _, m := range messages {
		to, _, _ := strings.Cut(strings.TrimPrefix(m.headers, "To: "), "\n")
		if strings.HasPrefix(to, "s") {
			to = to[1:]
		} else {
			to = "+" + to
		}
		s.arrives(to, m.text)
	}
}

// Without service centre address and validity, as very old phones want it.
func TestSmstoolsModeOld(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	startSmstools(s, "mode = old\ncheck_memory_method = 5")
	s.spool("plain", "To: 447700900456\n", "Hello in mode old.")
	s.arrives("+447700900456", "Hello in mode old.")
}

func TestSmstoolsPIN(t *testing.T) {
	t.Parallel()
	s := newSite(t, `pin = "1234"`)
	startSmstools(s, "pin = 1234\nsmsc = 44770001000")
	s.spool("plain", "To: 447700900456\n", "past the PIN")
	s.arrives("+447700900456", "past the PIN")
}
