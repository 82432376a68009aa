// Package virtual is a GSM modem for whoever opens one of its ports: a pseudo-terminal, a serial line or a
// TCP connection. It answers AT commands and hands every message to the agent, whose link it shows as the
// radio. It reaches no radio, and does not decide which way a message goes.
//
// The commands are those of ITU-T V.250, 3GPP TS 27.005 (short messages) and TS 27.007 (the phone).
package virtual
