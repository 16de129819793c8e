package sandbox

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

// controlDOKU adds what the control API knows of DOKU. Its pushes stand among the others.
func (s *Sandbox) controlDOKU(mux *http.ServeMux) {
	mux.HandleFunc("GET /control/doku", s.controlDOKUMerchants)
	mux.HandleFunc("POST /control/pushes/{id}/notify", s.controlNotify)
}

// controlDOKUMerchants says what somebody else's client needs to know. A secret is told of
// the demo's merchant only.
func (s *Sandbox) controlDOKUMerchants(w http.ResponseWriter, _ *http.Request) {
	type client struct {
		ClientID string   `json:"client_id"`
		Secret   string   `json:"secret,omitempty"`
		Name     string   `json:"name"`
		Callback Callback `json:"callback"`
	}
	demo := DemoDOKUMerchant()
	list := []client{}
	s.Do(func(core *Core, _ time.Time) {
		for _, m := range core.doku.list {
			shown := client{ClientID: m.ClientID, Name: m.Name, Callback: m.callback}
			if m.ClientID == demo.ClientID && m.Secret == demo.Secret {
				shown.Secret = m.Secret
			}
			list = append(list, shown)
		}
	})
	writeJSON(w, http.StatusOK, map[string]any{
		"clients": list, "headers": s.options.DOKU.Headers, "envelope": s.options.DOKU.Envelope, "simulator": simulatorPath,
	})
}

// controlNotify sends the notification of a push that has ended once more.
func (s *Sandbox) controlNotify(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseUint(r.PathValue("id"), 10, 64)
	var result Transaction
	var err error
	s.Do(func(core *Core, now time.Time) {
		if p := core.payment(id); p == nil || p.doku == nil {
			err = ErrUnknownPush
			return
		}
		err = core.NotifyAgain(now, id)
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
