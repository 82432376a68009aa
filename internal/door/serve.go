package door

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Serve answers requests on ln until ctx ends or ln fails, and closes ln. It returns when every
// handler and every goroutine of its own has ended: nil after ctx, else why ln failed. A client
// that is slow, silent, over a limit or gone costs its own connection and nothing else.
func Serve(ctx context.Context, ln net.Listener, handlers map[string]Handler, log *slog.Logger) error {
	s := &server{handlers: handlers, log: log, slots: make(chan struct{}, MaxConnections)}
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wg.Go(func() {
		<-ctx.Done()
		ln.Close()
	})
	rest := acceptRestMin
	for {
		conn, err := ln.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("door: %w", err)
		case err != nil:
			log.Warn("door cannot accept", "err", err, "retry_in", rest)
			if !wait(ctx, rest) {
				return nil
			}
			rest = min(2*rest, acceptRestMax)
			continue
		}
		rest = acceptRestMin
		select {
		case s.slots <- struct{}{}:
			s.admitted()
			wg.Go(func() {
				defer func() { <-s.slots }()
				s.connection(ctx, conn)
			})
		default:
			s.refuse(conn)
		}
	}
}

type server struct {
	handlers map[string]Handler
	log      *slog.Logger
	slots    chan struct{}
	refused  int // since the last one admitted; belongs to Serve's loop
}

// refuse tells a connection that there is no room for it. It cannot hold the accept loop: a fresh
// unix socket has room for one line.
func (s *server) refuse(conn net.Conn) {
	if s.refused++; s.refused == 1 {
		s.log.Warn("door is full", "connections", MaxConnections)
	}
	conn.SetWriteDeadline(time.Now().Add(refuseTimer))
	line, _ := encodeLine(lastLine(&RemoteError{CodeBusy, fmt.Sprintf(
		"door: %d connections are open, which is all there may be; try again", MaxConnections)}))
	conn.Write(line)
	conn.Close()
}

func (s *server) admitted() {
	if s.refused > 0 {
		s.log.Info("door has room again", "refused", s.refused)
		s.refused = 0
	}
}

// connection reads requests and answers them one after the other until the client leaves, breaks
// the rules or ctx ends.
func (s *server) connection(ctx context.Context, conn net.Conn) {
	var wg sync.WaitGroup
	defer wg.Wait()
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wg.Go(func() { // no read or write outlasts the agent
		<-ctx.Done()
		conn.SetReadDeadline(past)
		conn.SetWriteDeadline(time.Now().Add(partingTimer))
	})
	log := s.log
	peer := peerOf(conn)
	if peer.Known {
		log = log.With("pid", peer.PID, "uid", peer.UID, "gid", peer.GID)
	}
	a := &answer{conn: conn, cancel: cancel}
	r := bufio.NewReaderSize(conn, MaxLine)
	for {
		conn.SetReadDeadline(time.Now().Add(requestTimer))
		if ctx.Err() != nil { // after the deadline: the goroutine above may have been first
			return
		}
		line, err := readLine(r)
		if err != nil {
			if refusal, ok := errors.AsType[*RemoteError](err); ok && ctx.Err() == nil {
				log.Warn("door request refused", "code", refusal.Code, "err", err)
				a.last(ctx, err)
			}
			return
		}
		request, err := parseRequest(line)
		if err != nil {
			log.Warn("door request refused", "code", CodeBadRequest, "err", err)
			a.last(ctx, err)
			return // a program that talks something else is not worth listening to
		}
		request.Peer = peer
		if !s.handle(ctx, a, request, log) {
			return
		}
	}
}

// handle carries out one request; it reports whether the connection is still good.
func (s *server) handle(ctx context.Context, a *answer, r Request, log *slog.Logger) bool {
	handler := s.handlers[r.Op]
	if handler == nil {
		known := strings.Join(slices.Sorted(maps.Keys(s.handlers)), ", ")
		return a.last(ctx, &RemoteError{CodeUnknownOp, fmt.Sprintf(
			"door: there is no operation %.40q; there are %s", r.Op, known)}) == nil
	}
	var wg sync.WaitGroup
	beating, stop := context.WithCancel(ctx)
	wg.Go(func() {
		for wait(beating, heartbeat) {
			if a.write(ctx, []byte{'\n'}) != nil {
				return // which has ended ctx, and with it the handler
			}
		}
	})
	start := time.Now()
	err := handler(ctx, r, func(v any) error { return a.out(ctx, v) })
	stop()
	wg.Wait()
	log.Debug("door request", "op", r.Op, "took", time.Since(start), "err", err)
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = &RemoteError{CodeStopping, "door: the agent is stopping"}
	}
	return a.last(ctx, err) == nil
}

// readLine reads one request line. A *RemoteError is for the client to know; any other error means
// that there is nobody to tell, or nothing to say.
func readLine(r *bufio.Reader) ([]byte, error) {
	for {
		line, err := r.ReadSlice('\n')
		blank := len(bytes.TrimSpace(line)) == 0
		switch {
		case err == nil && blank:
			continue
		case err == nil:
			return line, nil
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, &RemoteError{CodeTooLong, fmt.Sprintf(
				"door: the request line is longer than %d octets", MaxLine)}
		case blank:
			return nil, err
		case errors.Is(err, io.EOF): // a client that wrote no newline and closed its side
			return line, nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, &RemoteError{CodeSlow, fmt.Sprintf(
				"door: no whole request line within %v", requestTimer)}
		default:
			return nil, err
		}
	}
}

// wait lets d pass; false when ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
