//go:build tiny

package main

import (
	"log/slog"

	"github.com/spf13/cobra"

	"smppagent/internal/bridge"
	"smppagent/internal/door"
)

// editionTools are the verbs that only the full edition has.
func editionTools(*app) []*cobra.Command { return nil }

// editionHandlers are the orders of the door that only the full edition knows.
func editionHandlers(*orders) map[string]door.Handler { return nil }

// editionParts are the parts of the agent that only the full edition has.
func editionParts(*config, *bridge.Bridge, *slog.Logger) []part { return nil }
