package pdu

// The most that octets hold which cannot hold everything.
const (
	mostPriority   = 3
	mostRegistered = 0x1F
	mostReplace    = 1
	mostDefaultMsg = 254
)

// priority is priority_flag: §5.2.14.
func (c *codec) priority(v *uint8) {
	octet(c, "priority_flag", v)
	c.limit(*v <= mostPriority, uint32(*v), "0 to 3 (§5.2.14)")
}

// registered is registered_delivery: §5.2.17.
func (c *codec) registered(v *RegisteredDelivery) {
	octet(c, "registered_delivery", v)
	c.limit(*v <= mostRegistered, uint32(*v), "0 to 31 (§5.2.17)")
}

// replaces is replace_if_present_flag: §5.2.18.
func (c *codec) replaces(v *uint8) {
	octet(c, "replace_if_present_flag", v)
	c.limit(*v <= mostReplace, uint32(*v), "0 and 1 (§5.2.18)")
}

// defaultMessage is sm_default_msg_id: §5.2.20.
func (c *codec) defaultMessage(v *uint8) {
	octet(c, "sm_default_msg_id", v)
	c.limit(*v <= mostDefaultMsg, uint32(*v), "0 to 254 (§5.2.20)")
}

// handling is the fields from esm_class to sm_default_msg_id, which lie side by side and go quicker together.
// Without times, which is how they mostly come, they are nine octets.
func (c *codec) handling(class *ESMClass, protocol, priority *uint8, schedule, validity *string,
	registered *RegisteredDelivery, replace *uint8, coding *DataCoding, defaultMsg *uint8) {
	switch {
	case c.writes && *schedule == "" && *validity == "":
		to := c.next(9)[:9]
		to[0], to[1], to[2], to[3], to[4] = byte(*class), *protocol, *priority, 0, 0
		to[5], to[6], to[7], to[8] = byte(*registered), *replace, byte(*coding), *defaultMsg
	case c.reads && c.left() >= 9 && c.b[c.off+3] == 0 && c.b[c.off+4] == 0:
		from := c.b[c.off:][:9]
		*class, *protocol, *priority = ESMClass(from[0]), from[1], from[2]
		*registered, *replace, *coding, *defaultMsg = RegisteredDelivery(from[5]), from[6], DataCoding(from[7]), from[8]
		c.off += 9
	default:
		octet(c, "esm_class", class)
		octet(c, "protocol_id", protocol)
		c.priority(priority)
		c.time("schedule_delivery_time", schedule)
		c.time("validity_period", validity)
		c.registered(registered)
		c.replaces(replace)
		octet(c, "data_coding", coding)
		c.defaultMessage(defaultMsg)
		return
	}
	if *priority > mostPriority || *registered > mostRegistered || *replace > mostReplace || *defaultMsg > mostDefaultMsg {
		c.failed = true
	}
}
