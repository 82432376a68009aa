package sim

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// content is what a submit_sm says, and its place in a long message.
type content struct {
	alphabet sms.Alphabet
	payload  []byte // without the user data header
	text     string // octets that are no text are in hex
	part     int    // from 1; 0: the message is in one part
	parts    int
	ref      uint16
	tables   sms.Tables
	form     string // of the concatenation, which are counted apart: "udh8", "udh16" or "sar"
}

// readContent reads the user data of m. On an error the status is what a submit_sm_resp has to say.
func readContent(m *pdu.SubmitSM) (content, pdu.Status, error) {
	c := content{alphabet: alphabetOf(uint8(m.DataCoding)), payload: m.ShortMessage}
	whole, hasPayload := m.TLVs.Get(pdu.TagMessagePayload)
	if hasPayload {
		if len(m.ShortMessage) > 0 {
			return c, pdu.StatusROPTPARNOTALLWD, errors.New("both short_message and message_payload, §5.3.2.32 wants one")
		}
		c.payload = whole
	}
	header := 0
	if uint8(m.ESMClass)&udhi != 0 {
		var err error
		if header, err = c.readUDH(); err != nil {
			return c, pdu.StatusRSUBMITFAIL, err
		}
	}
	if status, err := c.readSAR(m.TLVs); err != nil {
		return c, status, err
	}
	if !hasPayload {
		if err := c.fits(header); err != nil {
			return c, pdu.StatusRINVMSGLEN, err
		}
	}
	switch c.alphabet {
	case sms.GSM7:
		c.text = c.tables.Decode(c.payload)
	case sms.UCS2:
		if len(c.payload)%2 != 0 {
			return c, pdu.StatusRINVMSGLEN, fmt.Errorf("%d octets of UCS2, an odd number", len(c.payload))
		}
		c.text = sms.DecodeUCS2(c.payload)
	case sms.AlphabetAuto:
		c.text = latin1(c.payload)
	default:
		c.text = hex.EncodeToString(c.payload)
	}
	return c, pdu.StatusROK, nil
}

// udhi is the bit of esm_class that announces a user data header, §5.2.12.
const udhi = 0x40

// alphabetOf reads data_coding, §5.2.19, with the GSM groups of TS 23.038 §4. AlphabetAuto stands for
// Latin-1, of which IA5 is a part.
func alphabetOf(dataCoding uint8) sms.Alphabet {
	switch {
	case dataCoding == 0x00:
		return sms.GSM7
	case dataCoding == 0x01, dataCoding == 0x03:
		return sms.AlphabetAuto
	case dataCoding == 0x08:
		return sms.UCS2
	case dataCoding >= 0xC0 && dataCoding <= 0xDF: // message waiting, GSM 7-bit
		return sms.GSM7
	case dataCoding >= 0xE0 && dataCoding <= 0xEF: // message waiting, UCS2
		return sms.UCS2
	case dataCoding >= 0xF0 && dataCoding&0x04 == 0: // message class, GSM 7-bit
		return sms.GSM7
	}
	return sms.Octets
}

func latin1(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}

// fits reports an error when the user data is longer than the 140 octets of one short message. GSM7
// travels here with one septet in each octet and is packed on the radio path, behind a header that is
// filled up to a septet boundary: TS 23.040 §9.2.3.24.
func (c *content) fits(header int) error {
	if c.alphabet == sms.GSM7 || c.alphabet == sms.AlphabetAuto {
		if room := 160 - (header*8+6)/7; len(c.payload) > room {
			return fmt.Errorf("%d septets, %d fit", len(c.payload), room)
		}
		return nil
	}
	if room := 140 - header; len(c.payload) > room {
		return fmt.Errorf("%d octets, %d fit", len(c.payload), room)
	}
	return nil
}

// readUDH takes the user data header off the payload and returns its length with the UDHL:
// TS 23.040 §9.2.3.24.
func (c *content) readUDH() (int, error) {
	if len(c.payload) == 0 || 1+int(c.payload[0]) > len(c.payload) {
		return 0, errors.New("esm_class announces a user data header that is longer than the message")
	}
	length := 1 + int(c.payload[0])
	elements := c.payload[1:length]
	c.payload = c.payload[length:]
	for len(elements) > 0 {
		if len(elements) < 2 || len(elements) < 2+int(elements[1]) {
			return 0, fmt.Errorf("user data header: information element 0x%02x ends early", elements[0])
		}
		id, value := elements[0], elements[2:2+int(elements[1])]
		elements = elements[2+len(value):]
		var ref uint16
		switch {
		case id == 0x00 && len(value) == 3:
			ref, c.form = uint16(value[0]), "udh8"
		case id == 0x08 && len(value) == 4:
			ref, c.form = binary.BigEndian.Uint16(value), "udh16"
		case id == 0x24 && len(value) == 1: // national language single shift: TS 23.040 §9.2.3.24.15
			c.tables.Single = sms.Language(value[0])
			continue
		case id == 0x25 && len(value) == 1: // locking shift: §9.2.3.24.16
			c.tables.Locking = sms.Language(value[0])
			continue
		case id == 0x00 || id == 0x08:
			return 0, fmt.Errorf("user data header: concatenation in %d octets", len(value))
		default:
			continue
		}
		if err := c.place(ref, value[len(value)-2], value[len(value)-1]); err != nil {
			return 0, fmt.Errorf("user data header: %w", err)
		}
	}
	return length, nil
}

// readSAR reads the sar_* TLVs, §5.3.2.22 to §5.3.2.24, which exclude a header that says the same.
func (c *content) readSAR(tlvs pdu.TLVs) (pdu.Status, error) {
	ref, hasRef := tlvs.Get(pdu.TagSARMsgRefNum)
	total, hasTotal := tlvs.Get(pdu.TagSARTotalSegments)
	part, hasPart := tlvs.Get(pdu.TagSARSegmentSeqnum)
	switch {
	case !hasRef && !hasTotal && !hasPart:
		return pdu.StatusROK, nil
	case !hasRef || !hasTotal || !hasPart:
		return pdu.StatusRMISSINGOPTPARAM, errors.New("some of the three sar_ parameters are missing")
	case len(ref) != 2 || len(total) != 1 || len(part) != 1:
		return pdu.StatusRINVPARLEN, errors.New("sar_ parameters of a wrong length")
	case c.parts > 0:
		return pdu.StatusRINVOPTPARAMVAL, errors.New("both a concatenation header and sar_ parameters, §5.2.12 forbids it")
	}
	c.form = "sar"
	if err := c.place(binary.BigEndian.Uint16(ref), total[0], part[0]); err != nil {
		return pdu.StatusRINVOPTPARAMVAL, err
	}
	return pdu.StatusROK, nil
}

func (c *content) place(ref uint16, parts, part byte) error {
	if part == 0 || part > parts {
		return fmt.Errorf("part %d of %d", part, parts)
	}
	c.ref, c.parts, c.part = ref, int(parts), int(part)
	return nil
}
