package virtual

import "smppagent/internal/modem/textmode"

// settings are what commands change and ATZ puts back.
type settings struct {
	echo, verbose, quiet bool // E, V, Q: V.250 §6.2.4 to §6.2.6

	result         int // X, V.250 §6.2.7
	cr, lf, bs     byte
	autoAnswer     int // S0
	waitForCarrier int // S7

	cmee    int              // TS 27.007 §9.1
	text    bool             // +CMGF=1, TS 27.005 §3.2.3
	charset textmode.Charset // +CSCS, TS 27.007 §5.5
	service int              // +CSMS, TS 27.005 §3.2.1

	parameters textmode.Parameters // +CSMP, TS 27.005 §3.1.2
	header     int                 // +CSDH, TS 27.005 §3.1.3
	centre     string              // +CSCA, TS 27.005 §3.3.1
	centreType int
	more       int    // +CMMS, TS 27.005 §3.5.6
	indicate   [5]int // +CNMI: mode, mt, bm, ds, bfr; TS 27.005 §3.4.1
	memory     [3]int // +CPMS, TS 27.005 §3.2.2

	creg, cgreg, cereg int  // URCs of registration, TS 27.007 §7.2
	operator           int  // format of +COPS?, TS 27.007 §7.3
	events             int  // ind of +CMER, TS 27.007 §8.10
	ussd               int  // +CUSD, TS 27.007 §7.15
	clip, ring         int  // +CLIP and +CRC: TS 27.007 §7.6, §6.11
	off                bool // the radio, by +CFUN
	unlocked           bool // the PIN was given

	// Others are settings that change nothing here and are given back as they were set.
	others map[string]string
}

// defaultSettings are those after power on: TS 27.005 §3 and TS 27.007 name most of them.
func defaultSettings(cfg *Config) settings {
	return settings{
		echo: cfg.Echo, verbose: true, result: 4, cr: '\r', lf: '\n', bs: '\b', waitForCarrier: 60,
		charset: textmode.IRA, parameters: textmode.DefaultParameters(),
		centre: cfg.Centre, centreType: addressType(cfg.Centre),
		others: map[string]string{},
	}
}

// addressType is the type of address of a number as TS 27.005 writes it: 145 international, 129 unknown.
func addressType(number string) int {
	if len(number) > 0 && number[0] == '+' {
		return 145
	}
	return 129
}
