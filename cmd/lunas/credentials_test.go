package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // OAEP of older programs
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// credentialCanary is what OVO's message holds, and nothing may show.
const credentialCanary = "canary-secret-7d31"

// messageOfOVO encrypts a text as OVO does with the public key that it was sent.
func messageOfOVO(t *testing.T, dir, text string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "ovo-sharing-public.pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(b)
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, public.(*rsa.PublicKey), []byte(text), nil) //nolint:gosec
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(sealed)
}

// TestCredentialsFromOVO: keys are made, OVO's message is opened into an account, and again while OVO changes them.
func TestCredentialsFromOVO(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "lunas.db")
	p := newPlatform(t, database, 1)
	g := p.gateways[0]
	said := ""
	at := func(code int, want string, args ...string) string {
		t.Helper()
		got, out, errOut := lunas(t, []string{"LUNAS_URL=" + g.url, "LUNAS_API_KEY=" + p.admin}, args...)
		if got != code || !strings.Contains(out+errOut, want) {
			t.Fatalf("lunas %s = %d\n%s%s\nwant %d and %q", strings.Join(args, " "), got, out, errOut, code, want)
		}
		said += out + errOut
		return out
	}
	keys := filepath.Join(p.dir, "keys")
	out := at(0, "Send the two public files", "credentials", "keygen", "--partner", "Teh Lunas", "--out", keys)
	prints := regexp.MustCompile(`SHA256:[0-9a-f]{64}`).FindAllString(out, -1)
	if len(prints) != 2 {
		t.Fatalf("keygen shows %d fingerprints, want 2\n%s", len(prints), out)
	}
	at(1, "never written over", "credentials", "keygen", "--partner", "Teh Lunas", "--out", keys)
	private, signature := filepath.Join(keys, "ovo-sharing-private.pem"), filepath.Join(keys, "ovo-signature-private.pem")
	at(0, "", "merchants", "create", "teh", "--name", "Teh Lunas")

	letter := `{"clientId":"tehlunas","secret":"` + credentialCanary + `","merchantId":"M1","tid":"00000179","mid":"000001790000001"}`
	message := p.write("ovo.txt", messageOfOVO(t, keys, letter))
	out = at(0, "(18 characters)", "credentials", "import", message, "--key", private, "--dry-run")
	if !strings.Contains(out, "tehlunas") || !strings.Contains(out, "00000179") {
		t.Errorf("what is no secret is not shown\n%s", out)
	}
	into := func(message string, more ...string) []string {
		settings := p.write("more.json", `{"url":"`+p.sandbox+`/OVOSNAP"}`)
		return append([]string{
			"credentials", "import", message, "--key", private, "--merchant", "teh", "--account", "qris-teh",
			"--environment", "sandbox", "--settings", settings,
		}, more...)
	}
	at(1, "private_key", into(message)...)
	out = at(0, prints[1], into(message, "--signature-key", signature)...)
	if !strings.Contains(out, "to be replaced by") || !strings.Contains(out, "till-1") {
		t.Errorf("the account is\n%s", out)
	}

	second := p.write("ovo2.txt", messageOfOVO(t, keys, strings.Replace(letter, credentialCanary, credentialCanary+"-new", 1)))
	at(0, "signed with from then on", into(second, "--from", "2099-01-01T00:00:00+07:00")...)
	if list := at(0, "signs", "credentials", "list", keys, "--merchant", "teh"); strings.Count(list, "client_secret") != 2 || !strings.Contains(list, "beside") || !strings.Contains(list, prints[0]) {
		t.Errorf("both are not listed:\n%s", list)
	}
	other := p.write("ovo3.txt", messageOfOVO(t, keys, strings.Replace(letter, "tehlunas", "kopilunas", 1)))
	at(1, "it is another contract with OVO", into(other)...)
	moved := p.write("ovo4.txt", messageOfOVO(t, keys, strings.Replace(letter, "00000179", "00000180", 1)))
	at(1, "give the message's terminal a name of its own with --terminal", into(moved)...)
	at(0, "till-1, till-2", into(moved, "--terminal", "till-2")...)
	at(1, "was encrypted for another public key", "credentials", "import", message, "--key", signatureOf2048(t, p), "--dry-run")
	at(1, "is --key the key for sharing", "credentials", "import", p.write("long", base64.StdEncoding.EncodeToString(make([]byte, 256))), "--key", signature, "--dry-run")
	at(1, "give the name of a file", "credentials", "import", credentialCanary, "--key", private, "--dry-run")
	at(1, "--merchant and --account", "credentials", "import", message, "--key", private)
	if strings.Contains(said, credentialCanary) || strings.Contains(said, "PRIVATE KEY") {
		t.Errorf("a secret is shown:\n%s", said)
	}
	g.kill()
	for _, name := range []string{"lunas.db", "lunas.db-wal"} {
		b, _ := os.ReadFile(filepath.Join(filepath.Dir(database), name))
		if strings.Contains(string(b), credentialCanary) {
			t.Errorf("%s holds the secret unsealed", name)
		}
	}
}

// signatureOf2048 is a private key that nobody encrypts for.
func signatureOf2048(t *testing.T, p *platform) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return p.write("other.pem", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))
}
