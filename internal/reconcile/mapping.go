// Package reconcile compares a provider's settlement file with our books: it reads the file by a mapping, sorts both sides by
// their key on disk where they do not fit in memory, and lets package recap judge what stands under each key. It knows no
// database and no provider; our side is a sequence that its caller gives.
package reconcile

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
)

// Mapping says how a provider's file is read. The formats of settlement files are not public and change, so each is data.
type Mapping struct {
	Name string `yaml:"name"`
	// Delimiter of CSV: one character, or tab; empty: found out.
	Delimiter string `yaml:"delimiter"`
	Sheet     string `yaml:"sheet"`  // of XLSX; empty: the first
	Header    int    `yaml:"header"` // the row with the columns' names; 0: the first in which all that are needed are found
	// Columns gives for each field the names that its column may have; letters' case, spaces and punctuation do not count.
	// Where a time stands in two columns their names are joined by a +: "Tanggal + Jam".
	Columns map[Field]Names `yaml:"columns"`
	// Match are the fields that together are the key by which both sides know a payment.
	Match []Field `yaml:"match"`
	// States gives what the provider's words in the column state mean: paid, returned, failed or ignore. Left out, or without
	// the column, every row is a payment.
	States map[string]string `yaml:"states"`
	// Ignore leaves rows out by what stands in a column.
	Ignore map[string]Names `yaml:"ignore"`
	// Numbers is how amounts are written: id (10.000,00), en (10,000.00) or auto.
	Numbers string `yaml:"numbers"`
	// Zone of times that name none: WIB, WITA, WIT or UTC; and TimeForm a form beside those that are known, in Go's way:
	// 2006-01-02 15:04:05.
	Zone     string `yaml:"zone"`
	TimeForm string `yaml:"time_form"`
	Fee      Fee    `yaml:"fee"`

	states  map[string]string
	zone    *time.Location
	decimal byte
	fee     recap.FeeRule
}

// Fee is what was agreed with the provider. Left out, fees are only held against amount and net.
type Fee struct {
	Percent   string `yaml:"percent"`   // of the amount, such as 0.7 or 0,7
	Fixed     string `yaml:"fixed"`     // in rupiah
	Tolerance string `yaml:"tolerance"` // in rupiah; 1 when left out
}

// Names are alternatives. In YAML one may stand alone.
type Names []string

// UnmarshalYAML reads one name or a list.
func (n *Names) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*n = Names{node.Value}
		return nil
	}
	var list []string
	if err := node.Decode(&list); err != nil {
		return fmt.Errorf("line %d: expected a name or a list of names", node.Line)
	}
	*n = list
	return nil
}

// Field is something that a column can hold.
type Field string

// The fields.
const (
	TID               Field = "tid"
	Batch             Field = "batch"
	ReferenceNumber   Field = "reference_number"
	PartnerReference  Field = "partner_reference"  // SNAP: partnerReferenceNo, batch and reference number as twelve digits
	Invoice           Field = "invoice"            // the merchant's invoice as the provider knows it: made by lunas
	ProviderReference Field = "provider_reference" // the provider's own number: SNAP referenceNo, Faspay trx_id
	ApprovalCode      Field = "approval_code"
	TraceNumber       Field = "trace_number"
	Amount            Field = "amount"
	FeeAmount         Field = "fee"
	NetAmount         Field = "net"
	StateWord         Field = "state"
	At                Field = "time"
)

// Fields lists every field, the keys first.
func Fields() []Field {
	return []Field{
		TID, Batch, ReferenceNumber, PartnerReference, Invoice, ProviderReference, ApprovalCode, TraceNumber,
		Amount, FeeAmount, NetAmount, StateWord, At,
	}
}

// keys is how many of Fields can be a key.
const keys = 8

//go:embed mappings/*.yaml
var defaults embed.FS

// Default gives the mapping of a rail that comes with lunas.
func Default(rail string) (Mapping, error) {
	b, err := defaults.ReadFile("mappings/" + rail + ".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return Mapping{}, fmt.Errorf("there is no mapping %q; those that come with lunas are ovo, snap, doku and faspay", clip(rail))
	}
	if err != nil {
		return Mapping{}, err
	}
	return ParseMapping(b)
}

// DefaultText is the text of a mapping that comes with lunas, to begin one's own with.
func DefaultText(rail string) ([]byte, error) {
	if _, err := Default(rail); err != nil {
		return nil, err
	}
	return defaults.ReadFile("mappings/" + rail + ".yaml")
}

// MappingMax is how long the text of a mapping may be, in bytes.
const MappingMax = 64 << 10

// ParseMapping reads a mapping from YAML, strictly: every mistake is told.
func ParseMapping(b []byte) (Mapping, error) {
	var m Mapping
	if len(b) > MappingMax {
		return m, fmt.Errorf("the mapping has more than %d bytes", MappingMax)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(b))
	decoder.KnownFields(true)
	if err := decoder.Decode(&m); err != nil {
		if errors.Is(err, io.EOF) {
			return m, errors.New("the mapping is empty")
		}
		return m, fmt.Errorf("the mapping cannot be read: %w", yamlWords(err))
	}
	return m, m.check()
}

// yamlWords takes the package's name off what it says.
func yamlWords(err error) error {
	var many *yaml.TypeError
	if errors.As(err, &many) {
		return errors.New(strings.ReplaceAll(strings.Join(many.Errors, "; "), "reconcile.", ""))
	}
	return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
}

// check completes a mapping, and says all that is wrong with it.
func (m *Mapping) check() error {
	var wrong []error
	mistake := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	known := Fields()
	for _, f := range sortedFields(m.Columns) {
		if !slices.Contains(known, f) {
			mistake("columns: there is no field %q; the fields are %s", clip(string(f)), joined(known))
		}
	}
	if len(m.Match) == 0 {
		mistake("match: name the fields that are the key of a payment, such as [tid, batch, reference_number]")
	}
	for _, f := range m.Match {
		switch {
		case !slices.Contains(known[:keys], f):
			mistake("match: %q cannot be a key; these can: %s", clip(string(f)), joined(known[:keys]))
		case len(m.Columns[f]) == 0:
			mistake("columns: %s is missing, and match needs it", f)
		}
	}
	if len(m.Columns[Amount]) == 0 {
		mistake("columns: amount is missing")
	}
	if utf8.RuneCountInString(m.Delimiter) > 1 && m.Delimiter != "tab" {
		mistake("delimiter: %q is not one character; write tab for a tabulator", clip(m.Delimiter))
	}
	if m.Header < 0 {
		mistake("header: a row's number is 1 or more")
	}
	m.states = map[string]string{}
	for word, meaning := range m.States { // order does not matter: they become a map, and mistakes are rare
		if !slices.Contains([]string{string(recap.LinePaid), string(recap.LineReturned), string(recap.LineFailed), ignored}, meaning) {
			mistake("states: %q means %q; it must mean paid, returned, failed or ignore", clip(word), clip(meaning))
		}
		m.states[folded(word)] = meaning
	}
	if len(m.states) > 0 && len(m.Columns[StateWord]) == 0 {
		mistake("columns: state is missing, and states need it")
	}
	switch m.Numbers {
	case "", "auto":
	case "id":
		m.decimal = ','
	case "en":
		m.decimal = '.'
	default:
		mistake("numbers: %q is none of id, en and auto", clip(m.Numbers))
	}
	if m.zone = zones(m.Zone); m.zone == nil {
		mistake("zone: %q is none of WIB, WITA, WIT and UTC", clip(m.Zone))
	}
	if err := m.agreed(); err != nil {
		mistake("fee: %w", err)
	}
	return errors.Join(wrong...)
}

const ignored = "ignore"

// agreed reads the fee.
func (m *Mapping) agreed() error {
	if m.Fee == (Fee{}) {
		return nil
	}
	rule := recap.FeeRule{Agreed: true, Tolerance: 100}
	var err error
	if m.Fee.Percent != "" {
		if rule.PerMillion, err = percent(m.Fee.Percent); err != nil {
			return err
		}
	}
	if m.Fee.Fixed != "" {
		if rule.Fixed, err = parseSen(m.Fee.Fixed, m.decimal); err != nil {
			return fmt.Errorf("fixed: %w", err)
		}
	}
	if m.Fee.Tolerance != "" {
		if rule.Tolerance, err = parseSen(m.Fee.Tolerance, m.decimal); err != nil {
			return fmt.Errorf("tolerance: %w", err)
		}
	}
	m.fee = rule
	return nil
}

func zones(name string) *time.Location {
	switch strings.ToUpper(name) {
	case "", "WIB":
		return payment.WIB
	case "WITA":
		return time.FixedZone("WITA", 8*60*60)
	case "WIT":
		return time.FixedZone("WIT", 9*60*60)
	case "UTC":
		return time.UTC
	}
	return nil
}

// folded is a name without what does not count in it.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func sortedFields(m map[Field]Names) []Field {
	var all []Field
	for f := range m { // sorted below
		all = append(all, f)
	}
	slices.Sort(all)
	return all
}

func joined(fields []Field) string {
	s := make([]string, len(fields))
	for i, f := range fields {
		s[i] = string(f)
	}
	return strings.Join(s, ", ")
}

func clip(s string) string {
	const longest = 40
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// Key is the key of an attempt of a payment by the mapping's fields, as the file has it; empty where one of the fields has
// nothing.
func (m *Mapping) Key(p payment.Payment, attempt int) string {
	a := &p.Attempts[attempt]
	var key []byte
	for i, f := range m.Match {
		value := ""
		switch f {
		case TID:
			value = a.Terminal.TID
		case Batch:
			value = fmt.Sprint(int(a.Number.Batch))
		case ReferenceNumber:
			value = fmt.Sprint(int(a.Number.Reference))
		case PartnerReference:
			value = a.Number.Digits()
		case Invoice:
			value = a.Invoice
		case ProviderReference:
			value = a.ProviderReference
		case ApprovalCode:
			value = a.ApprovalCode
		case TraceNumber:
			value = a.TraceNumber
		}
		if value = keyed(f, value); value == "" {
			return ""
		}
		if i > 0 {
			key = append(key, '/')
		}
		key = append(key, value...)
	}
	return string(key)
}

// keyed is a part of a key in the one form in which it is compared: without spaces round it, in capitals, and a number
// without its zeros in front, which spreadsheets take away.
func keyed(f Field, s string) string {
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "'"))
	digits := s != ""
	lower := false
	for i := 0; i < len(s); i++ {
		digits = digits && s[i] >= '0' && s[i] <= '9'
		lower = lower || s[i] >= 'a' && s[i] <= 'z' || s[i] >= utf8.RuneSelf
	}
	switch {
	case digits && len(s) > 1 && s[0] == '0':
		if s = strings.TrimLeft(s, "0"); s == "" {
			s = "0"
		}
	case lower:
		s = strings.ToUpper(s)
	case !digits && (f == Batch || f == ReferenceNumber || f == TID):
		s = strings.TrimSuffix(s, ".0") // a spreadsheet's number
	}
	return s
}
