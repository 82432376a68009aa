package pdu

import (
	"fmt"
	"slices"
)

// section is where SMPP 3.4 describes a mandatory parameter.
func section(name string) string {
	switch name {
	case "command_length":
		return "§5.1.1"
	case "command_id":
		return "§5.1.2"
	case "command_status":
		return "§5.1.3"
	case "sequence_number":
		return "§5.1.4"
	case "system_id":
		return "§5.2.1"
	case "password":
		return "§5.2.2"
	case "system_type":
		return "§5.2.3"
	case "interface_version":
		return "§5.2.4"
	case "addr_ton", "source_addr_ton", "dest_addr_ton", "esme_addr_ton":
		return "§5.2.5"
	case "addr_npi", "source_addr_npi", "dest_addr_npi", "esme_addr_npi":
		return "§5.2.6"
	case "address_range":
		return "§5.2.7"
	case "source_addr":
		return "§5.2.8"
	case "destination_addr":
		return "§5.2.9"
	case "service_type":
		return "§5.2.11"
	case "esm_class":
		return "§5.2.12"
	case "protocol_id":
		return "§5.2.13"
	case "priority_flag":
		return "§5.2.14"
	case "schedule_delivery_time":
		return "§5.2.15"
	case "validity_period":
		return "§5.2.16"
	case "registered_delivery":
		return "§5.2.17"
	case "replace_if_present_flag":
		return "§5.2.18"
	case "data_coding":
		return "§5.2.19"
	case "sm_default_msg_id":
		return "§5.2.20"
	case "sm_length":
		return "§5.2.21"
	case "short_message":
		return "§5.2.22"
	case "message_id":
		return "§5.2.23"
	case "esme_addr":
		return "§5.2.10"
	case "number_of_dests":
		return "§5.2.24"
	case "dest_flag":
		return "§5.2.25"
	case "no_unsuccess":
		return "§5.2.26"
	case "dl_name":
		return "§5.2.27"
	case "message_state":
		return "§5.2.28"
	case "final_date":
		return "§7.1.1"
	case "error_code":
		return "§4.8.2"
	case "error_status_code":
		return "§5.1.3"
	}
	return ""
}

// section50 is where SMPP 5.0 describes a mandatory parameter.
func section50(name string) string {
	if name == "error_code" { // the one that has no section of its own
		return "5.0 §4.5.2.2"
	}
	for i, names := range [...][]string{
		{"addr_ton", "source_addr_ton", "dest_addr_ton", "esme_addr_ton"},
		{"addr_npi", "source_addr_npi", "dest_addr_npi", "esme_addr_npi"},
		{"address_range"}, {"command_length"}, {"command_id"}, {"command_status", "error_status_code"}, {"data_coding"},
		{"destination_addr"}, {"dest_flag"}, {"dl_name"}, {"esme_addr"}, {"esm_class"}, {"interface_version"},
		{"message_id"}, {"message_state"}, {"no_unsuccess"}, {"number_of_dests"}, {"password"}, {"priority_flag"},
		{"protocol_id"}, {"registered_delivery"}, {"replace_if_present_flag"},
		{"schedule_delivery_time", "validity_period", "final_date"}, {"sequence_number"}, {"service_type"},
		{"short_message"}, {"sm_default_msg_id"}, {"sm_length"}, {"source_addr"}, {"system_id"}, {"system_type"},
	} {
		if slices.Contains(names, name) {
			return fmt.Sprintf("5.0 §4.7.%d", i+1)
		}
	}
	return ""
}
