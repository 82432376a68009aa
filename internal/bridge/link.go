package bridge

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// A Link is one way out as the configuration names it: the table [smsc.NAME].
type Link struct {
	// Name is the table's, 1 to 32 octets. It stands in the note of every message.
	Name string
	// Account is whom to bind as, and where.
	Account smpp.Config
	// Profile is how this SMSC wants its messages.
	Profile Profile
	// Rank is when this link is used rather than another.
	Rank Rank
}

// Rank says when a link is used rather than another: keys of [smsc.NAME].
type Rank struct {
	// Order is the link's place among the others: those of the lowest order that work carry the
	// messages, the next ones when none of these does. 1 to 100, default 1.
	Order int `toml:"order"`
	// Weight is the link's share among those of the same order. 1 to 100, default 1.
	Weight int `toml:"weight"`
}

// DefaultRank is the rank of a link that names none.
func DefaultRank() Rank { return Rank{Order: 1, Weight: 1} }

// Check calls bad for each key that cannot be used, with what would be right.
func (r Rank) Check(bad func(key, problem string)) {
	number(bad, "order", r.Order, 1, 100)
	number(bad, "weight", r.Weight, 1, 100)
}

// number reports a whole number out of range.
func number(bad func(key, problem string), key string, n, lo, hi int) {
	if n < lo || n > hi {
		bad(key, fmt.Sprintf("%d is outside %d to %d", n, lo, hi))
	}
}

// A link is a Link at work: the session with one account, what is known of its SMSC, and whether it may be
// sent to just now.
type link struct {
	Link
	client  *smpp.Client
	sender  sms.Address // of the profile; zero: that of the route
	hold    *hold       // the SMSC takes nothing from us for a while
	flow    *flow
	breaker *breaker
	log     *slog.Logger

	turn chan job // what the dispatcher gives it, while it is offered

	tlvsRefused  atomic.Bool // the SMSC took no optional parameters
	queryRefused atomic.Bool // the SMSC knows no query_sm
	turned       atomic.Bool // what it delivers is not taken for now
	count        linkCounters
}

// A job is a message on its way to a link. Without an ID it is none: the link's offer lapses.
type job struct {
	id   queueID
	addr string // whose phone it is for
}

// linkCounters count since the start.
type linkCounters struct{ submitted, accepted, refused, unanswered atomic.Uint64 }

func newLink(c Link, holdMin, holdMax time.Duration, log *slog.Logger) (*link, error) {
	log = log.With("smsc", c.Name)
	var sender sms.Address
	if c.Profile.Sender != "" {
		var err error
		if sender, err = sms.ParseAddress(c.Profile.Sender); err != nil {
			return nil, fmt.Errorf("bridge: smsc %s: sender: %w", c.Name, err)
		}
	}
	return &link{
		Link: c, sender: sender, client: smpp.NewClient(c.Account, log), hold: newHold(holdMin, holdMax), breaker: newBreaker(),
		flow: newFlow(c.Account.Window, c.Profile.Pace, c.Profile.Burst), log: log, turn: make(chan job),
	}, nil
}

// submits reports whether messages can go this way at all.
func (l *link) submits() bool { return l.Account.Bind != smpp.BindReceiver }

// LinkStatus is a snapshot of one link for people to read.
type LinkStatus struct {
	Name string `json:"name"`
	smpp.Status
	Rank
	Hold    string  `json:"hold,omitempty"`    // why and until when nothing is sent
	Breaker string  `json:"breaker,omitempty"` // why other links are preferred
	Room    int     `json:"room"`              // of the window, how much is used: what the SMSC takes
	Submits Submits `json:"submits"`
}

// Submits says what became of the submit_sm of one link, since the start.
type Submits struct {
	Sent       uint64 `json:"sent"`
	Accepted   uint64 `json:"accepted"`
	Refused    uint64 `json:"refused"`
	Unanswered uint64 `json:"unanswered"` // in time
}

// Best is the link that would send a message now; up is false when none could, and it is then the one that
// is preferred. Hold is set when nothing is sent at all, too.
func (b *Bridge) Best() (best LinkStatus, up bool) {
	for _, l := range b.links {
		s := l.status()
		better := l.submits() && s.State == smpp.StateBound
		if best.Name == "" || better && (!up || best.Hold+best.Breaker != "" && s.Hold+s.Breaker == "") {
			best, up = s, better
		}
	}
	best.Hold = cmp.Or(b.hold.String(), best.Hold)
	return best, up
}

func (l *link) status() LinkStatus {
	return LinkStatus{
		Name: l.Name, Status: l.client.Status(), Rank: l.Rank, Hold: l.hold.String(), Breaker: l.breaker.String(),
		Room: l.flow.room(),
		Submits: Submits{
			Sent: l.count.submitted.Load(), Accepted: l.count.accepted.Load(),
			Refused: l.count.refused.Load(), Unanswered: l.count.unanswered.Load(),
		},
	}
}

// Link returns the link of that name for requests of another kind than messages: query_sm and the like.
// Do on it waits while the link is down; so give it a context that ends.
func (b *Bridge) Link(name string) (*smpp.Client, bool) {
	if l := b.linkNamed(name); l != nil {
		return l.client, true
	}
	return nil, false
}

// Do sends p by the link of that name and waits for its response, as smpp.Client.Do does.
func (b *Bridge) Do(ctx context.Context, name string, p pdu.PDU) (pdu.PDU, error) {
	l := b.linkNamed(name)
	if l == nil {
		return nil, fmt.Errorf("bridge: there is no [smsc.%s]", name)
	}
	return l.client.Do(ctx, p)
}

func (b *Bridge) linkNamed(name string) *link {
	for _, l := range b.links {
		if l.Name == name {
			return l
		}
	}
	return nil
}
