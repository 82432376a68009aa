package conformance

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func gammuConfig(s *site) string {
	return s.write("gammurc", "[gammu]\ndevice = "+s.port+"\nconnection = at115200\nlogfile = "+s.path("gammu.log")+"\nlogformat = textalldate\n")
}

func TestGammuSends(t *testing.T) {
	t.Parallel()
	gammu := program(t, "gammu", "gammu")
	s := newSite(t, "")
	conf := gammuConfig(s)
	long := strings.TrimSpace(strings.Repeat("a long text of many words ", 14))
	for _, m := range []struct {
		text string
		args []string
	}{
		{"Hello from gammu {€}", nil},
		{"Вода в мазето 😀", []string{"-unicode"}},
		{long, []string{"-len", "400"}},
		{"shown at once", []string{"-flash"}},
		{"with report", []string{"-report"}},
	} {
		out := s.mustRun("", gammu, append([]string{"-c", conf, "sendsms", "TEXT", "+447700900456", "-text", m.text}, m.args...)...)
		if !strings.Contains(out, "message reference") && !strings.Contains(out, "OK") {
			t.Errorf("%q: gammu says\n%s", m.text, out)
		}
		s.arrives("+447700900456", m.text)
	}
}

func TestGammuReceives(t *testing.T) {
	t.Parallel()
	gammu := program(t, "gammu", "gammu")
	s := newSite(t, "")
	conf := gammuConfig(s)
	texts := []string{"one {€}", "Вода 😀", strings.TrimSpace(strings.Repeat("a long text ", 20))}
	for _, text := range texts {
		s.text("+447700900123", text)
	}
	s.until("the messages are at the port", func() bool { return s.count(func(e event) bool { return e.Kind == "mo_acked" }) == 4 })
	var out string
	s.until("gammu finds four segments", func() bool {
		out = s.mustRun("", gammu, "-c", conf, "geteachsms")
		return strings.Contains(out, "4 SMS parts in 3 SMS sequences")
	})
	for _, text := range texts {
		if strings.Count(out, "\n"+text+"\n") != 1 {
			t.Errorf("%q is not once in\n%s", text, out)
		}
	}
	if out = s.mustRun("", gammu, "-c", conf, "deleteallsms", "1"); strings.Contains(out, "rror") {
		t.Error(out)
	}
	if out = s.mustRun("", gammu, "-c", conf, "geteachsms"); !strings.Contains(out, "0 SMS parts in 0 SMS sequences") {
		t.Errorf("after deleting all:\n%s", out)
	}
}

// The daemon: what is put into its outbox arrives, the delivery report is found, and what comes is in its inbox.
func TestGammuSMSD(t *testing.T) {
	t.Parallel()
	smsd, inject := program(t, "gammu-smsd", "gammu-smsd"), program(t, "gammu-smsd-inject", "gammu-smsd")
	s := newSite(t, "")
	for _, dir := range []string{"inbox", "outbox", "sent", "error"} {
		if err := os.MkdirAll(s.path(dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	conf := s.write("smsdrc", strings.ReplaceAll(`
[gammu]
device = `+s.port+`
connection = at115200
[smsd]
service = files
inboxpath = DIR/inbox/
outboxpath = DIR/outbox/
sentsmspath = DIR/sent/
errorsmspath = DIR/error/
inboxformat = unicode
logfile = DIR/smsd.log
debuglevel = 255
commtimeout = 1
receivefrequency = 1
loopsleep = 1
statusfrequency = 0
deliveryreport = log
`, "DIR", s.dir))
	t.Cleanup(func() {
		if t.Failed() {
			log, _ := os.ReadFile(s.path("smsd.log"))
			for _, f := range inboxFiles(s) {
				b, _ := os.ReadFile(f)
				t.Logf("%s: %x", f, b)
			}
			t.Logf("smsd.log ends:\n%s", log[max(0, len(log)-6000):])
		}
	})
	s.start("client.log", nil, smsd, "-c", conf)
	long := strings.TrimSpace(strings.Repeat("a long text of many words ", 14))
	for _, m := range []struct {
		text string
		args []string
	}{
		{"Hello from the daemon {€}", []string{"-report"}}, {"Вода в мазето", []string{"-unicode"}}, {long, []string{"-len", "400"}},
	} {
		s.mustRun("", inject, append([]string{"-c", conf, "TEXT", "+447700900456", "-text", m.text}, m.args...)...)
		s.arrives("+447700900456", m.text)
	}
	report := regexp.MustCompile(`(?i)delivery report: Delivered`)
	s.until("the delivery report is found", func() bool {
		log, _ := os.ReadFile(s.path("smsd.log"))
		return report.Match(log)
	})
	for _, text := range []string{"one {€}", "Вода 😀", strings.TrimSpace(strings.Repeat("a long text ", 20))} {
		s.text("+447700900123", text)
		s.until("inbox has "+text, func() bool { return inboxText(s) == text })
		for _, f := range inboxFiles(s) {
			if err := os.Remove(f); err != nil {
				t.Error(err)
			}
		}
	}
}

func inboxFiles(s *site) []string {
	files, _ := filepath.Glob(s.path("inbox/IN*"))
	return files
}

// inboxText is the text of all files in the inbox, which has one for each segment: UTF-16 with a byte order mark.
func inboxText(s *site) (text string) {
	for _, f := range inboxFiles(s) {
		b, err := os.ReadFile(f)
		if err != nil {
			return ""
		}
		text += utf16Text(b)
	}
	return text
}
