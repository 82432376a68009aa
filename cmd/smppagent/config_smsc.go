package main

import (
	_ "embed"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"smppagent/internal/bridge"
	"smppagent/internal/smpp"
)

// smscConfig is one table [smsc.NAME]: an account, when it is used, and how its SMSC wants its messages.
type smscConfig struct {
	// Base is the profile whose keys hold where the table has none of its own: one of [profile.NAME] or of
	// those that come with the program. Default "".
	Base string `toml:"profile"`
	smpp.Config
	bridge.Profile
	bridge.Rank
}

// defaultSMSC is a table without keys in front of that kind of network.
func defaultSMSC(n bridge.Network) smscConfig {
	return smscConfig{Config: smpp.Default(), Profile: bridge.ForNetwork(n), Rank: bridge.DefaultRank()}
}

// A profileTable is one table [profile.NAME]: keys of [smsc.NAME], kept as they were read.
type profileTable map[string]any

// UnmarshalTOML keeps the table.
func (t *profileTable) UnmarshalTOML(in any) error {
	m, ok := in.(map[string]any)
	if !ok {
		return fmt.Errorf("is %s: write it as a table, [profile.NAME]", describe(in))
	}
	*t = m
	return nil
}

//go:embed profiles.toml
var shippedText string

// shippedProfiles are those that come with the program.
func shippedProfiles() (map[string]profileTable, error) {
	var shipped map[string]profileTable
	_, err := toml.Decode(shippedText, &shipped)
	return shipped, err
}

// accountKeys are keys of [smsc.NAME] that are the account's own and have no place in a profile.
var accountKeys = []string{
	"address", "addresses", "system_id", "password", "password_file", "password_env", "tls", "insecure", "order", "weight",
}

// profiles resolves the names of profiles for the tables [smsc.NAME].
type profiles struct{ own, shipped map[string]profileTable }

// readProfiles takes the tables [profile.NAME] out of a whole config.
func readProfiles(config map[string]any) (profiles, error) {
	p := profiles{own: map[string]profileTable{}}
	if tables, ok := config["profile"].(map[string]any); ok {
		for name, t := range tables {
			if t, ok := t.(map[string]any); ok { // what is no table is told when it is decoded
				p.own[name] = t
			}
		}
	}
	var err error
	p.shipped, err = shippedProfiles()
	return p, err
}

// chain returns the tables that apply when name is asked for, the most general first, or what is wrong.
func (p profiles) chain(name string) (tables []profileTable, wrong string) {
	own := p.own
	for name != "" {
		t, ok := own[name]
		if !ok {
			t, ok = p.shipped[name]
		}
		if !ok {
			known := slices.Sorted(maps.Keys(p.own))
			for n := range maps.Keys(p.shipped) {
				if !slices.Contains(known, n) {
					known = append(known, n)
				}
			}
			slices.Sort(known)
			return nil, fmt.Sprintf("there is no profile %q; there are: %s", name, strings.Join(known, ", "))
		}
		tables = append(tables, t)
		if len(tables) > len(p.own)+1 {
			return nil, fmt.Sprintf("profile %q leads back to itself", name)
		}
		base, _ := t["profile"].(string)
		if base == name { // a table of that name may add to the shipped one
			own = nil
		}
		name = base
	}
	slices.Reverse(tables)
	return tables, ""
}

// begin puts the defaults into e, a table [smsc.NAME] with the keys m: those of its network, then those of
// its profile. What is wrong in a profile is told where that stands.
func (p profiles) begin(d *decoder, key string, m map[string]any, e *smscConfig) {
	var tables []profileTable
	if name, ok := m["profile"].(string); ok {
		var wrong string
		if tables, wrong = p.chain(name); wrong != "" {
			d.add(joinKey(key, "profile"), wrong)
		}
	}
	network := bridge.NetworkGSM
	for _, t := range append(slices.Clip(tables), m) {
		if n, ok := t["network"].(string); ok {
			network = bridge.Network(n)
		}
	}
	*e = defaultSMSC(network)
	for _, t := range tables {
		silent := decoder{fresh: d.fresh}
		silent.table("profile", t, reflect.ValueOf(e).Elem())
	}
}

// check judges the tables [profile.NAME], also those that nobody uses.
func (p profiles) check(d *decoder) {
	for name, t := range p.own {
		key := joinKey("profile", name)
		var e smscConfig
		p.begin(d, key, t, &e)
		for k := range t {
			if slices.Contains(accountKeys, k) {
				d.add(joinKey(key, k), "belongs into [smsc.NAME]: a profile says how an SMSC is spoken to, not whose account it is")
			}
		}
		d.table(key, t, reflect.ValueOf(&e).Elem())
		e.Address, e.SystemID = "localhost", name[:min(len(name), 15)]
		bad := d.under(key)
		e.Config.Check(func(k, problem string) {
			if !slices.Contains(accountKeys, strings.SplitN(k, ".", 2)[0]) {
				bad(k, problem)
			}
		})
		e.Profile.Check(bad)
	}
}

// checkSMSCs judges the tables [smsc.NAME].
func (c *config) checkSMSCs(p *problems, files bool) {
	if len(c.SMSC) == 0 {
		p.add("smsc", "there is no SMSC: write [smsc.main] with address, system_id and password")
	}
	for name, s := range c.SMSC {
		bad := p.under(joinKey("smsc", name))
		if name == "" || len(name) > 32 { // it stands in the note of every message
			p.add(joinKey("smsc", name), fmt.Sprintf("the name has %d octets: give the SMSC one of 1 to 32", len(name)))
		}
		s.Config.Check(bad)
		s.Profile.Check(bad)
		s.Rank.Check(bad)
		if files {
			s.CheckFiles(bad)
		}
	}
	c.checkAccounts(p)
}

// checkAccounts finds tables that would bind as the same account at the same place: an SMSC takes the second
// for an intruder, and which of the two gets a receipt is chance.
func (c *config) checkAccounts(p *problems) {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.SMSC)) {
		s := c.SMSC[name]
		account := strings.ToLower(s.Address) + " " + s.SystemID + " " + s.SystemType + " " + s.Bind
		if other, ok := seen[account]; ok && s.Address != "" && s.SystemID != "" {
			p.add(joinKey("smsc", name), fmt.Sprintf("binds as the same account at the same address as [smsc.%s]: keep one of them", other))
		}
		seen[account] = name
	}
}

// unbindTimer is how long the slowest of the SMSCs may take to unbind.
func (c *config) unbindTimer() (d time.Duration) {
	for _, s := range c.SMSC {
		d = max(d, s.UnbindTimer)
	}
	return d
}

// links are the SMSCs in the order in which they are preferred.
func (c *config) links() []bridge.Link {
	var links []bridge.Link
	for _, name := range slices.Sorted(maps.Keys(c.SMSC)) {
		s := c.SMSC[name]
		links = append(links, bridge.Link{Name: name, Account: s.Config, Profile: s.Profile, Rank: s.Rank})
	}
	sort.SliceStable(links, func(i, j int) bool { return links[i].Rank.Order < links[j].Rank.Order })
	return links
}
