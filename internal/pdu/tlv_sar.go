package pdu

// SARMsgRefNum is the number that all segments of a message share: SMPP 3.4 §5.3.2.22.
func (t TLVs) SARMsgRefNum() (uint16, bool) { return integerOf[uint16](t, TagSARMsgRefNum) }

// AddSARMsgRefNum appends it.
func (t *TLVs) AddSARMsgRefNum(v uint16) { t.AddUint16(TagSARMsgRefNum, v) }

// SARTotalSegments is how many segments there are, from 1: §5.3.2.23.
func (t TLVs) SARTotalSegments() (uint8, bool) { return integerOf[uint8](t, TagSARTotalSegments) }

// AddSARTotalSegments appends it.
func (t *TLVs) AddSARTotalSegments(v uint8) { t.AddUint8(TagSARTotalSegments, v) }

// SARSegmentSeqnum is which segment this is, from 1: §5.3.2.24.
func (t TLVs) SARSegmentSeqnum() (uint8, bool) { return integerOf[uint8](t, TagSARSegmentSeqnum) }

// AddSARSegmentSeqnum appends it.
func (t *TLVs) AddSARSegmentSeqnum(v uint8) { t.AddUint8(TagSARSegmentSeqnum, v) }

// SAR says which segment of which message a short message is: SMPP 3.4 §5.3.2.22 to §5.3.2.24.
type SAR struct {
	// Ref is the same in all segments of a message.
	Ref uint16
	// Total is how many segments there are, from 1.
	Total uint8
	// Segment is which one this is, from 1 to Total.
	Segment uint8
}

// SAR is the three sar_ parameters, when all are there and make sense.
func (t TLVs) SAR() (SAR, bool) {
	ref, ok := t.SARMsgRefNum()
	total, ok2 := t.SARTotalSegments()
	segment, ok3 := t.SARSegmentSeqnum()
	if !ok || !ok2 || !ok3 || segment == 0 || segment > total {
		return SAR{}, false
	}
	return SAR{ref, total, segment}, true
}

// AddSAR appends the three sar_ parameters.
func (t *TLVs) AddSAR(s SAR) {
	t.AddSARMsgRefNum(s.Ref)
	t.AddSARTotalSegments(s.Total)
	t.AddSARSegmentSeqnum(s.Segment)
}
