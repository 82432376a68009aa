package pdu

// Status is a command_status: SMPP 3.4 §5.1.3, 5.0 §4.7.6. Any 32-bit value can arrive.
type Status uint32

// The command_status values of SMPP 3.4 §5.1.3.
const (
	StatusROK              Status = 0x00000000 // no error
	StatusRINVMSGLEN       Status = 0x00000001 // message length is invalid
	StatusRINVCMDLEN       Status = 0x00000002 // command length is invalid
	StatusRINVCMDID        Status = 0x00000003 // invalid command ID
	StatusRINVBNDSTS       Status = 0x00000004 // incorrect bind status for given command
	StatusRALYBND          Status = 0x00000005 // ESME already in bound state
	StatusRINVPRTFLG       Status = 0x00000006 // invalid priority flag
	StatusRINVREGDLVFLG    Status = 0x00000007 // invalid registered delivery flag
	StatusRSYSERR          Status = 0x00000008 // system error
	StatusRINVSRCADR       Status = 0x0000000A // invalid source address
	StatusRINVDSTADR       Status = 0x0000000B // invalid destination address
	StatusRINVMSGID        Status = 0x0000000C // message ID is invalid
	StatusRBINDFAIL        Status = 0x0000000D // bind failed
	StatusRINVPASWD        Status = 0x0000000E // invalid password
	StatusRINVSYSID        Status = 0x0000000F // invalid system ID
	StatusRCANCELFAIL      Status = 0x00000011 // cancel_sm failed
	StatusRREPLACEFAIL     Status = 0x00000013 // replace_sm failed
	StatusRMSGQFUL         Status = 0x00000014 // message queue full
	StatusRINVSERTYP       Status = 0x00000015 // invalid service type
	StatusRINVNUMDESTS     Status = 0x00000033 // invalid number of destinations
	StatusRINVDLNAME       Status = 0x00000034 // invalid distribution list name
	StatusRINVDESTFLAG     Status = 0x00000040 // destination flag is invalid
	StatusRINVSUBREP       Status = 0x00000042 // invalid submit with replace request
	StatusRINVESMCLASS     Status = 0x00000043 // invalid esm_class
	StatusRCNTSUBDL        Status = 0x00000044 // cannot submit to distribution list
	StatusRSUBMITFAIL      Status = 0x00000045 // submit_sm or submit_multi failed
	StatusRINVSRCTON       Status = 0x00000048 // invalid source address TON
	StatusRINVSRCNPI       Status = 0x00000049 // invalid source address NPI
	StatusRINVDSTTON       Status = 0x00000050 // invalid destination address TON
	StatusRINVDSTNPI       Status = 0x00000051 // invalid destination address NPI
	StatusRINVSYSTYP       Status = 0x00000053 // invalid system_type
	StatusRINVREPFLAG      Status = 0x00000054 // invalid replace_if_present flag
	StatusRINVNUMMSGS      Status = 0x00000055 // invalid number of messages
	StatusRTHROTTLED       Status = 0x00000058 // throttling: the ESME has exceeded its message limit
	StatusRINVSCHED        Status = 0x00000061 // invalid scheduled delivery time
	StatusRINVEXPIRY       Status = 0x00000062 // invalid validity period
	StatusRINVDFTMSGID     Status = 0x00000063 // predefined message invalid or not found
	StatusRXTAPPN          Status = 0x00000064 // ESME receiver temporary application error
	StatusRXPAPPN          Status = 0x00000065 // ESME receiver permanent application error
	StatusRXRAPPN          Status = 0x00000066 // ESME receiver reject message error
	StatusRQUERYFAIL       Status = 0x00000067 // query_sm failed
	StatusRINVOPTPARSTREAM Status = 0x000000C0 // error in the optional part of the PDU body; in 5.0 ESME_RINVTLVSTREAM
	StatusROPTPARNOTALLWD  Status = 0x000000C1 // optional parameter not allowed; in 5.0 ESME_RTLVNOTALLWD
	StatusRINVPARLEN       Status = 0x000000C2 // invalid parameter length; in 5.0 ESME_RINVTLVLEN
	StatusRMISSINGOPTPARAM Status = 0x000000C3 // expected optional parameter missing; in 5.0 ESME_RMISSINGTLV
	StatusRINVOPTPARAMVAL  Status = 0x000000C4 // invalid optional parameter value; in 5.0 ESME_RINVTLVVAL
	StatusRDELIVERYFAILURE Status = 0x000000FE // delivery failure (data_sm_resp)
	StatusRUNKNOWNERR      Status = 0x000000FF // unknown error
)

// The command_status values that SMPP 5.0 §4.7.6 adds.
const (
	StatusRSERTYPUNAUTH      Status = 0x00000100 // ESME not authorised to use the service type
	StatusRPROHIBITED        Status = 0x00000101 // ESME prohibited from the operation
	StatusRSERTYPUNAVAIL     Status = 0x00000102 // service type is unavailable
	StatusRSERTYPDENIED      Status = 0x00000103 // service type is denied
	StatusRINVDCS            Status = 0x00000104 // invalid data_coding
	StatusRINVSRCADDRSUBUNIT Status = 0x00000105 // source address subunit is invalid
	StatusRINVDSTADDRSUBUNIT Status = 0x00000106 // destination address subunit is invalid
	StatusRINVBCASTFREQINT   Status = 0x00000107 // broadcast frequency interval is invalid
	StatusRINVBCASTALIASNAME Status = 0x00000108 // broadcast alias name is invalid
	StatusRINVBCASTAREAFMT   Status = 0x00000109 // broadcast area format is invalid
	StatusRINVNUMBCASTAREAS  Status = 0x0000010A // number of broadcast areas is invalid
	StatusRINVBCASTCNTTYPE   Status = 0x0000010B // broadcast content type is invalid
	StatusRINVBCASTMSGCLASS  Status = 0x0000010C // broadcast message class is invalid
	StatusRBCASTFAIL         Status = 0x0000010D // broadcast_sm failed
	StatusRBCASTQUERYFAIL    Status = 0x0000010E // query_broadcast_sm failed
	StatusRBCASTCANCELFAIL   Status = 0x0000010F // cancel_broadcast_sm failed
	StatusRINVBCASTREP       Status = 0x00000110 // number of repeated broadcasts is invalid
	StatusRINVBCASTSRVGRP    Status = 0x00000111 // broadcast service group is invalid
	StatusRINVBCASTCHANIND   Status = 0x00000112 // broadcast channel indicator is invalid
)
