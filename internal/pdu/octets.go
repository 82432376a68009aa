package pdu

// octetRule is what the book says of an octet: its name, its most and, in words, what it can be.
type octetRule struct {
	name string
	most uint8
	rule string
}

// ruled is an octet with a most.
func ruled[T ~uint8](c *codec, r *octetRule, v *T) {
	octet(c, r.name, v)
	c.limit(byte(*v) <= r.most, uint32(*v), r.rule)
}

// octets3 is three octets that lie side by side, which go quicker together.
func octets3[T, U, V ~uint8](c *codec, r *[3]octetRule, t *T, u *U, v *V) {
	if c.reads && c.left() >= 3 {
		from := c.b[c.off:][:3]
		*t, *u, *v = T(from[0]), U(from[1]), V(from[2])
		c.off += 3
	} else if !c.writes {
		ruled(c, &r[0], t)
		ruled(c, &r[1], u)
		ruled(c, &r[2], v)
		return
	}
	if byte(*t) > r[0].most || byte(*u) > r[1].most || byte(*v) > r[2].most {
		c.err = errHaste
	}
	if c.writes {
		c.b = append(c.b, byte(*t), byte(*u), byte(*v))
	}
}

// octets4 is four octets that lie side by side.
func octets4[T, U, V, W ~uint8](c *codec, r *[4]octetRule, t *T, u *U, v *V, w *W) {
	if c.reads && c.left() >= 4 {
		from := c.b[c.off:][:4]
		*t, *u, *v, *w = T(from[0]), U(from[1]), V(from[2]), W(from[3])
		c.off += 4
	} else if !c.writes {
		ruled(c, &r[0], t)
		ruled(c, &r[1], u)
		ruled(c, &r[2], v)
		ruled(c, &r[3], w)
		return
	}
	if byte(*t) > r[0].most || byte(*u) > r[1].most || byte(*v) > r[2].most || byte(*w) > r[3].most {
		c.err = errHaste
	}
	if c.writes {
		c.b = append(c.b, byte(*t), byte(*u), byte(*v), byte(*w))
	}
}
