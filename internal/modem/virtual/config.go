package virtual

import (
	"time"

	"smppagent/internal/sms"
)

// Config is one modem for others to use: a table [[virtual]]. Exactly one of PTY, Serial and TCP says where
// it is.
type Config struct {
	// Name is for logs, "smppagent status" and the messages that wait on flash. 1 to 20 letters, digits, "-"
	// and "_"; no two ports may share it. No default.
	Name string `toml:"name"`

	// PTY is the path of a symbolic link to a pseudo-terminal, for programs on this machine. Relative to the
	// config file's directory. Default "".
	PTY string `toml:"pty"`
	// Owner and Group are who may open it, by name or number. Default "": the agent's own.
	Owner string `toml:"owner"`
	Group string `toml:"group"`
	// Mode is the permissions of the pseudo-terminal, in octal. Default "0660".
	Mode string `toml:"mode"`

	// Serial is a serial line to a device, such as "/dev/ttyUSB0". Default "".
	Serial string `toml:"serial"`
	// Baud is its speed in bit/s. 300 to 921600, default 115200.
	Baud int `toml:"baud"`
	// Framing is its data bits, parity (N, E, O) and stop bits. Default "8N1".
	Framing string `toml:"framing"`
	// Flow is its flow control: "none", "rtscts" or "xonxoff". Default "none".
	Flow Flow `toml:"flow"`

	// TCP is an address to listen on for raw connections, host:port. One that is not loopback needs Allow or
	// PIN. Default "".
	TCP string `toml:"tcp"`
	// Allow are the addresses and networks from which connections are taken, such as "192.168.7.0/24".
	// Default []: all, with the PIN; loopback needs neither.
	Allow []string `toml:"allow"`

	// PIN must be given with AT+CPIN before messages are taken, 4 to 8 digits. Default "": none.
	PIN string `toml:"pin"`
	// Sender is the source_addr of its messages: a number, a short code or up to 11 letters. Default "":
	// that of [route].
	Sender string `toml:"sender"`
	// Class is how urgent its messages are: "emergency", "alarm", "warning", "info" or "telemetry". Default
	// "alarm".
	Class sms.Class `toml:"class"`
	// Destinations are the numbers that it may send to; a number that ends in "*" stands for all that begin
	// so. Default []: all.
	Destinations []string `toml:"destinations"`
	// Country is the country code that numbers get which begin with the digits of TrunkPrefix, 1 to 3
	// digits. Default "": national numbers stay as they are.
	Country string `toml:"country"`
	// TrunkPrefix is what national numbers begin with, up to 3 digits. Default "0".
	TrunkPrefix string `toml:"trunk_prefix"`
	// Inbound says which messages from the SMSC go to this port: "none", "number" for those to its own
	// number, "all". Default "number".
	Inbound Inbound `toml:"inbound"`
	// Ack says when AT+CMGS is answered: "queued" when the message is on flash, "submitted" when the SMSC
	// has it, or after 8 s. Default "queued".
	Ack Ack `toml:"ack"`
	// AckLate says what Ack "submitted" gives after 8 s: "ok", since the message goes on its way from flash, or
	// "error", +CMS ERROR: 332, for which the message is taken back; one that is being sent at that moment is
	// "ok" all the same. Default "ok".
	AckLate AckLate `toml:"ack_late"`
	// Local gives messages to the own number of another port straight to that one, when it takes them by Inbound;
	// the SMSC does not see them. Default false.
	Local bool `toml:"local"`
	// Alerts are the alerts whose texts come to this port too, by name, "*" for all. Default []: none.
	Alerts []string `toml:"alerts"`
	// AlertsAs says how they come: "text", or "lamp", a text that lights the voicemail lamp when the alert begins
	// and darkens it when none is open any more. Default "text".
	AlertsAs AlertsAs `toml:"alerts_as"`
	// WhenDown is what the modem says of its network while the SMSC cannot be reached: "roaming" or "home",
	// so that clients go on sending and the messages wait on flash, or "searching", which refuses them.
	// Default "roaming".
	WhenDown WhenDown `toml:"when_down"`
	// Ring raises RING for each message and each alert that comes in, for panels that wake on it. Default false.
	Ring bool `toml:"ring"`

	// PerHour is how many messages it may send in an hour over a long time, Burst how many at once. What is
	// more gets "+CMS ERROR: 42". 1 to 100000 and 1 to 10000, default 360 and 60.
	PerHour int `toml:"per_hour"`
	Burst   int `toml:"burst"`
	// Collapse is the time within which the same text to the same number is sent at most Identical times; the
	// others become one text that says how many they were. "0s" to "24h", default "10m"; "0s" is never.
	Collapse time.Duration `toml:"collapse"`
	// Identical is how many of them go out as they are. 1 to 1000, default 3.
	Identical int `toml:"identical"`
	// QuietHours is a time of day during which its messages wait until its end, such as "22:00-06:30"; those of
	// class emergency do not wait, nor any while the clock is not set. Default "": none.
	QuietHours string `toml:"quiet_hours"`

	// Manufacturer, Model and Revision are what the modem says it is, each of up to 64 characters. Default "":
	// this program.
	Manufacturer string `toml:"manufacturer"`
	Model        string `toml:"model"`
	Revision     string `toml:"revision"`
	// IMEI is the modem's serial number, 15 digits, and IMSI that of its SIM, 14 or 15 digits. ICCID is that
	// of the card, 18 to 20 digits. Default "": made of Name.
	IMEI  string `toml:"imei"`
	IMSI  string `toml:"imsi"`
	ICCID string `toml:"iccid"`
	// Number is its own number, for +CNUM and for Inbound. Default "".
	Number string `toml:"number"`
	// Centre is the service centre's number that +CSCA gives. Default "+10000000".
	Centre string `toml:"centre"`
	// Operator is the network's name. Default "": the SMSC's in this file.
	Operator string `toml:"operator"`

	// Echo is whether characters are sent back from the start: V.250 §6.2.4. Default true.
	Echo bool `toml:"echo"`
	// LFEnds lets an LF alone end a command line too. Default false.
	LFEnds bool `toml:"lf_ends"`
	// AnswerDelay is the least time from a command to its answer, for slow controllers that still turn from
	// sending to receiving. "0s" to "1s", default "0s".
	AnswerDelay time.Duration `toml:"answer_delay"`
	// Modem is the serial line to a real modem behind the port, such as "/dev/ttyUSB2". What clients say goes to
	// it, and its answers come back, but for the messages that they send. While it is away the agent stands in
	// for it. Default "": none.
	Modem string `toml:"modem"`
	// ModemBaud is its speed in bit/s. 300 to 921600, default 115200.
	ModemBaud int `toml:"modem_baud"`
	// Divert says which messages go by way of the agent: "always" all, "failed" those that the modem does not
	// send within 30 s. Default "always".
	Divert Divert `toml:"divert"`
	// Learn is a file to which is written what clients say and are answered, with numbers, PINs and texts
	// masked, and which of their commands are not known. Relative to the config file's directory. Default "":
	// none.
	Learn string `toml:"learn"`
	// Messages is how many messages the memory of the modem holds. 1 to 1000, default 50.
	Messages int `toml:"messages"`
}

// The values of the keys that take a word.
type (
	Flow     string
	Inbound  string
	Ack      string
	AckLate  string
	AlertsAs string
	WhenDown string
	Divert   string
)

// The words.
const (
	FlowNone    Flow = "none"
	FlowRTSCTS  Flow = "rtscts"
	FlowXONXOFF Flow = "xonxoff"

	InboundNone   Inbound = "none"
	InboundNumber Inbound = "number"
	InboundAll    Inbound = "all"

	AckQueued    Ack = "queued"
	AckSubmitted Ack = "submitted"

	LateOK    AckLate = "ok"
	LateError AckLate = "error"

	AlertsText AlertsAs = "text"
	AlertsLamp AlertsAs = "lamp"

	DownRoaming   WhenDown = "roaming"
	DownHome      WhenDown = "home"
	DownSearching WhenDown = "searching"

	DivertAlways Divert = "always"
	DivertFailed Divert = "failed"
)

// Default returns the configuration of an empty [[virtual]] table.
func Default() Config {
	return Config{
		Mode: "0660", Baud: 115200, Framing: "8N1", Flow: FlowNone,
		Class: sms.Alarm, TrunkPrefix: "0", Inbound: InboundNumber, Ack: AckQueued, AckLate: LateOK, AlertsAs: AlertsText, WhenDown: DownRoaming,
		PerHour: 360, Burst: 60, Collapse: 10 * time.Minute, Identical: 3,
		Centre: "+10000000", Echo: true, Messages: 50, ModemBaud: 115200, Divert: DivertAlways,
	}
}

// Place is where clients find the port, in words.
func (c *Config) Place() string {
	switch {
	case c.PTY != "":
		return c.PTY
	case c.Serial != "":
		return c.Serial
	}
	return "tcp " + c.TCP
}
