package pdu

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// said is what is said of a PDU under tshark's names: several values of one name lie between bars.
type said map[string]string

func (m said) put(name, value string) {
	if value == "" {
		return
	}
	if m[name] != "" {
		value = m[name] + "|" + value
	}
	m[name] = value
}

func (m said) number(name string, n uint64) { m.put(name, strconv.FormatUint(n, 10)) }

// asTshark gives the fields of b under the names and in the manner of tshark.
func asTshark(t *testing.T, b []byte) said {
	t.Helper()
	f, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	list, err := Fields(b)
	if err != nil {
		t.Fatal(err)
	}
	m := said{}
	for _, field := range list {
		value := strings.TrimSuffix(string(field.Octets), "\x00")
		switch name := "smpp." + field.Name; field.Name {
		case "command_length", "command_id", "sequence_number", "command_status", "error_status_code":
			if field.Name != "command_status" || f.Command.IsResponse() {
				m.number(name, uint64(binary.BigEndian.Uint32(field.Octets)))
			}
		case "service_type":
			if value == "" {
				value = "(Default)"
			}
			m.put(name, value)
		case "system_id", "system_type", "address_range", "source_addr", "destination_addr", "message_id", "dl_name":
			m.put(name, value)
		case "esme_addr":
			m.put(name, value)
		case "schedule_delivery_time", "validity_period", "final_date":
			if f.Command == CmdSubmitMulti && field.Name == "validity_period" && value == "" {
				name = "smpp.schedule_delivery_time" // tshark mistakes it for the field before (3.4 §4.5.1)
			}
			m.time(name, value)
		case "short_message":
			m.put("smpp.message", fmt.Sprintf("%x", field.Octets))
		case "esm_class":
			m.number("smpp.esm.submit.msg_mode", uint64(field.Octets[0]&3))
			m.number("smpp.esm.submit.msg_type", uint64(field.Octets[0]>>2&0xF))
			m.number("smpp.esm.submit.features", uint64(field.Octets[0]>>6))
		case "registered_delivery":
			m.number("smpp.regdel.receipt", uint64(field.Octets[0]&3))
			m.number("smpp.regdel.acks", uint64(field.Octets[0]>>2&3))
			m.number("smpp.regdel.notif", uint64(field.Octets[0]>>4&1))
		case "message_state":
			if len(field.Octets) == 1 { // else it is the TLV
				m.number(name, uint64(field.Octets[0]))
			}
		case "addr_ton", "addr_npi", "source_addr_ton", "source_addr_npi", "dest_addr_ton", "dest_addr_npi",
			"esme_addr_ton", "esme_addr_npi", "interface_version", "protocol_id", "priority_flag",
			"replace_if_present_flag", "data_coding", "sm_default_msg_id", "sm_length", "error_code":
			m.number(name, uint64(field.Octets[0]))
		}
	}
	switch p := f.PDU.(type) {
	case *BindTransmitter:
		m.put("smpp.password", p.Password)
	case *BindReceiver:
		m.put("smpp.password", p.Password)
	case *BindTransceiver:
		m.put("smpp.password", p.Password)
	case *Outbind:
		m.put("smpp.password", p.Password)
	}
	if tlvs := tlvsOf(f.PDU); tlvs != nil && !withoutTLVs(f.Command) && f.Status == StatusROK {
		for i, v := range *tlvs {
			m.tlv(fmt.Sprintf("tlv %d ", i), v)
		}
	}
	return m
}

// withoutTLVs reports the responses whose TLVs tshark does not read: 3.4 has none in them (§4.8.2, §4.9.2,
// §4.10.2); 5.0 lets a congestion_state come with any response (§4.8.4.18).
func withoutTLVs(c Command) bool {
	switch c {
	case CmdQuerySMResp, CmdCancelSMResp, CmdReplaceSMResp, CmdCancelBroadcastSMResp, CmdUnbindResp, CmdEnquireLinkResp,
		CmdGenericNack:
		return true
	}
	return false
}

// time is a time in either form; tshark counts the relative one in seconds, with months and years by its
// calendar of the year 1970.
func (m said) time(name, value string) {
	switch at, _ := ParseTime(value, time.Unix(0, 0).UTC()); {
	case value == "" && name == "smpp.final_date":
	case value == "":
		m.put(name+"_r", "0")
	case strings.HasSuffix(value, "R"):
		m.put(name+"_r", strconv.FormatInt(at.Unix(), 10))
	default:
		m.put(name, at.UTC().Format(time.DateTime))
	}
}

// otherNames are what tshark calls some TLVs.
var otherNames = map[Tag]string{
	TagSCInterfaceVersion: "SC_interface_version", TagBroadcastContentTypeInfo: "broadcast_content_type.info",
	TagBillingIdentification: "billing_id", TagDestAddrNPInformation: "dest_addr_np_info",
}

// tlv is a TLV with its number.
func (m said) tlv(i string, t TLV) {
	s, v := t.Tag.spec(), t.Value
	m.put(i, fmt.Sprintf("0x%04x %d", uint16(t.Tag), len(v)))
	if len(v) == 0 {
		return
	}
	if t.Tag >= 0x1400 && t.Tag <= 0x3FFF {
		m.put(i+"smpp.vendor_op", fmt.Sprintf("%x", v))
	}
	if s.name == "" {
		return
	}
	name := "smpp." + s.name
	if other, ok := otherNames[t.Tag]; ok {
		name = "smpp." + other
	}
	n := uint64(0)
	for _, o := range v[:min(8, len(v))] {
		n = n<<8 | uint64(o)
	}
	first, rest := uint64(v[0]), n&0xFFFF
	switch s.as {
	case kindOctets, kindPayload, kindDigits, kindSubaddress, kindBilling:
		m.put(i+name, fmt.Sprintf("%x", v))
	case kindCString:
		m.put(i+name, strings.TrimSuffix(string(v), "\x00"))
	case kindEndTime:
		list := said{}
		list.time(name, strings.TrimSuffix(string(v), "\x00"))
		m.put(i+name, list[name])
	case kindCallbackNum, kindAtag: // tshark has the names and no values
	case kindValidity, kindRepNum: // of these tshark reads the first octet alone
		m.number(i+name, first)
	case kindInt:
		if t.Tag == TagSourceTelematicsID { // and of this
			n = first
		}
		m.number(i+name, n)
	case kindAlert:
		m.number(i+name+"_type", n)
	case kindWaiting:
		m.number(i+"smpp.msg_wait.ind", n>>7)
		m.number(i+"smpp.msg_wait.type", n&3)
	case kindPresentation:
		m.number(i+"smpp.callback_num.pres", n>>2&3)
		m.number(i+"smpp.callback_num.scrn", n&3)
	case kindNetworkError:
		m.number(i+"smpp.network_error.type", first)
		m.number(i+"smpp.network_error.code", rest)
	case kindContent:
		m.number(i+name+".nw", first)
		m.number(i+name+".type", rest)
	case kindFrequency:
		m.number(i+name+".unit", first)
		m.number(i+name+".value", rest)
	case kindArea:
		m.number(i+name+".format", first)
		m.put(i+name, fmt.Sprintf("%x", v))
	case kindSession:
		m.number(i+"smpp.its_session.number", first)
		m.number(i+"smpp.its_session.sequence", n>>1&0x7F)
		m.number(i+"smpp.its_session.ind", n&1)
	default:
		m.number(i+name, n)
	}
}

// asCompared brings what tshark says into one form: integers in decimal, octets in hex, times in UTC to
// the second, TLVs numbered, nothing that is empty.
func asCompared(layer map[string]any) said {
	m := said{}
	for name, v := range layer {
		switch name {
		case "smpp.message_text", "smpp.dcs.sms_coding_group", "smpp.dcs.reserved", "smpp.dcs.charset", "smpp.dcs.class",
			"smpp.dcs.wait_ind", "smpp.dcs.wait_type": // said once more
		case "smpp.dlist", "smpp.dlist_resp":
			members, _ := v.(map[string]any)
			for name, v := range members {
				m.theirs("", name, v)
			}
		case "smpp.opt_params":
			outer, _ := v.(map[string]any)
			params, many := outer["smpp.opt_param"].([]any)
			if !many { // one alone is no list
				params = []any{outer["smpp.opt_param"]}
			}
			for i, p := range params {
				tlv, _ := p.(map[string]any)
				place := fmt.Sprintf("tlv %d ", i)
				m.put(place, fmt.Sprintf("%v %v", tlv["smpp.opt_param_tag"], tlv["smpp.opt_param_len"]))
				for name, v := range tlv {
					if name != "smpp.opt_param_tag" && name != "smpp.opt_param_len" {
						m.theirs(place, name, v)
					}
				}
			}
		default:
			m.theirs("", name, v)
		}
	}
	return m
}

// theirs is a value, or a list of them.
func (m said) theirs(place, name string, v any) {
	if list, ok := v.([]any); ok {
		for _, v := range list {
			m.theirs(place, name, v)
		}
		return
	}
	value, _ := v.(string)
	if at, err := time.Parse("Jan _2, 2006 15:04:05.000000000 MST", value); err == nil {
		value = at.Format(time.DateTime)
	}
	value = strings.TrimSuffix(value, ".000000000") // of a relative time
	switch s := specNamed(name); {
	case name == "smpp.message", name == "smpp.vendor_op", s != nil && (s.as == kindOctets || s.as == kindPayload || s.as == kindDigits ||
		s.as == kindSubaddress || s.as == kindBilling || s.as == kindArea):
		value = strings.ReplaceAll(value, ":", "")
	case s == nil || s.as != kindCString:
		if n, err := strconv.ParseUint(value, 0, 32); err == nil && numeric(name) {
			value = strconv.FormatUint(n, 10)
		}
	}
	m.put(place+name, value)
}

// specNamed is the spec of the TLV that tshark calls so.
func specNamed(name string) *tagSpec {
	name = strings.TrimPrefix(name, "smpp.")
	for tag, other := range otherNames {
		if other == name {
			return tag.spec()
		}
	}
	for i := range tagSpecs {
		if tagSpecs[i].name == name {
			return &tagSpecs[i]
		}
	}
	return nil
}

// numeric reports whether tshark's field is a number, and not digits in a string.
func numeric(name string) bool {
	switch name {
	case "smpp.system_id", "smpp.password", "smpp.system_type", "smpp.address_range", "smpp.source_addr",
		"smpp.destination_addr", "smpp.esme_addr", "smpp.dl_name", "smpp.service_type", "smpp.message_id":
		return false
	}
	return true
}
