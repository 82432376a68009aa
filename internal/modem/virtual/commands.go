package virtual

// An entry of the table of commands.
type entry struct {
	do handler
	// open: it works before the PIN is given. message: before that, its failure is one of messages.
	open, message bool
}

// find gives what carries a command out, nil for one that is not known.
func find(name string) *entry {
	if e, ok := commands[name]; ok {
		return &e
	}
	if _, ok := kept[name]; ok {
		return &entry{do: keep, open: true}
	}
	return nil
}

// commands are those that do something.
var commands = map[string]entry{
	// V.250
	"A":     {do: hangUp, open: true},
	"D":     {do: dial},
	"E":     {do: flag(func(s *settings) *bool { return &s.echo }), open: true},
	"H":     {do: hangUp, open: true},
	"I":     {do: identify, open: true},
	"K":     {do: accepted, open: true},
	"L":     {do: accepted, open: true},
	"M":     {do: accepted, open: true},
	"N":     {do: accepted, open: true},
	"O":     {do: notHere(errNoCarrier), open: true},
	"P":     {do: accepted, open: true},
	"Q":     {do: flag(func(s *settings) *bool { return &s.quiet }), open: true},
	"S":     {do: register, open: true},
	"T":     {do: accepted, open: true},
	"V":     {do: flag(func(s *settings) *bool { return &s.verbose }), open: true},
	"X":     {do: resultCodes, open: true},
	"Z":     {do: reset, open: true},
	"&C":    {do: accepted, open: true},
	"&D":    {do: accepted, open: true},
	"&F":    {do: reset, open: true},
	"&K":    {do: accepted, open: true},
	"&S":    {do: accepted, open: true},
	"&V":    {do: profile, open: true},
	"&W":    {do: accepted, open: true},
	`\Q`:    {do: accepted, open: true},
	"+GCAP": {do: capabilities, open: true},
	"+GMI":  {do: identity(manufacturer), open: true},
	"+GMM":  {do: identity(model), open: true},
	"+GMR":  {do: identity(revision), open: true},
	"+GSN":  {do: serialNumber, open: true},

	// TS 27.007
	"+CBC":   {do: battery, open: true},
	"+CCID":  {do: card},
	"+CCLK":  {do: clock, open: true},
	"+CEER":  {do: silent, open: true},
	"+CEREG": {do: registration(func(s *settings) *int { return &s.cereg }), open: true},
	"+CESQ":  {do: extendedQuality, open: true},
	"+CFUN":  {do: functionality, open: true},
	"+CGATT": {do: attached},
	"+CGMI":  {do: identity(manufacturer), open: true},
	"+CGMM":  {do: identity(model), open: true},
	"+CGMR":  {do: identity(revision), open: true},
	"+CGREG": {do: registration(func(s *settings) *int { return &s.cgreg }), open: true},
	"+CGSN":  {do: serialNumber, open: true},
	"+CHUP":  {do: hangUp, open: true},
	"+CIMI":  {do: identity(imsi)},
	"+CIND":  {do: indicators, open: true},
	"+CLCC":  {do: silent},
	"+CLCK":  {do: lock},
	"+CLIP":  {do: callerNumber},
	"+CMEE":  {do: errorMode, open: true},
	"+CMER":  {do: eventMode, open: true},
	"+CMUX":  {do: notHere(cmeNotSupported), open: true},
	"+CNUM":  {do: ownNumber},
	"+COPS":  {do: operatorSelection},
	"+CPAS":  {do: activity, open: true},
	"+CPIN":  {do: enterPIN, open: true},
	"+CPINR": {do: pinTriesLeft, open: true},
	"+CRC":   {do: number(1, func(s *settings) *int { return &s.ring }), open: true},
	"+CREG":  {do: registration(func(s *settings) *int { return &s.creg }), open: true},
	"+CSCS":  {do: characterSet, open: true},
	"+CSQ":   {do: signalQuality, open: true},
	"+CUSD":  {do: ussd},
	"+ICCID": {do: card},
	"+VTS":   {do: silent},

	// TS 27.005
	"+CMGC": {do: notHere(cmsNotSupported), message: true},
	"+CMGD": {do: deleteMessage, message: true},
	"+CMGF": {do: messageFormat, open: true},
	"+CMGL": {do: listMessages, message: true},
	"+CMGR": {do: readMessage, message: true},
	"+CMGW": {do: writeMessage, message: true},
	"+CMSS": {do: sendStored, message: true},
	"+CNMA": {do: acknowledge, message: true},
	"+CNMI": {do: indications, message: true},
	"+CPMS": {do: preferredMemory, message: true},
	"+CMGS": {do: sendMessage, message: true},
	"+CMMS": {do: moreMessages, open: true},
	"+CRES": {do: silent, message: true},
	"+CSAS": {do: silent, message: true},
	"+CSCA": {do: serviceCentre, message: true},
	"+CSDH": {do: number(1, func(s *settings) *int { return &s.header }), open: true},
	"+CSMP": {do: textParameters, open: true},
	"+CSMS": {do: messageService, open: true},
}
