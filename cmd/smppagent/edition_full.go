//go:build !tiny

package main

import (
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"smppagent/internal/bridge"
	"smppagent/internal/door"
	"smppagent/internal/sms"
)

// editionTools are the verbs that only the full edition has: those for trying things out and for finding out.
func editionTools(a *app) []*cobra.Command {
	return []*cobra.Command{broadcastCommand(a), captureCommand(a), optOutCommand(a), probeCommand(a), benchCommand(a), simCommand(a), demoCommand(a)}
}

// editionHandlers are the orders of the door that only the full edition knows.
func editionHandlers(o *orders) map[string]door.Handler {
	return map[string]door.Handler{opCapture: o.capture, opBroadcast: o.broadcast, opOptOut: o.optOut}
}

// editionOptOuts are those who want no bulk texts; way tells of who says STOP.
func editionOptOuts(cfg *config, way *bridge.Bridge, log *slog.Logger) (*optOuts, error) {
	outs, err := openOptOuts(cfg.Agent.StateDir)
	if err != nil {
		return nil, err
	}
	way.OnText(func(from sms.Address, text string) { outs.inbound(from, text, log) })
	return outs, nil
}

// optedOut reports whether one of the messages is to somebody who wants no bulk texts.
func (o *orders) optedOut(all []sms.Message) bool {
	return slices.ContainsFunc(all, func(m sms.Message) bool { return o.outs.has(m.To) })
}

// editionParts are the parts of the agent that only the full edition has; way must not run yet.
func editionParts(cfg *config, way *bridge.Bridge, log *slog.Logger) []part {
	w := watchBreaches(filepath.Join(cfg.Agent.StateDir, "captures"), way, log)
	return []part{{name: "captures", run: w.run}}
}
