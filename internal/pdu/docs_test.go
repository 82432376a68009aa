package pdu

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docTable is a table of docs/smpp.md and where the code has the same. Where the two differ, one is wrong.
type docTable struct {
	heading string
	rows    func(t *testing.T) []string
}

// smppDoc is the document that the tests below hold to the code.
const smppDoc = "../../docs/smpp.md"

var docTables = []docTable{
	{"## PDUs", pduRows},
	{"## Mandatory parameters", parameterRows},
	{"### Where they are described", sectionRows},
	{"## Optional parameters", tlvRows},
	{"## command_status", statusRows},
	{"## esm_class", func(*testing.T) []string {
		return valueRows(func(v uint8) fmt.Stringer { return ESMClass(v) }, 0, 1, 2, 3, 4, 8, 0x10, 0x18, 0x20, 0x40, 0x80)
	}},
	{"## registered_delivery", func(*testing.T) []string {
		return valueRows(func(v uint8) fmt.Stringer { return RegisteredDelivery(v) }, 0, 1, 2, 3, 4, 8, 0x10)
	}},
	{"## data_coding", codingRows},
	{"## message_state", func(*testing.T) []string {
		rows := valueRows(func(v uint8) fmt.Stringer { return MessageState(v) }, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
		for i := range rows {
			final := "no"
			if MessageState(i).Final() {
				final = "yes"
			}
			rows[i] += " " + final + " |"
		}
		return rows
	}},
	{"## Types of number", func(*testing.T) []string {
		return valueRows(func(v uint8) fmt.Stringer { return ton(v) }, 0, 1, 2, 3, 4, 5, 6)
	}},
	{"## Numbering plans", func(*testing.T) []string {
		return valueRows(func(v uint8) fmt.Stringer { return npi(v) }, 0, 1, 3, 4, 6, 8, 9, 10, 14, 18)
	}},
	{"### Words of stat", statRows},
}

// TestDocs: each table of docs/smpp.md has the rows that the code has, in order, and no others.
func TestDocs(t *testing.T) {
	raw, err := os.ReadFile(smppDoc)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range docTables {
		want := table.rows(t)
		got := rowsUnder(string(raw), table.heading)
		if slices.Equal(got, want) {
			continue
		}
		for _, row := range want {
			if !slices.Contains(got, row) {
				t.Errorf("%s lacks\n%s", table.heading, row)
			}
		}
		for _, row := range got {
			if !slices.Contains(want, row) {
				t.Errorf("%s has what the code has not:\n%s", table.heading, row)
			}
		}
		if len(got) == len(want) {
			t.Errorf("%s: compare the order", table.heading)
		}
	}
}

// TestDocsExamples: the times in the document are times, and the receipt is one.
func TestDocsExamples(t *testing.T) {
	raw, err := os.ReadFile(smppDoc)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, row := range rowsUnder(string(raw), "## Times") {
		if _, example, ok := strings.Cut(row, "`"); ok {
			example, _, _ = strings.Cut(example, "`")
			found++
			read, err := ReadTime(example)
			means := read.String()
			if !read.Relative {
				means = read.At.Format("2006-01-02 15:04:05.0")
			}
			if err != nil || !strings.Contains(row, "| "+means) {
				t.Errorf("%s: %v, %v", row, means, err)
			}
		}
	}
	for _, row := range rowsUnder(string(raw), "## Receipts") {
		if _, example, ok := strings.Cut(row, "any: `"); ok {
			example, _, _ = strings.Cut(example, "`")
			found++
			if r, ok := ParseReceipt(&DeliverSM{ShortMessage: []byte(example)}); !ok || r.MessageID != "7" {
				t.Errorf("%s: %+v, %v", row, r, ok)
			}
		}
		if _, keys, ok := strings.Cut(row, "| keys | "); ok {
			keys, _, _ = strings.Cut(keys, ";")
			found++
			if want := strings.Join(receiptKeys[:], ", "); keys != want {
				t.Errorf("keys %q, want %q", keys, want)
			}
		}
	}
	if found != 4 {
		t.Errorf("%d examples found, want 4", found)
	}
}

// rowsUnder are the rows of the first table after the heading, without its head.
func rowsUnder(text, heading string) []string {
	_, text, _ = strings.Cut(text, "\n"+heading+"\n")
	var rows []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "#"), line == "" && rows != nil:
			return rows[min(2, len(rows)):]
		case strings.HasPrefix(line, "|"):
			rows = append(rows, line)
		}
	}
	return rows[min(2, len(rows)):]
}

// senders is who may send what, and when: SMPP 3.4 Table 2-1, SMPP 5.0 §2.4 for the broadcasts. E is the
// ESME, S the SMSC; either may send what answers the other.
var senders = map[Command]string{
	CmdBindTransmitter: "ESME, open", CmdBindReceiver: "ESME, open", CmdBindTransceiver: "ESME, open",
	CmdBindTransmitterResp: "SMSC, open", CmdBindReceiverResp: "SMSC, open", CmdBindTransceiverResp: "SMSC, open",
	CmdOutbind: "SMSC, open", CmdUnbind: "both, bound", CmdUnbindResp: "both, bound",
	CmdSubmitSM: "ESME, TX TRX", CmdSubmitSMResp: "SMSC, TX TRX", CmdSubmitMulti: "ESME, TX TRX", CmdSubmitMultiResp: "SMSC, TX TRX",
	CmdDataSM: "both, TX RX TRX", CmdDataSMResp: "both, TX RX TRX",
	CmdDeliverSM: "SMSC, RX TRX", CmdDeliverSMResp: "ESME, RX TRX",
	CmdQuerySM: "ESME, TX TRX", CmdQuerySMResp: "SMSC, TX TRX", CmdCancelSM: "ESME, TX TRX", CmdCancelSMResp: "SMSC, TX TRX",
	CmdReplaceSM: "ESME, TX TRX", CmdReplaceSMResp: "SMSC, TX TRX", CmdEnquireLink: "both, bound", CmdEnquireLinkResp: "both, bound",
	CmdAlertNotification: "SMSC, RX TRX", CmdGenericNack: "both, bound",
	CmdBroadcastSM: "ESME, TX TRX", CmdBroadcastSMResp: "SMSC, TX TRX", CmdQueryBroadcastSM: "ESME, TX TRX",
	CmdQueryBroadcastSMResp: "SMSC, TX TRX", CmdCancelBroadcastSM: "ESME, TX TRX", CmdCancelBroadcastSMResp: "SMSC, TX TRX",
}

// pduRows has the sections from the comments of the structs.
func pduRows(t *testing.T) []string {
	sections := structSections(t)
	var rows []string
	for id := range Command(0x200) {
		for _, cmd := range []Command{id, id.Response()} {
			if !cmd.Known() || cmd != id && id == 0 {
				continue
			}
			name := reflect.TypeOf(alloc(new(codec), cmd)).Elem().Name()
			section := sections[name]
			if section == "" || senders[cmd] == "" {
				t.Errorf("%v, %s: section %q, sender %q", cmd, name, section, senders[cmd])
			}
			if cmd == CmdGenericNack { // the one that is a response only by its number
				cmd = id
			}
			rows = append(rows, fmt.Sprintf("| 0x%08X | %v | %s | %s |", uint32(cmd), cmd, senders[cmd], section))
		}
	}
	rows = append(rows, fmt.Sprintf("| 0x%08X | %v | %s | %s |", uint32(CmdGenericNack), CmdGenericNack, senders[CmdGenericNack], sections["GenericNack"]))
	return slices.Compact(rows)
}

// structSections is the first section that the comment of each struct names.
func structSections(t *testing.T) map[string]string {
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	section := regexp.MustCompile(`(5\.0 )?§4[.\d]*\d`)
	sections := map[string]string{}
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), ".go") || strings.HasSuffix(n.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), n.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				for _, s := range g.Specs {
					if spec, ok := s.(*ast.TypeSpec); ok {
						sections[spec.Name.Name] = section.FindString(strings.ReplaceAll(g.Doc.Text()+spec.Doc.Text(), "\n", " "))
					}
				}
			}
		}
	}
	return sections
}

// sectionRows are the mandatory parameters of all goldens with their sections.
func sectionRows(t *testing.T) []string {
	var rows []string
	for _, g := range goldens {
		list, err := Fields(octets(t, g.octets))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			_, tlv := strings.CutPrefix(f.Section50, "5.0 §4.8.4")
			if f.Section != "" && !strings.HasPrefix(f.Section, "§5.3") && !tlv {
				rows = append(rows, fmt.Sprintf("| %s | %s | %s |", f.Name, f.Section, strings.TrimPrefix(f.Section50, "5.0 ")))
			}
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// tooLong finds the most octets of a C-Octet String in what is said when it has too many.
var tooLong = regexp.MustCompile(`at most (\d+) and a NUL`)

// parameterRows are the mandatory parameters of the goldens after their header, with the octets of each. How long
// a C-Octet String may be comes from what is said of one that is too long.
func parameterRows(t *testing.T) []string {
	var rows []string
	seen := map[Command]bool{}
	for _, g := range goldens {
		cmd := g.pdu.Command()
		if g.status != StatusROK || seen[cmd] || !cmd.Known() {
			continue
		}
		seen[cmd] = true
		b := octets(t, g.octets)
		list, err := Fields(b)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range list[4:] {
			if strings.HasPrefix(f.Section, "§5.3.2") || strings.HasPrefix(f.Section50, "5.0 §4.8.4") {
				break // the optional ones
			}
			name := f.Name + " " + size(t, b, f)
			if n := slices.Index(names, name); n >= 0 { // a list: once is enough
				continue
			}
			names = append(names, name)
		}
		if names == nil {
			names = []string{"none"}
		}
		rows = append(rows, fmt.Sprintf("| %v | %s |", cmd, strings.Join(names, ", ")))
	}
	slices.Sort(rows)
	return rows
}

// size is how many octets a field of the PDU b has: a number, or "≤ n".
func size(t *testing.T, b []byte, f Field) string {
	switch {
	case f.Name == "short_message":
		return "0–254"
	case f.Name != "password" && !strings.HasPrefix(f.Value, `"`) && len(f.Octets) > 0:
		return fmt.Sprint(len(f.Octets))
	}
	end := f.Offset
	for b[end] != 0 {
		end++
	}
	long := slices.Concat(b[:f.Offset], []byte(strings.Repeat("x", 300)), b[end:])
	long[2], long[3] = byte(len(long)>>8), byte(len(long))
	list, _ := Fields(long)
	for _, l := range list {
		if l.Offset != f.Offset || l.Name != f.Name {
			continue
		}
		if m := tooLong.FindStringSubmatch(l.Note); m != nil {
			return "≤" + m[1] + "+1"
		}
	}
	t.Errorf("%s at %d: it is not said how long it may be", f.Name, f.Offset)
	return "?"
}

// carrierNames are the words for the bits of carriers, in order.
var carrierNames = [...]string{
	"bind resp", "submit", "data", "deliver", "submit resp", "data resp", "deliver resp", "other resp", "replace", "alert",
	"broadcast", "broadcast resp", "query broadcast", "query broadcast resp", "cancel broadcast",
}

func tlvRows(*testing.T) []string {
	var rows []string
	for tag := range Tag(0x2000) {
		s := tag.spec()
		if s.name == "" {
			continue
		}
		octets := fmt.Sprint(s.least)
		if s.least != s.most {
			octets += fmt.Sprintf("–%d", s.most)
		}
		var in []string
		for i, name := range carrierNames {
			if s.in&(1<<i) != 0 {
				in = append(in, name)
			}
		}
		v34, v50 := "–", "–"
		if s.v34 > 0 {
			v34 = fmt.Sprintf("§5.3.2.%d", s.v34)
		}
		if s.v50 > 0 {
			v50 = fmt.Sprintf("§4.8.4.%d", s.v50)
		}
		rows = append(rows, fmt.Sprintf("| 0x%04X | %s | %s | %s | %s | %s |", uint16(tag), s.name, v34, v50, octets, strings.Join(in, ", ")))
	}
	return rows
}

func statusRows(*testing.T) []string {
	var rows []string
	for s := range Status(0x400) {
		if s.Meaning() != "" {
			rows = append(rows, fmt.Sprintf("| 0x%08X | %v | %s |", uint32(s), s, s.Meaning()))
		}
	}
	return rows
}

// valueRows are the values given and what they print.
func valueRows(of func(uint8) fmt.Stringer, values ...uint8) []string {
	var rows []string
	for _, v := range values {
		rows = append(rows, fmt.Sprintf("| 0x%02X | %s |", v, of(v)))
	}
	return rows
}

// codingRows has the values below 0xC0 that mean something, and of the two groups of TS 23.038 the values that
// show what the bits are.
func codingRows(*testing.T) []string {
	values := []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0A, 0x0D, 0x0E, 0xC0, 0xC8, 0xC9, 0xCA, 0xCB, 0xD8, 0xE8}
	for v := 0xF0; v < 0xF8; v++ {
		values = append(values, uint8(v))
	}
	return valueRows(func(v uint8) fmt.Stringer { return DataCoding(v) }, values...)
}

func statRows(t *testing.T) []string {
	var rows []string
	for _, stat := range []string{
		"DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD", "ENROUTE", "SCHEDLD", "SKIPPED", "FAILED",
	} {
		state, ok := stateOf(stat)
		if !ok {
			t.Errorf("stat %s is not known", stat)
		}
		rows = append(rows, fmt.Sprintf("| %s | %v |", stat, state))
	}
	return rows
}
