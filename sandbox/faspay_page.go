package sandbox

import (
	"html/template"
	"net/http"
	"strings"
	"time"
)

// billView is what the page that asks for the number sees. Step is ask, wait or over.
type billView struct {
	Bill
	Step        string
	Here        string // the page's own address
	Screen      string // of its changing part
	Events      string
	Wallet      string // the phone that is being asked, to open its page
	Problem     string // a key of words
	Outcome     string // the same, once it is over
	Back        string // the way to the merchant
	Good        bool
	Left        time.Duration
	LeftSeconds int
	Within      int
}

// faspayRoutes adds the page to which redirect_url leads. Faspay, OVO Integration Guide:
// "Redirect to Faspay's page so the customer can input Ovo's number".
func (s *Sandbox) faspayRoutes(mux *http.ServeMux, pages *template.Template) {
	const address = "/pws/100003/{number}/{signature}"
	mux.HandleFunc("GET "+address, s.page(pages, "bill-page", s.viewBill))
	mux.HandleFunc("GET "+address+"/screen", s.page(pages, "bill-screen", s.viewBill))
	mux.HandleFunc("GET "+address+"/events", s.billEvents)
	mux.HandleFunc("POST "+address, s.postBill)
}

// billOf finds the bill of a page's address; the sandbox's lock is held.
func billOf(core *Core, now time.Time, r *http.Request) (*faspayBill, error) {
	return core.faspay.page(now, r.PathValue("signature"), r.URL.Query())
}

func (s *Sandbox) viewBill(r *http.Request, v *view) error {
	v.Kind = "bill"
	var err error
	s.Do(func(core *Core, now time.Time) {
		var b *faspayBill
		if b, err = billOf(core, now, r); err != nil {
			return
		}
		v.Now, v.Title = now, b.name
		v.Bill = core.faspay.show(now, b)
	})
	query := r.URL.Query()
	query.Del("lang")
	query.Del("problem")
	v.Bill.Here = v.Path + "?" + query.Encode()
	v.Bill.Screen, v.Bill.Events = v.Path+"/screen?"+query.Encode(), v.Path+"/events?"+query.Encode()
	return err
}

// show is a bill as its customer sees it.
func (f *faspayRail) show(now time.Time, b *faspayBill) billView {
	v := billView{Bill: f.view(b), Step: "ask", Good: b.status == billPaid}
	switch {
	case b.push != nil:
		shown := b.push.show(now)
		v.Step, v.Wallet = "wait", b.push.Phone
		v.Left, v.LeftSeconds, v.Within = shown.Left, shown.LeftSeconds, shown.Within
	case b.over():
		v.Step, v.Outcome = "over", "bill_"+b.status
		if b.status == billFailed && b.code == "17" {
			v.Outcome = "bill_17"
		}
		if b.merchant.callback.ReturnURL != "" {
			v.Back = b.returnURL(f.claims(b))
		}
	case b.code == "14":
		v.Problem = "bill_14"
	case b.code == "68":
		v.Problem = "bill_68"
	case b.code != "":
		v.Problem = "bill_problem"
	}
	return v
}

// billEvents tells the page when its bill has changed.
func (s *Sandbox) billEvents(w http.ResponseWriter, r *http.Request) {
	var err error
	s.Do(func(core *Core, now time.Time) { _, err = billOf(core, now, r) })
	if err != nil {
		http.NotFound(w, r)
		return
	}
	s.stream(w, r, func() (uint64, <-chan struct{}) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if b := s.core.faspay.byTrxID[r.URL.Query().Get("trx_id")]; b != nil {
			return b.revision, s.changed
		}
		return 0, s.changed
	})
}

// postBill asks the customer whose number was typed.
func (s *Sandbox) postBill(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	phone := strings.NewReplacer(" ", "", "-", "", ".", "").Replace(r.PostFormValue("ovo_number"))
	var err error
	s.Do(func(core *Core, now time.Time) {
		var b *faspayBill
		if b, err = billOf(core, now, r); err == nil {
			_ = core.AskBill(now, b.trxID, phone) // what went wrong is on the page
		}
	})
	if err != nil {
		http.NotFound(w, r)
		return
	}
	back(w, r, r.URL.Path+"?"+r.URL.RawQuery)
}
