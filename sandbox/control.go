package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listMax is how many entries a list of the control API holds at most, newest first.
const listMax = 500

// control adds the control API: everything that the wallet page and the director's
// page can do, and the provider's truth, as JSON.
func (s *Sandbox) control(mux *http.ServeMux) {
	mux.HandleFunc("GET /control/clock", s.controlClock)
	mux.HandleFunc("POST /control/clock", s.controlTurnClock)
	mux.HandleFunc("GET /control/pending", s.controlPending)
	mux.HandleFunc("GET /control/scripts", s.controlScripts)
	mux.HandleFunc("POST /control/scripts", s.controlAddScript)
	mux.HandleFunc("DELETE /control/scripts", s.controlDeleteScripts)
	mux.HandleFunc("DELETE /control/scripts/{id}", s.controlDeleteScripts)
	mux.HandleFunc("GET /control/wallets", s.controlWallets)
	mux.HandleFunc("GET /control/wallets/{phone}", s.controlWallet)
	mux.HandleFunc("POST /control/wallets/{phone}", s.controlPutWallet)
	mux.HandleFunc("GET /control/pushes", s.controlTransactions)
	mux.HandleFunc("GET /control/pushes/{id}", s.controlPush)
	mux.HandleFunc("POST /control/pushes/{id}/{action}", s.controlChoose)
	mux.HandleFunc("GET /control/transactions", s.controlTransactions)
	s.controlSNAP(mux)
	s.controlFaspay(mux)
	s.controlDOKU(mux)
	mux.HandleFunc("GET /control/totals", s.controlTotals)
	mux.HandleFunc("GET /control/settlement", s.controlSettlement)
	mux.HandleFunc("GET /control/violations", s.controlViolations)
	mux.HandleFunc("GET /control/rules", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"rules": Rules()})
	})
	mux.HandleFunc("GET /control/requests", s.controlRequests)
	mux.HandleFunc("GET /control/phones", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"phones": SeededPhones()})
	})
	mux.HandleFunc("POST /control/reset", s.controlReset)
	mux.HandleFunc("/control/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, http.StatusNotFound, "no such control: see the package documentation of sandbox")
	})
}

func (s *Sandbox) controlClock(w http.ResponseWriter, _ *http.Request) {
	clock := struct {
		Now   time.Time  `json:"now"`
		Real  time.Time  `json:"real"`
		Speed float64    `json:"speed"`
		Held  int        `json:"held_calls"`
		Next  *time.Time `json:"next_due,omitempty"`
	}{Real: s.options.RealNow().In(WIB), Speed: s.speed()}
	s.Do(func(core *Core, now time.Time) {
		clock.Now, clock.Held = now.In(WIB), core.Held()
		if next, ok := core.Next(); ok {
			next = next.In(WIB)
			clock.Next = &next
		}
	})
	writeJSON(w, http.StatusOK, clock)
}

func (s *Sandbox) controlScripts(w http.ResponseWriter, _ *http.Request) {
	var list []ScriptStatus
	s.Do(func(core *Core, _ time.Time) { list = core.Scripts() })
	writeJSON(w, http.StatusOK, map[string]any{"scripts": list})
}

func (s *Sandbox) controlAddScript(w http.ResponseWriter, r *http.Request) {
	var script Script
	if !readJSON(w, r, &script) {
		return
	}
	var err error
	s.Do(func(core *Core, _ time.Time) { script.ID, err = core.AddScript(script) })
	if err != nil {
		writeError(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	writeJSON(w, http.StatusCreated, script)
}

func (s *Sandbox) controlDeleteScripts(w http.ResponseWriter, r *http.Request) {
	var deleted int
	s.Do(func(core *Core, _ time.Time) { deleted = core.DeleteScript(r.PathValue("id")) })
	if deleted == 0 && r.PathValue("id") != "" {
		writeError(w, http.StatusNotFound, "no such script")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"deleted": deleted})
}

func (s *Sandbox) controlWallets(w http.ResponseWriter, _ *http.Request) {
	var list []Wallet
	s.Do(func(core *Core, _ time.Time) { list = core.Wallets() })
	writeJSON(w, http.StatusOK, map[string]any{"wallets": list})
}

func (s *Sandbox) controlWallet(w http.ResponseWriter, r *http.Request) {
	var found Wallet
	var ok bool
	s.Do(func(core *Core, _ time.Time) { found, ok = core.Wallet(r.PathValue("phone")) })
	if !ok {
		writeError(w, http.StatusNotFound, ErrUnknownPhone.Error())
		return
	}
	writeJSON(w, http.StatusOK, found)
}

// controlPutWallet creates a wallet or changes what is given of it: name, cash, points
// habit and ask_pin replace, add_cash and add_points add.
func (s *Sandbox) controlPutWallet(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Name      *string `json:"name"`
		Cash      *int64  `json:"cash"`
		Points    *int64  `json:"points"`
		AddCash   int64   `json:"add_cash"`
		AddPoints int64   `json:"add_points"`
		Habit     *Effect `json:"habit"`
		AskPIN    *bool   `json:"ask_pin"`
	}
	if !readJSON(w, r, &given) {
		return
	}
	var result Wallet
	var err error
	created := false
	s.Do(func(core *Core, _ time.Time) {
		phone := r.PathValue("phone")
		changed, known := core.Wallet(phone)
		if !known {
			changed, created = Wallet{Phone: phone, Name: "Pelanggan"}, true
		}
		set(&changed.Name, given.Name)
		set(&changed.Cash, given.Cash)
		set(&changed.Points, given.Points)
		set(&changed.Habit, given.Habit)
		set(&changed.AskPIN, given.AskPIN)
		changed.Cash, changed.Points = changed.Cash+given.AddCash, changed.Points+given.AddPoints
		if err = core.PutWallet(changed); err == nil {
			result, _ = core.Wallet(phone)
		}
	})
	switch {
	case err != nil:
		writeError(w, http.StatusUnprocessableEntity, err.Error())
	case created:
		writeJSON(w, http.StatusCreated, result)
	default:
		writeJSON(w, http.StatusOK, result)
	}
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// controlTransactions lists payments, newest first: ?rail=, ?phone=, ?state=, ?invoice=, ?limit=.
func (s *Sandbox) controlTransactions(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	limit := listMax
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > listMax {
			writeError(w, http.StatusUnprocessableEntity, "limit is 1 to 500")
			return
		}
		limit = n
	}
	phone, state, invoice := query.Get("phone"), State(query.Get("state")), query.Get("invoice")
	if normal, ok := normalPhone(phone); ok {
		phone = normal
	}
	name, rail := path.Base(r.URL.Path), Rail(query.Get("rail"))
	wanted := func(p *payment) bool {
		return (rail == "" || p.Rail == rail) && (name != "pushes" || p.qr == nil) && (name != "qrs" || p.qr != nil)
	}
	list := []Transaction{}
	var totals Totals
	s.Do(func(core *Core, _ time.Time) {
		for _, p := range slices.Backward(core.ledger) {
			if len(list) == limit {
				break
			}
			if wanted(p) && (phone == "" || p.Phone == phone) && (state == "" || p.state == state) && (invoice == "" || p.Invoice == invoice) {
				list = append(list, p.view())
			}
		}
		totals = core.Totals()
	})
	writeJSON(w, http.StatusOK, map[string]any{name: list, "totals": totals})
}

func (s *Sandbox) controlPush(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseUint(r.PathValue("id"), 10, 64)
	var found Transaction
	var ok bool
	s.Do(func(core *Core, _ time.Time) { found, ok = core.TransactionByID(id) })
	if !ok || found.Rail == RailSNAP {
		writeError(w, http.StatusNotFound, ErrUnknownPush.Error())
		return
	}
	writeJSON(w, http.StatusOK, found)
}

// controlChoose is the customer's finger: pay {"with":"cash|points|both"}, decline, ignore.
func (s *Sandbox) controlChoose(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseUint(r.PathValue("id"), 10, 64)
	var choice Choice
	switch action := r.PathValue("action"); action {
	case "pay":
		given := struct {
			With Choice `json:"with"`
		}{Cash}
		if !readJSON(w, r, &given) {
			return
		}
		choice = given.With
		if choice != Cash && choice != Points && choice != Both {
			writeError(w, http.StatusUnprocessableEntity, "with is cash, points or both")
			return
		}
	case "decline", "ignore":
		choice = Choice(action)
	default:
		writeError(w, http.StatusNotFound, "a push can be told: pay, decline, ignore")
		return
	}
	var result Transaction
	var err error
	s.Do(func(core *Core, now time.Time) {
		if result, _ = core.TransactionByID(id); result.ID == 0 || result.Rail == RailSNAP {
			err = ErrUnknownPush
			return
		}
		err = core.Choose(now, id, choice)
		result, _ = core.TransactionByID(id)
	})
	switch {
	case errors.Is(err, ErrUnknownPush):
		writeError(w, http.StatusNotFound, err.Error())
	case err != nil:
		writeError(w, http.StatusConflict, err.Error())
	default:
		writeJSON(w, http.StatusOK, result)
	}
}

func (s *Sandbox) controlTotals(w http.ResponseWriter, _ *http.Request) {
	var totals Totals
	s.Do(func(core *Core, _ time.Time) { totals = core.Totals() })
	writeJSON(w, http.StatusOK, totals)
}

func (s *Sandbox) controlViolations(w http.ResponseWriter, _ *http.Request) {
	var list []Violation
	var counts map[Rule]int64
	s.Do(func(core *Core, _ time.Time) { list, counts = core.Violations(), core.ViolationCounts() })
	type told struct {
		Violation
		Sentence string `json:"sentence"`
		Source   string `json:"source"`
	}
	rules := map[Rule]RuleText{}
	for _, rule := range Rules() {
		rules[rule.Rule] = rule
	}
	full := make([]told, 0, len(list))
	for _, v := range slices.Backward(list) {
		if len(full) == listMax {
			break
		}
		full = append(full, told{v, rules[v.Rule].Sentence, rules[v.Rule].Source})
	}
	writeJSON(w, http.StatusOK, map[string]any{"violations": full, "counts": counts})
}

func (s *Sandbox) controlRequests(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"requests": s.recentRequests()})
}

// recentRequests copies the log, newest first, with phones masked.
func (s *Sandbox) recentRequests() []logged {
	list := []logged{}
	s.Do(func(core *Core, _ time.Time) {
		for _, entry := range slices.Backward(core.requests) {
			if len(list) == core.options.KeepRequests {
				break
			}
			list = append(list, *entry)
		}
	})
	for i := range list {
		list[i].Body, list[i].Answer = maskPhones(list[i].Body), maskPhones(list[i].Answer)
	}
	return list
}

// maskPhones hides the middle of every run of digits that could be a phone.
func maskPhones(s string) string {
	var masked []byte
	for i := 0; i < len(s); {
		end := i
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		if run := s[i:end]; len(run) >= 10 && (strings.HasPrefix(run, "08") || strings.HasPrefix(run, "628")) {
			masked = append(masked, maskPhone(run)...)
		} else {
			masked = append(masked, run...)
		}
		if i = end; i < len(s) {
			masked = append(masked, s[i])
			i++
		}
	}
	return string(masked)
}

func (s *Sandbox) controlReset(w http.ResponseWriter, _ *http.Request) {
	s.Do(func(core *Core, _ time.Time) { core.Reset() })
	w.WriteHeader(http.StatusNoContent)
}

// readJSON reads one JSON object with known fields only; an empty body is {}.
func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if errors.Is(err, io.EOF) {
		return true
	}
	if err == nil && decoder.More() {
		err = errors.New("more than one JSON value")
	}
	if err != nil {
		writeError(w, http.StatusBadRequest, "read the body: "+err.Error())
		return false
	}
	return true
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // a caller who is gone reads nothing
}

func writeError(w http.ResponseWriter, status int, text string) {
	writeJSON(w, status, map[string]string{"error": text})
}
