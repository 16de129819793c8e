package exchange_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/lunas-pay/lunas/internal/exchange"
)

func master(fill byte) []byte { return bytes.Repeat([]byte{fill}, 32) }

func newKeyring(t testing.TB, masters ...[]byte) *exchange.Keyring {
	t.Helper()
	k, err := exchange.NewKeyring(masters...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func samplePart() exchange.Part {
	return exchange.Part{
		ID: "ex_1", MerchantID: "m_1", PaymentID: "pay_1", Operation: "push", Side: exchange.Request,
		Wire: []byte("POST /pos HTTP/1.1\r\n\r\n081211110101"),
	}
}

func sealed(t testing.TB, k *exchange.Keyring) exchange.Part {
	t.Helper()
	p := samplePart()
	if err := k.Seal(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	k := newKeyring(t, master(1))
	for _, wire := range [][]byte{samplePart().Wire, {}, nil, bytes.Repeat([]byte("x"), 100_000)} {
		p := samplePart()
		p.Wire = wire
		if err := k.Seal(&p); err != nil {
			t.Fatal(err)
		}
		if p.Wire != nil || len(p.Sealed) < len(wire)+28 || len(wire) > 0 && bytes.Contains(p.Sealed, wire) {
			t.Errorf("Seal left Wire %q, Sealed %d bytes", p.Wire, len(p.Sealed))
		}
		// Another process with the same master opens it.
		if err := newKeyring(t, master(1)).Open(&p); err != nil || !bytes.Equal(p.Wire, wire) || p.Sealed == nil {
			t.Errorf("Open = %q, %v", p.Wire, err)
		}
	}
	a, b := sealed(t, k), sealed(t, k)
	if bytes.Equal(a.Sealed, b.Sealed) {
		t.Error("the same part sealed twice gives the same bytes")
	}
}

func TestSealedPartBelongsToItsRow(t *testing.T) {
	t.Parallel()
	k := newKeyring(t, master(1))
	for name, move := range map[string]func(*exchange.Part){
		"merchant":       func(p *exchange.Part) { p.MerchantID = "m_2" },
		"payment":        func(p *exchange.Part) { p.PaymentID = "" },
		"exchange":       func(p *exchange.Part) { p.ID = "ex_2" },
		"side":           func(p *exchange.Part) { p.Side = exchange.Response },
		"shifted border": func(p *exchange.Part) { p.MerchantID, p.PaymentID = "m_1p", "ay_1" },
		"no bytes":       func(p *exchange.Part) { p.Sealed = nil },
		"cut":            func(p *exchange.Part) { p.Sealed = p.Sealed[:len(p.Sealed)-1] },
		"short":          func(p *exchange.Part) { p.Sealed = p.Sealed[:14] },
	} {
		p := sealed(t, k)
		move(&p)
		if err := k.Open(&p); !errors.Is(err, exchange.ErrSealed) || p.Wire != nil {
			t.Errorf("%s: Open = %q, %v, want ErrSealed", name, p.Wire, err)
		}
	}
	whole := sealed(t, k)
	for i := range whole.Sealed {
		p := whole
		p.Sealed = bytes.Clone(whole.Sealed)
		p.Sealed[i] ^= 1
		if err := k.Open(&p); !errors.Is(err, exchange.ErrSealed) {
			t.Errorf("byte %d changed: %v, want ErrSealed", i, err)
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	before, after := newKeyring(t, master(1)), newKeyring(t, master(2), master(1))
	old, fresh := sealed(t, before), sealed(t, after)
	if err := after.Open(&old); err != nil {
		t.Errorf("the old master's part: %v", err)
	}
	if err := newKeyring(t, master(2)).Open(&fresh); err != nil {
		t.Errorf("the first master does not seal: %v", err)
	}
	if err := before.Open(&fresh); !errors.Is(err, exchange.ErrSealed) || !strings.Contains(err.Error(), "not among the 1 given") {
		t.Errorf("without its master: %v", err)
	}
}

func TestManyProcesses(t *testing.T) {
	t.Parallel()
	reader := newKeyring(t, master(1))
	var all sync.WaitGroup
	for range 600 { // more data keys than are kept
		p := sealed(t, newKeyring(t, master(1)))
		all.Go(func() {
			if err := reader.Open(&p); err != nil {
				t.Error(err)
			}
			if err := reader.Seal(&p); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestKeyringPrintsNoKey(t *testing.T) {
	t.Parallel()
	k := newKeyring(t, []byte("0123456789abcdef-secret-master-k"))
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		text := fmt.Sprintf(format, k)
		if strings.Contains(text, "secret") || strings.Contains(text, hex.EncodeToString([]byte("secret"))) || strings.Contains(text, "115, 101, 99") {
			t.Errorf("%s prints %s", format, text)
		}
	}
}

func TestPartPrintsNoWire(t *testing.T) {
	t.Parallel()
	p := samplePart()
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, value := range []any{p, &p, []exchange.Part{p}} {
			if text := fmt.Sprintf(format, value); strings.Contains(text, "0812") || !strings.Contains(text, "ex_1") {
				t.Errorf("%s of %T prints %s", format, value, text)
			}
		}
	}
}

func TestMasterKeys(t *testing.T) {
	t.Parallel()
	key := append(bytes.Repeat([]byte{0xfb, 0xef}, 15), 0xff, 0x01)
	for name, text := range map[string]string{
		"hex":          hex.EncodeToString(key) + "\n",
		"upper hex":    strings.ToUpper(hex.EncodeToString(key)),
		"base64":       " " + base64.StdEncoding.EncodeToString(key) + "\r\n",
		"URL base64":   base64.RawURLEncoding.EncodeToString(key),
		"padded URL":   base64.URLEncoding.EncodeToString(key),
		"plain base64": base64.RawStdEncoding.EncodeToString(key),
	} {
		if got, err := exchange.ParseMasterKey(text); err != nil || !bytes.Equal(got, key) {
			t.Errorf("%s: %x, %v", name, got, err)
		}
	}
	for _, text := range []string{"", "hunter2-hunter2-hunter2-hunter2", hex.EncodeToString(key[:31]), base64.StdEncoding.EncodeToString(key[:31])} {
		if _, err := exchange.ParseMasterKey(text); err == nil || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("ParseMasterKey(%q) = %v", text, err)
		}
	}
	for _, masters := range [][][]byte{nil, {nil}, {key, key[:31]}} {
		if _, err := exchange.NewKeyring(masters...); err == nil {
			t.Errorf("NewKeyring of %d keys gave no error", len(masters))
		}
	}
}

func TestMasterKeysFromFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "master.key")
	if err := os.WriteFile(path, []byte(hex.EncodeToString(master(7))+"\n"+hex.EncodeToString(master(8))+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, good := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o620: false, 0o644: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		got, err := exchange.MasterKeysFromFile(path)
		if good != (err == nil) || good && (len(got) != 2 || !bytes.Equal(got[0], master(7)) || !bytes.Equal(got[1], master(8))) {
			t.Errorf("mode %o: %d keys, %v", mode, len(got), err)
		}
	}
	empty, broken := filepath.Join(folder, "empty"), filepath.Join(folder, "broken")
	for path, text := range map[string]string{empty: "\n", broken: hex.EncodeToString(master(7)) + " x"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{folder, filepath.Join(folder, "none"), empty, broken} {
		if _, err := exchange.MasterKeysFromFile(path); err == nil {
			t.Errorf("%s gave a key", path)
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	k, wire := newKeyring(b, master(1)), bytes.Repeat([]byte("x"), 1024)
	b.SetBytes(1024)
	b.ReportAllocs()
	for b.Loop() {
		p := samplePart()
		p.Wire = wire
		if err := k.Seal(&p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	k := newKeyring(b, master(1))
	p := samplePart()
	p.Wire = bytes.Repeat([]byte("x"), 1024)
	if err := k.Seal(&p); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(1024)
	b.ReportAllocs()
	for b.Loop() {
		if err := k.Open(&p); err != nil {
			b.Fatal(err)
		}
	}
}
