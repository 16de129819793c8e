// Package qrpicture draws QR codes, as PNG and as SVG, for the API and the checkout pages. What a text means is not its
// business, and it reads none: what it draws is read again in its tests by another's reader.
package qrpicture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"

	"rsc.io/qr"
)

// Level is how much of a code may be spoilt before it cannot be read: L 7 %, M 15 %, Q 25 %, H 30 %.
// Source: ISO/IEC 18004, error correction levels.
type Level string

// The levels. The higher one is, the more modules a text takes.
const (
	L Level = "L"
	M Level = "M"
	Q Level = "Q"
	H Level = "H"
)

// Limits and defaults of Options.
const (
	SizeMin     = 64
	SizeMax     = 2048
	SizeDefault = 512

	QuietZoneMin     = 4 // ISO/IEC 18004 wants four modules of white on each side
	QuietZoneMax     = 32
	QuietZoneDefault = QuietZoneMin
)

// Options say how a code is drawn. Its zero value draws 512 pixels, four modules of quiet zone, and level M.
type Options struct {
	Size      int // of a side, in pixels, quiet zone included
	QuietZone int // at least so many modules of white on each side
	Level     Level
}

// ErrTooLong says that a text has no QR code of the level asked for.
var ErrTooLong = errors.New("the text is too long for a QR code")

// OptionError says which option is wrong and what is taken.
type OptionError struct {
	Option string // size, quiet_zone or level
	Want   string
}

func (e *OptionError) Error() string { return "qrpicture: " + e.Option + " must be " + e.Want }

// PNG draws text in black and white, exactly o.Size pixels wide and high. Every module has the same whole number of
// pixels; what is left over widens the quiet zone. Errors: *OptionError, also when so few pixels do not hold the code,
// and ErrTooLong.
func PNG(text string, o Options) ([]byte, error) {
	code, o, err := encode(text, o)
	if err != nil {
		return nil, err
	}
	scale := o.Size / (code.Size + 2*o.QuietZone)
	margin := (o.Size - scale*code.Size) / 2
	picture := image.NewPaletted(image.Rect(0, 0, o.Size, o.Size), color.Palette{color.White, color.Black})
	for y := range code.Size {
		top := (margin + y*scale) * picture.Stride
		row := picture.Pix[top : top+picture.Stride]
		for x := range code.Size {
			if code.Black(x, y) {
				for i := margin + x*scale; i < margin+(x+1)*scale; i++ {
					row[i] = 1
				}
			}
		}
		for i := 1; i < scale; i++ {
			copy(picture.Pix[top+i*picture.Stride:], row)
		}
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&b, picture); err != nil {
		return nil, fmt.Errorf("qrpicture: write the PNG: %w", err)
	}
	return b.Bytes(), nil
}

// SVG draws text as one path on white. It can be shown at any size; o.Size is the width and height that it names. One unit
// of its own measure is one module. It holds no script, no style and no text. Errors are those of PNG.
func SVG(text string, o Options) ([]byte, error) {
	code, o, err := encode(text, o)
	if err != nil {
		return nil, err
	}
	side := strconv.Itoa(code.Size + 2*o.QuietZone)
	size := strconv.Itoa(o.Size)
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="` + size + `" height="` + size + `" viewBox="0 0 ` + side + ` ` + side +
		`" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h` + side + `v` + side + `H0z"/><path fill="#000" d="`)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for code.Black(x, y) {
				x++
			}
			if run := x - from; run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+o.QuietZone, y+o.QuietZone, run, run)
			}
		}
	}
	b.WriteString(`"/></svg>` + "\n")
	return b.Bytes(), nil
}

// encode checks the options, completes them, and makes the code's modules.
func encode(text string, o Options) (*qr.Code, Options, error) {
	if o.Size == 0 {
		o.Size = SizeDefault
	}
	if o.QuietZone == 0 {
		o.QuietZone = QuietZoneDefault
	}
	level, known := map[Level]qr.Level{"": qr.M, L: qr.L, M: qr.M, Q: qr.Q, H: qr.H}[o.Level]
	switch {
	case o.Size < SizeMin || o.Size > SizeMax:
		return nil, o, &OptionError{"size", fmt.Sprintf("%d to %d pixels", SizeMin, SizeMax)}
	case o.QuietZone < QuietZoneMin || o.QuietZone > QuietZoneMax:
		return nil, o, &OptionError{"quiet_zone", fmt.Sprintf("%d to %d modules", QuietZoneMin, QuietZoneMax)}
	case !known:
		return nil, o, &OptionError{"level", "L, M, Q or H"}
	}
	code, err := qr.Encode(text, level)
	if err != nil {
		return nil, o, fmt.Errorf("qrpicture: %w", ErrTooLong) // the only error there is
	}
	if side := code.Size + 2*o.QuietZone; side > o.Size {
		return nil, o, &OptionError{"size", fmt.Sprintf("at least %d pixels for this text, quiet zone and level", side)}
	}
	return code, o, nil
}
