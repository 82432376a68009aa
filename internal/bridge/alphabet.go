package bridge

import (
	"bytes"
	"unicode/utf8"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// read gives in the data_coding that its octets have by the book, where it came with data_coding 0 from an SMSC
// whose default alphabet is not GSM 7-bit with a septet in each octet, or in UCS2 that is not marked as such or
// not big-endian. Octets that are not of the alphabet stay as they are.
func (p *Profile) read(in *Inbound) {
	udh, text := in.split()
	put := func(coding pdu.DataCoding, text []byte) {
		in.DataCoding = coding
		in.ShortMessage = append(udh[:len(udh):len(udh)], text...)
	}
	switch {
	case in.DataCoding == pdu.CodingUCS2 || in.DataCoding == pdu.CodingDefault && p.Alphabet != AlphabetGSM7Packed && looksUCS2(text):
		put(pdu.CodingUCS2, bigEndian(text))
		return
	case in.DataCoding != pdu.CodingDefault:
		return
	}
	switch p.Alphabet {
	case AlphabetGSM7Packed:
		put(pdu.CodingDefault, sms.UnpackGSM7(text, sms.FillBits(udh), -1))
	case AlphabetASCII:
		put(pdu.CodingIA5, text)
	case AlphabetLatin1:
		put(pdu.CodingLatin1, text)
	case AlphabetWindows1252:
		runes := make([]rune, len(text))
		for i, o := range text {
			if runes[i] = rune(o); o >= 0x80 && o < 0xA0 {
				runes[i] = windows1252[o-0x80]
			}
		}
		put(pdu.CodingUCS2, sms.EncodeUCS2(string(runes)))
	case AlphabetUTF8:
		if utf8.Valid(text) {
			put(pdu.CodingUCS2, sms.EncodeUCS2(string(text)))
		}
	}
}

// windows1252 are the characters at 0x80 to 0x9F, where Latin-1 has none; U+FFFD where this has none either.
var windows1252 = [32]rune{
	'€', 0xFFFD, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0xFFFD, 'Ž', 0xFFFD,
	0xFFFD, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0xFFFD, 'ž', 'Ÿ',
}

// looksUCS2 reports whether what came under data_coding 0 is UCS2 all the same, which some SMSCs leave at that:
// it begins with a byte order mark, or the first octet of each of its characters is that of Latin text or of
// one script up to Arabic, or of punctuation or a surrogate pair beside it. As septets every other character
// of such a text would be the same sign.
func looksUCS2(text []byte) bool {
	if len(text) < 4 || len(text)%2 != 0 {
		return false
	}
	if text[0] == 0xFE && text[1] == 0xFF || text[0] == 0xFF && text[1] == 0xFE {
		return true
	}
	var script byte
	for i := 0; i < len(text); i += 2 {
		switch high := text[i]; {
		case high == 0x00 && text[i+1] >= ' ', high == 0x20, high >= 0xD8 && high <= 0xDF:
		case high == 0x00 && (text[i+1] == '\n' || text[i+1] == '\r'):
		case high >= 0x01 && high <= 0x06 && (script == 0 || script == high):
			script = high
		default:
			return false
		}
	}
	return text[0] <= 0x06 && (script != 0 || text[0] == 0)
}

// bigEndian is text in UCS2 as the standard has it: without a byte order mark, and turned round where that or a
// zero behind each of its characters says that it is the other way.
func bigEndian(text []byte) []byte {
	switch {
	case bytes.HasPrefix(text, []byte{0xFE, 0xFF}):
		return text[2:]
	case bytes.HasPrefix(text, []byte{0xFF, 0xFE}):
		text = text[2:]
	default:
		if len(text) < 4 || len(text)%2 != 0 {
			return text
		}
		for i := 1; i < len(text); i += 2 {
			if text[i] != 0 {
				return text
			}
		}
	}
	turned := make([]byte, len(text)&^1)
	for i := 0; i+1 < len(text); i += 2 {
		turned[i], turned[i+1] = text[i+1], text[i]
	}
	return turned
}
