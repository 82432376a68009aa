package queue

import (
	"io"
	"log/slog"
	"os"
)

// readOnly is a directory that is only looked at.
type readOnly struct{ disk }

func (d *readOnly) open(name string) (file, error) {
	f, err := os.Open(d.path(name))
	if err != nil {
		return nil, d.explain("open "+name+" in state directory", err)
	}
	return &diskFile{f}, nil
}

// Inspect reads the queue in cfg.Dir, with the keys that cfg names, without its lock and without changing anything, and calls visit for
// each record in the order of IDs until it returns false. It is for when no process serves the queue;
// while one does, what it shows may be a mixture of now and a moment ago.
func Inspect(cfg Config, visit func(Item) bool) (*Recovery, error) {
	l := newLoader(cfg.withDefaults(), &readOnly{disk{dir: cfg.Dir}}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	defer l.s.close()
	if err := l.load(false); err != nil {
		return nil, err
	}
	var last ID
	for {
		items := l.s.list(nil, last, 32)
		if len(items) == 0 {
			return l.rec, nil
		}
		for _, it := range items {
			if !visit(it) {
				return l.rec, nil
			}
			last = it.ID
		}
	}
}
