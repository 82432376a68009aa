package pdu

import "fmt"

// String is the name in the standard, "ESME_RINVPASWD". A value without a name is given in hex with
// whose it is: "0x00000400 (vendor)" for the range left to SMSC vendors, else "0x00000009 (reserved)".
func (s Status) String() string {
	if name, _ := s.words(); name != "" {
		return name
	}
	if s >= 0x400 && s <= 0x4FF {
		return fmt.Sprintf("0x%08X (vendor)", uint32(s))
	}
	return fmt.Sprintf("0x%08X (reserved)", uint32(s))
}

// Meaning is the standard's short description in plain words, empty for a value without a name.
func (s Status) Meaning() string {
	_, meaning := s.words()
	return meaning
}

func (s Status) words() (name, meaning string) {
	switch s {
	case StatusROK:
		return "ESME_ROK", "no error"
	case StatusRINVMSGLEN:
		return "ESME_RINVMSGLEN", "message length is invalid"
	case StatusRINVCMDLEN:
		return "ESME_RINVCMDLEN", "command length is invalid"
	case StatusRINVCMDID:
		return "ESME_RINVCMDID", "invalid command ID"
	case StatusRINVBNDSTS:
		return "ESME_RINVBNDSTS", "incorrect bind status for given command"
	case StatusRALYBND:
		return "ESME_RALYBND", "ESME already in bound state"
	case StatusRINVPRTFLG:
		return "ESME_RINVPRTFLG", "invalid priority flag"
	case StatusRINVREGDLVFLG:
		return "ESME_RINVREGDLVFLG", "invalid registered delivery flag"
	case StatusRSYSERR:
		return "ESME_RSYSERR", "system error"
	case StatusRINVSRCADR:
		return "ESME_RINVSRCADR", "invalid source address"
	case StatusRINVDSTADR:
		return "ESME_RINVDSTADR", "invalid destination address"
	case StatusRINVMSGID:
		return "ESME_RINVMSGID", "message ID is invalid"
	case StatusRBINDFAIL:
		return "ESME_RBINDFAIL", "bind failed"
	case StatusRINVPASWD:
		return "ESME_RINVPASWD", "invalid password"
	case StatusRINVSYSID:
		return "ESME_RINVSYSID", "invalid system ID"
	case StatusRCANCELFAIL:
		return "ESME_RCANCELFAIL", "cancel_sm failed"
	case StatusRREPLACEFAIL:
		return "ESME_RREPLACEFAIL", "replace_sm failed"
	case StatusRMSGQFUL:
		return "ESME_RMSGQFUL", "message queue full"
	case StatusRINVSERTYP:
		return "ESME_RINVSERTYP", "invalid service type"
	case StatusRINVNUMDESTS:
		return "ESME_RINVNUMDESTS", "invalid number of destinations"
	case StatusRINVDLNAME:
		return "ESME_RINVDLNAME", "invalid distribution list name"
	case StatusRINVDESTFLAG:
		return "ESME_RINVDESTFLAG", "destination flag is invalid"
	case StatusRINVSUBREP:
		return "ESME_RINVSUBREP", "invalid submit with replace request"
	case StatusRINVESMCLASS:
		return "ESME_RINVESMCLASS", "invalid esm_class"
	case StatusRCNTSUBDL:
		return "ESME_RCNTSUBDL", "cannot submit to distribution list"
	case StatusRSUBMITFAIL:
		return "ESME_RSUBMITFAIL", "submit_sm or submit_multi failed"
	case StatusRINVSRCTON:
		return "ESME_RINVSRCTON", "invalid source address TON"
	case StatusRINVSRCNPI:
		return "ESME_RINVSRCNPI", "invalid source address NPI"
	case StatusRINVDSTTON:
		return "ESME_RINVDSTTON", "invalid destination address TON"
	case StatusRINVDSTNPI:
		return "ESME_RINVDSTNPI", "invalid destination address NPI"
	case StatusRINVSYSTYP:
		return "ESME_RINVSYSTYP", "invalid system_type"
	case StatusRINVREPFLAG:
		return "ESME_RINVREPFLAG", "invalid replace_if_present flag"
	case StatusRINVNUMMSGS:
		return "ESME_RINVNUMMSGS", "invalid number of messages"
	case StatusRTHROTTLED:
		return "ESME_RTHROTTLED", "throttling: the ESME has exceeded its message limit"
	case StatusRINVSCHED:
		return "ESME_RINVSCHED", "invalid scheduled delivery time"
	case StatusRINVEXPIRY:
		return "ESME_RINVEXPIRY", "invalid validity period"
	case StatusRINVDFTMSGID:
		return "ESME_RINVDFTMSGID", "predefined message invalid or not found"
	case StatusRXTAPPN:
		return "ESME_RX_T_APPN", "ESME receiver temporary application error"
	case StatusRXPAPPN:
		return "ESME_RX_P_APPN", "ESME receiver permanent application error"
	case StatusRXRAPPN:
		return "ESME_RX_R_APPN", "ESME receiver reject message error"
	case StatusRQUERYFAIL:
		return "ESME_RQUERYFAIL", "query_sm failed"
	case StatusRINVOPTPARSTREAM:
		return "ESME_RINVOPTPARSTREAM", "error in the optional part of the PDU body; in 5.0 ESME_RINVTLVSTREAM"
	case StatusROPTPARNOTALLWD:
		return "ESME_ROPTPARNOTALLWD", "optional parameter not allowed; in 5.0 ESME_RTLVNOTALLWD"
	case StatusRINVPARLEN:
		return "ESME_RINVPARLEN", "invalid parameter length; in 5.0 ESME_RINVTLVLEN"
	case StatusRMISSINGOPTPARAM:
		return "ESME_RMISSINGOPTPARAM", "expected optional parameter missing; in 5.0 ESME_RMISSINGTLV"
	case StatusRINVOPTPARAMVAL:
		return "ESME_RINVOPTPARAMVAL", "invalid optional parameter value; in 5.0 ESME_RINVTLVVAL"
	case StatusRDELIVERYFAILURE:
		return "ESME_RDELIVERYFAILURE", "delivery failure (data_sm_resp)"
	case StatusRUNKNOWNERR:
		return "ESME_RUNKNOWNERR", "unknown error"
	case StatusRSERTYPUNAUTH:
		return "ESME_RSERTYPUNAUTH", "ESME not authorised to use the service type"
	case StatusRPROHIBITED:
		return "ESME_RPROHIBITED", "ESME prohibited from the operation"
	case StatusRSERTYPUNAVAIL:
		return "ESME_RSERTYPUNAVAIL", "service type is unavailable"
	case StatusRSERTYPDENIED:
		return "ESME_RSERTYPDENIED", "service type is denied"
	case StatusRINVDCS:
		return "ESME_RINVDCS", "invalid data_coding"
	case StatusRINVSRCADDRSUBUNIT:
		return "ESME_RINVSRCADDRSUBUNIT", "source address subunit is invalid"
	case StatusRINVDSTADDRSUBUNIT:
		return "ESME_RINVDSTADDRSUBUNIT", "destination address subunit is invalid"
	case StatusRINVBCASTFREQINT:
		return "ESME_RINVBCASTFREQINT", "broadcast frequency interval is invalid"
	case StatusRINVBCASTALIASNAME:
		return "ESME_RINVBCASTALIAS_NAME", "broadcast alias name is invalid"
	case StatusRINVBCASTAREAFMT:
		return "ESME_RINVBCASTAREAFMT", "broadcast area format is invalid"
	case StatusRINVNUMBCASTAREAS:
		return "ESME_RINVNUMBCAST_AREAS", "number of broadcast areas is invalid"
	case StatusRINVBCASTCNTTYPE:
		return "ESME_RINVBCASTCNTTYPE", "broadcast content type is invalid"
	case StatusRINVBCASTMSGCLASS:
		return "ESME_RINVBCASTMSGCLASS", "broadcast message class is invalid"
	case StatusRBCASTFAIL:
		return "ESME_RBCASTFAIL", "broadcast_sm failed"
	case StatusRBCASTQUERYFAIL:
		return "ESME_RBCASTQUERYFAIL", "query_broadcast_sm failed"
	case StatusRBCASTCANCELFAIL:
		return "ESME_RBCASTCANCELFAIL", "cancel_broadcast_sm failed"
	case StatusRINVBCASTREP:
		return "ESME_RINVBCAST_REP", "number of repeated broadcasts is invalid"
	case StatusRINVBCASTSRVGRP:
		return "ESME_RINVBCASTSRVGRP", "broadcast service group is invalid"
	case StatusRINVBCASTCHANIND:
		return "ESME_RINVBCASTCHANIND", "broadcast channel indicator is invalid"
	}
	return "", ""
}
