// Package door is the agent's local control socket: one JSON object per line in, one or more lines
// out, with limits on both sides. It carries requests and answers and does not know what they mean.
//
// A request is an object with the operation and its parameters side by side. An answer is any
// number of "out" lines and exactly one last line:
//
//	→ {"op":"queue.list","class":"alarm"}
//	← {"out":{"id":7,"to":"+359888123456"}}
//	← {"out":{"id":9,"to":"+359888000111"}}
//	← {"done":true}                                   or {"error":"…","code":"…"}
//
// While an answer takes its time an empty line every ten seconds says that it is still coming;
// readers skip those. Several requests may follow each other on one connection and are answered in
// their order.
package door

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Limits of one door. They are not settings: they protect the agent from its neighbours, and both
// sides of the socket have to agree on them.
const (
	MaxLine        = 64 << 10 // octets of one line, its newline included, in either direction
	MaxConnections = 16       // connections served at a time; one more is told CodeBusy

	requestTimer  = 10 * time.Second // for one whole request line, also between requests
	writeTimer    = 5 * time.Second  // for one line to be taken by its reader
	partingTimer  = time.Second      // the same while the agent stops
	refuseTimer   = 100 * time.Millisecond
	heartbeat     = 10 * time.Second // between empty lines while an answer is under way
	patience      = 3 * heartbeat    // of the client: nothing for so long, and the agent is gone
	dialTimer     = 5 * time.Second
	acceptRestMin = 50 * time.Millisecond // after a failed accept (no file descriptors left, mostly)
	acceptRestMax = time.Second
)

// What went wrong, for programs: the "code" of an error line. Handlers may use codes of their own.
const (
	CodeBadRequest = "bad_request" // not JSON, not an object, a parameter that is none
	CodeUnknownOp  = "unknown_op"  // no such operation
	CodeTooLong    = "too_long"    // a line over MaxLine
	CodeSlow       = "slow"        // no whole line within the time allowed
	CodeBusy       = "busy"        // MaxConnections reached; nothing was done, try again
	CodeStopping   = "stopping"    // the agent is going down; whether anything was done is open
	CodeFailed     = "failed"      // the handler's error carried no code
)

// RemoteError is an error line. A handler returns one (or wraps one) to choose the code; Call
// returns one when the agent answered with an error.
type RemoteError struct {
	Code    string
	Message string
}

// Error returns the message as the agent worded it.
func (e *RemoteError) Error() string { return e.Message }

// Client errors. Call wraps them with the path and the cause.
var (
	// ErrNotRunning: there is no socket, or nobody listens on it. Nothing was done.
	ErrNotRunning = errors.New("the agent is not running")
	// ErrNoAnswer: the request was handed over, or may have been, and the answer did not come to
	// its end. Whether the request was carried out is not known.
	ErrNoAnswer = errors.New("no complete answer from the agent")
)

// Peer is the process at the other end of a connection as the kernel knows it (SO_PEERCRED, taken
// when it connected). Known is false where the kernel does not tell.
type Peer struct {
	PID      int32
	UID, GID uint32
	Known    bool
}

// Request is one line from a client.
type Request struct {
	Op     string
	Params json.RawMessage // the request's object without "op"
	Peer   Peer
}

// Handler carries out one operation. It may call send any number of times, from one goroutine at a
// time, with values that marshal to less than MaxLine; send returns an error when the client is
// gone or too slow, and ctx ends then too. The handler's own error becomes the answer's last line.
// It must return soon after ctx ends: Serve waits for it.
type Handler func(ctx context.Context, r Request, send func(v any) error) error
