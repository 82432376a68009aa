package queue

import "slices"

// evictFor makes room for a record of the class by dropping records of lower classes until enough says so,
// or none is left: the lowest class first; within it those that are set aside for a person, then the oldest. It
// drops at least excess records, and takes no record that is on its way.
func (s *store) evictFor(class uint8, recs []pending, excess int, limit int64, enough func() bool) error {
	if s.cfg.WhenFull != whenFullEvict {
		return nil
	}
	// What lies between live records cannot always be won: then more of them go.
	for goal := limit; ; goal -= int64(s.size / 2) {
		n := 0
		for id := range s.victims(class) {
			if n >= excess && s.neededWith(recs) <= goal {
				break
			}
			if err := s.evict(id, class); err != nil {
				return err
			}
			n++
		}
		if err := s.commit(); err != nil {
			return err
		}
		if s.makeRoom(enough, 0); s.failure != nil {
			return s.storageError()
		}
		if excess -= n; excess <= 0 && enough() || n == 0 {
			return nil
		}
	}
}

// victims goes through the records that may be dropped for one of the class, in the order in which they go.
func (s *store) victims(class uint8) func(yield func(ID) bool) {
	return func(yield func(ID) bool) {
		for lower := uint8(Classes - 1); lower > class; lower-- {
			var buried, others []ID
			s.index.all(func(sl *slot) {
				switch {
				case sl.class() != lower || sl.state == Leased || sl.is(slotHidden|slotReplaced|slotReported):
				case sl.state == Buried:
					buried = append(buried, sl.id)
				default:
					others = append(others, sl.id)
				}
			})
			for _, id := range slices.Concat(buried, others) {
				if !yield(id) {
					return
				}
			}
		}
	}
}

// evictedMost is how many evicted records wait to be given out; of more only the count is known.
const evictedMost = 1024

// evictReason is what the DROP of an evicted record says.
const evictReason = "the queue is full, its room was needed for a record of a higher class"

// evict drops one record because the queue is full, and has it given out.
func (s *store) evict(id ID, class uint8) error {
	sl := s.visible(id)
	if sl == nil {
		return nil
	}
	it, err := s.item(sl)
	if err != nil {
		s.log.Warn("evicted record unreadable", "id", uint64(id), "error", err)
	}
	it.Reason = evictReason
	if err := s.drop(id, evictReason); err != nil {
		return err
	}
	s.counted.evicted++
	s.log.Warn("queue full, record dropped for one of a higher class", "id", uint64(id), "class", it.Class, "for_class", class, "state", it.State.String())
	if len(s.evicted) < evictedMost {
		s.evicted = append(s.evicted, it)
	}
	return nil
}
