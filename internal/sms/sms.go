// Package sms is the short message as every part of the agent knows it: addresses, text or octets,
// class, alphabets, segments and outcome. It does no I/O, keeps no state, and knows nothing of
// SMPP, modems or the queue.
package sms
