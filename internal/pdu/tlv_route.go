package pdu

// DestAddrSubunit is the part of the mobile station that the message is for: SMPP 3.4 §5.3.2.1.
func (t TLVs) DestAddrSubunit() (AddrSubunit, bool) {
	return integerOf[AddrSubunit](t, TagDestAddrSubunit)
}

// AddDestAddrSubunit appends it.
func (t *TLVs) AddDestAddrSubunit(v AddrSubunit) { t.AddUint8(TagDestAddrSubunit, uint8(v)) }

// SourceAddrSubunit is the part of the mobile station that the message comes from: §5.3.2.2.
func (t TLVs) SourceAddrSubunit() (AddrSubunit, bool) {
	return integerOf[AddrSubunit](t, TagSourceAddrSubunit)
}

// AddSourceAddrSubunit appends it.
func (t *TLVs) AddSourceAddrSubunit(v AddrSubunit) { t.AddUint8(TagSourceAddrSubunit, uint8(v)) }

// DestNetworkType is the network of the destination: §5.3.2.3.
func (t TLVs) DestNetworkType() (NetworkType, bool) {
	return integerOf[NetworkType](t, TagDestNetworkType)
}

// AddDestNetworkType appends it.
func (t *TLVs) AddDestNetworkType(v NetworkType) { t.AddUint8(TagDestNetworkType, uint8(v)) }

// SourceNetworkType is the network of the source: §5.3.2.4.
func (t TLVs) SourceNetworkType() (NetworkType, bool) {
	return integerOf[NetworkType](t, TagSourceNetworkType)
}

// AddSourceNetworkType appends it.
func (t *TLVs) AddSourceNetworkType(v NetworkType) { t.AddUint8(TagSourceNetworkType, uint8(v)) }

// DestBearerType is the bearer to deliver over: §5.3.2.5.
func (t TLVs) DestBearerType() (BearerType, bool) { return integerOf[BearerType](t, TagDestBearerType) }

// AddDestBearerType appends it.
func (t *TLVs) AddDestBearerType(v BearerType) { t.AddUint8(TagDestBearerType, uint8(v)) }

// SourceBearerType is the bearer the message came over: §5.3.2.6.
func (t TLVs) SourceBearerType() (BearerType, bool) {
	return integerOf[BearerType](t, TagSourceBearerType)
}

// AddSourceBearerType appends it.
func (t *TLVs) AddSourceBearerType(v BearerType) { t.AddUint8(TagSourceBearerType, uint8(v)) }

// DestTelematicsID is the TP-PID of telematic interworking for the destination, in two octets: §5.3.2.7.
func (t TLVs) DestTelematicsID() (uint16, bool) { return integerOf[uint16](t, TagDestTelematicsID) }

// AddDestTelematicsID appends it.
func (t *TLVs) AddDestTelematicsID(v uint16) { t.AddUint16(TagDestTelematicsID, v) }

// SourceTelematicsID is the TP-PID of telematic interworking for the source: §5.3.2.8. 3.4 has one octet for it;
// some peers send two, as for the destination.
func (t TLVs) SourceTelematicsID() (uint16, bool) {
	if v, ok := integerOf[uint8](t, TagSourceTelematicsID); ok {
		return uint16(v), true
	}
	return integerOf[uint16](t, TagSourceTelematicsID)
}

// AddSourceTelematicsID appends it, in two octets only when one does not hold it.
func (t *TLVs) AddSourceTelematicsID(v uint16) {
	if v > 0xFF {
		t.AddUint16(TagSourceTelematicsID, v)
		return
	}
	t.AddUint8(TagSourceTelematicsID, uint8(v))
}

// SourcePort is the port of the application that sent the message: §5.3.2.20.
func (t TLVs) SourcePort() (uint16, bool) { return integerOf[uint16](t, TagSourcePort) }

// AddSourcePort appends it.
func (t *TLVs) AddSourcePort(v uint16) { t.AddUint16(TagSourcePort, v) }

// DestinationPort is the port of the application that the message is for, which 5.0 calls dest_port:
// §5.3.2.21.
func (t TLVs) DestinationPort() (uint16, bool) { return integerOf[uint16](t, TagDestinationPort) }

// AddDestinationPort appends it.
func (t *TLVs) AddDestinationPort(v uint16) { t.AddUint16(TagDestinationPort, v) }

// PayloadType is what message_payload holds: §5.3.2.10.
func (t TLVs) PayloadType() (PayloadType, bool) { return integerOf[PayloadType](t, TagPayloadType) }

// AddPayloadType appends it.
func (t *TLVs) AddPayloadType(v PayloadType) { t.AddUint8(TagPayloadType, uint8(v)) }

// SourceNetworkID is the operator and network of the source, 6 to 64 octets: 5.0 §4.8.4.56.
func (t TLVs) SourceNetworkID() (string, bool) { return t.cstring(TagSourceNetworkID) }

// AddSourceNetworkID appends it.
func (t *TLVs) AddSourceNetworkID(v string) { t.AddCString(TagSourceNetworkID, v) }

// DestNetworkID is the operator and network of the destination, 6 to 64 octets: 5.0 §4.8.4.25.
func (t TLVs) DestNetworkID() (string, bool) { return t.cstring(TagDestNetworkID) }

// AddDestNetworkID appends it.
func (t *TLVs) AddDestNetworkID(v string) { t.AddCString(TagDestNetworkID, v) }

// SourceNodeID is the node of the source, six decimal digits: 5.0 §4.8.4.58. It is not a copy.
func (t TLVs) SourceNodeID() ([]byte, bool) { return t.Get(TagSourceNodeID) }

// AddSourceNodeID appends it, which is kept, not copied.
func (t *TLVs) AddSourceNodeID(v []byte) { t.Add(TagSourceNodeID, v) }

// DestNodeID is the node of the destination, six decimal digits: 5.0 §4.8.4.27. It is not a copy.
func (t TLVs) DestNodeID() ([]byte, bool) { return t.Get(TagDestNodeID) }

// AddDestNodeID appends it, which is kept, not copied.
func (t *TLVs) AddDestNodeID(v []byte) { t.Add(TagDestNodeID, v) }

// DestAddrNPResolution is whether the destination's number was ported: 5.0 §4.8.4.22.
func (t TLVs) DestAddrNPResolution() (NPResolution, bool) {
	return integerOf[NPResolution](t, TagDestAddrNPResolution)
}

// AddDestAddrNPResolution appends it.
func (t *TLVs) AddDestAddrNPResolution(v NPResolution) { t.AddUint8(TagDestAddrNPResolution, uint8(v)) }

// DestAddrNPInformation is the routing number of a ported destination, ten decimal digits: 5.0 §4.8.4.21. It is
// not a copy.
func (t TLVs) DestAddrNPInformation() ([]byte, bool) { return t.Get(TagDestAddrNPInformation) }

// AddDestAddrNPInformation appends it, which is kept, not copied.
func (t *TLVs) AddDestAddrNPInformation(v []byte) { t.Add(TagDestAddrNPInformation, v) }

// DestAddrNPCountry is the E.164 country code of a ported destination, 1 to 5 octets: 5.0 §4.8.4.20. It
// is not a copy.
func (t TLVs) DestAddrNPCountry() ([]byte, bool) { return t.Get(TagDestAddrNPCountry) }

// AddDestAddrNPCountry appends it, which is kept, not copied.
func (t *TLVs) AddDestAddrNPCountry(v []byte) { t.Add(TagDestAddrNPCountry, v) }

// SourceSubaddress is the subaddress of the source: SMPP 3.4 §5.3.2.15. Its Octets are not a copy.
func (t TLVs) SourceSubaddress() (Subaddress, bool) { return t.subaddress(TagSourceSubaddress) }

// AddSourceSubaddress appends it.
func (t *TLVs) AddSourceSubaddress(v Subaddress) {
	t.addAfter(TagSourceSubaddress, uint8(v.Kind), v.Octets)
}

// DestSubaddress is the subaddress of the destination: §5.3.2.16. Its Octets are not a copy.
func (t TLVs) DestSubaddress() (Subaddress, bool) { return t.subaddress(TagDestSubaddress) }

// AddDestSubaddress appends it.
func (t *TLVs) AddDestSubaddress(v Subaddress) {
	t.addAfter(TagDestSubaddress, uint8(v.Kind), v.Octets)
}

func (t TLVs) subaddress(tag Tag) (Subaddress, bool) {
	first, rest, ok := t.after(tag)
	return Subaddress{SubaddressKind(first), rest}, ok
}

// BillingIdentification is what to bill the message on: 5.0 §4.8.4.3. Its Octets are not a copy.
func (t TLVs) BillingIdentification() (BillingIdentification, bool) {
	first, rest, ok := t.after(TagBillingIdentification)
	return BillingIdentification{first, rest}, ok
}

// AddBillingIdentification appends it.
func (t *TLVs) AddBillingIdentification(v BillingIdentification) {
	t.addAfter(TagBillingIdentification, v.Format, v.Octets)
}
