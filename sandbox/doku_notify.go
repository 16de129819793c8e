package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

var errDOKUCallback = errors.New("DOKU's callbacks have a url only, no token_url and no mode")

// dokuStale is how old a notification is that a script has made stale.
const dokuStale = 25 * time.Hour

// notify begins to tell the merchant what became of a push.
func (d *dokuRail) notify(now time.Time, p *payment) {
	n := &notice{rail: d, payment: p, fault: p.doku.effect.Notify}
	if p.doku.merchant.callback.URL == "" || n.fault == NotifyLost {
		return
	}
	if after := time.Duration(p.doku.effect.NotifyDelay); after > 0 {
		d.core.planNotice(now.Add(after), n)
		return
	}
	d.core.notify(now, n)
}

// tellFailure notifies a push that was not paid, where that is switched on.
func (d *dokuRail) tellFailure(now time.Time, p *payment) {
	if d.options.NotifyFailures {
		d.notify(now, p)
	}
}

// gaps are those between the tries of a notification.
func (d *dokuRail) gaps() []time.Duration { return d.again }

// tell makes one try.
func (d *dokuRail) tell(now time.Time, n *notice) {
	if n.id == "" { // DOKU: Request-Id is unique per notification; its repetitions keep it here
		d.notices++
		n.id = fmt.Sprintf("%s-%06d", now.In(WIB).Format("20060102150405"), d.notices)
	}
	d.emit(now, n)
	if n.fault == NotifyDuplicate && n.tries == 1 {
		d.emit(now, n)
	}
}

// emit puts a notification among the calls that are due. It is signed anew each time.
func (d *dokuRail) emit(now time.Time, n *notice) {
	p, m := n.payment, n.payment.doku.merchant
	if m.callback.URL == "" {
		return // it was taken away meanwhile
	}
	invoice, amount, at := p.Invoice, p.Amount, now
	switch n.fault {
	case NotifyOtherAmount:
		amount++
	case NotifyForeign:
		invoice = "INV-OF-ANOTHER-PAYMENT"
	case NotifyStale:
		at = at.Add(-dokuStale)
	}
	body := d.transaction(p, invoice, amount, d.status(now, p))
	stamp := at.UTC().Format(dokuTime)
	secret := m.Secret
	if n.fault == NotifyBadSignature {
		secret += "?"
	}
	header := http.Header{
		"Content-Type": {"application/json"}, "Client-Id": {m.ClientID}, "Request-Id": {n.id}, "Request-Timestamp": {stamp},
		"Signature": {dokuSignature(secret, m.ClientID, n.id, "Request-Timestamp:"+stamp, pathOf(m.callback.URL), dokuDigest(body))},
	}
	d.core.leave(Notification{At: now, URL: m.callback.URL, Header: header, Body: body},
		&sending{rail: d, notice: n, log: &Delivery{Rail: RailDOKU, Transaction: p.ID, Try: n.tries, ExternalID: n.id}})
	p.Sent++
}

// pathOf is the Request-Target of an address: its path only.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.EscapedPath() == "" {
		return "/"
	}
	return u.EscapedPath()
}

// answered takes the answer to a notification: any HTTP 2xx acknowledges.
func (d *dokuRail) answered(_ time.Time, call *sending, _ []byte) {
	call.log.Done = call.log.Status/100 == 2
}

// notifyAgain sends the notification of a push once more, as a new one.
func (d *dokuRail) notifyAgain(now time.Time, p *payment) error {
	if p.doku.ended.IsZero() || p.doku.merchant.callback.URL == "" {
		return errors.New("sandbox: the push has not ended, or no callback is registered")
	}
	d.core.notify(now, &notice{rail: d, payment: p})
	return nil
}
