package config

import (
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
)

// This file reads accounts at the two aggregators, DOKU and Faspay.

// fileDOKU are the keys of an account on the rail doku, beside client_id and notify, which it shares with snap.
type fileDOKU struct {
	SecretKeyFile    string `koanf:"secret_key_file"`
	SecretKeyEnv     string `koanf:"secret_key_env"`
	Unsigned         bool   `koanf:"unsigned"`
	VoidPath         string `koanf:"void_path"`
	ResponseCheckSum string `koanf:"response_check_sum"`
	SignedResponses  bool   `koanf:"signed_responses"`
	CanVoid          *bool  `koanf:"can_void"`
	CheckAfter       string `koanf:"check_after"`
}

// fileFaspay are the keys of an account on the rail faspay.
type fileFaspay struct {
	MerchantID     string       `koanf:"merchant_id"`
	MerchantName   string       `koanf:"merchant_name"`
	UserID         string       `koanf:"user_id"`
	PasswordFile   string       `koanf:"password_file"`
	PasswordEnv    string       `koanf:"password_env"`
	Flow           string       `koanf:"flow"`
	BillLife       string       `koanf:"bill_life"`
	Encoding       string       `koanf:"encoding"`
	DecimalAmounts bool         `koanf:"decimal_amounts"`
	ContentType    string       `koanf:"content_type"`
	PostDataXML    string       `koanf:"post_data_xml_path"`
	InquiryXML     string       `koanf:"inquiry_xml_path"`
	CancelXML      string       `koanf:"cancel_xml_path"`
	Redirect       string       `koanf:"redirect_path"`
	Customer       fileCustomer `koanf:"customer"`
	Confirm        *bool        `koanf:"confirm_notified"`
}

type fileCustomer struct {
	Name  string `koanf:"name"`
	Email string `koanf:"email"`
}

// aggregatorURLs are the aggregators' own addresses; the sandbox has none of its own.
var aggregatorURLs = map[payment.Rail]map[merchant.Environment]string{ // never written
	payment.DOKU:   {merchant.Staging: "https://api-sandbox.doku.com", merchant.Production: "https://api.doku.com"},
	payment.Faspay: {merchant.Staging: "https://debit-sandbox.faspay.co.id", merchant.Production: "https://web.faspay.co.id"},
}

// onlyOf refuses keys of rails that an account is not on.
func (r *resolver) onlyOf(where string, a fileAccount, own payment.Rail) {
	snap := a.SNAP
	if own == payment.DOKU {
		snap.ClientID, snap.Notify.Tolerance, snap.Notify.Path = "", "", ""
	}
	for _, group := range []struct {
		rail  payment.Rail
		given bool
	}{
		{payment.OVO, a.ovoOnly()},
		{payment.SNAP, !snap.unused()},
		{payment.DOKU, a.DOKU != fileDOKU{}},
		{payment.Faspay, a.Faspay != fileFaspay{}},
	} {
		r.must(group.rail == own || !group.given, where, "has keys of the rail "+string(group.rail)+", which this rail does not know")
	}
}

// aggregator reads what both have in common. They know nothing of terminals: an account has one of its own name, or those
// that are named for the merchant's own books.
func (r *resolver) aggregator(where, merchantID string, a fileAccount, ids map[string]bool, terms payment.Terms) merchant.Account {
	environment := merchant.Environment(a.Environment)
	r.oneOf(where+".environment", a.Environment, string(merchant.Sandbox), string(merchant.Staging), string(merchant.Production))
	r.onlyOf(where, a, terms.Rail)
	out := merchant.Account{
		ID: a.ID, MerchantID: merchantID, Rail: terms.Rail, Environment: environment,
		URL:   or(a.URL, aggregatorURLs[terms.Rail][environment]),
		Terms: r.shorten(where+".terms", terms, a.Terms, environment),
	}
	r.address(where, out)
	terminals := a.Terminals
	if len(terminals) == 0 {
		terminals = []fileTerminal{{ID: a.ID}}
	}
	for i, t := range terminals {
		at := fmt.Sprintf("%s.terminals[%d]", where, i)
		if len(a.Terminals) == 0 {
			at = where
		}
		r.must(t.ID != "" && !ids[t.ID], at+".id", "must be there and be unique among the merchant's terminals")
		ids[t.ID] = true
		r.must(t == fileTerminal{ID: t.ID}, at, "has more than an id, which is all that this rail knows of terminals")
		out.Terminals = append(out.Terminals, merchant.Terminal{Terminal: payment.Terminal{ID: t.ID}, Style: payment.BySequence})
	}
	return out
}

func (r *resolver) dokuAccount(where, merchantID string, a fileAccount, ids map[string]bool) merchant.Account {
	d, terms := a.DOKU, payment.DOKUTerms()
	terms.CanVoid = d.CanVoid == nil || *d.CanVoid
	if d.CheckAfter != "" {
		terms.CheckAfter = r.duration(where+".check_after", d.CheckAfter)
		r.must(terms.CheckAfter <= time.Hour, where+".check_after", "must be at most 1h")
	}
	out := r.aggregator(where, merchantID, a, ids, terms)
	out.DOKU = merchant.DOKUCredentials{
		ClientID: a.SNAP.ClientID, SecretKey: r.secret(where+".secret_key", d.SecretKeyFile, d.SecretKeyEnv), Unsigned: d.Unsigned,
		VoidPath: d.VoidPath, ResponseCheckSum: d.ResponseCheckSum, SignedResponses: d.SignedResponses,
	}
	r.must(out.DOKU.ClientID != "", where+".client_id", "is missing: it stands in DOKU Back Office, MCH-… or BRN-…")
	r.must(d.VoidPath == "" || strings.HasPrefix(d.VoidPath, "/"), where+".void_path", "must begin with /")
	r.must(d.ResponseCheckSum == "" || d.ResponseCheckSum == "alphabetical", where+".response_check_sum", "must be alphabetical, or left out")
	r.must(!d.Unsigned || !d.SignedResponses, where+".signed_responses", "cannot be had with unsigned: an answer's signature covers the request's headers")
	out.DOKU.NotifyPath = a.SNAP.Notify.Path
	r.notifyPath(where+".notify", out.DOKU.NotifyPath)
	if tolerance := a.SNAP.Notify.Tolerance; tolerance != "" {
		out.DOKU.NotifyTolerance = r.duration(where+".notify.tolerance", tolerance)
	}
	return out
}

func (r *resolver) faspayAccount(where, merchantID string, a fileAccount, ids map[string]bool) merchant.Account {
	f, terms := a.Faspay, payment.FaspayTerms()
	terms.Flow = payment.Flow(or(f.Flow, string(payment.Direct)))
	terms.ConfirmNotified = f.Confirm == nil || *f.Confirm
	r.oneOf(where+".flow", string(terms.Flow), string(payment.Direct), string(payment.Redirect))
	if f.BillLife != "" {
		terms.BillLife = r.duration(where+".bill_life", f.BillLife)
		r.must(terms.BillLife >= terms.BillLifeMin && terms.BillLife <= terms.BillLifeMax, where+".bill_life",
			fmt.Sprintf("must be from %s to %s", terms.BillLifeMin, terms.BillLifeMax))
	}
	out := r.aggregator(where, merchantID, a, ids, terms)
	out.Faspay = merchant.FaspayCredentials{
		MerchantID: f.MerchantID, Merchant: f.MerchantName, UserID: f.UserID,
		Password: r.secret(where+".password", f.PasswordFile, f.PasswordEnv), Encoding: or(f.Encoding, "json"),
		DecimalAmounts: f.DecimalAmounts, ContentType: f.ContentType,
		Paths: merchant.FaspayPaths{
			PostDataXML: f.PostDataXML, InquiryXML: f.InquiryXML, CancelXML: f.CancelXML, Redirect: f.Redirect,
		},
		Customer: r.customer(where+".customer", f.Customer),
	}
	r.must(len(f.MerchantID) == 5 && strings.Trim(f.MerchantID, "0123456789") == "", where+".merchant_id", "must be 5 digits: Faspay gives it")
	r.must(f.MerchantName != "" && len(f.MerchantName) <= 32, where+".merchant_name", "must be there, at most 32 characters: it stands on bills")
	r.must(f.UserID != "", where+".user_id", "is missing: Faspay gives it with the password")
	r.oneOf(where+".encoding", out.Faspay.Encoding, "json", "xml")
	for _, path := range []struct{ key, path string }{
		{"post_data_xml_path", f.PostDataXML}, {"inquiry_xml_path", f.InquiryXML}, {"cancel_xml_path", f.CancelXML},
	} {
		r.must(f.Encoding != "xml" || out.Environment != merchant.Production || path.path != "", where+"."+path.key,
			"is missing: for XML in production it is published nowhere, ask Faspay")
		r.must(path.path == "" || strings.HasPrefix(path.path, "/"), where+"."+path.key, "must begin with /")
	}
	r.must(f.Redirect == "" || (strings.HasPrefix(f.Redirect, "/") && strings.HasSuffix(f.Redirect, "/")), where+".redirect_path", "must begin and end with /")
	return out
}

// customer reads who is billed where the merchant names nobody.
func (r *resolver) customer(where string, c fileCustomer) merchant.FaspayCustomer {
	out := merchant.FaspayCustomer{Name: or(c.Name, "Pelanggan"), Email: c.Email}
	address, err := mail.ParseAddress(c.Email)
	r.must(err == nil && address.Address == c.Email, where+".email", "must be an address of yours: Faspay takes no bill without one")
	return out
}

func (r *resolver) duration(where, text string) time.Duration {
	d, err := time.ParseDuration(text)
	r.must(err == nil && d > 0, where, "must be a length of time such as 30m")
	return d
}
