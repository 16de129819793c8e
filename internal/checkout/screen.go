package checkout

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/wording"
)

// screen is what a customer sees of a payment at a moment: one state, one sentence about it, one next step.
type screen struct {
	Kind  kind
	Title wording.Words
	Steps []wording.Words // what to do, in this order
	Text  wording.Words
	Next  wording.Words // the one next step
	// From and Until are what the countdown runs between; zero: there is none.
	From, Until time.Time
	// QR tells that the customer may scan the QR of this attempt, counted from 1.
	QR int
	// Offers are what the customer may choose, Ends until when, and Other tells that there is another way than the one shown.
	Offers []engine.Offer
	Ends   time.Time
	Other  bool
	// Of a customer who chooses again: why the last way came to nothing, what to do about it, and the last digits of the phone.
	Refused wording.Words
	Advice  []wording.Words
	Tried   string
	// By is what the page's address says to come to this screen; empty: nothing. OtherBy leads to all ways.
	By, OtherBy payment.Method
	// Go tells that the customer pays on the provider's page, to which ours leads.
	Go bool
	// Renew tells that the customer may ask for another QR.
	Renew bool
	// Turns is when the screen becomes another by time alone; zero: only the payment turns it.
	Turns time.Time
	// Back tells that the page leads back to the shop.
	Back bool
	// Rests tells that nothing more is expected to happen.
	Rests bool
}

// kind chooses the picture and the colour of a screen.
type kind string

// The kinds.
const (
	choose   kind = "choose"   // the customer must say how to pay
	phone    kind = "phone"    // the customer must give a phone number
	confirm  kind = "confirm"  // the customer must act in the app
	scan     kind = "scan"     // the customer must scan
	working  kind = "working"  // we are at work, the customer waits
	checking kind = "checking" // it is not known yet
	success  kind = "success"
	failure  kind = "failure" // nothing was charged
	returned kind = "returned"
	human    kind = "human" // a person looks at it
)

// renewWithin is how long after a payment was made, or chosen, its page offers another QR: later the shop may have given the goods
// to somebody else.
const renewWithin = 30 * time.Minute

// screenOf says what is true of a payment now. It reads no clock and asks nobody. The line may be nil.
func screenOf(p payment.Payment, t payment.Terms, line rail.Rail, now time.Time) screen {
	s := stateScreen(p, t, line, now)
	s.Back = p.ReturnURL != "" && (s.Rests || s.Kind == human)
	return s
}

func stateScreen(p payment.Payment, t payment.Terms, line rail.Rail, now time.Time) screen {
	explainer, _ := line.(rail.Explainer)
	title := wording.Checking
	if said := wording.Of(p, t, explainer, now); said != nil {
		title = *said
	}
	switch p.State {
	case payment.Created, payment.Pushing, payment.Presenting, payment.Awaiting, payment.InDoubt:
		return openScreen(p, t, line, now)
	case payment.Reversing:
		return screen{Kind: working, Title: title, Text: sayGivingBack, Next: sayWait}
	case payment.Paid:
		s := screen{Kind: success, Title: wording.Paid, Text: sayReceived, Next: sayClose, Rests: true}
		if p.Failure != nil {
			s.Text = title // a void or a refund that was not done
		}
		return s
	case payment.Declined:
		return screen{Kind: failure, Title: title, Text: sayNotCharged, Next: nextStep(p.Failure), Rests: true}
	case payment.Expired:
		return expiredScreen(p, t, title, now)
	case payment.Canceled:
		return screen{Kind: failure, Title: title, Text: sayNotCharged, Next: sayShopAgain, Rests: true}
	case payment.Reversed:
		return screen{Kind: returned, Title: title, Text: sayGivenBack, Next: sayShopAgain, Rests: true}
	case payment.Voiding:
		return screen{Kind: working, Title: title, Text: sayVoiding, Next: sayWait}
	case payment.Voided:
		return screen{Kind: returned, Title: title, Text: sayBack, Next: sayClose, Rests: true}
	case payment.Refunding:
		return screen{Kind: working, Title: title, Text: sayRefunding, Next: sayWait}
	case payment.Refunded:
		return screen{Kind: returned, Title: title, Text: sayBack, Next: sayClose, Rests: true}
	}
	return screen{Kind: human, Title: wording.Checking, Text: sayHuman, Next: sayAskShop}
}

// openScreen is that of a payment that the customer can still make, or may have made.
func openScreen(p payment.Payment, t payment.Terms, line rail.Rail, now time.Time) screen {
	switch {
	case p.CancelAsked && t.Presents():
		return screen{Kind: working, Title: wording.Voiding, Text: sayStopScanning, Next: sayWait}
	case p.CancelAsked:
		return screen{Kind: working, Title: wording.Voiding, Text: sayVoiding, Next: sayDoNotPay}
	case p.State == payment.Presenting && t.Presents():
		return screen{Kind: working, Title: wording.Making, Next: sayWait}
	case p.State == payment.Created, p.State == payment.Presenting:
		return screen{Kind: working, Title: sayPreparing, Next: sayWait}
	}
	if s, ok := toAct(p, t, line, now); ok {
		return s
	}
	s := screen{Kind: checking, Title: wording.Checking, Text: sayChecking, Next: sayDoNotPayTwice}
	if p.State == payment.Awaiting && t.Presents() {
		s.Text, s.Next = sayCheckingQR, sayOldQR
	}
	return s
}

// toAct is the screen on which the customer must do something; false when it is too late for that.
func toAct(p payment.Payment, t payment.Terms, line rail.Rail, now time.Time) (screen, bool) {
	if len(p.Attempts) == 0 {
		return screen{}, false
	}
	a := p.Attempts[len(p.Attempts)-1]
	if _, until, ok := payment.ShownQR(t, p, now); ok {
		return screen{
			Kind: scan, Title: sayScan, Steps: scanSteps(), From: a.PushedAt, Until: until, Turns: until, QR: len(p.Attempts),
		}, true
	}
	if _, until, ok := payment.RedirectOf(p, now); ok {
		return screen{Kind: confirm, Title: sayContinue, Text: sayElsewhere, From: a.PushedAt, Until: until, Turns: until, Go: true}, true
	}
	pushed := a.PushedAt
	for _, call := range a.Calls {
		if call.Call == payment.CallPush {
			pushed = call.At
		}
	}
	until := pushed.Add(t.ConfirmWithin)
	waits := p.State == payment.Pushing || (p.State == payment.Awaiting && a.RefusedAs == "" && a.RedirectURL == "")
	if t.Presents() || !waits || !now.Before(until) {
		return screen{}, false
	}
	s := screen{Kind: confirm, Title: sayConfirm, Steps: confirmSteps(), From: pushed, Until: until, Turns: until}
	if prescribed, ok := line.(rail.Instructor); ok {
		s.Steps = prescribed.Instructions()
	}
	return s, true
}

func expiredScreen(p payment.Payment, t payment.Terms, title wording.Words, now time.Time) screen {
	s := screen{Kind: failure, Title: title, Text: sayNotCharged, Next: nextStep(p.Failure), Rests: true}
	if p.Failure != nil && p.Failure.Operation == payment.CallCheck && p.Failure.ProviderCode != "" && t.Presents() {
		s.Title = sayQRExpired
	}
	until := p.Begun().Add(renewWithin)
	renewable := slices.ContainsFunc(payment.Actions(t, p, now), func(a payment.Action) bool { return a.What == payment.AskRenew })
	if renewable && now.Before(until) {
		s.Renew, s.Next, s.Turns = true, sayRenew, until
	}
	return s
}

// Revision tells two screens apart.
func (s screen) Revision() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v", s))
	return hex.EncodeToString(sum[:6])
}
