package onboarding

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/lunas-pay/lunas/internal/sheet"
)

// Mapping says how registrations are written into a file and answers are read. The provider's format is not public, so it
// is data.
type Mapping struct {
	Name   string       `yaml:"name"`
	Format sheet.Format `yaml:"format"` // csv (also when left out) or xlsx
	Sheet  string       `yaml:"sheet"`  // of XLSX; Merchants when left out
	// File is the name of a file without its ending: {date} is the day as 20261121, {number} the day's file, 001 and so on.
	File     string   `yaml:"file"`
	Inbox    string   `yaml:"inbox"`  // the provider's folder for files; /inbox when left out
	Outbox   string   `yaml:"outbox"` // and for answers; /outbox when left out
	Columns  []Column `yaml:"columns"`
	Answer   Answer   `yaml:"answer"`
	Terminal Terminal `yaml:"terminal"`
	// Account is where what is given is added: an account of the merchant, by its id. Settings, when they are there, make the
	// account where the merchant has none: the keys of POST /v1/merchants/{id}/accounts without terminals, in YAML.
	Account struct {
		ID       string         `yaml:"id"`
		Settings map[string]any `yaml:"settings"`
	} `yaml:"account"`
}

// Column is a column of a registration.
type Column struct {
	Name string `yaml:"name"`
	// From is what stands in it: reference, merchant.id, merchant.name, outlet.id, outlet.name, contact.email, egress, or
	// details. and a column of the details file. Value stands in it where From is left out.
	From     string   `yaml:"from"`
	Value    string   `yaml:"value"`
	Required bool     `yaml:"required"`
	Kind     Kind     `yaml:"kind"`
	Min      int      `yaml:"min"` // characters, where it is not empty
	Max      int      `yaml:"max"` // 0: no limit
	OneOf    []string `yaml:"one_of"`
}

// Kind is what a cell must look like.
type Kind string

// The kinds.
const (
	Text   Kind = "text"
	Digits Kind = "digits"
	Email  Kind = "email"
	Phone  Kind = "phone" // digits, also after a +
	Date   Kind = "date"  // 2026-11-21
)

func kinds() []Kind { return []Kind{"", Text, Digits, Email, Phone, Date} }

// Answer says how an answer is read.
type Answer struct {
	// File is its name without the ending, with {name} for that of the file it answers.
	File      string   `yaml:"file"`
	Reference string   `yaml:"reference"` // the columns
	Status    string   `yaml:"status"`
	TID       string   `yaml:"tid"`
	MID       string   `yaml:"mid"`
	Reason    string   `yaml:"reason"`
	Accepted  []string `yaml:"accepted"` // words of the status; letters' case does not count
	Refused   []string `yaml:"refused"`  // every other word leaves the row as it is
}

// Terminal says what a terminal is called that was given. {merchant}, {outlet} and {tid} stand for theirs.
type Terminal struct {
	ID         string `yaml:"id"`         // {outlet} when left out; {merchant} where there is no outlet
	StoreCode  string `yaml:"store_code"` // the same
	MerchantID string `yaml:"merchant_id"`
	Numbering  string `yaml:"numbering"` // sequence when left out
}

//go:embed mappings/example.yaml
var example embed.FS

// Example is a mapping to begin one's own with: the one that the sandbox answers.
func Example() ([]byte, error) { return example.ReadFile("mappings/example.yaml") }

const mappingMax = 64 << 10

// ParseMapping reads a mapping from YAML, strictly: every mistake is told.
func ParseMapping(b []byte) (Mapping, error) {
	var m Mapping
	if len(b) > mappingMax {
		return m, fmt.Errorf("the mapping has more than %d bytes", mappingMax)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(b))
	decoder.KnownFields(true)
	if err := decoder.Decode(&m); err != nil {
		var many *yaml.TypeError
		switch {
		case errors.Is(err, io.EOF):
			return m, errors.New("the mapping is empty")
		case errors.As(err, &many):
			return m, fmt.Errorf("the mapping cannot be read: %s", strings.ReplaceAll(strings.Join(many.Errors, "; "), "onboarding.", ""))
		}
		return m, fmt.Errorf("the mapping cannot be read: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	m.complete()
	return m, m.check()
}

func (m *Mapping) complete() {
	for _, d := range []struct {
		to    *string
		value string
	}{
		{(*string)(&m.Format), string(sheet.CSV)},
		{&m.Sheet, "Merchants"},
		{&m.Inbox, "/inbox"},
		{&m.Outbox, "/outbox"},
		{&m.Terminal.ID, "{outlet}"},
		{&m.Terminal.StoreCode, "{outlet}"},
		{&m.Account.ID, "ovo"},
	} {
		if *d.to == "" {
			*d.to = d.value
		}
	}
}

// fileForm is what the name of a file may be made of: it stands in a path of the provider's.
var fileForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`) // never written

// check says all that is wrong with a mapping.
func (m *Mapping) check() error {
	var wrong []error
	mistake := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if m.Format != sheet.CSV && m.Format != sheet.XLSX {
		mistake("format: %q is none of csv and xlsx", clip(string(m.Format)))
	}
	plain := strings.NewReplacer("{date}", "20261121", "{number}", "001", "{name}", "x")
	if !strings.Contains(m.File, "{date}") || !strings.Contains(m.File, "{number}") || !fileForm.MatchString(plain.Replace(m.File)) {
		mistake("file: expected letters, digits, . _ and - with {date} and {number}, such as lunas_{date}_{number}")
	}
	if !strings.Contains(m.Answer.File, "{name}") || !fileForm.MatchString(plain.Replace(m.Answer.File)) {
		mistake("answer.file: expected letters, digits, . _ and - with {name}, such as {name}_result")
	}
	for name, folder := range map[string]string{"inbox": m.Inbox, "outbox": m.Outbox} {
		if !strings.HasPrefix(folder, "/") || strings.Contains(folder, "..") {
			mistake("%s: %q is no folder: it begins with a / and has no ..", name, clip(folder))
		}
	}
	for name, column := range map[string]string{"reference": m.Answer.Reference, "status": m.Answer.Status, "tid": m.Answer.TID, "mid": m.Answer.MID} {
		if column == "" {
			mistake("answer.%s: name the column of the answer", name)
		}
	}
	if len(m.Answer.Accepted) == 0 || len(m.Answer.Refused) == 0 {
		mistake("answer.accepted and answer.refused: list the words of the status that mean so")
	}
	if m.Account.Settings["terminals"] != nil {
		mistake("account.settings.terminals: leave it out: the answer gives them")
	}
	m.checkColumns(mistake)
	slices.SortFunc(wrong, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(wrong...)
}

func (m *Mapping) checkColumns(mistake func(string, ...any)) {
	seen, reference := map[string]bool{}, false
	for i, c := range m.Columns {
		at := fmt.Sprintf("columns[%d]", i)
		if c.Name == "" || seen[c.Name] {
			mistake("%s.name: must be there and be another than that of every other column", at)
		}
		seen[c.Name] = true
		reference = reference || c.From == sourceReference
		if !slices.Contains(sources(), c.From) && !strings.HasPrefix(c.From, detailsPrefix) {
			mistake("%s.from: %q is none of %s, details.… and nothing", at, clip(c.From), strings.Join(sources()[1:], ", "))
		}
		if c.From != "" && c.Value != "" {
			mistake("%s: from and value exclude each other", at)
		}
		if !slices.Contains(kinds(), c.Kind) {
			mistake("%s.kind: %q is none of text, digits, email, phone and date", at, clip(string(c.Kind)))
		}
		if c.Min < 0 || c.Max < 0 || (c.Max > 0 && c.Min > c.Max) {
			mistake("%s: min and max are not 0 ≤ min ≤ max", at)
		}
	}
	if !reference {
		mistake("columns: one must be from: reference, by which answers are known")
	}
}

// Where cells come from.
const (
	sourceReference = "reference"
	detailsPrefix   = "details."
)

func sources() []string {
	return []string{"", sourceReference, "merchant.id", "merchant.name", "outlet.id", "outlet.name", "contact.email", "egress"}
}

// wrong says what is wrong with a cell, without showing it; empty: nothing is.
func (c Column) wrong(value string) string {
	n := utf8.RuneCountInString(value)
	switch {
	case value == "" && c.Required:
		return "is empty: " + c.filled()
	case value == "":
		return ""
	case strings.ContainsFunc(value, unicode.IsControl):
		return "has a line break or another control character"
	case n < c.Min || (c.Max > 0 && n > c.Max):
		return fmt.Sprintf("has %d characters; expected %s", n, c.length())
	case len(c.OneOf) > 0 && !slices.Contains(c.OneOf, value):
		return "is none of " + strings.Join(c.OneOf, ", ")
	}
	switch c.Kind {
	case Digits:
		if strings.Trim(value, "0123456789") != "" {
			return "has other characters than digits"
		}
	case Phone:
		if digits := strings.TrimPrefix(value, "+"); len(digits) < 8 || strings.Trim(digits, "0123456789") != "" {
			return "is no phone number: expected at least 8 digits, also after a +, without spaces"
		}
	case Email:
		if a, err := mail.ParseAddress(value); err != nil || a.Address != value || !strings.Contains(value[strings.LastIndexByte(value, '@')+1:], ".") {
			return "is no e-mail address: expected one such as toko@example.id"
		}
	case Date:
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return "is no day: expected one such as 2026-11-21"
		}
	case "", Text:
	}
	return ""
}

// filled says where an empty cell is to be filled in.
func (c Column) filled() string {
	if column, ok := strings.CutPrefix(c.From, detailsPrefix); ok {
		return "fill in the column " + column + " of the details file"
	}
	if c.From == "" {
		return "give the column a value in the mapping"
	}
	return c.From + " is not known here"
}

func (c Column) length() string {
	switch {
	case c.Max == 0:
		return fmt.Sprintf("at least %d", c.Min)
	case c.Min == c.Max:
		return fmt.Sprintf("%d", c.Min)
	case c.Min == 0:
		return fmt.Sprintf("at most %d", c.Max)
	}
	return fmt.Sprintf("%d to %d", c.Min, c.Max)
}

// clip shortens what came from outside for a message.
func clip(s string) string {
	if utf8.RuneCountInString(s) > 40 {
		return string([]rune(s)[:40]) + "…"
	}
	return s
}

// sortedKeys are the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
