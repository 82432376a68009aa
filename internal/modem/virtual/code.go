package virtual

import (
	"errors"
	"fmt"

	"smppagent/internal/modem/tpdu"
)

// The results of a command that are no code of a network. TS 27.007 §9.1, V.250 §5.7.1.
var (
	errCommand   = errors.New("virtual: ERROR")
	errNoCarrier = errors.New("virtual: NO CARRIER")
	errNoFinal   = errors.New("virtual: no final result code") // none now: a prompt stands, or it was given
)

// A cmsError is a failure of a message: +CMS ERROR, TS 27.005 §3.2.5. Up to 127 they are the causes of TS
// 24.011 annex E-2, from 128 to 255 those of TS 23.040 §9.2.3.22.
type cmsError int

// The failures of messages that the engine gives by itself.
const (
	cmsBarred       = cmsError(tpdu.CMSBarring) // the port's rules refuse it
	cmsRejected     = cmsError(tpdu.CMSRejected)
	cmsTemporary    = cmsError(tpdu.CMSTemporaryFailure)
	cmsCongestion   = cmsError(tpdu.CMSCongestion) // too much at once
	cmsSubscription = cmsError(tpdu.CMSNotSubscribed)
	cmsUnassigned   = cmsError(tpdu.CMSUnassignedNumber)
	cmsNotAllowed   = cmsError(tpdu.CMSNotAllowed)
	cmsNotSupported = cmsError(tpdu.CMSNotSupported)
	cmsPDU          = cmsError(tpdu.CMSInvalidPDU)
	cmsText         = cmsError(tpdu.CMSInvalidText)
	cmsPIN          = cmsError(tpdu.CMSPINRequired)
	cmsMemory       = cmsError(tpdu.CMSMemoryFailure)
	cmsIndex        = cmsError(tpdu.CMSInvalidIndex)
	cmsFull         = cmsError(tpdu.CMSMemoryFull)
	cmsNoService    = cmsError(tpdu.CMSNoService)
	cmsTimeout      = cmsError(tpdu.CMSTimeout) // every client tries again
	cmsNoAck        = cmsError(tpdu.CMSNoAcknowledgement)
	cmsUnknown      = cmsError(tpdu.CMSUnknownError)
)

// Error is the result as +CMEE=2 shows it.
func (e cmsError) Error() string { return tpdu.CMS(e).String() }

// asCMS gives the failure that an error of package tpdu names, or other.
func asCMS(err error, other cmsError) error {
	if e, ok := errors.AsType[*tpdu.Error](err); ok {
		return cmsError(e.CMS)
	}
	return other
}

// A cmeError is a failure of the phone: +CME ERROR, TS 27.007 §9.2.
type cmeError int

// The failures of the phone.
const (
	cmeNotAllowed    cmeError = 3
	cmeNotSupported  cmeError = 4
	cmePIN           cmeError = 11
	cmePassword      cmeError = 16
	cmeNotFound      cmeError = 22
	cmeInvalidIndex  cmeError = 21
	cmeNoService     cmeError = 30
	cmeUnknown       cmeError = 100
	cmeBadParameters cmeError = 50
)

// Error is the result as +CMEE=2 shows it.
func (e cmeError) Error() string {
	for _, c := range cmeTexts {
		if c.code == e {
			return c.text
		}
	}
	return fmt.Sprintf("error %d", int(e))
}

var cmeTexts = [...]struct {
	code cmeError
	text string
}{
	{cmeNotAllowed, "operation not allowed"},
	{cmeNotSupported, "operation not supported"},
	{cmePIN, "SIM PIN required"},
	{cmePassword, "incorrect password"},
	{cmeInvalidIndex, "invalid index"},
	{cmeNotFound, "not found"},
	{cmeNoService, "no network service"},
	{cmeBadParameters, "Incorrect parameters"},
	{cmeUnknown, "unknown"},
}
