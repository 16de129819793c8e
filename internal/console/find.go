package console

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

// This file finds and lists payments. A page reads an index: of the state, the reference, or a word (follow.go); what no index
// knows is looked for among so many of them, newest first, and the page offers to look further back. So no page reads a
// merchant's whole past, however it is asked.

// viewRoutes are those of the pages on which people look at payments.
func (s *server) viewRoutes() []route {
	return []route{
		{"GET /console/m/{merchant}/payments", operator.Viewer, s.paymentsPage, "payments"},
		{"POST /console/m/{merchant}/find", operator.Viewer, s.find, ""},
		{"GET /console/m/{merchant}/payments/export.csv", operator.Operator, s.export, ""},
		{"GET /console/m/{merchant}/payments/{id}", operator.Viewer, s.paymentPage, ""},
		{"GET /console/m/{merchant}/payments/{id}/turns", operator.Viewer, s.turns, ""},
		{"GET /console/m/{merchant}/work", operator.Viewer, s.workPage, "work"},
		{"GET /console/m/{merchant}/charts", operator.Viewer, s.chartsPage, "charts"},
		{"GET /console/m/{merchant}/health", operator.Viewer, s.healthPage, "health"},
		{"GET /console/m/{merchant}/terminals", operator.Viewer, s.terminalsPage, "terminals"},
		{"GET /console/m/{merchant}/webhooks", operator.Viewer, s.webhooksPage, "webhooks"},
		{"GET /console/m/{merchant}/webhooks/{id}/deliveries", operator.Viewer, s.deliveriesPage, ""},
		{"POST /console/m/{merchant}/webhooks/{id}/deliveries/{event}/replay", operator.Developer, s.replayOne, ""},
		{"GET /console/m/{merchant}/keys", operator.Developer, s.keysPage, "keys"},
		{"GET /console/m/{merchant}/doctor", operator.Developer, s.doctorPage, "doctor"},
		{"POST /console/m/{merchant}/doctor", operator.Developer, s.doctorLook, ""},
	}
}

// query is what a list is asked for. Zero fields ask for everything. It can be said in an address: no phone number is in it.
type query struct {
	Mode      payment.Mode
	State     payment.State
	Rail      payment.Rail
	From, To  payment.Day // both included
	Amount    payment.Rupiah
	Phone     string // its hash
	Number    payment.Number
	Batch     payment.Batch
	Terminal  string // at which an attempt was made; with a batch, an attempt of that batch
	Code      string // an approval code, or the provider's reference
	Reference string
}

var (
	hashForm   = regexp.MustCompile(`^[0-9a-f]{32}$`)               // never written
	numberForm = regexp.MustCompile(`^([0-9]{1,6})/([0-9]{1,6})$`)  // never written
	batchForm  = regexp.MustCompile(`^(?i:batch )?([0-9]{1,6})/?$`) // never written
	codeForm   = regexp.MustCompile(`^[0-9A-Za-z._-]{1,64}$`)       // never written
)

// readQuery reads what an address asks for, and says everything that is wrong with it; nothing where it is good.
func readQuery(u url.Values) (q query, bad wording.Words) {
	wrong := func(words wording.Words) {
		bad.ID, bad.EN = strings.TrimSpace(bad.ID+" "+words.ID), strings.TrimSpace(bad.EN+" "+words.EN)
	}
	switch m := payment.Mode(u.Get("mode")); m {
	case "", payment.Test, payment.Live:
		q.Mode = m
	default:
		wrong(sayMode)
	}
	if q.State = payment.State(u.Get("state")); q.State != "" && !q.State.Known() {
		q.State = ""
		wrong(sayState)
	}
	if q.Rail = payment.Rail(u.Get("rail")); q.Rail != "" && !slices.Contains(rails, q.Rail) {
		q.Rail = ""
		wrong(sayRail)
	}
	for _, d := range []struct {
		name string
		day  *payment.Day
	}{{"from", &q.From}, {"to", &q.To}} {
		if text := u.Get(d.name); text != "" {
			t, err := time.ParseInLocation(time.DateOnly, text, payment.WIB)
			if err != nil || t.Year() < 2000 || t.Year() > 2200 {
				wrong(sayDay)
				continue
			}
			*d.day = payment.DayOf(t)
		}
	}
	if q.From != 0 && q.To != 0 && q.From > q.To {
		wrong(sayDays)
	}
	if text := u.Get("amount"); text != "" {
		if q.Amount = readAmount(text); q.Amount == 0 {
			wrong(sayAmount)
		}
	}
	if q.Phone = u.Get("phone"); q.Phone != "" && !hashForm.MatchString(q.Phone) {
		q.Phone = ""
		wrong(sayPhoneHash)
	}
	if text := u.Get("number"); text != "" {
		var ok bool
		if q.Number, ok = readNumber(text); !ok {
			wrong(sayNumberForm)
		}
	}
	if text := u.Get("batch"); text != "" {
		if q.Batch = readBatch(text); q.Batch == 0 {
			wrong(sayBatch)
		}
	}
	if q.Terminal = u.Get("terminal"); len(q.Terminal) > 64 {
		q.Terminal = ""
		wrong(sayTerminal)
	}
	if q.Code = u.Get("code"); q.Code != "" && !codeForm.MatchString(q.Code) {
		q.Code = ""
		wrong(sayCodeForm)
	}
	q.Reference = u.Get("reference")
	return q, bad
}

// rails are all rails. They are never written.
var rails = []payment.Rail{payment.OVO, payment.SNAP, payment.DOKU, payment.Faspay}

// readAmount reads 12500, 12.500 and Rp 12.500; 0 for anything else.
func readAmount(s string) payment.Rupiah {
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(s), "Rp"), "."))
	n, err := strconv.ParseInt(strings.NewReplacer(".", "", ",", "", " ", "").Replace(s), 10, 64)
	if err != nil || n <= 0 || n > 1e15 {
		return 0
	}
	return payment.Rupiah(n)
}

// readNumber reads batch/reference.
func readNumber(s string) (n payment.Number, ok bool) {
	found := numberForm.FindStringSubmatch(strings.ReplaceAll(s, " ", ""))
	if found == nil {
		return payment.ParseNumber(s)
	}
	batch, _ := strconv.Atoi(found[1])
	reference, _ := strconv.Atoi(found[2])
	return payment.Number{Batch: payment.Batch(batch), Reference: payment.ReferenceNumber(reference)}, batch > 0 && reference > 0
}

// readBatch reads 12, 12/ and batch 12; 0 for anything else.
func readBatch(s string) payment.Batch {
	found := batchForm.FindStringSubmatch(strings.TrimSpace(s))
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(found[1])
	return payment.Batch(n)
}

// values writes a query into an address.
func (q query) values() url.Values {
	u := url.Values{}
	for name, value := range map[string]string{
		"mode": string(q.Mode), "state": string(q.State), "rail": string(q.Rail), "phone": q.Phone, "code": q.Code, "reference": q.Reference,
		"terminal": q.Terminal, "from": q.FromText(), "to": q.ToText(),
	} {
		if value != "" {
			u.Set(name, value)
		}
	}
	if q.Amount != 0 {
		u.Set("amount", strconv.FormatInt(int64(q.Amount), 10))
	}
	if q.Batch != 0 {
		u.Set("batch", strconv.Itoa(int(q.Batch)))
	}
	if !q.Number.IsZero() {
		u.Set("number", q.Number.String())
	}
	return u
}

// FromText and ToText write the days as forms have them.
func (q query) FromText() string { return dayText(q.From) }

// ToText is FromText of the last day.
func (q query) ToText() string { return dayText(q.To) }

func dayText(d payment.Day) string {
	if d == 0 {
		return ""
	}
	return d.Start().Format(time.DateOnly)
}

// Empty tells whether everything is asked for.
func (q query) Empty() bool { return q == query{} }

// Exact tells whether the query is of one thing that was typed into the search field.
func (q query) Exact() bool {
	return q.Phone != "" || !q.Number.IsZero() || q.Batch != 0 || q.Terminal != "" || q.Code != "" || q.Reference != ""
}

// matches tells whether a payment is what is asked for.
func (s *server) matches(q query, p *payment.Payment) bool {
	day := payment.DayOf(p.CreatedAt)
	return (q.Mode == "" || p.Mode == q.Mode) && (q.State == "" || p.State == q.State) && (q.Rail == "" || p.Rail == q.Rail) &&
		(q.From == 0 || day >= q.From) && (q.To == 0 || day <= q.To) && (q.Amount == 0 || p.Amount == q.Amount) &&
		(q.Reference == "" || p.Reference == q.Reference) &&
		(q.Phone == "" || !p.Phone.IsZero() && s.phoneHash(p.MerchantID, p.Phone) == q.Phone) &&
		(q.Number.IsZero() || slices.ContainsFunc(p.Attempts, func(a payment.Attempt) bool { return a.Number == q.Number })) &&
		(q.Batch == 0 && q.Terminal == "" || slices.ContainsFunc(p.Attempts, func(a payment.Attempt) bool {
			return (q.Batch == 0 || a.Number.Batch == q.Batch) && (q.Terminal == "" || a.Terminal.ID == q.Terminal)
		})) &&
		(q.Code == "" || slices.ContainsFunc(p.Attempts, func(a payment.Attempt) bool {
			return a.ApprovalCode == q.Code || a.ProviderReference == q.Code
		}))
}

// filterOf is what an index knows of a query; nothing: there can be no such payment.
func (s *server) filterOf(ctx context.Context, merchantID string, q query) (f store.Filter, nothing bool, err error) {
	f = store.Filter{MerchantID: merchantID, Limit: chunk}
	switch {
	case q.Phone != "":
		f.Word = phoneWord(q.Phone)
	case !q.Number.IsZero():
		f.Word = numberWord(q.Number)
	case q.Code != "":
		f.Word = codeWord(q.Code)
	case q.Batch != 0:
		f.Word = batchWord(q.Batch)
	case q.Reference != "":
		f.Reference = q.Reference
	case q.State != "" && q.State != payment.Paid:
		f.States = []payment.State{q.State}
	case q.Amount != 0:
		f.Word = amountWord(q.Amount)
	case q.Mode == payment.Test:
		f.Mode = q.Mode
	}
	if q.From == 0 && q.To == 0 {
		return f, false, nil
	}
	from, to := q.From, q.To
	if to == 0 {
		to = 99991231
	}
	first, last, err := s.Engine.Store.DaySpan(ctx, merchantID, from, to)
	fresh := to >= payment.DayOf(s.Now()) // the newest payments are not followed yet
	switch {
	case err != nil:
		return f, false, err
	case first == "" && !fresh:
		return f, true, nil
	case first != "" && from != 0:
		f.After = first[:len(first)-1] // sorts before it; what lies between is looked at
	}
	if !fresh {
		f.Before = last + "~" // sorts behind it
	}
	return f, false, nil
}

const (
	pageSize = 25   // payments on a page
	chunk    = 100  // payments that are read at a time
	lookMax  = 5000 // payments that are looked at for one page
)

// search gives payments that match a query, newest first, that are older than one (empty: all), at most limit. Next is the
// payment behind which to look further, empty at the end; it may be set though fewer were found.
func (s *server) search(ctx context.Context, merchantID string, q query, before string, limit, budget int) (found []payment.Payment, next string, err error) {
	f, nothing, err := s.filterOf(ctx, merchantID, q)
	if err != nil || nothing {
		return nil, "", err
	}
	if before != "" && (f.Before == "" || before < f.Before) {
		f.Before = before
	}
	for looked := 0; looked < budget; looked += chunk {
		list, err := s.Engine.Store.Payments(ctx, f)
		if err != nil {
			return nil, "", err
		}
		for i := range list {
			if !s.matches(q, &list[i]) {
				continue
			}
			if len(found) == limit {
				return found, found[limit-1].ID, nil
			}
			found = append(found, list[i])
		}
		if len(list) < chunk {
			return found, "", nil
		}
		f.Before = list[len(list)-1].ID
	}
	return found, f.Before, nil
}

// paymentList is what the list shows.
type paymentList struct {
	Query  query
	List   []payment.Payment
	More   string // the next page; empty at the end
	Looked bool   // the page is not full, though there may be more
	First  string // the first page, where this is another
	Export string
	States []payment.State
	Rails  []payment.Rail
	Asked  string // what was typed into the search field, where it found nothing
}

// Number gives a payment's number, the last attempt's; empty for none.
func (v *visit) Number(p payment.Payment) string {
	if n := len(p.Attempts); n > 0 && !p.Attempts[n-1].Number.IsZero() {
		return p.Attempts[n-1].Number.String()
	}
	return ""
}

func (s *server) paymentsPage(v *visit) error {
	u := v.r.URL.Query()
	d := paymentList{States: payment.States(), Rails: rails}
	var bad wording.Words
	if d.Query, bad = readQuery(u); bad != (wording.Words{}) {
		return v.again("payments", d, bad)
	}
	before := u.Get("before")
	if before != "" && !paymentForm.MatchString(before) {
		return v.again("payments", d, sayCursor)
	}
	list, next, err := s.search(v.r.Context(), v.Merchant.ID, d.Query, before, pageSize, lookMax)
	if err != nil {
		return err
	}
	d.List, d.Looked = list, next != "" && len(list) < pageSize
	values := d.Query.values()
	d.Export = v.at("payments", "export.csv") + "?" + values.Encode()
	if before != "" {
		d.First = v.at("payments") + "?" + values.Encode()
	}
	if next != "" {
		values.Set("before", next)
		d.More = v.at("payments") + "?" + values.Encode()
	}
	return v.show("payments", d)
}

var paymentForm = regexp.MustCompile(`^pay_[0-9a-z]{26}$`) // never written

// find reads what was typed into the search field, and leads to what it is. It is posted, so that a phone number stands in
// no address.
func (s *server) find(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	text := strings.TrimSpace(v.r.PostForm.Get("q"))
	if text == "" {
		return v.redirect(v.at("payments"))
	}
	ctx := v.r.Context()
	if id := paymentIn(text); id != "" {
		_, err := s.Engine.Store.Load(ctx, v.Merchant.ID, id)
		if err == nil {
			return v.redirect(v.at("payments", id))
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	phone, phoneErr := payment.ParsePhone(text)
	var tries []query
	if phoneErr == nil {
		tries = append(tries, query{Phone: s.phoneHash(v.Merchant.ID, phone)})
	}
	if n, ok := readNumber(text); ok {
		tries = append(tries, query{Number: n})
	}
	if phoneErr != nil && len(text) <= 64 {
		tries = append(tries, query{Reference: text})
	}
	if codeForm.MatchString(text) && phoneErr != nil {
		tries = append(tries, query{Code: text})
	}
	if amount := readAmount(text); amount != 0 && phoneErr != nil {
		tries = append(tries, query{Amount: amount})
	}
	if n := readBatch(text); n != 0 && phoneErr != nil {
		tries = append(tries, query{Batch: n})
	}
	for _, q := range tries {
		found, _, err := s.search(ctx, v.Merchant.ID, q, "", 2, chunk)
		switch {
		case err != nil:
			return err
		case len(found) == 1:
			return v.redirect(v.at("payments", found[0].ID))
		case len(found) > 1:
			return v.redirect(v.at("payments") + "?" + q.values().Encode())
		}
	}
	if id, err := s.Engine.Store.PaymentNamed(ctx, v.Merchant.ID, text); err == nil {
		return v.redirect(v.at("payments", id))
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return v.again("payments", paymentList{States: payment.States(), Rails: rails, Asked: text}, sayFoundNothing)
}

// paymentIn gives the id of a payment that a text names: its own, or that of an invoice; empty for none.
func paymentIn(text string) string {
	if paymentForm.MatchString(text) {
		return text
	}
	id, ok := payment.PaymentOfInvoice(text)
	if !ok || !paymentForm.MatchString(id) {
		return ""
	}
	return id
}
