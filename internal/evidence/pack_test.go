package evidence_test

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/evidence"
)

// changed writes a pack anew, with what change makes of each file: nil leaves it out.
func changed(t *testing.T, pack []byte, change func(name string, data []byte) []byte, more ...string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	put := func(name string, data []byte) {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if data = change(f.Name, data); data != nil {
			put(f.Name, data)
		}
	}
	for _, name := range more {
		put(name, []byte("added"))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPack(t *testing.T) {
	t.Parallel()
	b := pack(t)
	print := evidence.Fingerprint(key().Public().(ed25519.PublicKey))
	m, err := evidence.Verify(b, print)
	if err != nil {
		t.Fatal(err)
	}
	if m.Environment != "staging" || m.Counterparty == "" || m.Tool == "" || len(m.Files) != 2 || len(m.Exchanges) != 3 || m.Exchanges[0].Environment != "staging" || !m.Files[1].Attached {
		t.Errorf("the manifest does not say what it should: %+v", m)
	}
	if !bytes.Equal(b, pack(t)) {
		t.Error("the same documents give another pack")
	}
	untouched := func(_ string, data []byte) []byte { return data }
	if _, err := evidence.Verify(changed(t, b, untouched), print); err != nil {
		t.Errorf("written anew by another program: %v", err)
	}
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))
	forged, err := evidence.Pack(sample(), nil, other, noon)
	if err != nil {
		t.Fatal(err)
	}
	replace := func(file, old, new string) []byte {
		return changed(t, b, func(name string, data []byte) []byte {
			if name == file {
				return bytes.ReplaceAll(data, []byte(old), []byte(new))
			}
			return data
		})
	}
	without := func(file string) []byte {
		return changed(t, b, func(name string, data []byte) []byte {
			if name == file {
				return nil
			}
			return data
		})
	}
	for name, c := range map[string]struct {
		pack []byte
		want string
	}{
		"a document changed":         {replace("uat.pdf", "%PDF", "%PDX"), "uat.pdf was changed"},
		"the environment changed":    {replace("manifest.json", `"staging"`, `"production"`), "the signature is not that of the manifest"},
		"the notice removed":         {replace("README.txt", "STAGING", "PRODUCTION"), "README.txt was changed"},
		"a document removed":         {without("portal.pdf"), "portal.pdf is missing"},
		"the signature removed":      {without("manifest.sig"), "manifest.sig is missing"},
		"a file added":               {changed(t, b, untouched, "more.pdf"), "more.pdf was added"},
		"a file of the same name":    {changed(t, b, untouched, "uat.pdf"), "one twice"},
		"a path out of the folder":   {changed(t, b, untouched, "../uat.pdf"), "not allowed"},
		"signed by somebody else":    {forged, "it was signed with the key"},
		"no zip at all":              {[]byte("hello"), "no zip file"},
		"another key beside":         {replace("public-key.pem", "MCow", "MCox"), "public-key.pem"},
		"the signature of something": {replace("manifest.sig", "A", "B"), "the signature is not that of the manifest"},
	} {
		if _, err := evidence.Verify(c.pack, print); !errors.Is(err, evidence.ErrNotGenuine) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := evidence.Pack(sample(), []evidence.File{{Name: "../x"}}, key(), noon); err == nil {
		t.Error("a pack takes a file with a path")
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	lines := []byte{}
	add := func(e evidence.Entry) {
		line, err := e.Line()
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line...)
	}
	add(evidence.Entry{At: noon, Document: "uat-1", Status: evidence.Made, By: "budi", Environment: "staging"})
	move := func(to evidence.Status, by string) error {
		all, err := evidence.ParseArchive(lines)
		if err != nil {
			t.Fatal(err)
		}
		e, err := evidence.Move(all, "uat-1", to, by, "", noon.Add(time.Hour))
		if err == nil {
			add(e)
		}
		return err
	}
	for _, c := range []struct {
		to   evidence.Status
		by   string
		want string
	}{
		{evidence.Approved, "siti", "is made, so it cannot become approved"},
		{evidence.Submitted, "", "say who"},
		{evidence.Submitted, "siti", ""},
		{evidence.Submitted, "siti", "cannot become submitted"},
		{evidence.Returned, "ovo", ""},
		{evidence.Submitted, "siti", ""},
		{evidence.Approved, "ovo", ""},
		{evidence.Returned, "ovo", "is approved, so it cannot become returned"},
	} {
		err := move(c.to, c.by)
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("to %s by %q: %v, want %q", c.to, c.by, err, c.want)
		}
	}
	all, err := evidence.ParseArchive(lines)
	if err != nil || len(all) != 1 || all[0].Stands() != evidence.Approved || len(all[0].History) != 5 || all[0].History[2].By != "ovo" {
		t.Errorf("the archive: %+v, %v", all, err)
	}
	for _, bad := range []string{"{", `{"document":"x","status":"approved"}`, `{"document":"uat-1","status":"made"}` + "\n" + `{"document":"uat-1","status":"made"}`} {
		if _, err := evidence.ParseArchive([]byte(bad)); err == nil {
			t.Errorf("an archive of %q is taken", bad)
		}
	}
	if _, err := evidence.Move(all, "nobody", evidence.Submitted, "x", "", noon); err == nil {
		t.Error("a document that is not there moves")
	}
}

func TestCURL(t *testing.T) {
	t.Parallel()
	x := sample().Scenarios[0].Exchanges[0]
	got := x.RequestText(evidence.CURL)
	for _, want := range []string{
		"curl --request POST 'https://provider.example/OVOSNAP/v1.0/qr/qr-mpm-generate' \\\n", "--header 'X-SIGNATURE: signature-canary=='", `it'\''s`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the command lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "Content-Length") || strings.Contains(got, "Host:") {
		t.Errorf("the command sets what curl sets itself:\n%s", got)
	}
	x.Direction = evidence.Incoming
	if !strings.HasPrefix(x.RequestText(evidence.CURL), "POST ") {
		t.Error("a request that was received is written as a command")
	}
}
