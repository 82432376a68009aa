package push

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/alerts"
)

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits Limits
		push   func(i int) alerts.Push
		pass   int           // how many at once
		limit  string        // the one that is met then
		part   string        // of its error
		again  time.Duration // until one more passes
	}{
		{"one name", DefaultLimits(), func(int) alerts.Push { return event("nas", "x") },
			30, "per_name", `"nas" started 30 texts in an hour`, 2 * time.Minute},
		{"many names", Limits{PerName: 30, PerHour: 60, Names: 100}, func(i int) alerts.Push { return event(fmt.Sprint("n", i%5), "x") },
			60, "per_hour", "started 60 texts in an hour", time.Minute},
		{"a new name each time", Limits{PerName: 30, PerHour: 120, Names: 10}, func(i int) alerts.Push { return event(fmt.Sprint("n", i), "x") },
			10, "names", "put what varies into the text", time.Hour},
		{"an emergency meets its own name's limit", Limits{PerName: 30, PerHour: 1, Names: 100},
			func(int) alerts.Push { return alerts.Push{Op: alerts.OpRaise, Name: "fire", Class: "emergency"} },
			30, "per_name", `"fire" started 30 texts`, 2 * time.Minute},
		{"clears", Limits{PerName: 1, PerHour: 1, Names: 1}, func(i int) alerts.Push { return alerts.Push{Op: alerts.OpClear, Name: fmt.Sprint("n", i)} },
			rushSize, limitRate, "120 in a rush", time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter(c.limits)
				n := 0
				var err error
				for ; n < 1000; n++ {
					if _, err = l.take(c.push(n)); err != nil {
						break
					}
				}
				limit, ok := errors.AsType[*LimitError](err)
				if n != c.pass || !ok || limit.Limit != c.limit || !strings.Contains(err.Error(), c.part) || limit.Retry != c.again {
					t.Fatalf("%d passed, then %v (%+v); want %d, then %s with %q and retry %v", n, err, limit, c.pass, c.limit, c.part, c.again)
				}
				<-time.After(limit.Retry - 1)
				if _, err := l.take(c.push(n)); err == nil {
					t.Error("passes before it was to")
				}
				<-time.After(1)
				if _, err := l.take(c.push(n)); err != nil {
					t.Errorf("when it was to pass: %v", err)
				}
				if _, err := l.take(c.push(n + 1)); err == nil && c.limit != "names" { // all ten are an hour old at once
					t.Error("one more passes at once")
				}
				<-time.After(48 * time.Hour) // whatever it was, it is forgotten, and no more than that
				for n = 0; n < 1000; n++ {
					if _, err = l.take(c.push(n)); err != nil {
						break
					}
				}
				if n != c.pass {
					t.Errorf("two days later %d pass, want %d", n, c.pass)
				}
			})
		})
	}
}

// A program that says again and again what is raised already is not refused for it.
// A script in a loop takes what any pushes may cost, and not the way of an emergency.
func TestRushSparesEmergencies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(DefaultLimits())
		for range 2 * rushSize {
			if giveBack, err := l.take(alerts.Push{Op: alerts.OpRaise, Name: "loop"}); err == nil {
				giveBack()
			}
		}
		if _, err := l.take(alerts.Push{Op: alerts.OpRaise, Name: "fire", Class: "emergency"}); err != nil {
			t.Error(err)
		}
		for range 2 * rushSize {
			if giveBack, err := l.take(alerts.Push{Op: alerts.OpRaise, Name: "fire", Class: "emergency"}); err == nil {
				giveBack()
			}
		}
		if _, err := l.take(alerts.Push{Op: alerts.OpRaise, Name: "fire", Class: "emergency"}); err == nil {
			t.Error("emergencies have no bound")
		}
	})
}

// An emergency is refused only for the texts of its own name, so the number of names does not refuse it:
// they may be as many again.
func TestNamesSpareEmergencies(t *testing.T) {
	limits := Limits{PerName: 2, PerHour: 100, Names: 3}
	l := newLimiter(limits)
	for i := range limits.Names {
		if _, err := l.take(event(fmt.Sprint("n", i), "x")); err != nil {
			t.Fatal(err)
		}
	}
	fire := alerts.Push{Op: alerts.OpRaise, Class: "emergency"}
	for i := range 2 * limits.Names {
		fire.Name = fmt.Sprint("fire", i)
		if _, err := l.take(fire); (err == nil) != (i < limits.Names) {
			t.Errorf("%s: %v", fire.Name, err)
		}
	}
	if _, err := l.take(event("other", "x")); err == nil {
		t.Error("the number of names has no bound")
	}
}

func TestGiveBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{PerName: 2, PerHour: 3, Names: 1})
		for i := range 100 {
			giveBack, err := l.take(event("nas", "x"))
			if err != nil {
				t.Fatalf("push %d: %v", i, err)
			}
			giveBack()
		}
		for i, want := range []bool{true, true, false} {
			if _, err := l.take(event("nas", "x")); (err == nil) != want {
				t.Errorf("text %d: got %v", i, err)
			}
		}
	})
}

func TestLimitsCheck(t *testing.T) {
	DefaultLimits().Check(func(key, problem string) { t.Errorf("default: %s: %s", key, problem) })
	got := ""
	Limits{PerName: 0, PerHour: 36001, Names: -1}.Check(func(key, problem string) { got += key + ": " + problem + "\n" })
	want := "per_name: 0 must be 1 to 3600\nper_hour: 36001 must be 1 to 36000\nnames: -1 must be 1 to 10000\n"
	if got != want {
		t.Errorf("got\n%s want\n%s", got, want)
	}
}
