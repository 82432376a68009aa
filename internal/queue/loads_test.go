package queue

import "math/rand/v2"

// upTo returns sizes from 0 to n, a twentieth of them up to rare.
func upTo(n, rare int) func(*rand.Rand) int {
	return func(rng *rand.Rand) int {
		if rng.IntN(20) == 0 {
			return rng.IntN(rare)
		}
		return rng.IntN(n)
	}
}

// loads lists the ways in which the queue is used while the power is cut.
func loads() []*load {
	return []*load{
		{name: "mixed", about: "a bit of everything, one commit for up to four calls", puts: 40, settles: 35, group: 4, together: 4, size: upTo(300, 2000)},
		{name: "recycle", about: "short records that are settled soon: segments come round quickly", puts: 45, settles: 45, group: 2, together: 3, size: upTo(700, 900)},
		{name: "full", about: "a pool that is full most of the time: compaction, reserve, notes left out", puts: 60, settles: 22, group: 2, together: 3, size: upTo(500, 1800)},
		{name: "group", about: "group commit: up to 16 calls of several producers share one sync", puts: 50, settles: 35, group: 3, together: 16, size: upTo(200, 1500)},
		{name: "large", about: "records of up to two pages, Appends of up to eight", puts: 40, settles: 45, group: 8, together: 2, size: upTo(1900, 2000),
			config: func(c *Config) { c.SegmentSize = 4 * pageSize }},
		{name: "changes", about: "few records, many changes of state", puts: 15, settles: 15, group: 2, together: 5, size: upTo(100, 300)},
		{name: "waiting", about: "a long outage: what is there is tried again and again, and hardly anything comes, which goes first", puts: 3, settles: 3, lifo: true, group: 2, together: 4, size: upTo(100, 300)},
		{name: "evict", about: "a full pool in which what is urgent takes the room of what is not", puts: 75, settles: 8, group: 2, together: 3, size: upTo(500, 1800)},
		{name: "refuse", about: "the same, where what does not fit is refused", puts: 75, settles: 15, group: 2, together: 3, size: upTo(500, 1800),
			config: func(c *Config) { c.WhenFull = "refuse" }},
		{name: "replace", about: "records that take the place of earlier ones", puts: 60, settles: 25, group: 3, together: 4, replaces: true, size: upTo(200, 1500)},
		{name: "relaxed", about: "telemetry that is acknowledged before it is durable", puts: 55, settles: 30, group: 3, together: 3, size: upTo(300, 2000),
			config: func(c *Config) { c.Durability = relaxed }},
		{name: "sealed", about: "records are sealed with a key", puts: 45, settles: 35, group: 4, together: 3, size: upTo(300, 2000), sealed: true},
		{name: "faults", about: "writes, syncs and renames fail, now and then for a while: sealed segments, spare ones, held changes", puts: 45, settles: 35, group: 3, together: 4, faults: 12, size: upTo(300, 2000)},
		{name: "making", about: "the pool is being made", puts: 40, settles: 30, group: 3, together: 3, fresh: true, size: upTo(300, 2000)},
		{name: "growing", about: "a pool that is in use gets more segments", puts: 50, settles: 30, group: 3, together: 3, fresh: true, prepare: grow, size: upTo(300, 2000)},
		{name: "strangers", about: "files of a later version and of another pool lie in the directory", puts: 40, settles: 30, group: 3, together: 3, fresh: true, strangers: 2, prepare: estrange, size: upTo(300, 2000)},
	}
}

// grow has a smaller pool on the medium, with records in it.
func grow(w *world) {
	asked := w.cfg.Segments
	w.cfg.Segments = minSegments
	use(w)
	w.cfg.Segments = asked
}

// use makes the pool and runs the load in it for a while, then ends the process in good order.
func use(w *world) {
	w.open()
	for range 15 {
		if w.err == nil {
			w.act()
		}
	}
	w.commit()
	if err := w.s.close(); err != nil {
		w.wrong("close: %v", err)
	}
	s := w.s
	for _, r := range w.records {
		r.leased = false
	}
	w.s = nil
	_ = s
}

// estrange puts among the files of a pool that is in use one of a later version and one of another pool.
func estrange(w *world) {
	use(w)
	for i, change := range []func(b []byte) []byte{laterVersion, otherPool} {
		name := segmentName(w.cfg.Segments + i)
		b := change(header{pages: uint16(w.cfg.SegmentSize / pageSize), pool: poolID([]byte("golden pool  id!")), life: 77}.append(nil))
		b = append(b, make([]byte, w.cfg.SegmentSize-len(b))...)
		f := &simFile{disk: w.disk, name: name, durable: b, now: b, shared: true}
		w.disk.names[name], w.disk.durable[name] = f, f
	}
}
