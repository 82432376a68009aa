package sms

import "fmt"

// Alphabet is how the user data of a message is written: TS 23.038 §4.
type Alphabet uint8

// The alphabets. The numbers are kept on flash: they never change.
const (
	AlphabetAuto Alphabet = 0 // GSM7 when every character fits, else UCS2; Octets for Data
	GSM7         Alphabet = 1 // GSM 7-bit default alphabet with its extension table
	UCS2         Alphabet = 2 // 16-bit units, big-endian; a character beyond U+FFFF is a surrogate pair
	Octets       Alphabet = 3 // 8-bit data
)

const alphabets = "auto, gsm7, ucs2 or octets"

// String gives the alphabet in one word.
func (a Alphabet) String() string {
	switch a {
	case AlphabetAuto:
		return "auto"
	case GSM7:
		return "gsm7"
	case UCS2:
		return "ucs2"
	case Octets:
		return "octets"
	}
	return fmt.Sprintf("Alphabet(%d)", uint8(a))
}

// ParseAlphabet reads what String writes.
func ParseAlphabet(s string) (Alphabet, error) {
	for a := AlphabetAuto; a <= Octets; a++ {
		if s == a.String() {
			return a, nil
		}
	}
	return 0, fmt.Errorf("sms: alphabet %q: must be %s", s, alphabets)
}

// MarshalText writes the alphabet as String does; a number that is no alphabet is an error.
func (a Alphabet) MarshalText() ([]byte, error) {
	if a > Octets {
		return nil, fmt.Errorf("sms: alphabet %d: must be %s", uint8(a), alphabets)
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (a *Alphabet) UnmarshalText(text []byte) (err error) {
	*a, err = ParseAlphabet(string(text))
	return err
}

// DCSBits is the alphabet in bits 3 and 2 of a data coding scheme of the general group: TS 23.038 §4.
// AlphabetAuto has none and gives 0, as GSM7 does.
func (a Alphabet) DCSBits() byte {
	switch a {
	case UCS2:
		return 0x08
	case Octets:
		return 0x04
	}
	return 0x00
}

// MessageClass says where the phone is to put the message: TS 23.038 §4. It has nothing to do with
// Class, which says how urgent it is.
type MessageClass uint8

// The message classes. The numbers are kept on flash: they never change.
const (
	ClassNone MessageClass = 0 // the phone decides
	Flash     MessageClass = 1 // class 0: shown at once, not stored
	ClassME   MessageClass = 2 // class 1: stored in the phone
	ClassSIM  MessageClass = 3 // class 2: stored on the SIM
	ClassTE   MessageClass = 4 // class 3: passed on to the terminal behind the phone
)

const messageClasses = "none, flash, me, sim or te"

// String gives the message class in one word.
func (c MessageClass) String() string {
	switch c {
	case ClassNone:
		return "none"
	case Flash:
		return "flash"
	case ClassME:
		return "me"
	case ClassSIM:
		return "sim"
	case ClassTE:
		return "te"
	}
	return fmt.Sprintf("MessageClass(%d)", uint8(c))
}

// ParseMessageClass reads what String writes.
func ParseMessageClass(s string) (MessageClass, error) {
	for c := ClassNone; c <= ClassTE; c++ {
		if s == c.String() {
			return c, nil
		}
	}
	return 0, fmt.Errorf("sms: message class %q: must be %s", s, messageClasses)
}

// MarshalText writes the message class as String does; a number that is none is an error.
func (c MessageClass) MarshalText() ([]byte, error) {
	if c > ClassTE {
		return nil, fmt.Errorf("sms: message class %d: must be %s", uint8(c), messageClasses)
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (c *MessageClass) UnmarshalText(text []byte) (err error) {
	*c, err = ParseMessageClass(string(text))
	return err
}

// DCSBits is the message class in bits 4, 1 and 0 of a data coding scheme of the general group:
// TS 23.038 §4. Together with an alphabet it makes a whole octet: c.DCSBits() | a.DCSBits() is
// 0x10 for a flash text in GSM7, 0x18 for one in UCS2. ClassNone gives 0.
func (c MessageClass) DCSBits() byte {
	if c == ClassNone || c > ClassTE {
		return 0
	}
	return 0x10 | byte(c-1)
}

// DCSControl is the data coding scheme of the message class group, 0xF0 to 0xF7: TS 23.038 §4, and the
// only form of it that SMPP 3.4 §5.2.19 knows. It is false for ClassNone and for UCS2, which that
// group has no place for.
func (c MessageClass) DCSControl(a Alphabet) (byte, bool) {
	if c == ClassNone || c > ClassTE {
		return 0, false
	}
	switch a {
	case GSM7:
		return 0xF0 | byte(c-1), true
	case Octets:
		return 0xF4 | byte(c-1), true
	}
	return 0, false
}
