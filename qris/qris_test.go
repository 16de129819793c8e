package qris

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write golden files in testdata")

// vectors are our own strings and those of other people's documents.
func vectors(t testing.TB) (own, documented map[string]string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Own       map[string]string `json:"own"`
		Documents map[string]string `json:"documentation_samples"`
	}
	if err := json.Unmarshal(b, &v); err != nil || len(v.Own) != 5 || len(v.Documents) != 4 {
		t.Fatalf("vectors: %v, %d, %d", err, len(v.Own), len(v.Documents))
	}
	return v.Own, v.Documents
}

func allVectors(t testing.TB) map[string]string {
	own, documented := vectors(t)
	all := maps.Clone(own)
	maps.Copy(all, documented)
	return all
}

// plain are the types without their Format, so that differences show.
type plain Payload

func show(p Payload) string { return fmt.Sprintf("%+v %+v", plain(p), p.Additional.places()) }

func dynamic() Payload {
	return Payload{
		Initiation: Dynamic,
		Accounts: []Account{
			{ID: "26", GUID: "ID.OVO.EMULATOR", PAN: "936009123000001790", MerchantID: "000000000000179", Criteria: "UME"},
			{ID: "51", GUID: "ID.CO.QRIS.WWW", MerchantID: "ID1020000000017", Criteria: "UME"},
		},
		CategoryCode: "5812", Currency: "360", Amount: "10000", Country: "ID", MerchantName: "TOKO UJI EMULATOR",
		City: "JAKARTA SELATAN", PostalCode: "12950",
		Additional: Additional{BillNumber: "000000000123", ReferenceLabel: "2026112110153000001", TerminalLabel: "00000179"},
	}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	own, _ := vectors(t)
	for name, change := range map[string]func(*Payload){
		"dyn_10000":         func(*Payload) {},
		"dyn_10000_00":      func(p *Payload) { p.Amount = "10000.00" },
		"static_tip_prompt": func(p *Payload) { p.Initiation, p.Amount, p.Tip = Static, "", TipPrompt },
		"dyn_fixed_fee":     func(p *Payload) { p.Tip, p.TipValue = TipFixed, "500" },
		"dyn_pct_fee":       func(p *Payload) { p.Tip, p.TipValue = TipPercent, "2.50" },
	} {
		want := dynamic()
		change(&want)
		got, err := Parse(own[name])
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: Parse = %s, %v\nwant %s", name, show(got), err, show(want))
		}
		text, err := want.Build()
		if err != nil || text != own[name] {
			t.Errorf("%s: Build = %s, %v\nwant %s", name, text, err, own[name])
		}
	}
	noLabels := dynamic()
	noLabels.Additional = Additional{}
	if text, err := noLabels.Build(); err != nil || !strings.HasSuffix(text, "63040281") {
		t.Errorf("leading zero: Build = %s, %v", text, err)
	}
}

// What other people publish is read, and comes out as it went in where its objects are
// in the order of their IDs.
func TestDocumentationSamples(t *testing.T) {
	t.Parallel()
	_, documented := vectors(t)
	for name, text := range documented {
		p, err := Parse(text)
		if err != nil || p.Validate() != nil {
			t.Errorf("%s: %v, %v", name, err, p.Validate())
			continue
		}
		built, err := p.Build()
		if err != nil || (built == text) != (name != "emvco_annex") {
			t.Errorf("%s: Build = %s, %v, want %s", name, built, err, text)
		}
		again, err := Parse(built)
		if err != nil || !reflect.DeepEqual(again, p) {
			t.Errorf("%s: Parse of Build = %s, %v, want %s", name, show(again), err, show(p))
		}
	}
	p, _ := Parse(documented["emvco_annex"])
	if !reflect.DeepEqual(p.Language, Language{Code: "ZH", Name: "最佳运输", City: "北京"}) {
		t.Errorf("language = %+v", p.Language)
	}
	winpay, _ := Parse(documented["winpay"])
	if n, ok := winpay.AmountRupiah(); !ok || n != 50000 || winpay.NMID() != "ID2021110182888" || winpay.MerchantName != "TOKO WINPAY" {
		t.Errorf("winpay = %s, NMID %s, %d", winpay, winpay.NMID(), n)
	}
}

func TestChecksum(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint16{"123456789": 0x29b1, "": 0xffff, "\x00": 0xe1f0} {
		if got := Checksum(text); got != want {
			t.Errorf("Checksum(%q) = %04X, want %04X", text, got, want)
		}
	}
	for name, text := range allVectors(t) {
		for _, changed := range []string{
			text[:len(text)-1] + string('0'+(text[len(text)-1]-'0'+1)%10), // as 9F4A for 9F4B
			text[:len(text)-4] + strings.ToLower(text[len(text)-4:]),
		} {
			p, err := Parse(changed)
			if changed != text && (!errors.Is(err, ErrChecksum) || p.MerchantName == "") {
				t.Errorf("%s: Parse(…%s) = %v, %v, want ErrChecksum and what could be read", name, changed[len(changed)-8:], p, err)
			}
		}
	}
	own, _ := vectors(t)
	bad := strings.TrimSuffix(own["dyn_10000"], "9F4B") + "9F4A"
	if _, err := Parse(bad); !errors.Is(err, ErrChecksum) || !strings.Contains(err.Error(), "tag 63 at character ") {
		t.Errorf("Parse(…9F4A) = %v", err)
	}
}

// Any one character changed is seen.
func TestEveryChangeIsSeen(t *testing.T) {
	t.Parallel()
	own, _ := vectors(t)
	text := own["dyn_10000"]
	for i := range text {
		for _, c := range []byte("09AZ ") {
			if changed := text[:i] + string(c) + text[i+1:]; changed != text {
				if _, err := Parse(changed); err == nil {
					t.Errorf("character %d changed to %c is not seen", i, c)
				}
			}
		}
		if _, err := Parse(text[:i]); err == nil {
			t.Errorf("cut after %d characters is not seen", i)
		}
	}
}

// The error names the tag and the position.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const head = "000201010212"
	for _, test := range []struct {
		name, text string
		tag        string
		at         int
	}{
		{"nothing", "", "", 0},
		{"too short", "00", "", 0},
		{"letters for an ID", "0002010a0212", "", 6},
		{"letters for a length", "00020101x212", "01", 6},
		{"length 00", "00020101006304", "01", 6},
		{"beyond the end", head + "5999TOKO", "59", 12},
		{"one character short", head + "5905TOKO", "59", 12},
		{"no format", Seal("010212"), "00", 0},
		{"another format", Seal("000202"), "00", 0},
		{"format twice", Seal("000201000201"), "00", 6},
		{"name twice", Seal(head + "5904TOKO5904TOKO"), "59", 20},
		{"no checksum", head, "63", 6},
		{"checksum in the middle", Seal(head+"63041234") + "5904TOKO", "63", 28},
		{"checksum too long", head + "630512345", "63", 12},
		{"something behind the checksum", Seal(head) + "0", "", 20},
		{"template cut", Seal(head + "26100015ID.OVO"), "26.00", 16},
		{"template of text", Seal(head + "2604TOKO"), "26", 16},
		{"twice in a template", Seal(head + "26160004AAAA0004BBBB"), "26.00", 24},
		{"additional data cut", Seal(head + "62080709AAAA"), "62.07", 16},
		{"inner template cut", Seal(head + "62135009" + "0007AAAAA"), "62.50.00", 20},
		{"inner template of text", Seal(head + "62085004AAAA"), "62.50", 20},
		{"language of text", Seal(head + "6403ABC"), "64", 16},
		{"both fees", Seal(head + "5601557015"), "57", 17},
		{"fee in percent said to be fixed", Seal(head + "5502025703250"), "57", 18},
		{"the same, the other way round", Seal(head + "5703250550202"), "57", 12},
		{"a line end", "0002010102\n2", "", 10},
		{"an escape", "000201\x1b", "", 6},
		{"not UTF-8", "000201\xff", "", 6},
		{"endless", head + strings.Repeat("6510abcdefghij", 40), "", MaxLength},
		{"endless bytes", strings.Repeat("x", 1<<20), "", MaxLength},
	} {
		_, err := Parse(test.text)
		var e *Error
		if !errors.As(err, &e) || e.Tag != test.tag || e.At != test.at || errors.Is(err, ErrChecksum) {
			t.Errorf("%s: Parse(%.60q) = %v, want tag %q at %d", test.name, test.text, err, test.tag, test.at)
		}
		if strings.Contains(fmt.Sprint(err), "TOKO") {
			t.Errorf("%s: the error shows a value: %v", test.name, err)
		}
	}
}

// Lengths and positions count characters, not bytes.
func TestCharacters(t *testing.T) {
	t.Parallel()
	p := dynamic()
	p.MerchantName = strings.Repeat("京", 25)
	text, err := p.Build()
	if err != nil || !strings.Contains(text, "5925京") {
		t.Fatalf("Build = %s, %v", text, err)
	}
	if got, err := Parse(text); err != nil || got.MerchantName != p.MerchantName {
		t.Errorf("Parse = %v, %v", got, err)
	}
	_, err = Parse(strings.Replace(text, "6015", "6x15", 1))
	var e *Error
	before, _, _ := strings.Cut(text, "6015")
	if !errors.As(err, &e) || e.At != length(before) {
		t.Errorf("error = %v, want it at %d", err, length(before))
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tag    string
		change func(*Payload)
	}{
		{"01", func(p *Payload) { p.Initiation = "13" }},
		{"26", func(p *Payload) { p.Accounts = nil }},
		{"", func(p *Payload) { p.Accounts[0].ID = "52" }},
		{"", func(p *Payload) { p.Accounts[0].ID = "2" }},
		{"26", func(p *Payload) { p.Accounts[1].ID = "26" }},
		{"26", func(p *Payload) { p.Accounts[0].Value = "x" }},
		{"26.00", func(p *Payload) { p.Accounts[0].GUID = "" }},
		{"26.01", func(p *Payload) { p.Accounts[0].PAN = strings.Repeat("9", 20) }},
		{"26.02", func(p *Payload) { p.Accounts[0].MerchantID = strings.Repeat("9", 16) }},
		{"26.03", func(p *Payload) { p.Accounts[0].Criteria = "HUGE" }},
		{"26", func(p *Payload) { p.Accounts[0].Others = []Object{{ID: "03", Value: "x"}} }},
		{"26.04", func(p *Payload) { p.Accounts[0].Others = []Object{{ID: "04", Value: "x"}, {ID: "04", Value: "x"}} }},
		{"02", func(p *Payload) { p.Accounts[0] = Account{ID: "02", GUID: "x", Value: "4000"} }},
		{"26", func(p *Payload) { p.Accounts[0].Others = []Object{{ID: "04", Value: strings.Repeat("x", 60)}} }},
		{"52", func(p *Payload) { p.CategoryCode = "581" }},
		{"53", func(p *Payload) { p.Currency = "IDR" }},
		{"54", func(p *Payload) { p.Amount = "0" }},
		{"54", func(p *Payload) { p.Amount = "0.00" }},
		{"54", func(p *Payload) { p.Amount = "-1" }},
		{"54", func(p *Payload) { p.Amount = "1." }},
		{"54", func(p *Payload) { p.Amount = "1.0.0" }},
		{"54", func(p *Payload) { p.Amount = "10000000000000" }},
		{"55", func(p *Payload) { p.Tip = "04" }},
		{"56", func(p *Payload) { p.Tip = TipFixed }},
		{"56", func(p *Payload) { p.TipValue = "500" }},
		{"57", func(p *Payload) { p.Tip, p.TipValue = TipPercent, "100" }},
		{"57", func(p *Payload) { p.Tip, p.TipValue = TipPercent, "0.001" }},
		{"57", func(p *Payload) { p.Tip, p.TipValue = TipPercent, "1e1" }},
		{"58", func(p *Payload) { p.Country = "id" }},
		{"59", func(p *Payload) { p.MerchantName = "" }},
		{"59", func(p *Payload) { p.MerchantName = strings.Repeat("x", 26) }},
		{"59", func(p *Payload) { p.MerchantName = "TOKO\n" }},
		{"60", func(p *Payload) { p.City = strings.Repeat("x", 16) }},
		{"61", func(p *Payload) { p.PostalCode = strings.Repeat("1", 11) }},
		{"62.01", func(p *Payload) { p.Additional.BillNumber = strings.Repeat("1", 26) }},
		{"62.09", func(p *Payload) { p.Additional.Request = "AMEX" }},
		{"62", func(p *Payload) { p.Additional.Others = []Object{{ID: "07", Value: "x"}} }},
		{"62.50", func(p *Payload) { p.Additional.Others = []Object{{ID: "50", Value: "x"}} }},
		{"62", func(p *Payload) {
			p.Additional.StoreLabel, p.Additional.Purpose, p.Additional.CustomerLabel = strings.Repeat("1", 25), strings.Repeat("1", 25), strings.Repeat("1", 25)
		}},
		{"64.00", func(p *Payload) { p.Language.Code = "ZHO" }},
		{"64.01", func(p *Payload) { p.Language.Name = strings.Repeat("x", 26) }},
		{"", func(p *Payload) { p.Others = []Object{{ID: "63", Value: "0000"}} }},
		{"65", func(p *Payload) { p.Others = []Object{{ID: "65"}} }},
		{"", func(p *Payload) { // longer than any code
			for id := 65; id < 72; id++ {
				p.Others = append(p.Others, Object{ID: fmt.Sprint(id), Value: strings.Repeat("x", 99)})
			}
		}},
	} {
		p := dynamic()
		test.change(&p)
		text, err := p.Build()
		if err == nil || !hasTag(err, test.tag) {
			t.Errorf("tag %s: Build = %s, %v", test.tag, text, err)
		}
	}
	p := Payload{}
	for _, tag := range []string{"26", "52", "53", "58", "59", "60"} {
		if err := p.Validate(); !hasTag(err, tag) {
			t.Errorf("nothing: %v, want %s in it", err, tag)
		}
	}
}

func hasTag(err error, tag string) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(joined.Unwrap(), func(e error) bool { return hasTag(e, tag) })
	}
	e, ok := err.(*Error)
	return ok && e.Tag == tag
}

func TestAmountRupiah(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"10000": 10000, "10000.00": 10000, "10000.0": 10000, "1": 1, "0": 0, "": -1, "10000.50": -1, "1e4": -1, ".5": -1, "-1": -1, "10,000": -1, "99999999999999": -1,
	} {
		got, ok := Payload{Amount: text}.AmountRupiah()
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q = %d, %t, want %d", text, got, ok, want)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	good := Want{Amount: 10000, MerchantID: "000000000000179", NMID: "ID1020000000017", MerchantName: " toko uji emulator", TerminalLabel: "00000179"}
	for _, test := range []struct {
		name   string
		change func(*Payload, *Want)
		reason Reason // "" is right
	}{
		{"as wanted", func(*Payload, *Want) {}, ""},
		{"nothing wanted", func(_ *Payload, w *Want) { *w = Want{} }, ""},
		{"amount with .00", func(p *Payload, _ *Want) { p.Amount = "10000.00" }, ""},
		{"a long name, cut", func(p *Payload, w *Want) {
			w.MerchantName = "TOKO DENGAN NAMA YANG SANGAT PANJANG"
			p.MerchantName = w.MerchantName[:25]
		}, ""},
		{"static, allowed", func(p *Payload, w *Want) { p.Initiation, w.AllowStatic = Static, true }, ""},
		{"tip, allowed", func(p *Payload, w *Want) { p.Tip, w.AllowTip = TipPrompt, true }, ""},
		{"the merchant under another account", func(p *Payload, w *Want) { w.MerchantID = "ID1020000000017" }, ""},

		{"more", func(p *Payload, _ *Want) { p.Amount = "100000" }, WrongAmount},
		{"less", func(p *Payload, _ *Want) { p.Amount = "1000.0" }, WrongAmount},
		{"sen", func(p *Payload, _ *Want) { p.Amount = "10000.50" }, WrongAmount},
		{"no amount", func(p *Payload, _ *Want) { p.Amount = "" }, WrongAmount},
		{"another merchant", func(p *Payload, _ *Want) { p.Accounts[0].MerchantID = "000000000000180" }, WrongMerchant},
		{"no merchant", func(p *Payload, _ *Want) { p.Accounts[0].MerchantID = "" }, WrongMerchant},
		{"another NMID", func(p *Payload, _ *Want) { p.Accounts[1].MerchantID = "ID1020000000018" }, WrongMerchant},
		{"no national account", func(p *Payload, _ *Want) { p.Accounts = p.Accounts[:1] }, WrongMerchant},
		{"another name", func(p *Payload, _ *Want) { p.MerchantName = "TOKO LAIN" }, WrongMerchant},
		{"another terminal", func(p *Payload, _ *Want) { p.Additional.TerminalLabel = "00000180" }, WrongTerminal},
		{"dollars", func(p *Payload, _ *Want) { p.Currency = "840" }, WrongCurrency},
		{"Malaysia", func(p *Payload, _ *Want) { p.Country = "MY" }, WrongCountry},
		{"static", func(p *Payload, _ *Want) { p.Initiation = Static }, WrongKind},
		{"neither", func(p *Payload, _ *Want) { p.Initiation = "" }, WrongKind},
		{"a tip", func(p *Payload, _ *Want) { p.Tip = TipPrompt }, UnexpectedTip},
		{"a fee", func(p *Payload, _ *Want) { p.Tip, p.TipValue = TipFixed, "500" }, UnexpectedTip},
	} {
		p, w := dynamic(), good
		test.change(&p, &w)
		text, err := p.Build()
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		got, err := Check(text, w)
		var refusal *Refusal
		switch {
		case test.reason == "" && (err != nil || !reflect.DeepEqual(got, p)):
			t.Errorf("%s: %v", test.name, err)
		case test.reason != "" && (!errors.As(err, &refusal) || !slices.Equal(refusal.Reasons, []Reason{test.reason}) || len(refusal.Words) != 1):
			t.Errorf("%s: %v, want %s alone", test.name, err, test.reason)
		}
	}
}

func TestCheckOfWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	own, documented := vectors(t)
	good := own["dyn_10000"]
	var refusal *Refusal
	if _, err := Check(strings.TrimSuffix(good, "B")+"A", Want{}); !errors.As(err, &refusal) || !refusal.Has(WrongChecksum) || !errors.Is(err, ErrChecksum) {
		t.Errorf("wrong checksum: %v", err)
	}
	for _, text := range []string{"", "https://example.com", good[:100], Seal("000201010212")} {
		if _, err := Check(text, Want{}); !errors.As(err, &refusal) || !refusal.Has(BadForm) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	unsound := Seal(strings.Replace(strings.TrimSuffix(good, "63049F4B"), "5303360", "530336x", 1))
	at := strings.Index(unsound, "5303")
	if _, err := Check(unsound, Want{}); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("tag 53 at character %d:", at)) {
		t.Errorf("currency in letters: %v, want tag 53 at %d", err, at)
	}
	_, err := Check(documented["emvco_annex"], Want{Amount: 5, MerchantID: "x"})
	for _, reason := range []Reason{WrongCurrency, WrongCountry, UnexpectedTip, WrongAmount, WrongMerchant} {
		if !errors.As(err, &refusal) || !refusal.Has(reason) {
			t.Errorf("a code from China: %v, want %s in it", err, reason)
		}
	}
	if strings.Contains(err.Error(), "BEST") {
		t.Errorf("the refusal shows a value: %v", err)
	}
}

// Every vector explained, to be read.
func TestDescribeGolden(t *testing.T) {
	t.Parallel()
	all := allVectors(t)
	all["wrong_checksum"] = strings.TrimSuffix(all["dyn_10000"], "B") + "A"
	all["cut"] = all["dyn_10000"][:120]
	all["phone"] = Seal(strings.Replace(strings.TrimSuffix(all["dyn_10000"], "63049F4B"), "01120000000001230519", "02120812998877660519", 1))
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		text, err := Describe(all[name])
		fmt.Fprintf(&b, "== %s\n%s", name, text)
		if err != nil {
			fmt.Fprintf(&b, "%v\n", err)
		}
	}
	path := filepath.Join("testdata", "described.golden")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s differs; run with -update and read the difference\ngot:\n%s", path, b.String())
	}
}

// A terminal is not obeyed, a phone number not shown.
func TestDescribeIsSafe(t *testing.T) {
	t.Parallel()
	p := dynamic()
	p.MerchantName, p.Additional = "TOKO \u202eIJU", Additional{Mobile: "081299887766"}
	text, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	out, err := Describe(text)
	if err != nil || strings.Contains(out, "\u202e") || strings.Contains(out, "081299887766") || !strings.Contains(out, "0812*****766") {
		t.Errorf("Describe = %s, %v", out, err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "payload", p, "additional", p.Additional)
	printed := fmt.Sprintf("%v %+v %#v %s %v %+v", p, p, p, &p, p.Additional, p.Additional) + log.String()
	if strings.Contains(printed, "081299887766") || !strings.Contains(printed, "QRIS dynamic") {
		t.Errorf("printed: %s", printed)
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()
	for name, text := range allVectors(t) {
		list, err := Objects(text)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Encode(list); err != nil || again != text {
			t.Errorf("%s: Encode = %s, %v", name, again, err)
		}
		for _, o := range list {
			if r := []rune(text); string(r[o.At:o.At+2]) != o.ID {
				t.Errorf("%s: %s is not at %d", name, o.ID, o.At)
			}
		}
	}
	for _, bad := range []Object{{ID: "1", Value: "x"}, {ID: "0a", Value: "x"}, {ID: "01"}, {ID: "01", Value: strings.Repeat("x", 100)}, {ID: "01", Value: "\n"}} {
		if got, err := Encode([]Object{bad}); err == nil {
			t.Errorf("Encode(%v) = %s", bad, got)
		}
	}
}

// FuzzParse: what is taken is a text that can be written again, and means the same.
func FuzzParse(f *testing.F) {
	for _, text := range allVectors(f) {
		f.Add(text)
		f.Add(text[:len(text)-9])
	}
	f.Add(Seal("00020126160004AAAA0004BBBB"))
	f.Fuzz(func(t *testing.T, text string) {
		if out, _ := Describe(text); strings.ContainsAny(out, "\x1b\r\x00") {
			t.Fatalf("Describe lets a terminal be told: %q", out)
		}
		_, _ = Check(text, Want{Amount: 1})
		if list, err := Objects(text); err == nil {
			if again, err := Encode(list); err != nil || again != text {
				t.Fatalf("Encode(Objects(%q)) = %q, %v", text, again, err)
			}
		}
		for _, candidate := range []string{text, Seal(text)} { // so that the checksum is no wall
			p, err := Parse(candidate)
			if err != nil {
				continue
			}
			if Checksum(candidate[:len(candidate)-4]) != mustHex(t, candidate[len(candidate)-4:]) {
				t.Fatalf("%q has another checksum", candidate)
			}
			built, err := p.Build()
			if err != nil {
				continue // not sound, though well-formed
			}
			again, err := Parse(built)
			if err != nil || !reflect.DeepEqual(sorted(again), sorted(p)) {
				t.Fatalf("Parse(Build) = %s, %v, want %s", show(again), err, show(p))
			}
		}
	})
}

// sorted puts lists into the order of their IDs: their order is free.
func sorted(p Payload) Payload {
	byID := func(list []Object) []Object {
		list = slices.Clone(list)
		slices.SortFunc(list, func(a, b Object) int { return strings.Compare(a.ID, b.ID) })
		return list
	}
	p.Accounts = slices.Clone(p.Accounts)
	slices.SortFunc(p.Accounts, func(a, b Account) int { return strings.Compare(a.ID, b.ID) })
	for i := range p.Accounts {
		p.Accounts[i].Others = byID(p.Accounts[i].Others)
	}
	p.Additional.Others, p.Language.Others, p.Others = byID(p.Additional.Others), byID(p.Language.Others), byID(p.Others)
	return p
}

func mustHex(t *testing.T, s string) uint16 {
	var n uint16
	if _, err := fmt.Sscanf(s, "%04X", &n); err != nil {
		t.Fatal(err)
	}
	return n
}
