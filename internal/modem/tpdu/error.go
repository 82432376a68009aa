package tpdu

import "fmt"

// Error is a TPDU that cannot be read, built or taken: which field, where, and what +CMS ERROR says of it.
type Error struct {
	// CMS is what the client is told.
	CMS CMS
	// TPDU is its type, Field the field's name in the standard, Offset where it starts, in octets.
	TPDU, Field string
	Offset      int
	Problem     string
}

// Error gives all of it in one line.
func (e *Error) Error() string {
	return fmt.Sprintf("tpdu: %s: %s at octet %d: %s", e.TPDU, e.Field, e.Offset, e.Problem)
}

// CMS is a message service failure as +CMS ERROR gives it: TS 27.005 §3.2.5. Values up to 127 are those of
// TS 24.011 Annex E-2, up to 255 those of TS 23.040 §9.2.3.22.
type CMS uint16

// The failures that are told here, and by the modem that we are.
const (
	CMSUnassignedNumber  CMS = 1
	CMSBarring           CMS = 8
	CMSCallBarred        CMS = 10
	CMSRejected          CMS = 21
	CMSDestinationOut    CMS = 27
	CMSUnidentified      CMS = 28
	CMSFacilityRejected  CMS = 29
	CMSUnknownSubscriber CMS = 30
	CMSNetworkOutOfOrder CMS = 38
	CMSTemporaryFailure  CMS = 41
	CMSCongestion        CMS = 42
	CMSResources         CMS = 47
	CMSNotSubscribed     CMS = 50
	CMSNotImplemented    CMS = 69
	CMSAlphabet          CMS = 144
	CMSUnspecifiedFCS    CMS = 255
	CMSMEFailure         CMS = 300
	CMSServiceReserved   CMS = 301
	CMSNotAllowed        CMS = 302
	CMSNotSupported      CMS = 303
	CMSInvalidPDU        CMS = 304
	CMSInvalidText       CMS = 305
	CMSSIMNotInserted    CMS = 310
	CMSPINRequired       CMS = 311
	CMSSIMFailure        CMS = 313
	CMSSIMBusy           CMS = 314
	CMSSIMWrong          CMS = 315
	CMSPUKRequired       CMS = 316
	CMSMemoryFailure     CMS = 320
	CMSInvalidIndex      CMS = 321
	CMSMemoryFull        CMS = 322
	CMSSCAUnknown        CMS = 330
	CMSNoService         CMS = 331
	CMSTimeout           CMS = 332
	CMSNoAcknowledgement CMS = 340
	CMSUnknownError      CMS = 500
)

// String is the failure as +CMEE=2 says it, or its number when it has no words.
func (c CMS) String() string {
	switch c {
	case CMSUnassignedNumber:
		return "unassigned number"
	case CMSBarring:
		return "operator determined barring"
	case CMSCallBarred:
		return "call barred"
	case CMSRejected:
		return "short message transfer rejected"
	case CMSDestinationOut:
		return "destination out of order"
	case CMSUnidentified:
		return "unidentified subscriber"
	case CMSFacilityRejected:
		return "facility rejected"
	case CMSUnknownSubscriber:
		return "unknown subscriber"
	case CMSNetworkOutOfOrder:
		return "network out of order"
	case CMSTemporaryFailure:
		return "temporary failure"
	case CMSCongestion:
		return "congestion"
	case CMSResources:
		return "resources unavailable, unspecified"
	case CMSNotSubscribed:
		return "requested facility not subscribed"
	case CMSNotImplemented:
		return "requested facility not implemented"
	case CMSAlphabet:
		return "data coding scheme (alphabet) not supported"
	case CMSUnspecifiedFCS:
		return "unspecified error cause"
	case CMSMEFailure:
		return "ME failure"
	case CMSServiceReserved:
		return "SMS service of ME reserved"
	case CMSNotAllowed:
		return "operation not allowed"
	case CMSNotSupported:
		return "operation not supported"
	case CMSInvalidPDU:
		return "invalid PDU mode parameter"
	case CMSInvalidText:
		return "invalid text mode parameter"
	case CMSSIMNotInserted:
		return "(U)SIM not inserted"
	case CMSPINRequired:
		return "(U)SIM PIN required"
	case CMSSIMFailure:
		return "(U)SIM failure"
	case CMSSIMBusy:
		return "(U)SIM busy"
	case CMSSIMWrong:
		return "(U)SIM wrong"
	case CMSPUKRequired:
		return "(U)SIM PUK required"
	case CMSMemoryFailure:
		return "memory failure"
	case CMSInvalidIndex:
		return "invalid memory index"
	case CMSMemoryFull:
		return "memory full"
	case CMSSCAUnknown:
		return "SMSC address unknown"
	case CMSNoService:
		return "no network service"
	case CMSTimeout:
		return "network timeout"
	case CMSNoAcknowledgement:
		return "no +CNMA acknowledgement expected"
	case CMSUnknownError:
		return "unknown error"
	}
	return fmt.Sprintf("%d", uint16(c))
}
