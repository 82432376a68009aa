package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
)

// app is what every verb is given: where it reads and writes, and the flags that all verbs share.
type app struct {
	in       io.Reader
	out, err io.Writer

	configPath string // --config
	verbose    bool   // -v
	json       bool   // --json, for the verbs that called jsonFlag

	begun bool // the verb itself has begun: what fails from now on is no usage error
}

// newRootCommand returns the whole command tree. Every verb is named here and nowhere else.
func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "smppagent",
		Short: "tell people by text message what happens at a remote site",
		Long: "smppagent watches a remote site and tells people by text message what happens there, over\n" +
			"SMPP. It keeps every message on flash until its fate is known.",
		Example: "  smppagent check                # is config.toml right? says each rule back in words\n" +
			"  smppagent run                  # run the agent\n" +
			"  smppagent status               # what is it doing?",
		Version:       buildVersion().Version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.PersistentFlags().StringVar(&a.configPath, "config", "", "config `file` (default: "+configDefaults+")")
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, "log more, on stderr")

	addVerbs(root, "agent", "The agent:",
		runCommand(a),
		checkCommand(a),
		statusCommand(a),
	)
	addVerbs(root, "texts", "Texts:",
		sendCommand(a),
		raiseCommand(a),
		clearCommand(a),
		eventCommand(a),
		queryCommand(a),
		cancelCommand(a),
		replaceCommand(a),
		queueCommand(a),
	)
	addVerbs(root, "tools", "Tools:", append(editionTools(a),
		decodeCommand(a),
		versionCommand(a),
	)...)
	root.AddCommand(exitCodesTopic(a))
	a.prepare(root)
	return root
}

// addVerbs adds verbs to parent, under one heading of its help.
func addVerbs(parent *cobra.Command, id, title string, verbs ...*cobra.Command) {
	parent.AddGroup(&cobra.Group{ID: id, Title: title})
	for _, v := range verbs {
		v.GroupID = id
		parent.AddCommand(v)
	}
}

// prepare gives every command under c what all have in common: a verb without Args takes none, a
// command that only groups verbs says which it has, and the moment a verb begins is noted.
func (a *app) prepare(c *cobra.Command) {
	for _, sub := range c.Commands() {
		a.prepare(sub)
	}
	switch {
	case c.RunE != nil:
		if c.Args == nil {
			c.Args = noArgs
		}
		run := c.RunE
		c.RunE = func(c *cobra.Command, args []string) error {
			a.begun = true
			return run(c, args)
		}
	case c.HasSubCommands():
		c.Args = knownVerb
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
}

// noArgs refuses arguments of a verb that has flags alone.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s takes no arguments, but there is %q", c.Name(), args[0])
}

// knownVerb refuses a verb that c does not have, with the ones that may have been meant.
func knownVerb(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2
	if s := c.SuggestionsFor(args[0]); len(s) > 0 {
		return fmt.Errorf("unknown verb %q, did you mean %q?", args[0], strings.Join(s, `" or "`))
	}
	return fmt.Errorf("unknown verb %q", args[0])
}

// execute runs the verb that args name and returns the exit code. Errors are printed here and
// nowhere else.
func (a *app) execute(ctx context.Context, args []string) int {
	root := newRootCommand(a)
	root.SetArgs(args)
	c, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	hint := ""
	if !a.begun {
		err = fail(exitUsage, err)
		hint = fmt.Sprintf("; see '%s --help'", c.CommandPath())
	}
	report(a.err, err, hint)
	return exitCode(err)
}

// jsonFlag gives a verb the flag --json.
func (a *app) jsonFlag(c *cobra.Command) {
	c.Flags().BoolVar(&a.json, "json", false, "print JSON, for programs")
}

// printJSON writes v to standard output, indented.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// logger returns the program's log: logfmt on stderr, from level up, or from debug with -v.
func (a *app) logger(level slog.Level) *slog.Logger {
	if a.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: level}))
}

// oneLine returns s without line breaks, so that an error stays one line.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}
