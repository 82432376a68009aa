package main

import (
	"context"
	"log/slog"

	"smppagent/internal/queue"
)

// ours is the agent's queue with its defaults.
type ours struct {
	q     *queue.Queue
	stop  context.CancelFunc
	ended chan error
}

func openQueue(dir string) (*ours, error) {
	cfg := queue.Default()
	cfg.Dir = dir
	q, _, err := queue.Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	o := &ours{q: q, stop: stop, ended: make(chan error, 1)}
	go func() { o.ended <- q.Run(ctx) }()
	return o, nil
}

func openOurs(dir string) (store, error) { return openQueue(dir) }

func (o *ours) put(bodies [][]byte) ([]uint64, error) {
	entries := make([]queue.Entry, len(bodies))
	for i := range bodies {
		entries[i].Body = bodies[i]
	}
	ids, err := o.q.Append(context.Background(), entries...)
	refs := make([]uint64, len(ids))
	for i := range ids {
		refs[i] = uint64(ids[i])
	}
	return refs, err
}

func (o *ours) settle(refs []uint64) error {
	ctx := context.Background()
	for _, ref := range refs {
		if err := o.q.Submitted(ctx, queue.ID(ref), remoteID); err != nil {
			return err
		}
	}
	for i, ref := range refs {
		if err := o.q.Done(ctx, queue.ID(ref), 1, i == len(refs)-1); err != nil {
			return err
		}
	}
	return nil
}

func (o *ours) close() error {
	o.stop()
	if err := <-o.ended; err != nil {
		return err
	}
	return o.q.Close()
}
