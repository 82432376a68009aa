//go:build !tiny

package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// probe finds what the SMSC does, and what it prints is a profile that the config takes.
func TestProbe(t *testing.T) {
	t.Parallel()
	for faults, want := range map[string][]string{
		"":                           {`interface_version = "5.0"`, `bind = "transceiver"`, `query = "auto"`, "window = 10", `tlvs = "auto"`, `validity = "relative"`, `concatenation = "udh8"`, "data_sm: is taken", "alphabet: "},
		"no-query=on,only-3.4=on":    {`interface_version = "3.4"`, `query = "never"`, `tlvs = "auto"`},
		"refuse-bind=ESME_RINVPASWD": nil,
	} {
		s := newSite(t)
		s.faults(faults)
		out, errs, code := s.verb("probe", "test", "--to", "+359888123456")
		if want == nil {
			if code != exitFailure || !has(errs, "ESME_RINVPASWD") {
				t.Errorf("%s: ended with %d\n%s%s", faults, code, out, errs)
			}
			continue
		}
		if code != exitOK || !has(out, want...) {
			t.Errorf("%s: ended with %d, want %q\n%s%s", faults, code, want, out, errs)
		}
		config, err := os.ReadFile(s.path("config.toml"))
		if err != nil {
			t.Fatal(err)
		}
		use := strings.Join([]string{string(config), `smsc.test.profile = "test-probed"`, out}, "\n")
		if err := os.WriteFile(s.path("config.toml"), []byte(use), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, errs, code := s.verb("check"); code != exitOK {
			t.Errorf("%s: check of what was printed ended with %d\n%s%s", faults, code, out, errs)
		}
	}
}

// Without a number nothing is sent; beside the agent nothing is bound.
func TestProbeAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if out, errs, code := s.verb("probe", "test"); code != exitOK || len(s.smsc.Submits()) != 0 || !has(out, "not tried without --to") {
		t.Errorf("ended with %d, %d texts\n%s%s", code, len(s.smsc.Submits()), out, errs)
	}
	s.start()
	s.fails(exitLocked, []string{"the agent runs", "never bound twice"}, "probe", "test")
	s.fails(exitLocked, []string{"the agent runs"}, "bench", "test")
	s.ends()
	s.fails(exitUsage, []string{"there is no [smsc.tset]"}, "probe", "tset")
}

// bench measures, and does not do so to the public.
func TestBench(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	out, errs, code := s.verb("bench", "test", "--count", "500", "--window", "20", "--json")
	var r benchResult
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitOK || r.Count != 500 || r.Window != 20 || r.Rate <= 0 ||
		r.Latency["p50"] <= 0 || r.Latency["p50"] > r.Latency["p99"] || r.Latency["p99"] > r.Latency["max"] || len(r.Refused) != 0 {
		t.Errorf("bench ended with %d\n%s%s", code, out, errs)
	}
	if n := len(s.smsc.Submits()); n != 500 {
		t.Errorf("the SMSC has %d", n)
	}
	s.configure(`smsc.test.address = "198.51.100.7"`, `smsc.test.insecure = true`)
	s.fails(exitUsage, []string{"public address 198.51.100.7", "--public"}, "bench", "test")
	s.fails(exitUsage, []string{"--window 1 to 1000"}, "bench", "test", "--window", "5000")
}
