package engine

import (
	"context"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Observer looks at an engine from outside; see package observe. Its methods are called on the way of payments, from many
// goroutines: they must not block, and nothing that they do changes what the engine does.
type Observer interface {
	// Carry gives what of a caller's context goes along with what outlives the caller: values of the observer's own, and
	// no end.
	Carry(context.Context) context.Context
	// Changed is told of every change of a payment's state, once it is on disk. Of a new payment, before is zero.
	Changed(ctx context.Context, before, now payment.Payment)
	// Call is told that a provider is about to be called, and gives the context of the call. ended is called once.
	Call(context.Context, ObservedCall) (_ context.Context, ended func(payment.Outcome, error))
}

// ObservedCall is a call to a provider, as an observer sees it.
type ObservedCall struct {
	Rail       payment.Rail
	MerchantID string
	PaymentID  string // empty: it is about no payment
	Operation  string // push, reversal, check, …; access_token, phone
	Try        int    // from 1
}

// The operations of an ObservedCall beside those of payment.Call.
const (
	OperationToken = "access_token"
	OperationPhone = "phone"
)

// nobody is the Observer where there is none.
type nobody struct{}

func (nobody) Carry(context.Context) context.Context                     { return context.Background() }
func (nobody) Changed(context.Context, payment.Payment, payment.Payment) {}
func (nobody) Call(ctx context.Context, _ ObservedCall) (context.Context, func(payment.Outcome, error)) {
	return ctx, func(payment.Outcome, error) {}
}
