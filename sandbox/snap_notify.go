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
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// notifyEvery is how long after a notification the next try follows when it was not
// acknowledged: 5 s by third parties' account of OVO.
const notifyEvery = 5 * time.Second

// notify begins to tell the merchant of a paid QR.
func (s *snapRail) notify(now time.Time, p *payment) {
	n := &notice{rail: s, payment: p, fault: p.qr.effect.Notify}
	if n.fault == "" {
		n.fault = p.qr.silent
	}
	if p.qr.merchant.callback.URL == "" || n.fault == NotifyLost {
		return
	}
	at := now.Add(time.Duration(p.qr.effect.NotifyDelay))
	if p.qr.noticeAt.After(at) {
		at = p.qr.noticeAt
	}
	if at.After(now) {
		s.core.planNotice(at, n)
		return
	}
	s.core.notify(now, n)
}

// gaps are those between the tries of a notification.
func (s *snapRail) gaps() []time.Duration { return s.again }

// tell makes one try; without a token of the partner's that one is asked for first.
func (s *snapRail) tell(now time.Time, n *notice) {
	m := n.payment.qr.merchant
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

// answered takes the answer to a notification, or the partner's token.
func (s *snapRail) answered(now time.Time, call *sending, body []byte) {
	log := call.log
	if code := jsonText(body, "responseCode"); len(code) <= 8 {
		log.Code = code
	}
	if call.notice == nil {
		s.gotToken(now, call, body)
		return
	}
	if log.Status == http.StatusUnauthorized {
		call.notice.payment.qr.merchant.partnerToken = ""
	}
	log.Done = log.Status/100 == 2 && strings.HasPrefix(log.Code, "20052")
}

// emit puts a notification among the calls that are due.
func (s *snapRail) emit(now time.Time, n *notice) {
	m, p := n.payment.qr.merchant, n.payment
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
	external := at.In(WIB).Format("20060102150405") + fmt.Sprintf("%012d", s.core.outbox.last+1)
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
	s.core.leave(Notification{At: now, URL: m.callback.URL, Header: header, Body: body},
		&sending{rail: s, notice: n, log: &Delivery{Rail: RailSNAP, Transaction: p.ID, Try: n.tries, ExternalID: external}})
	p.Sent++
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
	s.core.leave(Notification{
		At: now, URL: m.callback.TokenURL, Body: []byte(`{"grantType":"client_credentials","additionalInfo":{}}`),
		Header: http.Header{
			"Content-Type": {"application/json"}, "X-Timestamp": {timestamp}, "X-Client-Key": {m.ClientID},
			"X-Signature": {base64.StdEncoding.EncodeToString(s.signRSA(m.ClientID + "|" + timestamp))},
		},
	}, &sending{rail: s, client: m.ClientID, log: &Delivery{Rail: RailSNAP}})
}

// gotToken takes the partner's token and sends what waits for it; without one the next
// try asks again.
func (s *snapRail) gotToken(now time.Time, call *sending, body []byte) {
	m := s.merchants[call.client]
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

// NotifyAgain sends the notification of a paid QR, or of a push by DOKU that has ended,
// once more, as a provider may.
func (c *Core) NotifyAgain(now time.Time, id uint64) error {
	c.run(now)
	p := c.payment(id)
	switch {
	case p != nil && p.doku != nil:
		return c.doku.notifyAgain(now, p)
	case p == nil || p.qr == nil:
		return ErrUnknownQR
	case p.Charged.IsZero() || p.qr.merchant.callback.URL == "":
		return errors.New("sandbox: the QR is not paid, or no callback is registered")
	}
	c.notify(now, &notice{rail: &c.snap, payment: p})
	return nil
}

// callback is where a partner's notifications go.
func (s *snapRail) callback(clientID string) *Callback {
	if m := s.merchants[clientID]; m != nil {
		return &m.callback
	}
	return nil
}

func (s *snapRail) register(clientID string, callback Callback) error {
	switch callback.Mode {
	case "", NotifyLastToken, NotifyEmptyToken, NotifyAsymmetric:
	case NotifyPartnerToken:
		if callback.TokenURL == "" {
			return errors.New("partner_token needs a token_url")
		}
	default:
		return errors.New("mode is one of partner_token, last_token, empty_token, asymmetric")
	}
	m := s.merchants[clientID]
	m.callback, m.partnerToken, m.waiting = callback, "", nil
	return nil
}
