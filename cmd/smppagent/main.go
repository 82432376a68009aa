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
	"time"
)

// again is how long after the first signal a second one counts: timeout(1) and others send the same one
// twice, to the process and to its group, and do not mean to hurry.
const again = 500 * time.Millisecond

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { time.AfterFunc(again, stop) }) // a second Ctrl-C then ends the program at once
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	code := a.execute(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
