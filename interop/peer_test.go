package interop

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A kind is one kind of SMSC that a script beside this file makes of somebody else's library.
//
// Its command line ends in a JSON object: port (to listen on, on 127.0.0.1; it may choose another),
// system_id, password, and ids ("mixed": hexadecimal in the response, decimal in the receipt). On
// stdin it takes orders and on stdout it tells events, both one JSON object per line: see order and
// event. It ends with stdin.
type kind struct {
	name    string
	command func(t *testing.T) *exec.Cmd // without the JSON object; skips the test when it is not there
	// What it can do that others cannot, or cannot:
	refusal string // what the agent says of a wrong password
	ownPort bool   // it chooses its port, so that it cannot be started again in its place
	mixed   bool   // it can write message_ids in two bases
	quiet   bool   // it does not tell of binds and ends of connections
}

func kinds() []kind {
	return []kind{{
		name: "node-smpp",
		command: func(t *testing.T) *exec.Cmd {
			cmd := exec.Command(program(t, "node"), filepath.Join("node", "smsc.js"))
			cmd.Env = append(os.Environ(), "NODE_PATH="+fetched(t, "node", "node_modules"))
			fetched(t, "node", "node_modules", "smpp")
			return cmd
		},
		refusal: "ESME_RINVPASWD", mixed: true,
	}, {
		name: "net-smpp",
		command: func(t *testing.T) *exec.Cmd {
			cmd := exec.Command(program(t, "perl"), filepath.Join("perl", "smsc.pl"))
			cmd.Env = append(os.Environ(), "PERL5LIB="+filepath.Join(peersDir, "debian", "usr", "share", "perl5"))
			probe := exec.Command("perl", "-MNet::SMPP", "-e", "1")
			if probe.Env = cmd.Env; probe.Run() != nil {
				missing(t, "Net::SMPP for Perl (make interop fetches it)")
			}
			return cmd
		},
		refusal: "ESME_RINVPASWD",
	}, {
		name:    "fiorix",
		command: func(*testing.T) *exec.Cmd { return exec.Command(fiorixFile) },
		refusal: "are system_id and password right?", // it hangs up without an answer
		ownPort: true, quiet: true,
	}}
}

// An order is what a peer can be told. Do is "refuse" (answer the next Count submit_sm with Status),
// "stat" (Text is the stat: of receipts from now on), "deliver" (Text from Source), "enquire", "unbind",
// or "echo" (tell an event of that name: whatever came before has been told then).
type order struct {
	Do     string `json:"do"`
	Status int    `json:"status,omitempty"`
	Count  int    `json:"count,omitempty"`
	Source string `json:"source,omitempty"`
	Text   string `json:"text,omitempty"`
}

// An event is what a peer tells: "listening", "bind", "submit_sm", "enquire_link", "unbind", "close", "echo"
// and the responses to what it was told to send. Of a submit_sm it tells the fields, and the text as
// its library reads it, before it answers.
type event struct {
	Event  string `json:"event"`
	Status int    `json:"status"`
	Port   int    `json:"port"` // of listening, where it is not the one it was told

	Kind string `json:"kind"` // of a bind

	ID         string `json:"id"`     // message_id
	UDH        string `json:"udh"`    // hexadecimal, without its length
	Text       string `json:"text"`   // without UDH
	Octets     string `json:"octets"` // the same in hexadecimal
	Source     string `json:"source"`
	SourceTON  int    `json:"source_ton"`
	SourceNPI  int    `json:"source_npi"`
	Dest       string `json:"dest"`
	DestTON    int    `json:"dest_ton"`
	DestNPI    int    `json:"dest_npi"`
	ESMClass   int    `json:"esm_class"`
	DataCoding int    `json:"data_coding"`
	Priority   int    `json:"priority"`
	Registered int    `json:"registered"`
	Reference  int    `json:"reference"` // user_message_reference
}

// A peer is a running SMSC.
type peer struct {
	t        *testing.T
	kind     kind
	options  map[string]any
	port     int
	cmd      *exec.Cmd
	orders   io.WriteCloser
	finished chan struct{} // closed when the process is gone and all it told is in events

	mu     sync.Mutex
	events []event // of all processes that were started in its place
}

// startPeer starts an SMSC and waits until it listens.
func startPeer(t *testing.T, k kind, options map[string]any) *peer {
	t.Helper()
	p := &peer{t: t, kind: k, port: freePort(t), options: map[string]any{"system_id": "cabin", "password": "secret"}}
	for key, v := range options {
		p.options[key] = v
	}
	p.options["port"] = p.port
	p.start()
	t.Cleanup(p.kill)
	return p
}

func (p *peer) start() {
	p.t.Helper()
	p.cmd = p.kind.command(p.t)
	options, err := json.Marshal(p.options)
	if err != nil {
		p.t.Fatal(err)
	}
	p.cmd.Args = append(p.cmd.Args, string(options))
	p.cmd.Stderr = p.t.Output()
	if p.orders, err = p.cmd.StdinPipe(); err != nil {
		p.t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	listening := make(chan int, 1)
	finished := make(chan struct{})
	p.finished = finished
	go func() {
		defer close(finished)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var e event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				fmt.Fprintf(p.t.Output(), "%s says %q: %v\n", p.kind.name, lines.Bytes(), err)
				continue
			}
			if e.Event == "listening" {
				listening <- e.Port
			}
			p.mu.Lock()
			p.events = append(p.events, e)
			p.mu.Unlock()
		}
	}()
	select {
	case port := <-listening:
		if port != 0 {
			p.port = port
		}
	case <-finished:
		p.t.Fatalf("%s ended: %v", p.kind.name, p.cmd.Wait())
	}
}

// kill ends the process as a power cut would, once.
func (p *peer) kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.finished
	_ = p.cmd.Wait()
	p.cmd = nil
}

// tell gives an order, and returns when it was carried out.
func (p *peer) tell(o order) {
	p.t.Helper()
	echoes := len(p.read("echo"))
	for _, o := range []order{o, {Do: "echo"}} {
		line, err := json.Marshal(o)
		if err == nil {
			_, err = p.orders.Write(append(line, '\n'))
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	p.await("echo", echoes+1)
}

// told returns the events with one name, all that it told until now.
func (p *peer) told(name string) []event {
	p.t.Helper()
	p.tell(order{Do: "nothing"})
	return p.read(name)
}

// read returns the events with one name as far as they were read.
func (p *peer) read(name string) (list []event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events {
		if e.Event == name {
			list = append(list, e)
		}
	}
	return list
}

// await waits until n events with one name were told, and returns them.
func (p *peer) await(name string, n int) []event {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("%d times %s at %s", n, name, p.kind.name), func() bool { return len(p.read(name)) >= n })
	return p.read(name)
}

// texts returns what a phone would show: the texts of the submit_sm that were accepted, segments joined
// by the reference, the count and the number in their UDH (TS 23.040 §9.2.3.24), in the order in which
// they became whole. Those that never did are an error.
func (p *peer) texts() (texts []string) {
	p.t.Helper()
	open := map[string]map[int]string{}
	for _, e := range p.told("submit_sm") {
		if e.Status != 0 {
			continue
		}
		if e.ESMClass&0x40 == 0 {
			texts = append(texts, e.Text)
			continue
		}
		reference, count, number, err := concatenation(e.UDH)
		if err != nil {
			p.t.Errorf("%s got a UDH %s: %v", p.kind.name, e.UDH, err)
			continue
		}
		if open[reference] == nil {
			open[reference] = map[int]string{}
		}
		open[reference][number] = e.Text
		if len(open[reference]) < count {
			continue
		}
		var b strings.Builder
		for i := range count {
			b.WriteString(open[reference][i+1])
		}
		texts = append(texts, b.String())
		delete(open, reference)
	}
	for reference, segments := range open {
		p.t.Errorf("%s got only %d segments of %s", p.kind.name, len(segments), reference)
	}
	return texts
}

// concatenation reads a UDH that holds nothing but a concatenation element.
func concatenation(udh string) (reference string, count, number int, err error) {
	var end string
	switch {
	case len(udh) == 10 && strings.HasPrefix(udh, "0003"):
		reference, end = udh[4:6], udh[6:]
	case len(udh) == 12 && strings.HasPrefix(udh, "0804"):
		reference, end = udh[4:8], udh[8:]
	default:
		return "", 0, 0, fmt.Errorf("neither 00 03 nor 08 04 and its octets")
	}
	n, err := strconv.ParseUint(end, 16, 16)
	count, number = int(n>>8), int(n&0xFF)
	if err == nil && (number == 0 || number > count) {
		err = fmt.Errorf("segment %d of %d", number, count)
	}
	return reference, count, number, err
}
