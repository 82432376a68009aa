package virtual

import (
	"context"
	"errors"
	"time"

	"smppagent/internal/sms"
)

// The errors of Agent.Accept that clients are told apart.
var (
	// ErrFull: the queue takes no more of the message's class.
	ErrFull = errors.New("virtual: queue full")
	// ErrInvalid: the message can never be sent as it is.
	ErrInvalid = errors.New("virtual: message cannot be sent")
)

// An Agent is what the ports need of the program around them. Its functions are called from any goroutine.
type Agent struct {
	// Accept takes m and returns its ID when it is on flash. Errors: those that match ErrFull or ErrInvalid;
	// after any other the message is not taken for now.
	Accept func(ctx context.Context, m sms.Message, key string) (id uint64, err error)
	// Withdraw takes message id out of the queue; it is an error when it is gone, is being sent, or was.
	Withdraw func(ctx context.Context, id uint64, why string) error
	// Fates gives what happens to all messages from now on until ctx ends. A reader that is too slow misses
	// some.
	Fates func(ctx context.Context) <-chan Fate
	// Pending calls visit for every message that was accepted for a port and whose outcome is open.
	Pending func(ctx context.Context, visit func(Pending)) error
	// Open reports whether more may become of message id: it is in the queue.
	Open func(ctx context.Context, id uint64) bool
	// Link gives the state of the way to the SMSC.
	Link func() Link
	// Waiting is how many messages wait in the queue for the SMSC.
	Waiting func(ctx context.Context) (int, error)
	// ClockSet says whether the wall clock is believed.
	ClockSet func() bool
	// Zone is the time zone of quiet hours and +CCLK.
	Zone *time.Location
}

// A Fate is a step of a message on its way.
type Fate struct {
	ID     uint64
	Taken  bool   // the SMSC has it
	Failed bool   // it will not be sent
	Status string // the command_status of the refusal, "ESME_RINVDSTADR"
}

// A Pending is a message whose outcome is open.
type Pending struct {
	ID  uint64
	Key string
	To  sms.Address
	At  time.Time
}
