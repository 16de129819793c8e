// Package railtest is what every rail must do, whichever provider it speaks to: its bytes are complete before they are
// sent and nothing else is sent, nothing is sent twice, a decline is a value, and of a call without a verdict it is told
// rightly whether anything left. Package rail runs it for each of its rails.
package railtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
)

// Subject is a rail to be tested.
type Subject struct {
	// Open gives the rail of an account whose provider is at a host and port, over plain HTTP.
	Open func(host string, transport http.RoundTripper, now func() time.Time) (rail.Rail, error)
	// Provider gives a provider, who answers as the real one does.
	Provider func(t *testing.T) http.Handler
	// Approved and Declined are calls that the provider answers at once, with yes and with no. n makes each another
	// payment; the limits in the Target are set by the suite's clock.
	Approved, Declined func(n int, now time.Time) payment.Command
	// Secrets may stand in no error: credentials, signatures, and the customer's phone as it is in Approved.
	Secrets []string
}

// Run runs the suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"what is rendered is what is sent", rendered},
		{"rendering again gives the same bytes", renderedAgain},
		{"a verdict is a value", verdicts},
		{"a call without a verdict", failures},
		{"nothing is sent twice over a dead connection", staleConnection},
		{"redirects are not followed", redirect},
		{"nothing leaves late", late},
		{"nothing but the stored bytes leaves", otherBytes},
		{"nothing leaves for somebody who has gone", canceled},
		{"a message of another rail is not sent", foreign},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, s)
		})
	}
}

// world is a rail and its provider.
type world struct {
	*testing.T
	Subject
	line      rail.Rail
	provider  *provider
	transport *exchange.Transport
	now       time.Time
}

// newWorld makes a provider that answers with what reply gives; nil: as the real one does.
func newWorld(t *testing.T, s Subject, reply func(n int, request []byte) []byte) *world {
	t.Helper()
	w := &world{T: t, Subject: s, transport: exchange.NewTransport(exchange.Options{}), now: time.Now()}
	if reply == nil {
		reply = honest(s.Provider(t))
	}
	w.provider = listen(t, reply)
	w.open(w.provider.host())
	t.Cleanup(w.transport.CloseIdleConnections)
	return w
}

func (w *world) open(host string) {
	w.Helper()
	var err error
	if w.line, err = w.Open(host, w.transport, func() time.Time { return w.now }); err != nil {
		w.Fatal(err)
	}
}

func (w *world) render(c payment.Command) rail.Rendered {
	w.Helper()
	m, err := w.line.Render(c, w.now)
	if err != nil {
		w.Fatalf("Render = %v", err)
	}
	return m
}

// do sends a message with a call of its own, as the engine does.
func (w *world) do(ctx context.Context, m rail.Rendered, sendBy time.Time) (payment.Outcome, error) {
	call := &exchange.Call{Expected: m.Wire, SendBy: sendBy, Now: func() time.Time { return w.now }}
	return w.line.Do(exchange.WithCall(ctx, call), m)
}

// wantError makes sure that an error is one of the three, only that one, and tells no secret.
func (w *world) wantError(what string, err, want error) {
	w.Helper()
	for _, kind := range []error{rail.ErrNotSent, rail.ErrNoAnswer, rail.ErrUnclear} {
		if is := errors.Is(err, kind); is != (kind == want) {
			w.Errorf("%s: Do = %v; that it is %q is %t", what, err, kind, is)
		}
	}
	for _, text := range []string{fmt.Sprint(err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		for _, secret := range w.Secrets {
			if strings.Contains(text, secret) {
				w.Errorf("%s: the error tells %q", what, secret)
			}
		}
	}
}

// wantArrived makes sure how many requests have reached the provider. Nothing can arrive any more afterwards.
func (w *world) wantArrived(what string, want int) {
	w.Helper()
	w.transport.CloseIdleConnections()
	if got := len(w.provider.quiet()); got != want {
		w.Errorf("%s: %d requests have arrived, want %d", what, got, want)
	}
}

func rendered(t *testing.T, s Subject) {
	w := newWorld(t, s, nil)
	m := w.render(s.Approved(1, w.now))
	if _, err := w.do(t.Context(), m, time.Time{}); err != nil {
		t.Fatal(err)
	}
	w.transport.CloseIdleConnections()
	got := w.provider.quiet()
	if len(got) != 1 || !bytes.Equal(got[0], m.Wire) {
		t.Errorf("what arrived is not what was rendered:\n%q\nwant:\n%q", got, m.Wire)
	}
	if m.Operation == "" || m.At.After(w.now) || w.now.Sub(m.At) > time.Second {
		t.Errorf("operation %q at %v; want a name, and the time that was given", m.Operation, m.At)
	}
}

// Render is called inside a transaction that may be tried again.
func renderedAgain(t *testing.T, s Subject) {
	w := newWorld(t, s, nil)
	c := s.Approved(1, w.now)
	if first, second := w.render(c), w.render(c); !bytes.Equal(first.Wire, second.Wire) {
		t.Errorf("the same command was rendered as\n%q\nand as\n%q", first.Wire, second.Wire)
	}
	if other := w.render(s.Approved(2, w.now)); bytes.Equal(other.Wire, w.render(c).Wire) {
		t.Error("two payments have the same bytes")
	}
}

func verdicts(t *testing.T, s Subject) {
	w := newWorld(t, s, nil)
	yes, err := w.do(t.Context(), w.render(s.Approved(1, w.now)), time.Time{})
	if err != nil || yes.Class != payment.Approved || yes.Code == "" || yes.Cause != "" {
		t.Errorf("an approval = %+v, %v", yes, err)
	}
	no, err := w.do(t.Context(), w.render(s.Declined(2, w.now)), time.Time{})
	if err != nil || no.Class != payment.Refused || no.Code == "" || no.Cause == "" {
		t.Errorf("a decline = %+v, %v; want a value, with our word for the reason", no, err)
	}
}

func failures(t *testing.T, s Subject) {
	text := func(answer string) func(int, []byte) []byte {
		return func(int, []byte) []byte { return []byte(answer) }
	}
	foreignAnswer := honest(s.Provider(t))
	for _, test := range []struct {
		name  string
		reply func(int, []byte) []byte
		want  error
	}{
		{"the connection is closed", text(""), rail.ErrNoAnswer},
		{"nothing but half a status line", text("HTTP/1."), rail.ErrNoAnswer},
		{"something that is not HTTP", text("220 mail.example ESMTP\r\n\r\n"), rail.ErrNoAnswer},
		{"an empty 404", text("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), rail.ErrUnclear},
		{"an empty 200", text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), rail.ErrUnclear},
		{"a page of a proxy", text("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"), rail.ErrUnclear},
		{"a page that says 200", text("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"), rail.ErrUnclear},
		{"JSON of somebody else", text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}"), rail.ErrUnclear},
		{"half an answer", text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"type\":"), rail.ErrUnclear},
		{"the answer to another payment", func(_ int, request []byte) []byte { return foreignAnswer(1, request) }, rail.ErrUnclear},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			reply := test.reply
			if test.name == "the answer to another payment" {
				other := newWorld(t, s, nil).render(s.Approved(2, time.Now())).Wire
				reply = func(n int, _ []byte) []byte { return test.reply(n, other) }
			}
			w := newWorld(t, s, reply)
			_, err := w.do(t.Context(), w.render(s.Approved(1, w.now)), time.Time{})
			w.wantError(test.name, err, test.want)
			w.wantArrived(test.name, 1)
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, s, nil)
		w.provider.quiet() // closes it
		_, err := w.do(t.Context(), w.render(s.Approved(1, w.now)), time.Time{})
		w.wantError("nobody listens", err, rail.ErrNotSent)
	})
	t.Run("nobody answers", func(t *testing.T) {
		t.Parallel()
		asked, ctx := make(chan struct{}), t.Context()
		w := newWorld(t, s, func(int, []byte) []byte {
			close(asked)
			<-ctx.Done()
			return nil
		})
		limited, cancel := context.WithCancel(ctx)
		go func() {
			<-asked
			cancel()
		}()
		_, err := w.do(limited, w.render(s.Approved(1, w.now)), time.Time{})
		w.wantError("nobody answers", err, rail.ErrNoAnswer)
	})
}

// A connection that the provider closes while the next request is on its way: net/http would send some again.
func staleConnection(t *testing.T, s Subject) {
	answer := honest(s.Provider(t))
	w := newWorld(t, s, func(n int, request []byte) []byte {
		if n == 2 {
			return nil // read, and closed without a word
		}
		return answer(n, request)
	})
	if _, err := w.do(t.Context(), w.render(s.Approved(1, w.now)), time.Time{}); err != nil {
		t.Fatal(err)
	}
	_, err := w.do(t.Context(), w.render(s.Approved(2, w.now)), time.Time{})
	w.wantError("a kept connection that was closed", err, rail.ErrNoAnswer)
	w.wantArrived("a kept connection that was closed", 2)
}

func redirect(t *testing.T, s Subject) {
	for _, status := range []int{http.StatusMovedPermanently, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		elsewhere := listen(t, honest(s.Provider(t)))
		w := newWorld(t, s, func(int, []byte) []byte {
			return fmt.Appendf(nil, "HTTP/1.1 %d Elsewhere\r\nLocation: http://%s/\r\nContent-Length: 0\r\n\r\n", status, elsewhere.host())
		})
		_, err := w.do(t.Context(), w.render(s.Approved(1, w.now)), time.Time{})
		w.wantError(fmt.Sprint(status), err, rail.ErrUnclear)
		w.wantArrived(fmt.Sprint(status), 1)
		if n := len(elsewhere.quiet()); n != 0 {
			t.Errorf("%d: %d requests went elsewhere", status, n)
		}
	}
}

func late(t *testing.T, s Subject) {
	w := newWorld(t, s, nil)
	m := w.render(s.Approved(1, w.now))
	sendBy := w.now.Add(2 * time.Second)
	w.now = sendBy.Add(time.Millisecond)
	_, err := w.do(t.Context(), m, sendBy)
	w.wantError("past its time", err, rail.ErrNotSent)
	w.wantArrived("past its time", 0)
}

func otherBytes(t *testing.T, s Subject) {
	w := newWorld(t, s, nil)
	m := w.render(s.Approved(1, w.now))
	stored := bytes.Clone(m.Wire)
	stored[len(stored)-2] ^= 1
	call := &exchange.Call{Expected: stored}
	_, err := w.line.Do(exchange.WithCall(t.Context(), call), m)
	w.wantError("other bytes than the stored ones", err, rail.ErrNotSent)
	w.wantArrived("other bytes than the stored ones", 0)
}

func canceled(t *testing.T, s Subject) {
	w := newWorld(t, s, nil)
	m := w.render(s.Approved(1, w.now))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.do(ctx, m, time.Time{})
	w.wantError("a context that has ended", err, rail.ErrNotSent)
	w.wantArrived("a context that has ended", 0)
}

func foreign(t *testing.T, s Subject) {
	w := newWorld(t, s, nil)
	m := rail.Rendered{Operation: "push", At: w.now, Wire: []byte("POST / HTTP/1.1\r\n\r\n")}
	_, err := w.do(t.Context(), m, time.Time{})
	w.wantError("a message of another rail", err, rail.ErrNotSent)
	w.wantArrived("a message of another rail", 0)
	if _, err := w.line.Render(payment.Tell{Type: "payment.paid"}, w.now); err == nil {
		t.Error("a command that is no call was rendered")
	}
}
