package lunas

import (
	"context"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"net/http"
	"time"
)

const (
	firstPause = 500 * time.Millisecond // before the first repetition; twice as long before each further one
	// maxPause is the longest pause: a gateway that asks for more gets no repetition, and the caller the error.
	maxPause = 30 * time.Second
)

// again tells whether a request is repeated after an error, and after which pause.
func (c *Client) again(r request, err error, tries int) (time.Duration, bool) {
	limit := c.Retries
	if limit == 0 {
		limit = defaultRetries
	}
	if tries >= limit || !r.safe() {
		return 0, false
	}
	pause := firstPause << min(tries, 10)
	pause = min(pause/2+mathrand.N(pause/2), maxPause) // not all clients at once
	var connection *ConnectionError
	if errors.As(err, &connection) {
		return pause, true
	}
	var problem *Error
	if !errors.As(err, &problem) || !problem.Temporary() {
		return 0, false
	}
	if problem.RetryAfter > maxPause {
		return 0, false
	}
	return max(pause, problem.RetryAfter), true
}

// Temporary tells whether the same request, repeated after RetryAfter, may be answered otherwise: the gateway is limited,
// starting, stopping or cut off. Such a request is repeated by the client itself where that is safe.
func (e *Error) Temporary() bool {
	switch e.Code {
	case "terminal_held", "numbers_exhausted", "inquiry_unavailable":
		return false // an operator must act, or a day must pass; a customer is not kept waiting for an inquiry
	}
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// rest waits, unless the context ends before.
func (c *Client) rest(ctx context.Context, d time.Duration) error {
	if c.pause != nil {
		return c.pause(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// keyOr gives the caller's idempotency key, or a new one.
func keyOr(given string) string {
	if given != "" {
		return given
	}
	return "go-" + rand.Text()
}
