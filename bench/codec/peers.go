package main

import (
	"bytes"
	"fmt"

	ajanpdu "github.com/ajankovic/smpp/pdu"
	fiopdu "github.com/fiorix/go-smpp/smpp/pdu"
	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutlv"
	"github.com/linxGnu/gosmpp/data"
	gopdu "github.com/linxGnu/gosmpp/pdu"

	"smppagent/internal/pdu/bare"
)

// gosmpp is github.com/linxGnu/gosmpp. Its PDU is built once, what is measured is Marshal and Parse.
func gosmpp() (codec, error) {
	s := bare.Sample()
	m, ok := gopdu.NewSubmitSM().(*gopdu.SubmitSM)
	if !ok {
		return codec{}, fmt.Errorf("gosmpp: submit_sm is a %T", gopdu.NewSubmitSM())
	}
	for _, a := range []struct {
		a        *gopdu.Address
		ton, npi byte
		text     []byte
	}{{&m.SourceAddr, s.SourceTON, s.SourceNPI, s.Source}, {&m.DestAddr, s.DestTON, s.DestNPI, s.Dest}} {
		a.a.SetTon(a.ton)
		a.a.SetNpi(a.npi)
		if err := a.a.SetAddress(string(a.text)); err != nil {
			return codec{}, err
		}
	}
	m.RegisteredDelivery = s.RegisteredDelivery
	if err := m.Message.SetMessageDataWithEncoding(s.ShortMessage, data.GSM7BIT); err != nil {
		return codec{}, err
	}
	for _, t := range s.TLVs {
		m.RegisterOptionalParam(gopdu.Field{Tag: gopdu.Tag(t.Tag), Data: t.Value})
	}
	m.SetSequenceNumber(int32(s.Sequence))
	return codec{
		name: "gosmpp",
		encode: func() ([]byte, error) {
			b := gopdu.NewBuffer(nil)
			m.Marshal(b)
			return b.Bytes(), nil
		},
		decode: func(b []byte) error {
			_, err := gopdu.Parse(bytes.NewReader(b))
			return err
		},
	}, nil
}

// fiorix is github.com/fiorix/go-smpp. Its PDU is built once, what is measured is SerializeTo and Decode.
func fiorix() (codec, error) {
	s := bare.Sample()
	m := fiopdu.NewSubmitSM(nil)
	for _, f := range []struct {
		name  pdufield.Name
		value any
	}{
		{pdufield.SourceAddrTON, s.SourceTON}, {pdufield.SourceAddrNPI, s.SourceNPI}, {pdufield.SourceAddr, s.Source},
		{pdufield.DestAddrTON, s.DestTON}, {pdufield.DestAddrNPI, s.DestNPI}, {pdufield.DestinationAddr, s.Dest},
		{pdufield.RegisteredDelivery, s.RegisteredDelivery}, {pdufield.ShortMessage, s.ShortMessage},
	} {
		if err := m.Fields().Set(f.name, f.value); err != nil {
			return codec{}, err
		}
	}
	for _, t := range s.TLVs {
		if err := m.TLVFields().Set(pdutlv.Tag(t.Tag), t.Value); err != nil {
			return codec{}, err
		}
	}
	m.Header().Seq = s.Sequence
	var buf bytes.Buffer
	return codec{
		name: "fiorix",
		encode: func() ([]byte, error) {
			buf.Reset()
			err := m.SerializeTo(&buf)
			return buf.Bytes(), err
		},
		decode: func(b []byte) error {
			_, err := fiopdu.Decode(bytes.NewReader(b))
			return err
		},
	}, nil
}

// ajankovic is github.com/ajankovic/smpp. Its PDU is built once, what is measured are its Encoder and its
// Decoder.
func ajankovic() (codec, error) {
	s := bare.Sample()
	options := ajanpdu.NewOptions()
	for _, t := range s.TLVs {
		options.Set(ajanpdu.TagID(t.Tag), t.Value)
	}
	m := &ajanpdu.SubmitSm{
		SourceAddrTon: int(s.SourceTON), SourceAddrNpi: int(s.SourceNPI), SourceAddr: string(s.Source),
		DestAddrTon: int(s.DestTON), DestAddrNpi: int(s.DestNPI), DestinationAddr: string(s.Dest),
		RegisteredDelivery: ajanpdu.ParseRegisteredDelivery(s.RegisteredDelivery),
		ShortMessage:       string(s.ShortMessage), Options: options,
	}
	var buf bytes.Buffer
	encoder := ajanpdu.NewEncoder(&buf, nil)
	return codec{
		name: "ajankovic",
		encode: func() ([]byte, error) {
			buf.Reset()
			_, err := encoder.Encode(m, ajanpdu.EncodeSeq(s.Sequence))
			return buf.Bytes(), err
		},
		decode: func(b []byte) error {
			_, _, err := ajanpdu.NewDecoder(bytes.NewReader(b)).Decode()
			return err
		},
	}, nil
}
