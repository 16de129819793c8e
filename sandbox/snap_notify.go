package sandbox

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// notifyEvery is how long after a notification the next try follows when it was not
// acknowledged: 5 s by third parties' account of OVO.
const notifyEvery = 5 * time.Second

// Notification is a call that the provider makes: who drives the core POSTs it and says
// by Delivered how it was answered.
type Notification struct {
	ID     uint64 // of this one call
	At     time.Time
	URL    string
	Header http.Header // not to be changed
	Body   []byte
}

// notice is a payment that the merchant is to be told of, until it acknowledges.
type notice struct {
	payment  *payment
	merchant *snapMerchant
	fault    NotifyFault
	tries    int
	done     bool
	calls    []uint64
}

// sending is a call that has left and is not answered.
type sending struct {
	notice   *notice // nil: it asks for the partner's token
	merchant *snapMerchant
	log      *Delivery
}

// Delivery is one notification that has left, for the control API.
type Delivery struct {
	ID          uint64    `json:"id"`
	Transaction uint64    `json:"transaction,omitempty"` // 0: a call for the partner's token
	Try         int       `json:"try,omitempty"`
	At          time.Time `json:"at"`
	URL         string    `json:"url"`
	ExternalID  string    `json:"external_id,omitempty"`
	Status      int       `json:"status,omitempty"` // 0: not answered
	Code        string    `json:"code,omitempty"`   // the answer's responseCode
	Done        bool      `json:"done"`             // acknowledged
}

// deliveriesKept bounds the list of the control API.
const deliveriesKept = 200

// Notifications returns the calls that have become due, in order. The slice is good
// until the next call of Notifications; Arrive, Advance and Choose add to it.
func (c *Core) Notifications() []Notification {
	out := c.snap.out
	c.snap.out, c.snap.spare = c.snap.spare[:0], out
	return out
}

// Delivered says how a notification was answered: status is 0 when it was not, body is
// read only as far as it is needed. What is not acknowledged by an HTTP 2xx with
// responseCode 20052xx is sent again.
func (c *Core) Delivered(now time.Time, id uint64, status int, body []byte) {
	c.run(now)
	s := &c.snap
	call := s.sent[id]
	if call == nil {
		return
	}
	delete(s.sent, id)
	call.log.Status = status
	if code := jsonText(body, "responseCode"); len(code) <= 8 {
		call.log.Code = code
	}
	c.revision++
	if call.notice == nil {
		s.gotToken(now, call, body)
		return
	}
	n := call.notice
	if status == http.StatusUnauthorized {
		call.merchant.partnerToken = ""
	}
	if status/100 != 2 || !strings.HasPrefix(call.log.Code, "20052") {
		return
	}
	call.log.Done = true
	if !n.done {
		n.done = true
		n.payment.Acknowledged = now
	}
}

// notify begins to tell the merchant of a paid QR.
func (s *snapRail) notify(now time.Time, p *payment) {
	n := &notice{payment: p, merchant: p.qr.merchant, fault: p.qr.effect.Notify}
	if n.fault == "" {
		n.fault = p.qr.silent
	}
	if n.merchant.callback.URL == "" || n.fault == NotifyLost {
		return
	}
	at := now.Add(time.Duration(p.qr.effect.NotifyDelay))
	if p.qr.noticeAt.After(at) {
		at = p.qr.noticeAt
	}
	if at.After(now) {
		s.planNotice(at, n)
		return
	}
	s.send(now, n)
}

func (s *snapRail) planNotice(at time.Time, n *notice) {
	c := s.core
	c.sequence++
	c.due.push(due{at: at, sequence: c.sequence, kind: dueNotice, notice: n})
}

// send makes one try, and plans the next; past the last one it is given up.
func (s *snapRail) send(now time.Time, n *notice) {
	if n.done || n.tries > max(s.options.NotifyRetries, 0) {
		for _, id := range n.calls {
			delete(s.sent, id)
		}
		return
	}
	n.tries++
	s.planNotice(now.Add(notifyEvery), n)
	m := n.merchant
	if m.callback.mode() == NotifyPartnerToken && (m.partnerToken == "" || !now.Before(m.partnerUntil)) {
		m.waiting = append(m.waiting, n)
		s.askToken(now, m)
		return
	}
	s.emit(now, n)
	if n.fault == NotifyDuplicate && n.tries == 1 {
		s.emit(now, n)
	}
}

// emit puts a notification among the calls that are due.
func (s *snapRail) emit(now time.Time, n *notice) {
	m, p := n.merchant, n.payment
	body := notifyBody(p, n.fault)
	at := now
	if n.fault == NotifyStale {
		at = at.Add(-time.Hour)
	}
	token := ""
	switch m.callback.mode() {
	case NotifyPartnerToken:
		token = m.partnerToken
	case NotifyLastToken:
		if last := m.lastToken; last != nil && now.Before(last.until) {
			token = last.text
		}
	}
	s.lastNotice++
	external := at.In(WIB).Format("20060102150405") + fmt.Sprintf("%012d", s.lastNotice)
	header := http.Header{
		"Content-Type": {"application/json"}, "X-Timestamp": {snapTimeText(at)}, "X-Partner-Id": {m.ClientID},
		"X-External-Id": {external}, "Channel-Id": {"95221"},
	}
	if token != "" {
		header["Authorization"] = []string{"Bearer " + token}
	}
	signature := s.signNotice(m, token, body, header.Get("X-Timestamp"))
	if n.fault == NotifyBadSignature {
		signature[0] ^= 1
	}
	header["X-Signature"] = []string{base64.StdEncoding.EncodeToString(signature)}
	s.leave(Notification{ID: s.lastNotice, At: now, URL: m.callback.URL, Header: header, Body: body},
		&sending{notice: n, merchant: m, log: &Delivery{Transaction: p.ID, Try: n.tries, ExternalID: external}})
	n.calls = append(n.calls, s.lastNotice)
	p.Sent++
}

func (s *snapRail) leave(call Notification, sent *sending) {
	s.out = append(s.out, call)
	sent.log.ID, sent.log.At, sent.log.URL = call.ID, call.At.In(WIB), call.URL
	s.sent[call.ID] = sent
	s.deliveries = append(s.deliveries, sent.log)
	if len(s.deliveries) >= 2*deliveriesKept {
		s.deliveries = slices.Clone(s.deliveries[len(s.deliveries)-deliveriesKept:])
	}
	s.core.revision++
}

// signNotice signs a notification. EndpointUrl is path and query of the callback.
func (s *snapRail) signNotice(m *snapMerchant, token string, body []byte, timestamp string) []byte {
	sum := sha256.Sum256(body)
	tail := hex.EncodeToString(sum[:]) + ":" + timestamp
	text := http.MethodPost + ":" + endpoint(m.callback.URL) + ":"
	if m.callback.mode() == NotifyAsymmetric {
		return s.signRSA(text + tail)
	}
	mac := hmac.New(sha512.New, []byte(m.Secret))
	mac.Write([]byte(text + token + ":" + tail))
	return mac.Sum(nil)
}

// signRSA signs without chance: PKCS #1 v1.5 needs none.
func (s *snapRail) signRSA(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, s.options.ProviderKey, crypto.SHA256, sum[:])
	if err != nil {
		return make([]byte, s.options.ProviderKey.Size()) // a key that cannot sign: nobody will believe it
	}
	return signature
}

func endpoint(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.RequestURI()
}

// notifyBody is Bank Indonesia's; OVO's own extras are not public.
func notifyBody(p *payment, fault NotifyFault) []byte {
	reference, number := p.ReferenceNo, p.Invoice
	if fault == NotifyForeign {
		reference, number = "20200101000000999999", "999999999999"
	}
	b := &snapBody{make([]byte, 0, 512)}
	b.b = append(b.b, '{')
	b.text("originalReferenceNo", reference)
	b.text("originalPartnerReferenceNo", number)
	b.text("latestTransactionStatus", "00")
	b.text("transactionStatusDesc", "Success")
	b.amount("amount", p.Amount)
	b.given("externalStoreId", p.StoreCode)
	var info bytes.Buffer
	info.WriteString(`{"merchantId":`)
	info.Write(appendText(nil, p.MID))
	info.WriteString(`,"terminalId":`)
	info.Write(appendText(nil, p.TID))
	info.WriteString(`,"paidTime":"` + snapTimeText(p.Charged) + `"}`)
	b.raw("additionalInfo", info.String())
	return append(b.b, '}')
}

// askToken asks the partner for a token, as the partner asks here, once at a time.
func (s *snapRail) askToken(now time.Time, m *snapMerchant) {
	timestamp := snapTimeText(now)
	s.lastNotice++
	s.leave(Notification{
		ID: s.lastNotice, At: now, URL: m.callback.TokenURL, Body: []byte(`{"grantType":"client_credentials","additionalInfo":{}}`),
		Header: http.Header{
			"Content-Type": {"application/json"}, "X-Timestamp": {timestamp}, "X-Client-Key": {m.ClientID},
			"X-Signature": {base64.StdEncoding.EncodeToString(s.signRSA(m.ClientID + "|" + timestamp))},
		},
	}, &sending{merchant: m, log: &Delivery{}})
}

// gotToken takes the partner's token and sends what waits for it; without one the next
// try asks again.
func (s *snapRail) gotToken(now time.Time, call *sending, body []byte) {
	m := call.merchant
	token := jsonText(body, "accessToken")
	waiting := m.waiting
	m.waiting = nil
	if call.log.Status/100 != 2 || token == "" || len(token) > 2048 || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return
	}
	seconds, err := strconv.Atoi(jsonText(body, "expiresIn"))
	if err != nil || seconds < 1 || seconds > 24*3600 {
		seconds = int(tokenLife / time.Second)
	}
	call.log.Done = true
	m.partnerToken, m.partnerUntil = token, now.Add(time.Duration(seconds)*time.Second)
	for _, n := range waiting {
		if !n.done {
			s.emit(now, n)
		}
	}
}

// NotifyAgain sends the notification of a paid QR once more, as a provider may.
func (c *Core) NotifyAgain(now time.Time, id uint64) error {
	c.run(now)
	p := c.payment(id)
	switch {
	case p == nil || p.qr == nil:
		return ErrUnknownQR
	case p.Charged.IsZero() || p.qr.merchant.callback.URL == "":
		return errors.New("sandbox: the QR is not paid, or no callback is registered")
	}
	c.snap.send(now, &notice{payment: p, merchant: p.qr.merchant})
	return nil
}

// Deliveries lists the last notifications, oldest first.
func (c *Core) Deliveries() []Delivery {
	list := make([]Delivery, 0, deliveriesKept)
	for _, d := range c.snap.deliveries[max(0, len(c.snap.deliveries)-deliveriesKept):] {
		list = append(list, *d)
	}
	return list
}

// RegisterCallback sets where a client's notifications go and how they are signed; an
// empty URL ends them.
func (c *Core) RegisterCallback(clientID string, callback Callback) error {
	m := c.snap.merchants[clientID]
	if m == nil {
		return fmt.Errorf("register callback: no client %q", clip(clientID, 40))
	}
	for _, address := range []string{callback.URL, callback.TokenURL} {
		if address != "" && !isWebAddress(address) {
			return errors.New("register callback: the url is not http://… or https://…")
		}
	}
	switch callback.Mode {
	case "", NotifyLastToken, NotifyEmptyToken, NotifyAsymmetric:
	case NotifyPartnerToken:
		if callback.TokenURL == "" {
			return errors.New("register callback: partner_token needs a token_url")
		}
	default:
		return errors.New("register callback: mode is one of partner_token, last_token, empty_token, asymmetric")
	}
	m.callback, m.partnerToken, m.waiting = callback, "", nil
	c.revision++
	return nil
}

// CallbackOf returns what a client has registered.
func (c *Core) CallbackOf(clientID string) (Callback, bool) {
	if m := c.snap.merchants[clientID]; m != nil {
		return m.callback, true
	}
	return Callback{}, false
}

// jsonText reads one member of an object that came from outside, a string or a number.
func jsonText(body []byte, name string) string {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return ""
	}
	var text string
	if json.Unmarshal(object[name], &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(object[name], &number) == nil {
		return number.String()
	}
	return ""
}
