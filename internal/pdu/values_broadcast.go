package pdu

import (
	"fmt"
	"strconv"
)

// BroadcastAreaFormat is the first octet of broadcast_area_identifier: SMPP 5.0 §4.8.4.4.1.
type BroadcastAreaFormat uint8

// The formats.
const (
	AreaAlias   BroadcastAreaFormat = 0 // a name that the SMSC knows
	AreaArc     BroadcastAreaFormat = 1 // an ellipsoid arc, TS 23.032 §7.3.7
	AreaPolygon BroadcastAreaFormat = 2 // TS 23.032 §7.3.4
)

// String names the format.
func (f BroadcastAreaFormat) String() string { return nth(f, "alias|ellipsoid arc|polygon") }

// BroadcastArea is broadcast_area_identifier: SMPP 5.0 §4.8.4.4.
type BroadcastArea struct {
	Format BroadcastAreaFormat
	// Details is at most 100 octets: the name, or the shape as TS 23.032 has it.
	Details []byte
}

// String gives the name, or the shape in hex.
func (a BroadcastArea) String() string {
	if a.Format == AreaAlias {
		return "alias " + quote(string(a.Details))
	}
	return a.Format.String() + " " + hexText(a.Details)
}

// BroadcastAreaSuccess is broadcast_area_success: how many of a hundred cells of an area sent the broadcast;
// 255 is not known. SMPP 5.0 §4.8.4.5.
type BroadcastAreaSuccess uint8

// String is "97 %".
func (s BroadcastAreaSuccess) String() string {
	switch {
	case s <= 100:
		return strconv.Itoa(int(s)) + " %"
	case s == 255:
		return "not known"
	}
	return strconv.Itoa(int(s)) + " (reserved)"
}

// BroadcastChannel is broadcast_channel_indicator: SMPP 5.0 §4.8.4.7.
type BroadcastChannel uint8

// String names the channel: 0 basic, 1 extended.
func (b BroadcastChannel) String() string { return nth(b, "basic channel|extended channel") }

// BroadcastMessageClass is broadcast_message_class: SMPP 5.0 §4.8.4.12.
type BroadcastMessageClass uint8

// String names the class.
func (b BroadcastMessageClass) String() string {
	return nth(b, "no class|class 1, user defined|class 2, user defined|class 3, terminal equipment")
}

// BroadcastContentType is broadcast_content_type: SMPP 5.0 §4.8.4.8.
type BroadcastContentType struct {
	// Network is 0 generic, 1 GSM, 2 TDMA, 3 CDMA.
	Network uint8
	// Content is what is broadcast: 0 index, 1 emergency, 0x10 news flashes, 0x33 weather and so on.
	Content uint16
}

// String names both.
func (b BroadcastContentType) String() string {
	return fmt.Sprintf("%s, 0x%04X %s", nth(b.Network, "generic|GSM|TDMA|CDMA"), b.Content, b.content())
}

// content names the content.
func (b BroadcastContentType) content() string {
	const (
		scopes = "local|regional|national|international"
		topics = "general news|business news|sports news|entertainment news"
	)
	n := b.Content
	low := uint8(n)
	words, first := "", uint8(0)
	switch {
	case n == 0x100:
		return "multi category services"
	case n > 0x100:
	case low <= 0x02:
		words = "index|emergency broadcasts|IRDB download"
	case low == 0x10:
		return "news flashes"
	case low >= 0x11 && low <= 0x20:
		return nth((low-0x11)/4, topics) + ", " + nth((low-0x11)%4, scopes)
	case low >= 0x21 && low <= 0x23:
		words, first = "medical, health, hospitals|doctors|pharmacy", 0x21
	case low >= 0x30 && low <= 0x39:
		words, first = "local traffic|long distance traffic|taxis|weather|local airport flights|restaurants|lodgings|"+
			"retail directory|advertisements|stock quotes", 0x30
	case low >= 0x40 && low <= 0x41:
		words, first = "employment|technology news", 0x40
	case low >= 0x70 && low <= 0x71:
		words, first = "district|network information", 0x70
	case low >= 0x80 && low <= 0x85:
		words, first = "operator services|directory enquiries, national|directory enquiries, international|"+
			"customer care, national|customer care, international|local date and time", 0x80
	}
	if words == "" {
		return "(reserved)"
	}
	return nth(low-first, words)
}

// BroadcastRepNum is broadcast_rep_num: how often a message is broadcast; 0 is until its validity_period
// ends. SMPP 5.0 §4.8.4.13.
type BroadcastRepNum uint16

// String is "3 times".
func (n BroadcastRepNum) String() string {
	if n == 0 {
		return "0 until the validity period ends"
	}
	return strconv.Itoa(int(n)) + " times"
}

// BroadcastFrequency is broadcast_frequency_interval: SMPP 5.0 §4.8.4.11.
type BroadcastFrequency struct {
	// Unit is 0 as often as possible, 8 seconds, 9 minutes, 10 hours, 11 days, 12 weeks, 13 months, 14 years.
	Unit uint8
	// Number is how many of them lie between two broadcasts.
	Number uint16
}

// String is "every 5 minutes".
func (f BroadcastFrequency) String() string {
	if f.Unit == 0 {
		return "as often as possible"
	}
	unit := strconv.Itoa(int(f.Unit)) + " (reserved)"
	if f.Unit >= 8 {
		unit = nth(f.Unit-8, "seconds|minutes|hours|days|weeks|months|years")
	}
	return "every " + strconv.Itoa(int(f.Number)) + " " + unit
}
