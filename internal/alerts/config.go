package alerts

import "time"

// Config says where the agent stands, who is to be told, and what is worth telling. Each field is a
// table at the root of config.toml.
type Config struct {
	// Site is where the agent stands: [site].
	Site Site `toml:"site"`
	// People can be told: [people.NAME].
	People map[string]Person `toml:"people"`
	// Groups are names for several people, in order: [groups], family = ["ivan", "maria"]. A group may
	// name groups.
	Groups map[string]Names `toml:"groups"`
	// Alerts are the rules: [alert.NAME].
	Alerts map[string]Rule `toml:"alert"`
	// Push is for what programs raise, clear and report: [push].
	Push PushConfig `toml:"push"`
}

// Site is where the agent stands.
type Site struct {
	// Name begins every text: "Cabin". 1 to 20 characters. No default.
	Name string `toml:"name"`
	// Timezone is the zone of the times of day in texts and of "send --at", such as "Europe/Sofia".
	// Default: the machine's.
	Timezone string `toml:"timezone"`
}

// Person is somebody who can be told. The name has 1 to 32 letters, digits, "-" and "_".
type Person struct {
	// Phone is the number in full, with the country: "+359888123456" (E.164). No default.
	Phone string `toml:"phone"`
}

// Rule says when something is worth telling, when it is over, and what to say to whom.
type Rule struct {
	// When is the sentence that must be true: "freezer above -12 for 20m". No default.
	When string `toml:"when"`
	// Until is the sentence that ends it. Default: the opposite of When, held for the same time, a number
	// with 2 % or 1 unit of hysteresis, whichever is more, but at most half the limit, and half of what
	// is left to 100; what is above 0 ends at 0 too. Check says it back.
	Until string `toml:"until"`
	// Class is how urgent it is: emergency, alarm, warning, info or telemetry. Default "warning".
	Class string `toml:"class"`
	// Text is what people read when it begins, with {fields} filled in. No default.
	Text string `toml:"text"`
	// Clear is what those people read when it is over. Default "": nothing.
	Clear string `toml:"clear"`
	// To is who is told: people and groups. No default.
	To Names `toml:"to"`
	// Repeat is how long to wait after each text before saying it again while it lasts, 1m to 168h each.
	// The last one goes on for class emergency until it is over; for the others the list is used up once.
	// Default: none.
	Repeat []time.Duration `toml:"repeat"`
}

// PushConfig is for what programs outside raise, clear and report.
type PushConfig struct {
	// To is who is told of a push that names nobody: people and groups. Default: everybody in [people].
	To Names `toml:"to"`
	// Class is that of a push that names none. Default "warning".
	Class string `toml:"class"`
	// Repeat is as in [alert.NAME]. Default: none.
	Repeat []time.Duration `toml:"repeat"`
	// Sensors are the pushed names that rules use as sensors: raise is on, clear is off, event is new.
	// Default: none.
	Sensors Names `toml:"sensors"`
	// MaxOpen is how many pushed incidents may be open at once, 1 to 1000. Default 100.
	MaxOpen int `toml:"max_open"`
}

// Default is the configuration with every default in place.
func Default() Config {
	return Config{Push: PushConfig{Class: "warning", MaxOpen: 100}}
}
