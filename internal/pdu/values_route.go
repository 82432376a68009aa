package pdu

import "fmt"

// AddrSubunit is dest_addr_subunit and source_addr_subunit: which part of a mobile station a message is for
// or comes from. SMPP 3.4 §5.3.2.1, §5.3.2.2.
type AddrSubunit uint8

// The subunits.
const (
	SubunitUnknown         AddrSubunit = 0
	SubunitDisplay         AddrSubunit = 1 // shown at once and not kept: message class 0
	SubunitMobileEquipment AddrSubunit = 2
	SubunitSmartCard       AddrSubunit = 3
	SubunitExternal        AddrSubunit = 4
)

// String names the part.
func (s AddrSubunit) String() string {
	return nth(s, "unknown|MS display|mobile equipment|smart card 1|external unit 1")
}

// NetworkType is dest_network_type and source_network_type: SMPP 3.4 §5.3.2.3, §5.3.2.4.
type NetworkType uint8

// String names the network: 0 unknown, 1 GSM, 2 ANSI-136, 3 IS-95, 4 PDC, 5 PHS, 6 iDEN, 7 AMPS, 8 paging.
func (n NetworkType) String() string {
	return nth(n, "unknown|GSM|ANSI-136/TDMA|IS-95/CDMA|PDC|PHS|iDEN|AMPS|paging network")
}

// BearerType is dest_bearer_type and source_bearer_type: SMPP 3.4 §5.3.2.5, §5.3.2.6.
type BearerType uint8

// String names the bearer: 0 unknown, 1 SMS, 2 CSD, 3 packet data, 4 USSD, 5 CDPD, 6 DataTAC, 7 FLEX, 8 cell
// broadcast.
func (b BearerType) String() string {
	return nth(b, "unknown|SMS|circuit switched data|packet data|USSD|CDPD|DataTAC|FLEX/ReFLEX|cell broadcast")
}

// PayloadType is payload_type: what is in message_payload when it is WAP's. SMPP 3.4 §5.3.2.10.
type PayloadType uint8

// String names the type: 0 the default, a WDP message, 1 WCMP.
func (p PayloadType) String() string { return nth(p, "default|WCMP message") }

// SubaddressKind is the first octet of a Subaddress.
type SubaddressKind uint8

// The kinds of subaddress.
const (
	SubaddressNSAPEven SubaddressKind = 0x80
	SubaddressNSAPOdd  SubaddressKind = 0x88
	SubaddressUser     SubaddressKind = 0xA0
)

func (k SubaddressKind) known() bool {
	return k == SubaddressNSAPEven || k == SubaddressNSAPOdd || k == SubaddressUser
}

// String names the kind.
func (k SubaddressKind) String() string {
	switch k {
	case SubaddressNSAPEven:
		return "NSAP, even"
	case SubaddressNSAPOdd:
		return "NSAP, odd"
	case SubaddressUser:
		return "user specified"
	}
	return fmt.Sprintf("kind 0x%02X (reserved)", uint8(k))
}

// Subaddress is source_subaddress and dest_subaddress: SMPP 3.4 §5.3.2.15, §5.3.2.16.
type Subaddress struct {
	Kind SubaddressKind
	// Octets is the subaddress, 1 to 22 octets.
	Octets []byte
}

// String gives the kind and the octets in hex.
func (s Subaddress) String() string { return s.Kind.String() + " " + hexText(s.Octets) }

// NPResolution is dest_addr_np_resolution: whether the destination was looked up in a number portability
// database. SMPP 5.0 §4.8.4.22.
type NPResolution uint8

// The results of a look-up.
const (
	NPNotQueried NPResolution = 0
	NPNotPorted  NPResolution = 1
	NPPorted     NPResolution = 2
)

// String says what the look-up gave.
func (r NPResolution) String() string {
	return nth(r, "query not performed|queried, not ported|queried, ported")
}

// BillingIdentification is billing_identification: SMPP 5.0 §4.8.4.3.
type BillingIdentification struct {
	// Format has bit 7 set for a vendor's own; all other values are reserved.
	Format uint8
	// Octets is at most 1023 octets.
	Octets []byte
}

// String gives whose the format is and the octets in hex.
func (b BillingIdentification) String() string {
	whose := "reserved"
	if b.Format&0x80 != 0 {
		whose = "vendor"
	}
	return fmt.Sprintf("format 0x%02X (%s) %s", b.Format, whose, hexText(b.Octets))
}
