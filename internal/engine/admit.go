package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file holds what is limited across payments: counted in the store, so that replicas share it.

const checkLockFor = 25 * time.Second // longer than a check can take

// oneCheck lets one status check by hand run at a time for an account.
func (e *Engine) oneCheck(ctx context.Context, p payment.Payment, now time.Time) (release func(), err error) {
	lock := store.Lock{
		MerchantID: p.MerchantID, Name: "check/" + p.Account, Holder: e.NewID("chk_"), Until: now.Add(checkLockFor),
	}
	got, err := e.Store.Acquire(ctx, lock, now)
	if err != nil {
		return nil, err
	}
	if !got {
		return nil, &payment.Refusal{
			Code: payment.CodeCheckInProgress, State: p.State, Until: now.Add(time.Second),
			Message: "another status check of this account is under way; they are made one at a time",
		}
	}
	return func() { e.release(lock) }, nil
}

// serialLockFor is how long a terminal waits for a process that died while it sent a push.
const serialLockFor = 5 * time.Second

// serialize lets one push of a terminal be numbered and sent at a time: the next one begins when the first byte of this
// one has left. It gives what ends the wait of the next one.
func (e *Engine) serialize(ctx context.Context, merchantID, terminal string) (release func(), err error) {
	lock := store.Lock{MerchantID: merchantID, Name: "terminal/" + terminal, Holder: e.NewID("srl_")}
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 40*time.Millisecond) {
		now := e.Now()
		lock.Until = now.Add(serialLockFor)
		got, err := e.Store.Acquire(ctx, lock, now)
		if err != nil {
			return nil, err
		}
		if got {
			return sync.OnceFunc(func() { e.release(lock) }), nil
		}
		if err := e.Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

func (e *Engine) release(lock store.Lock) {
	if err := e.Store.Release(context.Background(), lock); err != nil {
		e.Log.Warn("a lock was not given back; it ends by itself", "lock", lock.Name, "error", err)
	}
}

// PhoneTimeout is how long the provider has to say whether a phone is registered; unanswered, the customer goes on.
// Source: OVO, Push To Pay API, "Inquiry Phone Number": at most 10 seconds.
const PhoneTimeout = 10 * time.Second

// ErrNoInquiry is the error where a merchant has no account that can look up phones.
var ErrNoInquiry = errors.New("no account of this merchant can tell whether a phone is registered")

// CheckPhone asks the provider whether a phone is registered. It needs no payment. Errors: ErrNoInquiry, or one of
// rail's three.
func (e *Engine) CheckPhone(ctx context.Context, merchantID string, mode payment.Mode, phone payment.Phone) (payment.Outcome, error) {
	for _, a := range e.accountsOf(merchantID) {
		checker, ok := a.Line.(rail.PhoneChecker)
		if !ok || a.Closed || a.Environment.Mode() != mode {
			continue
		}
		return e.checkPhone(ctx, a, checker, phone, "")
	}
	return payment.Outcome{}, ErrNoInquiry
}

// checkPhone asks about a phone by an account; the payment for which that is done may be empty.
func (e *Engine) checkPhone(ctx context.Context, a *account, checker rail.PhoneChecker, phone payment.Phone, paymentID string) (payment.Outcome, error) {
	now := e.Now()
	rendered, err := checker.RenderPhone(phone, now)
	if err != nil {
		return payment.Outcome{}, fmt.Errorf("%w: %w", rail.ErrNotSent, err)
	}
	part := exchange.Part{
		ID: e.NewID("exc_"), MerchantID: a.MerchantID, PaymentID: paymentID, Account: a.ID, Operation: rendered.Operation,
		Side: exchange.Request, At: now, Wire: rendered.Wire,
	}
	if err := e.log(ctx, part); err != nil {
		return payment.Outcome{}, fmt.Errorf("%w: what is sent must be logged first: %w", rail.ErrNotSent, err)
	}
	ctx, cancel := e.limited(ctx, now.Add(PhoneTimeout), now)
	defer cancel()
	record := &exchange.Call{Expected: rendered.Wire, Now: e.Now}
	called, ended := e.Observer.Call(ctx, ObservedCall{Rail: a.Rail, MerchantID: a.MerchantID, PaymentID: paymentID, Operation: OperationPhone, Try: 1})
	outcome, err := a.Line.Do(exchange.WithCall(called, record), rendered)
	ended(outcome, err)
	result := record.Result()
	if len(result.Received) > 0 || result.Note != "" {
		part.Side, part.At, part.Wire, part.Sealed, part.Note = exchange.Response, e.Now(), result.Received, nil, result.Note
		if logErr := e.log(context.WithoutCancel(ctx), part); logErr != nil {
			e.Log.Error("the answer to a phone inquiry is not logged", "exchange", part.ID, "error", logErr)
		}
	}
	return outcome, err
}

func (e *Engine) log(ctx context.Context, part exchange.Part) error {
	if err := e.Keyring.Seal(&part); err != nil {
		return err
	}
	return e.Store.Append(ctx, []exchange.Part{part})
}
