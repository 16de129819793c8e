package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// NotificationMax is how much of a notification's body is read, in bytes. A door reads one byte more, so that one that is
// too long is seen to be so.
const NotificationMax = 64 << 10

// rejectedPerMinute is how many notifications that are not believed are kept of an account: evidence, and no way to fill
// the disk.
const rejectedPerMinute = 60

// rejections counts them. It is guarded by the engine's lock.
type rejections struct {
	since time.Time
	n     int
}

// ErrNoDoor says that there is no such account, or that its provider does not notify.
var ErrNoDoor = errors.New("no notifications are taken there")

// Receive takes what a provider notifies: it is verified, its payment is found, and what was said is written down, the
// bytes as they came and what follows from them in one commit. Only then is it acknowledged; whatever is answered
// otherwise makes the provider come again. The same one twice changes nothing and is acknowledged. The error is ErrNoDoor.
func (e *Engine) Receive(ctx context.Context, merchantID, accountID string, in rail.Notification) (rail.Reply, error) {
	a := e.accountOf(merchantID, accountID)
	if a == nil {
		return rail.Reply{}, ErrNoDoor
	}
	reader, ok := a.Line.(rail.NotificationReader)
	if !ok {
		return rail.Reply{}, ErrNoDoor
	}
	e.begin(false)
	defer e.end()
	r := receiving{e: e, a: a, reader: reader, in: in, at: e.Now(), id: e.NewID("exc_"), operation: "notification"}
	return r.receive(ctx), nil
}

// receiving is one notification on its way in.
type receiving struct {
	e      *Engine
	a      *account
	reader rail.NotificationReader
	in     rail.Notification
	at     time.Time
	id     string

	operation string // how it stands in the log
}

func (r receiving) receive(ctx context.Context) rail.Reply {
	tokens, err := r.tokens(ctx)
	if err != nil {
		return r.trouble("read the token", err)
	}
	notice, err := r.readAny(tokens)
	var rejected *rail.Rejected
	if errors.As(err, &rejected) {
		r.reject(ctx, rejected)
		return rejected.Reply
	}
	var p payment.Payment
	verdict := rail.OtherMerchant
	if !notice.Foreign {
		verdict = rail.Taken
		p, err = r.find(ctx, notice)
		if errors.Is(err, store.ErrNotFound) {
			verdict = rail.UnknownPayment
		} else if err != nil {
			return r.trouble("find the payment", err)
		}
	}
	if verdict != rail.Taken {
		r.e.Log.Warn("a notification is about no payment of this account", "merchant", r.a.MerchantID, "account", r.a.ID, "verdict", string(verdict))
		return r.keep(ctx, "", verdict, r.reader.Reply(verdict))
	}
	return r.submit(ctx, p, notice)
}

// knownTokens are those with which an account's provider may sign: the last ones that we got of it, and the living ones that it
// got of us.
type knownTokens struct{ got, issued []rail.Token }

func (t knownTokens) of(reader rail.NotificationReader) []rail.Token {
	if issuer, ok := reader.(rail.TokenIssuer); ok && issuer.IssuesTokens() {
		return t.issued
	}
	return t.got
}

// tokens reads what the lines of the account may need.
func (r receiving) tokens(ctx context.Context) (t knownTokens, err error) {
	issues := func(line rail.Rail) bool {
		issuer, ok := line.(rail.TokenIssuer)
		return ok && issuer.IssuesTokens()
	}
	if issues(r.a.Line) || slices.ContainsFunc(r.a.Beside, issues) {
		issued, err := r.e.loadIssued(ctx, r.a)
		if err != nil {
			return t, err
		}
		t.issued = issued.living(r.at)
	}
	if issues(r.a.Line) && len(r.a.Beside) == 0 {
		return t, nil
	}
	stored, err := r.e.loadToken(ctx, r.a)
	previous := stored
	previous.Value = stored.Previous
	t.got = []rail.Token{stored.token(), previous.token()}
	return t, err
}

// find gives the payment that a notice is about. The error is store.ErrNotFound if there is none, or the store's.
func (r receiving) find(ctx context.Context, notice rail.Notice) (payment.Payment, error) {
	var id string
	switch ofInvoice, known := payment.PaymentOfInvoice(notice.Invoice); {
	case !notice.Number.IsZero():
		var err error
		if id, err = r.e.Store.PaymentNamed(ctx, r.a.MerchantID, qrName(r.a.ID, notice.Number)); err != nil {
			return payment.Payment{}, err
		}
	case known:
		id = ofInvoice
	default:
		return payment.Payment{}, store.ErrNotFound
	}
	p, err := r.e.Store.Load(ctx, r.a.MerchantID, id)
	if err != nil || notice.Invoice == "" {
		return p, err
	}
	for i, a := range p.Attempts {
		if a.Invoice == notice.Invoice && a.Rail == r.a.Rail && p.AccountOf(i) == r.a.ID {
			return p, nil
		}
	}
	return p, store.ErrNotFound
}

// readAny reads a notification by the account's line or, if that does not believe it, by those beside it: while a provider
// changes credentials either may sign. The error is the first one's.
func (r *receiving) readAny(tokens knownTokens) (rail.Notice, error) {
	notice, err := r.read(tokens)
	var rejected *rail.Rejected
	for _, line := range r.a.Beside {
		reader, ok := line.(rail.NotificationReader)
		if !ok || !errors.As(err, &rejected) {
			continue
		}
		beside := *r
		beside.reader = reader
		if other, otherErr := beside.read(tokens); otherErr == nil {
			r.reader = reader // which answers it too
			return other, nil
		}
	}
	return notice, err
}

// read reads a notification; a panic of the reader is our trouble, and the bytes are kept.
func (r receiving) read(tokens knownTokens) (notice rail.Notice, err error) {
	defer func() {
		switch trouble := recover().(type) {
		case nil:
		case string, error:
			err = &rail.Rejected{Reply: r.reader.Reply(rail.OurTrouble), Why: fmt.Sprint("panic: ", trouble)}
		default:
			panic(trouble)
		}
	}()
	return r.reader.ReadNotification(r.in, tokens.of(r.reader), r.at)
}

// submit brings what was said to the payment, unless it is known already.
func (r receiving) submit(ctx context.Context, p payment.Payment, notice rail.Notice) rail.Reply {
	reply := r.reader.Reply(rail.Taken)
	if notice.Acknowledgement != nil {
		reply = *notice.Acknowledgement
	}
	// A QR is paid once, whatever is said of it later.
	paid := func(a payment.Attempt) bool { return a.Number == notice.Number && !a.PaidAt.IsZero() }
	if notice.Invoice == "" && notice.Outcome.Class == payment.Approved && slices.ContainsFunc(p.Attempts, paid) {
		return r.keep(ctx, p.ID, rail.Taken, reply)
	}
	parts, err := r.parts(p.ID, reply, "")
	if err != nil {
		return r.trouble("seal the notification", err)
	}
	said := payment.Notified{At: r.at, Number: notice.Number, Invoice: notice.Invoice, Outcome: notice.Outcome}
	defer r.e.announce(paymentKey{r.a.MerchantID, p.ID}, said)()
	_, err = r.e.change(ctx, r.a.MerchantID, p.ID, said, parts, store.Key{}, nil)
	switch {
	case errors.Is(err, errNothingNew):
		return r.keep(ctx, p.ID, rail.Taken, reply)
	case err != nil:
		return r.trouble("write it down", err)
	}
	return reply
}

// known tells whether a payment has been told this before: the same status of the same invoice. A status that comes again
// after another one is old news too. What is written in the meantime makes the commit that follows fail, which is then
// decided again: of two notifications that come at once, one counts.
func (e *Engine) known(ctx context.Context, p payment.Payment, ev payment.Event) (bool, error) {
	n, is := ev.(payment.Notified)
	if !is || n.Invoice == "" {
		return false, nil
	}
	entries, err := e.Store.Journal(ctx, p.MerchantID, p.ID)
	return slices.ContainsFunc(entries, func(j store.Entry) bool {
		said, ok := j.Event.(payment.Notified)
		return ok && said.Invoice == n.Invoice && said.Outcome.Class == n.Outcome.Class && said.Outcome.Code == n.Outcome.Code
	}), err
}

// keep writes a notification down that changes nothing, and answers.
func (r receiving) keep(ctx context.Context, paymentID string, verdict rail.Verdict, reply rail.Reply) rail.Reply {
	note := ""
	if verdict != rail.Taken {
		note = string(verdict)
		if !r.e.mayKeep(r.a, r.at) {
			return reply
		}
	}
	parts, err := r.parts(paymentID, reply, note)
	if err == nil {
		err = r.e.Store.Append(ctx, parts)
	}
	if err != nil {
		return r.trouble("keep it", err)
	}
	return reply
}

// reject keeps what is not believed, within bounds, since anybody can send it.
func (r receiving) reject(ctx context.Context, why *rail.Rejected) {
	r.e.Log.Warn("a "+r.operation+" is not believed", "merchant", r.a.MerchantID, "account", r.a.ID, "why", why.Why)
	if !r.e.mayKeep(r.a, r.at) {
		return
	}
	if len(r.in.Body) > NotificationMax {
		r.in.Body = r.in.Body[:NotificationMax]
	}
	parts, err := r.parts("", why.Reply, why.Why)
	if err == nil {
		err = r.e.Store.Append(ctx, parts)
	}
	if err != nil {
		r.e.Log.Error("a "+r.operation+" that is not believed is not kept", "account", r.a.ID, "error", err)
	}
}

func (e *Engine) mayKeep(a *account, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := accountKey{a.MerchantID, a.ID}
	r := e.bogus[key]
	if r == nil || now.Sub(r.since) >= time.Minute || now.Before(r.since) {
		r = &rejections{since: now}
		e.bogus[key] = r
	}
	r.n++
	return r.n <= rejectedPerMinute
}

// trouble answers that the provider shall come again.
func (r receiving) trouble(doing string, err error) rail.Reply {
	r.e.Log.Error("a notification cannot be taken now; the provider comes again, or the payment is asked about",
		"merchant", r.a.MerchantID, "account", r.a.ID, "doing", doing, "error", err)
	return r.reader.Reply(rail.OurTrouble)
}

// parts are the two sealed halves: what came, and what is answered.
func (r receiving) parts(paymentID string, reply rail.Reply, note string) ([]exchange.Part, error) {
	part := exchange.Part{
		ID: r.id, MerchantID: r.a.MerchantID, PaymentID: paymentID, Account: r.a.ID, Operation: r.operation,
		Side: exchange.Request, At: r.at, Wire: requestWire(r.in), Note: note,
	}
	answer := part
	answer.Side, answer.At, answer.Wire, answer.Note = exchange.Response, r.e.Now(), replyWire(reply), ""
	parts := []exchange.Part{part, answer}
	for i := range parts {
		if err := r.e.Keyring.Seal(&parts[i]); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// requestWire writes a message as it was on the wire, but for the order and case of its headers, which the server has not
// kept.
func requestWire(in rail.Notification) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", in.Method, in.Endpoint)
	_ = in.Header.Write(&b) // a buffer gives no errors
	b.WriteString("\r\n")
	b.Write(in.Body)
	return b.Bytes()
}

func replyWire(r rail.Reply) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", r.Status, http.StatusText(r.Status))
	_ = r.Header.Write(&b)
	b.WriteString("\r\n")
	b.Write(r.Body)
	return b.Bytes()
}
