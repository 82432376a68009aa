package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ajankovic/smpp"
	ajanpdu "github.com/ajankovic/smpp/pdu"
	fiosmpp "github.com/fiorix/go-smpp/smpp"
	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutext"
	gos "github.com/linxGnu/gosmpp"
	gosdata "github.com/linxGnu/gosmpp/data"
	gospdu "github.com/linxGnu/gosmpp/pdu"
)

// gosmpp is github.com/linxGnu/gosmpp without its own window, which loses places; a window is kept here.
func gosmpp(address string, window, n int) error {
	places := make(chan struct{}, window)
	var answered atomic.Int64
	all := make(chan struct{})
	s, err := gos.NewSession(gos.TRXConnector(gos.NonTLSDialer, gos.Auth{SMSC: address, SystemID: "bench", Password: "secret"}),
		gos.Settings{
			ReadTimeout: time.Minute,
			OnPDU: func(p gospdu.PDU, _ bool) {
				if _, ok := p.(*gospdu.SubmitSMResp); !ok {
					return
				}
				<-places
				if answered.Add(1) == int64(n) {
					close(all)
				}
			},
		}, -1)
	if err != nil {
		return err
	}
	for range n {
		m := gospdu.NewSubmitSM().(*gospdu.SubmitSM)
		m.SourceAddr.SetTon(5)
		m.DestAddr.SetTon(1)
		m.DestAddr.SetNpi(1)
		if err := m.SourceAddr.SetAddress("bench"); err != nil {
			return err
		}
		if err := m.DestAddr.SetAddress("359888123456"); err != nil {
			return err
		}
		m.RegisteredDelivery = 1
		if err := m.Message.SetMessageWithEncoding(text, gosdata.GSM7BIT); err != nil {
			return err
		}
		places <- struct{}{}
		if err := s.Transceiver().Submit(m); err != nil {
			return err
		}
	}
	<-all
	return s.Close()
}

// together has window goroutines send n messages, for clients whose calls wait for the response.
func together(window, n int, send func() error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, window)
	for range window {
		wg.Go(func() {
			for next.Add(1) <= int64(n) {
				if err := send(); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// fiorix is github.com/fiorix/go-smpp.
func fiorix(address string, window, n int) error {
	t := &fiosmpp.Transmitter{Addr: address, User: "bench", Passwd: "secret", RespTimeout: time.Minute}
	if s := <-t.Bind(); s.Status() != fiosmpp.Connected {
		return fmt.Errorf("bind: %v: %w", s.Status(), s.Error())
	}
	err := together(window, n, func() error {
		_, err := t.Submit(&fiosmpp.ShortMessage{Src: "bench", Dst: "359888123456", Text: pdutext.Raw(text), Register: pdufield.FinalDeliveryReceipt})
		return err
	})
	_ = t.Close()
	return err
}

// ajankovic is github.com/ajankovic/smpp.
func ajankovic(address string, window, n int) error {
	s, err := smpp.BindTRx(smpp.SessionConf{SendWinSize: window, WindowTimeout: time.Minute},
		smpp.BindConf{Addr: address, SystemID: "bench", Password: "secret"})
	if err != nil {
		return err
	}
	err = together(window, n, func() error {
		_, err := s.Send(context.Background(), &ajanpdu.SubmitSm{
			SourceAddr: "bench", SourceAddrTon: 5, DestinationAddr: "359888123456", DestAddrTon: 1, DestAddrNpi: 1,
			RegisteredDelivery: ajanpdu.RegisteredDelivery{Receipt: 1}, ShortMessage: text,
		})
		return err
	})
	_ = s.Close()
	return err
}
