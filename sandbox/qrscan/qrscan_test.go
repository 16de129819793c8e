package qrscan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"testing"
)

// sample was drawn by qrencode, not by this project.
const sample = "00020101021226670015ID.OVO.EMULATOR011893600912300000179002150000000000001790303UME51440014ID.CO.QRIS.WWW0215ID10200000000170303UME5204581253033605405100005802ID5917TOKO UJI EMULATOR6015JAKARTA SELATAN610512950625101120000000001230519202611211015300000107080000017963049F4B"

func samplePNG(t testing.TB) []byte {
	t.Helper()
	picture, err := os.ReadFile("testdata/qris.png")
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// onPage puts the sample on a larger picture, as a screenshot has it.
func onPage(t *testing.T) image.Image {
	t.Helper()
	code, err := png.Decode(bytes.NewReader(samplePNG(t)))
	if err != nil {
		t.Fatal(err)
	}
	page := image.NewRGBA(image.Rect(0, 0, 900, 1600))
	draw.Draw(page, page.Bounds(), image.NewUniform(color.RGBA{240, 238, 250, 255}), image.Point{}, draw.Src)
	draw.Draw(page, image.Rect(0, 0, 900, 200), image.NewUniform(color.RGBA{75, 42, 143, 255}), image.Point{}, draw.Src)
	for y := range code.Bounds().Dy() * 2 {
		for x := range code.Bounds().Dx() * 2 {
			page.Set(150+x, 500+y, code.At(x/2, y/2))
		}
	}
	return page
}

func TestText(t *testing.T) {
	t.Parallel()
	var screenshot, photo bytes.Buffer
	if err := png.Encode(&screenshot, onPage(t)); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&photo, onPage(t), &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	for name, picture := range map[string][]byte{"drawn": samplePNG(t), "screenshot": screenshot.Bytes(), "photo": photo.Bytes()} {
		if got, err := Text(picture); got != sample || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// bomb is a PNG of a few bytes that claims a size.
func bomb(width, height uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d")
	chunk := append([]byte("IHDR"), 0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0)
	binary.BigEndian.PutUint32(chunk[4:], width)
	binary.BigEndian.PutUint32(chunk[8:], height)
	return binary.BigEndian.AppendUint32(append(b, chunk...), crc32.ChecksumIEEE(chunk))
}

func TestRefused(t *testing.T) {
	t.Parallel()
	var empty bytes.Buffer
	if err := png.Encode(&empty, image.NewGray(image.Rect(0, 0, 100, 100))); err != nil {
		t.Fatal(err)
	}
	whole := samplePNG(t)
	for name, c := range map[string]struct {
		picture []byte
		want    error
	}{
		"nothing":           {nil, ErrNotPicture},
		"text":              {[]byte(sample), ErrNotPicture},
		"svg":               {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), ErrNotPicture},
		"gif":               {[]byte("GIF89a\x01\x00\x01\x00"), ErrNotPicture},
		"half":              {whole[:len(whole)/2], ErrNotPicture},
		"no code":           {empty.Bytes(), ErrNoQR},
		"wide":              {bomb(MaxSide+1, 1), ErrTooLarge},
		"high":              {bomb(1, MaxSide+1), ErrTooLarge},
		"many pixels":       {bomb(4096, 2049), ErrTooLarge},
		"4 billion squared": {bomb(1<<31-1, 1<<31-1), ErrNotPicture},
		"just small enough": {bomb(4096, 2048), ErrNotPicture},
		"too many bytes":    {append(whole, make([]byte, MaxBytes)...), ErrTooLarge},
	} {
		if got, err := Text(c.picture); got != "" || !errors.Is(err, c.want) {
			t.Errorf("%s: %q, %v, want %v", name, got, err, c.want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add(samplePNG(f))
	f.Add(bomb(3, 3))
	f.Fuzz(func(t *testing.T, picture []byte) {
		if text, err := Text(picture); (text == "") == (err == nil) && err != nil {
			t.Errorf("%q and %v", text, err)
		}
	})
}
