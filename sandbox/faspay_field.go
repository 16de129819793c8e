package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// faspayField is one field of a message: whether it must stand there, how long it may be
// and what its value must be.
type faspayField struct {
	name    string
	needed  bool
	longest int // characters
	value   func(string) bool
	code    string // of a wrong value; empty: 30
	rule    Rule   // of a wrong value; empty: RuleFaspayField
	due     string // "must be …"
}

// judge looks at one field. A field that is null, empty or the text "null" is missing.
func (d *faspayField) judge(n *faspayNode) verdict {
	m := n.find(d.name)
	if m != nil && m.kind != 's' && m.kind != 'n' && m.kind != 'z' {
		return faspayWrong("30", d.name, "is neither text nor number", RuleFaspayFieldType)
	}
	text := n.get(d.name)
	switch {
	case text == "" && d.needed:
		return faspayMissing(d.name)
	case text == "":
	case utf8.RuneCountInString(text) > d.longest:
		return faspayWrong("30", d.name, fmt.Sprintf("is longer than %d characters", d.longest), RuleFaspayField)
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return faspayWrong("30", d.name, "has control characters", RuleFaspayField)
	case d.value != nil && !d.value(text):
		code, rule := d.code, d.rule
		if code == "" {
			code = "30"
		}
		if rule == "" {
			rule = RuleFaspayField
		}
		return faspayWrong(code, d.name, "must be "+d.due, rule)
	}
	return verdict{}
}

// faspayFields are those of an operation. Faspay, Post Data Transaction and its sisters:
// mandatory, conditional for OVO (billing_name) and optional, with their lengths.
func faspayFields(o Operation) []faspayField {
	text := func(name string, longest int) faspayField { return faspayField{name: name, longest: longest} }
	must := func(f faspayField) faspayField { f.needed = true; return f }
	trxID := faspayField{name: "trx_id", longest: 20, value: digits, due: "digits", rule: RuleFaspayTrxID}
	billNo := must(faspayField{name: "bill_no", longest: 32, value: asciiWord, due: "letters, digits and signs, without spaces", rule: RuleFaspayBillNo})
	common := []faspayField{text("request", 50), text("merchant_id", 5), text("merchant", 32), text("signature", 40)}
	switch o {
	case OperationDirect:
		return []faspayField{must(trxID), must(text("ovo_number", 20)), text("signature", 40)}
	case OperationBillInquiry:
		billNo.needed = false // it has been found by either
		return append(common, trxID, billNo)
	case OperationBillCancel:
		return append(common, must(trxID), billNo, must(text("payment_cancel", 50)))
	case OperationPostData:
		return append(common, faspayBillFields(text, must, billNo)...)
	}
	return common
}

func faspayBillFields(text func(string, int) faspayField, must func(faspayField) faspayField, billNo faspayField) []faspayField {
	date := func(name string, rule Rule) faspayField {
		return must(faspayField{name: name, longest: 19, value: isFaspayDate, due: "YYYY-MM-DD HH:MM:SS", rule: rule})
	}
	amount := func(name string) faspayField {
		return faspayField{name: name, longest: 18, value: isScaled, due: "rupiah times 100, up to 15 digits", code: "13", rule: RuleFaspayAmount}
	}
	one := func(name string, rule Rule, code, due string, values ...string) faspayField {
		is := func(s string) bool { return slices.Contains(values, s) }
		return must(faspayField{name: name, longest: 3, value: is, code: code, rule: rule, due: due})
	}
	fields := []faspayField{
		must(text("request", 50)), billNo, text("bill_reff", 32), date("bill_date", RuleFaspayBillDate), date("bill_expired", RuleFaspayBillExpired),
		must(text("bill_desc", 128)), one("bill_currency", "", "", "IDR", "IDR"),
		amount("bill_gross"), amount("bill_miscfee"), amount("bill_tax"), must(amount("bill_total")),
		must(faspayField{name: "payment_channel", longest: 3, value: digits, due: "3 digits", rule: RuleFaspayChannel, code: "82"}),
		one("pay_type", RuleFaspayPayType, "30", "1, 2 or 3", "1", "01", "2", "02", "3", "03"),
		must(text("cust_no", 32)), must(text("cust_name", 128)), text("bank_userid", 128),
		must(faspayField{name: "msisdn", longest: 64, value: isCustomerPhone, due: "the customer's phone number in digits", code: "18", rule: RuleFaspayCustomer}),
		must(faspayField{name: "email", longest: 128, value: isEmail, due: "an address with one @"}),
		one("terminal", RuleFaspayTerminal, "30", "10, 21 or 22", "10", "21", "22"),
		must(text("billing_name", 128)), text("receiver_name_for_shipping", 128), text("reserve1", 50), text("reserve2", 50),
	}
	for _, of := range [...]string{"billing", "shipping"} {
		fields = append(fields, text(of+"_lastname", 100), text(of+"_address", 200), text(of+"_address_city", 50),
			text(of+"_address_region", 100), text(of+"_address_state", 100), text(of+"_address_poscode", 10),
			text(of+"_address_country_code", 10), text(of+"_msisdn", 65))
	}
	return fields
}

// faspayItemFields are those of an item.
func faspayItemFields() []faspayField {
	plan := func(s string) bool { return slices.Contains([]string{"1", "01", "2", "02"}, s) }
	return []faspayField{
		{name: "id", longest: 50},
		{name: "product", needed: true, longest: 50},
		{name: "qty", needed: true, longest: 7, value: digits, due: "a number", rule: RuleFaspayItem},
		{name: "amount", needed: true, longest: 18, value: isScaled, due: "rupiah times 100, up to 15 digits", code: "13", rule: RuleFaspayAmount},
		{name: "payment_plan", longest: 2, value: plan, due: "01 or 02", rule: RuleFaspayItem},
		{name: "merchant_id", longest: 15, value: digits, due: "digits", rule: RuleFaspayItem},
		{name: "tenor", longest: 2, value: digits, due: "two digits", rule: RuleFaspayItem},
		{name: "type", longest: 50},
		{name: "url", longest: 255},
		{name: "image_url", longest: 255},
	}
}

const faspayDate = "2006-01-02 15:04:05"

func faspayTime(s string) time.Time {
	t, err := time.ParseInLocation(faspayDate, s, WIB)
	if err != nil || len(s) != len(faspayDate) {
		return time.Time{}
	}
	return t
}

func isFaspayDate(s string) bool { return !faspayTime(s).IsZero() }

func isScaled(s string) bool {
	_, _, ok := scaledRupiah(s)
	return ok
}

// scaledRupiah reads an amount of a request in whole rupiah: times 100, or with a point
// and two decimals as Faspay's old tool for XML writes it. whole is false where there are
// hundredths; ok is false for what is none.
func scaledRupiah(s string) (rupiah int64, whole, ok bool) {
	before, after, pointed := strings.Cut(s, ".")
	if !digits(before) || len(before) > 15 || pointed && (!digits(after) || len(after) > 2) {
		return 0, false, false
	}
	n, err := strconv.ParseInt(before, 10, 64)
	if err != nil {
		return 0, false, false
	}
	if pointed {
		return n, strings.Trim(after, "0") == "", true
	}
	return n / 100, n%100 == 0, true
}

// isCustomerPhone: with or without +62, 62 or 0 in front, as Faspay's samples differ.
func isCustomerPhone(s string) bool {
	s = strings.TrimPrefix(s, "+")
	return digits(s) && len(s) >= 8 && len(s) <= 15
}

func isEmail(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	return ok && name != "" && host != "" && !strings.ContainsAny(s, " <>\"") && !strings.Contains(host, "@")
}

func asciiWord(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// judgeUnusual notes what is let through although the documents have it otherwise.
func (f *faspayRail) judgeUnusual(now time.Time, held *call) {
	c := held.faspay
	note := func(rule Rule, detail string) { f.core.violated(now, held, rule, true, detail) }
	known := faspayFields(c.operation)
	for _, m := range c.message.list {
		if m.name != "item" && !slices.ContainsFunc(known, func(d faspayField) bool { return d.name == m.name }) {
			note(RuleFaspayUnknownField, clip(m.name, 40))
			break
		}
	}
	if c.operation == OperationPostData {
		if c.message.get("merchant") == "" {
			note(RuleFaspayMerchantName, "merchant is missing")
		}
		if c.form == FaspayJSON && strings.Contains(c.message.get("bill_total"), ".") {
			note(RuleFaspayAmountPoint, "bill_total has a point")
		}
	}
	if phone := c.message.get("ovo_number"); phone != "" && !strings.HasPrefix(phone, "08") {
		note(RuleFaspayPhoneFormat, "ovo_number is not in the 08xxx format")
	}
}

// judgeBill looks at what the fields of a bill say together.
func (f *faspayRail) judgeBill(now time.Time, held *call) verdict {
	m := &held.faspay.message
	total, whole, _ := scaledRupiah(m.get("bill_total"))
	made, until := faspayTime(m.get("bill_date")), faspayTime(m.get("bill_expired"))
	switch {
	case m.get("payment_channel") != "812":
		if slices.Contains([]string{"302", "711", "713", "720", "819"}, m.get("payment_channel")) {
			return faspayWrong("40", "payment_channel", "is not emulated here: OVO is 812", RuleFaspayChannel)
		}
		return faspayWrong("82", "payment_channel", "is not known: OVO is 812", RuleFaspayChannel)
	case strings.TrimPrefix(m.get("pay_type"), "0") != "1":
		return faspayWrong("40", "pay_type", "must be 1 for OVO", RuleFaspayPayType)
	case total < 1:
		return faspayWrong("13", "bill_total", "is below 1 rupiah: amounts are written times 100", RuleFaspayAmount)
	case !whole:
		return faspayWrong("13", "bill_total", "is not whole rupiah: amounts are written times 100", RuleFaspayAmount)
	case !until.After(made):
		return faspayWrong("30", "bill_expired", "is not after bill_date", RuleFaspayBillExpired)
	case until.Sub(made) > 30*24*time.Hour:
		return faspayWrong("30", "bill_expired", "is more than 30 days after bill_date", RuleFaspayBillExpired)
	case !faspayLives(now, held.real, made, until).After(now):
		return faspayWrong("54", "bill_expired", "is past, in GMT+7", RuleFaspayBillExpired)
	}
	return f.judgeItems(now, held, total)
}

// faspayLives is when a bill expires by the sandbox's clock. A client that counts real
// time while the sandbox's runs faster means so much from now on.
func faspayLives(now, real, made, until time.Time) time.Time {
	if !real.IsZero() && real.Sub(made).Abs()+time.Minute < now.Sub(made).Abs() {
		return now.Add(until.Sub(real))
	}
	return until
}

func (f *faspayRail) judgeItems(now time.Time, held *call, total int64) verdict {
	m := &held.faspay.message
	items, ok := m.items()
	switch {
	case !ok:
		return faspayWrong("30", "item", "is no list of records", RuleFaspayFieldType)
	case len(items) == 0:
		return verdict{"83", "item", RuleFaspayItem, "item is missing"}
	}
	fields := faspayItemFields()
	for i := range items {
		for j := range fields {
			if v := fields[j].judge(&items[i]); v.rule != "" {
				at := fmt.Sprintf("item[%d].", i)
				return verdict{v.code, at + v.reason, v.rule, at + v.detail}
			}
		}
	}
	sum := int64(0)
	for _, name := range [...]string{"bill_gross", "bill_miscfee", "bill_tax"} {
		part, _, _ := scaledRupiah(m.get(name))
		sum += part
	}
	if sum != 0 && sum != total {
		f.core.violated(now, held, RuleFaspayAmountSum, true, "gross, fee and tax are another sum")
	}
	return verdict{}
}
