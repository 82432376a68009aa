//go:build !tiny

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/smpp"
)

// A trial is a session with one SMSC beside the agent, which does not run meanwhile: an account is bound once.
type trial struct {
	*smpp.Client
	name string
	cfg  smscConfig
	stop func()
}

// trialTimer is how long binding may take, with every address and manner of bind.
const trialTimer = time.Minute

// tryLink binds as [smsc.NAME], changed by change, and returns when the session stands. stop must be called.
func (a *app) tryLink(ctx context.Context, cfg *config, name string, change func(*smscConfig)) (*trial, error) {
	account, ok := cfg.SMSC[name]
	if !ok {
		return nil, fail(exitUsage, noLink(cfg, name))
	}
	lock, err := holdState(cfg.Agent.StateDir)
	if _, held := errors.AsType[*queue.LockedError](err); held {
		return nil, fail(exitLocked, fmt.Errorf("the agent runs, and binds as [smsc.%s]: an account is never bound twice; stop the agent first: %w", name, err))
	}
	if err != nil {
		return nil, err
	}
	change(&account)
	level := slog.LevelError
	client := smpp.NewClient(account.Config, a.logger(level))
	changed := make(chan struct{}, 1)
	client.OnChange(func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	run, end := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { _ = client.Run(run) })
	wg.Go(func() { // what the SMSC brings is for the agent
		for {
			select {
			case d := <-client.Inbound():
				_ = d.Respond(laterStatus)
			case <-run.Done():
				return
			}
		}
	})
	t := &trial{Client: client, name: name, cfg: account, stop: sync.OnceFunc(func() { end(); wg.Wait(); lock.Close() })}
	timer := time.NewTimer(trialTimer)
	defer timer.Stop()
	for !client.Bound() {
		var why error
		select {
		case <-changed:
			if s := client.Status(); s.State == smpp.StateWaiting && s.LastError != "" {
				why = errors.New(s.LastError)
			}
		case <-timer.C:
			why = fmt.Errorf("not bound within %v", trialTimer)
		case <-ctx.Done():
			why = ctx.Err()
		}
		if why != nil {
			t.stop()
			return nil, why
		}
	}
	return t, nil
}
