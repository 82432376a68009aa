package sms

import "fmt"

// WaitingKind is what is waiting: TS 23.038 §4, TS 23.040 §9.2.3.24.2.
type WaitingKind uint8

// The kinds. The numbers are kept on flash: they never change.
const (
	WaitingNone  WaitingKind = 0 // the message is no waiting indication
	Voicemail    WaitingKind = 1
	WaitingFax   WaitingKind = 2
	WaitingEmail WaitingKind = 3
	WaitingOther WaitingKind = 4
	VideoMail    WaitingKind = 5 // only in a user data header
)

// String gives the kind in one word.
func (k WaitingKind) String() string {
	names := [...]string{"none", "voicemail", "fax", "email", "other", "videomail"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("WaitingKind(%d)", uint8(k))
}

// Waiting is a message waiting indication: it lights or darkens a lamp of the recipient's phone. The zero
// Waiting is none.
type Waiting struct {
	Kind WaitingKind
	// Active lights the lamp.
	Active bool
	// Count is how many messages wait. 0 with Active: it is not known.
	Count uint8
	// Store has the phone keep the text; without it the text need not even be shown.
	Store bool
	// Profile is the line of the phone, 0 to 3 for the multiple subscriber profiles 1 to 4.
	Profile uint8
}

func (w Waiting) check() error {
	switch {
	case w.Kind > VideoMail:
		return fmt.Errorf("waiting kind %d: must be 0 to 5", uint8(w.Kind))
	case w.Profile > 3:
		return fmt.Errorf("waiting profile %d: must be 0 to 3", w.Profile)
	case w.Kind == WaitingNone && w != (Waiting{}):
		return fmt.Errorf("waiting indication of no kind: must be voicemail, fax, email, other or videomail")
	case w.Count > 0 && !w.Active:
		return fmt.Errorf("waiting indication is off and counts %d: it must be active or count none", w.Count)
	}
	return nil
}

// DCS is the data coding scheme of the message waiting group, 0xC0 to 0xEF, for a text in a: TS 23.038 §4.
// That of UCS2 stores always. ok is false when no value says what w says: for no indication, for video
// mail, for octets, and for UCS2 that need not be stored.
func (w Waiting) DCS(a Alphabet) (dcs byte, ok bool) {
	if w.Kind == WaitingNone || w.Kind > WaitingOther {
		return 0, false
	}
	dcs = byte(w.Kind - Voicemail)
	if w.Active {
		dcs |= 0x08
	}
	switch {
	case a == GSM7 && w.Store:
		return dcs | 0xD0, true
	case a == GSM7:
		return dcs | 0xC0, true
	case a == UCS2 && w.Store:
		return dcs | 0xE0, true
	}
	return 0, false
}

// WaitingOfDCS reads a data coding scheme of the message waiting group.
func WaitingOfDCS(dcs byte) (w Waiting, ok bool) {
	if dcs < 0xC0 || dcs > 0xEF {
		return Waiting{}, false
	}
	return Waiting{Kind: Voicemail + WaitingKind(dcs&3), Active: dcs&0x08 != 0, Store: dcs >= 0xD0}, true
}

// Element is the information element that says all of w: TS 23.040 §9.2.3.24.2.
func (w Waiting) Element() Element {
	kind, extended := byte(w.Kind-Voicemail), byte(0)
	if w.Kind == VideoMail {
		kind, extended = 3, 1
	}
	first := w.Profile<<5 | extended<<2 | kind
	if w.Store {
		first |= 0x80
	}
	count := w.Count
	if w.Active && count == 0 {
		count = 1 // 0 darkens the lamp
	}
	return Element{ID: IEWaiting, Data: []byte{first, count}}
}

// WaitingOfUDH reads the last special SMS message indication of a user data header, or of enhanced voice
// mail information when there is such (TS 23.040 §9.2.3.24.13).
func WaitingOfUDH(udh []byte) (w Waiting, ok bool) {
	elements, _ := Elements(udh)
	enhanced := false
	for _, e := range elements {
		d := e.Data
		switch {
		case e.ID == IEWaiting && len(d) == 2 && !enhanced:
			w = Waiting{Kind: Voicemail + WaitingKind(d[0]&3), Active: d[1] > 0, Count: d[1], Store: d[0]&0x80 != 0, Profile: d[0] >> 5 & 3}
			if d[0]&0x1F == 0x07 {
				w.Kind = VideoMail
			}
			ok = true
		case e.ID == IEVoiceMail && len(d) >= 3:
			if v, fits := enhancedVoiceMail(d); fits {
				w, ok, enhanced = v, true, true
			}
		}
	}
	return w, ok
}

// enhancedVoiceMail reads the number of messages: in a notification it stands behind the mailbox's
// number, in a deletion too.
func enhancedVoiceMail(d []byte) (w Waiting, ok bool) {
	number := (int(d[1]) + 1) / 2 // semi-octets behind length and type
	at := 1 + 2 + number
	if at >= len(d) {
		return Waiting{}, false
	}
	count := d[at]
	return Waiting{Kind: Voicemail, Active: count > 0, Count: count, Store: d[0]&0x10 != 0, Profile: d[0] >> 2 & 3}, true
}
