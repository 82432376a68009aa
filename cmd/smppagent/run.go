package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"smppagent/internal/alerts"
	"smppagent/internal/alerts/source/push"
	"smppagent/internal/alerts/source/sysfs"
	"smppagent/internal/bridge"
	"smppagent/internal/door"
	"smppagent/internal/modem/virtual"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

func runCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "run the agent until a signal",
		Long: "Runs the agent: reads the sensors, applies the rules, keeps every message on flash and gets it\n" +
			"to the SMSC. SIGTERM and Ctrl-C end it in order: sources first, then what is on its way, then\n" +
			"the queue; a second one ends it at once, which loses nothing either. It logs to stderr.",
		Example: "  smppagent run --config /etc/smppagent/config.toml",
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			return runAgent(c.Context(), cfg, a.logger(cfg.Agent.level()))
		},
	}
}

// runAgent builds the parts of the agent in the order in which data walks through it, and runs them
// until ctx ends.
func runAgent(ctx context.Context, cfg *config, log *slog.Logger) error {
	lock, err := holdState(cfg.Agent.StateDir)
	if err != nil {
		return err
	}
	defer lock.Close()
	q, found, err := queue.Open(cfg.queueConfig(), log)
	if err != nil {
		return err
	}
	defer func() {
		if err := q.Close(); err != nil {
			log.Error("queue not closed", "err", err)
		}
	}()
	level := slog.LevelInfo
	if found.Harmed() {
		level = slog.LevelWarn
	}
	log.Log(ctx, level, "queue open", "dir", cfg.queueConfig().Dir, "found", found.String())

	forward, err := cfg.forward()
	if err != nil {
		return err
	}
	var engine *alerts.Engine
	var ports *virtual.Ports
	way, err := bridge.New(cfg.Route, q, cfg.links(), forward,
		func(ctx context.Context, key, person string, o sms.Outcome) {
			if virtual.Mine(key) {
				ports.Outcome(ctx, key, person, o)
				return
			}
			if err := engine.Outcome(ctx, key, person, o); err != nil {
				log.Debug("outcome of a text not noted", "key", key, "err", err)
			}
		}, log)
	if err != nil {
		return err
	}
	engine, err = alerts.New(cfg.Config, cfg.alertsDir(), func(ctx context.Context, n alerts.Notice) error {
		err := way.Raise(ctx, n)
		if err == nil { // else it is raised again
			portAlert(ports, &n)
		}
		return err
	}, log)
	if err != nil {
		return err
	}
	zone, err := cfg.Site.Location()
	if err != nil {
		return err
	}
	ports, err = virtual.New(cfg.Virtual, cfg.virtualDir(), virtualAgent(cfg, q, way, zone), buildVersion().Version, log)
	if err != nil {
		return err
	}
	way.Deliver(virtualMailbox(ports))
	way.Foretell(func(_ context.Context, key string, o sms.Outcome) { ports.Foretell(key, o) })
	ln, err := door.Listen(cfg.Agent.Socket, 0o660, cfg.Agent.SocketGroup)
	if err != nil {
		return err
	}
	defer ln.Close()

	o := &orders{
		started: time.Now(), cfg: cfg, q: q, way: way, engine: engine, ports: ports,
		push: push.Handlers(engine.Push, cfg.PushLimits, log),
	}
	if o.outs, err = editionOptOuts(cfg, way, log); err != nil {
		return err
	}
	outside := []part{
		{name: "door", run: func(ctx context.Context) error { return door.Serve(ctx, ln, o.handlers(), log) }},
		{name: "spool", run: push.NewSpool(cfg.spoolDir(), engine.Push, cfg.PushLimits, log).Run},
		{name: "state", run: func(ctx context.Context) error {
			return watchState(ctx, []string{cfg.Agent.StateDir, cfg.Queue.Dir, cfg.alertsDir()}, log)
		}},
	}
	if len(cfg.Sensor) > 0 {
		s := sysfs.New(cfg.Agent.Root, cfg.Sensor, log)
		outside = append(outside, part{name: "sensors", run: func(ctx context.Context) error { return s.Run(ctx, engine.Emit) }})
	}
	outside = append(outside, editionParts(cfg, way, log)...)
	if len(cfg.Virtual) > 0 {
		outside = append(outside, part{name: "ports", run: ports.Run})
	}
	log.Info("agent runs", "version", buildVersion().Version, "pid", os.Getpid(), "socket", cfg.Agent.Socket)
	err = runStages(ctx, log,
		[]part{{name: "queue", run: q.Run}},
		[]part{{name: "bridge", run: way.Run, stop: cfg.Route.DrainTimer + cfg.unbindTimer() + stopTimer}},
		[]part{{name: "engine", run: engine.Run}},
		outside,
	)
	log.Info("agent stopped")
	return err
}
