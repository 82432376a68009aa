package sysfs

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const w1Bus = "sys/bus/w1/devices"

// The families of 1-Wire thermometers that the kernel's w1_therm reads (Documentation/w1/slaves/w1_therm.rst).
const (
	familyDS18S20  = "10"
	familyDS1822   = "22"
	familyDS18B20  = "28"
	familyMAX31850 = "3b"
	familyDS28EA00 = "42"
)

// checkW1 is what is wrong with an address, or "".
func checkW1(address string) string {
	family, serial, _ := strings.Cut(strings.ToLower(address), "-")
	if len(family) != 2 || len(serial) != 12 || strings.Trim(family+serial, "0123456789abcdef") != "" {
		return fmt.Sprintf(`%q must be an address as in /%s, such as "28-3c01f0961111"`, address, w1Bus)
	}
	if !isThermometer(family) {
		return fmt.Sprintf("%q is of family %s, which is no thermometer: those are 10, 22, 28, 3b and 42", address, family)
	}
	return ""
}

func isThermometer(family string) bool {
	switch family {
	case familyDS18S20, familyDS1822, familyDS18B20, familyMAX31850, familyDS28EA00:
		return true
	}
	return false
}

// readW1 reads a thermometer, in C. Opening the file makes it measure, which takes up to 0.75 s.
func readW1(root, address string) (float64, error) {
	address = strings.ToLower(address)
	name := filepath.Join(root, w1Bus, address, "w1_slave")
	b, err := readWhole(name)
	if err != nil {
		return 0, err
	}
	v, err := parseW1(b)
	if err != nil {
		return 0, err
	}
	if low, high := w1Range(address[:2]); v < low || v > high {
		return 0, fmt.Errorf("%s C is outside of %s to %s C, which the thermometer can measure: its power is too low or it is broken",
			formatC(v), formatC(low), formatC(high))
	}
	return v, nil
}

// w1Range is what the data sheet says. 127.94 C, all ones, comes from a DS18B20 that browned out.
func w1Range(family string) (low, high float64) {
	if family == familyMAX31850 {
		return -270, 1800
	}
	return -55, 125
}

// parseW1 reads the two lines of w1_slave:
//
//	4d 01 4b 46 7f ff 0c 10 1c : crc=1c YES
//	4d 01 4b 46 7f ff 0c 10 1c t=20812
func parseW1(b []byte) (float64, error) {
	first, second, _ := bytes.Cut(b, []byte("\n"))
	scratchpad, crc, _ := bytes.Cut(first, []byte(" : "))
	switch {
	case bytes.HasSuffix(crc, []byte(" NO")):
		return 0, errors.New("the checksum is wrong: the wire is too long, or a contact is loose")
	case !bytes.HasSuffix(crc, []byte(" YES")):
		return 0, fmt.Errorf("it reads %.40q, which is not the first line of w1_slave", first)
	case len(bytes.Trim(scratchpad, "0 ")) == 0: // whose checksum is 0 as well
		return 0, errors.New("every octet is 0: the data wire is short-circuited")
	}
	_, value, ok := bytes.Cut(second, []byte("t="))
	if !ok {
		return 0, fmt.Errorf("it reads %.40q, which has no temperature", bytes.TrimSpace(second))
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("it reads %.20q, which is no temperature", bytes.TrimSpace(value))
	}
	return float64(n) / 1000, nil
}

const (
	powerOn      = 85.0 // C: what the thermometer holds before it has measured
	near         = 5.0  // C
	nearReadings = 10
)

// doubtW1 is an error for the value that stands in the thermometer from when it got power until it has
// measured, unless a good reading shortly before makes it likely: clones cannot be told apart otherwise.
func (p *probe) doubtW1(v float64, now time.Time) error {
	if v != powerOn || strings.EqualFold(p.sensor.W1[:2], familyMAX31850) {
		return nil
	}
	if !p.goodAt.IsZero() && now.Sub(p.goodAt) <= nearReadings*p.sensor.Every && math.Abs(v-p.good) <= near {
		return nil
	}
	return errors.New("85.000 C is what the thermometer shows before it has measured: it lost its power, or was just connected")
}

func formatC(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
