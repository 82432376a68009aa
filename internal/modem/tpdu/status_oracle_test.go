package tpdu

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smppagent/internal/sms"
)

// What Wireshark reads of the TP-Status of every outcome: TS 23.040 §9.2.3.15.
func TestStatusTshark(t *testing.T) {
	for _, program := range []string{"tshark", "text2pcap"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program)
		}
	}
	rows := []struct {
		status Status
		says   string
	}{
		{StatusOf(sms.Delivered), "Short message received by the SME"},
		{StatusOf(sms.Accepted), "Short message forwarded by the SC to the SME but the SC is unable to confirm delivery"},
		{StatusOf(sms.InDoubt), "Values specific to each SC (16)"},
		{StatusOf(sms.Expired), "SM Validity Period Expired"},
		{StatusOf(sms.Rejected), "Connection rejected by SME"},
		{StatusOf(sms.Failed), "Incompatible destination"},
		{StatusReplaced, "Short message replaced by the SC"},
		{StatusDeleted, "SM Deleted by SC Administration"},
		{StatusUnknown, "SM does not exist"},
	}
	var dump strings.Builder
	at := time.Date(2026, 11, 23, 6, 22, 26, 0, time.UTC)
	for _, x := range rows {
		r := Report{Reference: 42, To: number("447700900456"), Time: at, Discharge: at.Add(time.Minute), Status: x.status}
		b, err := r.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(b); i += 16 {
			fmt.Fprintf(&dump, "%06x % x\n", i, b[i:min(i+16, len(b))])
		}
	}
	dir := t.TempDir()
	text, pcap := filepath.Join(dir, "pdus.txt"), filepath.Join(dir, "pdus.pcap")
	if err := os.WriteFile(text, []byte(dump.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("text2pcap", "-q", "-l", "147", text, pcap).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.Command("tshark", "-n", "-r", pcap, "-o", `uat:user_dlts:"User 0 (DLT=147)","gsm_sms","0","","0",""`, "-V").Output()
	if err != nil {
		t.Fatal(err)
	}
	frames := strings.Split(string(out), "\nFrame ")
	if len(frames) != len(rows) {
		t.Fatalf("tshark reads %d TPDUs of %d", len(frames), len(rows))
	}
	for i, x := range rows {
		if !strings.Contains(frames[i], x.says) || strings.Contains(frames[i], "Malformed") {
			t.Errorf("TP-ST %#02x: tshark does not say %q:\n%s", uint8(x.status), x.says, frames[i])
		}
	}
}
