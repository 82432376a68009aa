package pdu

// BroadcastChannelIndicator is the channel of a broadcast: SMPP 5.0 §4.8.4.7.
func (t TLVs) BroadcastChannelIndicator() (BroadcastChannel, bool) {
	return integerOf[BroadcastChannel](t, TagBroadcastChannelIndicator)
}

// AddBroadcastChannelIndicator appends it.
func (t *TLVs) AddBroadcastChannelIndicator(v BroadcastChannel) {
	t.AddUint8(TagBroadcastChannelIndicator, uint8(v))
}

// BroadcastContentTypeInfo is more about the content, 1 to 255 octets: 5.0 §4.8.4.6. It is not a copy.
func (t TLVs) BroadcastContentTypeInfo() ([]byte, bool) { return t.Get(TagBroadcastContentTypeInfo) }

// AddBroadcastContentTypeInfo appends it, which is kept, not copied.
func (t *TLVs) AddBroadcastContentTypeInfo(v []byte) { t.Add(TagBroadcastContentTypeInfo, v) }

// BroadcastMessageClass is the class of a broadcast: 5.0 §4.8.4.12.
func (t TLVs) BroadcastMessageClass() (BroadcastMessageClass, bool) {
	return integerOf[BroadcastMessageClass](t, TagBroadcastMessageClass)
}

// AddBroadcastMessageClass appends it.
func (t *TLVs) AddBroadcastMessageClass(v BroadcastMessageClass) {
	t.AddUint8(TagBroadcastMessageClass, uint8(v))
}

// BroadcastRepNum is how often a message is broadcast: 5.0 §4.8.4.13.
func (t TLVs) BroadcastRepNum() (BroadcastRepNum, bool) {
	return integerOf[BroadcastRepNum](t, TagBroadcastRepNum)
}

// AddBroadcastRepNum appends it.
func (t *TLVs) AddBroadcastRepNum(v BroadcastRepNum) { t.AddUint16(TagBroadcastRepNum, uint16(v)) }

// BroadcastErrorStatus is why the first area that failed did; there is one for each: 5.0 §4.8.4.10.
func (t TLVs) BroadcastErrorStatus() (Status, bool) {
	return integerOf[Status](t, TagBroadcastErrorStatus)
}

// AddBroadcastErrorStatus appends it.
func (t *TLVs) AddBroadcastErrorStatus(v Status) { t.AddUint32(TagBroadcastErrorStatus, uint32(v)) }

// BroadcastAreaSuccess is how much of the first area was reached; there is one for each: 5.0 §4.8.4.5.
func (t TLVs) BroadcastAreaSuccess() (BroadcastAreaSuccess, bool) {
	return integerOf[BroadcastAreaSuccess](t, TagBroadcastAreaSuccess)
}

// AddBroadcastAreaSuccess appends it.
func (t *TLVs) AddBroadcastAreaSuccess(v BroadcastAreaSuccess) {
	t.AddUint8(TagBroadcastAreaSuccess, uint8(v))
}

// BroadcastServiceGroup is whom a broadcast is for, 1 to 255 octets: 5.0 §4.8.4.14. It is not a copy.
func (t TLVs) BroadcastServiceGroup() ([]byte, bool) { return t.Get(TagBroadcastServiceGroup) }

// AddBroadcastServiceGroup appends it, which is kept, not copied.
func (t *TLVs) AddBroadcastServiceGroup(v []byte) { t.Add(TagBroadcastServiceGroup, v) }

// BroadcastContentType is what is broadcast: 5.0 §4.8.4.8.
func (t TLVs) BroadcastContentType() (BroadcastContentType, bool) {
	first, n, ok := t.pair(TagBroadcastContentType)
	return BroadcastContentType{first, n}, ok
}

// AddBroadcastContentType appends it.
func (t *TLVs) AddBroadcastContentType(v BroadcastContentType) {
	t.Add(TagBroadcastContentType, []byte{v.Network, byte(v.Content >> 8), byte(v.Content)})
}

// BroadcastFrequencyInterval is how often a message is broadcast: 5.0 §4.8.4.11.
func (t TLVs) BroadcastFrequencyInterval() (BroadcastFrequency, bool) {
	first, n, ok := t.pair(TagBroadcastFrequencyInterval)
	return BroadcastFrequency{first, n}, ok
}

// AddBroadcastFrequencyInterval appends it.
func (t *TLVs) AddBroadcastFrequencyInterval(v BroadcastFrequency) {
	t.Add(TagBroadcastFrequencyInterval, []byte{v.Unit, byte(v.Number >> 8), byte(v.Number)})
}

// BroadcastAreaIdentifier is the first area of a broadcast: 5.0 §4.8.4.4. Its Details are not a copy.
func (t TLVs) BroadcastAreaIdentifier() (BroadcastArea, bool) {
	first, rest, ok := t.after(TagBroadcastAreaIdentifier)
	return BroadcastArea{BroadcastAreaFormat(first), rest}, ok
}

// BroadcastAreas are all areas of a broadcast, in order. Their Details are not copies.
func (t TLVs) BroadcastAreas() []BroadcastArea {
	var areas []BroadcastArea
	for i := range t {
		if t[i].Tag == TagBroadcastAreaIdentifier {
			if area, ok := t[i:].BroadcastAreaIdentifier(); ok {
				areas = append(areas, area)
			}
		}
	}
	return areas
}

// AddBroadcastAreaIdentifier appends one area.
func (t *TLVs) AddBroadcastAreaIdentifier(v BroadcastArea) {
	t.addAfter(TagBroadcastAreaIdentifier, uint8(v.Format), v.Details)
}

// BroadcastEndTime is when a broadcast ended, in SMPP's absolute form: 5.0 §4.8.4.9. ParseTime reads it.
func (t TLVs) BroadcastEndTime() (string, bool) { return t.cstring(TagBroadcastEndTime) }

// AddBroadcastEndTime appends it. AbsoluteTime makes it.
func (t *TLVs) AddBroadcastEndTime(v string) { t.AddCString(TagBroadcastEndTime, v) }
