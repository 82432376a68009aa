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
decode_unicode_text = yes
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
		files, _ := filepath.Glob(s.path("spool/" + dir + "/GSM1.*"))
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

// In what way smstools looks for messages makes a difference to the commands, not to what it finds.
func TestSmstoolsReceives(t *testing.T) {
	t.Parallel()
	for name, modem := range map[string]string{
		"by index": "check_memory_method = 1", "by list": "check_memory_method = 5", "by list, all memories": "check_memory_method = 31\nprimary_memory = SM\nsecondary_memory = ME",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "")
			startSmstools(s, modem)
			for _, text := range []string{"one {€}", "Вода в мазето", strings.TrimSpace(strings.Repeat("a long text ", 20))} {
				s.text("+447700900123", text)
				got := s.spooled("incoming")
				if !strings.HasSuffix(strings.TrimSuffix(got, "\n"), "\n\n"+text) || !strings.Contains(got, "From: 447700900123\n") {
					t.Errorf("%q arrives as\n%s", text, got)
				}
				for _, f := range s.files("incoming") {
					if err := os.Remove(f); err != nil {
						t.Error(err)
					}
				}
			}
			if n := s.count(func(e event) bool { return e.Kind == "mo_retry" || e.Kind == "mo_lost" }); n > 0 {
				t.Errorf("%d messages were not taken at once", n)
			}
		})
	}
}

func (s *site) files(dir string) []string {
	s.t.Helper()
	files, err := filepath.Glob(s.path("spool/" + dir + "/GSM1.*"))
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}

// A status report comes back, and smstools finds the message that it is about.
func TestSmstoolsReport(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	startSmstools(s, "")
	s.spool("asked", "To: 447700900456\nReport: yes\n", "tell me")
	s.arrives("+447700900456", "tell me")
	if got := s.spooled("report"); !strings.Contains(got, "SMS STATUS REPORT") || !strings.Contains(got, "Status: 0,Ok,short message received by the SME") {
		t.Errorf("the report is\n%s", got)
	}
}

// The menu behind *100# answers smstools, which waits for the network's answer.
func TestSmstoolsUSSD(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	log := s.path("ussd.log")
	startSmstools(s, "regular_run_interval = 1\nregular_run_cmd = AT+CUSD=1,\"*100#\",15\nregular_run_logfile = "+log+"\nregular_run_loglevel = 7")
	s.until("the answer is in the log", func() bool {
		b, _ := os.ReadFile(log)
		return strings.Contains(string(b), "+CUSD: 0,\"SMSC sim: up for ")
	})
	s.spool("plain", "To: 447700900456\n", "after USSD")
	s.arrives("+447700900456", "after USSD")
}
