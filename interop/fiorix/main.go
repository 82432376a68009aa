// Command fiorix is an SMSC made of github.com/fiorix/go-smpp: its test server does the session, the
// codec and the alphabets. peer_test.go, one directory up, says what it is told on its command line
// and on stdin, and what it tells on stdout.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fiorix/go-smpp/smpp/pdu"
	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutext"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutlv"
	"github.com/fiorix/go-smpp/smpp/smpptest"
)

// smsc answers what the test server hands it. The server binds by itself, and tells nobody.
type smsc struct {
	mu      sync.Mutex
	out     *json.Encoder
	conns   map[smpptest.Conn]bool
	sent    map[uint32]pdu.Body // deliver_sm without answer
	next    int
	refuse  pdu.Status
	refuses int
	stat    string
}

func main() {
	var o struct {
		SystemID string `json:"system_id"`
		Password string `json:"password"`
	}
	if err := json.Unmarshal([]byte(os.Args[1]), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	s := &smsc{out: json.NewEncoder(os.Stdout), conns: map[smpptest.Conn]bool{}, sent: map[uint32]pdu.Body{}, stat: "DELIVRD"}
	server := smpptest.NewUnstartedServer()
	server.User, server.Passwd, server.Handler = o.SystemID, o.Password, s.handle
	server.Start()
	port, _ := strconv.Atoi(server.Addr()[strings.LastIndexByte(server.Addr(), ':')+1:])
	s.mu.Lock()
	s.say("listening", map[string]any{"port": port})
	s.mu.Unlock()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		s.order(lines.Bytes())
	}
}

// say tells one event; the caller has mu.
func (s *smsc) say(event string, more map[string]any) {
	if more == nil {
		more = map[string]any{}
	}
	more["event"] = event
	_ = s.out.Encode(more) // whoever does not read has gone
}

func (s *smsc) handle(c smpptest.Conn, p pdu.Body) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = true
	h := p.Header()
	switch h.ID {
	case pdu.SubmitSMID:
		s.submit(c, p)
	case pdu.EnquireLinkID:
		s.say("enquire_link", nil)
		s.answer(c, pdu.NewEnquireLinkResp(), h.Seq, 0)
	case pdu.UnbindID:
		s.say("unbind", nil)
		s.answer(c, pdu.NewUnbindResp(), h.Seq, 0)
		delete(s.conns, c)
		_ = c.Close()
	case pdu.DeliverSMRespID:
		s.delivered(c, h)
	case pdu.EnquireLinkRespID:
		s.say("enquire_link_resp", map[string]any{"status": h.Status})
	case pdu.UnbindRespID:
		s.say("unbind_resp", map[string]any{"status": h.Status})
		delete(s.conns, c)
		_ = c.Close()
	}
}

// answer sends a response; an error is the connection's, and its reader sees it too.
func (s *smsc) answer(c smpptest.Conn, p pdu.Body, seq uint32, status pdu.Status) {
	p.Header().Seq, p.Header().Status = seq, status
	_ = c.Write(p)
}

func (s *smsc) submit(c smpptest.Conn, p pdu.Body) {
	f := p.Fields()
	octets, udh := f[pdufield.ShortMessage].Bytes(), []byte{}
	esm, dcs := number(f[pdufield.ESMClass]), number(f[pdufield.DataCoding])
	if esm&0x40 != 0 {
		octets, udh = octets[1+int(octets[0]):], octets[1:1+int(octets[0])]
	}
	text := ""
	switch {
	case dcs == 0 || dcs&0xFC == 0xF0:
		text = string(pdutext.GSM7(octets).Decode())
	case dcs == 8:
		text = string(pdutext.UCS2(octets).Decode())
	}
	reference := uint16(0)
	if t, ok := p.TLVFields()[pdutlv.TagUserMessageReference]; ok && t.Len() == 6 {
		reference = binary.BigEndian.Uint16(t.Bytes())
	}
	status, id := pdu.Status(0), ""
	if s.refuses > 0 {
		s.refuses--
		status = s.refuse
	} else {
		s.next++
		id = fmt.Sprintf("%08d-%04x", s.next, s.next) // neither decimal nor hexadecimal
	}
	s.say("submit_sm", map[string]any{
		"status": status, "id": id, "udh": hex.EncodeToString(udh), "text": text, "octets": hex.EncodeToString(octets),
		"source": f[pdufield.SourceAddr].String(), "source_ton": number(f[pdufield.SourceAddrTON]), "source_npi": number(f[pdufield.SourceAddrNPI]),
		"dest": f[pdufield.DestinationAddr].String(), "dest_ton": number(f[pdufield.DestAddrTON]), "dest_npi": number(f[pdufield.DestAddrNPI]),
		"esm_class": esm, "data_coding": dcs, "priority": number(f[pdufield.PriorityFlag]),
		"registered": number(f[pdufield.RegisteredDelivery]), "reference": reference,
	})
	early := strings.HasPrefix(text, "Early")
	wanted := status == 0 && number(f[pdufield.RegisteredDelivery])&3 != 0
	if wanted && early {
		s.receipt(c, f, id)
	}
	resp := pdu.NewSubmitSMResp()
	if status == 0 {
		_ = resp.Fields().Set(pdufield.MessageID, id)
	}
	s.answer(c, resp, p.Header().Seq, status)
	if wanted && !early {
		s.receipt(c, f, id)
	}
}

// delivered takes the answer to a deliver_sm, which goes again as long as the ESME has no room for it:
// ESME_RX_T_APPN.
func (s *smsc) delivered(c smpptest.Conn, h *pdu.Header) {
	p := s.sent[h.Seq]
	if h.Status != 0x64 || p == nil {
		delete(s.sent, h.Seq)
		s.say("deliver_sm_resp", map[string]any{"status": h.Status})
		return
	}
	time.AfterFunc(200*time.Millisecond, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		_ = c.Write(p)
	})
}

func number(b pdufield.Body) byte {
	if b == nil || b.Len() == 0 {
		return 0
	}
	return b.Bytes()[0]
}

// receipt says in text alone, without TLVs, what became of message id. NewDeliverSM writes an octet
// before the text that sm_length does not count: an oddity that a receipt must survive.
func (s *smsc) receipt(c smpptest.Conn, f pdufield.Map, id string) {
	at := time.Now().UTC().Format("060102150405")
	s.deliver(c, pdu.NewDeliverSM(), f[pdufield.DestinationAddr].String(), f[pdufield.SourceAddr].String(), 0x04,
		pdutext.Raw("id:"+id+" submit date:"+at+" done date:"+at+" stat:"+s.stat+" err:000"))
}

// deliver fills in and sends p, which has the fields of a deliver_sm.
func (s *smsc) deliver(c smpptest.Conn, p pdu.Body, from, to string, esm byte, text pdutext.Codec) {
	f := p.Fields()
	_ = f.Set(pdufield.SourceAddr, from)
	_ = f.Set(pdufield.SourceAddrTON, 1)
	_ = f.Set(pdufield.SourceAddrNPI, 1)
	_ = f.Set(pdufield.DestinationAddr, to)
	_ = f.Set(pdufield.ESMClass, esm)
	_ = f.Set(pdufield.ShortMessage, text)
	_ = f.Set(pdufield.DataCoding, byte(text.Type()))
	s.sent[p.Header().Seq] = p
	_ = c.Write(p)
}

func (s *smsc) order(line []byte) {
	var o struct {
		Do     string     `json:"do"`
		Status pdu.Status `json:"status"`
		Count  int        `json:"count"`
		Source string     `json:"source"`
		Text   string     `json:"text"`
	}
	if err := json.Unmarshal(line, &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch o.Do {
	case "refuse":
		s.refuse, s.refuses = o.Status, o.Count
	case "stat":
		s.stat = o.Text
	case "echo":
		s.say("echo", nil)
	}
	for c := range s.conns {
		switch o.Do {
		case "enquire":
			_ = c.Write(pdu.NewEnquireLink())
		case "unbind":
			_ = c.Write(pdu.NewUnbind())
		case "deliver":
			var text pdutext.Codec = pdutext.GSM7(o.Text)
			if strings.ContainsFunc(o.Text, func(r rune) bool { return r > 0xFF && r != '€' }) {
				text = pdutext.UCS2(o.Text)
			}
			p := pdu.NewSubmitSM(nil) // the same fields as deliver_sm, written right
			p.Header().ID = pdu.DeliverSMID
			s.deliver(c, p, o.Source, "1234", 0, text)
		}
	}
}
