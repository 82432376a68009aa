package pdu

import "fmt"

// DataCoding is data_coding: SMPP 3.4 §5.2.19. On GSM networks the values from 0xC0 are the data coding
// schemes of TS 23.038 §4.
type DataCoding uint8

// The values of data_coding below 0xC0.
const (
	CodingDefault     DataCoding = 0x00 // the SMSC's default alphabet, GSM 7-bit at most
	CodingIA5         DataCoding = 0x01 // ASCII
	CodingOctets1     DataCoding = 0x02 // 8-bit binary (TDMA, CDMA)
	CodingLatin1      DataCoding = 0x03
	CodingOctets      DataCoding = 0x04 // 8-bit binary
	CodingJIS         DataCoding = 0x05
	CodingCyrillic    DataCoding = 0x06 // ISO-8859-5
	CodingHebrew      DataCoding = 0x07 // ISO-8859-8
	CodingUCS2        DataCoding = 0x08
	CodingPictogram   DataCoding = 0x09
	CodingISO2022JP   DataCoding = 0x0A
	CodingExtendedJIS DataCoding = 0x0D
	CodingKSC5601     DataCoding = 0x0E
)

// Waiting is the waiting indication of the values from 0xC0 to 0xEF, and whether the handset is to keep the
// text.
func (d DataCoding) Waiting() (lamp MsMsgWaitFacilities, store, ok bool) {
	if d < 0xC0 || d >= 0xF0 {
		return 0, false, false
	}
	return WaitingFacilities(Waiting(d&3), d&8 != 0), d >= 0xD0, true
}

// Class is the message class of the values from 0xF0 on: 0 shown at once, 1 for the handset, 2 for the SIM, 3
// for the terminal.
func (d DataCoding) Class() (class uint8, ok bool) { return uint8(d & 3), d >= 0xF0 }

// String names the alphabet, the message class or the waiting indication.
func (d DataCoding) String() string {
	names := [...]string{
		"SMSC default alphabet", "IA5", "8-bit binary", "Latin-1", "8-bit binary", "JIS", "ISO-8859-5",
		"ISO-8859-8", "UCS2", "pictogram", "ISO-2022-JP", "", "", "extended Kanji JIS", "KS C 5601",
	}
	if int(d) < len(names) && names[d] != "" {
		return names[d]
	}
	if class, ok := d.Class(); ok {
		alphabet := "default alphabet"
		if d&4 != 0 {
			alphabet = "8-bit binary"
		}
		return fmt.Sprintf("%s, message class %d", alphabet, class)
	}
	if lamp, _, ok := d.Waiting(); ok {
		group := [3]string{"discard", "store", "store, UCS2"}[(d-0xC0)>>4]
		return fmt.Sprintf("message waiting (%s): %v", group, lamp)
	}
	return "reserved"
}
