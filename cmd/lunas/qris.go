package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lunas-pay/lunas/qris"
)

type qrisCommand struct {
	Decode qrisDecodeCommand `cmd:"" help:"Explain the text of a QRIS code, and say what is wrong with it."`
}

// qrisMax is how many bytes are read from standard input; a QR code holds less than 3000.
const qrisMax = 64 << 10

type qrisDecodeCommand struct {
	Text string `arg:"" optional:"" default:"-" help:"What the QR code says; - reads it from standard input." placeholder:"TEXT"`
}

// Help shows examples.
func (qrisDecodeCommand) Help() string {
	return "Prints a line for each object, as far as the text can be read; phone numbers are masked. If the text is no proper QRIS, " +
		"the mistake is named with tag and position, and the exit code is 1.\n\n" +
		"Examples:\n" +
		"  lunas qris decode 00020101021126…6304A1B2\n" +
		"  lunas payments get pay_01kafz0q3gf7ktc1ms2cqc1b9w --json | jq -r .qr.content | lunas qris decode -"
}

// Run prints what the text says. The error is what is wrong with it.
func (c qrisDecodeCommand) Run(t *terminal) error {
	text := c.Text
	if text == "-" {
		b, err := io.ReadAll(io.LimitReader(t.in, qrisMax+1))
		switch {
		case err != nil:
			return fmt.Errorf("read the QRIS text from standard input: %w", err)
		case len(b) > qrisMax:
			return fmt.Errorf("standard input has more than %d bytes; no QR code holds so much", qrisMax)
		}
		text = string(b)
	}
	text = strings.Trim(text, "\r\n")
	if text == "" {
		return errors.New("there is no text: give what the QR code says, or - and write it to standard input")
	}
	described, wrong := qris.Describe(text)
	if _, err := io.WriteString(t.out, described); err != nil {
		return err
	}
	return wrong
}
