package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Rounds of the comparison; each goes through all four loops, so that what else the machine does meets all.
const (
	speedRounds = 15
	speedTime   = 300 * time.Millisecond
	producers   = 16
	recordSize  = 240 // what one text takes in the queue's files
)

// speed prints how long an append takes beside bare loops that write and sync the same octets.
func speed(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	f, err := bareFile(filepath.Join(dir, "bare"))
	if err != nil {
		return err
	}
	defer f.Close()
	o, err := openQueue(filepath.Join(dir, "queue"))
	if err != nil {
		return err
	}
	var bareLone, oursLone, bareGroup, oursGroup []float64 // microseconds for one append
	for range speedRounds {
		n, took, err := bareLoop(f)
		if err != nil {
			return err
		}
		bareLone = append(bareLone, took.Seconds()*1e6/float64(n))
		if n, took, err = o.appends(1); err != nil {
			return err
		}
		oursLone = append(oursLone, took.Seconds()*1e6/float64(n))
		if n, took, err = bareGroups(f); err != nil {
			return err
		}
		bareGroup = append(bareGroup, took.Seconds()*1e6/float64(n))
		if n, took, err = o.appends(producers); err != nil {
			return err
		}
		oursGroup = append(oursGroup, took.Seconds()*1e6/float64(n))
	}
	ratio := func(a, b []float64) float64 {
		var r []float64
		for i := range a {
			r = append(r, a[i]/b[i])
		}
		return median(r)
	}
	fmt.Printf("\ntime of a durable append, medians of %d rounds that take turns\n\n", speedRounds)
	fmt.Printf("  bare write and fdatasync            %7.1f µs\n", median(bareLone))
	fmt.Printf("  one producer                        %7.1f µs   %.2f times the bare loop (goal: at most 1.20)\n", median(oursLone), ratio(oursLone, bareLone))
	fmt.Printf("  bare group commit, %d producers     %7.1f µs\n", producers, median(bareGroup))
	fmt.Printf("  %d producers                        %7.1f µs   %.0f %% of its rate (goal: at least 80 %%)\n", producers, median(oursGroup), 100/ratio(oursGroup, bareGroup))
	return o.close()
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

const bareSize = 8 << 20

// bareFile is a file that is written full, so that writing in it changes no metadata.
func bareFile(name string) (*os.File, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if _, err := f.Write(make([]byte, bareSize)); err != nil {
		return nil, err
	}
	return f, f.Sync()
}

// bareLoop writes and syncs one record after the other.
func bareLoop(f *os.File) (n int, took time.Duration, err error) {
	record := bytes.Repeat([]byte{'b'}, recordSize)
	start := time.Now()
	for at := 0; time.Since(start) < speedTime; n++ {
		if at += recordSize; at+recordSize > bareSize {
			at = 0
		}
		if _, err := f.WriteAt(record, int64(at)); err != nil {
			return n, 0, err
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return n, 0, err
		}
	}
	return n, time.Since(start), nil
}

// bareGroups has one goroutine take what has come from the producers, write it, and sync once for all.
func bareGroups(f *os.File) (n int, took time.Duration, err error) {
	record := bytes.Repeat([]byte{'b'}, recordSize)
	calls := make(chan chan struct{}, producers)
	var wg sync.WaitGroup
	start := time.Now()
	for range producers {
		wg.Go(func() {
			done := make(chan struct{})
			for time.Since(start) < speedTime {
				calls <- done
				<-done
			}
		})
	}
	go func() { wg.Wait(); close(calls) }()
	at := 0
	for first := range calls {
		waiting := []chan struct{}{first}
		for len(calls) > 0 {
			waiting = append(waiting, <-calls)
		}
		if at+len(waiting)*recordSize > bareSize {
			at = 0
		}
		if _, werr := f.WriteAt(bytes.Repeat(record, len(waiting)), int64(at)); werr != nil {
			err = werr
		}
		if serr := syscall.Fdatasync(int(f.Fd())); serr != nil {
			err = serr
		}
		at += len(waiting) * recordSize
		n += len(waiting)
		for _, c := range waiting {
			c <- struct{}{}
		}
	}
	return n, time.Since(start), err
}

// appends has so many producers append, and empties the queue after that, which is not measured.
func (o *ours) appends(producers int) (n int, took time.Duration, err error) {
	body := bytes.Repeat([]byte{'b'}, bodySize)
	all := make([][]uint64, producers)
	errs := make([]error, producers)
	var wg sync.WaitGroup
	start := time.Now()
	for p := range producers {
		wg.Go(func() {
			for time.Since(start) < speedTime && errs[p] == nil {
				var refs []uint64
				refs, errs[p] = o.put([][]byte{body})
				all[p] = append(all[p], refs...)
			}
		})
	}
	wg.Wait()
	took = time.Since(start)
	for p := range all {
		n += len(all[p])
		if err = errs[p]; err == nil {
			err = o.settle(all[p])
		}
		if err != nil {
			return n, took, err
		}
	}
	return n, took, nil
}
