package cli

import (
	"fmt"
	"io"
	"strings"

	"rsc.io/qr"
)

// quietZone is the white round a QR, in modules: readers need it.
const quietZone = 4

// drawQR draws a QR on a screen, two modules above each other in a character. White and black are set, so that it can be
// read on dark and on light screens.
func drawQR(out io.Writer, content string) error {
	code, err := qr.Encode(content, qr.M)
	if err != nil {
		return fmt.Errorf("the QR cannot be drawn: %w", err)
	}
	end := code.Size + quietZone
	white := func(x, y int) bool { return !code.Black(x, y) } // outside of the code all is white
	var b strings.Builder
	for y := -quietZone; y < end; y += 2 {
		b.WriteString("\x1b[97;40m")
		for x := -quietZone; x < end; x++ {
			switch top, bottom := white(x, y), white(x, y+1); {
			case top && bottom:
				b.WriteRune('█')
			case top:
				b.WriteRune('▀')
			case bottom:
				b.WriteRune('▄')
			default:
				b.WriteRune(' ')
			}
		}
		b.WriteString("\x1b[0m\n")
	}
	_, err = io.WriteString(out, b.String())
	return err
}
