package sim

// faultUnit is what the value of a fault means, and thereby how it is written.
type faultUnit uint8

const (
	perEvent faultUnit = iota // how often: 3 (the next three), 10% (by chance), on, off
	nth                       // which one: 3 (the third from now), 10%, on, off
	pace                      // like perEvent, and 2/s (what is over two a second)
	period                    // how long: 10s, on, off
	delay                     // by how much: 15s, or 15s*2 for the next two, off
	status                    // a command_status: ESME_RSYSERR or 0x8, then like delay: *2, off
	groups                    // how many at a time: 3, off
	most                      // how many at most: 1, off
)

// faultKind is one way to misbehave, or to punish an ESME that does.
type faultKind struct {
	name    string
	unit    faultUnit
	pitfall string // which rows of docs/interop.md, "27" or "35, 39"; empty: a fault that is no SMSC's habit
	section string // of SMPP 3.4 that it is about or against
	help    string
	usual   string // the value that on stands for, where the unit has none by itself
}

// faultList names everything the SMSC can do wrong, in the order help shows it. What begins with "punish"
// is strictness: it happens only to an ESME that makes the mistake.
var faultList = []faultKind{
	{"only-3.4", perEvent, "1", "5.2.4", "refuse a bind with another interface_version than 3.4, with ESME_RSYSERR", ""},
	{"no-version", perEvent, "2", "3.4", "leave sc_interface_version out of the bind response", ""},
	{"no-tlvs", perEvent, "2", "3.4", "refuse submit_sm with optional parameters, with ESME_ROPTPARNOTALLWD", ""},
	{"wrong-bind-resp", perEvent, "3", "4.1", "answer every kind of bind with bind_transmitter_resp", ""},
	{"version-check", perEvent, "4", "5.2.4", "punish an interface_version that does not exist with ESME_RBINDFAIL", ""},
	{"no-transceiver", perEvent, "5", "4.1", "refuse bind_transceiver with ESME_RINVCMDID", ""},
	{"only-transceiver", perEvent, "5", "4.1", "refuse all binds but bind_transceiver with ESME_RINVCMDID", ""},
	{"early-enquire", perEvent, "6", "4.11", "send enquire_link before the bind, and close without an answer", ""},
	{"strict-open", perEvent, "6", "2.3", "punish an enquire_link before the bind by closing", ""},
	{"ghost-session", delay, "7", "2.2", "hold a session that was lost for so long, and refuse others with ESME_RALYBND", "90s"},
	{"one-segment", perEvent, "8", "2.2", "write the bind response and deliver_sm at once", ""},
	{"close-on-unbind", perEvent, "9", "4.2", "close at unbind without answering it", ""},
	{"unbind-after", delay, "10", "4.2", "send unbind after so long", "10m"},
	{"close-after", delay, "10", "2.2", "drop the connection after so long", "10m"},
	{"idle-limit", delay, "11", "7.2", "drop a connection on which nothing comes for so long", "500ms"},
	{"no-enquire", perEvent, "11", "4.11", "punish enquire_link by dropping the connection", ""},
	{"nat-drop", delay, "12", "4.11", "let nothing through any more, either way, once nothing has come or gone for so long", "45s"},
	{"http", perEvent, "13", "4.1", "answer bind like a web server", ""},
	{"tls-alert", perEvent, "13", "4.1", "answer bind with a TLS alert", ""},
	{"mute-bind", perEvent, "14", "7.2", "do not answer bind", ""},
	{"no-body", perEvent, "15", "4.4.2", "answer bind and submit_sm with a bare header, whatever the command_status", ""},
	{"error-body", perEvent, "15", "4.4.2", "give error responses the body that §4.4.2 leaves out", ""},
	{"error-tlvs", perEvent, "16", "4.4.2", "give error responses optional parameters and no message_id", ""},
	{"no-message-id", perEvent, "17", "4.4.2", "answer submit_sm with an empty message_id", ""},
	{"same-id", perEvent, "17", "5.2.23", "answer submit_sm with the message_id that all get", ""},
	{"refuse", status, "18", "5.1.3", "refuse submit_sm with this command_status", ""},
	{"nack", perEvent, "19", "4.3", "refuse submit_sm with generic_nack ESME_RSYSERR in place of submit_sm_resp", ""},
	{"throttle-nack", perEvent, "19", "4.3", "refuse submit_sm with generic_nack ESME_RTHROTTLED", ""},
	{"stray-nack", perEvent, "20", "4.3", "after answering submit_sm send generic_nack with its length for a sequence_number", ""},
	{"no-query", perEvent, "21", "4.8", "query_sm is answered with generic_nack, ESME_RINVCMDID", ""},
	{"mute-query", perEvent, "21", "4.8", "do not answer query_sm", ""},
	{"echo-sequence", perEvent, "22", "5.1.4", "number deliver_sm as the ESME has numbered its latest submit_sm", ""},
	{"late", delay, "23", "7.2", "answer submit_sm late", "45s"},
	{"reorder", groups, "23", "2.8", "answer submit_sm in groups of so many, last first", "3"},
	{"throttle", pace, "24, 25", "5.1.3", "refuse submit_sm with ESME_RTHROTTLED", ""},
	{"queue-full", perEvent, "24", "5.1.3", "refuse submit_sm with ESME_RMSGQFUL", ""},
	{"small-window", most, "26", "2.8", "drop a submit_sm silently while so many have no response", "1"},
	{"wrong-id-base", perEvent, "27", "App. B", "write the message_id in the receipt in the other base", ""},
	{"padded-id", perEvent, "27", "App. B", "write the message_id in the receipt with zeros in front and in lower case", ""},
	{"strange-receipt", perEvent, "28", "App. B", "write the receipt text in another order, lower case, dates with seconds", ""},
	{"payload-receipt", perEvent, "28", "5.3.2.32", "send the receipt text in message_payload", ""},
	{"ucs2-receipt", perEvent, "28", "5.2.19", "send the receipt text in UCS2", ""},
	{"plain-receipt", perEvent, "29", "5.2.12", "send the receipt with esm_class 0, like any message", ""},
	{"receipt-class", perEvent, "29", "5.2.12", "send the receipt with esm_class 0x08, 0x20 or 0x44 in turn", ""},
	{"bare-tlvs", perEvent, "30", "5.3.2.12", "receipted_message_id without NUL, no message_state, network_error_code as three digits", ""},
	{"receipt-first", perEvent, "31", "4.6", "send the receipt before the response to submit_sm", ""},
	{"unasked-receipt", perEvent, "32", "5.2.17", "send a receipt although none was asked for", ""},
	{"intermediate", perEvent, "32", "5.2.12", "send an intermediate notification before the receipt", ""},
	{"duplicate-receipt", perEvent, "32", "4.6", "send the receipt twice", ""},
	{"exact-lengths", perEvent, "33", "4.6.2", "punish responses of a wrong length with generic_nack ESME_RINVCMDLEN, and close", ""},
	{"flood", perEvent, "34", "4.6", "send everything there is to deliver without waiting for responses", ""},
	{"default-latin1", perEvent, "35", "5.2.19", "data_coding 0 is Latin-1, both ways", ""},
	{"default-packed", perEvent, "35, 39", "5.2.19", "data_coding 0 is the GSM 7-bit alphabet, packed, both ways", ""},
	{"lossy-latin1", perEvent, "36", "5.2.19", "turn Latin-1 into the GSM 7-bit alphabet, what it lacks into question marks", ""},
	{"mo-ucs2-as-0", perEvent, "37", "5.2.19", "send mobile-originated texts in UCS2 with data_coding 0", ""},
	{"mo-little-endian", perEvent, "37", "5.2.19", "send mobile-originated texts in UCS2 little-endian, behind a byte order mark", ""},
	{"whole-characters", perEvent, "38", "5.2.19", "punish half characters at the edge of a segment with ESME_RINVMSGLEN", ""},
	{"mo-no-udhi", perEvent, "40", "5.2.12", "send mobile-originated segments with a user data header that esm_class does not announce", ""},
	{"mo-empty-udh", perEvent, "40", "5.2.12", "send mobile-originated texts with a user data header of no elements", ""},
	{"no-udh", perEvent, "41", "5.2.12", "punish a user data header with ESME_RINVESMCLASS", ""},
	{"no-sar", perEvent, "41", "5.3.2.22", "punish sar_ parameters with ESME_ROPTPARNOTALLWD", ""},
	{"no-payload", perEvent, "41", "5.3.2.32", "punish message_payload with ESME_ROPTPARNOTALLWD", ""},
	{"full-segments", perEvent, "42", "5.2.21", "punish segments but the last that are not full with ESME_RINVMSGLEN", ""},
	{"strict-sender", perEvent, "43", "5.2.6", "punish an alphanumeric source_addr with a numbering plan with ESME_RINVSRCNPI", ""},
	{"no-alphanumeric", perEvent, "43", "5.2.5", "punish an alphanumeric source_addr with ESME_RINVSRCTON", ""},
	{"no-plus", perEvent, "44", "5.2.8", "punish a plus in an address with the command_status 0x94", ""},
	{"no-relative", perEvent, "45", "7.1.1", "punish a relative validity_period with ESME_RINVEXPIRY", ""},
	{"no-absolute", perEvent, "45", "7.1.1", "punish an absolute validity_period with ESME_RINVEXPIRY", ""},
	{"system-type", perEvent, "46", "5.2.3", "punish another system_type than VMA with ESME_RINVSYSTYP", ""},
	{"service-type", perEvent, "46", "5.2.11", "punish another service_type than CMT with ESME_RINVSERTYP", ""},
	{"short-password", perEvent, "47", "5.2.2", "punish a password of more than eight octets with ESME_RINVPASWD", ""},
	{"long-id", perEvent, "48", "5.2.23", "give out message_ids of 100 octets", ""},
	{"off-by-one", perEvent, "49", "5.2.21", "send deliver_sm with a NUL behind the text that sm_length does not count", ""},
	{"cut-tlv", perEvent, "50", "3.2.4", "send deliver_sm whose last optional parameter ends early", ""},
	{"garbage-address", perEvent, "51", "5.2.9", "send deliver_sm with octets in destination_addr that are no address", ""},
	{"data-sm", perEvent, "52", "4.7", "send receipts in data_sm", ""},

	{"lose", nth, "", "2.2", "drop the connection at this submit_sm, which is not accepted", ""},
	{"drop-before", nth, "", "2.2", "accept this submit_sm and drop the connection before answering", ""},
	{"drop-after", nth, "", "2.2", "drop the connection after answering this submit_sm", ""},
	{"mute", period, "", "7.2", "accept everything and write nothing at all", ""},
	{"mute-enquire", perEvent, "", "4.11", "do not answer enquire_link", ""},
	{"swallow-responses", perEvent, "", "4.4.2", "accept submit_sm and never answer it", ""},
	{"duplicate-response", perEvent, "", "2.8", "answer submit_sm twice", ""},
	{"wrong-sequence", perEvent, "", "5.1.4", "answer submit_sm with a sequence_number that was never sent", ""},
	{"half-pdu", perEvent, "", "3.2", "write half the response to submit_sm and hang", ""},
	{"cut-pdu", perEvent, "", "3.2", "write half the response to submit_sm and drop the connection", ""},
	{"dribble", perEvent, "8", "3.2", "write responses to submit_sm octet by octet", ""},
	{"overlong", perEvent, "", "5.1.1", "answer submit_sm with a command_length of 2 GiB", ""},
	{"short-length", perEvent, "", "5.1.1", "answer submit_sm with a command_length of 7", ""},
	{"garbage", perEvent, "", "3.2", "answer submit_sm with random octets", ""},
	{"unknown-command", perEvent, "", "3.3", "after answering submit_sm send a command that does not exist", ""},
	{"close-on-connect", perEvent, "", "2.2", "close a connection as soon as it is there", ""},
	{"close-on-bind", perEvent, "", "4.1", "close the connection when bind arrives", ""},
	{"refuse-bind", status, "", "4.1", "refuse bind with this command_status", ""},
	{"fail", perEvent, "", "5.2.28", "messages end UNDELIVERABLE", ""},
	{"expire", perEvent, "", "5.2.28", "messages end EXPIRED", ""},
	{"reject", perEvent, "", "5.2.28", "messages end REJECTED", ""},
	{"no-receipt", perEvent, "", "5.2.17", "send no receipt although one was asked for", ""},
}

func findFault(name string) (faultKind, bool) {
	for _, k := range faultList {
		if k.name == name {
			return k, true
		}
	}
	return faultKind{}, false
}
