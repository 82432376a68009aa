package pdu

// DataSM carries a message in either direction: SMPP 3.4 §4.7.1. Its text is in message_payload alone.
type DataSM struct {
	// ServiceType is empty or one of the ServiceType constants, at most 5 octets: §5.2.11.
	ServiceType string
	// Source and Dest have at most 64 octets in Addr.
	Source, Dest Address
	// ESMClass is the messaging mode, the message type and the GSM features: §5.2.12.
	ESMClass ESMClass
	// RegisteredDelivery asks for receipts: §5.2.17.
	RegisteredDelivery RegisteredDelivery
	// DataCoding says how message_payload is to be read: §5.2.19.
	DataCoding DataCoding
	// TLVs are the optional parameters, in order: §4.7.1.1.
	TLVs TLVs
}

func (m *DataSM) fields(c *codec) {
	c.parties(&m.ServiceType, &m.Source, &m.Dest, 65)
	octet(c, "esm_class", &m.ESMClass)
	c.registered(&m.RegisteredDelivery)
	octet(c, "data_coding", &m.DataCoding)
	c.look(looks{coding: m.DataCoding, udhi: m.ESMClass.UDHI()})
	c.tlvs(&m.TLVs, inData)
	c.together(m.ESMClass, nil, m.TLVs)
}

// UserData is the text with its user data header: message_payload. It is not a copy.
func (m *DataSM) UserData() []byte {
	payload, _ := m.TLVs.MessagePayload()
	return payload
}

// DataSMResp answers data_sm: §4.7.2.
type DataSMResp struct {
	// MessageID is the receiver's name for the message: at most 64 octets are sent, any number is taken.
	MessageID string
	// TLVs may say why a delivery failed.
	TLVs TLVs
}

func (m *DataSMResp) fields(c *codec) {
	c.answer("message_id", &m.MessageID, 65, &m.TLVs, inDataResp, false)
}

// Command is CmdDataSM.
func (*DataSM) Command() Command { return CmdDataSM }

// Command is CmdDataSMResp.
func (*DataSMResp) Command() Command { return CmdDataSMResp }
