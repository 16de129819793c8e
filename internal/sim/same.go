package sim

import (
	"maps"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// same tells whether two payments are alike as they are stored: their times as instants, a missing list as an empty one.
// TestSameSeesEveryField holds it against the types.
func same(a, b payment.Payment) bool {
	return a.ID == b.ID && a.MerchantID == b.MerchantID && a.Mode == b.Mode && a.Account == b.Account &&
		a.TermsRevision == b.TermsRevision && a.Outlet == b.Outlet && a.Reference == b.Reference && a.Amount == b.Amount && a.Method == b.Method &&
		a.Rail == b.Rail && a.Phone == b.Phone && a.State == b.State && a.Version == b.Version &&
		instant(a.CreatedAt, b.CreatedAt) && instant(a.UpdatedAt, b.UpdatedAt) && instant(a.WakeAt, b.WakeAt) &&
		slices.EqualFunc(a.Attempts, b.Attempts, sameAttempt) && sameFailure(a.Failure, b.Failure) &&
		a.Review == b.Review && a.Warning == b.Warning &&
		a.CancelAsked == b.CancelAsked && instant(a.RenewedAt, b.RenewedAt) && a.Description == b.Description && a.ReturnURL == b.ReturnURL && maps.Equal(a.Metadata, b.Metadata) &&
		sameRoutes(a, b) && sameBill(a, b) && sameChoice(a.Choice, b.Choice)
}

func sameChoice(a, b *payment.Choice) bool {
	return a == b || a != nil && b != nil && slices.Equal(a.Methods, b.Methods) && instant(a.Until, b.Until) &&
		a.Rail == b.Rail && a.Account == b.Account && a.Terminal == b.Terminal && a.Phones == b.Phones &&
		a.Tries == b.Tries && a.First == b.First
}

func sameRoutes(a, b payment.Payment) bool {
	return slices.Equal(a.Routes, b.Routes) && instant(a.FailOverUntil, b.FailOverUntil) && a.Otherwise == b.Otherwise
}

func sameBill(a, b payment.Payment) bool {
	customer := a.Customer == b.Customer || a.Customer != nil && b.Customer != nil && *a.Customer == *b.Customer
	return customer && slices.Equal(a.Items, b.Items) && instant(a.ExpiresAt, b.ExpiresAt)
}

func sameAttempt(a, b payment.Attempt) bool {
	return a.Rail == b.Rail && a.Terminal == b.Terminal && a.Number == b.Number && a.Invoice == b.Invoice &&
		instant(a.PushedAt, b.PushedAt) && slices.EqualFunc(a.Calls, b.Calls, sameCall) &&
		a.ApprovalCode == b.ApprovalCode && a.TraceNumber == b.TraceNumber && a.ResponseCode == b.ResponseCode &&
		a.NeverSent == b.NeverSent && a.Late == b.Late && instant(a.NotFoundAt, b.NotFoundAt) &&
		a.ClosedByNotFound == b.ClosedByNotFound && instant(a.RetryAt, b.RetryAt) && sameQR(a, b) && sameAsked(a, b) &&
		a.Route == b.Route && a.Dead == b.Dead && a.Stray == b.Stray
}

func sameAsked(a, b payment.Attempt) bool {
	return a.ProviderNumber == b.ProviderNumber && a.RedirectURL == b.RedirectURL && instant(a.ExpiresAt, b.ExpiresAt) &&
		a.Said == b.Said && instant(a.UnpaidAt, b.UnpaidAt) && instant(a.AskFrom, b.AskFrom) && a.RefusedAs == b.RefusedAs && instant(a.ContradictedAt, b.ContradictedAt)
}

func sameQR(a, b payment.Attempt) bool {
	return a.ProviderReference == b.ProviderReference && a.QR == b.QR && instant(a.PresentedAt, b.PresentedAt) &&
		a.Burnt == b.Burnt && a.NumberUsed == b.NumberUsed && a.Settled == b.Settled && instant(a.PaidAt, b.PaidAt)
}

func sameCall(a, b payment.CallRecord) bool {
	return a.Call == b.Call && a.Tries == b.Tries && instant(a.At, b.At) && instant(a.Until, b.Until) &&
		a.Open == b.Open && instant(a.NextFrom, b.NextFrom) && instant(a.MayLandUntil, b.MayLandUntil) && a.Unclear == b.Unclear && a.Attempt == b.Attempt
}

func sameFailure(a, b *payment.Failure) bool {
	return a == b || (a != nil && b != nil && *a == *b)
}

func instant(a, b time.Time) bool { return a.Equal(b) }

// difference shows where the stored forms of two payments part.
func difference(a, b payment.Payment) string {
	x, errX := payment.Encode(a)
	y, errY := payment.Encode(b)
	if errX != nil || errY != nil {
		return "one cannot be written"
	}
	i := 0
	for i < len(x) && i < len(y) && x[i] == y[i] {
		i++
	}
	cut := func(s []byte) string { return string(s[max(0, i-20):min(len(s), i+40)]) }
	return "…" + cut(x) + "… against …" + cut(y) + "…"
}
