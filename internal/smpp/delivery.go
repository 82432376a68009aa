package smpp

import (
	"errors"

	"smppagent/internal/pdu"
)

// A Delivery is a deliver_sm or data_sm of the SMSC that waits for its answer: SMPP 3.4 §4.6, §4.7.
type Delivery struct {
	// PDU is the deliver_sm, or what the data_sm says in the form of one; the receiver's to keep.
	PDU *pdu.DeliverSM
	// Frame is the same with its header and what decoding tolerated.
	Frame pdu.Frame

	session  *Session
	answered bool
}

// Respond answers with deliver_sm_resp or data_sm_resp: ESME_ROK once the message is kept, ESME_RX_T_APPN to have
// it sent again later, ESME_RX_P_APPN or ESME_RX_R_APPN to have it dropped. Only the first call
// counts. It returns ErrClosed when the session that brought the message has ended; the SMSC will
// then send it again. To be called from one goroutine at a time.
func (d *Delivery) Respond(status pdu.Status) error {
	if d.answered {
		return errors.New("smpp: deliver_sm is already answered")
	}
	d.answered = true
	select {
	case d.session.answers <- answer{d.Frame.Sequence, status, d.Frame.Command}:
		return nil
	case <-d.session.done:
		return &ClosedError{}
	}
}

// answer is what Respond tells the session.
type answer struct {
	sequence uint32
	status   pdu.Status
	command  pdu.Command // of the request; 0 is deliver_sm
}

// asDeliver is what a data_sm says, in the form of a deliver_sm: the two differ in where the text is.
func asDeliver(p *pdu.DataSM) *pdu.DeliverSM {
	return &pdu.DeliverSM{
		ServiceType: p.ServiceType, Source: p.Source, Dest: p.Dest, ESMClass: p.ESMClass,
		RegisteredDelivery: p.RegisteredDelivery, DataCoding: p.DataCoding, TLVs: p.TLVs,
	}
}
