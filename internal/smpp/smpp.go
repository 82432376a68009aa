// Package smpp is the ESME side of SMPP 3.4: one session with an SMSC (bind, window, timers,
// enquire_link, unbind) and the client that keeps such a session up. It moves PDUs; it does not
// know what a message is for, keeps nothing on flash, and decides no retries of messages.
package smpp
