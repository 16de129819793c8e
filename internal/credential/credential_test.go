package credential

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// pair are two keys of the tests, made once: making them takes long.
var pair = sync.OnceValue(func() (k [2]Key) { // never written again
	for i := range k {
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		k[i] = Key{Sharing, private}
	}
	return k
})

const canary = "s3cr3t-canary-9f1c"

const letterText = `{"clientId":"kopilunas","secret":"` + canary + `","merchantId":"M100","tid":"00000179","mid":"000001790000001"}`

// sealed encrypts a text in chunks, by a padding's name.
func sealed(t testing.TB, k Key, name, text string) (chunks [][]byte) {
	t.Helper()
	for text != "" {
		part := text[:min(len(text), 150)]
		text = text[len(part):]
		var b []byte
		var err error
		switch p := paddingNamed(name).(type) {
		case *rsa.OAEPOptions:
			b, err = rsa.EncryptOAEPWithOptions(rand.Reader, &k.private.PublicKey, []byte(part), p)
		default:
			//lint:ignore SA1019 this is what others may send
			b, err = rsa.EncryptPKCS1v15(rand.Reader, &k.private.PublicKey, []byte(part))
		}
		if err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, b)
	}
	return chunks
}

func paddingNamed(name string) crypto.DecrypterOpts {
	for _, p := range paddings() {
		if p.name == name {
			return p.options
		}
	}
	return nil
}

// writings are the ways in which chunks may be written down.
var writings = map[string]func(chunks [][]byte) [][]byte{ // never written
	"binary":          func(c [][]byte) [][]byte { return [][]byte{bytes.Join(c, nil)} },
	"binary and CRLF": func(c [][]byte) [][]byte { return [][]byte{append(bytes.Join(c, nil), "\r\n"...)} },
	"a file each":     func(c [][]byte) [][]byte { return c },
	"base64":          func(c [][]byte) [][]byte { return whole(base64.StdEncoding, c) },
	"base64 for addresses, unpadded": func(c [][]byte) [][]byte {
		return whole(base64.RawURLEncoding, c)
	},
	"base64 with line breaks": func(c [][]byte) [][]byte {
		return [][]byte{[]byte("\xef\xbb\xbf" + broken(string(whole(base64.StdEncoding, c)[0]), 76, "\r\n"))}
	},
	"base64 a line each": func(c [][]byte) [][]byte { return [][]byte{lines(base64.StdEncoding, c, "\n")} },
	"base64 one behind the other": func(c [][]byte) [][]byte {
		return [][]byte{lines(base64.StdEncoding, c, "")}
	},
	"base64 unpadded, one behind the other": func(c [][]byte) [][]byte {
		return [][]byte{lines(base64.RawStdEncoding, c, "")}
	},
	"base64 in files": func(c [][]byte) (all [][]byte) {
		for _, b := range c {
			all = append(all, whole(base64.StdEncoding, [][]byte{b})...)
		}
		return all
	},
	"hexadecimal": func(c [][]byte) [][]byte { return [][]byte{[]byte(hex.EncodeToString(bytes.Join(c, nil)))} },
	"armor": func(c [][]byte) [][]byte {
		return [][]byte{pem.EncodeToMemory(&pem.Block{Type: "MESSAGE", Bytes: bytes.Join(c, nil)})}
	},
	"quotes": func(c [][]byte) [][]byte {
		return [][]byte{[]byte(`"` + string(whole(base64.StdEncoding, c)[0]) + "\"\n")}
	},
}

func whole(e *base64.Encoding, c [][]byte) [][]byte {
	return [][]byte{[]byte(e.EncodeToString(bytes.Join(c, nil)))}
}

func lines(e *base64.Encoding, c [][]byte, end string) []byte {
	var b strings.Builder
	for _, chunk := range c {
		b.WriteString(e.EncodeToString(chunk) + end)
	}
	return []byte(b.String())
}

func broken(s string, at int, end string) string {
	var b strings.Builder
	for len(s) > at {
		b.WriteString(s[:at] + end)
		s = s[at:]
	}
	return b.String() + s + end
}

func TestOpensWhatOVOMaySend(t *testing.T) {
	t.Parallel()
	key := pair()[0]
	for _, p := range paddings() {
		for _, text := range []string{letterText, strings.Repeat("x", 150) + letterText + strings.Repeat(" z", 80)} {
			chunks := sealed(t, key, p.name, text)
			for name, write := range writings {
				got, err := Open(key, write(chunks)...)
				if err != nil || got.Reveal() != text || got.Padding != p.name || got.Blocks != len(chunks) {
					t.Errorf("%s, %s, %d chunks: %v, %v", p.name, name, len(chunks), got, err)
				}
			}
		}
	}
}

// TestSaysWhatHelps: each sentence is for somebody who has done this one thing wrong, and none holds a secret.
func TestSaysWhatHelps(t *testing.T) {
	t.Parallel()
	key, other := pair()[0], pair()[1]
	good := sealed(t, key, "PKCS#1 v1.5", letterText)[0]
	text := func(s string) [][]byte { return [][]byte{[]byte(s)} }
	b64 := base64.StdEncoding.EncodeToString
	damaged := bytes.Clone(good)
	damaged[100] ^= 1
	for name, c := range map[string]struct {
		parts [][]byte
		want  string
	}{
		"another key, v1.5":  {sealed(t, other, "PKCS#1 v1.5", letterText), "encrypted for another public key"},
		"another key, OAEP":  {sealed(t, other, "OAEP with SHA-1", letterText), key.Fingerprint()},
		"damaged":            {[][]byte{damaged}, "damaged on the way"},
		"cut":                {[][]byte{good[:200]}, "has 200 bytes, and for this key of 2048 bits it must have 256"},
		"cut base64":         {text(b64(good)[:300]), "it has been cut"},
		"a character lost":   {text(b64(good)[1:]), "characters are missing"},
		"the larger key":     {[][]byte{bytes.Repeat(good, 1)[:192], bytes.Repeat(good, 3)[:192]}, "part 1 of 2"},
		"of 3072 bits":       {[][]byte{append(bytes.Clone(good), good[:128]...)}, "is --key the key for sharing"},
		"a text":             {text(letterText), "this is a text, and no encrypted message"},
		"a mail":             {text("Dear partner,\nplease find your credentials.\n"), "without the rest of the mail"},
		"nothing":            {text(" \n"), "the file is empty"},
		"no file":            {nil, "there is no message"},
		"a public key":       {[][]byte{key.PublicPEM()}, "this is a public key, and no message"},
		"PGP":                {text("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"), "open it with gpg"},
		"CMS":                {text("-----BEGIN CMS-----\nMIIB\n-----END CMS-----\n"), "openssl cms -decrypt"},
		"openssl enc":        {text(b64(append([]byte("Salted__"), good...))), "ask OVO to encrypt it with the key for sharing"},
		"too large":          {[][]byte{make([]byte, MessageMax+1)}, "too large"},
		"one chunk of a two": {[][]byte{good, damaged}, "damaged on the way"},
	} {
		got, err := Open(key, c.parts...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want %q", name, got, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the error holds the secret", name)
		}
	}
}

// TestTheSameSentence: whichever step of opening failed, the sentence is one.
func TestTheSameSentence(t *testing.T) {
	t.Parallel()
	key := pair()[0]
	seen := map[string]bool{}
	for _, block := range [][]byte{
		bytes.Repeat([]byte{0}, 256), bytes.Repeat([]byte{0xff}, 256), sealed(t, pair()[1], "PKCS#1 v1.5", "x")[0],
		sealed(t, key, "PKCS#1 v1.5", "\x01\x02 no text")[0], sealed(t, key, "OAEP with SHA-256", "\xff\xfe")[0],
	} {
		_, err := Open(key, block)
		seen[fmt.Sprint(err)] = true
	}
	if len(seen) != 1 || seen["<nil>"] {
		t.Errorf("sentences: %v, want one", seen)
	}
}

func TestLetters(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"json":          letterText,
		"nested":        `{"data":` + letterText + `}`,
		"lines":         "Client ID: kopilunas\r\nSecret : " + canary + "\nMerchant Id = M100\nTID\t00000179\nMID: 000001790000001\n",
		"one line":      "clientId=kopilunas;client_secret=" + canary + ";merchant-id=M100;tid=00000179;mid=000001790000001",
		"with a colon":  "X-CLIENT-KEY: kopilunas\nsecret: " + canary + "\nmerchantid: M100\ntid: 00000179\nmid: 000001790000001\nlink: https://x",
		"twice, agreed": "client id: kopilunas\nX-PARTNER-ID: kopilunas\nsecret: " + canary + "\nmerchant id: M100\ntid: 00000179\nmid: 000001790000001",
	} {
		l, err := ReadLetter(text, "")
		if err != nil || l.Reveal("client_id") != "kopilunas" || l.Reveal("client_secret") != canary || l.Reveal("merchant_id") != "M100" ||
			l.Reveal("tid") != "00000179" || l.Reveal("mid") != "000001790000001" || l.Rail() != "snap" {
			t.Errorf("%s: %v, %v", name, l, err)
		}
		shown := fmt.Sprintf("%v %+v %#v %s", l, l, l, l.Show("client_secret"))
		if strings.Contains(shown, canary) || !strings.Contains(shown, fmt.Sprintf("(%d characters)", len(canary))) {
			t.Errorf("%s shows %s", name, shown)
		}
	}
	if l, err := ReadLetter("appid=a\nappkey="+canary, ""); err != nil || l.Rail() != "ovo" || l.Reveal("app_key") != canary {
		t.Errorf("ovo: %v, %v", l, err)
	}
	if l, err := ReadLetter(canary+"\n", "app_key"); err != nil || l.Reveal("app_key") != canary {
		t.Errorf("a value alone: %v, %v", l, err)
	}
	for name, c := range map[string]struct{ text, alone, want string }{
		"alone, unnamed":  {canary, "", "--as client_secret"},
		"several":         {"tid: 1\nsecret: " + canary, "client_secret", "leave --as out"},
		"unknown name":    {canary, "password", "known: client_id, client_secret"},
		"two stores":      {"tid: 00000179\ntid: 00000180\nsecret: " + canary, "", "tid stands in the message twice"},
		"nothing in it":   {"Dear partner", "", "holds no credential"},
		"unknown labels":  {"passphrase: " + canary, "", "holds no credential"},
		"empty and alone": {" ", "app_key", "more than one value"},
	} {
		l, err := ReadLetter(c.text, c.alone)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v, %v, want %q", name, l, err, c.want)
		}
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	made := make([]Key, 0, 2)
	for _, p := range Purposes() {
		k, err := NewKey(p)
		if err != nil || k.Bits() != p.Bits() {
			t.Fatalf("%s: %v, %v", p, k, err)
		}
		made = append(made, k)
	}
	dir := filepath.Join(t.TempDir(), "keys")
	now := time.Date(2026, 3, 21, 10, 0, 0, 0, time.UTC)
	f, err := WriteFolder(dir, Folder{Partner: "Kopi Lunas", Environment: "staging", CreatedAt: now, ExpiresAt: now.AddDate(1, 0, 0)}, made)
	if err != nil {
		t.Fatal(err)
	}
	read, err := ReadFolder(dir)
	if err != nil || fmt.Sprint(read) != fmt.Sprint(f) {
		t.Errorf("read back: %v, %v, want %v", read, err, f)
	}
	for i, k := range made {
		block, _ := pem.Decode(content(t, dir, k.Purpose().PublicName()))
		if want := []string{"PUBLIC KEY", "RSA PUBLIC KEY"}[i]; block.Type != want {
			t.Errorf("%s is %s, want %s", k, block.Type, want)
		}
		print, bits, err := FingerprintOf(content(t, dir, k.Purpose().PublicName()))
		again, err2 := ReadKey(k.Purpose(), content(t, dir, k.Purpose().PrivateName()))
		if err != nil || err2 != nil || print != k.Fingerprint() || again.Fingerprint() != print || bits != k.Purpose().Bits() {
			t.Errorf("%s read back: %s of %d bits, %v %v", k, print, bits, err, err2)
		}
		if mail := string(content(t, dir, mailFile)); !strings.Contains(mail, print) || strings.Contains(mail, "PRIVATE") {
			t.Errorf("the mail is\n%s", mail)
		}
	}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		info, err2 := d.Info()
		if err != nil || err2 != nil || strings.Contains(d.Name(), "private") && info.Mode().Perm() != 0o600 || d.IsDir() && info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v, %v %v", path, info.Mode(), err, err2)
		}
		return nil
	})
	before := content(t, dir, Sharing.PrivateName())
	_, err = WriteFolder(dir, f, made[1:])
	if err == nil || !strings.Contains(err.Error(), "never written over") || !bytes.Equal(before, content(t, dir, Sharing.PrivateName())) {
		t.Errorf("a second time: %v", err)
	}
}

func content(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPrivateKeysThatCannotBeRead(t *testing.T) {
	t.Parallel()
	key := pair()[0]
	cut := key.PrivatePEM()
	for want, text := range map[string]string{
		"is empty":                 " ",
		"cannot be read":           string(cut[:len(cut)/2]),
		"this is a public key":     string(key.PublicPEM()),
		"locked with a password":   "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n",
		"at least 2048":            string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: short(t)})),
		"must be PEM of PKCS#1 or": canary,
	} {
		if _, err := ReadKey(Sharing, []byte(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%q: %v", want, err)
		}
	}
	if shown := fmt.Sprintf("%v %+v %#v %s %d", key, key, key, key, key); strings.Contains(shown, key.private.D.String()) || !strings.HasPrefix(shown, "key for sharing of 2048 bits") {
		t.Error("a key prints more than what it is for")
	}
}

func short(t *testing.T) []byte {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return x509.MarshalPKCS1PrivateKey(k)
}

// FuzzOpen: whatever comes is opened or refused with a sentence, and nothing that was not encrypted for the key opens.
func FuzzOpen(f *testing.F) {
	key := pair()[0]
	good := sealed(f, key, "OAEP with SHA-256", letterText)
	for _, write := range writings {
		f.Add(write(good)[0])
	}
	f.Add([]byte("-----BEGIN PGP MESSAGE-----"))
	f.Add([]byte("U2FsdGVkX1"))
	f.Fuzz(func(t *testing.T, part []byte) {
		got, err := Open(key, part)
		if (err == nil) == (got.Reveal() == "") {
			t.Fatalf("%v, %v", got, err)
		}
		if err == nil {
			_, _ = ReadLetter(got.Reveal(), "")
		}
		_, _ = ReadLetter(string(part), "")
		_, _ = ReadKey(Signature, part)
		_, _, _ = FingerprintOf(part)
	})
}
