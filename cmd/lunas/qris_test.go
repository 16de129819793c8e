package main

import (
	"bytes"
	"strings"
	"testing"
)

// dynamicQRIS is a QR of 10,000 rupiah with everything that such a code has.
const dynamicQRIS = "00020101021226670015ID.OVO.EMULATOR011893600912300000179002150000000000001790303UME51440014ID.CO.QRIS.WWW0215ID10200000000170303UME5204581253033605405100005802ID5917TOKO UJI EMULATOR6015JAKARTA SELATAN610512950625101120000000001230519202611211015300000107080000017963049F4B"

func TestQRISDecode(t *testing.T) {
	t.Parallel()
	code, out, errOut := lunas(t, nil, "qris", "decode", dynamicQRIS)
	if code != 0 || errOut != "" || !strings.Contains(out, "TOKO UJI EMULATOR") || !strings.Contains(out, "9F4B (right)") {
		t.Errorf("lunas qris decode = %d\n%s%s", code, out, errOut)
	}
	for name, c := range map[string]struct{ text, out, want string }{
		"checksum":  {dynamicQRIS[:len(dynamicQRIS)-4] + "0000", "(wrong, must be 9F4B)", "63"},
		"cut short": {dynamicQRIS[:100], "00 payload format", "51"},
		"no QRIS":   {"hello", "", "at character 0"},
		"nothing":   {"\n", "", "there is no text"},
	} {
		code, out, errOut := lunas(t, nil, "qris", "decode", c.text)
		if code != 1 || !strings.Contains(errOut, c.want) || !strings.HasPrefix(errOut, "lunas: ") || !strings.Contains(out, c.out) {
			t.Errorf("%s: %d\n%s\n%s\nwant 1, %q and %q", name, code, out, errOut, c.out, c.want)
		}
	}
}

func TestQRISDecodeReadsStandardInput(t *testing.T) {
	t.Parallel()
	_, want, _ := lunas(t, nil, "qris", "decode", dynamicQRIS)
	var out bytes.Buffer
	if err := (qrisDecodeCommand{Text: "-"}).Run(&terminal{in: strings.NewReader(dynamicQRIS + "\r\n"), out: &out}); err != nil || out.String() != want {
		t.Errorf("%v\n%s\nwant\n%s", err, out.String(), want)
	}
	err := qrisDecodeCommand{Text: "-"}.Run(&terminal{in: strings.NewReader(strings.Repeat("0", qrisMax+1)), out: &out})
	if err == nil || !strings.Contains(err.Error(), "no QR code holds so much") {
		t.Errorf("a stream without end: %v", err)
	}
}

func TestQRISHelp(t *testing.T) {
	t.Parallel()
	code, out, _ := lunas(t, nil, "qris", "decode", "--help")
	if code != 0 || !strings.Contains(out, "lunas qris decode 0002") || !strings.Contains(out, "exit code is 1") {
		t.Errorf("%d\n%s", code, out)
	}
}
