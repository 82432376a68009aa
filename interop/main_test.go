package interop

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Where the programs under test and around it are; set once in TestMain.
var (
	agentFile  string // the agent, as it is delivered
	fiorixFile string
	peersDir   string // what scripts/interop has fetched
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "interop")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		agentFile, fiorixFile = filepath.Join(dir, "smppagent"), filepath.Join(dir, "fiorix")
		for _, b := range []struct{ dir, file, what string }{{"..", agentFile, "./cmd/smppagent"}, {".", fiorixFile, "./fiorix"}} {
			cmd := exec.Command("go", "build", "-buildvcs=false", "-o", b.file, b.what)
			cmd.Dir, cmd.Env = b.dir, append(os.Environ(), "CGO_ENABLED=0")
			if out, err := cmd.CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "go build %s: %v\n%s", b.what, err, out)
				return 1
			}
		}
		if peersDir, err = filepath.Abs(filepath.Join("..", "build", "interop")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// missing skips the test because what is not there. In continuous integration it fails it.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing", what)
	}
	t.Skipf("%s is missing", what)
}

// program returns where a program is, or skips the test.
func program(t *testing.T, name string) string {
	t.Helper()
	file, err := exec.LookPath(name)
	if err != nil {
		missing(t, name)
	}
	return file
}

// fetched returns a file that scripts/interop fetches, or skips the test.
func fetched(t *testing.T, name ...string) string {
	t.Helper()
	file := filepath.Join(append([]string{peersDir}, name...)...)
	if _, err := os.Stat(file); err != nil {
		missing(t, file+" (make interop fetches it)")
	}
	return file
}

// eventually waits until ok is true, and fails the test after 20 seconds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

// freePort returns a port on which nothing listened a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}
