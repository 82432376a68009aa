package bridge

import (
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// ask puts into s what its sender asks of the SMSC beyond the text.
func (p *Profile) ask(s *pdu.SubmitSM, m *sms.Message, expires, now time.Time) {
	w := m.Submit
	if wait := w.Schedule.Sub(now); wait > 0 { // its time begins then
		later := *m
		later.Validity = min(validity(m)+wait, 63*7*24*time.Hour)
		s.ValidityPeriod = p.validity(&later, expires, now)
	}
	if w.ServiceType != "" {
		s.ServiceType = w.ServiceType
	}
	if w.HasPriority {
		s.PriorityFlag = w.Priority
	}
	if w.Replace {
		s.ReplaceIfPresent = 1
	}
	s.ScheduleDeliveryTime = p.schedule(w.Schedule, now)
	if w.Alert {
		s.TLVs.AddSetDPF(true)
	}
	if w.HasUSSD {
		s.TLVs.AddUSSDServiceOp(pdu.USSDServiceOp(w.USSD))
		if w.ServiceType == "" {
			s.ServiceType = pdu.ServiceTypeUSSD
		}
	}
}

// schedule is schedule_delivery_time in the form that the SMSC reads validity_period in; empty is at once.
func (p *Profile) schedule(at, now time.Time) string {
	switch {
	case at.IsZero() || !at.After(now):
		return ""
	case p.Validity == ValidityAbsolute && now.Year() >= clockSet:
		return pdu.AbsoluteTime(at.UTC())
	}
	return pdu.RelativeTime(at.Sub(now))
}

// asDataSM is s as its sender wants it sent.
func asDataSM(s *pdu.SubmitSM, m *sms.Message) pdu.PDU {
	if m.Submit == nil || !m.Submit.DataSM {
		return s
	}
	d := &pdu.DataSM{
		ServiceType: s.ServiceType, Source: s.Source, Dest: s.Dest, ESMClass: s.ESMClass,
		RegisteredDelivery: s.RegisteredDelivery, DataCoding: s.DataCoding, TLVs: s.TLVs,
	}
	if _, ok := d.TLVs.MessagePayload(); !ok {
		d.TLVs.AddMessagePayload(s.ShortMessage)
	}
	return d
}

// acceptedAs is the message_id in the response to a call that went well.
func acceptedAs(call *smpp.Call) string {
	switch resp := call.Response.(type) {
	case *pdu.SubmitSMResp:
		return resp.MessageID
	case *pdu.DataSMResp:
		return resp.MessageID
	case *pdu.SubmitMultiResp:
		return resp.MessageID
	}
	return ""
}
