package credential

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Folder is a folder with keys as it is told of by its file keys.json: what is public about them, and nothing else.
type Folder struct {
	Partner     string      `json:"partner"`
	Environment string      `json:"environment"` // staging or production
	CreatedAt   time.Time   `json:"created_at"`
	ExpiresAt   time.Time   `json:"expires_at"` // when they are to be replaced; a key of this kind has no end of its own
	Keys        []FolderKey `json:"keys"`
}

// FolderKey is a key of a folder.
type FolderKey struct {
	Purpose     Purpose `json:"purpose"`
	Form        string  `json:"form"` // of the public file
	Bits        int     `json:"bits"`
	Fingerprint string  `json:"fingerprint"`
	Public      string  `json:"public"`  // names of files
	Private     string  `json:"private"` //
}

const (
	folderFile = "keys.json"
	mailFile   = "mail.txt"
)

// PublicName and PrivateName are how the files of a key are named.
func (p Purpose) PublicName() string { return "ovo-" + string(p) + "-public.pem" }

// PrivateName is how the file of the private half is named.
func (p Purpose) PrivateName() string { return "ovo-" + string(p) + "-private.pem" }

// WriteFolder writes keys into a folder, which is made if it is not there: private halves for their owner alone, public
// halves, what is told of them, and a mail ready to be sent. Nothing that is there is written over: then it writes nothing.
func WriteFolder(dir string, f Folder, keys []Key) (Folder, error) {
	type file struct {
		name    string
		content []byte
		mode    os.FileMode
	}
	var files []file
	for _, k := range keys {
		p := k.Purpose()
		f.Keys = append(f.Keys, FolderKey{p, p.Form(), k.Bits(), k.Fingerprint(), p.PublicName(), p.PrivateName()})
		files = append(files, file{p.PrivateName(), k.PrivatePEM(), 0o600}, file{p.PublicName(), k.PublicPEM(), 0o644})
	}
	about, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return f, err
	}
	files = append(files, file{mailFile, []byte(f.Mail()), 0o644}, file{folderFile, append(about, '\n'), 0o644})
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return f, fmt.Errorf("make the folder for the keys: %w", err)
	}
	for _, x := range files {
		if _, err := os.Lstat(filepath.Join(dir, x.name)); !errors.Is(err, os.ErrNotExist) {
			return f, fmt.Errorf("%s is there already, and keys are never written over: choose another folder with --out", filepath.Join(dir, x.name))
		}
	}
	for i, x := range files {
		if err := writeNew(filepath.Join(dir, x.name), x.content, x.mode); err != nil {
			for _, done := range files[:i] {
				_ = os.Remove(filepath.Join(dir, done.name)) // ours: it was not there before
			}
			return f, fmt.Errorf("write the keys: %w", err)
		}
	}
	return f, nil
}

// writeNew writes a file that must not be there, and has it on disk when it returns.
func writeNew(path string, content []byte, mode os.FileMode) error {
	w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return errors.Join(err, w.Sync(), w.Close())
}

// ReadFolder reads what is told of the keys of a folder.
func ReadFolder(dir string) (f Folder, err error) {
	b, err := os.ReadFile(filepath.Join(dir, folderFile))
	if err != nil {
		return f, fmt.Errorf("%s holds no keys that lunas credentials keygen has made: %w", dir, err)
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return f, fmt.Errorf("%s cannot be read: it is not as lunas credentials keygen has written it", filepath.Join(dir, folderFile))
	}
	return f, nil
}

// Mail is a mail to OVO that goes with the public keys, in Indonesian and English. There is nothing secret in it.
func (f Folder) Mail() string {
	var files, prints strings.Builder
	for i, k := range f.Keys {
		fmt.Fprintf(&files, "  %d. %s  (%s, RSA %d)\n", i+1, k.Public, k.Form, k.Bits)
		fmt.Fprintf(&prints, "  %s\n     %s\n", k.Public, k.Fingerprint)
	}
	production := [2]string{}
	if f.Environment == "production" {
		production = [2]string{
			"  - Alamat IP publik kami untuk whitelist: ____________________\n",
			"  - Our public IP addresses for the whitelist: ____________________\n",
		}
	}
	return fmt.Sprintf(`Subject: Public key %s - %s

Lampirkan berkas berikut, dan hanya berkas ini / attach these files, and only these:
%s
--------------------------------------------------------------------- Bahasa Indonesia

Yth. Tim Integrasi OVO,

Bersama email ini kami kirimkan public key %s untuk pembuatan kredensial %s:

%s
  nomor 1 untuk pengiriman kredensial (encryption), nomor 2 untuk signature.
  - URL callback status pembayaran (opsional): ____________________
%s
Sidik jari (SHA-256 dari bentuk X.509 DER), untuk dicocokkan lewat telepon:

%s
Mohon kredensial (client id, secret, merchant id, tid, mid) dikirim terenkripsi RSA
dengan public key nomor 1, sebagai berkas lampiran.

Terima kasih.

------------------------------------------------------------------------------ English

Dear OVO integration team,

please find attached the public keys of %s for the creation of %s credentials:

%s
  number 1 for the sharing of credentials (encryption), number 2 for signatures.
  - Callback URL for the payment status (optional): ____________________
%s
Fingerprints (SHA-256 of the X.509 form, DER), to be compared by telephone:

%s
Please send the credentials (client id, secret, merchant id, tid, mid) encrypted by RSA
with public key number 1, as an attached file.

Thank you.
`, f.Environment, f.Partner, files.String(), f.Partner, f.Environment, files.String(), production[0], prints.String(),
		f.Partner, f.Environment, files.String(), production[1], prints.String())
}
