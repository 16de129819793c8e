package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/returns"
)

// NewPayment is the body of a request for a payment.
type NewPayment struct {
	Amount      int64             `json:"amount" minimum:"1" maximum:"999999999999" example:"12500" doc:"Whole rupiah."`
	Reference   string            `json:"reference" minLength:"1" maxLength:"64" example:"INV-1" doc:"Your own; need not be unique. No control characters."`
	Method      string            `json:"method,omitempty" enum:"ovo_push,qris" example:"ovo_push" doc:"How the customer pays: ovo_push asks in the OVO app of a phone, qris shows a QR that any app with QRIS can scan. Left out: the customer chooses at checkout_url."`
	Methods     []string          `json:"methods,omitempty" minItems:"1" maxItems:"2" uniqueItems:"true" enum:"ovo_push,qris" nullable:"false" example:"[\"ovo_push\",\"qris\"]" doc:"In place of method: among which the customer chooses at checkout_url, in this order. Those that cannot take the payment are not offered."`
	Phone       string            `json:"phone,omitempty" minLength:"10" maxLength:"40" example:"081211111111" doc:"Of the method ovo_push, and taken with no other. The customer's Indonesian mobile number: 08…, 62… or +62…; 10 to 13 digits in the form 08…. Left out: the customer gives it at checkout_url."`
	Rail        string            `json:"rail,omitempty" enum:"ovo,snap,doku,faspay" doc:"By which way: ovo, doku or faspay for ovo_push, snap for qris; chosen when left out."`
	Outlet      string            `json:"outlet,omitempty" pattern:"^[A-Za-z0-9_.-]{1,64}$" example:"tebet" doc:"Which of your outlets is paid: only its accounts take the payment. Left out: the accounts that are yours as a whole, or the one that you name."`
	Account     string            `json:"account,omitempty" pattern:"^[A-Za-z0-9_.-]{1,64}$" doc:"Which of your accounts; the first that fits when left out."`
	Terminal    string            `json:"terminal,omitempty" pattern:"^[A-Za-z0-9_.-]{1,64}$" doc:"Which terminal of the account; its first when left out."`
	Description string            `json:"description,omitempty" maxLength:"255" doc:"For you, and for the bill where the rail makes one; no control characters."`
	ReturnURL   string            `json:"return_url,omitempty" maxLength:"2048" example:"https://shop.example/orders/7" doc:"Your page for the customer afterwards: the page at checkout_url leads there once the payment has ended. https://…; with a test key also http:// to this machine. payment_id, reference, state, version, time and signature are added to its query, so it must not have them. That somebody comes back is a hint and no proof: ask the API, or wait for the webhook."`
	Metadata    map[string]string `json:"metadata,omitempty" maxProperties:"20" doc:"Your own data: keys of 1 to 40 letters, digits, _ . or -; values of at most 500 characters."`

	Customer  *NewCustomer `json:"customer,omitempty" doc:"Who is billed, where the rail makes a bill; what is left out is the account's."`
	Items     []NewItem    `json:"items,omitempty" minItems:"1" maxItems:"100" nullable:"false" doc:"The lines of the bill, where the rail makes one; one of the whole amount when left out. They are shown, and not added up."`
	ExpiresAt string       `json:"expires_at,omitempty" format:"date-time" example:"2026-03-21T11:15:30+07:00" doc:"Until when the bill can be paid, where the rail makes one; as long as the account says when left out. Of a payment whose customer chooses at checkout_url: until when that can be done, from a minute to 30 days ahead; an hour, or as configured, when left out."`
}

const (
	amountMax      = 999_999_999_999 // 12 digits: what every rail can write
	referenceMax   = 64
	descriptionMax = 255
	phoneMax       = 40 // with the spaces and dashes that people write
	reasonMax      = 255
	returnMax      = 2048
	metadataMax    = 20
	metadataKey    = 40
	metadataValue  = 500
	mistakesMax    = 20 // listed in one answer
)

var (
	accountForm  = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`) // never written
	metadataForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,40}$`) // never written
	orderFields  = []string{"amount", "reference", "method", "methods", "phone", "rail", "outlet", "account", "terminal", "description", "metadata", "return_url", "customer", "items", "expires_at"}
	orderNeeded  = orderFields[:2]
	knownRails   = []payment.Rail{payment.OVO, payment.SNAP, payment.DOKU, payment.Faspay}
)

// readOrder reads and checks the body of a request for a payment. It gives all mistakes at once. hosted tells whether there is
// a page on which the customer can choose.
func readOrder(body []byte, mode payment.Mode, hosted bool) (NewPayment, engine.Order, *Problem) {
	var n NewPayment
	all, p := object(body)
	if p != nil {
		return n, engine.Order{}, p
	}
	var wrong []*Problem
	for _, m := range all {
		if p := n.set(m); p != nil {
			wrong = append(wrong, p)
		}
		if len(wrong) == mistakesMax {
			return n, engine.Order{}, several(wrong)
		}
	}
	for _, name := range orderNeeded {
		if !slices.ContainsFunc(all, func(m member) bool { return m.name == name }) {
			wrong = append(wrong, missing(name))
		}
	}
	given := func(name string) bool { return slices.ContainsFunc(all, func(m member) bool { return m.name == name }) }
	wrong = append(wrong, n.fit(given, hosted)...)
	if given("return_url") && n.ReturnURL != "" {
		if _, ok := returns.Parse(n.ReturnURL, mode); !ok {
			wrong = append(wrong, problem("return_url_invalid", "return_url is no address of a web page to which a customer may be sent").in("return_url"))
		}
	}
	var phone payment.Phone
	if n.Phone != "" {
		var err error
		if phone, err = payment.ParsePhone(n.Phone); err != nil {
			wrong = append(wrong, phoneProblem(err))
		}
	}
	if len(wrong) > 0 {
		return n, engine.Order{}, several(wrong)
	}
	return n, engine.Order{
		Method: payment.Method(n.Method), Methods: n.choice(), Rail: payment.Rail(n.Rail), Outlet: n.Outlet, Account: n.Account, Terminal: n.Terminal,
		Amount: payment.Rupiah(n.Amount), Phone: phone, Reference: n.Reference, Description: n.Description, Metadata: n.Metadata, ReturnURL: n.ReturnURL,
		Customer: n.Customer.customer(), Items: itemsOf(n.Items), ExpiresAt: n.expiry(),
	}, nil
}

// choice are the methods among which the customer chooses; nil where the merchant has chosen, and given what is needed.
func (n *NewPayment) choice() (methods []payment.Method) {
	switch {
	case n.Method == string(payment.OVOPush) && n.Phone == "":
		return []payment.Method{payment.OVOPush}
	case n.Method != "":
		return nil
	case n.Methods == nil:
		return []payment.Method{payment.OVOPush, payment.QRIS}
	}
	for _, m := range n.Methods {
		methods = append(methods, payment.Method(m))
	}
	return methods
}

// fit tells what does not go with the method, and what is missing where there is no page on which the customer could say it.
func (n *NewPayment) fit(given func(field string) bool, hosted bool) (wrong []*Problem) {
	const orHosted = "Add it; or, for the customer to choose on a page of the gateway, have its public_url configured."
	asked := payment.Method(n.Method)
	switch {
	case !hosted && !given("method"):
		wrong = append(wrong, missing("method").hinting(orHosted))
	case !hosted && asked == payment.OVOPush && !given("phone"):
		wrong = append(wrong, problem(payment.CodePhoneMissing, "phone is missing: a push goes to a phone").in("phone").hinting(orHosted))
	case given("method") && given("methods"):
		wrong = append(wrong, problem("methods_invalid", "method and methods are both there").in("methods"))
	case asked == payment.QRIS && given("phone"):
		wrong = append(wrong, problem("phone_unwanted", "a QR is made without the customer's phone number").in("phone"))
	case !given("method") && given("phone"):
		wrong = append(wrong, problem("phone_unwanted", "where the customer chooses the method, the customer gives the phone number too").in("phone").
			hinting("Leave phone out; or give it with the method ovo_push."))
	}
	lines, known := railsOf[asked]
	for _, m := range n.Methods {
		lines, known = append(slices.Clone(lines), railsOf[payment.Method(m)]...), true
	}
	if known && n.Rail != "" && !slices.Contains(lines, payment.Rail(n.Rail)) {
		method := n.Method
		if method == "" {
			method = strings.Join(n.Methods, " and ")
		}
		wrong = append(wrong, problem("rail_method_mismatch", "the rail "+n.Rail+" has no "+method).in("rail").
			hinting(fmt.Sprintf("%s goes by %s; or leave rail out.", method, strings.Join(namesOf(lines), ", "))))
	}
	return wrong
}

// railsOf are the rails that have a method.
var railsOf = map[payment.Method][]payment.Rail{ // never written
	payment.OVOPush: {payment.OVO, payment.DOKU, payment.Faspay}, payment.QRIS: {payment.SNAP},
}

func namesOf(lines []payment.Rail) (names []string) {
	for _, line := range lines {
		names = append(names, string(line))
	}
	return names
}

func missing(name string) *Problem {
	return problem("missing_field", name+" is missing").in(name)
}

// phoneProblem tells what is wrong with a phone number without repeating it.
func phoneProblem(err error) *Problem {
	_, why, found := strings.Cut(err.Error(), payment.ErrPhone.Error()+": ")
	if !found || !errors.Is(err, payment.ErrPhone) {
		why = "it is " + payment.ErrPhone.Error()
	}
	return problem("phone_invalid", "phone: "+why).in("phone")
}

// set takes one field of the body.
func (n *NewPayment) set(m member) (p *Problem) {
	switch m.name {
	case "amount":
		n.Amount, p = readAmount(m.value)
	case "reference":
		n.Reference, p = readText(m, 1, referenceMax, "reference_invalid")
	case "method":
		n.Method, p = readMethod(m)
	case "methods":
		n.Methods, p = readMethods(m.value)
	case "phone":
		n.Phone, p = readPhone(m)
	case "rail":
		n.Rail, p = readRail(m)
	case "outlet":
		n.Outlet, p = readName(m)
	case "account":
		n.Account, p = readName(m)
	case "terminal":
		n.Terminal, p = readName(m)
	case "description":
		n.Description, p = readText(m, 0, descriptionMax, "description_invalid")
	case "return_url":
		n.ReturnURL, p = readReturnURL(m)
	case "metadata":
		n.Metadata, p = readMetadata(m.value)
	case "customer":
		n.Customer, p = readCustomer(m.value)
	case "items":
		n.Items, p = readItems(m.value)
	case "expires_at":
		n.ExpiresAt, p = readExpiry(m)
	default:
		return unknownField(m.name, orderFields)
	}
	return p
}

func unknownField(name string, known []string) *Problem {
	p := problem("unknown_field", "there is no such field").in(safeName(name))
	if p.Field != "" {
		p.Detail = fmt.Sprintf("there is no field %q", p.Field)
	}
	if near := nearest(name, known); near != "" {
		p.hinting(fmt.Sprintf("Did you mean %q?", near))
	}
	return p
}

// readPhone reads a phone as it was written; whether it is one is asked later, so that all mistakes come at once.
func readPhone(m member) (string, *Problem) {
	s, p := text("phone", m.value)
	switch {
	case p != nil:
		return "", p
	case s == "":
		return "", problem("phone_invalid", "phone: it is empty").in("phone")
	case utf8.RuneCountInString(s) > phoneMax:
		return "", problem("phone_invalid", fmt.Sprintf("phone: it has more than %d characters", phoneMax)).in("phone")
	}
	return s, nil
}

func readAmount(value json.RawMessage) (int64, *Problem) {
	if kindOf(value) != "a number" {
		return 0, wrongType("amount", "a number of whole rupiah, without quotes", value).hinting(catalogue["amount_not_integer"].hint)
	}
	if !wholeNumber.Match(value) {
		return 0, problem("amount_not_integer", "amount must be whole rupiah, written in digits").in("amount")
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	switch {
	case value[0] == '-' || (err == nil && n < 1):
		return 0, problem(payment.CodeAmountTooSmall, "the smallest amount is "+payment.Rupiah(1).String()).in("amount")
	case err != nil || n > amountMax:
		return 0, problem(payment.CodeAmountTooLarge, "the largest amount is "+payment.Rupiah(amountMax).String()).in("amount")
	}
	return n, nil
}

// readText reads a line of text of so many characters.
func readText(m member, least, most int, code string) (string, *Problem) {
	s, p := text(m.name, m.value)
	if p != nil {
		return "", p
	}
	return s, checkText(m.name, s, least, most, code)
}

func checkText(field, s string, least, most int, code string) *Problem {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		return problem(code, field+" is empty").in(field)
	case n > most:
		return problem(code, fmt.Sprintf("%s has %d characters, at most %d are taken", field, n, most)).in(field)
	case !plain(s):
		return problem(code, field+" holds control characters, or escapes that are no characters").in(field)
	case least > 0 && strings.TrimSpace(s) == "":
		return problem(code, field+" is blank").in(field)
	}
	return nil
}

// readReturnURL reads an address as it was written; where it may lead is asked later.
func readReturnURL(m member) (string, *Problem) {
	return readText(m, 1, returnMax, "return_url_invalid")
}

// readMethods reads a list of methods, each once.
func readMethods(value json.RawMessage) ([]string, *Problem) {
	var list []json.RawMessage
	if kindOf(value) != "an array" || json.Unmarshal(value, &list) != nil {
		return nil, wrongType("methods", "an array", value)
	}
	if len(list) == 0 || len(list) > len(railsOf) {
		return nil, problem("methods_invalid", fmt.Sprintf("methods has %d entries, 1 to %d are taken", len(list), len(railsOf))).in("methods")
	}
	var methods []string
	for i, value := range list {
		s, p := readMethod(member{fmt.Sprintf("methods.%d", i), value})
		switch {
		case p != nil:
			return nil, p
		case slices.Contains(methods, s):
			return nil, problem("methods_invalid", "methods names "+s+" twice").in("methods")
		}
		methods = append(methods, s)
	}
	return methods, nil
}

func readMethod(m member) (string, *Problem) {
	s, p := text(m.name, m.value)
	switch {
	case p != nil:
		return "", p
	case len(railsOf[payment.Method(s)]) > 0:
		return s, nil
	}
	return "", problem("method_unknown", "there is no such method").in(m.name)
}

func readRail(m member) (string, *Problem) {
	s, p := text(m.name, m.value)
	switch {
	case p != nil:
		return "", p
	case slices.Contains(knownRails, payment.Rail(s)):
		return s, nil
	}
	return "", problem("rail_unknown", "there is no such rail").in("rail")
}

func readName(m member) (string, *Problem) {
	s, p := text(m.name, m.value)
	if p == nil && !accountForm.MatchString(s) {
		p = problem("name_invalid", m.name+" is not a name of ours").in(m.name)
	}
	return s, p
}

func readMetadata(value json.RawMessage) (map[string]string, *Problem) {
	const code = "metadata_invalid"
	all, p := members(value, "metadata")
	if p != nil {
		return nil, p
	}
	if len(all) > metadataMax {
		return nil, problem(code, fmt.Sprintf("metadata has %d entries, at most %d are taken", len(all), metadataMax)).in("metadata")
	}
	if len(all) == 0 {
		return nil, nil
	}
	data := make(map[string]string, len(all))
	for _, m := range all {
		field := safeName("metadata." + m.name)
		if field == "" || m.name == "" {
			field = "metadata"
		}
		if !metadataForm.MatchString(m.name) {
			return nil, problem(code, fmt.Sprintf("a key of metadata is not 1 to %d letters, digits, _ . or -", metadataKey)).in(field)
		}
		s, p := text(field, m.value)
		if p != nil {
			return nil, p
		}
		if p := checkText(field, s, 0, metadataValue, code); p != nil {
			return nil, p
		}
		data[m.name] = s
	}
	return data, nil
}

// fingerprint tells two requests apart: by route and body, not by the order of fields, white space or ?wait=.
func fingerprint(route string, body any) string {
	b, err := json.Marshal(body)
	if err != nil {
		panic("api: a request cannot be written: " + err.Error())
	}
	sum := sha256.Sum256(append([]byte(route+"\n"), b...))
	return hex.EncodeToString(sum[:])
}

// TransformSchema says what tags cannot: of metadata, and what goes with which method.
func (NewPayment) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	most := metadataValue
	s.Properties["metadata"].AdditionalProperties = &huma.Schema{Type: huma.TypeString, MaxLength: &most}
	only := func(values ...string) *huma.Schema {
		s := &huma.Schema{Type: huma.TypeString}
		for _, v := range values {
			s.Enum = append(s.Enum, v)
		}
		return s
	}
	without := func(fields ...string) *huma.Schema {
		not := &huma.Schema{}
		for _, f := range fields {
			not.AnyOf = append(not.AnyOf, &huma.Schema{Required: []string{f}})
		}
		return not
	}
	of := func(m payment.Method, not ...string) *huma.Schema {
		return &huma.Schema{AdditionalProperties: true, Required: []string{"method"}, Not: without(not...), Properties: map[string]*huma.Schema{
			"method": only(string(m)), "rail": only(namesOf(railsOf[m])...),
		}}
	}
	s.AnyOf = []*huma.Schema{
		of(payment.OVOPush, "methods"), of(payment.QRIS, "methods", "phone"), {AdditionalProperties: true, Not: without("method", "phone")},
	}
	return s
}
