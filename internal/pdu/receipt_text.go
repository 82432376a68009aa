package pdu

import (
	"bytes"
	"strings"
)

// receiptKeys are the words of Appendix B; spaces in them may be missing or be underscores.
var receiptKeys = [...]string{"id", "sub", "dlvrd", "submit date", "done date", "stat", "err", "text"}

// scan fills r from the text of a receipt in whichever alphabet it reads as one, the likeliest first, and
// reports whether it has a stat that is known.
func (r *Receipt) scan(text []byte, coding DataCoding) bool {
	for _, read := range [...]func([]byte, DataCoding) (string, bool){asUCS2, asSwappedUCS2, asOctets, asSeptets} {
		s, ok := read(text, coding)
		if !ok {
			continue
		}
		try := Receipt{Raw: s, State: StateUnknown}
		stat := try.scanText(s)
		if r.Raw == "" || stat || try.MessageID != "" && r.MessageID == "" {
			*r = try
		}
		if stat {
			return true
		}
	}
	return false
}

// asUCS2 reads big-endian UCS2, also when data_coding does not say so.
func asUCS2(b []byte, coding DataCoding) (string, bool) {
	b = bytes.TrimPrefix(b, []byte{0xFE, 0xFF})
	if len(b) < 4 || len(b)%2 != 0 || coding != CodingUCS2 && (b[0] != 0 || b[2] != 0) {
		return "", false
	}
	return ucs2(b), true
}

// asSwappedUCS2 reads UCS2 with the octets of each character the wrong way round.
func asSwappedUCS2(b []byte, _ DataCoding) (string, bool) {
	b = bytes.TrimPrefix(b, []byte{0xFF, 0xFE})
	if len(b) < 4 || len(b)%2 != 0 || b[1] != 0 || b[3] != 0 {
		return "", false
	}
	swapped := make([]byte, len(b))
	for i := 0; i < len(b); i += 2 {
		swapped[i], swapped[i+1] = b[i+1], b[i]
	}
	return ucs2(swapped), true
}

// asOctets reads one character an octet. What a receipt consists of is the same in ASCII and the GSM 7-bit
// default alphabet, but for the underscore, which is 0x11 there: TS 23.038 §6.2.1.
func asOctets(b []byte, coding DataCoding) (string, bool) {
	s := string(b)
	if coding == CodingDefault {
		s = strings.ReplaceAll(s, "\x11", "_")
	}
	return s, len(b) > 0
}

// asSeptets reads septets packed into octets, some of which data_coding 0 stands for at a few SMSCs.
func asSeptets(b []byte, coding DataCoding) (string, bool) {
	if coding != CodingDefault || len(b) == 0 {
		return "", false
	}
	unpacked := make([]byte, 0, len(b)*8/7)
	bits, have := uint(0), uint(0)
	for _, o := range b {
		bits |= uint(o) << have
		have += 8
		for have >= 7 {
			unpacked = append(unpacked, byte(bits&0x7F))
			bits >>= 7
			have -= 7
		}
	}
	return asOctets(unpacked, coding)
}

// scanText looks for the keys in any order and takes what stands between one and the next.
func (r *Receipt) scanText(s string) (stat bool) {
	at, key, end := nextKey(s, 0)
	for at >= 0 {
		next, nextName, nextEnd := -1, "", 0
		if key != "text" || r.MessageID == "" || r.Stat == "" { // text is last, and may hold anything
			next, nextName, nextEnd = nextKey(s, end)
		}
		value := s[end:]
		if next >= 0 {
			value = s[end:next]
		}
		stat = r.set(key, strings.Trim(value, " \t\r\n\x00;,")) || stat
		at, key, end = next, nextName, nextEnd
	}
	return stat
}

// set takes one key's value, the first time it comes, and reports whether it was a stat that is known. All
// but the dates and the text are one word, and a vendor's own keys may follow it.
func (r *Receipt) set(key, value string) bool {
	if n := strings.IndexByte(value, ' '); n > 0 && key != "text" && !strings.HasSuffix(key, "date") {
		value = value[:n]
	}
	keep := func(field *string) {
		if *field == "" {
			*field = value
		}
	}
	switch key {
	case "id":
		keep(&r.MessageID)
	case "sub":
		keep(&r.Sub)
	case "dlvrd":
		keep(&r.Dlvrd)
	case "submit date":
		keep(&r.SubmitDate)
	case "done date":
		keep(&r.DoneDate)
	case "err":
		keep(&r.Err)
	case "text":
		keep(&r.Text)
	case "stat":
		if r.Stat != "" {
			return false
		}
		state, ok := stateOf(value)
		r.Stat, r.State = value, state
		return ok
	}
	return false
}

// nextKey finds the first key with its colon at or after from: where it starts, which it is, and where its
// value starts. It must stand at the start of a word.
func nextKey(s string, from int) (at int, key string, end int) {
	for colon := from; colon < len(s); colon++ {
		if s[colon] != ':' {
			continue
		}
		for _, k := range receiptKeys {
			start, ok := endsWithKey(s[from:colon], k)
			if ok {
				return from + start, k, colon + 1
			}
		}
	}
	return -1, "", 0
}

// endsWithKey reports whether s ends in the key as a word of its own, in any case, and where it starts.
func endsWithKey(s, key string) (start int, ok bool) {
	s = strings.TrimRight(s, " ")
	i := len(s)
	for j := len(key) - 1; j >= 0; j-- {
		if key[j] == ' ' {
			for i > 0 && (s[i-1] == ' ' || s[i-1] == '_') {
				i--
			}
			continue
		}
		if i == 0 || s[i-1]|0x20 != key[j] {
			return 0, false
		}
		i--
	}
	if i > 0 && (s[i-1] == '_' || s[i-1]|0x20 >= 'a' && s[i-1]|0x20 <= 'z') {
		return 0, false
	}
	return i, true
}

// stateOf reads the stat of Appendix B in any case; its first five letters decide, for SMSCs cut and
// complete the words as they like.
func stateOf(stat string) (MessageState, bool) {
	stat = strings.ToUpper(stat)
	if stat == "FAILED" {
		return StateUndeliverable, true
	}
	switch stat[:min(len(stat), 5)] {
	case "DELIV":
		return StateDelivered, true
	case "EXPIR":
		return StateExpired, true
	case "DELET":
		return StateDeleted, true
	case "UNDEL":
		return StateUndeliverable, true
	case "ACCEP":
		return StateAccepted, true
	case "UNKNO":
		return StateUnknown, true
	case "REJEC":
		return StateRejected, true
	case "ENROU":
		return StateEnroute, true
	case "SCHED":
		return StateScheduled, true
	case "SKIPP":
		return StateSkipped, true
	}
	return StateUnknown, false
}
