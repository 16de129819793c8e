package cli

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/sandbox/qrscan"
)

// What stands on the screen is photographed and read.
func TestTheQROnTheScreenCanBeScanned(t *testing.T) {
	t.Parallel()
	const content = "00020101021226670015ID.OVO.EMULATOR0118936009123000000179021500000000000017953033605405125005802ID5910Toko Lunas6007Jakarta630442F3"
	var screen bytes.Buffer
	if err := drawQR(&screen, content); err != nil {
		t.Fatal(err)
	}
	const scale = 4
	lines := strings.Split(strings.TrimSpace(screen.String()), "\n")
	width := len([]rune(strings.TrimSuffix(strings.TrimPrefix(lines[0], "\x1b[97;40m"), "\x1b[0m")))
	photo := image.NewGray(image.Rect(0, 0, width*scale, 2*len(lines)*scale))
	paint := func(x, y int) {
		for i := range scale * scale {
			photo.SetGray(x*scale+i%scale, y*scale+i/scale, color.Gray{Y: 255})
		}
	}
	for y, line := range lines {
		line = strings.TrimSuffix(strings.TrimPrefix(line, "\x1b[97;40m"), "\x1b[0m")
		for x, r := range []rune(line) {
			if r == '█' || r == '▀' {
				paint(x, 2*y)
			}
			if r == '█' || r == '▄' {
				paint(x, 2*y+1)
			}
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, photo); err != nil {
		t.Fatal(err)
	}
	if got, err := qrscan.Text(file.Bytes()); err != nil || got != content {
		t.Errorf("scanned: %q, %v\n%s", got, err, screen.String())
	}
}
