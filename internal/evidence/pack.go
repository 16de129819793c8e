package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
)

// File is a document for a pack.
type File struct {
	Name     string
	About    string // what it is
	Attached bool   // it was not made by this program, such as the portal's own PDF
	Data     []byte
}

// Manifest lists what is in a pack and where it came from. It is what the signature covers.
type Manifest struct {
	Format       int               `json:"format"`
	Made         time.Time         `json:"made"`
	Tool         string            `json:"tool"`
	Notice       string            `json:"notice"` // Run.Banner
	Run          string            `json:"run"`
	Suite        string            `json:"suite"`
	Target       string            `json:"target"`
	Environment  string            `json:"environment"`
	Counterparty string            `json:"counterparty"`
	Merchant     string            `json:"merchant"`
	Emulated     bool              `json:"emulated"`
	VirtualClock bool              `json:"virtual_clock"`
	Cut          bool              `json:"tokens_and_signatures_cut"`
	Verdict      string            `json:"verdict"`
	Files        []ManifestFile    `json:"files"`
	Exchanges    []ManifestMessage `json:"exchanges"`
	Key          string            `json:"key"` // fingerprint of the public key
}

// ManifestFile is a file of a pack.
type ManifestFile struct {
	Name     string `json:"name"`
	About    string `json:"about"`
	Attached bool   `json:"attached,omitempty"`
	Size     int    `json:"size"`
	SHA256   string `json:"sha256"`
}

// ManifestMessage is an exchange that the documents show. The hashes are of the messages as the documents' run holds them.
type ManifestMessage struct {
	Scenario     string    `json:"scenario"`
	ID           string    `json:"id"`
	Operation    string    `json:"operation"`
	Direction    Direction `json:"direction"`
	Counterparty string    `json:"counterparty"`
	Environment  string    `json:"environment"`
	Began        time.Time `json:"began"`
	Request      string    `json:"request_sha256"`
	Response     string    `json:"response_sha256,omitempty"`
}

// Names of a pack's own files.
const (
	manifestName  = "manifest.json"
	signatureName = "manifest.sig"
	keyName       = "public-key.pem"
	readName      = "README.txt"
)

// signed is what stands before the manifest in what is signed, so that the signature is good for nothing else.
const signed = "lunas evidence manifest 1\n"

// Pack puts documents into a zip with a signed manifest.
func Pack(r Run, files []File, key ed25519.PrivateKey, made time.Time) ([]byte, error) {
	public := key.Public().(ed25519.PublicKey)
	m := Manifest{
		Format: Format, Made: made.In(WIB).Truncate(time.Second), Tool: r.Tool, Notice: r.Banner(), Run: r.ID, Suite: r.Suite, Target: r.Target,
		Environment: r.Environment, Counterparty: r.Counterparty, Merchant: r.Merchant, Emulated: r.Emulated, VirtualClock: r.VirtualClock,
		Cut: r.Cut, Verdict: r.Verdict(), Key: Fingerprint(public),
	}
	for _, f := range files {
		if !plainName(f.Name) || own(f.Name) || slices.ContainsFunc(m.Files, func(x ManifestFile) bool { return x.Name == f.Name }) {
			return nil, fmt.Errorf("a pack cannot hold a file named %q, or not twice", f.Name)
		}
		m.Files = append(m.Files, ManifestFile{Name: f.Name, About: f.About, Attached: f.Attached, Size: len(f.Data), SHA256: hash(f.Data)})
	}
	for _, s := range r.Scenarios {
		for _, x := range s.Exchanges {
			message := ManifestMessage{
				Scenario: s.ID, ID: x.ID, Operation: x.Operation, Direction: x.Direction, Counterparty: x.Counterparty, Environment: x.Environment,
				Began: x.Began.In(WIB), Request: hash(x.Request),
			}
			if len(x.Response) > 0 {
				message.Response = hash(x.Response)
			}
			m.Exchanges = append(m.Exchanges, message)
		}
	}
	list, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("write the public key: %w", err)
	}
	signature := base64.StdEncoding.EncodeToString(ed25519.Sign(key, append([]byte(signed), list...)))
	all := append([]File{
		{Name: readName, Data: []byte(readme(m))},
		{Name: manifestName, Data: list},
		{Name: signatureName, Data: []byte(signature + "\n")},
		{Name: keyName, Data: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})},
	}, files...)
	return zipped(all, m.Made)
}

func zipped(files []File, made time.Time) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		part, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: made})
		if err == nil {
			_, err = part.Write(f.Data)
		}
		if err != nil {
			return nil, fmt.Errorf("write %s into the pack: %w", f.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write the pack: %w", err)
	}
	return b.Bytes(), nil
}

func readme(m Manifest) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\nRun %s, suite %s, made by %s.\nMerchant: %s\nCounterparty: %s\nEnvironment: %s\n\nFiles:\n",
		m.Notice, m.Verdict, m.Run, m.Suite, m.Tool, m.Merchant, m.Counterparty, m.Environment)
	for _, f := range m.Files {
		attached := ""
		if f.Attached {
			attached = " (attached: not made by this program)"
		}
		fmt.Fprintf(&b, "  %s - %s%s\n", f.Name, f.About, attached)
	}
	fmt.Fprintf(&b, "\nTo check that nothing was changed:\n  lunas evidence verify THIS.zip --key %s\n\n"+
		"manifest.json names every file with its SHA-256. manifest.sig is the Ed25519 signature, in base64, over the text\n"+
		"\"lunas evidence manifest 1\", a line feed, and the bytes of manifest.json. The signature shows that nothing was changed since\n"+
		"it was made by who holds the key with this fingerprint; compare it with the one that you were told another way:\n  %s\n", m.Key, m.Key)
	return b.String()
}

// Fingerprint is a public key's: SHA-256 of its DER form, in hexadecimal, in groups of four.
func Fingerprint(key ed25519.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(der)
	text := hex.EncodeToString(sum[:16])
	var groups []string
	for part := range slices.Chunk([]byte(text), 4) {
		groups = append(groups, string(part))
	}
	return strings.Join(groups, "-")
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func own(name string) bool {
	return name == manifestName || name == signatureName || name == keyName || name == readName
}

// plainName allows names without folders.
func plainName(name string) bool {
	return name != "" && name == path.Base(name) && !strings.ContainsAny(name, `\:`) && name != "." && name != ".." && len(name) < 200
}

// Limits of a pack that is verified.
const (
	filesMax    = 1000
	unpackedMax = 1 << 30
)

// ErrNotGenuine is what every refusal of Verify wraps.
var ErrNotGenuine = errors.New("the pack is not as it was made")

// Verify checks a pack: the signature over its manifest, and every file against it. Key is the fingerprint that the maker is
// known by; empty: whoever made it, nothing was changed since. The manifest is given only if all is right.
func Verify(pack []byte, key string) (Manifest, error) {
	files, err := unpack(pack)
	if err != nil {
		return Manifest{}, err
	}
	refuse := func(format string, args ...any) (Manifest, error) {
		return Manifest{}, fmt.Errorf("%w: %s", ErrNotGenuine, fmt.Sprintf(format, args...))
	}
	for _, name := range []string{manifestName, signatureName, keyName} {
		if _, ok := files[name]; !ok {
			return refuse("%s is missing", name)
		}
	}
	public, err := readKey(files[keyName])
	if err != nil {
		return refuse("%v", err)
	}
	signature, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(files[signatureName])))
	if err != nil || !ed25519.Verify(public, append([]byte(signed), files[manifestName]...), signature) {
		return refuse("the signature is not that of the manifest")
	}
	if key != "" && key != Fingerprint(public) {
		return refuse("it was signed with the key %s, and not with %s", Fingerprint(public), key)
	}
	var m Manifest
	if err := json.Unmarshal(files[manifestName], &m); err != nil {
		return refuse("the manifest cannot be read: %v", err)
	}
	for _, f := range m.Files {
		data, ok := files[f.Name]
		switch {
		case !ok:
			return refuse("%s is missing", f.Name)
		case hash(data) != f.SHA256:
			return refuse("%s was changed", f.Name)
		}
	}
	for name := range files {
		if !own(name) && !slices.ContainsFunc(m.Files, func(f ManifestFile) bool { return f.Name == name }) {
			return refuse("%s was added", name)
		}
	}
	if string(files[readName]) != readme(m) {
		return refuse("%s was changed", readName)
	}
	return m, nil
}

func readKey(text []byte) (ed25519.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM", keyName)
	}
	any, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s is no public key", keyName)
	}
	public, ok := any.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("%s is no Ed25519 key", keyName)
	}
	return public, nil
}

func unpack(pack []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		return nil, fmt.Errorf("%w: it is no zip file: %w", ErrNotGenuine, err)
	}
	if len(z.File) > filesMax {
		return nil, fmt.Errorf("%w: %d files are too many", ErrNotGenuine, len(z.File))
	}
	files := map[string][]byte{}
	left := int64(unpackedMax)
	for _, f := range z.File {
		if _, twice := files[f.Name]; twice || !plainName(f.Name) {
			return nil, fmt.Errorf("%w: it holds a file of a name that is not allowed, or one twice", ErrNotGenuine)
		}
		part, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotGenuine, err)
		}
		data, err := io.ReadAll(io.LimitReader(part, left+1))
		_ = part.Close()
		if left -= int64(len(data)); err != nil || left < 0 {
			return nil, fmt.Errorf("%w: %s cannot be unpacked", ErrNotGenuine, f.Name)
		}
		files[f.Name] = data
	}
	return files, nil
}
