//go:build !tiny

package main

import "github.com/spf13/cobra"

// editionTools are the verbs that only the full edition has: those for trying things out.
func editionTools(a *app) []*cobra.Command {
	return []*cobra.Command{simCommand(a), demoCommand(a)}
}
