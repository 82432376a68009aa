package pdu

import (
	"fmt"
	"strconv"
)

// NetworkErrorCode is network_error_code, the error that the network gave: SMPP 3.4 §5.3.2.31.
type NetworkErrorCode struct {
	// Network is 1 ANSI-136, 2 IS-95, 3 GSM; 5.0 §4.8.4.42 adds 4 and 5, the cause codes of the first two, 6
	// ANSI-41, 7 SMPP, when Code is a command_status, and 8 the SMSC's own. It is 0 for the three ASCII
	// digits that some SMSCs put in its place.
	Network uint8
	// Code is the network's own.
	Code uint16
}

// String is "GSM 27", or the three digits.
func (n NetworkErrorCode) String() string {
	code := strconv.Itoa(int(n.Code))
	switch {
	case n.Network == 0:
		return fmt.Sprintf("%03d", n.Code)
	case n.Network > 8:
		return strconv.Itoa(int(n.Network)) + " (reserved) " + code
	case n.Network == 7:
		return "SMPP " + Status(n.Code).String()
	}
	return nth(n.Network, "|ANSI-136|IS-95|GSM|ANSI-136 cause|IS-95 cause|ANSI-41||SMSC") + " " + code
}

// CongestionState is congestion_state, how busy the SMSC is: SMPP 5.0 §4.8.4.18. 0 idle, 80 to 89 as much as
// it can do well, 90 to 99 nearing congestion, 100 congested.
type CongestionState uint8

// String gives the number and what it means.
func (c CongestionState) String() string {
	word := "reserved"
	switch {
	case c == 0:
		word = "idle"
	case c < 30:
		word = "low load"
	case c < 50:
		word = "medium load"
	case c < 80:
		word = "high load"
	case c < 90:
		word = "optimum load"
	case c < 100:
		word = "nearing congestion"
	case c == 100:
		word = "congested"
	}
	return strconv.Itoa(int(c)) + " " + word
}

// MsAvailability is ms_availability_status: SMPP 3.4 §5.3.2.30.
type MsAvailability uint8

// The states of a mobile station.
const (
	MsAvailable   MsAvailability = 0
	MsDenied      MsAvailability = 1 // it has no service for now
	MsUnavailable MsAvailability = 2
)

// String names the state.
func (a MsAvailability) String() string { return nth(a, "available|denied|unavailable") }
