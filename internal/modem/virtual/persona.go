package virtual

import (
	"cmp"
	"hash/fnv"
	"strconv"
)

// A persona is the modem that a port says it is.
type persona struct {
	manufacturer, model, revision string
	imei, imsi, iccid             string
	number                        string // its own, "" when none is known
	operator                      string // the name of the network, "" for that of the link
}

func newPersona(cfg *Config, version string) persona {
	serial := fnv.New32a()
	serial.Write([]byte(cfg.Name))
	n := int(serial.Sum32() % 1000000)
	return persona{
		manufacturer: cmp.Or(cfg.Manufacturer, "smppagent"),
		model:        cmp.Or(cfg.Model, "Virtual GSM Modem"),
		revision:     cmp.Or(cfg.Revision, version),
		imei:         cmp.Or(cfg.IMEI, withCheckDigit("00101700"+sixDigits(n))),
		imsi:         cmp.Or(cfg.IMSI, testNetwork+"0000"+sixDigits(n)),
		iccid:        cmp.Or(cfg.ICCID, withCheckDigit("898800101"+"000"+sixDigits(n))),
		number:       cfg.Number,
		operator:     cfg.Operator,
	}
}

// testNetwork is the country code 001 and the network code 01 of networks for tests: ITU-T E.212 annex A. No
// operator has it.
const testNetwork = "00101"

func sixDigits(n int) string { return strconv.Itoa(1000000 + n)[1:] }

// withCheckDigit puts the digit behind an IMEI or ICCID that makes it right: TS 23.003 annex B.
func withCheckDigit(digits string) string {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			d = d * 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}
