package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// build tells which program this is, as the Go toolchain recorded it.
type build struct {
	Version string   `json:"version"` // of the module: a tag, or a pseudo-version from the commit
	Commit  string   `json:"commit"`  // with "+dirty" when the tree had changes; "" when not recorded
	Time    string   `json:"time"`    // of the commit, RFC 3339
	Go      string   `json:"go"`
	Target  string   `json:"target"` // linux/arm v7
	Tags    []string `json:"tags"`   // build tags
}

// buildVersion reads the build record of the running program.
func buildVersion() build {
	b := build{Version: "unknown", Go: runtime.Version(), Target: runtime.GOOS + "/" + runtime.GOARCH, Tags: []string{}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	var dirty bool
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			dirty = s.Value == "true"
		case "-tags":
			b.Tags = strings.Split(s.Value, ",")
		case "GOARM":
			b.Target += " v" + s.Value
		case "GOMIPS":
			b.Target += " " + s.Value
		}
	}
	if dirty && b.Commit != "" {
		b.Commit += "+dirty"
	}
	return b
}

func versionCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "version",
		Short: "say which version this is",
		Long: "version prints the program's version, the commit it was built from, the Go version, the\n" +
			"target and the build tags.",
		Example: "  smppagent version\n" +
			"  smppagent version --json | jq -r .commit",
		RunE: func(*cobra.Command, []string) error {
			b := buildVersion()
			if a.json {
				return a.printJSON(b)
			}
			fmt.Fprintf(a.out, "smppagent %s\n", b.Version)
			for _, l := range [...][2]string{
				{"commit", b.Commit}, {"time", b.Time}, {"go", b.Go}, {"target", b.Target}, {"tags", strings.Join(b.Tags, ",")},
			} {
				if l[1] != "" {
					fmt.Fprintf(a.out, "%-7s %s\n", l[0], l[1])
				}
			}
			return nil
		},
	}
	a.jsonFlag(c)
	return c
}
