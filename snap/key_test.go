package snap

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

func armor(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}

func pkcs8(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestParsePrivateKey(t *testing.T) {
	t.Parallel()
	key := testKey().key
	p1, p8 := x509.MarshalPKCS1PrivateKey(key), pkcs8(t, key)
	for name, text := range map[string][]byte{
		"PKCS#1 PEM":            armor("RSA PRIVATE KEY", p1),
		"PKCS#8 PEM":            armor("PRIVATE KEY", p8),
		"PKCS#1 DER":            p1,
		"PKCS#8 DER":            p8,
		"PKCS#8 base64":         []byte(base64.StdEncoding.EncodeToString(p8)),
		"PKCS#1 base64, broken": []byte(" " + strings.Join(strings.SplitAfter(base64.StdEncoding.EncodeToString(p1), "A"), "\n") + "\n"),
		"PKCS#1 under PKCS#8":   armor("PRIVATE KEY", p1),
		"blanks and CRLF":       append([]byte("\r\n  "), bytes.ReplaceAll(armor("PRIVATE KEY", p8), []byte("\n"), []byte("\r\n"))...),
	} {
		got, err := ParsePrivateKey(text)
		if err != nil || !got.key.Equal(key) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParsePrivateKeyRefuses(t *testing.T) {
	t.Parallel()
	key := testKey().key
	p8 := pkcs8(t, key)
	elliptic, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := x509.MarshalECPrivateKey(elliptic)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	old := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}, Bytes: p8})
	for name, test := range map[string]struct {
		text []byte
		want string
	}{
		"nothing":         {nil, "empty"},
		"blanks":          {[]byte(" \n"), "empty"},
		"a word":          {[]byte("canary-key"), "neither PEM"},
		"no line ends":    {bytes.ReplaceAll(armor("PRIVATE KEY", p8), []byte("\n"), nil), "line ends"},
		"cut":             {armor("PRIVATE KEY", p8)[:500], "damaged"},
		"cut inside":      {armor("PRIVATE KEY", p8[:200]), "neither PKCS#1"},
		"DER and more":    {append(bytes.Clone(p8), 0), "neither PEM"},
		"two keys":        {append(armor("PRIVATE KEY", p8), armor("PRIVATE KEY", p8)...), "one key alone"},
		"encrypted":       {armor("ENCRYPTED PRIVATE KEY", p8), "password"},
		"encrypted, old":  {old, "password"},
		"public":          {testKey().Public().PKCS1(), "public key"},
		"public, as DER":  {x509.MarshalPKCS1PublicKey(&key.PublicKey), "public key"},
		"elliptic, SEC 1": {armor("EC PRIVATE KEY", ec), "another kind"},
		"elliptic":        {armor("PRIVATE KEY", pkcs8(t, elliptic)), "another kind"},
		"1024 bits":       {armor("PRIVATE KEY", pkcs8(t, short)), "2048"},
		"endless":         {bytes.Repeat([]byte("A"), maxKeyText+1), "longer"},
	} {
		got, err := ParsePrivateKey(test.text)
		if err == nil || !got.IsZero() || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v, want an error with %q", name, err, test.want)
		}
	}
}

func TestParsePublicKey(t *testing.T) {
	t.Parallel()
	key := testKey().key
	x, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Unix(4e9, 0)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"X.509":          []byte(readVectors().Inputs.PublicKeyX509),
		"PKCS#1":         []byte(readVectors().Inputs.PublicKeyPKCS1),
		"certificate":    armor("CERTIFICATE", certificate),
		"X.509 DER":      x,
		"PKCS#1 DER":     x509.MarshalPKCS1PublicKey(&key.PublicKey),
		"X.509 base64":   []byte(base64.StdEncoding.EncodeToString(x)),
		"our own output": testKey().Public().PKCS1(),
	} {
		if got, err := ParsePublicKey(text); err != nil || !got.key.Equal(&key.PublicKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, test := range map[string]struct {
		text []byte
		want string
	}{
		"private": {armor("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), "private key"},
		"nothing": {nil, "empty"},
		"garbage": {armor("PUBLIC KEY", []byte("x")), "neither"},
	} {
		if _, err := ParsePublicKey(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, test.want)
		}
	}
}

func TestNewPrivateKeyRefuses(t *testing.T) {
	t.Parallel()
	broken := *testKey().key
	broken.D = new(big.Int).Add(broken.D, big.NewInt(2))
	for name, key := range map[string]*rsa.PrivateKey{"nil": nil, "empty": {}, "numbers that do not agree": &broken} {
		if _, err := NewPrivateKey(key); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewPublicKey(nil); err == nil {
		t.Error("no public key: no error")
	}
	if _, err := (PrivateKey{}).SignToken("a", "b"); err == nil {
		t.Error("no key signed")
	}
}

func FuzzParseKeys(f *testing.F) {
	f.Add(testKey().Public().PKCS1())
	f.Add([]byte(readVectors().Inputs.PrivateKey))
	f.Fuzz(func(t *testing.T, text []byte) {
		if key, err := ParsePrivateKey(text); err == nil && key.IsZero() {
			t.Fatal("neither key nor error")
		}
		if key, err := ParsePublicKey(text); err == nil && key.IsZero() {
			t.Fatal("neither key nor error")
		}
	})
}

func TestTimestamps(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 21, 3, 15, 30, 0, time.UTC)
	for _, s := range []string{
		"2026-11-21T10:15:30+07:00", "2026-11-21T10:15:30.000+07:00", "20261121T10:15:30.000+07:00", "20261121T10:15:30+07:00",
		"2026-11-21T03:15:30Z", "2026-11-21T03:15:30.000Z", "2026-11-21T03:15:30-00:00", "2026-11-21T10:15:30+0700", "20261121T03:15:30Z",
	} {
		if got, err := ParseTimestamp(s); err != nil || !got.Equal(want) {
			t.Errorf("%s = %v, %v", s, got, err)
		}
	}
	faq, err := ParseTimestamp("20240130T11:17:02.682+07:00") // the log in OVO's FAQ
	if err != nil || faq.UnixMilli() != 1706588222682 {
		t.Errorf("FAQ = %v, %v", faq, err)
	}
	for _, s := range []string{
		"", "2026-11-21 10:15:30", "2026-11-21T10:15:30", "2026-11-21T10:15:30,5+07:00", "2026-13-01T00:00:00Z",
		" 2026-11-21T10:15:30+07:00", "2026-11-21T10:15:30+07:00\n", "1763694930", "2026-11-21T24:15:30Z", "2026-11-21T10:15:30." + strings.Repeat("0", 60) + "Z",
	} {
		if got, err := ParseTimestamp(s); err == nil {
			t.Errorf("%q = %v, want an error", s, got)
		}
	}
	if got := FormatTimestamp(want); got != "2026-11-21T10:15:30+07:00" || len(got) != 25 {
		t.Errorf("FormatTimestamp = %s", got)
	}
	r, err := newTestClient(t, Options{CompactTimestamps: true}).Render(testRequest(Generate), testEnvelope(Generate), want.Add(682*time.Millisecond))
	if err != nil || r.Header.Get("X-Timestamp") != "20261121T10:15:30.682+07:00" {
		t.Errorf("compact = %v, %v", r.Header["X-Timestamp"], err)
	}
}
