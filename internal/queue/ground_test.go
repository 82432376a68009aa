package queue

import (
	"errors"
	"os"
	"strings"
	"testing"
)

const mountinfo = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 0 254:0 / / rw,relatime - ext4 /dev/vda rw,errors=remount-ro
30 27 0:30 / /tmp rw,nosuid - tmpfs tmpfs rw,size=100k
31 27 254:1 / /data rw,noatime - ext4 /dev/vdb rw,nobarrier,data=journal
32 27 0:31 / /overlay\040dir rw - overlay overlayfs:/overlay rw,lowerdir=/,upperdir=/data/upper,workdir=/data/work
33 31 254:2 / /data/queue rw - ubifs ubi0:data rw
`

func TestMountOf(t *testing.T) {
	for path, want := range map[string]string{
		"/":                    "ext4",
		"/var/lib":             "ext4",
		"/tmp/x":               "tmpfs",
		"/tmpx":                "ext4",
		"/data":                "ext4",
		"/data/queue/x":        "ubifs",
		"/overlay dir/etc/cfg": "overlay",
	} {
		if m := mountOf(mountinfo, path); m.fsType != want {
			t.Errorf("%s lies on %s, want %s", path, m.fsType, want)
		}
	}
	m := mountOf(mountinfo, "/data/x")
	if !m.has("nobarrier") || m.option("data") != "journal" || m.has("barrier") {
		t.Errorf("options of /data: %v", m.options)
	}
	if up := mountOf(mountinfo, "/overlay dir").option("upperdir"); up != "/data/upper" {
		t.Errorf("upperdir is %q", up)
	}
}

// TestVolatile: a directory in RAM is refused by name, unless it was asked for.
func TestVolatile(t *testing.T) {
	const ram = "/dev/shm"
	if magic, err := fsMagic(ram); err != nil || magic != magicTmpfs {
		t.Skipf("%s is no tmpfs here", ram)
	}
	dir, err := os.MkdirTemp(ram, "queue-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	cfg := testConfig(dir)
	cfg.Volatile = false
	_, _, err = Open(cfg, quiet)
	if !errors.Is(err, ErrVolatile) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "tmpfs") {
		t.Fatalf("Open in RAM: %v", err)
	}
	cfg.Volatile = true
	_, rec, _ := serve(t, cfg)
	if len(rec.Notes) == 0 || !strings.Contains(rec.String(), "lost with the power") {
		t.Errorf("%v", rec)
	}
}
