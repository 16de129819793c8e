package evidence_test

import (
	"bytes"
	"crypto/ed25519"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/lunas-pay/lunas/internal/evidence"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, evidence.WIB)

// sample is a run with everything in it that a document must show.
func sample() evidence.Run {
	request := "POST /OVOSNAP/v1.0/qr/qr-mpm-generate HTTP/1.1\r\nHost: provider.example\r\nAuthorization: Bearer eyJhbGciOiJIUzI1NiJ9.token.canary\r\n" +
		"X-SIGNATURE: signature-canary==\r\nX-EXTERNAL-ID: 20261120120000000000000184\r\nContent-Length: 51\r\n\r\n" +
		`{"partnerReferenceNo":"000001000001","note":"it's"}`
	response := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + `{"responseCode":"2004700","responseMessage":"Berhasil – ┌─┐ │ú│ └─┘","qrContent":"00020101"}`
	refused := strings.Replace(response, "200 OK", "404 Not Found", 1)
	refused = strings.Replace(refused, "2004700", "4044708", 1)
	return evidence.Run{
		Format: 1, ID: "run-20261120-120000-snap-functional", Suite: "snap-functional", Title: "Functional Test, Dynamic QRIS", Target: "staging",
		Environment: "staging", Counterparty: "OVO (SNAP) staging system at provider.example", Merchant: "Toko Lunas & Anak", Account: "qris", Tool: "lunas test",
		Began: noon, Ended: noon.Add(time.Minute),
		Scenarios: []evidence.Scenario{
			{
				ID: "bi-01", Title: "A QR is made", API: "QR MPM Generate (47)", Path: "/api/v1.0/qr/qr-mpm-generate", Kind: "positive", Code: "2004700", Row: "18.6",
				Source: "OVO, Dynamic QRIS FAQ", Result: evidence.Passed, Began: noon, Ended: noon.Add(time.Second),
				Steps: []evidence.Step{{Done: "Ask for a QR", At: noon, Findings: []evidence.Finding{{Expected: "responseCode 2004700", Source: "SNAP", Found: "2004700", OK: true}}}},
				Exchanges: []evidence.Exchange{{
					ID: "exc_1", Operation: "generate", Direction: evidence.Outgoing, Counterparty: "provider.example", Environment: "staging", Scheme: "https",
					Payment: "pay_1", Began: noon, Ended: noon.Add(250 * time.Millisecond), Request: []byte(request), Response: []byte(response),
				}},
			},
			{
				ID: "bi-02", Title: "An unknown merchant", API: "QR MPM Generate (47)", Kind: "negative", Code: "4044708", Row: "18.7", Result: evidence.Passed,
				Exchanges: []evidence.Exchange{{
					ID: "exc_2", Operation: "generate", Direction: evidence.Outgoing, Counterparty: "provider.example", Environment: "staging", Scheme: "https",
					Began: noon.Add(2 * time.Second), Request: []byte(request), Response: []byte(refused), Note: "given up",
				}},
			},
			{
				ID: "bi-03", Title: "A query without an answer", API: "QR MPM Query (51)", Kind: "negative", Code: "2005100", Result: evidence.Failed, Note: "step 1: expected: an answer; found: none",
				Steps: []evidence.Step{{Done: "Query", Trouble: "after 20 s the payment is declined", Findings: []evidence.Finding{{Expected: "an answer", Source: "FAQ", Found: "none"}}}},
				Exchanges: []evidence.Exchange{{
					ID: "exc_3", Operation: "query", Direction: evidence.Outgoing, Counterparty: "provider.example", Environment: "staging", Scheme: "https",
					Began: noon.Add(3 * time.Second), Request: []byte(request),
				}},
			},
		},
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what it was; look at it, and if it is right: go test -update", path)
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	for style, name := range map[evidence.Style]string{evidence.Raw: "raw.html", evidence.CURL: "curl.html"} {
		page, err := evidence.HTML(sample(), evidence.Options{Style: style})
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, page)
		for _, no := range []string{"<script", "src=\"http", "href=\"http"} {
			if strings.Contains(string(page), no) {
				t.Errorf("the page holds %s: it must need nothing beside itself", no)
			}
		}
	}
}

// TestPDF looks for the text on every page: the banner, and the pages' numbers.
func TestPDF(t *testing.T) {
	t.Parallel()
	r := sample()
	one, err := evidence.PDF(r, evidence.Options{})
	if err != nil {
		t.Fatal(err)
	}
	two, err := evidence.PDF(r, evidence.Options{})
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("the same run gives another PDF the second time (%v)", err)
	}
	if n := bytes.Count(one, []byte("/Type /Page\n")); n != 5 {
		t.Errorf("%d pages, want a cover, contents, and three scenarios", n)
	}
	long := sample()
	long.Scenarios[0].Exchanges[0].Response = append(long.Scenarios[0].Exchanges[0].Response, bytes.Repeat([]byte("abcdefghij"), 3000)...)
	b, err := evidence.PDF(long, evidence.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b, []byte("/Type /Page\n")); n < 9 {
		t.Errorf("a message of 30,000 characters makes %d pages: is it cut off?", n)
	}
}

func TestBanner(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Emulated, r.VirtualClock, r.Environment, r.Target = true, true, "sandbox", "sandbox"
	page, err := evidence.HTML(r, evidence.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(page), "SANDBOX"); n < 1 || !strings.Contains(string(page), "Not evidence of a test with OVO") {
		t.Error("a run at an emulator does not say so")
	}
	r = sample()
	r.Scenarios[1].Exchanges[0].Environment = "sandbox"
	if mixed := r.Mixed(); len(mixed) != 1 || mixed[0] != "sandbox" {
		t.Errorf("exchanges of another environment are not told: %q", mixed)
	}
}

func TestEmulators(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		environment, address string
		want                 bool
	}{
		{"sandbox", "https://provider.example/pos", true},
		{"staging", "https://provider.example/pos", false},
		{"staging", "http://127.0.0.1:8081/pos", true},
		{"production", "http://10.1.2.3/pos", true},
		{"staging", "http://[::1]:1/pos", true},
		{"staging", "https://localhost/pos", true},
		{"production", "https://203.0.113.7/pos", false},
	} {
		if got := evidence.Emulates(c.environment, c.address); got != c.want {
			t.Errorf("Emulates(%q, %q) = %v", c.environment, c.address, got)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"headers": {
			"POST /pos HTTP/1.1\r\nApp-Id: kopi\r\nHmac: " + strings.Repeat("a1", 32) + "\r\nRandom: 1795140015\r\n\r\n{}",
			"POST /pos HTTP/1.1\r\nApp-Id: kopi\r\nHmac: [cut: 64 characters]\r\nRandom: 1795140015\r\n\r\n{}",
		},
		"tokens in JSON": {
			"HTTP/1.1 200 OK\r\n\r\n" + `{"accessToken":"canary","tokenType":"Bearer","expiresIn":"900","security":{"check_sum":"canary"},"x":"000001000001"}`,
			"HTTP/1.1 200 OK\r\n\r\n" + `{"accessToken":"[cut: 6 characters]","tokenType":"Bearer","expiresIn":"900","security":{"check_sum":"[cut: 6 characters]"},"x":"000001000001"}`,
		},
		"JSON that was cut off": {"HTTP/1.1 200 OK\r\n\r\n" + `{"accessToken":"cana`, "HTTP/1.1 200 OK\r\n\r\n" + `{"accessToken":"[cut: 4 characters]"`},
		"a form":                {"POST / HTTP/1.1\r\n\r\ntrx_id=1&signature=canary&ovo_number=0812", "POST / HTTP/1.1\r\n\r\ntrx_id=1&signature=[cut: 6 characters]&ovo_number=0812"},
		"XML":                   {"POST / HTTP/1.1\r\n\r\n<a><signature>canary</signature></a>", "POST / HTTP/1.1\r\n\r\n<a><signature>[cut: 6 characters]</signature></a>"},
		"an address":            {"GET /pws/100003/" + strings.Repeat("0a", 20) + "?x=1 HTTP/1.1\r\n\r\n", "GET /pws/100003/[cut: 40 characters]?x=1 HTTP/1.1\r\n\r\n"},
		"a long number":         {"POST / HTTP/1.1\r\n\r\n" + strings.Repeat("1", 36), "POST / HTTP/1.1\r\n\r\n" + strings.Repeat("1", 36)},
	} {
		if got := string(evidence.Cut([]byte(c.in))); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
	page, err := evidence.HTML(sample().CutAll(), evidence.Options{})
	if err != nil || strings.Contains(string(page), "canary") || !strings.Contains(string(page), "signatures are cut") {
		t.Errorf("a cut document holds a token or signature, or does not say that they are cut (%v)", err)
	}
	if page, _ := evidence.HTML(sample(), evidence.Options{}); !strings.Contains(string(page), "canary") {
		t.Error("a document of a test system has lost tokens and signatures")
	}
}

// template is a workbook as a regulator's: other sheets, styles, formulas, merged cells, and rows that are not ours.
func template(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.SetSheetName("Sheet1", "QRIS MPM"))
	_, err := f.NewSheet("Petunjuk")
	must(err)
	must(f.SetCellStr("Petunjuk", "A1", "Isi hanya kolom Request dan Response"))
	style, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Color: "AA0000"}, Alignment: &excelize.Alignment{WrapText: true}})
	must(err)
	for cell, text := range map[string]string{
		"A1": "FUNCTIONAL TEST", "A4": "No", "B4": "Skenario", "C4": "Expected Response Code", "D4": "Request", "E4": "Response", "F4": "Keterangan",
		"A5": "18.6", "B5": "Generate QR", "C5": "2004700", "F5": "wajib", "A6": "18.7", "B6": "Invalid merchant", "C6": "4044708", "A7": "18.9", "B7": "Lain", "C7": "4004702",
	} {
		must(f.SetCellStr("QRIS MPM", cell, text))
	}
	must(f.SetCellFormula("QRIS MPM", "F7", "1+1"))
	must(f.MergeCell("QRIS MPM", "A1", "F1"))
	must(f.SetCellStyle("QRIS MPM", "A4", "F7", style))
	var b bytes.Buffer
	must(f.Write(&b))
	return b.Bytes()
}

// cells are all cells of a workbook with their values, formulas and styles.
func cells(t *testing.T, workbook []byte) map[string]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(workbook))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, sheet := range f.GetSheetList() {
		for row := 1; row <= 12; row++ {
			for column := 1; column <= 10; column++ {
				cell, _ := excelize.CoordinatesToCellName(column, row)
				value, _ := f.GetCellValue(sheet, cell)
				formula, _ := f.GetCellFormula(sheet, cell)
				style, _ := f.GetCellStyle(sheet, cell)
				all[sheet+"!"+cell] = value + "|" + formula + "|" + string(rune('0'+style))
			}
		}
	}
	return all
}

func TestTemplateIsFilledAndOtherwiseUntouched(t *testing.T) {
	t.Parallel()
	before := template(t)
	after, sheet, err := evidence.Workbook(sample(), evidence.Options{}, before, nil)
	if err != nil {
		t.Fatal(err)
	}
	was, is := cells(t, before), cells(t, after)
	for cell, value := range was {
		filled := cell == "QRIS MPM!D5" || cell == "QRIS MPM!E5" || cell == "QRIS MPM!D6" || cell == "QRIS MPM!E6"
		if filled != (is[cell] != value) {
			t.Errorf("%s: %q became %q", cell, value, is[cell])
		}
	}
	if !strings.Contains(is["QRIS MPM!D5"], "X-EXTERNAL-ID: 20261120120000000000000184") || !strings.Contains(is["QRIS MPM!E6"], "4044708") {
		t.Errorf("the log is not in its cells: %q", is["QRIS MPM!D5"])
	}
	if strings.Join(sheet.Filled, " ") != "bi-01 bi-02" || strings.Join(sheet.Open, " ") != "18.9" || strings.Join(sheet.Without, " ") != "bi-03" {
		t.Errorf("what is told of it: %+v", sheet)
	}
	_, sheet, err = evidence.Workbook(sample(), evidence.Options{}, before, evidence.Rows{"18.9": "bi-01"})
	if err != nil || strings.Join(sheet.Filled, " ") != "bi-01 bi-02" && strings.Join(sheet.Filled, " ") != "bi-02 bi-01" {
		t.Errorf("with rows given: %+v, %v", sheet, err)
	}
	if _, _, err := evidence.Workbook(sample(), evidence.Options{}, []byte("PDF"), nil); err == nil || !strings.Contains(err.Error(), "no XLSX") {
		t.Errorf("a template that is none: %v", err)
	}
}

func TestOwnWorkbook(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Scenarios[0].Exchanges[0].Response = append(r.Scenarios[0].Exchanges[0].Response, bytes.Repeat([]byte("x"), 40_000)...)
	r.Scenarios[1].Exchanges[0].Request = []byte("=HYPERLINK(\"http://example\")")
	b, _, err := evidence.Workbook(r, evidence.Options{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	is := cells(t, b)
	if !strings.HasPrefix(is["Functional test!A1"], "STAGING") || !strings.Contains(is["Functional test!H7"], "does not fit into a cell") {
		t.Errorf("the sheet: %q, %q", is["Functional test!A1"], is["Functional test!H7"][:40])
	}
	if parts := strings.Split(is["Functional test!G8"], "|"); parts[1] != "" {
		t.Errorf("a message became the formula %q", parts[1])
	}
}

func key() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
}

func pack(t testing.TB) []byte {
	t.Helper()
	b, err := evidence.Pack(sample(), []evidence.File{
		{Name: "uat.pdf", About: "a document", Data: []byte("%PDF")}, {Name: "portal.pdf", About: "of the portal", Attached: true, Data: []byte("%PDF portal")},
	}, key(), noon)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func FuzzVerify(f *testing.F) {
	f.Add(pack(f))
	f.Add([]byte("PK"))
	print := evidence.Fingerprint(key().Public().(ed25519.PublicKey))
	right, err := evidence.Verify(pack(f), print)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := evidence.Verify(b, print)
		if err == nil && !reflect.DeepEqual(m, right) {
			t.Errorf("a pack that nobody made is taken for genuine: %+v", m)
		}
	})
}

func FuzzTemplate(f *testing.F) {
	f.Add(template(f))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if out, sheet, err := evidence.Workbook(sample(), evidence.Options{}, b, nil); err == nil && (len(out) == 0 || len(sheet.Filled)+len(sheet.Without) != 3) {
			t.Errorf("a template is filled with %d bytes, and told %+v", len(out), sheet)
		}
	})
}

func FuzzMessages(f *testing.F) {
	f.Add([]byte("POST / HTTP/1.1\r\nHmac: a\r\n\r\n{\"accessToken\":\"canary\"}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x := evidence.Exchange{Request: b, Response: b, Direction: evidence.Outgoing}
		for _, text := range []string{x.RequestText(evidence.CURL), x.RequestText(evidence.Raw), x.ResponseText(), evidence.Text(evidence.Cut(b))} {
			if strings.ContainsAny(text, "\x00\x1b\r") {
				t.Errorf("a control character is left in %q", text)
			}
		}
		_ = evidence.CodeOf(b)
	})
}
