//go:build tiny

package main

import (
	"context"
	"log/slog"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"smppagent/internal/bridge"
	"smppagent/internal/door"
	"smppagent/internal/sms"
)

// editionTools are the verbs that only the full edition has.
func editionTools(*app) []*cobra.Command { return nil }

// editionHandlers are the orders of the door that only the full edition knows.
func editionHandlers(*orders) map[string]door.Handler { return nil }

// optOuts are the full edition's, as bulk is.
type optOuts struct{}

func editionOptOuts(*config, *bridge.Bridge, *slog.Logger) (*optOuts, error) { return nil, nil }

func (*orders) optedOut([]sms.Message) bool { return false }

// bulkOrder is the full edition's.
type bulkOrder struct{}

func (*bulkOrder) flags(*pflag.FlagSet) {}
func (*bulkOrder) asked() bool          { return false }

func (*app) bulk(context.Context, *config, sendOrder, bulkOrder) error { return nil }

// editionParts are the parts of the agent that only the full edition has.
func editionParts(*config, *bridge.Bridge, *slog.Logger) []part { return nil }
