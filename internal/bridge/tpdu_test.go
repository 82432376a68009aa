package bridge

import (
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/modem/tpdu"
	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

func rowOctets(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What an SMS-SUBMIT becomes, field by field: one row for each field of the TPDU. The submit_sm is what
// Wireshark reads of it.
var submitRows = []struct {
	name    string
	pdu     string // from the first octet on
	profile func(*Profile)
	want    string // data_coding, esm_class, registered_delivery, protocol_id, short_message, TLVs in hex
}{
	{name: "text", pdu: "01 00 0C91447700094065 00 00 03 E1F11C", want: "00 00 00 00 616373"},
	{name: "TP-SRR", pdu: "21 00 0C91447700094065 00 00 01 61", want: "00 00 01 00 61"},
	{name: "TP-RP", pdu: "81 00 0C91447700094065 00 00 01 61", want: "00 80 00 00 61"},
	{name: "TP-PID", pdu: "01 00 0C91447700094065 41 00 01 61", want: "00 00 00 41 61"},
	{name: "escape", pdu: "01 00 0C91447700094065 00 00 02 9B32", want: "00 00 00 00 1b65"},
	{name: "8-bit", pdu: "01 00 0C91447700094065 00 04 02 00FF", want: "04 00 00 00 00ff"},
	{name: "8-bit, class", pdu: "01 00 0C91447700094065 00 15 02 00FF", want: "f5 00 00 00 00ff"},
	{name: "8-bit, class group", pdu: "01 00 0C91447700094065 00 F6 02 00FF", want: "f6 00 00 00 00ff"},
	{name: "UCS2", pdu: "01 00 0C91447700094065 00 08 02 0449", want: "08 00 00 00 0449"},
	{name: "UCS2, flash", pdu: "01 00 0C91447700094065 00 18 02 0449", want: "08 00 00 00 0449 0005=01"},
	{name: "UCS2, class 2", pdu: "01 00 0C91447700094065 00 1A 02 0449", want: "08 00 00 00 0449 0005=03"},
	{name: "flash", pdu: "01 00 0C91447700094065 00 10 01 61", want: "f0 00 00 00 61"},
	{name: "class group", pdu: "01 00 0C91447700094065 00 F2 01 61", want: "f2 00 00 00 61"},
	{name: "flash in Latin-1", pdu: "01 00 0C91447700094065 00 10 01 04", profile: func(p *Profile) { p.Alphabet = AlphabetLatin1 }, want: "00 00 00 00 e8 0005=01"},
	{name: "compressed", pdu: "01 00 0C91447700094065 00 20 02 00FF", want: "04 00 00 00 00ff"},
	{name: "reserved coding", pdu: "01 00 0C91447700094065 00 8C 01 61", want: "00 00 00 00 61"},
	{name: "lamp, discard", pdu: "01 00 0C91447700094065 00 C8 01 61", want: "c8 00 00 00 61 0030=80"},
	{name: "lamp, store", pdu: "01 00 0C91447700094065 00 D9 01 61", want: "d9 00 00 00 61 0030=81"},
	{name: "lamp off", pdu: "01 00 0C91447700094065 00 C0 01 61", want: "c0 00 00 00 61 0030=00 0304=00"},
	{name: "lamp in UCS2", pdu: "01 00 0C91447700094065 00 E8 02 0449", want: "08 00 00 00 0449 0030=80"},
	{name: "lamp by header", pdu: "41 00 0C91447700094065 00 04 06 0401020003 61", want: "04 40 00 00 040102000361 0030=80 0304=03"},
	{name: "video mail", pdu: "41 00 0C91447700094065 00 04 06 0401020703 61", want: "04 40 00 00 040102070361 0030=83 0304=03"},
	{name: "segment, 8-bit reference", pdu: "41 00 0C91447700094065 00 00 08 0500032A0201 C2", want: "00 40 00 00 0500032a020161"},
	{name: "segment, 16-bit reference", pdu: "41 00 0C91447700094065 00 00 09 06080412AB0201 61", want: "00 40 00 00 06080412ab020161"},
	{name: "segment, by parameters", pdu: "41 00 0C91447700094065 00 00 08 0500032A0201 C2",
		profile: func(p *Profile) { p.Concatenation = SAR }, want: "00 00 00 00 61 020c=002a 020e=02 020f=01"},
	{name: "segment, payload", pdu: "41 00 0C91447700094065 00 00 08 0500032A0201 C2",
		profile: func(p *Profile) { p.Concatenation = Payload }, want: "00 40 00 00 0500032a020161"},
	{name: "segment, Latin-1", pdu: "41 00 0C91447700094065 00 00 08 0500032A0201 08",
		profile: func(p *Profile) { p.Alphabet = AlphabetLatin1 }, want: "00 40 00 00 0500032a0201e8"},
	{name: "ports", pdu: "41 00 0C91447700094065 00 04 08 0605042710 4E20 61", want: "04 40 00 00 06050427104e2061"},
	{name: "ports, by parameters", pdu: "41 00 0C91447700094065 00 04 08 0605042710 4E20 61",
		profile: func(p *Profile) { p.Concatenation = SAR }, want: "04 00 00 00 61 020a=4e20 020b=2710"},
	{name: "unknown element, by parameters", pdu: "41 00 0C91447700094065 00 04 06 04700200AA 61",
		profile: func(p *Profile) { p.Concatenation = SAR }, want: "04 40 00 00 04700200aa61"},
	{name: "Turkish", pdu: "41 00 0C91447700094065 00 00 06 03250101 E000", want: "08 00 00 00 015e"},
	{name: "Turkish, passed", pdu: "41 00 0C91447700094065 00 00 06 03250101 E000",
		profile: func(p *Profile) { p.LanguageTables = true }, want: "00 40 00 00 032501011c"},
	{name: "Turkish segment", pdu: "41 00 0C91447700094065 00 00 0C 0800032A0201250101 8003",
		want: "00 40 00 00 0800032a02012501011c"},
	{name: "Turkish segment, UTF-8", pdu: "41 00 0C91447700094065 00 00 0C 0800032A0201250101 8003",
		profile: func(p *Profile) { p.Alphabet = AlphabetUTF8 }, want: "08 00 00 00 015e"},
	{name: "half an escape", pdu: "01 00 0C91447700094065 00 00 01 1B", want: "00 00 00 00 1b"},
	{name: "half an escape, Latin-1", pdu: "01 00 0C91447700094065 00 00 01 1B",
		profile: func(p *Profile) { p.Alphabet = AlphabetLatin1 }, want: "00 00 00 00 20"},
	{name: "letter that Latin-1 lacks", pdu: "01 00 0C91447700094065 00 00 01 15",
		profile: func(p *Profile) { p.Alphabet = AlphabetLatin1 }, want: "08 00 00 00 03a9"},
	{name: "parameters refused", pdu: "01 00 0C91447700094065 00 C8 01 61", profile: func(p *Profile) { p.TLVs = TLVsNever }, want: "c8 00 00 00 61"},
}

// submitSM is the submit_sm of a row.
func submitSM(t *testing.T, i int) *pdu.SubmitSM {
	t.Helper()
	row := submitRows[i]
	s, err := tpdu.ParseSubmit(rowOctets(t, row.pdu))
	if err != nil {
		t.Fatalf("%s: %v", row.name, err)
	}
	m := new(tracked)
	if m.msg, err = s.Message(time.Now()); err != nil {
		t.Fatalf("%s: %v", row.name, err)
	}
	p := DefaultProfile()
	if row.profile != nil {
		row.profile(&p)
	}
	b := &Bridge{cfg: Default()}
	l := &link{Link: Link{Profile: p}}
	parts, err := p.parts(&m.msg, true)
	if err != nil || len(parts) != 1 {
		t.Fatalf("%s: %d parts, %v", row.name, len(parts), err)
	}
	return b.compose(l, m, parts[0])
}

func TestSubmitRows(t *testing.T) {
	for i, row := range submitRows {
		s := submitSM(t, i)
		got := fmt.Sprintf("%02x %02x %02x %02x %x", uint8(s.DataCoding), uint8(s.ESMClass), uint8(s.RegisteredDelivery), s.ProtocolID, s.ShortMessage)
		for _, v := range s.TLVs {
			if v.Tag != pdu.TagUserMessageReference {
				got += fmt.Sprintf(" %04x=%x", uint16(v.Tag), v.Value)
			}
		}
		if got != row.want || s.Dest != (pdu.Address{TON: 1, NPI: 1, Addr: "447700900456"}) {
			t.Errorf("%s: got %s\nwant %s", row.name, got, row.want)
		}
	}
}

// Wireshark reads every submit_sm of the rows as we meant it, and finds none malformed.
func TestSubmitRowsTshark(t *testing.T) {
	var pdus [][]byte
	for i := range submitRows {
		b, err := pdu.Append(nil, pdu.StatusROK, uint32(i+1), submitSM(t, i))
		if err != nil {
			t.Fatal(err)
		}
		pdus = append(pdus, b)
	}
	out := tshark(t, pdus, "smpp.data_coding", "smpp.esm.submit.features", "smpp.regdel.receipt", "smpp.protocol_id", "_ws.malformed")
	for i, row := range submitRows {
		var coding, esm, reg, pid uint8
		if _, err := fmt.Sscanf(row.want, "%x %x %x %x", &coding, &esm, &reg, &pid); err != nil {
			t.Fatal(err)
		}
		f := strings.Split(out[i], ";")
		var got [4]uint64
		for k := range got {
			_, _ = fmt.Sscanf(f[k], "%v", &got[k])
		}
		if got != [4]uint64{uint64(coding), uint64(esm >> 6), uint64(reg), uint64(pid)} || f[4] != "" {
			t.Errorf("%s: tshark reads %s, want %s", row.name, out[i], row.want)
		}
	}
}

// tshark gives for each PDU the fields that Wireshark's dissector finds, separated by semicolons.
func tshark(t *testing.T, pdus [][]byte, fields ...string) []string {
	t.Helper()
	for _, program := range []string{"tshark", "text2pcap"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is missing: apt-get install tshark", program)
			}
			t.Skipf("%s is missing: apt-get install tshark", program)
		}
	}
	var dump strings.Builder
	for _, p := range pdus {
		for at := 0; at < len(p); at += 16 {
			fmt.Fprintf(&dump, "%06x % x\n", at, p[at:min(at+16, len(p))])
		}
	}
	dir := t.TempDir()
	text, pcap := filepath.Join(dir, "pdus.txt"), filepath.Join(dir, "pdus.pcap")
	if err := os.WriteFile(text, []byte(dump.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("text2pcap", "-q", "-T", "40000,2775", text, pcap).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	args := []string{"-n", "-r", pcap, "-d", "tcp.port==2775,smpp", "-T", "fields", "-E", "separator=;", "-E", "occurrence=f"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(pdus) {
		t.Fatalf("tshark reads %d PDUs of %d", len(lines), len(pdus))
	}
	return lines
}

// A text that grows when it leaves its tables is cut anew.
func TestLanguageGrows(t *testing.T) {
	m := sms.Message{To: sms.Address{TON: 1, NPI: 1, Addr: "905551234567"}, Text: strings.Repeat("ş", 150), Tables: sms.Tables{Locking: sms.Turkish}}
	p := DefaultProfile()
	parts, err := p.parts(&m, true)
	if err != nil || len(parts) != 3 || parts[0].coding != pdu.CodingUCS2 {
		t.Errorf("got %d parts, %v", len(parts), err)
	}
	p.LanguageTables = true
	if parts, err = p.parts(&m, true); err != nil || len(parts) != 1 || parts[0].coding != pdu.CodingDefault {
		t.Errorf("got %d parts, %v", len(parts), err)
	}
}

// validity_period from TP-Validity-Period: TS 23.040 §9.2.3.12.1.
func TestSubmitValidity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for vp, want := range map[byte]string{0: "000000000500000R", 143: "000000120000000R", 167: "000001000000000R", 168: "000002000000000R", 197: "000105000000000R"} {
			s, err := tpdu.ParseSubmit([]byte{0x11, 0, 2, 0x81, 0x21, 0, 0, vp, 1, 0x61})
			if err != nil {
				t.Fatal(err)
			}
			m, err := s.Message(time.Now())
			if err != nil {
				t.Fatal(err)
			}
			p := DefaultProfile()
			if got := p.validity(&m, time.Now().Add(m.Validity), time.Now()); got != want {
				t.Errorf("%d: got %s, want %s", vp, got, want)
			}
		}
	})
}

// What a deliver_sm becomes on the phone's side: one row for each field.
func TestDeliverRows(t *testing.T) {
	phone, site := pdu.Address{TON: 1, NPI: 1, Addr: "447700900123"}, pdu.Address{NPI: 1, Addr: "1234"}
	tlvs := func(pairs ...any) (t pdu.TLVs) {
		for i := 0; i < len(pairs); i += 2 {
			t.Add(pairs[i].(pdu.Tag), []byte(pairs[i+1].(string)))
		}
		return t
	}
	const head = "0C91447700091032"
	tests := []struct {
		name string
		in   Inbound
		want string // the TPDU without TP-SCTS
	}{
		{"text", Inbound{ShortMessage: []byte("a\x1be")}, "04" + head + "0000 03 E14D19"},
		{"protocol_id, reply path", Inbound{ESMClass: pdu.ESMReplyPath, ProtocolID: 0x5F, ShortMessage: []byte("a")}, "84" + head + "5F00 01 61"},
		{"alphanumeric", Inbound{Source: pdu.Address{TON: 5, Addr: "AB"}, ShortMessage: []byte("a")}, "04 04D04121 0000 01 61"},
		{"plus", Inbound{Source: pdu.Address{Addr: "+447700900123"}, ShortMessage: []byte("a")}, "04" + head + "0000 01 61"},
		{"Latin-1", Inbound{DataCoding: 3, ShortMessage: []byte("\xe8")}, "04" + head + "0000 01 04"},
		{"Latin-1 that GSM lacks", Inbound{DataCoding: 3, ShortMessage: []byte("\xea")}, "04" + head + "0008 02 00EA"},
		{"UTF-8 by mistake", Inbound{ShortMessage: []byte("щ")}, "04" + head + "0008 02 0449"},
		{"Latin-1 by mistake", Inbound{ShortMessage: []byte("\xe8")}, "04" + head + "0000 01 04"},
		{"8-bit", Inbound{DataCoding: 4, ShortMessage: []byte{0, 255}}, "04" + head + "0004 02 00FF"},
		{"8-bit of TDMA", Inbound{DataCoding: 2, ShortMessage: []byte{0, 255}}, "04" + head + "0004 02 00FF"},
		{"Cyrillic", Inbound{DataCoding: 6, ShortMessage: []byte{0xE9}}, "04" + head + "0004 01 E9"},
		{"UCS2", Inbound{DataCoding: 8, ShortMessage: []byte{4, 0x49}}, "04" + head + "0008 02 0449"},
		{"odd UCS2", Inbound{DataCoding: 8, ShortMessage: []byte{4, 0x49, 4}}, "04" + head + "0008 03 044904"},
		{"flash", Inbound{DataCoding: 0xF0, ShortMessage: []byte("a")}, "04" + head + "0010 01 61"},
		{"flash by parameter", Inbound{DataCoding: 8, ShortMessage: []byte{4, 0x49}, TLVs: tlvs(pdu.TagDestAddrSubunit, "\x01")}, "04" + head + "0018 02 0449"},
		{"8-bit, class", Inbound{DataCoding: 0xF5, ShortMessage: []byte{1}}, "04" + head + "0015 01 01"},
		{"lamp", Inbound{DataCoding: 0xC8, ShortMessage: []byte("a")}, "04" + head + "00C8 01 61"},
		{"lamp by parameters", Inbound{TLVs: tlvs(pdu.TagMsMsgWaitFacilities, "\x80", pdu.TagNumberOfMessages, "\x03")}, "44" + head + "00C8 06 0401020003 00"},
		{"lamp off", Inbound{TLVs: tlvs(pdu.TagMsMsgWaitFacilities, "\x02")}, "04" + head + "00C2 00"},
		{"lamp off by number", Inbound{DataCoding: 0xC8, TLVs: tlvs(pdu.TagNumberOfMessages, "\x00")}, "04" + head + "00C0 00"},
		{"lamp with text", Inbound{DataCoding: 8, ShortMessage: []byte{4, 0x49}, TLVs: tlvs(pdu.TagMsMsgWaitFacilities, "\x80")}, "04" + head + "00E8 02 0449"},
		{"header", Inbound{ESMClass: pdu.ESMUDHI, ShortMessage: []byte("\x05\x00\x03\x2A\x02\x01a")}, "44" + head + "0000 08 0500032A0201 C2"},
		{"sar_", Inbound{ShortMessage: []byte("a"), TLVs: tlvs(pdu.TagSARMsgRefNum, "\x12\xAB", pdu.TagSARTotalSegments, "\x02", pdu.TagSARSegmentSeqnum, "\x01")},
			"44" + head + "0000 09 06080412AB0201 61"},
		{"ports", Inbound{DataCoding: 4, ShortMessage: []byte("a"), TLVs: tlvs(pdu.TagDestinationPort, "\x27\x10", pdu.TagSourcePort, "\x4E\x20")},
			"44" + head + "0004 08 0605042710 4E20 61"},
		{"Turkish", Inbound{ESMClass: pdu.ESMUDHI, ShortMessage: []byte("\x03\x25\x01\x01\x1C")}, "44" + head + "0000 06 03250101 E000"},
		{"more to come", Inbound{ShortMessage: []byte("a"), TLVs: tlvs(pdu.TagMoreMessagesToSend, "\x01")}, "00" + head + "0000 01 61"},
	}
	for _, tt := range tests {
		tt.in.Dest = site
		if tt.in.Source == (pdu.Address{}) {
			tt.in.Source = phone
		}
		kept, err := tt.in.AppendBinary(nil)
		var in Inbound
		if err == nil {
			err = in.UnmarshalBinary(kept)
		}
		if err != nil || !reflect.DeepEqual(in.TLVs, tt.in.TLVs) {
			t.Errorf("%s: kept as %x: %+v, %v", tt.name, kept, in, err)
		}
		m := in.Message()
		delivers, err := tpdu.Delivers(&m, sms.Concat8, time.Time{})
		if err != nil || len(delivers) != 1 {
			t.Errorf("%s: %d TPDUs, %v", tt.name, len(delivers), err)
			continue
		}
		b, err := delivers[0].Append(nil)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		got := strings.Replace(fmt.Sprintf("%X", b), "00000000000000", "", 1)
		if want := strings.ReplaceAll(tt.want, " ", ""); got != want {
			t.Errorf("%s: got %s\nwant %s", tt.name, got, want)
		}
	}
}
