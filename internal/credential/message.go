package credential

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	_ "crypto/sha1" // OAEP of older programs
	_ "crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file opens the message in which OVO sends credentials. Its documents say that it is RSA-encrypted and not how, so
// every usual way is tried.

// MessageMax is how long a message may be, in bytes.
const MessageMax = 1 << 20

// padding is a way of RSA encryption.
type padding struct {
	name    string
	options crypto.DecrypterOpts
}

// paddings are tried in this order. Those with a check over the whole block come first. Java's OAEPWithSHA-256 uses SHA-1
// for its mask where nobody says otherwise.
func paddings() []padding {
	return []padding{
		{"OAEP with SHA-256", &rsa.OAEPOptions{Hash: crypto.SHA256}},
		{"OAEP with SHA-256 and a mask of SHA-1", &rsa.OAEPOptions{Hash: crypto.SHA256, MGFHash: crypto.SHA1}},
		{"OAEP with SHA-1", &rsa.OAEPOptions{Hash: crypto.SHA1}},
		//lint:ignore SA1019 OVO may send it; nobody sees more of a failure than that it failed, and there is no one to ask again
		{"PKCS#1 v1.5", &rsa.PKCS1v15DecryptOptions{}},
	}
}

// Opened is a message that was opened. Its text is secret; it prints masked.
type Opened struct {
	text    string
	Padding string // how it was encrypted
	Blocks  int    // of how many chunks it was
}

// Reveal is the text.
func (o Opened) Reveal() string { return o.text }

// String tells how long the text is.
func (o Opened) String() string {
	return fmt.Sprintf("message of %d characters, %s", len(o.text), o.Padding)
}

// GoString is String.
func (o Opened) GoString() string { return o.String() }

// Open decrypts a message with the key for sharing. The message may be in several parts, each a chunk or more of it, as
// binary, hexadecimal digits or base64 of any kind. The error is a sentence that says what to do, and holds nothing of
// message or key.
func Open(k Key, parts ...[]byte) (Opened, error) {
	size := k.private.Size()
	var all []byte
	for i, part := range parts {
		block, err := decode(part, size)
		if err != nil && len(parts) > 1 {
			err = fmt.Errorf("part %d of %d: %w", i+1, len(parts), err)
		}
		if err != nil {
			return Opened{}, err
		}
		all = append(all, block...)
	}
	if len(all) == 0 {
		return Opened{}, errors.New("there is no message: give the file that OVO has sent")
	}
	for _, p := range paddings() {
		text, ok := openBlocks(k, all, p)
		if ok && readable(text) {
			return Opened{strings.TrimFunc(string(text), blank), p.name, len(all) / size}, nil
		}
	}
	// One sentence, whatever failed: which step it was tells nobody anything.
	return Opened{}, fmt.Errorf("this key does not open the message: it was encrypted for another public key, or has been damaged on the way. "+
		"Ask OVO for the fingerprint of the public key that they used; this one's is %s", k.Fingerprint())
}

func openBlocks(k Key, all []byte, p padding) (text []byte, ok bool) {
	ok = true
	for len(all) > 0 {
		plain, err := k.private.Decrypt(nil, all[:k.private.Size()], p.options)
		ok = ok && err == nil
		text, all = append(text, plain...), all[k.private.Size():]
	}
	return text, ok
}

// readable tells whether an opened message is a text; by chance a wrong key opens PKCS#1 v1.5 once in some ten thousand times.
func readable(text []byte) bool {
	if !utf8.Valid(text) || len(bytes.TrimFunc(text, blank)) == 0 {
		return false
	}
	for _, r := range string(bytes.TrimRight(text, "\x00")) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) && r != '\uFEFF' {
			return false
		}
	}
	return true
}

func blank(r rune) bool { return unicode.IsSpace(r) || r == 0 || r == '\uFEFF' }

// decode gives the chunks of a part as bytes, each of the key's size.
func decode(part []byte, size int) ([]byte, error) {
	switch {
	case len(part) > MessageMax:
		return nil, errors.New("the file is too large to be a message of OVO's")
	case len(bytes.TrimSpace(part)) == 0:
		return nil, errors.New("the file is empty")
	}
	text := strings.Trim(string(bytes.TrimPrefix(part, []byte("\xef\xbb\xbf"))), " \t\r\n\"'")
	if !printable(text) {
		return binary(part, size)
	}
	if label, found := armor(text); found {
		if err := wrongKind(label); err != nil {
			return nil, err
		}
		text = unarmored(text)
	}
	if strings.HasPrefix(text, "U2FsdGVkX1") {
		return nil, errors.New("this was encrypted with a password (openssl enc), and not for your public key: ask OVO to encrypt it with the key for sharing")
	}
	words := strings.Fields(text)
	joined := strings.Join(words, "")
	if strings.Trim(joined, "0123456789abcdefABCDEF") == "" && len(joined)%(2*size) == 0 {
		return hex.DecodeString(joined)
	}
	if !isBase64(joined) {
		return nil, errors.New("this is a text, and no encrypted message: OVO's message is base64, that is letters, digits, + / and =, or a binary file. " +
			"Give it alone in a file, without the rest of the mail; is it a text that was opened already, use --opened")
	}
	return fromBase64(words, joined, size)
}

func printable(text string) bool {
	for _, r := range text {
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}

// binary takes a file as it is, but for a line end that a mail program has put behind it.
func binary(part []byte, size int) ([]byte, error) {
	for _, end := range []string{"", "\n", "\r\n"} {
		if whole, ok := bytes.CutSuffix(part, []byte(end)); ok && len(whole)%size == 0 {
			return whole, nil
		}
	}
	return nil, cutError(len(part), size)
}

func cutError(n, size int) error {
	hint := "it has been cut, or something has been added: get it anew, as a file"
	for _, other := range []int{256, 384, 512} {
		if other != size && n%other == 0 {
			hint = fmt.Sprintf("it may be for a key of %d bits: is --key the key for sharing, and not the one for signatures?", other*8)
		}
	}
	return fmt.Errorf("the message has %d bytes, and for this key of %d bits it must have %d or a multiple of that: %s", n, size*8, size, hint)
}

func armor(text string) (label string, found bool) {
	_, rest, found := strings.Cut(text, "-----BEGIN ")
	label, _, closed := strings.Cut(rest, "-----")
	return label, found && closed
}

func wrongKind(label string) error {
	switch {
	case strings.Contains(label, "KEY") || strings.Contains(label, "CERTIFICATE"):
		return fmt.Errorf("this is a %s, and no message: give the file that OVO has sent", strings.ToLower(clip(label)))
	case strings.Contains(label, "PGP"):
		return errors.New("this is a PGP message, which lunas does not open: open it with gpg, and give the text with --opened")
	case strings.Contains(label, "CMS") || strings.Contains(label, "PKCS"):
		return errors.New("this is a CMS message: open it with openssl cms -decrypt, and give the text with --opened")
	}
	return nil
}

// unarmored leaves the lines out that begin with dashes.
func unarmored(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "-----") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

func isBase64(joined string) bool {
	return joined != "" && strings.Trim(joined, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=") == ""
}

// fromBase64 reads base64 of the whole message, or of chunks one after the other: with or without line breaks, with or without
// padding, of the usual alphabet or that of addresses.
func fromBase64(words []string, joined string, size int) ([]byte, error) {
	closest := -1
	try := func(chunks []string) ([]byte, bool) {
		var all []byte
		for _, c := range chunks {
			b, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(c, "=")))
			if err != nil {
				return nil, false
			}
			all = append(all, b...)
		}
		closest = max(closest, len(all))
		return all, len(all) > 0 && len(all)%size == 0
	}
	for _, chunks := range [][]string{{joined}, padded(joined), words, slicesOf(joined, (size*8+5)/6)} {
		if all, ok := try(chunks); ok {
			return all, nil
		}
	}
	if closest < 0 {
		return nil, errors.New("the message is not whole base64: characters are missing or were added. Get it anew, as a file")
	}
	return nil, cutError(closest, size)
}

// padded cuts behind every run of padding.
func padded(joined string) (chunks []string) {
	for joined != "" {
		end := strings.IndexByte(joined, '=')
		if end < 0 {
			return append(chunks, joined)
		}
		for end < len(joined) && joined[end] == '=' {
			end++
		}
		chunks, joined = append(chunks, joined[:end]), joined[end:]
	}
	return chunks
}

// slicesOf cuts a text without padding into chunks of a length.
func slicesOf(joined string, length int) (chunks []string) {
	for len(joined) > length {
		chunks, joined = append(chunks, joined[:length]), joined[length:]
	}
	return append(chunks, joined)
}
