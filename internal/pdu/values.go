package pdu

import "fmt"

// Address is where a message comes from or goes to: SMPP 3.4 §5.2.5 to §5.2.9.
type Address struct {
	// TON is the type of number: 0 unknown, 1 international, 2 national, 3 network specific, 4 subscriber
	// number, 5 alphanumeric, 6 abbreviated.
	TON uint8
	// NPI is the numbering plan: 0 unknown, 1 ISDN (E.164), 3 data, 4 telex, 6 land mobile, 8 national,
	// 9 private, 10 ERMES, 14 Internet, 18 WAP.
	NPI uint8
	// Addr is the digits, or text when TON is alphanumeric; no NUL.
	Addr string
}

var (
	sourceAddr      = &[3]string{"source_addr_ton", "source_addr_npi", "source_addr"}
	destinationAddr = &[3]string{"dest_addr_ton", "dest_addr_npi", "destination_addr"}
)

// The values of service_type that the standard defines: SMPP 3.4 §5.2.11.
const (
	ServiceTypeDefault = ""
	ServiceTypeCMT     = "CMT"  // Cellular Messaging
	ServiceTypeCPT     = "CPT"  // Cellular Paging
	ServiceTypeVMN     = "VMN"  // Voice Mail Notification
	ServiceTypeVMA     = "VMA"  // Voice Mail Alerting
	ServiceTypeWAP     = "WAP"  // Wireless Application Protocol
	ServiceTypeUSSD    = "USSD" // Unstructured Supplementary Services Data
	ServiceTypeCBS     = "CBS"  // Cell Broadcast Service; 5.0
	ServiceTypeGUTS    = "GUTS" // Generic UDP Transport Service; 5.0
)

// ESMClass is esm_class: the messaging mode in bits 1-0, the message type in bits 5-2 and the GSM
// features in bits 7-6. SMPP 3.4 §5.2.12.
type ESMClass uint8

// The parts of esm_class. One of the modes, one of the types and any of the features are or-ed.
const (
	ESMModeDefault         ESMClass = 0x00 // usually store and forward
	ESMModeDatagram        ESMClass = 0x01
	ESMModeForward         ESMClass = 0x02 // "transaction"
	ESMModeStoreAndForward ESMClass = 0x03

	ESMTypeDefault      ESMClass = 0x00
	ESMTypeReceipt      ESMClass = 0x04 // SMSC delivery receipt
	ESMTypeDeliveryAck  ESMClass = 0x08 // SME delivery acknowledgement
	ESMTypeUserAck      ESMClass = 0x10 // SME manual or user acknowledgement
	ESMTypeAbort        ESMClass = 0x18 // conversation abort (Korean CDMA)
	ESMTypeIntermediate ESMClass = 0x20 // intermediate delivery notification

	ESMUDHI      ESMClass = 0x40 // the text starts with a user data header
	ESMReplyPath ESMClass = 0x80
)

// Mode is the messaging mode. It means nothing in deliver_sm.
func (e ESMClass) Mode() ESMClass { return e & 0x03 }

// Type is the message type alone.
func (e ESMClass) Type() ESMClass { return e & 0x3C }

// UDHI reports whether the text starts with a user data header.
func (e ESMClass) UDHI() bool { return e&ESMUDHI != 0 }

// String names the parts that are set.
func (e ESMClass) String() string {
	s := [4]string{"default mode", "datagram", "forward", "store and forward"}[e.Mode()]
	switch e.Type() {
	case ESMTypeDefault:
	case ESMTypeReceipt:
		s += ", delivery receipt"
	case ESMTypeDeliveryAck:
		s += ", delivery acknowledgement"
	case ESMTypeUserAck:
		s += ", user acknowledgement"
	case ESMTypeAbort:
		s += ", conversation abort"
	case ESMTypeIntermediate:
		s += ", intermediate notification"
	default:
		s += fmt.Sprintf(", type 0x%02X (reserved)", uint8(e.Type()))
	}
	if e.UDHI() {
		s += ", UDHI"
	}
	if e&ESMReplyPath != 0 {
		s += ", reply path"
	}
	return s
}

// RegisteredDelivery is registered_delivery: SMPP 3.4 §5.2.17.
type RegisteredDelivery uint8

// The parts of registered_delivery. One of the first four, and any of the others, are or-ed.
const (
	ReceiptNone      RegisteredDelivery = 0x00
	ReceiptAlways    RegisteredDelivery = 0x01 // on success and on failure
	ReceiptOnFailure RegisteredDelivery = 0x02
	ReceiptOnSuccess RegisteredDelivery = 0x03 // reserved in 3.4, 5.0 §4.7.21

	RequestDeliveryAck  RegisteredDelivery = 0x04
	RequestUserAck      RegisteredDelivery = 0x08
	RequestIntermediate RegisteredDelivery = 0x10
)

// String names the parts that are set.
func (r RegisteredDelivery) String() string {
	s := [4]string{"no receipt", "receipt", "receipt on failure", "receipt on success"}[r&3]
	if r&RequestDeliveryAck != 0 {
		s += ", delivery acknowledgement"
	}
	if r&RequestUserAck != 0 {
		s += ", user acknowledgement"
	}
	if r&RequestIntermediate != 0 {
		s += ", intermediate notification"
	}
	if r&^0x1F != 0 {
		s += fmt.Sprintf(", bits 0x%02X (reserved)", uint8(r&^0x1F))
	}
	return s
}

// MessageState is message_state: SMPP 3.4 §5.2.28, 5.0 §4.7.15.
type MessageState uint8

// The states.
const (
	StateScheduled     MessageState = 0 // 5.0
	StateEnroute       MessageState = 1
	StateDelivered     MessageState = 2
	StateExpired       MessageState = 3
	StateDeleted       MessageState = 4
	StateUndeliverable MessageState = 5
	StateAccepted      MessageState = 6 // read by customer service on behalf of the subscriber
	StateUnknown       MessageState = 7
	StateRejected      MessageState = 8
	StateSkipped       MessageState = 9 // 5.0
)

// Final reports whether the message can reach no other state. ACCEPTED is not taken as final: the standard
// means read by the operator's staff, many SMSCs mean taken by the next network.
func (s MessageState) Final() bool {
	switch s {
	case StateDelivered, StateExpired, StateDeleted, StateUndeliverable, StateRejected, StateSkipped:
		return true
	}
	return false
}

// String is the name in the standard, "DELIVERED".
func (s MessageState) String() string {
	names := [...]string{
		"SCHEDULED", "ENROUTE", "DELIVERED", "EXPIRED", "DELETED", "UNDELIVERABLE", "ACCEPTED", "UNKNOWN",
		"REJECTED", "SKIPPED",
	}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("%d (reserved)", uint8(s))
}

// DeliveryFailureReason is delivery_failure_reason: SMPP 3.4 §5.3.2.33.
type DeliveryFailureReason uint8

// String gives the reason in the standard's words.
func (r DeliveryFailureReason) String() string {
	return nth(r, "destination unavailable|destination address invalid|permanent network error|"+
		"temporary network error")
}

// ton prints and judges a type of number: §5.2.5.
type ton uint8

func (t ton) known() bool { return t <= 6 }

func (t ton) String() string {
	names := [...]string{
		"unknown", "international", "national", "network specific", "subscriber number", "alphanumeric",
		"abbreviated",
	}
	if t.known() {
		return names[t]
	}
	return "reserved"
}

// npi prints and judges a numbering plan: §5.2.6.
type npi uint8

func (n npi) known() bool {
	const all = 1<<0 | 1<<1 | 1<<3 | 1<<4 | 1<<6 | 1<<8 | 1<<9 | 1<<10 | 1<<14 | 1<<18
	return n < 32 && uint32(all)>>n&1 != 0
}

func (n npi) String() string {
	switch n {
	case 0:
		return "unknown"
	case 1:
		return "ISDN (E.164)"
	case 3:
		return "data (X.121)"
	case 4:
		return "telex (F.69)"
	case 6:
		return "land mobile (E.212)"
	case 8:
		return "national"
	case 9:
		return "private"
	case 10:
		return "ERMES"
	case 14:
		return "Internet (IP)"
	case 18:
		return "WAP client ID"
	}
	return "reserved"
}

// version prints and judges an interface_version: §5.2.4.
type version uint8

func (v version) known() bool { return v == Version33 || v == Version34 || v == Version50 }

func (v version) String() string {
	if v.known() {
		return fmt.Sprintf("SMPP %d.%d", v>>4, v&0x0F)
	}
	return "no version of SMPP"
}
