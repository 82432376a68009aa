package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"smppagent/internal/door"
	"smppagent/internal/queue"
)

// The exit codes of every verb. `smppagent help exit-codes` lists them.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitNotRunning  = 3
	exitFailed      = 4
	exitInDoubt     = 5
	exitLocked      = 6
	exitLater       = 7
	exitInterrupted = 130
)

// exitCodes says what each code means, in the words the help shows.
var exitCodes = []struct {
	Code    int
	Meaning string
}{
	{exitOK, "done; a message that was waited for was delivered, or accepted when no receipt was asked for"},
	{exitFailure, "something went wrong; the line on stderr says what"},
	{exitUsage, "the command line or config.toml is wrong; nothing was done"},
	{exitNotRunning, "the verb needs the running agent, and none answers on its socket"},
	{exitFailed, "the message was refused, could not be delivered or expired"},
	{exitInDoubt, "the fate of the message is not known: it is in doubt, or the wait ended first"},
	{exitLocked, "another agent holds the state directory"},
	{exitLater, "refused for now, by a limit or a full queue: it may be said again later"},
	{exitInterrupted, "interrupted by a signal before the work was done"},
}

// exitError is an error with the exit code it ends the program with.
type exitError struct {
	code int
	err  error
}

// fail returns err with the exit code it is to end the program with; nil stays nil.
func fail(code int, err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code, err}
}

// failf is fail with a formatted error.
func failf(code int, format string, args ...any) error {
	return &exitError{code, fmt.Errorf(format, args...)}
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// Canary is never called. The linker drops it unless something in the program looks methods up by
// computed names, which makes it keep every exported method of every type: one to two megabytes on
// ARM. A test builds the agent and looks for it.
func (e *exitError) Canary() {}

// exitCode returns the code the program ends with after err.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code
	}
	if _, ok := errors.AsType[*door.InUseError](err); ok {
		return exitLocked
	}
	if _, ok := errors.AsType[*queue.LockedError](err); ok {
		return exitLocked
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	return exitFailure
}

// exitCodesTopic is the page behind `smppagent help exit-codes`.
func exitCodesTopic(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "what the exit codes mean",
		Long:  exitCodesText(),
	}
}

func exitCodesText() string {
	text := "Every verb ends with one of these codes:\n\n"
	for _, c := range exitCodes {
		text += fmt.Sprintf("  %3d  %s\n", c.Code, c.Meaning)
	}
	return text + "\nAn error is one line on stderr that starts with \"smppagent: \"; a wrong config.toml is one\n" +
		"line for each problem, as `smppagent check` prints them."
}

// report prints err for people: once, on one line, with where to look further. A config with
// problems is printed problem by problem.
func report(w io.Writer, err error, hint string) {
	if c, ok := errors.AsType[*configError](err); ok {
		for _, p := range c.Problems {
			fmt.Fprintf(w, "%s:%s\n", c.Name, p)
		}
	}
	what := oneLine(err.Error())
	if exitCode(err) == exitInterrupted {
		what = "interrupted"
	}
	fmt.Fprintf(w, "smppagent: %s%s\n", what, hint)
}
