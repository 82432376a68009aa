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
)

// faultKind is one way to misbehave.
type faultKind struct {
	name string
	unit faultUnit
	help string
}

// faultList names everything the SMSC can do wrong, in the order help shows it.
var faultList = []faultKind{
	{"throttle", pace, "refuse submit_sm with ESME_RTHROTTLED"},
	{"queue-full", perEvent, "refuse submit_sm with ESME_RMSGQFUL"},
	{"refuse", status, "refuse submit_sm with this command_status"},
	{"nack", perEvent, "refuse submit_sm with generic_nack ESME_RSYSERR in place of submit_sm_resp"},
	{"no-query", perEvent, "query_sm is answered with generic_nack, ESME_RINVCMDID"},
	{"lose", nth, "drop the connection at this submit_sm, which is not accepted"},
	{"drop-before", nth, "accept this submit_sm and drop the connection before answering"},
	{"drop-after", nth, "drop the connection after answering this submit_sm"},
	{"mute", period, "accept everything and write nothing at all"},
	{"mute-bind", perEvent, "do not answer bind"},
	{"mute-enquire", perEvent, "do not answer enquire_link"},
	{"swallow-responses", perEvent, "accept submit_sm and never answer it"},
	{"late", delay, "answer submit_sm late"},
	{"reorder", groups, "answer submit_sm in groups of so many, last first"},
	{"duplicate-response", perEvent, "answer submit_sm twice"},
	{"wrong-sequence", perEvent, "answer submit_sm with a sequence_number that was never sent"},
	{"no-message-id", perEvent, "answer submit_sm with an empty message_id"},
	{"same-id", perEvent, "answer submit_sm with the message_id that all get"},
	{"no-body", perEvent, "answer bind and submit_sm with a bare header, whatever the command_status"},
	{"error-body", perEvent, "give error responses the body that §4.4.2 leaves out"},
	{"half-pdu", perEvent, "write half the response to submit_sm and hang"},
	{"cut-pdu", perEvent, "write half the response to submit_sm and drop the connection"},
	{"dribble", perEvent, "write responses to submit_sm octet by octet"},
	{"overlong", perEvent, "answer submit_sm with a command_length of 2 GiB"},
	{"short-length", perEvent, "answer submit_sm with a command_length of 7"},
	{"garbage", perEvent, "answer submit_sm with random octets"},
	{"http", perEvent, "answer bind like a web server"},
	{"unknown-command", perEvent, "after answering submit_sm send a command that does not exist"},
	{"close-on-connect", perEvent, "close a connection as soon as it is there"},
	{"close-on-bind", perEvent, "close the connection when bind arrives"},
	{"refuse-bind", status, "refuse bind with this command_status"},
	{"wrong-bind-resp", perEvent, "answer every kind of bind with bind_transmitter_resp"},
	{"no-version", perEvent, "leave sc_interface_version out of the bind response"},
	{"fail", perEvent, "messages end UNDELIVERABLE"},
	{"expire", perEvent, "messages end EXPIRED"},
	{"reject", perEvent, "messages end REJECTED"},
	{"no-receipt", perEvent, "send no receipt although one was asked for"},
	{"receipt-first", perEvent, "send the receipt before the response to submit_sm"},
	{"duplicate-receipt", perEvent, "send the receipt twice"},
	{"plain-receipt", perEvent, "send the receipt with esm_class 0, like any message"},
	{"wrong-id-base", perEvent, "write the message_id in the receipt in the other base"},
	{"strange-receipt", perEvent, "write the receipt text in another order, lower case, dates with seconds"},
}

func findFault(name string) (faultKind, bool) {
	for _, k := range faultList {
		if k.name == name {
			return k, true
		}
	}
	return faultKind{}, false
}
