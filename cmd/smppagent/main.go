// Command smppagent tells people by text message what happens at a remote site. It reads
// config.toml, builds the parts and runs them until a signal; its verbs send, show, check and
// demonstrate. It decides nothing itself: what is worth telling is internal/alerts' business, and
// which way it goes internal/bridge's.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second Ctrl-C ends the program at once
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	code := a.execute(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
