package lunas

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Payments gives the payments of the key's merchant and mode.
func (c *Client) Payments() Payments { return Payments{c} }

// Payments asks for payments and follows them.
type Payments struct{ client *Client }

// NewPayment is what is asked for. Amount and Reference are needed. What is not said of Method and Phone the customer says at
// Payment.CheckoutURL, and nothing is sent before.
type NewPayment struct {
	Amount    int64    `json:"amount"`            // whole rupiah
	Reference string   `json:"reference"`         // your own, 1 to 64 characters; need not be unique
	Method    Method   `json:"method,omitempty"`  // empty: the customer chooses
	Methods   []Method `json:"methods,omitempty"` // in place of Method: among which the customer chooses, in this order
	Phone     string   `json:"phone,omitempty"`   // of OVOPush: 08…, 62… or +62…; empty: the customer gives it

	Rail     string `json:"rail,omitempty"`     // ovo, doku or faspay for OVOPush, snap for QRIS; empty: chosen
	Outlet   string `json:"outlet,omitempty"`   // which of yours is paid, by its accounts; empty: you as a whole, or whose the account is
	Account  string `json:"account,omitempty"`  // which of yours; empty: the first that fits
	Terminal string `json:"terminal,omitempty"` // which of the account's; empty: the first

	ReturnURL   string            `json:"return_url,omitempty"` // where the customer goes from CheckoutURL afterwards
	Description string            `json:"description,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"` // at most 20 entries

	Customer  *Customer  `json:"customer,omitempty"`   // who is billed, where the rail makes a bill
	Items     []Item     `json:"items,omitempty"`      // the bill's lines
	ExpiresAt *time.Time `json:"expires_at,omitempty"` // until when the bill can be paid, or the customer can choose

	// Wait holds the answer until the payment is final or needs a human, of a QR until it is there, but at most so long;
	// up to 120 s.
	Wait time.Duration `json:"-"`
	// IdempotencyKey makes it safe to ask again: 1 to 255 visible ASCII characters. Give your own, such as the order's
	// number, so that your program may ask again after it crashed; empty: one is made for this call and its repetitions.
	IdempotencyKey string `json:"-"`
}

// Customer is who is billed.
type Customer struct {
	Number     string `json:"number,omitempty"` // your own of the customer
	Name       string `json:"name,omitempty"`
	Email      string `json:"email,omitempty"`
	Address    string `json:"address,omitempty"`
	City       string `json:"city,omitempty"`
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"` // ISO 3166, two letters
}

// Item is a line of a bill.
type Item struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name"`
	Quantity int64  `json:"quantity"`
	Price    int64  `json:"price"` // of one, in whole rupiah
}

// Ask is how something is asked of a payment. Its zero value will do.
type Ask struct {
	Reason         string        // kept in the journal; at most 255 characters
	Wait           time.Duration // as in NewPayment
	IdempotencyKey string        // as in NewPayment
	// Amount may be given to Refund alone, in whole rupiah: another than the payment's is refused, since only all of it can
	// be given back. 0: not given.
	Amount int64
}

// Create asks for a payment. When it returns, the payment is on disk and on its way. After an error that is no *Error it
// is not known whether there is a payment: call it again with the same IdempotencyKey.
func (p Payments) Create(ctx context.Context, n NewPayment) (*Payment, error) {
	return p.post(ctx, request{path: "/v1/payments", body: n, key: keyOr(n.IdempotencyKey), wait: n.Wait})
}

// Get gives a payment as it stands.
func (p Payments) Get(ctx context.Context, id string) (*Payment, error) {
	return get[Payment](ctx, p.client, "/v1/payments/{}", id)
}

// Check asks the provider where a payment stands.
func (p Payments) Check(ctx context.Context, id string, a Ask) (*Payment, error) {
	return p.ask(ctx, id, "check", a)
}

// Void gives back a paid push, until 23:59 WIB of its day.
func (p Payments) Void(ctx context.Context, id string, a Ask) (*Payment, error) {
	return p.ask(ctx, id, "void", a)
}

// Refund gives back a paid QR, all of it, on its day.
func (p Payments) Refund(ctx context.Context, id string, a Ask) (*Payment, error) {
	return p.ask(ctx, id, "refund", a)
}

// Cancel gives up a payment that is not with the customer; a push that is gives an *Error with the code in_progress.
func (p Payments) Cancel(ctx context.Context, id string, a Ask) (*Payment, error) {
	return p.ask(ctx, id, "cancel", a)
}

// Renew makes a new QR for an expired payment.
func (p Payments) Renew(ctx context.Context, id string, a Ask) (*Payment, error) {
	return p.ask(ctx, id, "renew", a)
}

func (p Payments) ask(ctx context.Context, id, what string, a Ask) (*Payment, error) {
	r := request{path: "/v1/payments/{}/" + what, args: []string{id}, key: keyOr(a.IdempotencyKey), wait: a.Wait}
	if a.Reason != "" || a.Amount != 0 {
		r.body = struct {
			Reason string `json:"reason,omitempty"`
			Amount int64  `json:"amount,omitempty"`
		}{a.Reason, a.Amount}
	}
	return p.post(ctx, r)
}

func (p Payments) post(ctx context.Context, r request) (*Payment, error) {
	r.method = http.MethodPost
	into := &Payment{}
	header, err := p.client.call(ctx, r, into)
	if err != nil {
		return nil, err
	}
	into.Replayed = header.Get(replayedHeader) == "true"
	return into, nil
}

const (
	longPoll = 50 * time.Second // how long one request of Wait waits; proxies often end one after a minute
	poll     = time.Second      // how often Follow looks, and the least time between two requests of Wait
)

// Wait gives the payment once it is settled: final, or in need of a human. It waits as long as that takes; give a context
// with a limit.
func (p Payments) Wait(ctx context.Context, id string) (*Payment, error) {
	for {
		began := time.Now()
		now := &Payment{}
		_, err := p.client.call(ctx, request{method: http.MethodGet, path: "/v1/payments/{}", args: []string{id}, wait: longPoll}, now)
		if err != nil || now.State.Settled() {
			return orNil(now, err), err
		}
		if err := p.client.rest(ctx, poll-time.Since(began)); err != nil { // a gateway that stops does not wait
			return nil, err
		}
	}
}

func orNil[T any](v *T, err error) *T {
	if err != nil {
		return nil
	}
	return v
}

// Follow gives the payment as it stands, and again whenever it has changed, until it is settled. It looks once a second. An
// error ends it.
func (p Payments) Follow(ctx context.Context, id string) iter.Seq2[*Payment, error] {
	return func(yield func(*Payment, error) bool) {
		seen := 0
		for {
			now, err := p.Get(ctx, id)
			if err != nil {
				yield(nil, err)
				return
			}
			if now.Version > seen && !yield(now, nil) || now.State.Settled() {
				return
			}
			seen = max(seen, now.Version)
			if err := p.client.rest(ctx, poll); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// PaymentFilter says which payments are listed; the zero value: all.
type PaymentFilter struct {
	States    []State   // none: any
	Reference string    // exactly this one; empty: any
	From, To  time.Time // made at From or later, and before To; zero: no limit
}

func (f PaymentFilter) query() url.Values {
	q := url.Values{}
	for _, s := range f.States {
		q.Add("state", string(s))
	}
	if f.Reference != "" {
		q.Set("reference", f.Reference)
	}
	if !f.From.IsZero() {
		q.Set("created_from", f.From.Format(time.RFC3339Nano))
	}
	if !f.To.IsZero() {
		q.Set("created_to", f.To.Format(time.RFC3339Nano))
	}
	return q
}

// pageSize is how many things a list asks for at a time, which is what the gateway gives at most.
const pageSize = 100

// List gives payments, newest first, page by page as they are taken. An error ends it.
func (p Payments) List(ctx context.Context, f PaymentFilter) iter.Seq2[*Payment, error] {
	return pages[Payment](ctx, p.client, f.query(), "/v1/payments")
}

// pages walks a list that is served in pages.
func pages[T any](ctx context.Context, c *Client, query url.Values, path string, args ...string) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		query.Set("limit", strconv.Itoa(pageSize))
		for {
			var page struct {
				Data []T     `json:"data"`
				Next *string `json:"next_cursor"`
			}
			if _, err := c.call(ctx, request{method: http.MethodGet, path: path, args: args, query: query}, &page); err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Data {
				if !yield(&page.Data[i], nil) {
					return
				}
			}
			if page.Next == nil {
				return
			}
			query.Set("cursor", *page.Next)
		}
	}
}

// Events gives what happened to a payment: what was announced, and its whole journal.
func (p Payments) Events(ctx context.Context, id string) (*PaymentEvents, error) {
	return get[PaymentEvents](ctx, p.client, "/v1/payments/{}/events", id)
}

// Exchanges gives what was said to the provider and what it answered, in order, masked by the gateway.
func (p Payments) Exchanges(ctx context.Context, id string) ([]Exchange, error) {
	return list[Exchange](ctx, p.client, "/v1/payments/{}/exchanges", id)
}

// Picture is how a QR is drawn. The zero value will do.
type Picture struct {
	SVG       bool   // SVG; else PNG
	Size      int    // pixels of a side, 64 to 2048; 0: 512
	QuietZone int    // white on each side in modules, 4 to 32; 0: 4
	Level     string // error correction: L, M, Q or H; empty: M
}

// QR gives a payment's QR, drawn. There is one as long as it can be paid: an *Error with the code qr_not_ready before, with
// qr_gone after.
func (p Payments) QR(ctx context.Context, id string, how Picture) ([]byte, error) {
	q := url.Values{}
	for name, n := range map[string]int{"size": how.Size, "quiet_zone": how.QuietZone} {
		if n != 0 {
			q.Set(name, strconv.Itoa(n))
		}
	}
	if how.Level != "" {
		q.Set("level", how.Level)
	}
	path := "/v1/payments/{}/qr.png"
	if how.SVG {
		path = "/v1/payments/{}/qr.svg"
	}
	var picture []byte
	_, err := p.client.call(ctx, request{method: http.MethodGet, path: path, args: []string{id}, query: q}, &picture)
	return picture, err
}

// Rails shows which providers can be reached.
func (c *Client) Rails() Rails { return Rails{c} }

// Rails shows the accounts that the key may use, and how their providers answer.
type Rails struct{ client *Client }

// RailAccount is an account with its circuit: a provider that fails again and again is not asked for a while.
type RailAccount struct {
	Account     string     `json:"account"`
	Rail        string     `json:"rail"`
	Environment string     `json:"environment"` // sandbox, staging or production
	Methods     []Method   `json:"methods"`
	State       string     `json:"state"`    // closed: all is well; open: not asked until Until; half_open: the next payment tries it
	Failures    int        `json:"failures"` // calls in a row that failed
	Until       *time.Time `json:"until"`    // nil: not open
}

// List gives all accounts, as the gateway that answers sees them.
func (r Rails) List(ctx context.Context) ([]RailAccount, error) {
	return list[RailAccount](ctx, r.client, "/v1/rails")
}

// Phones asks about customers' phones.
func (c *Client) Phones() Phones { return Phones{c} }

// Phones asks the provider about phones.
type Phones struct{ client *Client }

// PhoneStatus says whether a phone is registered with the provider.
type PhoneStatus struct {
	Phone      string `json:"phone"`      // masked
	Registered *bool  `json:"registered"` // nil: the provider did not say; let the customer go on
	Message    *Words `json:"message"`    // for the customer; nil: nothing to say
}

// Inquire asks the provider whether a phone is registered, for at most 10 seconds. The phone is 08…, 62… or +62….
func (p Phones) Inquire(ctx context.Context, phone string) (*PhoneStatus, error) {
	return get[PhoneStatus](ctx, p.client, "/v1/phones/{}", phone)
}

// Terminals shows terminals and their numbering.
func (c *Client) Terminals() Terminals { return Terminals{c} }

// Terminals shows the terminals that the key may use.
type Terminals struct{ client *Client }

// Terminal is a terminal with its numbering.
type Terminal struct {
	ID              string `json:"id"`
	Account         string `json:"account"`
	Rail            string `json:"rail"`
	TID             string `json:"tid"`
	MID             string `json:"mid"`
	StoreCode       string `json:"store_code"`
	Style           string `json:"style"`            // how batches are counted: sequence or ddmmyy
	Batch           int    `json:"batch"`            // of the last push; 0 before the first one
	ReferenceNumber int    `json:"reference_number"` // of the last push; 0 before the first one
	Held            string `json:"held"`             // why it is stopped until an operator releases it; empty: it is not
}

// List gives all terminals.
func (t Terminals) List(ctx context.Context) ([]Terminal, error) {
	return list[Terminal](ctx, t.client, "/v1/terminals")
}

// list gives a list that is served at once.
func list[T any](ctx context.Context, c *Client, path string, args ...string) ([]T, error) {
	all, err := get[struct {
		Data []T `json:"data"`
	}](ctx, c, path, args...)
	if err != nil {
		return nil, err
	}
	return all.Data, nil
}
