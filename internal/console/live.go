package console

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// This file lets the page of a payment hear, by server-sent events, that it is another now. The page then fetches itself.

// The limits of streams, in real time but for the last one.
const (
	aliveEvery = 15 * time.Second // a comment is sent so often, lest a proxy cuts the line
	streamLife = 5 * time.Minute  // then the browser comes again by itself, with its session looked at anew
	streamsMax = 200              // of one process
	restsAfter = 10 * time.Minute // a payment at its end for so long needs none any more
)

// rests tells whether a payment is at its end, and has been for a while.
func rests(p payment.Payment, now time.Time) bool {
	return p.State.Final() && now.Sub(p.UpdatedAt) > restsAfter
}

// turns tells when the payment goes past ?version=.
func (s *server) turns(v *visit) error {
	p, err := s.Engine.Store.Load(v.r.Context(), v.Merchant.ID, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	if rests(p, s.Now()) {
		v.w.WriteHeader(http.StatusNoContent) // by the standard, the browser does not come again
		return nil
	}
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		http.Error(v.w, "too many pages are open; reload this one", http.StatusTooManyRequests)
		return nil
	}
	control := http.NewResponseController(v.w)
	_ = control.SetWriteDeadline(time.Time{}) // a server's limit is for answers, not for streams
	v.w.Header().Set("Content-Type", "text/event-stream")
	v.w.Header().Set("X-Accel-Buffering", "no") // what nginx needs to hear
	ctx, cancel := context.WithTimeout(v.r.Context(), streamLife)
	defer cancel()
	version, _ := strconv.Atoi(v.r.URL.Query().Get("version"))
	line := "retry: 2000\n\n"
	for ctx.Err() == nil {
		if p.Version > version {
			version = p.Version
			line += fmt.Sprintf("event: turn\ndata: %d\n\n", version)
		}
		if _, err := fmt.Fprint(v.w, line); err != nil || control.Flush() != nil {
			return nil // the page is gone
		}
		line = ":\n\n"
		newer, gone := s.nextTurn(ctx, p)
		if gone {
			return nil
		}
		p = newer
	}
	return nil
}

// nextTurn gives the payment as soon as it is another, or the same one when it has been quiet for long.
func (s *server) nextTurn(ctx context.Context, p payment.Payment) (newer payment.Payment, gone bool) {
	waiting, cancel := context.WithTimeout(ctx, aliveEvery)
	defer cancel()
	go func() {
		select {
		case <-s.Stopping:
			cancel()
		case <-waiting.Done():
		}
	}()
	newer, err := s.Engine.Wait(waiting, p.MerchantID, p.ID, p.Version)
	switch {
	case err == nil:
		return newer, false
	case waiting.Err() == context.DeadlineExceeded && ctx.Err() == nil: //nolint:errorlint // as documented
		return p, false
	}
	return p, true
}
