package door

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// outLine is any line of an answer but the empty ones. Exactly one of its fields is set, Code aside.
type outLine struct {
	Out   json.RawMessage `json:"out,omitempty"`
	Done  bool            `json:"done,omitempty"`
	Error string          `json:"error,omitempty"`
	Code  string          `json:"code,omitempty"`
}

// lastLine is the line that ends an answer, for a handler that returned err.
func lastLine(err error) outLine {
	if err == nil {
		return outLine{Done: true}
	}
	l := outLine{Error: err.Error(), Code: CodeFailed}
	if remote, ok := errors.AsType[*RemoteError](err); ok && remote.Code != "" {
		l.Code = remote.Code
	}
	const most = MaxLine / 16 // an octet may take six once escaped
	if len(l.Error) > most {
		l.Error = l.Error[:most]
	}
	if l.Error == "" {
		l.Error = "door: unnamed error"
	}
	return l
}

// answer writes the lines of one connection. Its writers are the handler and the heartbeat.
type answer struct {
	conn   net.Conn
	cancel context.CancelFunc // ends the connection

	mu  sync.Mutex
	err error // the first failed write; everything after it fails the same way
}

// out writes one line of content.
func (a *answer) out(ctx context.Context, v any) error {
	line, err := encodeLine(struct {
		Out any `json:"out"`
	}{v})
	if err != nil {
		return err
	}
	return a.write(ctx, line)
}

// last writes the line that ends an answer.
func (a *answer) last(ctx context.Context, err error) error {
	line, e := encodeLine(lastLine(err))
	if e != nil {
		return e
	}
	return a.write(ctx, line)
}

// write hands one line over. A client that does not take it within writeTimer loses the connection;
// ctx is the connection's, and once it has ended partingTimer is all there is.
func (a *answer) write(ctx context.Context, line []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return a.err
	}
	a.conn.SetWriteDeadline(time.Now().Add(writeTimer))
	if ctx.Err() != nil {
		a.conn.SetWriteDeadline(time.Now().Add(partingTimer))
	}
	if _, err := a.conn.Write(line); err != nil {
		a.err = fmt.Errorf("door: answer: %w", err)
		a.cancel()
	}
	return a.err
}
