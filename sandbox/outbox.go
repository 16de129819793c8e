package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Notification is a call that a provider makes: who drives the core POSTs it and says
// by Delivered how it was answered.
type Notification struct {
	ID     uint64 // of this one call
	At     time.Time
	URL    string
	Header http.Header // not to be changed
	Body   []byte
}

// Delivery is one notification that has left, for the control API.
type Delivery struct {
	ID          uint64    `json:"id"`
	Rail        Rail      `json:"rail"`
	Transaction uint64    `json:"transaction,omitempty"` // 0: a call for the partner's token
	Try         int       `json:"try,omitempty"`
	At          time.Time `json:"at"`
	URL         string    `json:"url"`
	ExternalID  string    `json:"external_id,omitempty"` // X-EXTERNAL-ID; of DOKU Request-Id
	Status      int       `json:"status,omitempty"`      // 0: not answered
	Code        string    `json:"code,omitempty"`        // the answer's responseCode
	Bill        string    `json:"bill,omitempty"`        // of Faspay: bill_no
	Told        string    `json:"told,omitempty"`        // of Faspay: payment_status_code
	Problem     string    `json:"problem,omitempty"`     // why the answer does not acknowledge
	Done        bool      `json:"done"`                  // acknowledged
}

const (
	// deliveriesKept bounds the list of the control API.
	deliveriesKept = 200
	// giveUpAfter is how long the answer to the last try of a notification is waited for.
	giveUpAfter = 5 * time.Second
)

// outbox holds the calls that the providers make.
type outbox struct {
	out, spare []Notification
	last       uint64 // id of the last one
	sent       map[uint64]*sending
	deliveries []*Delivery
}

// notifier is a rail that tells its merchants of payments.
type notifier interface {
	// gaps are the times from one try to the next.
	gaps() []time.Duration
	// tell makes one try.
	tell(now time.Time, n *notice)
	// answered takes the answer to a call; its status stands in the log, and Done, set
	// here, says that it acknowledges.
	answered(now time.Time, call *sending, body []byte)
}

// notice is a payment that the merchant is to be told of, until it acknowledges.
type notice struct {
	rail    notifier
	payment *payment
	bill    *faspayBill // of Faspay, whose bills may end without a payment
	status  string      // of the bill, that it tells
	fault   NotifyFault
	id      string // of the notice, where a rail gives one to all its tries
	tries   int
	done    bool
	calls   []uint64
}

// sending is a call that has left and is not answered.
type sending struct {
	rail   notifier
	notice *notice // nil: it asks for something else, such as the partner's token
	client string  // whom it was sent to
	log    *Delivery
}

// Notifications returns the calls that have become due, in order. The slice is good
// until the next call of Notifications; Arrive, Advance and Choose add to it.
func (c *Core) Notifications() []Notification {
	o := &c.outbox
	out := o.out
	o.out, o.spare = o.spare[:0], out
	return out
}

// Delivered says how a notification was answered: status is 0 when it was not, body is
// read only as far as it is needed. What is not acknowledged as its provider wants it (SNAP:
// HTTP 2xx with responseCode 20052xx; DOKU: HTTP 2xx) is sent again.
func (c *Core) Delivered(now time.Time, id uint64, status int, body []byte) {
	c.run(now)
	call := c.outbox.sent[id]
	if call == nil {
		return
	}
	delete(c.outbox.sent, id)
	call.log.Status = status
	c.revision++
	call.rail.answered(now, call, body)
	if n := call.notice; n != nil && call.log.Done && !n.done {
		n.done = true
		if n.payment != nil {
			n.payment.Acknowledged = now
		}
	}
}

// planNotice plans a try.
func (c *Core) planNotice(at time.Time, n *notice) {
	c.sequence++
	c.due.push(due{at: at, sequence: c.sequence, kind: dueNotice, notice: n})
}

// notify makes one try, and plans the next; past the last one it is given up.
func (c *Core) notify(now time.Time, n *notice) {
	gaps := n.rail.gaps()
	if n.done || n.tries > len(gaps) {
		for _, id := range n.calls {
			delete(c.outbox.sent, id)
		}
		return
	}
	gap := giveUpAfter
	if n.tries < len(gaps) {
		gap = gaps[n.tries]
	}
	n.tries++
	c.planNotice(now.Add(gap), n)
	n.rail.tell(now, n)
}

// leave puts a call among those that are due, under the next id.
func (c *Core) leave(call Notification, sent *sending) {
	o := &c.outbox
	o.last++
	call.ID = o.last
	o.out = append(o.out, call)
	sent.log.ID, sent.log.At, sent.log.URL = call.ID, call.At.In(WIB), call.URL
	o.sent[call.ID] = sent
	if sent.notice != nil {
		sent.notice.calls = append(sent.notice.calls, call.ID)
	}
	o.deliveries = append(o.deliveries, sent.log)
	if len(o.deliveries) >= 2*deliveriesKept {
		o.deliveries = slices.Clone(o.deliveries[len(o.deliveries)-deliveriesKept:])
	}
	c.revision++
}

// Deliveries lists the last notifications, oldest first.
func (c *Core) Deliveries() []Delivery {
	list := make([]Delivery, 0, deliveriesKept)
	for _, d := range c.outbox.deliveries[max(0, len(c.outbox.deliveries)-deliveriesKept):] {
		list = append(list, *d)
	}
	return list
}

// RegisterCallback sets where a client's notifications go and how they are signed; an
// empty URL ends them. Only SNAP's have a TokenURL and a Mode.
func (c *Core) RegisterCallback(clientID string, callback Callback) error {
	r := c.registrarOf(clientID)
	if r == nil {
		return fmt.Errorf("register callback: no client %q", clip(clientID, 40))
	}
	for _, address := range []string{callback.URL, callback.TokenURL, callback.ReturnURL} {
		if address != "" && !isWebAddress(address) {
			return errors.New("register callback: the url is not http://… or https://…")
		}
	}
	if err := r.register(clientID, callback); err != nil {
		return fmt.Errorf("register callback: %w", err)
	}
	c.revision++
	return nil
}

// CallbackOf returns what a client has registered.
func (c *Core) CallbackOf(clientID string) (Callback, bool) {
	if r := c.registrarOf(clientID); r != nil {
		return *r.callback(clientID), true
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
