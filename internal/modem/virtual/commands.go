package virtual

// An entry of the table of commands.
type entry struct {
	name string
	do   handler
	// open: it works before the PIN is given. message: before that, its failure is one of messages.
	open, message bool
}

// find gives what carries a command out, nil for one that is not known.
func find(name string) *entry {
	for i := range commands {
		if commands[i].name == name {
			return &commands[i]
		}
	}
	if keptOf(name) != nil {
		return &keeper
	}
	return nil
}

// keeper carries out the commands of kept.
var keeper = entry{do: keep, open: true}

// commands are those that do something. The table has no code of its own: every command is a function, which the
// linker puts here.
var commands = [...]entry{
	// V.250
	{name: "A", do: hangUp, open: true},
	{name: "D", do: dial},
	{name: "E", do: flag, open: true},
	{name: "H", do: hangUp, open: true},
	{name: "I", do: identify, open: true},
	{name: "K", do: accepted, open: true},
	{name: "L", do: accepted, open: true},
	{name: "M", do: accepted, open: true},
	{name: "N", do: accepted, open: true},
	{name: "O", do: notHere, open: true},
	{name: "P", do: accepted, open: true},
	{name: "Q", do: flag, open: true},
	{name: "S", do: register, open: true},
	{name: "T", do: accepted, open: true},
	{name: "V", do: flag, open: true},
	{name: "X", do: resultCodes, open: true},
	{name: "Z", do: reset, open: true},
	{name: "&C", do: accepted, open: true},
	{name: "&D", do: accepted, open: true},
	{name: "&F", do: reset, open: true},
	{name: "&K", do: accepted, open: true},
	{name: "&S", do: accepted, open: true},
	{name: "&V", do: profile, open: true},
	{name: "&W", do: accepted, open: true},
	{name: `\Q`, do: accepted, open: true},
	{name: "+GCAP", do: capabilities, open: true},
	{name: "+GMI", do: identity, open: true},
	{name: "+GMM", do: identity, open: true},
	{name: "+GMR", do: identity, open: true},
	{name: "+GSN", do: serialNumber, open: true},

	// TS 27.007
	{name: "+CBC", do: battery, open: true},
	{name: "+CCID", do: card},
	{name: "+CCLK", do: clock, open: true},
	{name: "+CEER", do: silent, open: true},
	{name: "+CEREG", do: registration, open: true},
	{name: "+CESQ", do: extendedQuality, open: true},
	{name: "+CFUN", do: functionality, open: true},
	{name: "+CGATT", do: attached},
	{name: "+CGMI", do: identity, open: true},
	{name: "+CGMM", do: identity, open: true},
	{name: "+CGMR", do: identity, open: true},
	{name: "+CGREG", do: registration, open: true},
	{name: "+CGSN", do: serialNumber, open: true},
	{name: "+CHUP", do: hangUp, open: true},
	{name: "+CIMI", do: identity},
	{name: "+CIND", do: indicators, open: true},
	{name: "+CLCC", do: silent},
	{name: "+CLCK", do: lock},
	{name: "+CLIP", do: callerNumber},
	{name: "+CMEE", do: errorMode, open: true},
	{name: "+CMER", do: eventMode, open: true},
	{name: "+CMUX", do: notHere, open: true},
	{name: "+CNUM", do: ownNumber},
	{name: "+COPS", do: operatorSelection},
	{name: "+CPAS", do: activity, open: true},
	{name: "+CPIN", do: enterPIN, open: true},
	{name: "+CPINR", do: pinTriesLeft, open: true},
	{name: "+CRC", do: number, open: true},
	{name: "+CREG", do: registration, open: true},
	{name: "+CSCS", do: characterSet, open: true},
	{name: "+CSQ", do: signalQuality, open: true},
	{name: "+CUSD", do: ussd},
	{name: "+ICCID", do: card},
	{name: "+VTS", do: silent},

	// TS 27.005
	{name: "+CMGC", do: notHere, message: true},
	{name: "+CMGD", do: deleteMessage, message: true},
	{name: "+CMGF", do: messageFormat, open: true},
	{name: "+CMGL", do: listMessages, message: true},
	{name: "+CMGR", do: readMessage, message: true},
	{name: "+CMGW", do: writeMessage, message: true},
	{name: "+CMSS", do: sendStored, message: true},
	{name: "+CNMA", do: acknowledge, message: true},
	{name: "+CNMI", do: indications, message: true},
	{name: "+CPMS", do: preferredMemory, message: true},
	{name: "+CMGS", do: sendMessage, message: true},
	{name: "+CMMS", do: moreMessages, open: true},
	{name: "+CRES", do: silent, message: true},
	{name: "+CSAS", do: silent, message: true},
	{name: "+CSCA", do: serviceCentre, message: true},
	{name: "+CSDH", do: number, open: true},
	{name: "+CSMP", do: textParameters, open: true},
	{name: "+CSMS", do: messageService, open: true},
}
