package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"time"
)

// controlFaspay adds what the control API knows of Faspay's bills.
func (s *Sandbox) controlFaspay(mux *http.ServeMux) {
	mux.HandleFunc("GET /control/bills", s.controlBills)
	mux.HandleFunc("GET /control/bills/{trx_id}", s.controlBill)
	mux.HandleFunc("POST /control/bills/{trx_id}/{action}", s.controlBillAction)
	mux.HandleFunc("GET /control/faspay", s.controlFaspayMerchants)
}

// controlBills lists bills, newest first: ?bill_no=, ?status=.
func (s *Sandbox) controlBills(w http.ResponseWriter, r *http.Request) {
	number, status := r.URL.Query().Get("bill_no"), r.URL.Query().Get("status")
	list := []Bill{}
	s.Do(func(core *Core, _ time.Time) {
		for _, b := range slices.Backward(core.faspay.bills) {
			if len(list) == listMax {
				break
			}
			if (number == "" || b.number == number) && (status == "" || b.status == status) {
				list = append(list, core.faspay.view(b))
			}
		}
	})
	writeJSON(w, http.StatusOK, map[string]any{"bills": list})
}

func (s *Sandbox) controlBill(w http.ResponseWriter, r *http.Request) {
	var found Bill
	var ok bool
	s.Do(func(core *Core, _ time.Time) { found, ok = core.Bill(r.PathValue("trx_id")) })
	if !ok {
		writeError(w, http.StatusNotFound, ErrUnknownBill.Error())
		return
	}
	writeJSON(w, http.StatusOK, found)
}

// controlBillAction is the customer on Faspay's page and at the phone: ask {"phone"}, pay
// {"phone","with"}, decline, ignore; and the provider: reverse, notify.
func (s *Sandbox) controlBillAction(w http.ResponseWriter, r *http.Request) {
	action := r.PathValue("action")
	if !slices.Contains([]string{"ask", "pay", "decline", "ignore", "reverse", "notify"}, action) {
		writeError(w, http.StatusNotFound, "a bill can be told: ask, pay, decline, ignore, reverse, notify")
		return
	}
	given := struct {
		Phone string `json:"phone"`
		With  Choice `json:"with"`
	}{With: Cash}
	if !readJSON(w, r, &given) {
		return
	}
	if given.With != Cash && given.With != Points && given.With != Both {
		writeError(w, http.StatusUnprocessableEntity, "with is cash, points or both")
		return
	}
	var result Bill
	var err error
	s.Do(func(core *Core, now time.Time) {
		err = core.actOnBill(now, r.PathValue("trx_id"), action, given.Phone, given.With)
		result, _ = core.Bill(r.PathValue("trx_id"))
	})
	switch {
	case errors.Is(err, ErrUnknownBill), errors.Is(err, ErrUnknownPhone):
		writeError(w, http.StatusNotFound, err.Error())
	case err != nil:
		writeError(w, http.StatusConflict, err.Error())
	default:
		writeJSON(w, http.StatusOK, result)
	}
}

// actOnBill does what the control API asks. A bill that is paid while nobody is asked is
// put on the given phone first, whose habit does not count then.
func (c *Core) actOnBill(now time.Time, trxID, action, phone string, with Choice) error {
	c.run(now)
	b := c.faspay.byTrxID[trxID]
	if b == nil {
		return ErrUnknownBill
	}
	switch action {
	case "ask":
		return c.AskBill(now, trxID, phone)
	case "reverse":
		return c.ReverseBill(now, trxID)
	case "notify":
		return c.NotifyBillAgain(now, trxID)
	case "pay":
		if b.push == nil {
			if _, v := c.faspay.ask(now, b, c.snap.payer(phone), Effect{}, nil); v.rule != "" {
				return faspayProblem(v)
			}
		}
	}
	if b.push == nil {
		return ErrNotPending
	}
	choice := Choice(action)
	if action == "pay" {
		choice = with
	}
	return c.Choose(now, b.push.ID, choice)
}

// controlFaspayMerchants says what somebody else's client needs to know.
func (s *Sandbox) controlFaspayMerchants(w http.ResponseWriter, _ *http.Request) {
	type merchant struct {
		MerchantID string   `json:"merchant_id"`
		Name       string   `json:"name"`
		UserID     string   `json:"user_id"`
		Password   string   `json:"password,omitempty"` // the demo's only
		Callback   Callback `json:"callback"`
	}
	demo := DemoFaspayMerchant()
	list := []merchant{}
	s.Do(func(core *Core, _ time.Time) {
		for _, m := range core.faspay.list {
			shown := merchant{MerchantID: m.MerchantID, Name: m.Name, UserID: m.UserID, Callback: m.callback}
			if m.UserID == demo.UserID && m.Password == demo.Password {
				shown.Password = m.Password
			}
			list = append(list, shown)
		}
	})
	writeJSON(w, http.StatusOK, map[string]any{"merchants": list})
}
