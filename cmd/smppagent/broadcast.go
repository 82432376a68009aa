//go:build !tiny

package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smppagent/internal/door"
	"smppagent/internal/pdu"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// opBroadcast sends, queries or cancels a broadcast.
const opBroadcast = "broadcast"

// broadcastOrder is a broadcast to send, or one to ask about or end by its message_id.
type broadcastOrder struct {
	Link      string    `json:"smsc,omitempty"`
	Do        string    `json:"do,omitempty"` // "" sends; "query" and "cancel"
	MessageID string    `json:"message_id,omitempty"`
	From      string    `json:"from,omitempty"`
	Text      string    `json:"text,omitempty"`
	Areas     []string  `json:"areas,omitempty"`
	Content   uint16    `json:"content,omitempty"` // broadcast_content_type
	Network   uint8     `json:"network,omitempty"`
	Repeat    uint16    `json:"repeat,omitempty"`
	Every     string    `json:"every,omitempty"` // frequency, such as 30s; "" as often as possible
	Priority  uint8     `json:"priority,omitempty"`
	Schedule  time.Time `json:"schedule,omitzero"`
	Until     time.Time `json:"until,omitzero"`
	Replace   bool      `json:"replace_if_present,omitempty"` // the broadcast MessageID
}

// broadcastReply is what the SMSC answered.
type broadcastReply struct {
	Link      string          `json:"smsc"`
	MessageID string          `json:"message_id"`
	State     string          `json:"message_state,omitempty"`
	EndTime   string          `json:"broadcast_end_time,omitempty"`
	Areas     []broadcastArea `json:"areas,omitempty"` // of query; of send those that failed
}

type broadcastArea struct {
	Area    string `json:"area"`
	Success string `json:"success,omitempty"`
	Status  string `json:"error_status,omitempty"`
}

func broadcastCommand(a *app) *cobra.Command {
	o := broadcastOrder{Repeat: 1, Content: 1}
	var schedule, until string
	c := &cobra.Command{
		Use:   "broadcast --area NAME --text TEXT",
		Short: "send a text to everybody in an area (SMPP 5.0)",
		Long: "Sends broadcast_sm, which cells of the area show to every phone: emergency warnings. The SMSC must speak\n" +
			"SMPP 5.0 (interface_version = \"5.0\" in [smsc.NAME]) and let the account broadcast. It is not kept: it\n" +
			"goes now, or the verb says why not. \"broadcast query\" and \"broadcast cancel\" take the message_id\n" +
			"that it prints.\n\n" +
			"An area is the name of one that the SMSC knows; or a shape of TS 23.032 in hexadecimal, as polygon:HEX or\n" +
			"arc:HEX.",
		Example: "  smppagent broadcast --area harbour --area \"old town\" \\\n" +
			"      --text \"Flood: leave the river bank\" --repeat 10 --every 1m\n" +
			"  smppagent broadcast query 4F2A01\n" +
			"  smppagent broadcast cancel 4F2A01",
		RunE: func(c *cobra.Command, _ []string) error {
			if o.Text == "" || len(o.Areas) == 0 {
				return failf(exitUsage, "give the text and at least one area: --text and --area")
			}
			var err error
			for flag, at := range map[string]struct {
				in  string
				out *time.Time
			}{"--schedule": {schedule, &o.Schedule}, "--until": {until, &o.Until}} {
				if *at.out, err = parseAt(at.in, time.Now()); err != nil {
					return failf(exitUsage, "%s: %s", flag, strings.TrimPrefix(err.Error(), "--at: "))
				}
			}
			o.Replace = o.MessageID != ""
			if _, err := o.pdu(time.Now()); err != nil {
				return fail(exitUsage, err)
			}
			return a.broadcast(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.Areas, "area", nil, "`area` to broadcast in; may be given again")
	f.StringVar(&o.Text, "text", "", "the text, UTF-8")
	f.StringVar(&o.From, "from", "", "source `address` (default: the SMSC's own)")
	f.Uint16Var(&o.Repeat, "repeat", o.Repeat, "how many `times`; 0 is until its time is over")
	f.StringVar(&o.Every, "every", "", "`time` from one to the next, such as 30s, 5m, 1h (default: as often as possible)")
	f.Uint16Var(&o.Content, "content", o.Content, "broadcast_content_type, a `number`: 1 emergency, 16 news flashes, 51 weather")
	f.Uint8Var(&o.Network, "network", 0, "its network: `0` generic, 1 GSM, 2 TDMA, 3 CDMA")
	f.Uint8Var(&o.Priority, "priority", 0, "priority_flag, `0` to 3")
	f.StringVar(&schedule, "schedule", "", "begin at this `time`: 07:30, \"2026-12-24 07:30\", or in 90m")
	f.StringVar(&until, "until", "", "end at this `time`")
	f.StringVar(&o.MessageID, "replace", "", "take the place of the broadcast with this `message_id`")
	c.PersistentFlags().StringVar(&o.Link, "smsc", "", "`NAME` of the [smsc.NAME] (default: the only one)")
	a.jsonFlag(c)
	for do, long := range map[string]string{
		"query": "Asks the SMSC, with query_broadcast_sm, how far it has come: the state, and for each area to what part of\n" +
			"its phones the text went.",
		"cancel": "Ends a broadcast, or takes back one that has not begun, with cancel_broadcast_sm.",
	} {
		sub := &cobra.Command{
			Use:     do + " MESSAGE_ID",
			Short:   map[string]string{"query": "what became of a broadcast, area by area", "cancel": "end a broadcast"}[do],
			Long:    long,
			Example: "  smppagent broadcast " + do + " 4F2A01",
			Args:    cobra.ExactArgs(1),
			RunE: func(c *cobra.Command, args []string) error {
				return a.broadcast(c.Context(), broadcastOrder{Do: do, MessageID: args[0], Link: o.Link, From: o.From})
			},
		}
		sub.Flags().StringVar(&o.From, "from", "", "source `address` of the broadcast")
		a.jsonFlag(sub)
		c.AddCommand(sub)
	}
	return c
}

// broadcast hands o to the agent and prints the answer.
func (a *app) broadcast(ctx context.Context, o broadcastOrder) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	return callError(door.Call(ctx, cfg.Agent.Socket, opBroadcast, o, func(line json.RawMessage) error {
		var r broadcastReply
		if err := json.Unmarshal(line, &r); err != nil {
			return err
		}
		if a.json {
			return a.printJSON(r)
		}
		fmt.Fprintf(a.out, "message_id %s at %s: %s\n", r.MessageID, r.Link, r.State)
		for _, x := range r.Areas {
			fmt.Fprintf(a.out, "  %s: %s%s\n", x.Area, x.Success, x.Status)
		}
		if r.EndTime != "" {
			fmt.Fprintf(a.out, "  ended %s\n", r.EndTime)
		}
		return nil
	}))
}

// pdu is the request that o stands for.
func (o *broadcastOrder) pdu(now time.Time) (pdu.PDU, error) {
	var from pdu.Address
	if o.From != "" {
		a, err := sms.ParseAddress(o.From)
		if err != nil {
			return nil, fmt.Errorf("from: %w", err)
		}
		from = pdu.Address{TON: uint8(a.TON), NPI: uint8(a.NPI), Addr: a.Addr}
	}
	switch o.Do {
	case "query":
		return &pdu.QueryBroadcastSM{MessageID: o.MessageID, Source: from}, nil
	case "cancel":
		return &pdu.CancelBroadcastSM{MessageID: o.MessageID, Source: from}, nil
	case "":
	default:
		return nil, fmt.Errorf("do: %q is none of query and cancel", o.Do)
	}
	if o.Priority > 3 {
		return nil, fmt.Errorf("priority: %d is outside 0 to 3", o.Priority)
	}
	every, err := parseEvery(o.Every)
	if err != nil {
		return nil, err
	}
	p := &pdu.BroadcastSM{Source: from, MessageID: o.MessageID, PriorityFlag: o.Priority, ServiceType: pdu.ServiceTypeCBS}
	if o.Replace {
		p.ReplaceIfPresent = 1
	}
	if !o.Schedule.IsZero() {
		p.ScheduleDeliveryTime = pdu.RelativeTime(o.Schedule.Sub(now))
	}
	if !o.Until.IsZero() {
		p.ValidityPeriod = pdu.RelativeTime(o.Until.Sub(now))
	}
	for _, text := range o.Areas {
		area, err := parseArea(text)
		if err != nil {
			return nil, err
		}
		p.TLVs.AddBroadcastAreaIdentifier(area)
	}
	p.TLVs.AddBroadcastContentType(pdu.BroadcastContentType{Network: o.Network, Content: o.Content})
	p.TLVs.AddBroadcastRepNum(pdu.BroadcastRepNum(o.Repeat))
	p.TLVs.AddBroadcastFrequencyInterval(every)
	text, _, ok := sms.EncodeGSM7(o.Text)
	if !ok {
		text, p.DataCoding = sms.EncodeUCS2(o.Text), pdu.CodingUCS2
	}
	p.TLVs.AddMessagePayload(text)
	_, err = pdu.Append(nil, pdu.StatusROK, 1, p)
	return p, err
}

// parseArea reads an area: a name, or a shape in hexadecimal.
func parseArea(s string) (pdu.BroadcastArea, error) {
	for prefix, format := range map[string]pdu.BroadcastAreaFormat{"polygon:": pdu.AreaPolygon, "arc:": pdu.AreaArc} {
		if digits, ok := strings.CutPrefix(s, prefix); ok {
			b, err := hex.DecodeString(digits)
			if err != nil || len(b) == 0 || len(b) > 99 {
				return pdu.BroadcastArea{}, fmt.Errorf("area: %q is not 1 to 99 octets in hexadecimal", s)
			}
			return pdu.BroadcastArea{Format: format, Details: b}, nil
		}
	}
	if s == "" || len(s) > 99 {
		return pdu.BroadcastArea{}, fmt.Errorf("area: %q is not 1 to 99 octets", s)
	}
	return pdu.BroadcastArea{Format: pdu.AreaAlias, Details: []byte(s)}, nil
}

// parseEvery reads how often; the units are those of SMPP 5.0 §4.8.4.11.
func parseEvery(s string) (pdu.BroadcastFrequency, error) {
	if s == "" {
		return pdu.BroadcastFrequency{}, nil // as often as possible
	}
	units := map[string]uint8{"s": 8, "m": 9, "h": 10, "d": 11, "w": 12}
	unit, known := units[s[len(s)-1:]]
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 16)
	if err != nil || n == 0 || !known {
		return pdu.BroadcastFrequency{}, fmt.Errorf("every: %q is no number from 1 to 65535 with one of s, m, h, d and w behind it", s)
	}
	return pdu.BroadcastFrequency{Unit: unit, Number: uint16(n)}, nil
}

// broadcastTimer is how long the SMSC may take to answer.
const broadcastTimer = 30 * time.Second

func (o *orders) broadcast(ctx context.Context, r door.Request, send func(any) error) error {
	var b broadcastOrder
	if err := r.Decode(&b); err != nil {
		return err
	}
	if b.Link == "" && len(o.cfg.SMSC) == 1 {
		for b.Link = range o.cfg.SMSC {
		}
	}
	client, ok := o.way.Link(b.Link)
	if !ok {
		return noLink(o.cfg, b.Link)
	}
	if s := client.Status(); s.State == smpp.StateBound && s.Version < pdu.Version50 {
		return &door.RemoteError{Code: codeState, Message: fmt.Sprintf(
			"[smsc.%s] does not speak SMPP 5.0 with us, and before there is no broadcast: set interface_version = \"5.0\"", b.Link)}
	}
	p, err := b.pdu(time.Now())
	if err != nil {
		return &door.RemoteError{Code: codeInvalid, Message: err.Error()}
	}
	ctx, stop := context.WithTimeout(ctx, broadcastTimer)
	defer stop()
	resp, err := client.Do(ctx, p)
	if err != nil {
		if errors.Is(err, smpp.ErrInDoubt) || errors.Is(err, smpp.ErrResponseTimer) {
			err = fmt.Errorf("%w: whether the SMSC has it is not known", err)
		}
		return &door.RemoteError{Code: codeState, Message: err.Error()}
	}
	reply := broadcastReply{Link: b.Link, MessageID: b.MessageID, State: "cancelled"}
	switch resp := resp.(type) {
	case *pdu.BroadcastSMResp:
		reply.MessageID, reply.State = resp.MessageID, "accepted"
		reply.Areas = areasOf(resp.TLVs)
	case *pdu.QueryBroadcastSMResp:
		state, _ := resp.TLVs.MessageState()
		reply.State, reply.Areas = state.String(), areasOf(resp.TLVs)
		reply.EndTime, _ = resp.TLVs.BroadcastEndTime()
	}
	return send(reply)
}

// areasOf are the areas in a response, each with what stands behind it.
func areasOf(tlvs pdu.TLVs) (all []broadcastArea) {
	success, errs := tlvs.All(pdu.TagBroadcastAreaSuccess), tlvs.All(pdu.TagBroadcastErrorStatus)
	for i, a := range tlvs.BroadcastAreas() {
		x := broadcastArea{Area: a.String()}
		if i < len(success) && len(success[i]) == 1 {
			x.Success = pdu.BroadcastAreaSuccess(success[i][0]).String()
		}
		if i < len(errs) && len(errs[i]) == 4 {
			e := errs[i]
			x.Status = pdu.Status(uint32(e[0])<<24 | uint32(e[1])<<16 | uint32(e[2])<<8 | uint32(e[3])).String()
		}
		all = append(all, x)
	}
	return all
}
