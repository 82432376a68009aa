package sim

import "smppagent/internal/pdu"

// bindKind is the state of a session, SMPP 3.4 §2.2.
type bindKind uint8

const (
	open bindKind = iota
	boundTX
	boundRX
	boundTRX
)

func (k bindKind) String() string {
	return [...]string{"open", "transmitter", "receiver", "transceiver"}[k]
}

func (k bindKind) transmits() bool { return k == boundTX || k == boundTRX }
func (k bindKind) receives() bool  { return k == boundRX || k == boundTRX }

func bindKindOf(c pdu.Command) bindKind {
	switch c {
	case pdu.CmdBindTransmitter:
		return boundTX
	case pdu.CmdBindReceiver:
		return boundRX
	}
	return boundTRX
}
