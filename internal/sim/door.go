package sim

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/sandbox"
)

// Notifications come from the sandbox and go to the door of one of the gateways, as its HTTP server would bring them.

const gatewayURL = "http://gateway"

// callbackURL is where a provider notifies an account.
func callbackURL(merchantID, account string) string {
	return gatewayURL + "/notify/" + merchantID + "/" + account
}

// deliverNotice takes a notification to the gateways: once, twice, late or not at all.
func (d *day) deliverNotice(n sandbox.Notification) {
	x := &d.weather
	d.lastNotice = n
	copies := 1
	if !d.calm && d.chance(x.noticeTwice) {
		copies = 2
	}
	for range copies {
		if !d.calm && d.chance(x.noticeLost) {
			d.tell("notification is lost", nil, "", "")
			continue
		}
		travel := d.between(time.Millisecond, 40*time.Millisecond)
		switch {
		case !d.calm && d.chance(x.noticeLate):
			travel = d.between(time.Second, 6*time.Minute)
		case copies == 2 && d.chance(0.5):
			travel = 20 * time.Millisecond // both at once
		}
		d.mail++
		d.after(travel, nil, func() {
			d.mail--
			d.knock(n)
		})
	}
}

// knock brings a notification to a gateway, and its answer back.
func (d *day) knock(n sandbox.Notification) {
	p := d.gateway()
	if p == nil {
		return
	}
	path := strings.TrimPrefix(n.URL, gatewayURL)
	of := strings.Split(path, "/") // "", notify, merchant, account
	p.spawn(0, p, func() {
		in := rail.Notification{Method: http.MethodPost, Endpoint: path, Header: n.Header, Body: n.Body}
		reply, err := p.engine.Receive(background, of[2], of[3], in)
		if err != nil {
			d.fail(Understood, "", "a notification for %s finds no door: %v", path, err)
			return
		}
		d.replied(p, n, of[2], reply)
	})
}

// replied is told of each answer to a notification, on its way back.
func (d *day) replied(p *process, n sandbox.Notification, merchantID string, reply rail.Reply) {
	id := ""
	for _, t := range d.tracks {
		if found, mine := t.noticed(merchantID, n.Body); mine {
			id = found
		}
	}
	d.tell("notification is answered", p, id, strconv.Itoa(reply.Status)+" "+string(field(reply.Body, codeField)))
	if reply.Status/100 == 2 {
		s := d.story(merchantID, id)
		s.notices = append(s.notices, n.Body)
	}
	p.point(afterAnswer)
	if !d.calm && d.chance(d.weather.answerLost) {
		return
	}
	d.mail++
	d.after(d.between(time.Millisecond, 40*time.Millisecond), nil, func() {
		d.mail--
		d.core.Delivered(d.time(), n.ID, reply.Status, reply.Body)
		d.watchSandbox()
	})
}

// forge sends a gateway a notification that nobody has made: one that was seen on the wire, now about another payment.
func (d *day) forge(n sandbox.Notification, from, to string) {
	n.ID, n.Body = 0, bytes.ReplaceAll(n.Body, []byte(from), []byte(to))
	d.tell("a forged notification is sent", nil, "", to)
	d.mail++
	d.after(d.between(time.Millisecond, 40*time.Millisecond), nil, func() {
		d.mail--
		d.knock(n)
	})
}
