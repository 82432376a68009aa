package bridge

import "smppagent/internal/pdu"

// A verdict is what a command_status means for the message and for the link.
type verdict uint8

const (
	retry  verdict = iota // this message again later, at growing intervals, until it expires
	pause                 // the whole link pauses; the message loses no attempt and keeps its place
	bury                  // this message will never be taken: a person must look
	rebind                // the session is not what we think, and ends; the message loses no attempt
	noTLVs                // the SMSC takes no optional parameters: again without them
)

// verdicts lists the statuses of SMPP 3.4 §5.1.3 and 5.0 §4.7.6 that do not mean "again later". What is
// not listed, the vendors' own range 0x400-0x4FF among them, is retried until the message expires:
// a wrong guess then costs submits, where burying would cost the message.
var verdicts = map[pdu.Status]verdict{
	pdu.StatusRTHROTTLED: pause,
	pdu.StatusRMSGQFUL:   pause,

	pdu.StatusRINVBNDSTS: rebind,

	pdu.StatusROPTPARNOTALLWD:  noTLVs,
	pdu.StatusRINVOPTPARSTREAM: noTLVs,
	pdu.StatusRINVOPTPARAMVAL:  noTLVs,

	// The message itself is wrong:
	pdu.StatusRINVMSGLEN:       bury,
	pdu.StatusRINVCMDLEN:       bury,
	pdu.StatusRINVPARLEN:       bury,
	pdu.StatusRMISSINGOPTPARAM: bury,
	pdu.StatusRINVESMCLASS:     bury,
	pdu.StatusRINVDCS:          bury,
	pdu.StatusRINVSCHED:        bury,
	pdu.StatusRINVEXPIRY:       bury,
	pdu.StatusRINVPRTFLG:       bury,
	pdu.StatusRINVREGDLVFLG:    bury,
	pdu.StatusRINVREPFLAG:      bury,
	pdu.StatusRREPLACEFAIL:     bury,
	pdu.StatusRINVDFTMSGID:     bury,
	pdu.StatusRXPAPPN:          bury,
	pdu.StatusRXRAPPN:          bury,

	// Whom it is from or to is wrong:
	pdu.StatusRINVSRCADR:         bury,
	pdu.StatusRINVSRCTON:         bury,
	pdu.StatusRINVSRCNPI:         bury,
	pdu.StatusRINVDSTADR:         bury,
	pdu.StatusRINVDSTTON:         bury,
	pdu.StatusRINVDSTNPI:         bury,
	pdu.StatusRINVNUMDESTS:       bury,
	pdu.StatusRINVDESTFLAG:       bury,
	pdu.StatusRINVDLNAME:         bury,
	pdu.StatusRCNTSUBDL:          bury,
	pdu.StatusRINVDSTADDRSUBUNIT: bury,

	// The account may not do this:
	pdu.StatusRINVSERTYP:    bury,
	pdu.StatusRSERTYPUNAUTH: bury,
	pdu.StatusRSERTYPDENIED: bury,
	pdu.StatusRPROHIBITED:   bury,
}
