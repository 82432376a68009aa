//go:build !tiny

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smppagent/internal/bridge"
	"smppagent/internal/pdu"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

func probeCommand(a *app) *cobra.Command {
	var number string
	c := &cobra.Command{
		Use:   "probe NAME",
		Short: "find out what an SMSC does, as a profile to paste",
		Long: "Binds as [smsc.NAME] and tries things out: version, kind of bind, query_sm, how many requests may be\n" +
			"without response, how often enquire_link may come. With --to it sends about eight texts to that number,\n" +
			"your own, to find out about optional parameters, forms of time, long texts and data_sm. It prints a\n" +
			"profile for config.toml; what could not be found out is a comment. Which alphabet the SMSC has only the\n" +
			"phone shows: one of the texts says how to tell.\n\n" +
			"The agent must not run meanwhile: an account is never bound twice.",
		Example: "  smppagent probe main\n  smppagent probe main --to +359888123456",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var to sms.Address
			if number != "" {
				var err error
				if to, err = sms.ParseAddress(number); err != nil {
					return fail(exitUsage, fmt.Errorf("--to: %w", err))
				}
			}
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			return a.probe(c.Context(), cfg, args[0], to)
		},
	}
	c.Flags().StringVar(&number, "to", "", "`number` of a phone of your own to send texts to")
	a.jsonFlag(c)
	return c
}

// A finding is one key of the profile, or what is worth knowing besides.
type finding struct {
	Key   string `json:"key,omitempty"`   // of [smsc.NAME]; empty: no key says it
	Value string `json:"value,omitempty"` // as TOML has it; empty: not found out
	Why   string `json:"why"`
}

// prober tries one SMSC.
type prober struct {
	*trial
	to    pdu.Address
	found []finding
	say   func(finding)
}

func (p *prober) note(key, value, why string) {
	f := finding{key, value, why}
	p.found = append(p.found, f)
	p.say(f)
}

// probe tries the SMSC of name, and prints what it found.
func (a *app) probe(ctx context.Context, cfg *config, name string, to sms.Address) error {
	t, err := a.tryLink(ctx, cfg, name, func(s *smscConfig) {
		s.InterfaceVersion, s.Bind = "5.0", smpp.BindTransceiver
		s.Window, s.ResponseTimer = 1000, min(s.ResponseTimer, 10*time.Second)
	})
	if err != nil {
		return err
	}
	defer t.stop()
	p := &prober{trial: t, to: pdu.Address{TON: uint8(to.TON), NPI: uint8(to.NPI), Addr: to.Addr}, say: func(f finding) {
		fmt.Fprintf(a.err, "%s\n", f.Why)
	}}
	p.session()
	for _, step := range []func(context.Context) error{p.query, p.window, p.texts, p.enquire} {
		if err := step(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			p.note("", "", "ended here: "+err.Error())
			break
		}
	}
	if a.json {
		return a.printJSON(p.found)
	}
	fmt.Fprintf(a.out, "# What smppagent probe found of [smsc.%s].\n[profile.%s-probed]\n", name, fileName(name))
	for _, f := range p.found {
		if f.Value == "" {
			fmt.Fprintf(a.out, "# %s\n", f.Why)
			continue
		}
		fmt.Fprintf(a.out, "%s = %s # %s\n", f.Key, f.Value, f.Why)
	}
	return nil
}

// session notes what the bind has shown.
func (p *prober) session() {
	s := p.Status()
	if s.Version >= pdu.Version50 {
		p.note("interface_version", `"5.0"`, "the SMSC speaks SMPP 5.0")
	} else {
		p.note("interface_version", `"3.4"`, "the SMSC does not say that it speaks 5.0")
	}
	switch s.Bind {
	case smpp.BindTransceiver:
		p.note("bind", `"transceiver"`, "it takes transceivers")
	default:
		p.note("bind", `"transmitter"`, "it takes no transceiver; bound as "+s.Bind+". Without bind = it is tried each time")
	}
}

// try sends a request and says how it was answered: status counts when err is nil.
func (p *prober) try(ctx context.Context, m pdu.PDU) (status pdu.Status, nack bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*p.cfg.ResponseTimer)
	defer cancel()
	_, err = p.Do(ctx, m)
	if refusal, ok := errors.AsType[*smpp.StatusError](err); ok {
		return refusal.Status, refusal.Nack, nil
	}
	return pdu.StatusROK, false, err
}

// query finds out whether query_sm is known: about a message that there is not.
func (p *prober) query(ctx context.Context) error {
	status, nack, err := p.try(ctx, &pdu.QuerySM{MessageID: "0"})
	switch {
	case errors.Is(err, smpp.ErrResponseTimer):
		p.note("query", `"never"`, "query_sm is not answered")
	case err != nil:
		return err
	case nack || status == pdu.StatusRINVCMDID || status == pdu.StatusRSYSERR:
		p.note("query", `"never"`, "query_sm is answered with "+status.String())
	default:
		p.note("query", `"auto"`, "query_sm is known: "+status.String()+" about a message that there is not")
	}
	return nil
}

// windows are how many requests are tried at once.
var windows = []int{1, 2, 5, 10, 20, 50, 100}

// window finds out how many requests may be without response: enquire_link, which costs nobody anything.
func (p *prober) window(ctx context.Context) error {
	best := 0
	for _, n := range windows {
		done := make(chan *smpp.Call, n)
		for range n {
			if err := p.Start(ctx, &smpp.Call{Request: &pdu.EnquireLink{}, Done: done}); err != nil {
				return err
			}
		}
		bad := 0
		for range n {
			if c := <-done; c.Err != nil {
				bad++
			}
		}
		if bad > 0 {
			break
		}
		best = n
	}
	if best == 0 {
		p.note("", "", "window: enquire_link is not answered; the window could not be tried")
		return nil
	}
	p.note("window", fmt.Sprint(min(best, 10)), fmt.Sprintf("%d enquire_link at once were answered; more than 10 seldom helps", best))
	return nil
}

// enquireEvery are the intervals of enquire_link that are tried, the longest first.
var enquireEvery = []time.Duration{2 * time.Second, time.Second, 500 * time.Millisecond, 250 * time.Millisecond}

// enquire finds out how often enquire_link may come. It is the last step, for it may cost the session.
func (p *prober) enquire(ctx context.Context) error {
	shortest := time.Duration(0)
	for _, every := range enquireEvery {
		for range 3 {
			if status, _, err := p.try(ctx, &pdu.EnquireLink{}); err != nil || status != pdu.StatusROK {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				p.note("", "", fmt.Sprintf("enquire_link every %v costs the session, or is refused", every))
				every = 0
				break
			}
			if !pauseFor(ctx, every) {
				return ctx.Err()
			}
		}
		if every == 0 || !p.Bound() {
			break
		}
		shortest = every
	}
	if shortest > 0 {
		p.note("", "", fmt.Sprintf("enquire_link_timer: enquire_link every %v is taken; the default of 30s is right unless the link is cut sooner", shortest))
	}
	return nil
}

// texts finds out by sending some, if there is whom to.
func (p *prober) texts(ctx context.Context) error {
	if p.to.Addr == "" {
		p.note("", "", "tlvs, validity, concatenation, alphabet: not tried without --to NUMBER")
		return nil
	}
	base := func(text string) *pdu.SubmitSM {
		septets, _, _ := sms.EncodeGSM7(text)
		return &pdu.SubmitSM{ServiceType: p.cfg.ServiceType, Dest: p.to, ShortMessage: septets, Source: p.source()}
	}
	if status, _, err := p.try(ctx, base("smppagent probe: a plain text")); err != nil || status != pdu.StatusROK {
		if err == nil {
			err = fmt.Errorf("a plain text is refused with %v", status)
		}
		return err
	}
	// accepted tries m, and notes nothing.
	accepted := func(m pdu.PDU) (bool, string, error) {
		status, _, err := p.try(ctx, m)
		if errors.Is(err, smpp.ErrResponseTimer) {
			return false, "no answer", nil
		}
		return err == nil && status == pdu.StatusROK, status.String(), err
	}
	m := base("smppagent probe: with an optional parameter")
	m.TLVs.AddUserMessageReference(0x5050)
	tlvs, why, err := accepted(m)
	if err != nil {
		return err
	}
	if tlvs {
		p.note("tlvs", `"auto"`, "user_message_reference is taken")
	} else {
		p.note("tlvs", `"never"`, "user_message_reference is refused: "+why)
	}
	if err := p.validity(base, accepted); err != nil {
		return err
	}
	if err := p.long(base, accepted, tlvs); err != nil {
		return err
	}
	ok, why, err := accepted(&pdu.DataSM{Dest: p.to, Source: p.source(), TLVs: pdu.TLVs{{Tag: pdu.TagMessagePayload, Value: []byte("smppagent probe: data sm")}}})
	if err != nil {
		return err
	}
	if ok {
		why = "is taken"
	}
	p.note("", "", "data_sm: "+why)
	if _, _, err := accepted(base("smppagent probe, alphabet: @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞ^{}\\[~]|€")); err != nil {
		return err
	}
	p.note("", "", `alphabet: look at the last text on the phone. If it reads @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞ^{}\[~]|€ it is "gsm7", the default; `+
		`if signs are missing or others stand there, try "latin1" or "ascii"`)
	return nil
}

// source is the sender as the profile has it.
func (p *prober) source() pdu.Address {
	if a, err := sms.ParseAddress(p.cfg.Sender); err == nil {
		return pdu.Address{TON: uint8(a.TON), NPI: uint8(a.NPI), Addr: a.Addr}
	}
	return pdu.Address{}
}

// validity finds the form of time that is taken.
func (p *prober) validity(base func(string) *pdu.SubmitSM, accepted func(pdu.PDU) (bool, string, error)) error {
	var refused []string
	for _, form := range []struct {
		name bridge.Validity
		time string
	}{
		{bridge.ValidityRelative, pdu.RelativeTime(time.Hour)}, {bridge.ValidityAbsolute, pdu.AbsoluteTime(time.Now().Add(time.Hour).UTC())},
	} {
		m := base("smppagent probe: validity " + string(form.name))
		m.ValidityPeriod = form.time
		ok, why, err := accepted(m)
		if err != nil {
			return err
		}
		if ok {
			p.note("validity", fmt.Sprintf("%q", form.name), "validity_period "+form.time+" is taken")
			return nil
		}
		refused = append(refused, string(form.name)+" "+why)
	}
	p.note("validity", `"none"`, "validity_period is refused: "+strings.Join(refused, ", "))
	return nil
}

// long finds the way in which a text of two segments is taken.
func (p *prober) long(base func(string) *pdu.SubmitSM, accepted func(pdu.PDU) (bool, string, error), tlvs bool) error {
	forms := []bridge.Concatenation{bridge.UDH8, bridge.UDH16}
	if tlvs {
		forms = append(forms, bridge.SAR, bridge.Payload)
	}
	var refused []string
	for _, form := range forms {
		ok, why := true, ""
		for seq := uint8(1); seq <= 2 && ok; seq++ {
			m := base(fmt.Sprintf("smppagent probe: long by %s, part %d of 2. ", form, seq))
			switch form {
			case bridge.UDH8:
				m.ESMClass, m.ShortMessage = pdu.ESMUDHI, append([]byte{5, 0, 3, 0x50, 2, seq}, m.ShortMessage...)
			case bridge.UDH16:
				m.ESMClass, m.ShortMessage = pdu.ESMUDHI, append([]byte{6, 8, 4, 0x50, 0x51, 2, seq}, m.ShortMessage...)
			case bridge.SAR:
				m.TLVs.AddSAR(pdu.SAR{Ref: 0x5052, Total: 2, Segment: seq})
			case bridge.Payload:
				if seq == 2 {
					continue
				}
				m.TLVs.AddMessagePayload([]byte(strings.Repeat(string(m.ShortMessage), 5)))
				m.ShortMessage = nil
			}
			var err error
			if ok, why, err = accepted(m); err != nil {
				return err
			}
		}
		if ok {
			p.note("concatenation", fmt.Sprintf("%q", form), "both segments are taken; the phone must show them as one text")
			return nil
		}
		refused = append(refused, string(form)+" "+why)
	}
	p.note("", "", "concatenation: no way of long texts is taken: "+strings.Join(refused, ", "))
	return nil
}
