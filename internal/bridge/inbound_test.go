package bridge

import (
	"testing"

	"smppagent/internal/pdu"
)

// What people read of an inbound message, by its data_coding (SMPP 3.4 §5.2.19).
func TestInboundText(t *testing.T) {
	for _, c := range []struct {
		coding pdu.DataCoding
		octets string
		want   string
	}{
		{pdu.CodingDefault, "5 \x01 \x00 gr\x7c\x1eer \x1be", "5 £ @ größer €"},
		{pdu.CodingIA5, "$5 @ home\r\n", "$5 @ home\r\n"},
		{pdu.CodingIA5, "5 \x01 \x00 gr\x7c\x1eer \x1be", "5 £ @ größer €"}, // the GSM alphabet by another name
		{pdu.CodingLatin1, "5 \xa3 gr\xf6\xdfer", "5 £ größer"},
		{pdu.CodingUCS2, "\x04\x14\x04\x30", "Да"},
		{pdu.CodingOctets, "\x00\xff", "00ff"},
	} {
		in := Inbound{DataCoding: c.coding, ShortMessage: []byte(c.octets)}
		if got := in.Text(); got != c.want {
			t.Errorf("data_coding %d, %x: got %q, want %q", c.coding, c.octets, got, c.want)
		}
	}
}
