package qrpicture_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/qrpicture"
	"github.com/lunas-pay/lunas/sandbox/qrscan"
)

// qris is a dynamic QRIS of usual length.
const qris = "00020101021226670015ID.OVO.EMULATOR011893600912300000179002150000000000001790303UME51440014ID.CO.QRIS.WWW0215ID10200000000170303UME5204581253033605405100005802ID5917TOKO UJI EMULATOR6015JAKARTA SELATAN610512950625101120000000001230519202611211015300000107080000017963049F4B"

// texts are of several versions and of each kind of data.
func texts() map[string]string {
	return map[string]string{
		"qris": qris, "digits": "0123456789", "capitals": "LUNAS 123", "one": "a", "accents": "Kopi Tubruk – é",
		"longest qris": strings.Repeat("0123456789abcdef", 32),
	}
}

// readSVG draws an SVG of ours as a picture of so many pixels a module, by its own measure, and gives the side it names.
func readSVG(t *testing.T, svg []byte, scale int) (picture []byte, width, modules int) {
	t.Helper()
	var doc struct {
		Width   string `xml:"width,attr"`
		Height  string `xml:"height,attr"`
		ViewBox string `xml:"viewBox,attr"`
		Paths   []struct {
			Fill string `xml:"fill,attr"`
			D    string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal(svg, &doc); err != nil {
		t.Fatal(err)
	}
	var side, high int
	if n, err := fmt.Sscanf(doc.ViewBox, "0 0 %d %d", &side, &high); n != 2 || err != nil || side != high {
		t.Fatalf("viewBox = %q", doc.ViewBox)
	}
	if len(doc.Paths) != 2 || doc.Paths[0].Fill != "#fff" || doc.Paths[1].Fill != "#000" || doc.Width != doc.Height {
		t.Fatalf("the SVG is not white with one black path: %.200s", svg)
	}
	if want := fmt.Sprintf("M0 0h%dv%dH0z", side, side); doc.Paths[0].D != want {
		t.Errorf("the white covers %q, want %q", doc.Paths[0].D, want)
	}
	img := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for _, run := range strings.Split(strings.TrimSuffix(doc.Paths[1].D, "z"), "z") {
		var x, y, w, back int
		if n, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &w, &back); n != 4 || err != nil || w != back || w < 1 {
			t.Fatalf("a piece of the path is %q", run)
		}
		for py := y * scale; py < (y+1)*scale; py++ {
			for px := x * scale; px < (x+w)*scale; px++ {
				img.SetGray(px, py, color.Gray{})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	width, err := strconv.Atoi(doc.Width)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), width, side
}

func TestPicturesAreReadAgain(t *testing.T) {
	t.Parallel()
	for name, text := range texts() {
		for _, o := range []qrpicture.Options{
			{},
			{Size: 300, Level: qrpicture.L},
			{Size: 301, Level: qrpicture.M},
			{Size: 777, Level: qrpicture.Q, QuietZone: 9},
			{Size: 900, Level: qrpicture.H, QuietZone: qrpicture.QuietZoneMax},
		} {
			size := o.Size
			if size == 0 {
				size = qrpicture.SizeDefault
			}
			drawn, err := qrpicture.PNG(text, o)
			if err != nil {
				t.Fatalf("%s %+v: %v", name, o, err)
			}
			if got, err := qrscan.Text(drawn); got != text || err != nil {
				t.Errorf("PNG of %s %+v reads %q, %v", name, o, got, err)
			}
			if c, err := png.DecodeConfig(bytes.NewReader(drawn)); err != nil || c.Width != size || c.Height != size {
				t.Errorf("PNG of %s is %d by %d, %v, want %d", name, c.Width, c.Height, err, size)
			}
			svg, err := qrpicture.SVG(text, o)
			if err != nil {
				t.Fatalf("%s %+v: %v", name, o, err)
			}
			picture, width, _ := readSVG(t, svg, 3)
			if got, err := qrscan.Text(picture); got != text || err != nil || width != size {
				t.Errorf("SVG of %s %+v reads %q, %v, and is %d wide", name, o, got, err, width)
			}
		}
	}
}

// border gives how many pixels are white on each side of the black ones.
func border(t *testing.T, drawn []byte) (least int) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	least = b.Dx()
	for y := range b.Dy() {
		for x := range b.Dx() {
			if r, _, _, _ := img.At(x, y).RGBA(); r == 0 {
				least = min(least, x, y, b.Dx()-1-x, b.Dy()-1-y)
			}
		}
	}
	return least
}

func TestQuietZone(t *testing.T) {
	t.Parallel()
	for _, zone := range []int{0, 4, 10, 32} {
		o := qrpicture.Options{Size: 400, QuietZone: zone}
		svg, err := qrpicture.SVG(qris, o)
		if err != nil {
			t.Fatal(err)
		}
		want := max(zone, 4)
		picture, _, modules := readSVG(t, svg, 1)
		if got := border(t, picture); got != want {
			t.Errorf("quiet zone of the SVG = %d modules, want %d", got, want)
		}
		drawn, err := qrpicture.PNG(qris, o)
		if err != nil {
			t.Fatal(err)
		}
		if got, scale := border(t, drawn), 400/modules; got < want*scale {
			t.Errorf("quiet zone of the PNG = %d pixels, want at least %d modules of %d", got, want, scale)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text   string
		o      qrpicture.Options
		option string // empty: ErrTooLong
		want   string
	}{
		"tiny":             {qris, qrpicture.Options{Size: 63}, "size", "64 to 2048 pixels"},
		"huge":             {qris, qrpicture.Options{Size: 2049}, "size", "64 to 2048 pixels"},
		"negative":         {qris, qrpicture.Options{Size: -1}, "size", "64 to 2048 pixels"},
		"no room":          {qris, qrpicture.Options{Size: 64}, "size", "at least 65 pixels for this text, quiet zone and level"},
		"no room for zone": {qris, qrpicture.Options{Size: 96, QuietZone: 20}, "size", "at least 97 pixels for this text, quiet zone and level"},
		"thin zone":        {qris, qrpicture.Options{QuietZone: 3}, "quiet_zone", "4 to 32 modules"},
		"wide zone":        {qris, qrpicture.Options{QuietZone: 33}, "quiet_zone", "4 to 32 modules"},
		"level":            {qris, qrpicture.Options{Level: "m"}, "level", "L, M, Q or H"},
		"long":             {strings.Repeat("a", 3000), qrpicture.Options{Size: 2048}, "", ""},
	} {
		for kind, draw := range map[string]func(string, qrpicture.Options) ([]byte, error){"PNG": qrpicture.PNG, "SVG": qrpicture.SVG} {
			_, err := draw(c.text, c.o)
			var wrong *qrpicture.OptionError
			switch {
			case c.option == "":
				if !errors.Is(err, qrpicture.ErrTooLong) {
					t.Errorf("%s, %s: %v, want ErrTooLong", name, kind, err)
				}
			case !errors.As(err, &wrong) || wrong.Option != c.option || wrong.Want != c.want:
				t.Errorf("%s, %s: %v, want %s %s", name, kind, err, c.option, c.want)
			}
		}
	}
}

// What just fits is drawn with one pixel a module.
func TestSmallest(t *testing.T) {
	t.Parallel()
	drawn, err := qrpicture.PNG(qris, qrpicture.Options{Size: 65})
	if err != nil {
		t.Fatal(err)
	}
	if got := border(t, drawn); got != 4 {
		t.Errorf("border = %d pixels, want 4", got)
	}
}

// Whatever the text is, the code is read.
func TestManyTexts(t *testing.T) {
	t.Parallel()
	for i := range 50 {
		text := strings.Replace(qris, "12500", strconv.Itoa(10000+i*37), 1) + strconv.Itoa(i*7919)
		drawn, err := qrpicture.PNG(text, qrpicture.Options{Size: 300})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := qrscan.Text(drawn); got != text || err != nil {
			t.Errorf("code %d reads %q, %v", i, got, err)
		}
	}
}

func FuzzPicture(f *testing.F) {
	for _, text := range texts() {
		f.Add(text, 512, 4, "M")
	}
	f.Fuzz(func(t *testing.T, text string, size, zone int, level string) {
		o := qrpicture.Options{Size: size, QuietZone: zone, Level: qrpicture.Level(level)}
		drawn, err := qrpicture.PNG(text, o)
		if _, also := qrpicture.SVG(text, o); (err == nil) != (also == nil) {
			t.Fatalf("PNG: %v, SVG: %v", err, also)
		}
		if err != nil {
			return
		}
		if c, err := png.DecodeConfig(bytes.NewReader(drawn)); err != nil || (size != 0 && c.Width != size) {
			t.Fatalf("%d wide, %v, want %d", c.Width, err, size)
		}
	})
}

func BenchmarkPNG(b *testing.B) {
	for b.Loop() {
		if _, err := qrpicture.PNG(qris, qrpicture.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	for b.Loop() {
		if _, err := qrpicture.SVG(qris, qrpicture.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
