package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func checkCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "check",
		Short: "check config.toml and say it back in words",
		Long: "check reads the config and prints everything that is wrong with it, each on a line with the\n" +
			"line number, the key and what would be right; the exit code is then 2. When nothing is wrong\n" +
			"it says in words what is watched, who is told what and when, and how many segments each text\n" +
			"takes with the longest values in it. It looks at the files that the config names, changes\n" +
			"nothing and needs no running agent.",
		Example: "  smppagent check\n" +
			"  smppagent check --config /etc/smppagent/config.toml && systemctl restart smppagent",
		RunE: func(*cobra.Command, []string) error { return a.check() },
	}
	a.jsonFlag(c)
	return c
}

// checkResult is what check --json prints.
type checkResult struct {
	Config   string    `json:"config"`
	OK       bool      `json:"ok"`
	Problems []problem `json:"problems"`
	Says     *said     `json:"says,omitempty"` // when OK
}

func (a *app) check() error {
	name, err := a.findConfig()
	if err != nil {
		return err
	}
	result := checkResult{Config: name, Problems: []problem{}}
	c, err := loadConfigFile(name, true)
	wrong, isConfig := errors.AsType[*configError](err)
	switch {
	case isConfig:
		result.Problems = wrong.Problems
	case err != nil:
		return err
	default:
		result.OK, result.Says = true, c.say()
	}
	if a.json {
		if err := a.printJSON(result); err != nil {
			return err
		}
	} else {
		for _, p := range result.Problems {
			fmt.Fprintf(a.out, "%s:%s\n", name, p)
		}
		if result.OK {
			result.Says.print(a.out)
			fmt.Fprintf(a.out, "%s: no problems\n", name)
		}
	}
	if isConfig {
		return failf(exitUsage, "%v", wrong) // as text: its problems are printed already
	}
	return nil
}
