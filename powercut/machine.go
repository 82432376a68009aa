package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"smppagent/powercut/report"
)

// patience is how long a machine may take for anything that the rig waits for: booting under emulation on
// a busy machine is the slowest.
const patience = 3 * time.Minute

// A machine is a running QEMU and the connection to the guest in it.
type machine struct {
	cmd  *exec.Cmd
	conn net.Conn
	says chan said     // what the guest says but report.OK and report.Refused, until it is gone
	gone chan struct{} // closed when all that the guest said was taken
}

// said is one line of the guest.
type said struct{ word, rest string }

// boot starts a machine of series s and waits until the agent in it was started.
func (s *series) boot(ctx context.Context, n int) (*machine, error) {
	options := map[string]string{"boot": fmt.Sprint(n), "report": reportAddress}
	if s.chance.IntN(4) != 0 { // else the board wakes in 1970, as those without a clock do
		options["time"] = fmt.Sprint(time.Now().Unix())
	}
	b := s.medium.board
	args := append([]string{
		"-nodefaults", "-display", "none", "-no-reboot", "-monitor", "none", "-serial", "file:" + s.file("console"),
		"-kernel", s.kernel.image, "-initrd", s.file("initramfs"), "-append", s.medium.commandLine(options),
		"-netdev", fmt.Sprintf("user,id=net,restrict=on,guestfwd=tcp:%s-cmd:%s connect %s,guestfwd=tcp:%s-cmd:%s connect %s",
			smscAddress, s.self, s.smsc.address, reportAddress, s.self, s.reports.Addr()),
		"-device", b.network + ",netdev=net",
	}, b.args...)
	switch s.medium.kind {
	case cached:
		args = append(args, "-blockdev", "driver=nbd,node-name=flash,server.type=unix,server.path="+s.file("nbd"),
			"-device", "virtio-blk-device,drive=flash")
	case mapped:
		args = append(args, "-object", fmt.Sprintf("memory-backend-file,id=ram,share=on,mem-path=%s,size=%d", s.file("ram"), boardRAM))
	}
	m := &machine{cmd: exec.Command(b.emulate, args...), says: make(chan said), gone: make(chan struct{})}
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var complaint strings.Builder
	m.cmd.Stderr = &complaint
	if err := m.cmd.Start(); err != nil {
		return nil, fmt.Errorf("boot: %w", err)
	}
	if err := s.meet(ctx, m); err != nil {
		_ = m.cmd.Process.Kill()
		_ = m.cmd.Wait()
		return nil, fmt.Errorf("boot: %w\n%s%s", err, complaint.String(), s.consoleEnd())
	}
	return m, nil
}

// meet waits for the guest's call and for the agent's start.
func (s *series) meet(ctx context.Context, m *machine) (err error) {
	if err := s.reports.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.reports.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if m.conn, err = s.reports.AcceptTCP(); err != nil {
		return fmt.Errorf("the guest does not call: %w", err)
	}
	go m.listen(s.ledger)
	if err = s.expect(ctx, m, report.Agent, nil); err != nil {
		m.conn.Close()
		for range m.says {
		}
	}
	return err
}

// listen takes what the guest says until it is gone.
func (m *machine) listen(l *ledger) {
	defer close(m.gone)
	defer close(m.says)
	lines := bufio.NewScanner(m.conn)
	for lines.Scan() {
		switch word, rest := report.Parse(lines.Text()); word {
		case report.OK:
			l.acknowledge(rest)
		case report.Refused:
			l.refuse(rest)
		default:
			m.says <- said{word, rest}
		}
	}
}

// errEnded is that the agent ended by itself.
var errEnded = errors.New("the agent ended by itself")

// expect waits until the guest says word. Other lines go to each, which may be nil.
func (s *series) expect(ctx context.Context, m *machine, word string, each func(said)) error {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		select {
		case line, ok := <-m.says:
			switch {
			case !ok:
				return fmt.Errorf("the machine is gone while %q is awaited", word)
			case line.word == word:
				return nil
			case line.word == report.Failed:
				return fmt.Errorf("the guest: %s", line.rest)
			case line.word == report.Ended:
				return fmt.Errorf("%w %s", errEnded, line.rest)
			case each != nil:
				each(line)
			}
		case <-limit.C:
			return fmt.Errorf("no %q within %v", word, patience)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ask asks the guest for something.
func (m *machine) ask(word, rest string) error {
	_, err := m.conn.Write([]byte(report.Line(word, rest)))
	return err
}

// kill takes the power away: QEMU ends at once, wherever it is. When kill returns all that the guest
// had told the outside before was taken.
func (m *machine) kill() {
	_ = m.cmd.Process.Kill()
	_ = m.cmd.Wait()
	for range m.says {
	}
	<-m.gone
	m.conn.Close()
}

// consoleEnd is what the guest's console has shown last.
func (s *series) consoleEnd() string {
	b, _ := os.ReadFile(s.file("console"))
	return string(b[max(0, len(b)-3000):])
}

// file names a file of the series.
func (s *series) file(name string) string { return filepath.Join(s.dir, name) }
