package sms

const cr = 0x0D

// PackGSM7 packs septets eight into seven octets: TS 23.038 §6.1.2.1. fill is the number of zero bits,
// 0 to 6, in front of the first septet: FillBits of the user data header before it. Where the length
// counts octets, as SMPP's sm_length does, seven spare bits at the end would read as an "@"; they are
// set to CR, and a CR that ends on an octet's border is doubled (TS 23.038 §6.1.2.3.1). Where the
// length counts septets, as TP-UDL does, the padding is never looked at. An octet above 0x7F is cut
// to its lower seven bits.
func PackGSM7(septets []byte, fill int) []byte {
	out := make([]byte, 0, (fill+7*len(septets)+7)/8+1)
	var acc uint // bits waiting for a whole octet, the first in the lowest place
	bits := fill
	put := func(septet byte) {
		acc |= uint(septet&0x7F) << bits
		for bits += 7; bits >= 8; bits -= 8 {
			out = append(out, byte(acc))
			acc >>= 8
		}
	}
	for _, s := range septets {
		put(s)
	}
	switch last := len(septets) - 1; {
	case last < 0:
	case bits == 1:
		put(cr)
	case bits == 0 && septets[last] == cr:
		put(cr)
	}
	if bits > 0 {
		out = append(out, byte(acc))
	}
	return out
}

// UnpackGSM7 unpacks what PackGSM7 packed, after the same fill bits. n is the number of septets when
// it is known, as from TP-UDL; fewer are returned when packed is shorter. With n below 0 the number
// follows from the length, and a CR in the last seven bits is padding and is dropped.
func UnpackGSM7(packed []byte, fill, n int) []byte {
	have := max(0, (8*len(packed)-fill)/7)
	pad := n < 0
	if pad || n > have {
		n = have
	}
	out := make([]byte, 0, n)
	var acc uint
	bits := -fill
	for _, o := range packed {
		if bits < 0 { // the fill bits are all in the first octet
			acc, bits = uint(o)>>fill, 8-fill
		} else {
			acc |= uint(o) << bits
			bits += 8
		}
		for ; bits >= 7 && len(out) < n; bits -= 7 {
			out = append(out, byte(acc&0x7F))
			acc >>= 7
		}
	}
	if pad && n > 0 && (fill+7*n)%8 == 0 && out[n-1] == cr {
		out = out[:n-1]
	}
	return out
}

// FillBits is how many zero bits stand between a user data header and packed septets, so that the
// septets begin on a septet's border: TS 23.040 §9.2.3.24. udh is the header with its UDHL.
func FillBits(udh []byte) int { return (7 - 8*len(udh)%7) % 7 }
