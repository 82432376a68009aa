package pdu

import (
	"reflect"
	"strings"
	"testing"
)

// accessor adds a random value of a TLV and gets it back.
type accessor struct {
	tag  Tag
	trip func(r random) (sent, got any, ok bool, list TLVs)
}

func of[V any](tag Tag, add func(*TLVs, V), get func(TLVs) (V, bool), value func(random) V) accessor {
	return accessor{tag, func(r random) (any, any, bool, TLVs) {
		var list TLVs
		v := value(r)
		add(&list, v)
		got, ok := get(list)
		return v, got, ok, list
	}}
}

// upTo makes integers from 0 to the most.
func upTo[T ~uint8 | ~uint16 | ~uint32](most T) func(random) T {
	return func(r random) T { return T(r.Uint64N(uint64(most) + 1)) }
}

func textOf(least, most int) func(random) string {
	return func(r random) string { return strings.Repeat("x", least) + r.text(most-least) }
}

func octetsOf(least, most int) func(random) []byte {
	return func(r random) []byte { return r.octets(least, most) }
}

func yesOrNo(r random) bool { return r.IntN(2) == 0 }

// accessors are all that there are, one for each TLV of the standards.
var accessors = []accessor{
	of(TagDestAddrSubunit, (*TLVs).AddDestAddrSubunit, TLVs.DestAddrSubunit, upTo[AddrSubunit](4)),
	of(TagDestNetworkType, (*TLVs).AddDestNetworkType, TLVs.DestNetworkType, upTo[NetworkType](8)),
	of(TagDestBearerType, (*TLVs).AddDestBearerType, TLVs.DestBearerType, upTo[BearerType](8)),
	of(TagDestTelematicsID, (*TLVs).AddDestTelematicsID, TLVs.DestTelematicsID, upTo[uint16](65535)),
	of(TagSourceAddrSubunit, (*TLVs).AddSourceAddrSubunit, TLVs.SourceAddrSubunit, upTo[AddrSubunit](4)),
	of(TagSourceNetworkType, (*TLVs).AddSourceNetworkType, TLVs.SourceNetworkType, upTo[NetworkType](8)),
	of(TagSourceBearerType, (*TLVs).AddSourceBearerType, TLVs.SourceBearerType, upTo[BearerType](8)),
	of(TagSourceTelematicsID, (*TLVs).AddSourceTelematicsID, TLVs.SourceTelematicsID, upTo[uint16](300)),
	of(TagQOSTimeToLive, (*TLVs).AddQOSTimeToLive, TLVs.QOSTimeToLive, upTo[uint32](0xFFFFFFFF)),
	of(TagPayloadType, (*TLVs).AddPayloadType, TLVs.PayloadType, upTo[PayloadType](1)),
	of(TagAdditionalStatusInfoText, (*TLVs).AddAdditionalStatusInfoText, TLVs.AdditionalStatusInfoText, textOf(0, 255)),
	of(TagReceiptedMessageID, (*TLVs).AddReceiptedMessageID, TLVs.ReceiptedMessageID, textOf(0, 64)),
	of(TagMsMsgWaitFacilities, (*TLVs).AddMsMsgWaitFacilities, TLVs.MsMsgWaitFacilities, func(r random) MsMsgWaitFacilities {
		return WaitingFacilities(Waiting(r.IntN(4)), r.IntN(2) == 0)
	}),
	of(TagPrivacyIndicator, (*TLVs).AddPrivacyIndicator, TLVs.PrivacyIndicator, upTo[PrivacyIndicator](3)),
	of(TagSourceSubaddress, (*TLVs).AddSourceSubaddress, TLVs.SourceSubaddress, subaddress),
	of(TagDestSubaddress, (*TLVs).AddDestSubaddress, TLVs.DestSubaddress, subaddress),
	of(TagUserMessageReference, (*TLVs).AddUserMessageReference, TLVs.UserMessageReference, upTo[uint16](65535)),
	of(TagUserResponseCode, (*TLVs).AddUserResponseCode, TLVs.UserResponseCode, upTo[uint8](255)),
	of(TagSourcePort, (*TLVs).AddSourcePort, TLVs.SourcePort, upTo[uint16](65535)),
	of(TagDestinationPort, (*TLVs).AddDestinationPort, TLVs.DestinationPort, upTo[uint16](65535)),
	of(TagSARMsgRefNum, (*TLVs).AddSARMsgRefNum, TLVs.SARMsgRefNum, upTo[uint16](65535)),
	of(TagLanguageIndicator, (*TLVs).AddLanguageIndicator, TLVs.LanguageIndicator, upTo[LanguageIndicator](5)),
	of(TagSARTotalSegments, (*TLVs).AddSARTotalSegments, TLVs.SARTotalSegments, func(r random) uint8 { return 1 + r.octet(254) }),
	of(TagSARSegmentSeqnum, (*TLVs).AddSARSegmentSeqnum, TLVs.SARSegmentSeqnum, func(r random) uint8 { return 1 + r.octet(254) }),
	of(TagSCInterfaceVersion, (*TLVs).AddSCInterfaceVersion, TLVs.SCInterfaceVersion, upTo[uint8](0x34)),
	of(TagCallbackNumPresInd, (*TLVs).AddCallbackNumPresInd, TLVs.CallbackNumPresInd, upTo[CallbackPresentation](11)),
	of(TagCallbackNumAtag, (*TLVs).AddCallbackNumAtag, TLVs.CallbackNumAtag, func(r random) CallbackNumAtag {
		return CallbackNumAtag{DataCoding(r.octet(255)), r.octets(0, 64)}
	}),
	of(TagNumberOfMessages, (*TLVs).AddNumberOfMessages, TLVs.NumberOfMessages, upTo[uint8](99)),
	of(TagCallbackNum, (*TLVs).AddCallbackNum, TLVs.CallbackNum, func(r random) CallbackNum {
		return CallbackNum{r.IntN(2) == 0, r.octet(6), r.npi(), "1" + r.text(15)}
	}),
	of(TagDPFResult, (*TLVs).AddDPFResult, TLVs.DPFResult, yesOrNo),
	of(TagSetDPF, (*TLVs).AddSetDPF, TLVs.SetDPF, yesOrNo),
	of(TagMsAvailabilityStatus, (*TLVs).AddMsAvailabilityStatus, TLVs.MsAvailabilityStatus, upTo[MsAvailability](2)),
	of(TagNetworkErrorCode, (*TLVs).AddNetworkErrorCode, TLVs.NetworkErrorCode, func(r random) NetworkErrorCode {
		return NetworkErrorCode{1 + r.octet(7), uint16(r.Uint32())}
	}),
	of(TagMessagePayload, (*TLVs).AddMessagePayload, TLVs.MessagePayload, octetsOf(0, 65535)),
	of(TagDeliveryFailureReason, (*TLVs).AddDeliveryFailureReason, TLVs.DeliveryFailureReason, upTo[DeliveryFailureReason](3)),
	of(TagMoreMessagesToSend, (*TLVs).AddMoreMessagesToSend, TLVs.MoreMessagesToSend, yesOrNo),
	of(TagMessageState, (*TLVs).AddMessageState, TLVs.MessageState, upTo(StateSkipped)),
	of(TagCongestionState, (*TLVs).AddCongestionState, TLVs.CongestionState, upTo[CongestionState](100)),
	of(TagUSSDServiceOp, (*TLVs).AddUSSDServiceOp, TLVs.USSDServiceOp, upTo(USSNRequest)),
	of(TagBroadcastChannelIndicator, (*TLVs).AddBroadcastChannelIndicator, TLVs.BroadcastChannelIndicator, upTo[BroadcastChannel](1)),
	of(TagBroadcastContentType, (*TLVs).AddBroadcastContentType, TLVs.BroadcastContentType, func(r random) BroadcastContentType {
		return BroadcastContentType{r.octet(3), uint16(r.Uint32())}
	}),
	of(TagBroadcastContentTypeInfo, (*TLVs).AddBroadcastContentTypeInfo, TLVs.BroadcastContentTypeInfo, octetsOf(1, 255)),
	of(TagBroadcastMessageClass, (*TLVs).AddBroadcastMessageClass, TLVs.BroadcastMessageClass, upTo[BroadcastMessageClass](3)),
	of(TagBroadcastRepNum, (*TLVs).AddBroadcastRepNum, TLVs.BroadcastRepNum, upTo[BroadcastRepNum](65535)),
	of(TagBroadcastFrequencyInterval, (*TLVs).AddBroadcastFrequencyInterval, TLVs.BroadcastFrequencyInterval,
		func(r random) BroadcastFrequency { return BroadcastFrequency{8 + r.octet(6), uint16(r.Uint32())} }),
	of(TagBroadcastAreaIdentifier, (*TLVs).AddBroadcastAreaIdentifier, TLVs.BroadcastAreaIdentifier, func(r random) BroadcastArea {
		return BroadcastArea{BroadcastAreaFormat(r.octet(2)), r.octets(0, 99)}
	}),
	of(TagBroadcastErrorStatus, (*TLVs).AddBroadcastErrorStatus, TLVs.BroadcastErrorStatus, upTo[Status](0xFFFFFFFF)),
	of(TagBroadcastAreaSuccess, (*TLVs).AddBroadcastAreaSuccess, TLVs.BroadcastAreaSuccess, upTo[BroadcastAreaSuccess](100)),
	of(TagBroadcastEndTime, (*TLVs).AddBroadcastEndTime, TLVs.BroadcastEndTime, random.absolute),
	of(TagBroadcastServiceGroup, (*TLVs).AddBroadcastServiceGroup, TLVs.BroadcastServiceGroup, octetsOf(1, 255)),
	of(TagBillingIdentification, (*TLVs).AddBillingIdentification, TLVs.BillingIdentification, func(r random) BillingIdentification {
		return BillingIdentification{r.octet(255), r.octets(0, 1023)}
	}),
	of(TagSourceNetworkID, (*TLVs).AddSourceNetworkID, TLVs.SourceNetworkID, textOf(6, 64)),
	of(TagDestNetworkID, (*TLVs).AddDestNetworkID, TLVs.DestNetworkID, textOf(6, 64)),
	of(TagSourceNodeID, (*TLVs).AddSourceNodeID, TLVs.SourceNodeID, func(random) []byte { return []byte("000123") }),
	of(TagDestNodeID, (*TLVs).AddDestNodeID, TLVs.DestNodeID, func(random) []byte { return []byte("456789") }),
	of(TagDestAddrNPResolution, (*TLVs).AddDestAddrNPResolution, TLVs.DestAddrNPResolution, upTo(NPPorted)),
	of(TagDestAddrNPInformation, (*TLVs).AddDestAddrNPInformation, TLVs.DestAddrNPInformation, func(random) []byte { return []byte("2025331234") }),
	of(TagDestAddrNPCountry, (*TLVs).AddDestAddrNPCountry, TLVs.DestAddrNPCountry, octetsOf(1, 5)),
	of(TagDisplayTime, (*TLVs).AddDisplayTime, TLVs.DisplayTime, upTo[DisplayTime](2)),
	of(TagSMSSignal, (*TLVs).AddSMSSignal, TLVs.SMSSignal, upTo[uint16](65535)),
	of(TagMsValidity, (*TLVs).AddMsValidity, TLVs.MsValidity, func(r random) MsValidity {
		if m := (MsValidity{Behaviour: r.octet(4)}); m.Behaviour < validityFor {
			return m
		}
		return MsValidity{validityFor, r.octet(6), uint16(r.Uint32())}
	}),
	of(TagAlertOnMessageDelivery, (*TLVs).AddAlertOnMessageDelivery, TLVs.AlertOnMessageDelivery, upTo(AlertHigh)),
	of(TagITSReplyType, (*TLVs).AddITSReplyType, TLVs.ITSReplyType, upTo[ITSReplyType](8)),
	of(TagITSSessionInfo, (*TLVs).AddITSSessionInfo, TLVs.ITSSessionInfo, func(r random) ITSSessionInfo {
		return ITSSessionInfo{r.octet(255), r.octet(127), r.IntN(2) == 0}
	}),
}

func subaddress(r random) Subaddress {
	kinds := []SubaddressKind{SubaddressNSAPEven, SubaddressNSAPOdd, SubaddressUser}
	return Subaddress{kinds[r.IntN(3)], r.octets(1, 22)}
}

// TestAccessors adds random values of every TLV of the standards, which are by the book, and gets them back;
// it cuts them, which none survives as another value or as a panic.
func TestAccessors(t *testing.T) {
	r := seeded(t)
	seen := map[Tag]bool{}
	for _, a := range accessors {
		seen[a.tag] = true
		for range 100 {
			sent, got, ok, list := a.trip(r)
			if len(list) != 1 || list[0].Tag != a.tag || !ok || !reflect.DeepEqual(sent, got) {
				t.Fatalf("%v: sent %+v as %v, got %+v, %v", a.tag, sent, list, got, ok)
			}
			if problem := a.tag.spec().wrong(list[0].Value); problem != "" {
				t.Fatalf("%v: %+v is sent as %x: %s", a.tag, sent, list[0].Value, problem)
			}
			if s := (looks{}).tlv(list[0]); s == "" {
				t.Errorf("%v: %+v does not read", a.tag, sent)
			}
		}
	}
	for tag := range Tag(0x1400) {
		if (tag.spec().name != "") != seen[tag] {
			t.Errorf("%v has no accessors", tag)
		}
	}
}

// TestGettersOfNothing reads every TLV from a list that has none, and from one whose values are cut, long or
// noise: what is no value of the type is none.
func TestGettersOfNothing(t *testing.T) {
	r := seeded(t)
	var noise TLVs
	for tag := range Tag(0x1400) {
		noise.Add(tag, r.octets(0, 4))
	}
	for _, list := range []TLVs{nil, {{TagBroadcastRepNum, []byte{1}}, {TagMessageState, nil}}, noise} {
		v := reflect.ValueOf(list)
		for i := range v.NumMethod() {
			if v.Type().Method(i).Type.NumIn() != 1 {
				continue
			}
			out := v.Method(i).Call(nil)
			if len(out) == 2 && len(list) < 3 && out[1].Bool() {
				t.Errorf("%s gives %v", v.Type().Method(i).Name, out[0])
			}
		}
	}
	for _, tt := range []struct {
		v    []byte
		want uint16
		ok   bool
	}{
		{nil, 0, false}, {[]byte{1}, 0, false}, {[]byte{1, 2}, 0x102, true}, {[]byte{0, 0, 1, 2}, 0, false},
		{make([]byte, 9), 0, false},
	} {
		list := TLVs{{TagSourcePort, tt.v}}
		if v, ok := list.SourcePort(); v != tt.want || ok != tt.ok {
			t.Errorf("%x is %#x, %v", tt.v, v, ok)
		}
	}
	list := TLVs{{TagDPFResult, []byte{2}}}
	if v, ok := list.DPFResult(); ok {
		t.Errorf("dpf_result 2 is %v", v)
	}
}

// TestBroadcastAreas gets all areas of a broadcast.
func TestBroadcastAreas(t *testing.T) {
	var list TLVs
	want := []BroadcastArea{{AreaAlias, []byte("a")}, {AreaPolygon, []byte{1, 2}}}
	for _, area := range want {
		list.AddBroadcastAreaIdentifier(area)
		list.Add(TagBroadcastAreaIdentifier, nil) // of a peer that cut it
	}
	if got := list.BroadcastAreas(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}
