package bridge

import (
	"unicode/utf8"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// read gives in, which came with data_coding 0 from an SMSC whose default alphabet is not GSM 7-bit with a
// septet in each octet, the data_coding that its octets have by the book. Octets that are not of that
// alphabet stay as they are.
func (p *Profile) read(in *Inbound) {
	if in.DataCoding != pdu.CodingDefault {
		return
	}
	udh, text := in.split()
	put := func(coding pdu.DataCoding, text []byte) {
		in.DataCoding = coding
		in.ShortMessage = append(udh[:len(udh):len(udh)], text...)
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
