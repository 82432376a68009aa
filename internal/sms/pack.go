package sms

const cr = 0x0D

// PackGSM7 packs septets eight into seven octets for a field whose length counts octets, as SMPP's
// sm_length does. Seven spare bits at the end would read as an "@" there, so they are set to CR, and a
// CR that ends on an octet's border is doubled: TS 23.038 §6.1.2.3.1. fill is the number of zero bits,
// 0 to 6, in front of the first septet: FillBits of the user data header before it. An octet above
// 0x7F is cut to its lower seven bits.
func PackGSM7(septets []byte, fill int) []byte {
	out, acc, bits := pack(septets, fill)
	if last := len(septets) - 1; last >= 0 && (bits == 1 || bits == 0 && septets[last] == cr) {
		acc |= cr << bits
		bits += 7
	}
	if bits > 0 {
		out = append(out, byte(acc))
	}
	return out
}

// PackUserData packs septets as PackGSM7 does, for a field whose length counts septets, as TP-UDL
// does: the spare bits at the end are zero, TS 23.038 §6.1.2.1.
func PackUserData(septets []byte, fill int) []byte {
	out, acc, bits := pack(septets, fill)
	if bits > 0 {
		out = append(out, byte(acc))
	}
	return out
}

// pack gives the whole octets, and the bits left over with the first in the lowest place.
func pack(septets []byte, fill int) (out []byte, acc uint, bits int) {
	out = make([]byte, 0, (fill+7*len(septets)+7)/8+1)
	bits = fill
	for _, s := range septets {
		acc |= uint(s&0x7F) << bits
		for bits += 7; bits >= 8; bits -= 8 {
			out = append(out, byte(acc))
			acc >>= 8
		}
	}
	return out, acc, bits
}

// UnpackGSM7 unpacks what either of them packed, after the same fill bits. n is the number of septets
// when it is known, as from TP-UDL; fewer are returned when packed is shorter. With n below 0 the number
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
