package pdu

// AlertNotification says that a mobile station the ESME waits for can be reached again: SMPP 3.4 §4.12.1.
// It has no response.
type AlertNotification struct {
	// Source is the mobile station: at most 64 octets in Addr.
	Source Address
	// ESME is who asked to be told, with set_dpf: at most 64 octets in Addr.
	ESME Address
	// TLVs may hold ms_availability_status.
	TLVs TLVs
}

var esmeAddr = &[3]string{"esme_addr_ton", "esme_addr_npi", "esme_addr"}

func (m *AlertNotification) fields(c *codec) {
	c.address(sourceAddr, &m.Source, 65)
	c.address(esmeAddr, &m.ESME, 65)
	c.tlvs(&m.TLVs, inAlert)
}

// Command is CmdAlertNotification.
func (*AlertNotification) Command() Command { return CmdAlertNotification }
