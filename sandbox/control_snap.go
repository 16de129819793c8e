package sandbox

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// controlSNAP adds what the control API knows of QRs.
func (s *Sandbox) controlSNAP(mux *http.ServeMux) {
	mux.HandleFunc("GET /control/qrs", s.controlTransactions)
	mux.HandleFunc("GET /control/qrs/{id}", s.controlQR)
	mux.HandleFunc("POST /control/qrs/{id}/{action}", s.controlQRAction)
	mux.HandleFunc("GET /control/notifications", s.controlNotifications)
	mux.HandleFunc("GET /control/snap", s.controlClients)
	mux.HandleFunc("POST /control/callbacks/{client}", s.controlCallback)
	mux.HandleFunc("GET /control/tokens", s.controlTokens)
	mux.HandleFunc("DELETE /control/tokens", s.controlKillTokens)
	mux.HandleFunc("DELETE /control/tokens/{client}", s.controlKillTokens)
	mux.HandleFunc("GET /control/bindings", s.controlBindings)
}

func (s *Sandbox) controlQR(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseUint(r.PathValue("id"), 10, 64)
	var found Transaction
	s.Do(func(core *Core, _ time.Time) { found, _ = core.TransactionByID(id) })
	if found.Rail != RailSNAP {
		writeError(w, http.StatusNotFound, ErrUnknownQR.Error())
		return
	}
	writeJSON(w, http.StatusOK, found)
}

// controlQRAction is the customer's phone: scan {"phone"}, pay {"phone","with"}, decline,
// ignore; and notify, which sends the notification again.
func (s *Sandbox) controlQRAction(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseUint(r.PathValue("id"), 10, 64)
	action := r.PathValue("action")
	if !slices.Contains([]string{"scan", "pay", "decline", "ignore", "notify"}, action) {
		writeError(w, http.StatusNotFound, "a QR can be told: scan, pay, decline, ignore, notify")
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
	var result Transaction
	var err error
	s.Do(func(core *Core, now time.Time) {
		if result, _ = core.TransactionByID(id); result.Rail != RailSNAP {
			err = ErrUnknownQR
			return
		}
		err = core.actOnQR(now, result, action, given.Phone, given.With)
		result, _ = core.TransactionByID(id)
	})
	switch {
	case errors.Is(err, ErrUnknownQR), errors.Is(err, ErrUnknownPhone):
		writeError(w, http.StatusNotFound, err.Error())
	case err != nil:
		writeError(w, http.StatusConflict, err.Error())
	default:
		writeJSON(w, http.StatusOK, result)
	}
}

// actOnQR does what the control API asks. A QR that is paid without being scanned is
// scanned by the given phone first, whose habit does not count then.
func (c *Core) actOnQR(now time.Time, qr Transaction, action, phone string, with Choice) error {
	p := c.payment(qr.ID)
	switch action {
	case "scan":
		return c.ScanID(now, qr.ID, phone)
	case "notify":
		return c.NotifyAgain(now, qr.ID)
	case "pay":
		if p.wallet != nil || p.state != Pending {
			break
		}
		payer := c.wallet(c.snap.payer(phone))
		if payer == nil {
			return ErrUnknownPhone
		}
		c.snap.scan(now, p, payer.Phone, Effect{})
	}
	choice := Choice(action)
	if action == "pay" {
		choice = with
	}
	return c.Choose(now, qr.ID, choice)
}

func (s *Sandbox) controlNotifications(w http.ResponseWriter, _ *http.Request) {
	var list []Delivery
	s.Do(func(core *Core, _ time.Time) { list = core.Deliveries() })
	slices.Reverse(list)
	writeJSON(w, http.StatusOK, map[string]any{"notifications": list})
}

// clientView is a partner as the control API shows it. Secret and PrivateKey are the
// demo's only.
type clientView struct {
	ClientID   string   `json:"client_id"`
	Secret     string   `json:"secret,omitempty"`
	PrivateKey string   `json:"private_key,omitempty"`
	MerchantID string   `json:"merchant_id"`
	Terminals  []string `json:"terminals"`
	Name       string   `json:"name"`
	Callback   Callback `json:"callback"`
}

// controlClients says what somebody else's client needs to know.
func (s *Sandbox) controlClients(w http.ResponseWriter, _ *http.Request) {
	demo := DemoSNAPMerchant()
	var list []clientView
	s.Do(func(core *Core, _ time.Time) {
		for _, m := range core.snap.list {
			client := clientView{
				ClientID: m.ClientID, MerchantID: m.MerchantID, Terminals: m.Terminals, Name: m.Name, Callback: m.callback,
			}
			if m.ClientID == demo.ClientID && m.Secret == demo.Secret {
				client.Secret, client.PrivateKey = m.Secret, demoPEM()
			}
			list = append(list, client)
		}
	})
	writeJSON(w, http.StatusOK, map[string]any{
		"clients": list, "provider_public_key": publicPEM(&s.options.SNAP.ProviderKey.PublicKey),
		"lenient": s.options.SNAP.Lenient, "plain_paths": s.options.SNAP.PlainPaths,
	})
}

func demoPEM() string {
	key, err := DemoSNAPKey()
	if err != nil {
		return ""
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func publicPEM(key *rsa.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func (s *Sandbox) controlCallback(w http.ResponseWriter, r *http.Request) {
	var callback Callback
	if !readJSON(w, r, &callback) {
		return
	}
	var err error
	s.Do(func(core *Core, _ time.Time) { err = core.RegisterCallback(r.PathValue("client"), callback) })
	if err != nil {
		writeError(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	writeJSON(w, http.StatusOK, callback)
}

func (s *Sandbox) controlTokens(w http.ResponseWriter, _ *http.Request) {
	var list []TokenView
	s.Do(func(core *Core, now time.Time) { list = core.Tokens(now) })
	writeJSON(w, http.StatusOK, map[string]any{"tokens": list})
}

func (s *Sandbox) controlKillTokens(w http.ResponseWriter, r *http.Request) {
	var killed int
	s.Do(func(core *Core, _ time.Time) { killed = core.KillTokens(r.PathValue("client")) })
	writeJSON(w, http.StatusOK, map[string]any{"killed": killed})
}

func (s *Sandbox) controlBindings(w http.ResponseWriter, _ *http.Request) {
	var list []Binding
	s.Do(func(core *Core, _ time.Time) { list = core.Bindings() })
	writeJSON(w, http.StatusOK, map[string]any{"bindings": list})
}
