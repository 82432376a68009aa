package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"strconv"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// shownText is the text of a message and what comes before it.
type shownText struct {
	Header   []shownElement `json:"header,omitempty"` // the user data header
	Alphabet string         `json:"alphabet"`         // in which it was read, and why
	Text     string         `json:"text"`             // hex when it is no text
	Note     string         `json:"note,omitempty"`   // what is wrong with it
	Receipt  *shownReceipt  `json:"receipt,omitempty"`
}

// shownElement is an information element.
type shownElement struct {
	Name   string `json:"name"`
	Octets string `json:"octets"` // hex
	Value  string `json:"value,omitempty"`
}

// shownReceipt is what a delivery receipt tells.
type shownReceipt struct {
	MessageID string `json:"message_id"`
	State     string `json:"state"`
	Err       string `json:"err,omitempty"`
	Submitted string `json:"submitted,omitempty"` // as it came
	Done      string `json:"done,omitempty"`
}

// textOf is the text of a PDU that carries one; nil for others.
func textOf(p pdu.PDU) *shownText {
	var receipt pdu.Receipt
	var t *shownText
	is := false
	switch m := p.(type) {
	case *pdu.SubmitSM:
		t = readText(m.UserData(), m.ESMClass.UDHI(), m.DataCoding)
	case *pdu.SubmitMulti:
		t = readText(m.UserData(), m.ESMClass.UDHI(), m.DataCoding)
	case *pdu.DeliverSM:
		t = readText(m.UserData(), m.ESMClass.UDHI(), m.DataCoding)
		receipt, is = pdu.ParseReceipt(m)
	case *pdu.DataSM:
		t = readText(m.UserData(), m.ESMClass.UDHI(), m.DataCoding)
		receipt, is = pdu.ParseDataReceipt(m)
	}
	if is {
		if t == nil {
			t = &shownText{Alphabet: "no text"}
		}
		t.Receipt = &shownReceipt{
			receipt.MessageID, receipt.State.String(), receipt.Err, receipt.SubmitDate, receipt.DoneDate,
		}
	}
	return t
}

// readText reads user data; none is nil.
func readText(b []byte, udhi bool, coding pdu.DataCoding) *shownText {
	if len(b) == 0 {
		return nil
	}
	t := &shownText{}
	var tables sms.Tables
	if udhi {
		if n := 1 + int(b[0]); n <= len(b) {
			t.header(b[:n])
			tables = sms.TablesOf(b[:n])
			b = b[n:]
		} else {
			t.Note = fmt.Sprintf("a user data header of %d octets in %d", n, len(b))
		}
	}
	switch {
	case coding == pdu.CodingDefault:
		t.Alphabet = "GSM 7-bit default alphabet, one septet an octet (data_coding 0 is the SMSC's own alphabet, this one with most)"
		t.Text = tables.Decode(b)
	case coding == pdu.CodingIA5:
		t.Alphabet, t.Text = "IA5 (ASCII)", string(b)
	case coding == pdu.CodingLatin1:
		t.Alphabet = "Latin-1"
		runes := make([]rune, len(b))
		for i, o := range b {
			runes[i] = rune(o)
		}
		t.Text = string(runes)
	case coding == pdu.CodingUCS2 || coding >= 0xE0 && coding < 0xF0:
		t.Alphabet, t.Text = "UCS2", sms.DecodeUCS2(b)
		if len(b)%2 != 0 {
			t.Note = "an odd number of octets"
		}
	case coding >= 0xC0 && coding < 0xE0 || coding >= 0xF0 && coding&4 == 0:
		t.Alphabet, t.Text = "GSM 7-bit default alphabet, one septet an octet", tables.Decode(b)
	default:
		t.Alphabet, t.Text = coding.String()+", in hex", hex.EncodeToString(b)
	}
	return t
}

// header names the elements of a user data header.
func (t *shownText) header(udh []byte) {
	elements, ok := sms.Elements(udh)
	if !ok {
		t.Note = "the user data header does not end where its elements do"
	}
	for _, e := range elements {
		s := shownElement{Name: e.ID.String(), Octets: hex.EncodeToString(e.Data)}
		one, err := sms.UDH(e)
		if err == nil {
			s.Value = elementValue(one)
		}
		t.Header = append(t.Header, s)
	}
}

// elementValue says what the only element of a user data header means; "" when that is not known.
func elementValue(udh []byte) string {
	if p, ok := sms.PartOf(udh); ok {
		return fmt.Sprintf("message %d, segment %d of %d", p.Ref, p.Seq, p.Total)
	}
	if dest, source, ok := sms.PortsOf(udh); ok {
		return fmt.Sprintf("to port %d, from %d", dest, source)
	}
	if w, ok := sms.WaitingOfUDH(udh); ok {
		return fmt.Sprintf("%v: %d waiting", w.Kind, w.Count)
	}
	if t := sms.TablesOf(udh); t != (sms.Tables{}) {
		return fmt.Sprintf("locking %v, single %v", t.Locking, t.Single)
	}
	return ""
}

// print writes the text below the table.
func (t *shownText) print(w io.Writer) {
	for _, e := range t.Header {
		value := ""
		if e.Value != "" {
			value = ": " + e.Value
		}
		fmt.Fprintf(w, "       user data header: %s, %s%s\n", e.Name, e.Octets, value)
	}
	if t.Text != "" {
		fmt.Fprintf(w, "       text in %s:\n       %s\n", t.Alphabet, strconv.Quote(t.Text))
	}
	if t.Note != "" {
		fmt.Fprintf(w, "       <- %s\n", t.Note)
	}
	if r := t.Receipt; r != nil {
		fmt.Fprintf(w, "       receipt for %q: %s", r.MessageID, r.State)
		if r.Err != "" {
			fmt.Fprintf(w, ", err %s", r.Err)
		}
		if r.Done != "" {
			fmt.Fprintf(w, ", done %s", r.Done)
		}
		fmt.Fprintln(w)
	}
}
