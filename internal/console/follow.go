package console

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// This file makes, of what merchants are told, the words by which payments are found and the tallies that charts show. It
// runs a moment behind the payments, in every replica; the store lets each stretch of a feed be counted once.

const (
	followEvery = 2 * time.Second // of real time, when there was nothing to do
	followPage  = 200             // events at a time: a short transaction
	followMany  = 1000            // merchants at a time
)

// follow follows the feeds until the context ends.
func (s *server) follow(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := s.followOn(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("what pages search and count by cannot be brought up to date", "error", err)
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(followEvery):
		}
	}
}

// followOn takes a page of every feed that has gone on, and tells whether there was a full one.
func (s *server) followOn(ctx context.Context) (more bool, err error) {
	behind, err := s.Engine.Store.Behind(ctx, followMany)
	if err != nil {
		return false, err
	}
	for _, b := range behind {
		heard, err := s.Engine.Store.ReadOn(ctx, b.MerchantID, b.Position, followPage)
		if err != nil {
			return false, err
		}
		if len(heard) == 0 {
			continue
		}
		err = s.Engine.Store.Follow(ctx, s.gather(b, heard))
		if err != nil && !errors.Is(err, store.ErrConflict) { // another replica was there first
			return false, err
		}
		more = more || len(heard) == followPage
	}
	return more, nil
}

// Tallies that are no event's own type.
const (
	tallyMade = "made"        // payments, when they were made
	tallyTime = "time_to_pay" // payments that were paid, by how long that took: Code is the most seconds, empty for longer
)

// gather makes words and tallies of events.
func (s *server) gather(b store.Behind, heard []store.Heard) store.Followed {
	f := store.Followed{MerchantID: b.MerchantID, From: b.Position, To: heard[len(heard)-1].Position}
	for _, h := range heard {
		p := h.Payment
		if p.ID == "" {
			continue // it is about no payment, or about one that is archived
		}
		for _, word := range s.wordsOf(p) {
			f.Words = append(f.Words, store.Word{Word: word, PaymentID: p.ID})
		}
		f.Days = append(f.Days, store.DayPayment{Day: payment.DayOf(p.CreatedAt), PaymentID: p.ID})
		t := tallyOf(h)
		f.Tallies = append(f.Tallies, t)
		if h.Version == 1 {
			made := t
			made.Type, made.Code = tallyMade, ""
			f.Tallies = append(f.Tallies, made)
		}
		if h.Type == "payment."+string(payment.Paid) {
			took := t
			took.Type, took.Code = tallyTime, bucketOf(h.At.Sub(p.CreatedAt))
			f.Tallies = append(f.Tallies, took)
		}
	}
	return f
}

// tallyOf counts one event, as it was told then: the payment may stand elsewhere now.
func tallyOf(h store.Heard) store.Tally {
	t := store.Tally{Hour: h.At.Truncate(time.Hour), Mode: h.Mode, Rail: h.Payment.Rail, Type: h.Type, Count: 1, Sum: h.Payment.Amount}
	var told struct {
		Data webhook.PaymentData `json:"data"`
	}
	if json.Unmarshal(h.Body, &told) != nil {
		return t // told by a version that kept no bodies
	}
	if told.Data.Rail != "" {
		t.Rail = payment.Rail(told.Data.Rail)
	}
	if f := told.Data.Failure; f != nil {
		if t.Code = f.ProviderCode; t.Code == "" {
			t.Code = f.Code
		}
	}
	return t
}

// buckets are the times to pay that are told apart, in seconds. They are never written.
var buckets = []int{5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 900, 3600}

func bucketOf(d time.Duration) string {
	for _, most := range buckets {
		if d <= time.Duration(most)*time.Second {
			return strconv.Itoa(most)
		}
	}
	return ""
}

// wordsOf are the words by which a payment is found.
func (s *server) wordsOf(p payment.Payment) []string {
	words := []string{amountWord(p.Amount)}
	if !p.Phone.IsZero() {
		words = append(words, phoneWord(s.phoneHash(p.MerchantID, p.Phone)))
	}
	for i := range p.Attempts {
		a := &p.Attempts[i]
		if !a.Number.IsZero() {
			words = append(words, numberWord(a.Number), batchWord(a.Number.Batch))
		}
		for _, code := range []string{a.ApprovalCode, a.ProviderReference} {
			if code != "" {
				words = append(words, codeWord(code))
			}
		}
	}
	return words
}

func amountWord(r payment.Rupiah) string { return "amount:" + strconv.FormatInt(int64(r), 10) }
func phoneWord(hash string) string       { return "phone:" + hash }
func numberWord(n payment.Number) string { return "number:" + n.String() }
func batchWord(n payment.Batch) string   { return "batch:" + strconv.Itoa(int(n)) }
func codeWord(code string) string        { return "code:" + code }

// phoneHash stands for a phone number where it may be seen: in addresses of pages and in the index. It is of one merchant, so
// that nobody learns that two merchants have a customer in common.
func (s *server) phoneHash(merchantID string, p payment.Phone) string {
	mac := hmac.New(sha256.New, s.Key)
	_, _ = mac.Write([]byte("phone\x00" + merchantID + "\x00" + p.Digits()))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
