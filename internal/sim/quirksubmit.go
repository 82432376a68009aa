package sim

import (
	"errors"
	"fmt"
	"strings"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// statusPlus is what an SMSC answers to a plus in an address; no standard has it.
const statusPlus pdu.Status = 0x94

// strictSubmit refuses a submit_sm for what a quirk punishes.
func (s *session) strictSubmit(m *pdu.SubmitSM, c content) refusal {
	header := len(m.ShortMessage) - len(c.payload)
	_, payload := m.TLVs.Get(pdu.TagMessagePayload)
	_, sar := m.TLVs.Get(pdu.TagSARMsgRefNum)
	alphanumeric := sms.TON(m.Source.TON) == sms.TONAlphanumeric
	validity := m.ValidityPeriod
	for _, x := range []struct {
		name    string
		mistake bool
		status  pdu.Status
		why     string
	}{
		{"no-tlvs", len(m.TLVs) > 0, pdu.StatusROPTPARNOTALLWD, "optional parameters"},
		{"no-udh", uint8(m.ESMClass)&udhi != 0, pdu.StatusRINVESMCLASS, "a user data header"},
		{"no-sar", sar, pdu.StatusROPTPARNOTALLWD, "sar_ parameters"},
		{"no-payload", payload, pdu.StatusROPTPARNOTALLWD, "message_payload"},
		{"full-segments", !payload && c.wasteful(header), pdu.StatusRINVMSGLEN, "a segment that is not full, and is not the last"},
		{"whole-characters", c.halved(), pdu.StatusRINVMSGLEN, "half a character at the edge of a segment"},
		{"strict-sender", alphanumeric && m.Source.NPI != 0, pdu.StatusRINVSRCNPI, "a name with a numbering plan"},
		{"no-alphanumeric", alphanumeric, pdu.StatusRINVSRCTON, "a name for a sender"},
		{"no-plus", strings.Contains(m.Dest.Addr+m.Source.Addr, "+"), statusPlus, "a plus in an address"},
		{"no-relative", strings.HasSuffix(validity, "R"), pdu.StatusRINVEXPIRY, "a relative validity_period"},
		{"no-absolute", validity != "" && !strings.HasSuffix(validity, "R"), pdu.StatusRINVEXPIRY, "an absolute validity_period"},
		{"service-type", m.ServiceType != "CMT", pdu.StatusRINVSERTYP, fmt.Sprintf("service_type %q", m.ServiceType)},
	} {
		if x.mistake && s.smsc.faults.happens(x.name) {
			return refusal{status: x.status, fault: x.name, err: errors.New(x.why)}
		}
	}
	return refusal{}
}

// wasteful says whether another character would have fit into a segment that is not the last. header is
// the length of the user data header.
func (c *content) wasteful(header int) bool {
	if c.parts == 0 || c.part == c.parts || c.form == "sar" {
		return false
	}
	switch c.alphabet {
	case sms.GSM7:
		return len(c.payload) < 160-(header*8+6)/7-1 // one may be left by an escape sequence
	case sms.UCS2:
		return len(c.payload) < 140-header-3 // or by a surrogate pair
	}
	return false
}

// halved says whether c begins or ends inside a character.
func (c *content) halved() bool {
	n := len(c.payload)
	switch {
	case n == 0:
	case c.alphabet == sms.GSM7:
		return c.payload[n-1] == 0x1B
	case c.alphabet == sms.UCS2 && n >= 2:
		return c.payload[0]&0xFC == 0xDC || c.payload[n-2]&0xFC == 0xD8
	}
	return false
}

// readAs reads c as an SMSC of another alphabet does.
func (s *session) readAs(m *pdu.SubmitSM, c *content) {
	switch {
	case m.DataCoding == 0 && s.punishes("default-latin1", true):
		c.text = latin1(c.payload)
	case m.DataCoding == 0 && s.punishes("default-packed", true):
		c.text = c.tables.Decode(unpack(c.payload, len(m.ShortMessage)-len(c.payload)))
	case m.DataCoding == 3 && s.punishes("lossy-latin1", true):
		c.text = lossy(c.text)
	}
}

// unpack returns the septets of payload behind a user data header of so many octets, with all that fit:
// TS 23.038 §6.1.2.3.1.
func unpack(payload []byte, header int) []byte {
	var septets []byte
	fill := (7 - header*8%7) % 7
	for bit := fill; bit+7 <= 8*len(payload); bit += 7 {
		v := uint16(payload[bit/8])
		if bit/8+1 < len(payload) {
			v |= uint16(payload[bit/8+1]) << 8
		}
		septets = append(septets, byte(v>>(bit%8))&0x7F)
	}
	// A carriage return in the last seven bits is padding.
	if n := len(septets); n > 0 && (header*8+fill+7*n)%8 == 0 && septets[n-1] == '\r' {
		septets = septets[:n-1]
	}
	return septets
}

// lossy puts question marks for what the GSM 7-bit default alphabet lacks.
func lossy(text string) string {
	return strings.Map(func(r rune) rune {
		if _, _, ok := sms.EncodeGSM7(string(r)); !ok {
			return '?'
		}
		return r
	}, text)
}
