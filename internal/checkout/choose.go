package checkout

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/wording"
)

// This file shows what a customer may choose, and has the choice carried out.

// allWays is what the address says where the customer wants to see all ways, and not the one that came to nothing.
const allWays payment.Method = "all"

// choiceScreen is that of a payment whose customer can choose; by is what was chosen on the page and is not sent yet. The
// line is that of the attempt which came to nothing, if there was one; it may be nil.
func choiceScreen(p payment.Payment, offers []engine.Offer, by payment.Method, line rail.Rail, now time.Time) screen {
	until := p.Choice.Until
	if !now.Before(until) { // it is about to end
		return screen{Kind: working, Title: sayTooLate, Next: sayDoNotPay}
	}
	s := screen{Kind: choose, Title: sayChoose, Offers: offers, Ends: until, Turns: until}
	wanted, again := by, p.Failure != nil
	if again && by == "" {
		wanted = p.Method
	}
	i := slices.IndexFunc(offers, func(o engine.Offer) bool { return o.Phone && (o.Method == wanted || len(offers) == 1) })
	switch {
	case len(offers) == 0: // the merchant's accounts are not what they were
		return screen{Kind: failure, Title: wording.Failure(payment.Failure{Code: string(payment.ReasonMisconfigured)}, nil), Text: sayNotCharged, Next: sayOtherWay}
	case i >= 0:
		s.Kind, s.Title, s.Other = phone, sayPayByOVO, len(offers) > 1
	case len(offers) == 1:
		s.Title = sayPayNow
	}
	if len(offers) > 1 && by != "" {
		s.By = allWays
		if i >= 0 {
			s.By = by
		}
	}
	if again {
		s = s.again(p, line)
	}
	return s
}

// again says why the customer chooses again. Nothing was charged, or it would not be so.
func (s screen) again(p payment.Payment, line rail.Rail) screen {
	explainer, _ := line.(rail.Explainer)
	s.Refused, s.Advice, s.OtherBy = wording.Failure(*p.Failure, explainer), []wording.Words{sayOtherNumber}, allWays
	if s.Kind == phone {
		s.Advice[0] = sayCorrect
		masked := p.Phone.String()
		s.Tried = masked[max(0, len(masked)-triedShown):]
	}
	if p.Choice.Tries == 1 {
		s.Advice = append(s.Advice, sayLastTry)
	}
	return s
}

// triedShown is how many digits of a number that was tried are shown, its last ones: enough to know it again, for whoever has
// the page's link.
const triedShown = 3

// choose carries out what the customer has chosen. Pressed twice, in two windows or too late, it changes nothing: the page
// then shows what is true.
func (s *server) choose(w http.ResponseWriter, r *http.Request) {
	p, ok := s.find(w, r)
	if !ok {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, formMost)
	after, _ := strconv.Atoi(r.PostFormValue("after")) // what is no number is 0: nothing was tried
	if after != len(p.Attempts) || !p.Choosing() {     // of a page that is out of date
		send(w, "/pay/"+url.PathEscape(r.PathValue("name")))
		return
	}
	c := engine.Choice{Method: payment.Method(r.PostFormValue("method")), After: after}
	var wrong error
	given := r.PostFormValue("phone")
	if given != "" || slices.Contains(s.Engine.Offers(p), engine.Offer{Method: c.Method, Phone: true}) {
		c.Phone, wrong = payment.ParsePhone(given)
	}
	if p.Offers(c.Method) && wrong == nil {
		// Whether or not the customer waits for the answer, what was ordered is carried out.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), engine.PhoneTimeout+commitTimeout)
		defer cancel()
		_, wrong = s.Engine.Choose(ctx, p.MerchantID, p.ID, c)
	}
	var refusal *payment.Refusal
	switch {
	case errors.As(wrong, &refusal) && refusal.Code != payment.CodeNotPossible:
		s.showAgain(w, r, c.Method, refusalWords(refusal))
	case errors.Is(wrong, payment.ErrPhone):
		s.showAgain(w, r, c.Method, sayPhoneWrong)
	case wrong != nil && refusal == nil:
		s.trouble(w, r, wrong)
	default:
		send(w, "/pay/"+url.PathEscape(r.PathValue("name")))
	}
}

const formMost = 4 << 10 // bytes of a form

// showAgain shows the page with what was wrong with the choice.
func (s *server) showAgain(w http.ResponseWriter, r *http.Request, by payment.Method, wrong wording.Words) {
	p, ok := s.find(w, r) // it may have changed meanwhile
	if !ok {
		return
	}
	s.showAs(w, r, p, "page", by, &wrong)
}

// refusalWords say why a choice was refused. None of them holds the phone number.
func refusalWords(r *payment.Refusal) wording.Words {
	if words, ok := refusals[r.Code]; ok {
		return words
	}
	return sayNotNow
}

var refusals = map[string]wording.Words{ // never written
	engine.CodePhoneUnregistered: wording.NotInSystem,
	payment.CodePhoneMissing:     sayPhoneWrong,
	payment.CodePhonesTried:      sayPhonesTried,
	engine.CodePhoneLimited:      sayPhoneLimited,
	payment.CodeCutOff:           sayCutOff,
}
