package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"smppagent/internal/bridge"
)

// site is a config but for its SMSCs.
const siteText = "site.name = \"Cabin\"\npeople.ivan.phone = \"+359888123456\"\n"

const accountText = "address = \"127.0.0.1\"\nsystem_id = \"cabin\"\n"

func readSMSC(t *testing.T, text string) smscConfig {
	t.Helper()
	c, wrong := readConfig(siteText+text, "/etc/smppagent", false)
	if len(wrong) > 0 {
		t.Fatalf("%s\n%v", text, wrong)
	}
	return c.SMSC["main"]
}

// Every shipped profile is right, and says what its comment says.
func TestShippedProfiles(t *testing.T) {
	shipped, err := shippedProfiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"osmo-msc", "kannel", "jasmin", "goip", "synway", "strict"} {
		if _, ok := shipped[name]; !ok {
			t.Errorf("there is no profile %s", name)
		}
		s := readSMSC(t, "[smsc.main]\n"+accountText+"profile = \""+name+"\"\n")
		if s.Query != bridge.QueryNever {
			t.Errorf("%s: query = %q: its keys did not get there", name, s.Query)
		}
		readSMSC(t, "[smsc.main]\n"+accountText+"profile = \"mine\"\n[profile.mine]\nprofile = \""+name+"\"\n")
	}
	s := readSMSC(t, "[smsc.main]\n"+accountText+"profile = \"goip\"\n")
	if s.EnquireLinkTimer != 500*time.Millisecond || s.Concatenation != bridge.Payload || s.Window != 1 {
		t.Errorf("goip: enquire_link_timer %v, concatenation %s, window %d", s.EnquireLinkTimer, s.Concatenation, s.Window)
	}
}

// A key counts more the nearer it stands to the account: its own table, its profile, that one's, the
// network's.
func TestProfileOrder(t *testing.T) {
	s := readSMSC(t, `
[profile.far]
network = "is95"
alphabet = "latin1"
window = 3
[profile.near]
profile = "far"
window = 4
pace = 5
[smsc.main]
`+accountText+`profile = "near"
window = 7
`)
	if s.Network != bridge.NetworkIS95 || s.Concatenation != bridge.SAR || s.ServiceType != "CMT" {
		t.Errorf("network %s, concatenation %s, service_type %q; want those of is95", s.Network, s.Concatenation, s.ServiceType)
	}
	if s.Alphabet != bridge.AlphabetLatin1 || s.Pace != 5 || s.Window != 7 {
		t.Errorf("alphabet %s, pace %v, window %d; want latin1, 5, 7", s.Alphabet, s.Pace, s.Window)
	}
	s = readSMSC(t, "[profile.kannel]\nprofile = \"kannel\"\npace = 9\n[smsc.main]\n"+accountText+"profile = \"kannel\"\n")
	if s.Pace != 9 || s.Query != bridge.QueryNever {
		t.Errorf("a table of the name of a shipped profile: pace %v, query %s; want both tables'", s.Pace, s.Query)
	}
}

func TestProfileProblems(t *testing.T) {
	main := "[smsc.main]\n" + accountText
	for _, tt := range []struct {
		text string
		line int
		want string
	}{
		{main + "profile = \"kanel\"\n", 6, `there is no profile "kanel"; there are: goip, jasmin, kannel, osmo-msc, strict, synway`},
		{main + "[profile.x]\nalphabet = \"klingon\"\n", 7, `"klingon" is none of gsm7`},
		{main + "[profile.x]\nwindows = 3\n", 7, `did you mean "window"`},
		{main + "[profile.x]\npassword = \"secret\"\n", 7, "belongs into [smsc.NAME]"},
		{main + "[profile.x]\nwindow = \"3\"\n", 7, "whole number"},
		{main + "[profile.x]\nprofile = \"y\"\n[profile.y]\nprofile = \"x\"\n", 7, "leads back to itself"},
		{main + "[profile]\nx = 3\n", 7, "write it as a table"},
		{main + "order = 0\n", 6, "0 is outside 1 to 100"},
		{main + "[smsc.other]\n" + accountText, 6, "same account at the same address as [smsc.main]"},
	} {
		_, wrong := readConfig(siteText+tt.text, "/etc/smppagent", false)
		if !slices.ContainsFunc(wrong, func(p problem) bool { return p.Line == tt.line && strings.Contains(p.Problem, tt.want) }) {
			t.Errorf("%q: %v; want line %d: %s", tt.text, wrong, tt.line, tt.want)
		}
	}
}

// The SMSCs come in the order in which they are preferred.
func TestLinks(t *testing.T) {
	c, wrong := readConfig(siteText+`
[smsc.a]
address = "10.0.0.1"
system_id = "a"
order = 2
[smsc.b]
address = "10.0.0.2"
system_id = "b"
weight = 3
`, "/etc/smppagent", false)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	links := c.links()
	if len(links) != 2 || links[0].Name != "b" || links[0].Rank.Weight != 3 || links[1].Account.SystemID != "a" {
		t.Errorf("links %+v", links)
	}
}
