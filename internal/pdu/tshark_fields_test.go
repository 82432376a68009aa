package pdu

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// asTshark gives the fields of b under the names and in the manner of tshark.
func asTshark(t *testing.T, b []byte) map[string]string {
	t.Helper()
	f, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	list, err := Fields(b)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	put := func(name, value string) {
		if value != "" {
			m["smpp."+name] = value
		}
	}
	for _, field := range list {
		value := strings.TrimSuffix(string(field.Octets), "\x00")
		switch field.Name {
		case "command_length", "command_id", "sequence_number", "command_status":
			if field.Name != "command_status" || f.Command.IsResponse() {
				put(field.Name, strconv.FormatUint(uint64(binary.BigEndian.Uint32(field.Octets)), 10))
			}
		case "service_type":
			if value == "" {
				value = "(Default)"
			}
			put(field.Name, value)
		case "system_id", "system_type", "address_range", "source_addr", "destination_addr", "message_id":
			put(field.Name, value)
		case "schedule_delivery_time", "validity_period":
			switch at, _ := ParseTime(value, time.Unix(0, 0).UTC()); {
			case value == "":
				put(field.Name+"_r", "0")
			case strings.HasSuffix(value, "R"):
				put(field.Name+"_r", strconv.FormatInt(at.Unix(), 10))
			default:
				put(field.Name, at.UTC().Format(time.DateTime))
			}
		case "short_message":
			put("message", fmt.Sprintf("%x", field.Octets))
		case "esm_class":
			put("esm.submit.msg_mode", strconv.Itoa(int(field.Octets[0]&3)))
			put("esm.submit.msg_type", strconv.Itoa(int(field.Octets[0]>>2&0xF)))
			put("esm.submit.features", strconv.Itoa(int(field.Octets[0]>>6)))
		case "registered_delivery":
			put("regdel.receipt", strconv.Itoa(int(field.Octets[0]&3)))
			put("regdel.acks", strconv.Itoa(int(field.Octets[0]>>2&3)))
			put("regdel.notif", strconv.Itoa(int(field.Octets[0]>>4&1)))
		case "addr_ton", "addr_npi", "source_addr_ton", "source_addr_npi", "dest_addr_ton", "dest_addr_npi",
			"interface_version", "protocol_id", "priority_flag", "replace_if_present_flag", "data_coding",
			"sm_default_msg_id", "sm_length":
			put(field.Name, strconv.Itoa(int(field.Octets[0])))
		}
	}
	var tlvs TLVs
	switch p := f.PDU.(type) {
	case *BindTransmitter:
		put("password", p.Password)
	case *Outbind:
		put("password", p.Password)
	case *BindReceiver:
		put("password", p.Password)
	case *BindTransceiver:
		put("password", p.Password)
	case *BindTransmitterResp:
		tlvs = p.TLVs
	case *SubmitSM:
		tlvs = p.TLVs
	case *DeliverSM:
		tlvs = p.TLVs
	}
	for i, v := range tlvs {
		put(fmt.Sprintf("opt_param %d", i), fmt.Sprintf("0x%04x %d", uint16(v.Tag), len(v.Value)))
		// Of the values tshark shows some whole, and others in parts or in words.
		switch spec := v.Tag.spec(); {
		case v.Tag == TagAlertOnMessageDelivery, v.Tag == TagMsMsgWaitFacilities, v.Tag == TagCallbackNumPresInd,
			v.Tag == TagMsValidity:
		case spec.as == kindCString:
			put(fmt.Sprintf("opt_param %d value", i), strings.TrimSuffix(string(v.Value), "\x00"))
		case spec.as == kindPayload:
			put(fmt.Sprintf("opt_param %d value", i), fmt.Sprintf("%x", v.Value))
		case spec.least == spec.most && (spec.as == kindInt || spec.as == kindState || spec.as == kindVersion ||
			spec.as == kindFailureReason):
			n := 0
			for _, o := range v.Value {
				n = n<<8 | int(o)
			}
			put(fmt.Sprintf("opt_param %d value", i), strconv.FormatUint(uint64(uint32(n)), 10))
		}
	}
	return m
}

// asCompared brings what tshark says into one form: integers in decimal, octets in hex, times in UTC to
// the second, TLVs numbered, nothing that is empty.
func asCompared(layer map[string]any) map[string]string {
	m := map[string]string{}
	put := func(name, value string) {
		if n, err := strconv.ParseUint(value, 0, 32); err == nil && numeric(name) {
			value = strconv.FormatUint(n, 10)
		}
		if value != "" {
			m[name] = value
		}
	}
	for name, v := range layer {
		value, _ := v.(string)
		switch name {
		case "smpp.message_text", "smpp.dcs.sms_coding_group", "smpp.dcs.reserved", "smpp.dcs.charset", "smpp.dcs.class",
			"smpp.dcs.wait_ind", "smpp.dcs.wait_type": // said once more
		case "smpp.message":
			put(name, strings.ReplaceAll(value, ":", ""))
		case "smpp.schedule_delivery_time", "smpp.validity_period":
			at, err := time.Parse("Jan _2, 2006 15:04:05.000000000 MST", value)
			if err == nil {
				value = at.Format(time.DateTime)
			}
			put(name, value)
		case "smpp.schedule_delivery_time_r", "smpp.validity_period_r":
			put(name, strings.TrimSuffix(value, ".000000000"))
		case "smpp.opt_params":
			for i, tlv := range tlvsOf(v) {
				put(fmt.Sprintf("smpp.opt_param %d", i), fmt.Sprintf("%v %v", tlv["smpp.opt_param_tag"], tlv["smpp.opt_param_len"]))
				tag, _ := strconv.ParseUint(fmt.Sprint(tlv["smpp.opt_param_tag"]), 0, 16)
				spec := Tag(tag).spec()
				key := "smpp." + spec.name
				if Tag(tag) == TagSCInterfaceVersion {
					key = "smpp.SC_interface_version"
				}
				value, ok := tlv[key].(string)
				if !ok || spec.as == kindOctets || Tag(tag) == TagMsValidity {
					continue
				}
				key = fmt.Sprintf("smpp.opt_param %d value", i)
				if spec.as == kindPayload {
					value = strings.ReplaceAll(value, ":", "")
				} else if n, err := strconv.ParseUint(value, 0, 32); err == nil && spec.as != kindCString {
					value = strconv.FormatUint(n, 10)
				}
				if value != "" {
					m[key] = value
				}
			}
		default:
			put(name, value)
		}
	}
	return m
}

// numeric reports whether tshark's field is a number, and not digits in a string.
func numeric(name string) bool {
	switch name {
	case "smpp.system_id", "smpp.password", "smpp.system_type", "smpp.address_range", "smpp.source_addr",
		"smpp.destination_addr", "smpp.service_type", "smpp.message_id", "smpp.message":
		return false
	}
	return true
}

// tlvsOf is the list of TLVs, which is no list in the JSON when there is one.
func tlvsOf(params any) []map[string]any {
	outer, _ := params.(map[string]any)
	switch v := outer["smpp.opt_param"].(type) {
	case map[string]any:
		return []map[string]any{v}
	case []any:
		var list []map[string]any
		for _, p := range v {
			tlv, _ := p.(map[string]any)
			list = append(list, tlv)
		}
		return list
	}
	return nil
}
