//go:build tiny

package main

import "github.com/spf13/cobra"

// editionTools are the verbs that only the full edition has.
func editionTools(*app) []*cobra.Command { return nil }
