package queue

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// plan is one way in which a cut may leave a medium: of each choice that physics has, which one it took.
//
// The choices are: of each sector, how many of the writes to it since the last sync have arrived (what is in
// flight is reordered at will, but within one sector the later write is the later content); of each file
// whose size changed, which of its sizes is on the medium, whatever data is; of each change of names,
// whether it is there, and with a rename whether the old name is there as well; and whether space that a
// file got and nobody wrote to shows zeros or what was on the medium before.
type plan struct {
	disk   *simDisk
	files  []*simFile // with something that is not durable
	units  []unit
	first  map[*simFile]int // position of its units
	sizes  []sizing         // beside files
	radix  []int            // number of choices: units, then sizes, then names, then what is fresh
	choice []int
	tear   tear
}

// unit is a sector that was written to since the last sync.
type unit struct {
	sector int
	writes []int // positions in simFile.writes
}

type sizing []int // sizes that a file may have, rising in age: the durable one first

// tear is a sector in which a write stopped: of the octets that the write after the last one that arrived
// changes, those before at are new, and the others are old or, with noise, anything.
type tear struct {
	unit  int // 0: none, else position + 1
	at    int
	noise bool
	seed  uint64
}

// newPlan returns the plan in which nothing that is not durable is there.
func newPlan(d *simDisk) *plan {
	p := &plan{disk: d, first: map[*simFile]int{}}
	seen := map[*simFile]bool{}
	add := func(f *simFile) {
		if f == nil || seen[f] || len(f.writes) == 0 && len(f.now) == len(f.durable) {
			return
		}
		seen[f] = true
		p.addFile(f)
	}
	for _, name := range slices.Sorted(maps.Keys(d.durable)) {
		add(d.durable[name])
	}
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		add(d.names[name])
	}
	for _, u := range p.units {
		p.radix = append(p.radix, len(u.writes)+1)
	}
	fresh := 1
	for _, s := range p.sizes {
		p.radix = append(p.radix, len(s))
		if len(s) > 1 {
			fresh = 2
		}
	}
	for _, m := range d.moves {
		n := 2
		if m.from != "" && m.to != "" {
			n = 3
		}
		p.radix = append(p.radix, n)
	}
	p.radix = append(p.radix, fresh)
	p.choice = make([]int, len(p.radix))
	return p
}

func (p *plan) addFile(f *simFile) {
	p.files = append(p.files, f)
	p.first[f] = len(p.units)
	sizes := sizing{len(f.durable)}
	at := map[int]int{} // sector: position in units
	for i, w := range f.writes {
		if !slices.Contains(sizes, w.size) {
			sizes = append(sizes, w.size)
		}
		if len(w.data) == 0 {
			continue
		}
		for sector := w.at / sectorSize; sector <= (w.at+len(w.data)-1)/sectorSize; sector++ {
			n, ok := at[sector]
			if !ok {
				n = len(p.units)
				at[sector] = n
				p.units = append(p.units, unit{sector: sector})
			}
			p.units[n].writes = append(p.units[n].writes, i)
		}
	}
	p.sizes = append(p.sizes, sizes)
}

// total is how many plans there are, tears left out, or most+1 when they are more.
func (p *plan) total(most int) int {
	n := 1
	for _, r := range p.radix {
		if n *= r; n > most {
			return most + 1
		}
	}
	return n
}

// next goes on to the next plan; it returns false behind the last one.
func (p *plan) next() bool {
	for i := range p.choice {
		if p.choice[i]++; p.choice[i] < p.radix[i] {
			return true
		}
		p.choice[i] = 0
	}
	return false
}

// all takes the plan in which everything has arrived.
func (p *plan) all() {
	for i, r := range p.radix {
		p.choice[i] = r - 1
	}
	for i := range p.disk.moves {
		p.choice[len(p.units)+len(p.sizes)+i] = 1
	}
	p.tear = tear{}
}

// none takes the plan in which nothing has.
func (p *plan) none() {
	clear(p.choice)
	p.tear = tear{}
}

// sample takes a plan at random. What arrives comes in grains of a sector, of a page of the cache, or of a
// page of flash.
func (p *plan) sample(rng *rand.Rand) {
	grain := []int{sectorSize, sectorSize, pageSize, 2048, 16384}[rng.IntN(5)] / sectorSize
	share := map[int]float64{}
	p.tear = tear{}
	for i, r := range p.radix {
		if i >= len(p.units) {
			p.choice[i] = rng.IntN(r)
			continue
		}
		page := p.units[i].sector / grain
		if i == 0 || p.units[i-1].sector > p.units[i].sector { // another file
			clear(share)
		}
		if _, ok := share[page]; !ok {
			share[page] = rng.Float64()
			if rng.IntN(3) == 0 { // often a page is there or it is not
				share[page] = float64(rng.IntN(2)) * 0.999
			}
		}
		p.choice[i] = int(share[page] * float64(r))
	}
}

// rip lets a write stop within a sector, one that has not arrived whole. Noise instead of a segment's header
// is left to world.harmed: a file without a header is put aside, which nobody wants to take for a power cut.
func (p *plan) rip(rng *rand.Rand) bool {
	if len(p.units) == 0 {
		return false
	}
	i := rng.IntN(len(p.units))
	if p.choice[i] == p.radix[i]-1 {
		p.choice[i]--
	}
	p.tear = tear{unit: i + 1, at: rng.IntN(sectorSize), noise: p.units[i].sector > 0 && rng.IntN(2) == 0, seed: rng.Uint64()}
	return true
}

// content is what the plan leaves of a file.
func (p *plan) content(f *simFile) []byte {
	n := slices.Index(p.files, f)
	if n < 0 {
		return f.durable
	}
	size := p.sizes[n][p.choice[len(p.units)+n]]
	b := make([]byte, size)
	if copy(b, f.durable); size > len(f.durable) && p.choice[len(p.choice)-1] == 1 {
		noise(b[len(f.durable):], uint64(size))
	}
	end := len(p.units)
	if n+1 < len(p.files) {
		end = p.first[p.files[n+1]]
	}
	for i := p.first[f]; i < end; i++ {
		u := &p.units[i]
		for _, w := range u.writes[:p.choice[i]] {
			f.writes[w].into(b, u.sector*sectorSize, (u.sector+1)*sectorSize)
		}
		if p.tear.unit == i+1 {
			w := f.writes[u.writes[p.choice[i]]]
			stop := u.sector*sectorSize + p.tear.at
			w.into(b, u.sector*sectorSize, stop)
			if from, to := max(w.at, stop), min(w.at+len(w.data), (u.sector+1)*sectorSize, len(b)); p.tear.noise && from < to {
				noise(b[from:to], p.tear.seed)
			}
		}
	}
	return b
}

// into writes into b what of the write lies between from and to.
func (w *simWrite) into(b []byte, from, to int) {
	from, to = max(from, w.at), min(to, w.at+len(w.data), len(b))
	if from < to {
		copy(b[from:to], w.data[from-w.at:])
	}
}

// noise fills b with octets that say nothing.
func noise(b []byte, seed uint64) {
	rng := rand.NewPCG(seed, 7)
	for i := range b {
		b[i] = byte(rng.Uint64() >> 56)
	}
}

// image is the medium as the plan leaves it: a fresh disk, nothing open.
func (p *plan) image() *simDisk {
	after := newSimDisk()
	made := map[*simFile]*simFile{}
	take := func(f *simFile) *simFile {
		g := made[f]
		if g == nil {
			g = &simFile{disk: after, name: f.name, durable: p.content(f), shared: true}
			if g.now = g.durable; slices.Index(p.files, f) < 0 {
				g.sum = f.checksum()
			}
			made[f] = g
		}
		return g
	}
	for name, f := range p.disk.durable {
		after.names[name] = take(f)
	}
	for i, m := range p.disk.moves {
		did := p.choice[len(p.units)+len(p.sizes)+i]
		if did == 1 && m.from != "" {
			delete(after.names, m.from)
		}
		if did > 0 && m.to != "" {
			after.names[m.to] = take(m.file)
		}
	}
	after.durable = maps.Clone(after.names)
	return after
}

// killed is the medium after the process was killed and the power stayed on: what was written is there to
// be read, and no more durable than before.
func (d *simDisk) killed() *simDisk {
	after := newSimDisk()
	after.alive = true
	made := map[*simFile]*simFile{}
	take := func(f *simFile) *simFile {
		g := made[f]
		if g == nil {
			g = &simFile{disk: after, name: f.name, durable: f.durable, now: f.now, shared: true, writes: slices.Clone(f.writes), sum: f.sum}
			f.shared = true
			made[f] = g
		}
		return g
	}
	for name, f := range d.durable {
		after.durable[name] = take(f)
	}
	for name, f := range d.names {
		after.names[name] = take(f)
	}
	for _, m := range d.moves {
		m.file = take(m.file)
		after.moves = append(after.moves, m)
	}
	return after
}

// How a cut leaves what was not synced.
const (
	cutNone   = iota // nothing of it arrived
	cutAll           // all of it arrived
	cutRandom        // any part of it
	cutKill          // no cut: the process was killed
	cuts
)

// cut returns the medium as it may be after the power went.
func (d *simDisk) cut(mode int, rng *rand.Rand) *simDisk {
	p := newPlan(d)
	switch mode {
	case cutKill:
		return d.killed()
	case cutAll:
		p.all()
	case cutRandom:
		p.sample(rng)
	}
	return p.image()
}

// String says what of a write in flight has arrived.
func (p *plan) String() string {
	s := fmt.Sprintf(" of %d sectors, %d files, %d names: %v", len(p.units), len(p.files), len(p.disk.moves), p.choice)
	if p.tear.unit > 0 {
		s += fmt.Sprintf(", sector %d torn at %d, noise %v", p.units[p.tear.unit-1].sector, p.tear.at, p.tear.noise)
	}
	return s
}
