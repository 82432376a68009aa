package pdu

import (
	"math/rand/v2"
	"testing"
	"time"
)

// random makes PDUs and TLVs within the limits of the standard.
type random struct{ *rand.Rand }

// seeded prints what makes the same PDUs again.
func seeded(t *testing.T) random {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return random{rand.New(rand.NewPCG(seed, 0))}
}

func (r random) text(most int) string {
	b := make([]byte, r.IntN(most+1))
	for i := range b {
		b[i] = byte('0' + r.IntN('z'-'0'))
	}
	return string(b)
}

func (r random) octets(least, most int) []byte {
	b := make([]byte, least+r.IntN(most-least+1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func (r random) octet(most int) uint8 { return uint8(r.IntN(most + 1)) }

func (r random) npi() uint8 {
	npis := []uint8{0, 1, 3, 4, 6, 8, 9, 10, 14, 18}
	return npis[r.IntN(len(npis))]
}

func (r random) address(most int) Address { return Address{r.octet(6), r.npi(), r.text(most)} }

func (r random) absolute() string {
	zone := time.FixedZone("", 900*(r.IntN(97)-48))
	return AbsoluteTime(time.Unix(1700000000, 0).In(zone).Add(time.Duration(r.Int64N(1e17))))
}

func (r random) time() string {
	switch r.IntN(3) {
	case 0:
		return ""
	case 1:
		return r.absolute()
	}
	return RelativeTime(time.Duration(r.Int64N(2e15)))
}

// carried is which TLVs a command may have; a command that is not in it has none.
var carried = map[Command]carriers{
	CmdBindTransmitterResp: inBindResp, CmdBindReceiverResp: inBindResp, CmdBindTransceiverResp: inBindResp,
	CmdSubmitSM: inSubmit, CmdSubmitSMResp: inSubmitResp, CmdSubmitMulti: inSubmit, CmdSubmitMultiResp: inSubmitResp,
	CmdDeliverSM: inDeliver, CmdDeliverSMResp: inDeliverResp, CmdDataSM: inData, CmdDataSMResp: inDataResp,
	CmdQuerySMResp: inOtherResp, CmdCancelSMResp: inOtherResp, CmdReplaceSM: inReplace, CmdReplaceSMResp: inOtherResp,
	CmdAlertNotification: inAlert, CmdBroadcastSM: inBroadcast, CmdBroadcastSMResp: inBroadcastResp,
	CmdQueryBroadcastSM: inQueryBroadcast, CmdQueryBroadcastSMResp: inQueryBroadcastResp,
	CmdCancelBroadcastSM: inCancelBroadcast, CmdCancelBroadcastSMResp: inOtherResp,
	CmdUnbindResp: inOtherResp, CmdEnquireLinkResp: inOtherResp, CmdGenericNack: inOtherResp,
}

// commands are all that have a struct.
func commands() (list []Command) {
	for id := range Command(0x200) {
		for _, cmd := range []Command{id, id.Response()} {
			if _, unknown := alloc(new(codec), cmd).(*Unknown); !unknown {
				list = append(list, cmd)
			}
		}
	}
	return list
}

// value makes one for the tag.
func (r random) value(tag Tag) []byte {
	for {
		var list TLVs
		s := tag.spec()
		switch s.as {
		case kindCString:
			list.AddCString(tag, r.text(int(s.most-s.least))+"123456"[:s.least-1])
		case kindEndTime:
			list.AddBroadcastEndTime(r.absolute())
		case kindCallbackNum:
			list.AddCallbackNum(CallbackNum{r.IntN(2) == 0, r.octet(6), r.npi(), "0" + r.text(15)})
		case kindDigits:
			list.Add(tag, []byte("1234567890"[:s.most]))
		case kindFrequency:
			list.AddBroadcastFrequencyInterval(BroadcastFrequency{8 + r.octet(6), uint16(r.Uint32())})
		default:
			list.Add(tag, r.octets(int(s.least), int(s.most)))
			if v := list[0].Value; len(v) == 1 && s.top > 0 {
				v[0] %= s.top + 1
			}
		}
		if s.wrong(list[0].Value) == "" {
			return list[0].Value
		}
	}
}

// tlvs makes up to six that a PDU of the kind may have, some unknown to the standard, some twice.
func (r random) tlvs(in carriers) (list TLVs) {
	if in == 0 {
		return nil
	}
	tags := []Tag{0x1401}
	for n := range Tag(0x1400) {
		if s := n.spec(); s.name != "" && s.in&in != 0 && n != TagMessagePayload && n != TagSARMsgRefNum {
			tags = append(tags, n)
		}
	}
	for range r.IntN(7) {
		tag := tags[r.IntN(len(tags))]
		switch r.IntN(8) {
		case 0:
			tag = 0x1400 + Tag(r.IntN(0x2C00))
		case 1:
			if len(list) > 0 {
				tag = list[0].Tag
			}
		}
		if tag.spec() == &unassigned {
			list.Add(tag, r.octets(0, 20))
		} else {
			list.Add(tag, r.value(tag))
		}
	}
	for i := range list {
		if len(list[i].Value) == 0 {
			list[i].Value = nil
		}
	}
	return list
}

// submit makes the fields that submit_sm, submit_multi and deliver_sm share.
func (r random) submit(tlvs TLVs) SubmitSM {
	m := SubmitSM{
		ServiceType: r.text(5), Source: r.address(20), Dest: r.address(20), ESMClass: ESMClass(r.IntN(256)) &^ ESMUDHI,
		ProtocolID: r.octet(255), PriorityFlag: r.octet(3), ScheduleDeliveryTime: r.time(), ValidityPeriod: r.time(),
		RegisteredDelivery: RegisteredDelivery(r.IntN(32)), ReplaceIfPresent: r.octet(1),
		DataCoding: DataCoding(r.IntN(256)), SMDefaultMsgID: r.octet(254), TLVs: tlvs,
	}
	switch r.IntN(4) {
	case 0:
		m.ShortMessage = append([]byte{5, 0, 3}, r.octets(100, 100)...)
		m.ESMClass |= ESMUDHI
	case 1:
		m.TLVs.Add(TagMessagePayload, r.octets(1, 3000))
	default:
		m.ShortMessage = r.octets(1, 254)
	}
	return m
}

// pdu makes one for the command, and a status that goes with it.
func (r random) pdu(cmd Command) (PDU, Status) {
	status := StatusROK
	if cmd.IsResponse() && r.IntN(3) == 0 {
		for status = 9; status.Meaning() == ""; {
			status = Status(r.Uint32N(0x113))
		}
	}
	tlvs := r.tlvs(carried[cmd])
	bind := Bind{
		SystemID: r.text(15), Password: r.text(8), SystemType: r.text(12), InterfaceVersion: Version34,
		AddrTON: r.octet(6), AddrNPI: r.npi(), AddressRange: r.text(40),
	}
	bindResp := BindResp{}
	if status == StatusROK {
		bindResp = BindResp{r.text(15), tlvs}
	}
	switch cmd {
	case CmdBindTransmitter:
		return &BindTransmitter{bind}, status
	case CmdBindReceiver:
		return &BindReceiver{bind}, status
	case CmdBindTransceiver:
		return &BindTransceiver{bind}, status
	case CmdBindTransmitterResp:
		return &BindTransmitterResp{bindResp}, status
	case CmdBindReceiverResp:
		return &BindReceiverResp{bindResp}, status
	case CmdBindTransceiverResp:
		return &BindTransceiverResp{bindResp}, status
	case CmdOutbind:
		return &Outbind{r.text(15), r.text(8)}, status
	case CmdSubmitSM:
		m := r.submit(tlvs)
		return &m, status
	case CmdDeliverSM:
		m := DeliverSM(r.submit(tlvs))
		return &m, status
	case CmdSubmitMulti:
		m := &SubmitMulti{SubmitSM: r.submit(tlvs)}
		m.Dest = Address{}
		for range 1 + r.IntN(6) {
			if r.IntN(2) == 0 {
				m.Dests = append(m.Dests, Destination{Flag: DestList, List: r.text(20)})
			} else {
				m.Dests = append(m.Dests, Destination{Flag: DestSME, Address: r.address(20)})
			}
		}
		return m, status
	case CmdSubmitMultiResp:
		m := &SubmitMultiResp{MessageID: r.text(64), TLVs: tlvs}
		for range r.IntN(4) {
			m.Unsuccessful = append(m.Unsuccessful, Unsuccessful{r.address(20), Status(r.Uint32())})
		}
		return m, status
	case CmdSubmitSMResp:
		if status != StatusROK {
			return &SubmitSMResp{}, status
		}
		return &SubmitSMResp{r.text(64), tlvs}, status
	case CmdDeliverSMResp:
		return &DeliverSMResp{r.text(64), tlvs}, status
	case CmdDataSM:
		tlvs.Add(TagMessagePayload, r.octets(1, 300))
		return &DataSM{r.text(5), r.address(64), r.address(64), ESMClass(r.IntN(256)) &^ ESMUDHI,
			RegisteredDelivery(r.IntN(32)), DataCoding(r.IntN(256)), tlvs}, status
	case CmdDataSMResp:
		return &DataSMResp{r.text(64), tlvs}, status
	case CmdQuerySM:
		return &QuerySM{"0" + r.text(63), r.address(20)}, status
	case CmdQuerySMResp:
		return &QuerySMResp{r.text(64), r.absolute(), MessageState(r.octet(9)), r.octet(255), tlvs}, status
	case CmdCancelSM:
		return &CancelSM{r.text(5), "0" + r.text(63), r.address(20), r.address(20)}, status
	case CmdUnbindResp:
		return &UnbindResp{tlvs}, status
	case CmdEnquireLinkResp:
		return &EnquireLinkResp{tlvs}, status
	case CmdGenericNack:
		return &GenericNack{tlvs}, status
	case CmdCancelSMResp:
		return &CancelSMResp{tlvs}, status
	case CmdReplaceSM:
		return &ReplaceSM{"0" + r.text(63), r.address(20), r.time(), r.time(), RegisteredDelivery(r.IntN(32)), r.octet(254),
			r.octets(1, 254), tlvs}, status
	case CmdReplaceSMResp:
		return &ReplaceSMResp{tlvs}, status
	case CmdAlertNotification:
		return &AlertNotification{r.address(64), r.address(64), tlvs}, status
	case CmdBroadcastSM:
		priority := r.octet(4)
		for _, tag := range []Tag{TagBroadcastAreaIdentifier, TagBroadcastContentType, TagBroadcastFrequencyInterval,
			TagBroadcastRepNum} {
			if tag != TagBroadcastRepNum || priority != broadcastNow {
				tlvs.Add(tag, r.value(tag))
			}
		}
		return &BroadcastSM{r.text(5), r.address(20), r.text(64), priority, r.time(), r.time(), r.octet(1),
			DataCoding(r.IntN(256)), r.octet(254), tlvs}, status
	case CmdBroadcastSMResp:
		return &BroadcastSMResp{r.text(64), tlvs}, status
	case CmdQueryBroadcastSM:
		if r.IntN(2) == 0 {
			tlvs.AddUserMessageReference(uint16(r.Uint32()))
			return &QueryBroadcastSM{"", r.address(20), tlvs}, status
		}
		return &QueryBroadcastSM{"0" + r.text(63), r.address(20), tlvs}, status
	case CmdQueryBroadcastSMResp:
		for _, tag := range []Tag{TagMessageState, TagBroadcastAreaIdentifier, TagBroadcastAreaSuccess} {
			tlvs.Add(tag, r.value(tag))
		}
		return &QueryBroadcastSMResp{r.text(64), tlvs}, status
	case CmdCancelBroadcastSM:
		return &CancelBroadcastSM{r.text(5), r.text(64), r.address(20), tlvs}, status
	case CmdCancelBroadcastSMResp:
		return &CancelBroadcastSMResp{tlvs}, status
	}
	return alloc(new(codec), cmd), status // the ones without a body
}
