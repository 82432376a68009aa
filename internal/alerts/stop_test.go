package alerts

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
)

// TestEngineStopsWithTwoNotices: a push that two rules made a notice of is answered once, and its answer
// is left alone from then on.
func TestEngineStopsWithTwoNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := ruleConfig(Rule{When: "p on"})
		c.Alerts["b"] = Rule{When: "p on", Text: "b", To: Names{"ivan"}}
		c.Push.Sensors = Names{"p"}
		hang := func(ctx context.Context, _ Notice) error { <-ctx.Done(); return ctx.Err() }
		for range 20 {
			e, err := New(c, t.TempDir(), hang, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended, answered := make(chan error, 1), make(chan string, 1)
			go func() { ended <- e.Run(ctx) }()
			go func() {
				got, err := e.Push(t.Context(), Push{Op: OpRaise, Name: "p"})
				if err != nil || len(got.Keys) != 2 {
					t.Errorf("%+v, %v", got, err)
				}
				answered <- got.Detail
			}()
			synctest.Wait()
			cancel()
			if detail := <-answered; detail == "" {
				t.Error("the answer does not say that the agent stops")
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
}
