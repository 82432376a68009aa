//go:build !tiny

package main

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// A file is sent row by row: each gets its text once, what is wrong is said by its line, and who opted out is left out.
func TestBulk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	file := s.path("numbers.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("\xEF\xBB\xBFname;phone;floor\nAnn;+359888000001;3\nBob;nobody;4\n\"Eve;\n\";+359888000002;1\nCy;+359888000003\nAnn;+359888000001;3\nDan;+359888000004;2\n")
	if _, errs, code := s.verb("optout", "add", "+359888000004"); code != exitOK {
		t.Fatal(errs)
	}
	args := []string{"send", "--file", file, "--template", "{name}: water off on floor {floor} {{}}"}
	out, errs, code := s.verb(args...)
	if code != exitFailed || !has(errs, ":3: ", "nobody", ":6: 2 fields, and 3 columns", "2 rows not sent") ||
		!has(out, "2 on flash, 1 in the file twice, 1 opted out, 2 wrong") {
		t.Errorf("ended with %d\n%s%s", code, out, errs)
	}
	s.deliver(1, "Ann: water off on floor 3 {}", "Eve;\n: water off on floor 1 {}")

	write("name;phone;floor\nAnn;+359888000001;3\nBob;+359888000005;4\nCy;+359888000003;9\n")
	out, errs, code = s.verb(append(args, "--pace", "100")...)
	if code != exitOK || !has(out, "2 on flash, 1 sent by an earlier run") {
		t.Errorf("the second run ended with %d\n%s%s", code, out, errs)
	}
	s.until("all are there", func() bool { return len(s.smsc.Messages()) == 4 })
	for _, m := range s.smsc.Messages() {
		if m.Copies != 1 {
			t.Errorf("%s came %d times", m.To, m.Copies)
		}
	}
	// The agent knows what it has although the notes are lost, as after an interruption between the two.
	if err := os.Remove(file + ".sent"); err != nil {
		t.Fatal(err)
	}
	if out, errs, code = s.verb(args...); code != exitOK || !has(out, "3 on flash") {
		t.Errorf("the third run ended with %d\n%s%s", code, out, errs)
	}
	s.sends(exitOK, []string{"accepted"}, "--text", "last")
	if n := len(s.smsc.Messages()); n != 5 {
		t.Errorf("%d messages came, want 5", n)
	}
	s.fails(exitUsage, []string{"no column \"flat\"; there are name, phone, floor"}, "send", "--file", file, "--template", "{flat}")
	s.fails(exitUsage, []string{"a brace stands alone"}, "send", "--file", file, "--template", "{name")
	s.fails(exitUsage, []string{"go together"}, "send", "--file", file)
	s.fails(exitUsage, []string{"--file has the recipients"}, append(slices.Clone(args), "--to", "+359888123456")...)
	s.ends()
}

// STOP from somebody keeps bulk texts from them, over a restart too, and nothing else.
func TestOptOutByStop(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	s.until("the link is bound", func() bool { st, err := s.status(); return err == nil && st.Way.Links[0].State == "bound" })
	for _, text := range []string{"do not STOP", " stop. "} {
		if err := s.smsc.SendMO("+359888123456", "1234", text); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.smsc.SendMO("+359888000009", "1234", "STOP it"); err != nil {
		t.Fatal(err)
	}
	list := func() string { out, _, _ := s.verb("optout", "list"); return strings.TrimSpace(out) }
	s.until("STOP is heard", func() bool { return list() == "+359888123456" })
	if code, _ := s.stop(); code != exitOK {
		t.Errorf("the agent ended with %d", code)
	}
	s.start()
	if got := list(); got != "+359888123456" {
		t.Errorf("after a restart %q opted out", got)
	}
	file := s.path("n.csv")
	if err := os.WriteFile(file, []byte("to\n+359888123456\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := s.verb("send", "--file", file, "--template", "x"); code != exitOK || !has(out, "0 on flash, 1 opted out") {
		t.Errorf("ended with %d\n%s%s", code, out, errs)
	}
	s.sends(exitOK, []string{"accepted"}, "--text", "an alert")
	if _, errs, code := s.verb("optout", "remove", "+359888123456"); code != exitOK || list() != "" {
		t.Errorf("remove ended with %d: %s", code, errs)
	}
	s.fails(exitUsage, []string{"is not on the list"}, "optout", "remove", "+359888123456")
	s.ends()
}

// The rows of a file are read with their lines, whatever parts the fields.
func TestBulkReader(t *testing.T) {
	for _, comma := range []string{",", ";", "\t"} {
		in := strings.ReplaceAll("To|a b\r\n1|\"x\ny\"\n\n2|\"bad\" quote\n3|z\n4|\n", "|", comma)
		r, err := newBulkReader(strings.NewReader(in), "{A B}", "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for {
			row, err := r.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				got = append(got, "wrong")
				continue
			}
			got = append(got, row.to+"="+row.text)
		}
		if want := []string{"1=x\ny", "wrong", "3=z", "wrong"}; !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", comma, got, want)
		}
	}
	for in, template := range map[string]string{"": "x", "a,b\n": "x", "to\n": "}"} {
		if _, err := newBulkReader(strings.NewReader(in), template, ""); err == nil {
			t.Errorf("%q with %q: no error", in, template)
		}
	}
}

// A cut last line of the notes is not taken for a key.
func TestBulkNotes(t *testing.T) {
	name := t.TempDir() + "/x.sent"
	if err := os.WriteFile(name, []byte("bulk aa\nbulk b"), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := openBulkNotes(name)
	if err != nil || !n.has("bulk aa") || n.has("bulk b") {
		t.Fatalf("%+v, %v", n, err)
	}
	if err := n.add("bulk cc"); err != nil {
		t.Fatal(err)
	}
	n.Close()
	if n, err = openBulkNotes(name); err != nil || !n.has("bulk cc") || !n.has("bulk aa") {
		t.Errorf("%+v, %v", n, err)
	}
	n.Close()
}
