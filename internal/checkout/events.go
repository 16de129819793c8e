package checkout

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// The limits of streams. Real time, but for the last one, which is the payment's.
const (
	aliveEvery   = 15 * time.Second // a comment is sent so often, lest a proxy cuts the line
	streamLife   = 10 * time.Minute // then the browser comes again by itself
	streamsEach  = 20               // of one payment; further pages ask instead
	restsForGood = time.Hour        // a payment at rest for so long needs no stream any more
)

// events tells a page, as server-sent events, that its screen is another now. The screen itself is fetched by the page.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	p, ok := s.find(w, r)
	if !ok {
		return
	}
	if p.State.Final() && s.Now().Sub(p.UpdatedAt) > restsForGood {
		w.WriteHeader(http.StatusNoContent) // by the standard, the browser does not come again
		return
	}
	if !s.open.enter(p.ID) {
		http.Error(w, "too many streams of this payment; ask for the screen instead", http.StatusTooManyRequests)
		return
	}
	defer s.open.leave(p.ID)
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{}) // a server's limit is for answers, not for streams
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // what nginx needs to hear
	ctx, cancel := context.WithTimeout(r.Context(), streamLife)
	defer cancel()
	s.stream(ctx, w, control, p, chosenOnPage(r))
}

// stream writes an event whenever the screen is another, until the context ends, the page is gone, or the server stops.
func (s *server) stream(ctx context.Context, w http.ResponseWriter, control *http.ResponseController, p payment.Payment, by payment.Method) {
	last := ""
	line := "retry: 2000\n\n"
	for ctx.Err() == nil {
		shown, err := s.screen(ctx, p, by)
		if err != nil {
			return // the page comes again
		}
		if revision := shown.Revision(); revision != last {
			last = revision
			line += fmt.Sprintf("event: turn\nid: %s\ndata: %s\n\n", revision, revision)
		}
		if line != "" {
			if _, err := fmt.Fprint(w, line); err != nil || control.Flush() != nil {
				return
			}
		}
		line = ""
		newer, err := s.await(ctx, p, shown.Turns)
		switch {
		case err != nil:
			return
		case newer.Version == p.Version:
			line = ": \n\n"
		}
		p = newer
	}
}

// await gives the payment as soon as it is another, the same one when the given time has come or it has been quiet for
// long, and an error when there is nothing more to wait for.
func (s *server) await(ctx context.Context, p payment.Payment, turns time.Time) (payment.Payment, error) {
	waiting, cancel := context.WithTimeout(ctx, aliveEvery)
	defer cancel()
	go func() {
		select {
		case <-s.Stopping:
			cancel()
		case <-waiting.Done():
		}
	}()
	if left := turns.Sub(s.Now()); !turns.IsZero() && left > 0 {
		go func() {
			if s.Sleep(waiting, left) == nil {
				cancel()
			}
		}()
	}
	newer, err := s.Engine.Wait(waiting, p.MerchantID, p.ID, p.Version)
	switch {
	case err == nil:
		return newer, nil
	case ctx.Err() != nil:
		return p, ctx.Err()
	case s.stops():
		return p, context.Canceled
	case waiting.Err() != nil:
		return p, nil
	}
	return p, err
}

func (s *server) stops() bool {
	select {
	case <-s.Stopping:
		return true
	default:
		return false
	}
}

// streams counts those that are open, by payment.
type streams struct {
	mu sync.Mutex
	of map[string]int
}

func (o *streams) enter(id string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.of[id] >= streamsEach {
		return false
	}
	o.of[id]++
	return true
}

func (o *streams) leave(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.of[id]--; o.of[id] == 0 {
		delete(o.of, id)
	}
}
