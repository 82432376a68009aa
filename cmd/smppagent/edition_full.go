//go:build !tiny

package main

import (
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"

	"smppagent/internal/bridge"
	"smppagent/internal/door"
)

// editionTools are the verbs that only the full edition has: those for trying things out and for finding out.
func editionTools(a *app) []*cobra.Command {
	return []*cobra.Command{broadcastCommand(a), captureCommand(a), probeCommand(a), benchCommand(a), simCommand(a), demoCommand(a)}
}

// editionHandlers are the orders of the door that only the full edition knows.
func editionHandlers(o *orders) map[string]door.Handler {
	return map[string]door.Handler{opCapture: o.capture, opBroadcast: o.broadcast}
}

// editionParts are the parts of the agent that only the full edition has; way must not run yet.
func editionParts(cfg *config, way *bridge.Bridge, log *slog.Logger) []part {
	w := watchBreaches(filepath.Join(cfg.Agent.StateDir, "captures"), way, log)
	return []part{{name: "captures", run: w.run}}
}
