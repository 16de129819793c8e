// Package qrscan reads the text of a QR code from a picture that somebody uploads, within
// limits of size. It draws none, and what the text means is not its business. It stands
// apart from the sandbox because it alone needs more than the standard library.
package qrscan

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the formats that phones and browsers make
	_ "image/png"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// Limits of a picture. A picture of MaxPixels takes up to 64 MiB of memory while it is read.
const (
	MaxBytes  = 4 << 20
	MaxSide   = 6000
	MaxPixels = 8 << 20
)

// Errors of Text.
var (
	ErrNotPicture = errors.New("qrscan: not a PNG or JPEG picture")
	ErrTooLarge   = errors.New("qrscan: the picture is too large")
	ErrNoQR       = errors.New("qrscan: no QR code was found in the picture")
)

// Text returns what the QR code in a PNG or JPEG picture says: a screenshot, or a photo
// taken straight from the front. The size that the picture
// claims is looked at before it is unpacked, so that a small file cannot become a large
// one. The errors are ErrNotPicture, ErrTooLarge and ErrNoQR.
func Text(picture []byte) (text string, err error) {
	if len(picture) > MaxBytes {
		return "", ErrTooLarge
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return "", ErrNotPicture
	}
	if size.Width > MaxSide || size.Height > MaxSide || size.Width*size.Height > MaxPixels {
		return "", ErrTooLarge
	}
	decoded, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return "", ErrNotPicture
	}
	// The decoder's own bounds are not known to hold for every picture that can be made.
	defer func() {
		if broken := recover(); broken != nil {
			text, err = "", fmt.Errorf("%w: %v", ErrNoQR, broken)
		}
	}()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(decoded)
	if err != nil {
		return "", ErrNoQR
	}
	// In some two of a hundred codes the search takes a piece of the data for a corner. Where the picture holds nothing but
	// the code, no search is needed.
	for _, hint := range []gozxing.DecodeHintType{gozxing.DecodeHintType_TRY_HARDER, gozxing.DecodeHintType_PURE_BARCODE} {
		result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{hint: true})
		if err == nil {
			return result.GetText(), nil
		}
	}
	return "", ErrNoQR
}
