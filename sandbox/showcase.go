package sandbox

import (
	"net/url"
	"slices"
	"time"
)

// Shown is one of the sandbox's pages in one state.
type Shown struct {
	Group string // such as phone, director
	Name  string
	Path  string // of Handler
}

// Showcase is a sandbox that stands still, with something of everything on its pages, for who works on their looks; and
// the list of those pages. Nothing may be done in it: its payments are made up. Close it after use.
func Showcase() (*Sandbox, []Shown) {
	noon := time.Date(2026, 3, 21, 12, 0, 0, 0, WIB)
	still := func() time.Time { return noon }
	s := New(Options{Now: still, RealNow: still, After: func(time.Duration) <-chan time.Time { return nil }})
	list := []Shown{
		{"wallets", "all phones", "/"},
		{"phone", "nothing yet", "/phones/081211119999"},
		{"phone", "a push, and QRs to scan", "/phones/081211111111"},
		{"phone", "asks for its code, one was wrong", "/phones/08817482255"},
		{"phone", "a QR that was scanned", "/phones/081211110102"},
		{"phone", "every end, with a habit", "/phones/081211110101"},
		{"director", "something of everything", "/director"},
		{"director", "every rule", "/director/rules"},
	}
	s.Do(func(core *Core, _ time.Time) {
		h := showcase{core, noon}
		h.phones()
		list = append(list, h.simulator()...)
		list = append(list, h.bills()...)
		list = append(list, h.bindings()...)
		h.director()
	})
	return s, list
}

// showcase fills a core with what never happened.
type showcase struct {
	core *Core
	noon time.Time
}

// payment enters a payment that began a while ago and has a minute.
func (h showcase) payment(rail Rail, phone, invoice string, state State, ago time.Duration) *payment {
	p := &payment{state: state, Transaction: Transaction{
		Rail: rail, Amount: 45_500, Merchant: "200179", StoreCode: "MM001", StoreName: "Kedai Kopi Senja", TID: "00300001", Invoice: invoice,
		Arrived: h.noon.Add(-ago), Deadline: h.noon.Add(55*time.Second - ago), Seen: 1,
	}}
	if w := h.core.wallet(phone); w != nil {
		p.wallet, p.Phone = w, w.Phone
	}
	switch state {
	case Paid, Reversed, Voided, Refunded:
		p.Code, p.Cash, p.Points, p.Charged = "00", 40_000, 5_500, p.Arrived.Add(20*time.Second)
	case Declined:
		p.Code = "17"
	case Refused:
		p.Code = "61"
	}
	h.core.open(p)
	return p
}

func (h showcase) phones() {
	for i, state := range []State{Paid, Declined, Expired, Refused, Canceled, Reversed, Voided, Refunded} {
		h.payment(RailOVO, "081211110101", "INV-10"+string(rune('1'+i)), state, time.Duration(i+2)*time.Hour)
	}
	h.payment(RailOVO, "081211110101", "INV-110", Ignored, 30*time.Second)
	h.payment(RailOVO, "081211111111", "INV-201", Pending, 12*time.Second)
	careful := h.core.wallet("08817482255")
	careful.AskPIN = true
	h.payment(RailOVO, "08817482255", "INV-202", Pending, 5*time.Second).badPINs = 1
	for i, phone := range []string{"", "", "081211110102"} {
		p := h.payment(RailSNAP, phone, "00000000000"+string(rune('1'+i)), Pending, time.Duration(10+i)*time.Second)
		p.qr, p.QR = &qr{merchant: h.core.snap.list[0]}, "000201"
	}
}

func (h showcase) simulator() []Shown {
	h.payment(RailDOKU, "081211111111", "DOKU-1", Pending, 8*time.Second).doku = &dokuPush{merchant: h.core.doku.list[0]}
	h.payment(RailDOKU, "081211111111", "DOKU-2", Paid, time.Minute).doku = &dokuPush{merchant: h.core.doku.list[0]}
	at := func(invoice string) string {
		return simulatorPath + "?" + url.Values{"phone": {"081211111111"}, "invoice": {invoice}}.Encode()
	}
	return []Shown{
		{"DOKU's simulator", "nothing asked", simulatorPath},
		{"DOKU's simulator", "no such payment", at("DOKU-9")},
		{"DOKU's simulator", "a payment", at("DOKU-1")},
		{"DOKU's simulator", "paid", at("DOKU-2")},
	}
}

func (h showcase) bills() (list []Shown) {
	f := &h.core.faspay
	for i, c := range []struct{ name, status, code string }{
		{"asks for the number", billUnprocessed, ""},
		{"no account has the number", billUnprocessed, "14"},
		{"nobody answered", billUnprocessed, "68"},
		{"waits for the customer", billInProcess, ""},
		{"paid", billPaid, ""},
		{"declined", billFailed, "17"},
		{"failed", billFailed, "61"},
		{"given back", billReversed, ""},
		{"expired", billExpired, ""},
		{"cancelled", billCanceled, ""},
	} {
		digit := string(rune('0' + i))
		b := &faspayBill{
			trxID: f.list[0].MerchantID + "8120000000" + digit, number: "BILL-" + digit, merchant: f.list[0], name: f.list[0].Name,
			description: "Kopi susu dan roti bakar", amount: 45_500, made: h.noon.Add(-time.Minute), expires: h.noon.Add(time.Hour),
			status: c.status, code: c.code, since: h.noon.Add(-time.Minute),
		}
		f.enter(b)
		if c.status == billInProcess {
			b.push = h.payment(RailFaspay, "081211111111", b.number, Pending, 9*time.Second)
			b.push.bill = b
		}
		address, err := url.Parse(f.pageURL(b))
		if err != nil {
			continue // its parts are constants
		}
		list = append(list, Shown{"Faspay's page", c.name, address.RequestURI()})
	}
	return list
}

func (h showcase) bindings() (list []Shown) {
	for _, step := range []BindingStep{BindingTerms, BindingOTP, BindingSecurity, BindingLinked, BindingFailed, BindingUnbound} {
		m := h.core.snap.list[0]
		b := &binding{merchant: m, success: "https://toko.example/back", failed: "https://toko.example/back", Binding: Binding{
			ID: "sample-" + string(step), ClientID: m.ClientID, Merchant: m.Name, Phone: "081211111111", Step: step,
			Made: h.noon.Add(-time.Minute), Deadline: h.noon.Add(bindWithin),
		}}
		h.core.snap.bindings[b.ID] = b
		h.core.snap.bound = append(h.core.snap.bound, b)
		list = append(list, Shown{"account binding", string(step), "/binding/" + b.ID})
	}
	return slices.Insert(list, 2, Shown{"account binding", "a wrong OTP", "/binding/sample-otp?problem=code"})
}

func (h showcase) director() {
	core := h.core
	for i, rule := range []Rule{RuleHMAC, RuleReferenceGap, RuleAmount, RuleDuplicateNumber} {
		core.violations.add(Violation{
			At: h.noon.Add(-time.Duration(i) * time.Minute), Rule: rule, Noted: rule == RuleReferenceGap, Request: uint64(i + 1),
			Operation: OperationPush, TID: "00300001", Batch: 211126, Reference: uint32(i + 7), Detail: "made up for this page",
		})
	}
	for _, fault := range Faults() {
		if script, err := fault.Script(fault.Rails[0]); err == nil && len(core.scripts) < 4 {
			_, _ = core.AddScript(script) // a fault's script is a good one
		}
	}
	for i, d := range []Delivery{{Status: 200, Code: "2005200", Done: true}, {Status: 500, Problem: "HTTP 500"}, {Problem: "connection refused"}} {
		d.ID, d.Rail, d.Try, d.At, d.URL = uint64(i+1), RailSNAP, i+1, h.noon.Add(-time.Minute), "http://127.0.0.1:8080/notify/snap/qris"
		core.outbox.deliveries = append(core.outbox.deliveries, &d)
	}
	for i, outcome := range []string{"held", "answered 200", "never answered", "connection cut"} {
		core.requests = append(core.requests, &logged{
			ID: uint64(i + 1), At: h.noon, Method: "POST", Path: "/pos", AppID: "lunas-sandbox", Random: "1774069200", HMAC: "5a4d… 64 characters",
			Body: `{"type":"0200","processingCode":"040000","amount":45500}`, Outcome: outcome,
		})
	}
}
