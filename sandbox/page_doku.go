package sandbox

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// simulatorPath is where DOKU has its own payment simulator for OVO.
const simulatorPath = "/integration/simulator/ovo/inquiry"

// dokuRoutes adds DOKU's payment simulator. DOKU, OVO Push Payment Guide, what's next: while
// the API waits, phone and invoice number are entered, Inquiry shows the payment, OVO Cash
// or OVO Points is chosen, and Pay Now lets the API answer.
func (s *Sandbox) dokuRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST "+simulatorPath, s.postSimulator)
	mux.Handle("GET /doku", http.RedirectHandler(simulatorPath, http.StatusSeeOther))
}

// simulatorView is what was asked for in the simulator, and what was found.
type simulatorView struct {
	Phone   string // as it was entered, or 08… if a wallet has it
	Invoice string
	Asked   bool // both were given
	Known   bool // a wallet has the phone
	Found   bool
	Push    pushView
	Active  []walletView // the phones that a person answers for
}

func (s *Sandbox) viewSimulator(r *http.Request, v *view) error {
	query := r.URL.Query()
	v.Kind, v.Title = "simulator", words[v.Lang]["simulator"]
	m := &v.Simulator
	m.Phone, m.Invoice = enteredPhone(query.Get("phone")), clip(strings.TrimSpace(query.Get("invoice")), 64)
	m.Asked = m.Phone != "" && m.Invoice != ""
	s.Do(func(core *Core, now time.Time) {
		v.Now = now
		for _, phone := range core.phones {
			if shown := core.wallets[phone].view(v.Lang); shown.Manual {
				m.Active = append(m.Active, shown)
			}
		}
		if w := core.wallet(m.Phone); w != nil {
			m.Known, m.Phone = true, w.Phone
		}
		if p := core.pushOf(m.Phone, m.Invoice); m.Asked && p != nil {
			m.Found, m.Push = true, p.show(now)
		}
	})
	if m.Phone != "" || m.Invoice != "" {
		v.Query = template.URL(url.Values{"phone": {m.Phone}, "invoice": {m.Invoice}}.Encode()) //nolint:gosec // G203: encoded
	}
	return nil
}

// enteredPhone takes out what people put into phone numbers.
func enteredPhone(text string) string {
	return clip(strings.NewReplacer(" ", "", "-", "").Replace(text), 20)
}

// pushOf finds the push by DOKU of a phone and invoice number: one that waits, else the
// newest.
func (c *Core) pushOf(phone, invoice string) (found *payment) {
	w := c.wallet(phone)
	if w == nil {
		return nil
	}
	for _, p := range slices.Backward(w.recent) {
		if p.doku == nil || p.Invoice != invoice {
			continue
		}
		if p.state == Pending {
			return p
		}
		if found == nil {
			found = p
		}
	}
	return found
}

// ChooseByInvoice lets the customer decide about the push by DOKU of a phone and invoice
// number, as DOKU's payment simulator does.
func (c *Core) ChooseByInvoice(now time.Time, phone, invoice string, choice Choice) error {
	c.run(now)
	p := c.pushOf(phone, invoice)
	if p == nil {
		return ErrUnknownPush
	}
	return c.Choose(now, p.ID, choice)
}

// postSimulator is Pay Now, or the customer who declines.
func (s *Sandbox) postSimulator(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	phone, invoice, choice := enteredPhone(r.PostFormValue("phone")), r.PostFormValue("invoice"), Choice(r.PostFormValue("choice"))
	if r.PostFormValue("decline") != "" {
		choice = Decline
	}
	var err error
	s.Do(func(core *Core, now time.Time) { err = core.ChooseByInvoice(now, phone, invoice, choice) })
	switch {
	case errors.Is(err, ErrUnknownPush):
		http.Error(w, err.Error(), http.StatusNotFound)
	case errors.Is(err, ErrUnknownChoice):
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
	default: // too late is shown by the screen itself
		back(w, r, simulatorPath+"?"+url.Values{"phone": {phone}, "invoice": {invoice}}.Encode())
	}
}
