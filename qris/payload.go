package qris

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Initiation tells whether a code is for one payment or for many.
type Initiation string

// The two kinds of EMVCo.
const (
	Static  Initiation = "11" // printed, for many payments
	Dynamic Initiation = "12" // for one payment, with its amount
)

// TipMode says whether the customer's app asks for a tip or adds a fee.
type TipMode string

// EMVCo, ID 55.
const (
	NoTip      TipMode = ""
	TipPrompt  TipMode = "01" // the app asks
	TipFixed   TipMode = "02" // the app adds TipValue rupiah, ID 56
	TipPercent TipMode = "03" // the app adds TipValue percent, ID 57
)

// Codes of Indonesia and its currency.
const (
	Rupiah    = "360" // ISO 4217, numeric
	Indonesia = "ID"  // ISO 3166
)

// NationalID is the ID of the merchant account information that every Indonesian code
// has: the national repository's, with the merchant's NMID.
const NationalID = "51"

// Payload is a code's text, taken apart. Texts are as they stand in the code.
type Payload struct {
	Initiation   Initiation // 01; may be empty
	Accounts     []Account  // 02 to 51, at least one
	CategoryCode string     // 52, MCC, four digits
	Currency     string     // 53, ISO 4217 numeric
	Amount       string     // 54, such as "10000" or "10000.00"; see AmountRupiah
	Tip          TipMode    // 55
	TipValue     string     // 56 or 57
	Country      string     // 58, ISO 3166
	MerchantName string     // 59
	City         string     // 60
	PostalCode   string     // 61
	Additional   Additional // 62
	Language     Language   // 64
	Others       []Object   // 65 to 99, reserved or of other schemes
}

// Account is merchant account information. IDs 02 to 25 belong to card schemes and are
// usually one plain Value; 26 to 51 are templates.
type Account struct {
	ID         string // 02 to 51
	Value      string // only 02 to 25, whole
	GUID       string // 00: whose account it is, such as ID.CO.QRIS.WWW
	PAN        string // 01: merchant PAN, 18 or 19 digits
	MerchantID string // 02: the acquirer's number of the merchant; under 51 the NMID
	Criteria   string // 03: UMI, UKE, UME, UBE or URE
	Others     []Object
}

// Additional is the additional data of ID 62.
type Additional struct {
	BillNumber     string   // 01
	Mobile         string   // 02: a phone number, or *** to have it asked for
	StoreLabel     string   // 03
	LoyaltyNumber  string   // 04
	ReferenceLabel string   // 05
	CustomerLabel  string   // 06
	TerminalLabel  string   // 07
	Purpose        string   // 08
	Request        string   // 09: what the app shall ask of the customer
	TaxID          string   // 10
	Channel        string   // 11
	Others         []Object // 12 to 99; of 50 to 99 each is a template
}

// Language is ID 64: the merchant in another language.
type Language struct {
	Code   string // 00: ISO 639
	Name   string // 01
	City   string // 02
	Others []Object
}

// Parse takes a text apart. What is checked: lengths, nesting, characters, that no ID
// stands twice in one place, that 00 is first and says 01, and that the checksum is last
// and right. What the values mean is checked by Payload.Validate and Check.
//
// If only the checksum is wrong, the payload is given beside an error that wraps
// ErrChecksum.
func Parse(text string) (Payload, error) {
	list, err := Objects(text)
	if err != nil {
		return Payload{}, err
	}
	if err := frame(list); err != nil {
		return Payload{}, err
	}
	var p Payload
	for _, o := range list[1 : len(list)-1] {
		if err := p.take(o); err != nil {
			return Payload{}, err
		}
	}
	for _, o := range list { // 55 may stand behind its value
		if o.ID == "56" && p.Tip == TipPercent || o.ID == "57" && p.Tip == TipFixed {
			return Payload{}, &Error{Tag: o.ID, At: o.At, Problem: "does not go with the tip indicator, 55"}
		}
	}
	last := list[len(list)-1]
	if want := fmt.Sprintf("%04X", Checksum(text[:len(text)-4])); last.Value != want {
		return p, &Error{Tag: "63", At: last.At, Problem: "the checksum is wrong", cause: ErrChecksum}
	}
	return p, nil
}

// frame checks the first object, the last one, and that none stands twice.
func frame(list []Object) error {
	if len(list) == 0 {
		return &Error{At: 0, Problem: "there is nothing"}
	}
	if first := list[0]; first.ID != "00" || first.Value != "01" {
		return &Error{Tag: "00", At: 0, Problem: "the text must begin with 000201"}
	}
	last := list[len(list)-1]
	if last.ID != "63" {
		return &Error{Tag: "63", At: last.At, Problem: "the last object must be the checksum"}
	}
	if len(last.Value) != 4 {
		return &Error{Tag: "63", At: last.At, Problem: "the checksum must have four digits"}
	}
	return unique(list, "")
}

// take puts an object into its place.
func (p *Payload) take(o Object) (err error) {
	switch id := o.ID; {
	case id == "01":
		p.Initiation = Initiation(o.Value)
	case id >= "02" && id <= "51":
		var a Account
		a, err = parseAccount(o)
		p.Accounts = append(p.Accounts, a)
	case id == "52":
		p.CategoryCode = o.Value
	case id == "53":
		p.Currency = o.Value
	case id == "54":
		p.Amount = o.Value
	case id == "55":
		p.Tip = TipMode(o.Value)
	case id == "56" || id == "57":
		if p.TipValue != "" {
			return &Error{Tag: id, At: o.At, Problem: "56 and 57 exclude each other"}
		}
		p.TipValue = o.Value
	case id == "58":
		p.Country = o.Value
	case id == "59":
		p.MerchantName = o.Value
	case id == "60":
		p.City = o.Value
	case id == "61":
		p.PostalCode = o.Value
	case id == "62":
		p.Additional, err = parseAdditional(o)
	case id == "64":
		p.Language, err = parseLanguage(o)
	default:
		p.Others = append(p.Others, Object{o.ID, o.Value, 0})
	}
	return err
}

func isTemplate(id string) bool { return id >= "26" && id <= "51" }

func parseAccount(o Object) (Account, error) {
	a := Account{ID: o.ID}
	if !isTemplate(o.ID) {
		a.Value = o.Value
		return a, nil
	}
	list, err := o.template(o.ID)
	if err == nil {
		a.Others = spread(list, a.places())
	}
	return a, err
}

// place is where the value of an ID inside a template goes.
type place struct {
	id string
	to *string
}

func (a *Account) places() []place {
	return []place{{"00", &a.GUID}, {"01", &a.PAN}, {"02", &a.MerchantID}, {"03", &a.Criteria}}
}

func (a *Additional) places() []place {
	return []place{
		{"01", &a.BillNumber},
		{"02", &a.Mobile},
		{"03", &a.StoreLabel},
		{"04", &a.LoyaltyNumber},
		{"05", &a.ReferenceLabel},
		{"06", &a.CustomerLabel},
		{"07", &a.TerminalLabel},
		{"08", &a.Purpose},
		{"09", &a.Request},
		{"10", &a.TaxID},
		{"11", &a.Channel},
	}
}

func (l *Language) places() []place {
	return []place{{"00", &l.Code}, {"01", &l.Name}, {"02", &l.City}}
}

// spread puts values into their places and gives what has none.
func spread(list []Object, places []place) (others []Object) {
	for _, o := range list {
		known := false
		for _, p := range places {
			if p.id == o.ID {
				*p.to, known = o.Value, true
			}
		}
		if !known {
			others = append(others, Object{o.ID, o.Value, 0})
		}
	}
	return others
}

func parseAdditional(o Object) (Additional, error) {
	var a Additional
	list, err := o.template(o.ID)
	if err != nil {
		return a, err
	}
	for _, inner := range list {
		if inner.ID >= "50" {
			if _, err := inner.template(join(o.ID, inner.ID)); err != nil {
				return a, err
			}
		}
	}
	a.Others = spread(list, a.places())
	return a, nil
}

func parseLanguage(o Object) (Language, error) {
	var l Language
	list, err := o.template(o.ID)
	if err == nil {
		l.Others = spread(list, l.places())
	}
	return l, err
}

// AmountRupiah is the amount in whole rupiah; ok is false where there is none, or one
// with sen.
func (p Payload) AmountRupiah() (n int64, ok bool) {
	whole, fraction, point := strings.Cut(p.Amount, ".")
	if whole == "" || len(whole) > 13 || !digits(whole) || point && strings.Trim(fraction, "0") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	return n, err == nil
}

// NMID is the merchant's national number, from ID 51; it may be empty.
func (p Payload) NMID() string {
	for _, a := range p.Accounts {
		if a.ID == NationalID {
			return a.MerchantID
		}
	}
	return ""
}

// String is one line without personal data: "QRIS dynamic 10000 IDR TOKO UJI".
func (p Payload) String() string {
	kind := map[Initiation]string{Static: "static", Dynamic: "dynamic"}[p.Initiation]
	if kind == "" {
		kind = "code"
	}
	amount := p.Amount
	if amount == "" {
		amount = "any amount"
	}
	return fmt.Sprintf("QRIS %s, %s in currency %s, %s", kind, visible(amount), visible(p.Currency), visible(p.MerchantName))
}

// Format prints String for every verb.
func (p Payload) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue is String.
func (p Payload) LogValue() slog.Value { return slog.StringValue(p.String()) }

// String is the labels without the rest, which may be the customer's.
func (a Additional) String() string {
	return fmt.Sprintf("bill %s, reference %s, terminal %s", visible(a.BillNumber), visible(a.ReferenceLabel), visible(a.TerminalLabel))
}

// Format prints String for every verb.
func (a Additional) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// LogValue is String.
func (a Additional) LogValue() slog.Value { return slog.StringValue(a.String()) }

func length(s string) int { return utf8.RuneCountInString(s) }
