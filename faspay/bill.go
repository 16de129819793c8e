package faspay

import (
	"fmt"
	"log/slog"
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// DateLayout is Faspay's form of dates, always in [WIB]: YYYY-MM-DD HH:MM:SS.
const DateLayout = "2006-01-02 15:04:05"

// WIB is Western Indonesia Time, UTC+7 without daylight saving. It is never changed.
var WIB = time.FixedZone("WIB", 7*3600)

// How long a bill may live: the default, which is OVO Integration Guide's sample, and the
// longest that Faspay takes.
const (
	DefaultExpiry = time.Hour
	MaxExpiry     = 30 * 24 * time.Hour
)

// ChannelOVO is Faspay's number for OVO.
const ChannelOVO = "812"

// PayType says how a bill is paid. OVO knows Full only.
type PayType string

// The pay types of Faspay, Post Data Transaction.
const (
	Full        PayType = "1"
	Installment PayType = "2"
	Mixed       PayType = "3"
)

// Terminal says where the customer is.
type Terminal string

// The terminals of Faspay, Post Data Transaction.
const (
	Web     Terminal = "10"
	Android Terminal = "21"
	IOS     Terminal = "22"
)

// Bill is what PostData makes. Number, Description, Total, Customer and Items are
// mandatory; what stands first in the comments is Faspay's name for the field. It prints
// without the customer.
type Bill struct {
	Number      string    // bill_no: unique, 1 to 32 letters, digits, '.', '_' or '-'; see BillNoIsSafe
	Reference   string    // bill_reff, up to 32 characters
	Date        time.Time // bill_date, sent in WIB; zero: when it is rendered
	Expires     time.Time // bill_expired, at most MaxExpiry after Date; zero: DefaultExpiry after it
	Description string    // bill_desc, up to 128 characters
	Gross       Amount    // bill_gross; zero is not sent, as with the next two
	MiscFee     Amount    // bill_miscfee
	Tax         Amount    // bill_tax
	Total       Amount    // bill_total, what is to be paid: 1 rupiah to MaxRupiah, whole. That the rest adds up to it is not asked
	Channel     string    // payment_channel; empty: ChannelOVO
	PayType     PayType   // pay_type; empty: Full
	Customer    Customer
	Terminal    Terminal // terminal; empty: Web
	Billing     Address  // billing_…; an empty Name is the customer's, which OVO wants
	Shipping    Address  // shipping_…
	Items       []Item   // item: 1 to MaxItems
	Reserve1    string   // reserve1, up to 50 characters
	Reserve2    string   // reserve2
}

// Customer is who pays.
type Customer struct {
	Number     string // cust_no, the merchant's own number, up to 32 characters
	Name       string // cust_name, up to 128 characters
	Phone      string // msisdn: an Indonesian mobile number, sent as 08…; see NormalizePhone
	Email      string // email, up to 128 characters
	BankUserID string // bank_userid, up to 128 characters; not OVO's
}

// Address is where to bill or to ship to. All is optional.
type Address struct {
	Name        string // billing_name, receiver_name_for_shipping: up to 100 characters
	LastName    string // …_lastname, up to 100
	Street      string // …_address, up to 200
	City        string // …_address_city, up to 50
	Region      string // …_address_region, up to 100
	State       string // …_address_state, up to 100
	PostalCode  string // …_address_poscode, up to 10
	CountryCode string // …_address_country_code, up to 10, such as ID
	Phone       string // …_msisdn, digits, with or without + before them; need not be mobile
}

// MaxItems is how many items a bill may have here. Faspay names no limit.
const MaxItems = 100

// Item is one line of a bill.
type Item struct {
	ID          string // id, up to 50 characters
	Product     string // product, mandatory, up to 50
	Quantity    int    // qty, 1 to 1,000,000
	Amount      Amount // amount of one piece, 0 rupiah or more
	PaymentPlan string // payment_plan: 01 whole, 02 in parts; empty: 01
	MerchantID  string // merchant_id at the channel, 1 to 15 digits; empty: the client's
	Tenor       string // tenor in months, two digits; empty: 00
	Type        string // type, up to 50
	URL         string // url, up to 255
	ImageURL    string // image_url, up to 255
}

// completed gives b with its defaults.
func (b Bill) completed(merchantID string, at time.Time) Bill {
	if b.Date.IsZero() {
		b.Date = at
	}
	b.Date = b.Date.In(WIB).Truncate(time.Second)
	if b.Expires.IsZero() {
		b.Expires = b.Date.Add(DefaultExpiry)
	}
	b.Expires = b.Expires.In(WIB).Truncate(time.Second)
	b.Channel = or(b.Channel, ChannelOVO)
	b.PayType = or(b.PayType, Full)
	b.Terminal = or(b.Terminal, Web)
	b.Billing.Name = or(b.Billing.Name, b.Customer.Name)
	if phone, err := NormalizePhone(b.Customer.Phone); err == nil {
		b.Customer.Phone = phone
	}
	items := make([]Item, len(b.Items))
	for i, item := range b.Items {
		item.PaymentPlan = or(item.PaymentPlan, "01")
		item.MerchantID = or(item.MerchantID, merchantID)
		item.Tenor = or(item.Tenor, "00")
		items[i] = item
	}
	b.Items = items
	return b
}

func or[T ~string](s, otherwise T) T {
	if s == "" {
		return otherwise
	}
	return s
}

// check tells all that is wrong with a completed bill.
func (b *Bill) check(p *problems, at time.Time) {
	p.billNo(b.Number)
	p.text("bill_reff", b.Reference, 0, 32)
	p.must(plausible(b.Date), "bill_date", "is not a plausible time", "")
	p.must(plausible(b.Expires) && b.Expires.After(b.Date), "bill_expired", "must be after bill_date", "")
	p.must(b.Expires.After(at), "bill_expired", "is past already", "")
	p.must(b.Expires.Sub(b.Date) <= MaxExpiry, "bill_expired", "must be within 30 days of bill_date", "")
	p.text("bill_desc", b.Description, 1, 128)
	p.amount("bill_gross", b.Gross, 0)
	p.amount("bill_miscfee", b.MiscFee, 0)
	p.amount("bill_tax", b.Tax, 0)
	p.amount("bill_total", b.Total, 1)
	p.must(len(b.Channel) == 3 && only(b.Channel, digit), "payment_channel", "must be 3 digits", "OVO is 812")
	p.must(b.PayType == Full || b.PayType == Installment || b.PayType == Mixed, "pay_type", "must be 1, 2 or 3", "OVO knows 1, full")
	p.must(b.Terminal == Web || b.Terminal == Android || b.Terminal == IOS, "terminal", "must be 10, 21 or 22", "web, Android, iOS")
	b.Customer.check(p)
	b.Billing.check(p, "billing_name", "billing")
	b.Shipping.check(p, "receiver_name_for_shipping", "shipping")
	p.must(len(b.Items) >= 1 && len(b.Items) <= MaxItems, "item", fmt.Sprintf("must stand 1 to %d times", MaxItems), "")
	for i := range b.Items {
		if i < MaxItems {
			b.Items[i].check(p, fmt.Sprintf("item[%d].", i))
		}
	}
	p.text("reserve1", b.Reserve1, 0, 50)
	p.text("reserve2", b.Reserve2, 0, 50)
}

func (c *Customer) check(p *problems) {
	p.text("cust_no", c.Number, 1, 32)
	p.text("cust_name", c.Name, 1, 128)
	p.phone("msisdn", c.Phone)
	p.text("email", c.Email, 1, 128)
	if c.Email != "" {
		a, err := mail.ParseAddress(c.Email)
		p.must(err == nil && a.Address == c.Email, "email", "is no address", "such as name@example.com")
	}
	p.text("bank_userid", c.BankUserID, 0, 128)
}

func (a *Address) check(p *problems, name, prefix string) {
	p.text(name, a.Name, 0, 128)
	p.text(prefix+"_lastname", a.LastName, 0, 100)
	p.text(prefix+"_address", a.Street, 0, 200)
	p.text(prefix+"_address_city", a.City, 0, 50)
	p.text(prefix+"_address_region", a.Region, 0, 100)
	p.text(prefix+"_address_state", a.State, 0, 100)
	p.text(prefix+"_address_poscode", a.PostalCode, 0, 10)
	p.text(prefix+"_address_country_code", a.CountryCode, 0, 10)
	digits := strings.TrimPrefix(a.Phone, "+")
	p.must(a.Phone == "" || sized(digits, 64) && only(digits, digit), prefix+"_msisdn", "must be digits only", "")
}

func (i *Item) check(p *problems, at string) {
	p.text(at+"id", i.ID, 0, 50)
	p.text(at+"product", i.Product, 1, 50)
	p.must(i.Quantity >= 1 && i.Quantity <= 1_000_000, at+"qty", "must be 1 to 1000000", "")
	p.amount(at+"amount", i.Amount, 0)
	p.must(sized(i.PaymentPlan, 2) && only(i.PaymentPlan, digit), at+"payment_plan", "must be 01 or 02", "")
	p.must(sized(i.MerchantID, 15) && only(i.MerchantID, digit), at+"merchant_id", "must be 1 to 15 digits", "")
	p.must(len(i.Tenor) == 2 && only(i.Tenor, digit), at+"tenor", "must be 2 digits", "OVO knows 00")
	p.text(at+"type", i.Type, 0, 50)
	p.text(at+"url", i.URL, 0, 255)
	p.text(at+"image_url", i.ImageURL, 0, 255)
}

// record gives the fields in the order of Faspay's documents.
func (b *Bill) record(r *record, amount func(Amount) string, f Encoding) {
	optional := func(key string, a Amount) {
		if !a.IsZero() {
			r.add(key, amount(a))
		}
	}
	r.add("bill_no", b.Number)
	r.add("bill_reff", b.Reference)
	r.add("bill_date", b.Date.Format(DateLayout))
	r.add("bill_expired", b.Expires.Format(DateLayout))
	r.add("bill_desc", b.Description)
	r.add("bill_currency", "IDR")
	optional("bill_gross", b.Gross)
	optional("bill_miscfee", b.MiscFee)
	optional("bill_tax", b.Tax)
	r.add("bill_total", amount(b.Total))
	r.add("payment_channel", b.Channel)
	if f == XML {
		r.add("pay_type", "0"+string(b.PayType)) // as Faspay's sample in XML prints it
	} else {
		r.add("pay_type", string(b.PayType))
	}
	r.add("cust_no", b.Customer.Number)
	r.add("cust_name", b.Customer.Name)
	r.add("bank_userid", b.Customer.BankUserID)
	r.add("msisdn", b.Customer.Phone)
	r.add("email", b.Customer.Email)
	r.add("terminal", string(b.Terminal))
	b.Billing.record(r, "billing_name", "billing")
	b.Shipping.record(r, "receiver_name_for_shipping", "shipping")
	items := make([]record, len(b.Items))
	for i := range b.Items {
		items[i] = b.Items[i].record(amount)
	}
	*r = append(*r, member{key: "item", list: items})
	r.add("reserve1", b.Reserve1)
	r.add("reserve2", b.Reserve2)
}

func (a *Address) record(r *record, name, prefix string) {
	r.add(name, a.Name)
	r.add(prefix+"_lastname", a.LastName)
	r.add(prefix+"_address", a.Street)
	r.add(prefix+"_address_city", a.City)
	r.add(prefix+"_address_region", a.Region)
	r.add(prefix+"_address_state", a.State)
	r.add(prefix+"_address_poscode", a.PostalCode)
	r.add(prefix+"_address_country_code", a.CountryCode)
	r.add(prefix+"_msisdn", a.Phone)
}

func (i *Item) record(amount func(Amount) string) record {
	r := make(record, 0, 10)
	r.add("id", i.ID)
	r.add("product", i.Product)
	r.add("qty", strconv.Itoa(i.Quantity))
	r.add("amount", amount(i.Amount))
	r.add("payment_plan", i.PaymentPlan)
	r.add("merchant_id", i.MerchantID)
	r.add("tenor", i.Tenor)
	r.add("type", i.Type)
	r.add("url", i.URL)
	r.add("image_url", i.ImageURL)
	return r
}

// text checks a free text: as long as allowed, in characters, all of them printable.
func (p *problems) text(field, s string, least, most int) {
	if s == "" && least > 0 {
		p.must(false, field, "is missing", "")
		return
	}
	p.must(utf8.ValidString(s), field, "must be UTF-8", "")
	p.must(utf8.RuneCountInString(s) <= most, field, fmt.Sprintf("must have at most %d characters", most), "")
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	p.must(strings.IndexFunc(s, unprintable) < 0, field, "must be printable, on one line", "")
	p.must(s == strings.TrimSpace(s), field, "must not begin or end with a space", "")
}

func (p *problems) amount(field string, a Amount, least int64) {
	n, whole := a.Rupiah()
	p.must(whole, field, "must be whole rupiah", "")
	p.must(n >= least, field, fmt.Sprintf("must be at least %d rupiah", least), "")
	p.must(n <= MaxRupiah, field, "must have at most 15 digits, hundredths included", "")
}

func (p *problems) billNo(s string) {
	p.must(sized(s, 32) && only(s, name), "bill_no", "must be 1 to 32 letters, digits, '.', '_' or '-'", "")
}

func (p *problems) trxID(s string) {
	p.must(isTrxID(s), "trx_id", "must be 1 to 20 digits", "from the answer to the post")
}

// isTrxID: Faspay writes 16 digits; a few more are let through.
func isTrxID(s string) bool { return sized(s, 20) && only(s, digit) }

// phone checks a number that has been normalised where it could be.
func (p *problems) phone(field, s string) {
	if _, err := NormalizePhone(s); err != nil {
		wrong := *err.(*FieldError)
		wrong.Field = field
		*p = append(*p, &wrong)
	}
}

// String is "bill 4370 Rp2000", without the customer.
func (b Bill) String() string { return "bill " + maskDigits(b.Number) + " " + b.Total.String() }

// Format prints String for every verb.
func (b Bill) Format(f fmt.State, _ rune) { print(f, b.String()) }

// LogValue is String.
func (b Bill) LogValue() slog.Value { return slog.StringValue(b.String()) }

// String is the customer's number at the merchant, without the rest.
func (c Customer) String() string { return "customer " + maskDigits(c.Number) }

// Format prints String for every verb.
func (c Customer) Format(f fmt.State, _ rune) { print(f, c.String()) }

// LogValue is String.
func (c Customer) LogValue() slog.Value { return slog.StringValue(c.String()) }

// String shows nothing of the address.
func (a Address) String() string { return "address" }

// Format prints String for every verb.
func (a Address) Format(f fmt.State, _ rune) { print(f, a.String()) }

// LogValue is String.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// plausible tells whether t is a time of our days (1973 to 2286), with four digits of year.
func plausible(t time.Time) bool { return t.Unix() >= 100_000_000 && t.Unix() <= 9_999_999_999 }

func sized(s string, most int) bool { return len(s) >= 1 && len(s) <= most }

func only(s string, allowed func(byte) bool) bool {
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return true
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
func alphanumeric(c byte) bool {
	return digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
func name(c byte) bool    { return alphanumeric(c) || c == '-' || c == '_' || c == '.' }
func visible(c byte) bool { return c > ' ' && c < 0x7f && c != '"' && c != '\\' }
