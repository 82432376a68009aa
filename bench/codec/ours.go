package main

import (
	"errors"

	"smppagent/internal/pdu"
	"smppagent/internal/pdu/bare"
)

// byHand is the floor.
func byHand() codec {
	m, buf := bare.Sample(), make([]byte, 0, 512)
	var view bare.SubmitSM
	return codec{
		name: "by hand",
		encode: func() ([]byte, error) {
			b := bare.Append(buf, m)
			if b == nil {
				return nil, errors.New("does not fit")
			}
			return b, nil
		},
		decode: func(b []byte) error {
			if !bare.Decode(&view, b) {
				return errors.New("cannot be read")
			}
			return nil
		},
	}
}

// ours is the agent's codec.
func ours() codec {
	frame, err := pdu.Decode(bare.Append(nil, bare.Sample()))
	buf := make([]byte, 0, 512)
	return codec{
		name: "smppagent",
		encode: func() ([]byte, error) {
			if err != nil {
				return nil, err
			}
			return pdu.Append(buf, pdu.StatusROK, 1, frame.PDU)
		},
		decode: func(b []byte) error {
			_, err := pdu.Decode(b)
			return err
		},
	}
}
