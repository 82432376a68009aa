package pdu

import "strings"

// Receipt is what an SMSC delivery receipt or an intermediate notification tells: SMPP 3.4 Appendix B,
// §5.2.12.
type Receipt struct {
	// MessageID is the message_id of the message it is about, as it came: an SMSC may write the same
	// number in another base than in its submit_sm_resp. Empty when the receipt has none.
	MessageID string
	// State is what became of the message; StateUnknown also when the receipt does not tell.
	State MessageState
	// Stat is the word of the text that State was read from, "DELIVRD"; empty when it was a TLV.
	Stat string
	// Err is the text's err, as it came, "000"; empty when there is none.
	Err string
	// NetworkError is network_error_code; zero when there is none.
	NetworkError NetworkErrorCode
	// UserMessageReference is the reference given in submit_sm, when HasReference.
	UserMessageReference uint16
	HasReference         bool
	// Sub and Dlvrd are how many messages were submitted and delivered, as they came.
	Sub, Dlvrd string
	// SubmitDate and DoneDate are as they came, YYMMDDhhmm at most SMSCs, in the SMSC's local time.
	SubmitDate, DoneDate string
	// Text is the start of the message's own text.
	Text string
	// Intermediate says the message may still reach another state.
	Intermediate bool
	// Raw is the whole text of the receipt.
	Raw string
}

// ParseReceipt reads m as a delivery receipt, and reports whether it is one. The TLVs win over the text,
// which may be in short_message or message_payload; Appendix B leaves its form to the vendor, so its
// parts may come in any order and all but one may be missing.
//
// By esm_class m is a receipt when the message type in bits 5-2 says so; bits 7-6 and 1-0 do not matter.
// Since some SMSCs leave it zero, a m of the default type is one too when it has receipted_message_id, or a
// text with both an id and a stat this package knows. A person can write such a text as well: trust a
// receipt only when its MessageID is one the SMSC gave.
func ParseReceipt(m *DeliverSM) (Receipt, bool) {
	kind := m.ESMClass.Type()
	marked := kind == ESMTypeReceipt || kind == ESMTypeIntermediate || kind == ESMTypeDeliveryAck
	if !marked && kind != ESMTypeDefault {
		return Receipt{}, false
	}
	text := m.UserData()
	if m.ESMClass.UDHI() && len(text) > 0 && int(text[0]) < len(text) {
		text = text[1+int(text[0]):]
	}
	var r Receipt
	stat := r.scan(text, m.DataCoding)
	id, hasID := m.TLVs.ReceiptedMessageID()
	state, hasState := m.TLVs.MessageState()
	if !marked && !hasID && (r.MessageID == "" || !stat) {
		return Receipt{}, false
	}
	if hasID && id != "" {
		r.MessageID = id
	}
	if hasState {
		r.State, r.Stat = state, ""
	}
	r.NetworkError, _ = m.TLVs.NetworkErrorCode()
	r.UserMessageReference, r.HasReference = m.TLVs.UserMessageReference()
	r.Intermediate = kind == ESMTypeIntermediate || r.State == StateEnroute || r.State == StateScheduled
	// An acknowledgement without an id and a state is a reply of the handset, not a receipt.
	if kind == ESMTypeDeliveryAck && r.MessageID == "" {
		return Receipt{}, false
	}
	return r, true
}

// receiptKeys are the words of Appendix B; spaces in them may be missing or be underscores.
var receiptKeys = [...]string{"id", "sub", "dlvrd", "submit date", "done date", "stat", "err", "text"}

// scan fills r from the text of a receipt in whichever alphabet it reads as one, and reports whether it
// has a stat that is known.
func (r *Receipt) scan(text []byte, coding DataCoding) bool {
	for _, s := range readings(text, coding) {
		try := Receipt{Raw: s, State: StateUnknown}
		stat := try.scanText(s)
		if r.Raw == "" || try.MessageID != "" || stat {
			*r = try
		}
		if stat {
			return true
		}
	}
	return false
}

// readings are the texts that the octets may mean, the likeliest first.
func readings(b []byte, coding DataCoding) []string {
	texts := []string{string(b)}
	if len(b) >= 4 && len(b)%2 == 0 && (coding == CodingUCS2 || b[0] == 0 && b[2] == 0) {
		texts = append([]string{ucs2(b)}, texts...)
	}
	if coding == CodingDefault && len(b) > 0 {
		texts = append(texts, unpack7(b))
	}
	return texts
}

// unpack7 reads septets packed into octets, as if they were ASCII: what a receipt has in it is the same in
// the GSM 7-bit default alphabet.
func unpack7(b []byte) string {
	var s strings.Builder
	bits, have := uint(0), uint(0)
	for _, o := range b {
		bits |= uint(o) << have
		have += 8
		for have >= 7 {
			s.WriteByte(byte(bits & 0x7F))
			bits >>= 7
			have -= 7
		}
	}
	return s.String()
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
