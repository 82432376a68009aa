package door

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

// Call asks the agent that serves the socket at path to do op with the parameters in (a struct or
// map that marshals to a JSON object, or nil) and hands each line of the answer to out, which may
// be nil and whose error ends the call. It returns nil when the answer ended with done, a
// *RemoteError when it ended with an error, ErrNotRunning, ErrNoAnswer, or ctx's error.
//
// A call lasts as long as the answer does, but never blocks on a dead agent: connecting is given
// 5 s, and 30 s without a sign of life end it with ErrNoAnswer.
func Call(ctx context.Context, path, op string, in any, out func(json.RawMessage) error) error {
	if err := checkPath(path); err != nil {
		return err
	}
	line, err := joinRequest(op, in)
	if err != nil {
		return err
	}
	dialer := net.Dialer{Timeout: dialTimer}
	conn, err := dialer.DialContext(ctx, "unix", path)
	if err != nil {
		return dialError(ctx, path, err)
	}
	defer conn.Close()
	return converse(ctx, conn, line, out)
}

func dialError(ctx context.Context, path string, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("door: %w: there is no socket at %s", ErrNotRunning, path)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("door: %w: nobody listens on %s", ErrNotRunning, path)
	case errors.Is(err, syscall.EAGAIN):
		return &RemoteError{CodeBusy, fmt.Sprintf("door: too many programs wait at %s; try again", path)}
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("door: this user may not use %s: join its group or use root: %w", path, fs.ErrPermission)
	}
	return fmt.Errorf("door: %w", err)
}

// converse sends one request line and reads its answer.
func converse(ctx context.Context, conn net.Conn, line []byte, out func(json.RawMessage) error) error {
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(past) })
	defer stop()
	conn.SetWriteDeadline(time.Now().Add(writeTimer))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_, unsent := conn.Write(line) // when refused in mid-line, the reason is still there to be read
	r := bufio.NewReaderSize(conn, MaxLine)
	for {
		conn.SetReadDeadline(time.Now().Add(patience))
		if ctx.Err() != nil { // after the deadline: AfterFunc may have been first
			return ctx.Err()
		}
		b, err := r.ReadSlice('\n')
		switch {
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, bufio.ErrBufferFull):
			return fmt.Errorf("door: %w: a line longer than %d octets", ErrNoAnswer, MaxLine)
		case errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("door: %w: silent for %v", ErrNoAnswer, patience)
		case err != nil && unsent != nil:
			return fmt.Errorf("door: %w: the request was not taken: %w", ErrNoAnswer, unsent)
		case err != nil:
			return fmt.Errorf("door: %w: the connection ended: %w", ErrNoAnswer, err)
		}
		if len(bytes.TrimSpace(b)) == 0 {
			continue // a sign of life
		}
		var l outLine
		if err := json.Unmarshal(b, &l); err != nil {
			return fmt.Errorf("door: %w: %s is not an answer", ErrNoAnswer, excerpt(b))
		}
		switch {
		case l.Done:
			return nil
		case l.Error != "":
			return &RemoteError{l.Code, l.Error}
		case l.Out == nil:
			return fmt.Errorf("door: %w: %s is not an answer", ErrNoAnswer, excerpt(b))
		case out != nil:
			if err := out(l.Out); err != nil {
				return err
			}
		}
	}
}
