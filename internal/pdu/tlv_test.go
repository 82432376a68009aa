package pdu

import (
	"bytes"
	"testing"
)

func TestTLVs(t *testing.T) {
	var list TLVs
	list.AddUint16(TagUserMessageReference, 0x1234)
	list.AddUint8(TagMessageState, 2)
	list.AddCString(TagReceiptedMessageID, "7f3a")
	list.AddCString(TagAdditionalStatusInfoText, "no credit")
	list.Add(TagNetworkErrorCode, []byte{3, 0x01, 0x02})
	list.AddUint8(TagDeliveryFailureReason, 1)
	list.AddUint8(TagCongestionState, 95)
	list.AddUint8(TagSCInterfaceVersion, 0x50)
	list.Add(TagMessagePayload, []byte("text"))
	list.AddSAR(SAR{Ref: 0xABCD, Total: 3, Segment: 2})
	list.Add(0x1401, []byte("first"))
	list.Add(0x1401, nil)

	if v, ok := list.UserMessageReference(); v != 0x1234 || !ok {
		t.Errorf("UserMessageReference %#x, %v", v, ok)
	}
	if v, ok := list.MessageState(); v != StateDelivered || !ok {
		t.Errorf("MessageState %v, %v", v, ok)
	}
	if v, ok := list.ReceiptedMessageID(); v != "7f3a" || !ok {
		t.Errorf("ReceiptedMessageID %q, %v", v, ok)
	}
	if v, ok := list.AdditionalStatusInfoText(); v != "no credit" || !ok {
		t.Errorf("AdditionalStatusInfoText %q, %v", v, ok)
	}
	if v, ok := list.NetworkErrorCode(); v != (NetworkErrorCode{3, 0x0102}) || !ok {
		t.Errorf("NetworkErrorCode %+v, %v", v, ok)
	}
	if v, ok := list.DeliveryFailureReason(); v.String() != "destination address invalid" || !ok {
		t.Errorf("DeliveryFailureReason %v, %v", v, ok)
	}
	if v, ok := list.CongestionState(); v != 95 || !ok {
		t.Errorf("CongestionState %d, %v", v, ok)
	}
	if v, ok := list.SCInterfaceVersion(); v != Version50 || !ok {
		t.Errorf("SCInterfaceVersion %#x, %v", v, ok)
	}
	if v, ok := list.MessagePayload(); string(v) != "text" || !ok {
		t.Errorf("MessagePayload %q, %v", v, ok)
	}
	if v, ok := list.SAR(); v != (SAR{0xABCD, 3, 2}) || !ok {
		t.Errorf("SAR %+v, %v", v, ok)
	}
	if v := list.All(0x1401); len(v) != 2 || string(v[0]) != "first" || len(v[1]) != 0 {
		t.Errorf("All %q", v)
	}
	if v, ok := list.Get(0x1402); v != nil || ok {
		t.Errorf("Get of a tag that is not there: %q, %v", v, ok)
	}
}

// TestTLVValuesOfPeers reads the typed values as SMSCs in the field write them.
func TestTLVValuesOfPeers(t *testing.T) {
	with := func(tag Tag, v string) TLVs { return TLVs{{tag, []byte(v)}} }
	if v, ok := with(TagReceiptedMessageID, "7f3a").ReceiptedMessageID(); v != "7f3a" || !ok {
		t.Errorf("without NUL: %q, %v", v, ok)
	}
	if v, ok := with(TagNetworkErrorCode, "034").NetworkErrorCode(); v != (NetworkErrorCode{0, 34}) || !ok {
		t.Errorf("three digits: %+v, %v", v, ok)
	}
	if v, ok := with(TagNetworkErrorCode, "0").NetworkErrorCode(); ok {
		t.Errorf("one octet: %+v", v)
	}
	if v, ok := with(TagMessageState, "").MessageState(); ok {
		t.Errorf("empty message_state: %v", v)
	}
	if v, ok := with(TagUserMessageReference, "\x01").UserMessageReference(); ok {
		t.Errorf("short user_message_reference: %v", v)
	}
	for _, s := range []SAR{{1, 0, 0}, {1, 2, 0}, {1, 2, 3}} {
		var list TLVs
		list.AddSAR(s)
		if v, ok := list.SAR(); ok {
			t.Errorf("SAR takes segment %d of %d", v.Segment, v.Total)
		}
	}
	list := TLVs{{TagSARMsgRefNum, []byte{0, 1}}, {TagSARTotalSegments, []byte{2}}}
	if v, ok := list.SAR(); ok {
		t.Errorf("SAR without sar_segment_seqnum: %+v", v)
	}
}

// TestTLVOrder encodes the same list many times: it comes out in its own order.
func TestTLVOrder(t *testing.T) {
	m := &SubmitSM{}
	for tag := Tag(0x1400); tag < 0x1420; tag++ {
		m.TLVs.AddUint8(tag^0x15, byte(tag))
	}
	first, err := Append(nil, 0, 1, m)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Decode(first)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Append(nil, 0, 1, f.PDU)
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("%v\n got %x\nwant %x", err, second, first)
	}
}
