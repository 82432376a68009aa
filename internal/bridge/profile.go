package bridge

import (
	"fmt"
	"strings"

	"smppagent/internal/sms"
)

// A Profile is how one SMSC wants its messages and what it makes of them: keys of [smsc.NAME] and of
// [profile.NAME].
type Profile struct {
	// Network is the kind of mobile network behind the SMSC: "gsm", "is95" (CDMA), "ansi136" (TDMA) or
	// "iden". SMPP 3.4 gives some fields another meaning on each: the value is the default of Alphabet,
	// Concatenation and ServiceType, and is sent as dest_network_type where it is not GSM. Default "gsm".
	Network Network `toml:"network"`
	// Alphabet is that of data_coding 0, the SMSC's default: "gsm7", one septet an octet; "gsm7-packed",
	// eight septets in seven octets; "ascii"; "latin1"; "windows-1252"; "utf8". What it cannot hold goes as
	// UCS2. Default "gsm7". SMPP 3.4 §5.2.19.
	Alphabet Alphabet `toml:"alphabet"`
	// Concatenation is how the segments of a long text are joined: "udh8" or "udh16", a user data header
	// with an 8- or 16-bit reference (TS 23.040 §9.2.3.24); "sar", the three sar_ parameters; or "payload",
	// all of it in one submit_sm with message_payload, cut by the SMSC. Default "udh8".
	Concatenation Concatenation `toml:"concatenation"`
	// LanguageTables says whether the SMSC passes on texts in national language tables (TS 23.038 Annex A), which
	// clients of [[virtual]] may send. Where it is not known to, they go as UCS2. Default false.
	LanguageTables bool `toml:"language_tables"`
	// TLVs says whether optional parameters are sent: "auto" does until the SMSC refuses them,
	// "always", "never". Default "auto".
	TLVs TLVs `toml:"tlvs"`
	// Validity says how validity_period is sent: "relative", "absolute" or "none". Default "relative".
	// SMPP 3.4 §7.1.1.
	Validity Validity `toml:"validity"`
	// ReceiptIDs says how the message_id in a receipt relates to that in the response: "learn" finds out
	// and then keeps to it; "any" takes either base each time; "exact" is the same text; "hex-to-dec" and
	// "dec-to-hex" are the base in the response and that in the receipt. Default "learn".
	ReceiptIDs ReceiptIDs `toml:"receipt_ids"`
	// Sender is the source_addr of messages by this SMSC that name none, instead of that of [route].
	// Default "".
	Sender string `toml:"sender"`
	// Alphanumeric says whether the SMSC takes a sender with letters. Where it does not, such a message
	// goes with Sender if that is a number, else without source_addr. Default true.
	Alphanumeric bool `toml:"alphanumeric"`
	// Numbers is how international numbers are written: "e164", digits alone with type of number 1;
	// "plus", with a leading "+"; "00", with two zeros and type of number 0; "national", those of Country
	// with Trunk in its place and type of number 2, the others as e164. Default "e164".
	Numbers Numbers `toml:"numbers"`
	// Country is the country code for Numbers = "national", 1 to 3 digits. Default "".
	Country string `toml:"country"`
	// Trunk stands in front of a national number, at most 3 digits. Default "0".
	Trunk string `toml:"trunk"`
	// ServiceType is the service_type of every submit_sm, at most 5 octets. Default "", which is the
	// SMSC's default. SMPP 3.4 §5.2.11.
	ServiceType string `toml:"service_type"`
	// Pace is how many segments are sent in a second at most, 0 to 10000; 0 is no limit. Default 0.
	Pace float64 `toml:"pace"`
	// Burst is how many may go at once after a pause, 1 to 1000. Default 1.
	Burst int `toml:"burst"`
	// Query says whether query_sm is used: "auto" does until the SMSC turns out not to know it, "never".
	// Default "auto". SMPP 3.4 §4.8.
	Query Query `toml:"query"`
	// SubmitMulti says that the SMSC takes submit_multi, one PDU for a text to several recipients. Where it does
	// not they get a message each. Default false. SMPP 3.4 §4.5.
	SubmitMulti bool `toml:"submit_multi"`
}

// The values of the keys that take a word.
type (
	Network       string
	Alphabet      string
	Concatenation string
	TLVs          string
	Validity      string
	ReceiptIDs    string
	Numbers       string
	Query         string
)

// The words.
const (
	NetworkGSM     Network = "gsm"
	NetworkIS95    Network = "is95"
	NetworkANSI136 Network = "ansi136"
	NetworkIDEN    Network = "iden"

	AlphabetGSM7        Alphabet = "gsm7"
	AlphabetGSM7Packed  Alphabet = "gsm7-packed"
	AlphabetASCII       Alphabet = "ascii"
	AlphabetLatin1      Alphabet = "latin1"
	AlphabetWindows1252 Alphabet = "windows-1252"
	AlphabetUTF8        Alphabet = "utf8"

	UDH8    Concatenation = "udh8"
	UDH16   Concatenation = "udh16"
	SAR     Concatenation = "sar"
	Payload Concatenation = "payload"

	TLVsAuto   TLVs = "auto"
	TLVsAlways TLVs = "always"
	TLVsNever  TLVs = "never"

	ValidityRelative Validity = "relative"
	ValidityAbsolute Validity = "absolute"
	ValidityNone     Validity = "none"

	IDsLearn    ReceiptIDs = "learn"
	IDsAny      ReceiptIDs = "any"
	IDsExact    ReceiptIDs = "exact"
	IDsHexToDec ReceiptIDs = "hex-to-dec"
	IDsDecToHex ReceiptIDs = "dec-to-hex"

	NumbersE164     Numbers = "e164"
	NumbersPlus     Numbers = "plus"
	Numbers00       Numbers = "00"
	NumbersNational Numbers = "national"

	QueryAuto  Query = "auto"
	QueryNever Query = "never"
)

// DefaultProfile is how most SMSCs want their messages.
func DefaultProfile() Profile {
	return Profile{
		Network: NetworkGSM, Alphabet: AlphabetGSM7, Concatenation: UDH8, TLVs: TLVsAuto, Validity: ValidityRelative,
		ReceiptIDs: IDsLearn, Alphanumeric: true, Numbers: NumbersE164, Trunk: "0", Burst: 1, Query: QueryAuto,
	}
}

// Check calls bad for each key that cannot be used, with what would be right.
func (p *Profile) Check(bad func(key, problem string)) {
	word(bad, "network", p.Network, NetworkGSM, NetworkIS95, NetworkANSI136, NetworkIDEN)
	word(bad, "alphabet", p.Alphabet, AlphabetGSM7, AlphabetGSM7Packed, AlphabetASCII, AlphabetLatin1, AlphabetWindows1252, AlphabetUTF8)
	word(bad, "concatenation", p.Concatenation, UDH8, UDH16, SAR, Payload)
	word(bad, "tlvs", p.TLVs, TLVsAuto, TLVsAlways, TLVsNever)
	word(bad, "validity", p.Validity, ValidityRelative, ValidityAbsolute, ValidityNone)
	word(bad, "receipt_ids", p.ReceiptIDs, IDsLearn, IDsAny, IDsExact, IDsHexToDec, IDsDecToHex)
	word(bad, "numbers", p.Numbers, NumbersE164, NumbersPlus, Numbers00, NumbersNational)
	word(bad, "query", p.Query, QueryAuto, QueryNever)
	if p.TLVs == TLVsNever && (p.Concatenation == SAR || p.Concatenation == Payload) {
		bad("concatenation", fmt.Sprintf("%q is made of optional parameters, and tlvs = \"never\": use udh8 or udh16", p.Concatenation))
	}
	if p.Sender != "" {
		if a, err := sms.ParseAddress(p.Sender); err != nil {
			bad("sender", err.Error())
		} else if a.TON == sms.TONAlphanumeric && !p.Alphanumeric {
			bad("sender", fmt.Sprintf("%q has letters, and alphanumeric = false", p.Sender))
		}
	}
	digits := func(key, v string, lo, hi int) {
		if len(v) < lo || len(v) > hi || strings.Trim(v, "0123456789") != "" {
			bad(key, fmt.Sprintf("%q is not %d to %d digits", v, lo, hi))
		}
	}
	if p.Numbers == NumbersNational {
		digits("country", p.Country, 1, 3)
	} else if p.Country != "" {
		bad("country", `has no effect without numbers = "national"`)
	}
	digits("trunk", p.Trunk, 0, 3)
	if len(p.ServiceType) > 5 {
		bad("service_type", fmt.Sprintf("%q has %d octets; at most 5 fit", p.ServiceType, len(p.ServiceType)))
	}
	if strings.IndexByte(p.ServiceType, 0) >= 0 {
		bad("service_type", "holds a NUL octet, which would end it there")
	}
	if !(p.Pace >= 0 && p.Pace <= 10000) || p.Pace > 0 && p.Pace < 0.001 {
		bad("pace", fmt.Sprintf("%v is outside 0 to 10000 segments a second; 0 is no limit, the slowest is 0.001", p.Pace))
	}
	number(bad, "burst", p.Burst, 1, 1000)
}

// header is the concatenation header that the texts are cut for.
func (p *Profile) header() sms.Concat {
	if p.Concatenation == UDH8 {
		return sms.Concat8
	}
	return sms.Concat16 // a SMSC may make either of sar_msg_ref_num, which has 16 bits
}
