package bridge

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/sim"
)

// The rows are those of docs/interop.md.
var pitfallRows = []pitfallRow{
	{pitfall: 1, quirks: "only-3.4", setup: func(r *rig) { r.account.InterfaceVersion = "5.0" },
		line: "SMSC does not take interface_version 5.0; binding with 3.4"},
	{pitfall: 2, quirks: "no-version"},
	{pitfall: 2, quirks: "no-version,no-tlvs", disorder: true, line: "SMSC refuses optional parameters; sending without"},
	{pitfall: 3, quirks: "wrong-bind-resp", line: "bind answered by another command"},
	{pitfall: 4, strict: "version-check"},
	{pitfall: 5, quirks: "no-transceiver", binds: 2, line: "SMSC does not know this bind; trying another"},
	{pitfall: 5, quirks: "only-transceiver", setup: func(r *rig) { r.account.Bind = "transmitter" },
		line: "SMSC does not know this bind; trying another"},
	{pitfall: 6, quirks: "early-enquire", strict: "strict-open"},
	{pitfall: 6, quirks: "mute-bind=1", strict: "strict-open", gap: 15 * time.Second, line: "cannot bind"},
	{pitfall: 7, quirks: "ghost-session=90s,lose=2", binds: 2, gap: 5 * time.Minute, within: 6 * time.Minute, copies: 2, mayDup: true,
		says: "the SMSC still holds an earlier session"},
	{pitfall: 8, quirks: "one-segment,dribble", before: moOf(3), mo: []string{"waited 0", "waited 1", "waited 2", moText}},
	{pitfall: 9, quirks: "close-on-unbind", also: func(t *testing.T, u *bubble) {
		began := time.Now()
		u.stop()
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("stopping took %v", d)
		}
		if u.told("close-on-unbind") == 0 {
			t.Error("no unbind was said")
		}
		if u.lines.count("session lost") > 0 || u.lines.count("cannot bind") > 0 {
			t.Error("the log tells of an error")
		}
	}},
	{pitfall: 10, quirks: "unbind-after=2m", binds: 2, line: "session lost"},
	{pitfall: 10, quirks: "close-after=2m", binds: 2, line: "session lost"},
	{pitfall: 11, quirks: "", strict: "idle-limit", setup: func(r *rig) { r.account.EnquireLinkTimer = 250 * time.Millisecond }},
	{pitfall: 11, quirks: "", strict: "no-enquire", setup: func(r *rig) { r.account.EnquireLinkTimer = 0 }},
	{pitfall: 12, strict: "nat-drop"},
	{pitfall: 12, quirks: "nat-drop=20s", binds: 5, gap: 5 * time.Second, line: "session lost", lines: 4, copies: 2, mayDup: true,
		says: "enquire_link"},
	{pitfall: 13, quirks: "http=1", gap: 5 * time.Second, says: "the peer speaks HTTP"},
	{pitfall: 13, quirks: "tls-alert=1", gap: 5 * time.Second, says: "the peer speaks TLS: set tls.enabled = true"},
	{pitfall: 14, quirks: "mute-bind=2", gap: 30 * time.Second, within: time.Minute, line: "cannot bind", says: "the peer is mute",
		setup: func(r *rig) { r.far.SessionInitTimer = time.Minute }},

	{pitfall: 15, quirks: "no-body=1"},
	{pitfall: 15, quirks: "no-body,refuse=ESME_RSYSERR*2", within: time.Minute, disorder: true, line: "submit_sm refused for now"},
	{pitfall: 15, quirks: "error-body,refuse=ESME_RSYSERR*2", within: time.Minute, disorder: true, line: "submit_sm refused for now"},
	{pitfall: 16, quirks: "error-tlvs,refuse=ESME_RSYSERR*2", within: time.Minute, disorder: true, line: "submit_sm refused for now"},
	{pitfall: 17, quirks: "no-message-id", line: "receipt matched by user_message_reference", lines: -1},
	{pitfall: 17, quirks: "same-id", line: "receipt matched by user_message_reference", lines: -1},
	{pitfall: 18, quirks: "refuse=0x455*2", within: time.Minute, disorder: true, line: "submit_sm refused for now"},
	{pitfall: 19, quirks: "nack=2", within: time.Minute, disorder: true, line: "submit_sm refused for now"},
	{pitfall: 19, quirks: "throttle-nack=2", setup: oneAtATime, line: "link held"},
	{pitfall: 20, quirks: "stray-nack", line: "response matches no request"},
	{pitfall: 21, quirks: "mute-query,no-receipt", last: StepAccepted, within: 30 * time.Hour, setup: func(r *rig) { r.cfg.Policy = QueryFirst },
		line: "SMSC does not answer query_sm; it is not asked again"},
	{pitfall: 21, quirks: "no-query,no-receipt", last: StepAccepted, within: 30 * time.Hour, setup: func(r *rig) { r.cfg.Policy = QueryFirst },
		line: "SMSC does not answer query_sm; it is not asked again"},
	{pitfall: 22, quirks: "echo-sequence,late=5s", before: moOf(2), mo: []string{"waited 0", "waited 1", moText}},
	{pitfall: 23, quirks: "reorder=3"},
	{pitfall: 23, quirks: "late=35s*1", within: time.Minute, noReceipt: true, line: "late response"},
	{pitfall: 24, quirks: "throttle=3", within: time.Minute, disorder: true, line: "link held"},
	{pitfall: 24, quirks: "throttle=3", within: time.Minute, setup: oneAtATime, line: "link held", lines: -1},
	{pitfall: 24, quirks: "queue-full=2", within: time.Minute, setup: oneAtATime, line: "messages to one phone held", lines: -1},
	{pitfall: 25, strict: "throttle=2/s", setup: func(r *rig) { r.profile.Pace, r.far.ReceiptDelay = 1.9, 5*time.Second }},
	{pitfall: 26, quirks: "small-window", within: 10 * time.Minute, disorder: true, copies: 2, mayDup: true},
	{pitfall: 26, strict: "small-window", setup: func(r *rig) { r.account.Window = 1 }},

	{pitfall: 27, quirks: "wrong-id-base", setup: textReceipts},
	{pitfall: 27, quirks: "wrong-id-base", setup: func(r *rig) { textReceipts(r); r.far.IDBase = sim.Hex }},
	{pitfall: 27, quirks: "padded-id", setup: func(r *rig) { textReceipts(r); r.far.IDBase, r.far.Seed = sim.Hex, 0xABCDEF12345 }},
	{pitfall: 28, quirks: "strange-receipt", setup: textReceipts},
	{pitfall: 28, quirks: "payload-receipt", setup: textReceipts},
	{pitfall: 28, quirks: "ucs2-receipt", setup: textReceipts},
	{pitfall: 29, quirks: "plain-receipt", setup: textReceipts},
	{pitfall: 29, quirks: "plain-receipt", setup: func(r *rig) { r.far.ReceiptForm = sim.ReceiptTLV }},
	{pitfall: 29, quirks: "receipt-class", setup: textReceipts},
	{pitfall: 30, quirks: "bare-tlvs"},
	{pitfall: 31, quirks: "receipt-first", setup: textReceipts, line: "receipt kept for a message not known yet", lines: -1},
	{pitfall: 32, quirks: "unasked-receipt", noReceipt: true, orphans: 9 + 1},
	{pitfall: 32, quirks: "intermediate,duplicate-receipt", setup: textReceipts, orphans: 10},
	{pitfall: 33, strict: "exact-lengths", setup: func(r *rig) { r.far.EnquireLinkTimer = 10 * time.Second }},
	{pitfall: 34, quirks: "flood", before: moOf(200), mo: waited(200), moDisorder: true, within: 5 * time.Minute, setup: func(r *rig) { r.account.Inbound = 8; r.far.EnquireLinkTimer = time.Second }},

	{pitfall: 35, quirks: "default-latin1", setup: func(r *rig) { r.profile.Alphabet = AlphabetLatin1 }},
	{pitfall: 35, quirks: "default-packed", setup: func(r *rig) { r.profile.Alphabet = AlphabetGSM7Packed }},
	{pitfall: 36, strict: "lossy-latin1"},
	{pitfall: 37, quirks: "mo-ucs2-as-0", line: "text in UCS2 came under data_coding 0"},
	{pitfall: 37, quirks: "mo-little-endian"},
	{pitfall: 38, strict: "whole-characters"},
	{pitfall: 38, strict: "whole-characters", setup: func(r *rig) { r.profile.Concatenation = UDH16 }},
	{pitfall: 39, quirks: "default-packed", setup: func(r *rig) { r.profile.Alphabet = AlphabetGSM7Packed }, also: sevenCharacters},
	{pitfall: 40, quirks: "mo-no-udhi", before: longMO, mo: []string{}, also: segmentsAreKept},
	{pitfall: 40, quirks: "mo-empty-udh"},
	{pitfall: 41, strict: "no-sar,no-payload"},
	{pitfall: 41, strict: "no-udh,no-payload", setup: func(r *rig) { r.profile.Concatenation = SAR }},
	{pitfall: 41, strict: "no-udh,no-sar", setup: func(r *rig) { r.profile.Concatenation = Payload }},
	{pitfall: 42, strict: "full-segments"},
	{pitfall: 42, strict: "full-segments", setup: func(r *rig) { r.profile.Concatenation = UDH16 }},
	{pitfall: 43, strict: "strict-sender", setup: func(r *rig) { r.cfg.Sender = "Pump-4" }, also: func(t *testing.T, u *bubble) {
		for _, s := range u.smsc.Submits() {
			if s.PDU.Source.Addr != "Pump-4" || s.PDU.Source.TON != 5 {
				t.Errorf("source_addr %+v", s.PDU.Source)
			}
		}
	}, mo: []string{}},
	{pitfall: 43, strict: "no-alphanumeric", setup: func(r *rig) {
		r.cfg.Sender, r.profile.Sender, r.profile.Alphanumeric = "Pump 4", "+359700123", false
	}},
	{pitfall: 44, strict: "no-plus", setup: func(r *rig) { r.cfg.Sender = "+359700123" }},
	{pitfall: 45, strict: "no-absolute"},
	{pitfall: 45, strict: "no-relative", setup: func(r *rig) { r.profile.Validity = ValidityAbsolute }},
	{pitfall: 45, strict: "no-relative,no-absolute", setup: func(r *rig) { r.profile.Validity = ValidityNone }},
	{pitfall: 46, strict: "system-type,service-type", setup: func(r *rig) { r.account.SystemType, r.profile.ServiceType = "VMA", "CMT" }},
	{pitfall: 47, strict: "short-password"},
	{pitfall: 48, quirks: "long-id", setup: textReceipts},
	{pitfall: 49, quirks: "off-by-one", setup: textReceipts, line: "pdu is not by the book"},
	{pitfall: 50, quirks: "cut-tlv", line: "pdu is not by the book"},
	{pitfall: 51, quirks: "garbage-address", line: "pdu is not by the book"},
	{pitfall: 52, quirks: "data-sm"},
}

// textReceipts leaves what a receipt says to its text.
func textReceipts(r *rig) { r.far.ReceiptForm = sim.ReceiptText }

// oneAtATime is the window that keeps the order even when something is refused.
func oneAtATime(r *rig) { r.account.Window = 1 }

// waited are the texts of moOf and the one that follows.
func waited(n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprint("waited ", i))
	}
	return append(texts, moText)
}

// sevenCharacters: an eighth septet of zeros would be an "@" at the end.
func sevenCharacters(t *testing.T, u *bubble) {
	id := u.accept(message("1234567"))
	if !u.until(time.Minute, func() bool { return u.ended([]queue.ID{id}) }) || u.copies("1234567") != 1 {
		t.Errorf("seven characters arrived %d times", u.copies("1234567"))
	}
}

const longText = "The river stands at 4.2 m and rises. "

func longMO(s *sim.SMSC) {
	if err := s.SendMO("+359888123456", "", strings.Repeat(longText, 6)); err != nil {
		panic(err)
	}
}

// segmentsAreKept: what was not announced as a header is part of the text, and none of it is lost.
func segmentsAreKept(t *testing.T, u *bubble) {
	all := strings.Join(u.inbound(), "")
	if n := strings.Count(all, longText[:30]); n < 5 {
		t.Errorf("on flash: %q", all)
	}
}

// A password that the SMSC does not take is not tried again and again: accounts get locked.
func TestLongPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newBubble(t, "short-password", func(r *rig) { r.account.Password = "twelve octets" })
		id := u.accept(message("Water"))
		u.until(time.Hour, func() bool { return false })
		if n := u.told("short-password"); n < 2 || n > 6 {
			t.Errorf("tried %d times in an hour", n)
		}
		for _, line := range []string{"password is longer than the standard allows", "cannot bind"} {
			if n := u.lines.count(line); n != 1 {
				t.Errorf("the log says %q %d times", line, n)
			}
		}
		if err := u.smsc.Faults().Set("off"); err != nil { // the operator has mended it
			t.Fatal(err)
		}
		if !u.until(15*time.Minute, func() bool { return u.ended([]queue.ID{id}) }) || u.copies("Water") != 1 {
			t.Errorf("the message has not arrived: %d", u.copies("Water"))
		}
	})
}
