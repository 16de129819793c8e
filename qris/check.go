package qris

import (
	"errors"
	"fmt"
	"strings"
)

// Want is what a provider was asked for. Empty fields are not compared.
type Want struct {
	Amount     int64  // whole rupiah; 0: not compared
	MerchantID string // must be the merchant id of one of the accounts 26 to 51
	NMID       string // must be the merchant id of account 51
	// MerchantName must be the merchant's name; letter case and spaces around it do not
	// count, and a name that was cut to 25 characters is right.
	MerchantName  string
	TerminalLabel string // must be 62.07
	AllowStatic   bool   // a code for many payments is right too
	AllowTip      bool   // the app may ask for, or add, more than the amount
}

// Reason says in one word why a code must not be shown. The strings are stable and may
// be stored.
type Reason string

// The reasons.
const (
	BadForm       Reason = "malformed"
	WrongChecksum Reason = "checksum"
	WrongAmount   Reason = "amount"
	WrongMerchant Reason = "merchant"
	WrongTerminal Reason = "terminal"
	WrongCurrency Reason = "currency"
	WrongCountry  Reason = "country"
	WrongKind     Reason = "static" // for many payments
	UnexpectedTip Reason = "tip"
)

// Refusal is why a code must not be shown: all reasons, each with its words. It holds no
// values of the code, and so may be logged.
type Refusal struct {
	Reasons []Reason
	Words   []string
	cause   error // of a text that cannot be read
}

// Error is "qris: must not be shown: amount is not the payment's; …".
func (r *Refusal) Error() string {
	return "qris: must not be shown: " + strings.Join(r.Words, "; ")
}

// Unwrap gives the *Error of a text that cannot be read.
func (r *Refusal) Unwrap() error { return r.cause }

// Has tells whether reason is among the reasons.
func (r *Refusal) Has(reason Reason) bool {
	for _, have := range r.Reasons {
		if have == reason {
			return true
		}
	}
	return false
}

func (r *Refusal) must(ok bool, reason Reason, words string) {
	if !ok {
		r.Reasons, r.Words = append(r.Reasons, reason), append(r.Words, words)
	}
}

// Check reads a code that came from a provider and says whether it may be shown to a
// customer: well-formed with a right checksum, in rupiah, in Indonesia, for one payment,
// without tips, and of the wanted amount and merchant. Otherwise the error is a *Refusal
// with all reasons, and the payload what could be read.
func Check(text string, want Want) (Payload, error) {
	p, err := Parse(text)
	if errors.Is(err, ErrChecksum) {
		return p, &Refusal{[]Reason{WrongChecksum}, []string{"its checksum is wrong, so that nothing in it can be believed"}, err}
	}
	if err == nil {
		err = placed(p.Validate(), text)
	}
	if err != nil {
		return p, &Refusal{[]Reason{BadForm}, []string{strings.ReplaceAll(err.Error(), "\n", "; ")}, err}
	}
	r := new(Refusal)
	r.must(p.Currency == Rupiah, WrongCurrency, "its currency is not rupiah")
	r.must(p.Country == Indonesia, WrongCountry, "its country is not Indonesia")
	r.must(want.AllowStatic || p.Initiation == Dynamic, WrongKind, "it is not for one payment alone")
	r.must(want.AllowTip || p.Tip == NoTip && p.TipValue == "", UnexpectedTip, "it would ask the customer for more than the amount")
	if want.Amount != 0 {
		amount, ok := p.AmountRupiah()
		r.must(ok && amount == want.Amount, WrongAmount, fmt.Sprintf("its amount is not the payment's, %d rupiah", want.Amount))
	}
	r.must(want.MerchantID == "" || p.hasMerchant(want.MerchantID), WrongMerchant, "its merchant id is another merchant's")
	r.must(want.NMID == "" || p.NMID() == want.NMID, WrongMerchant, "its NMID is another merchant's")
	r.must(want.MerchantName == "" || sameName(p.MerchantName, want.MerchantName), WrongMerchant, "its merchant name is another merchant's")
	r.must(want.TerminalLabel == "" || p.Additional.TerminalLabel == want.TerminalLabel, WrongTerminal, "its terminal is another one")
	if len(r.Reasons) > 0 {
		return p, r
	}
	return p, nil
}

func (p Payload) hasMerchant(id string) bool {
	for _, a := range p.Accounts {
		if isTemplate(a.ID) && a.MerchantID == id {
			return true
		}
	}
	return false
}

func sameName(got, want string) bool {
	got, want = strings.ToUpper(strings.TrimSpace(got)), strings.ToUpper(strings.TrimSpace(want))
	if length(want) > 25 {
		want = strings.TrimSpace(string([]rune(want)[:25]))
	}
	return got == want
}
