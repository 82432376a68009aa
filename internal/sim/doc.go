// Package sim is the far end for tests, for the demo and for a user without an account: an SMSC
// (SMPP 3.4) that takes short messages, reports on them, sends others, and misbehaves when told to.
//
// It does not hand anything on to a real network, keeps nothing over a restart of the process, and
// shares no session code with the ESME side, so that a misreading of the specification on one side
// meets a different reading on the other.
package sim
