package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
)

// call is what is known of the request that is being answered.
type call struct {
	requestID string
	key       merchant.APIKey // zero until it is known who asks
	problem   *Problem        // what went wrong, for the log
	r         *http.Request
	w         *recorder
	read      bool   // the body was read
	body      []byte // the body that was read
}

type callKey struct{}

func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

func (c *call) noteProblem(p *Problem) { c.problem = p }

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes how much was written.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap gives the writer below to http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// handler puts round every route what all of them have: a request id, safe headers, the log, and an answer even when
// we panic.
func (s *server) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		c := &call{requestID: s.NewID("req_"), w: &recorder{ResponseWriter: w}}
		c.r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
		setHeaders(w.Header(), c.requestID)
		defer func() {
			if trouble := recover(); trouble != nil {
				s.panicked(c, trouble)
			}
			took := time.Since(began)
			s.logCall(c, took)
			s.tellAnswer(c, took)
		}()
		s.serve(c)
	})
}

func setHeaders(h http.Header, requestID string) {
	h.Set("Request-Id", requestID)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// serve routes. What ServeMux would answer by itself, in plain text, becomes a problem document.
func (s *server) serve(c *call) {
	if p := c.r.URL.Path; p != path.Clean(p) {
		writeProblem(c.w, c, problem("route_not_found", "there is nothing at this address"))
		return
	}
	h, pattern := s.mux.Handler(c.r)
	if pattern != "" {
		s.mux.ServeHTTP(c.w, c.r)
		return
	}
	probe := &probe{header: http.Header{}}
	h.ServeHTTP(probe, c.r)
	if probe.status == http.StatusMethodNotAllowed {
		allow := probe.header.Get("Allow")
		p := problem("method_not_allowed", "this address takes "+allow+" and not the method of this request")
		writeProblem(c.w, c, p.with("Allow", allow))
		return
	}
	writeProblem(c.w, c, problem("route_not_found", "there is nothing at this address"))
}

// probe hears what ServeMux would say.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) WriteHeader(status int)      { p.status = status }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }

// panicked answers after a panic. Its value may hold what must not be logged, so only the runtime's own words are.
func (s *server) panicked(c *call, trouble any) {
	if err, ok := trouble.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(trouble)
	}
	if c.r.Context().Err() != nil && c.w.status != 0 {
		return // the client is gone, so the answer could not be written
	}
	what := "a panic"
	if err, ok := trouble.(runtime.Error); ok {
		what = err.Error()
	}
	s.Log.Error("panic while answering", "request_id", c.requestID, "route", route(c.r), "what", what, "stack", string(debug.Stack()))
	if c.w.status != 0 {
		panic(http.ErrAbortHandler) // half an answer is out: cut it
	}
	writeProblem(c.w, c, problem("internal", "the gateway made a mistake; it is in the log under this request id"))
}

// route names a request in logs: its pattern, never its path, which may hold a phone number.
func route(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	return r.Pattern
}

// logCall writes the access log.
func (s *server) logCall(c *call, took time.Duration) {
	level, args := slog.LevelInfo, []any{
		"request_id", c.requestID, "method", safeMethod(c.r.Method), "route", route(c.r), "status", c.w.status,
		"bytes", c.w.bytes, "took_ms", float64(took.Microseconds()) / 1000,
	}
	if c.key.ID != "" {
		args = append(args, "merchant", c.key.MerchantID, "key", c.key.ID)
	}
	if p := c.problem; p != nil {
		args = append(args, "code", p.Code)
		if p.cause != nil {
			args = append(args, "error", p.cause)
		}
	}
	if c.w.status >= 500 {
		level = slog.LevelError
	}
	s.Log.Log(c.r.Context(), level, "answered", args...)
}

func (s *server) tellAnswer(c *call, took time.Duration) {
	if s.OnAnswer == nil {
		return
	}
	a := ObservedAnswer{RequestID: c.requestID, Method: safeMethod(c.r.Method), Route: route(c.r), Status: c.w.status, Took: took}
	if c.problem != nil {
		a.Code = c.problem.Code
	}
	s.OnAnswer(c.r.Context(), a)
}

func safeMethod(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE":
		return m
	}
	return "other"
}
