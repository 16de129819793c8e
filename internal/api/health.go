package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/store"
)

// Health says whether this process lives, or can serve.
type Health struct {
	Status  string   `json:"status" enum:"ok,unavailable"`
	Reasons []string `json:"reasons" nullable:"false" doc:"Why it is not ok."`
	Notes   []string `json:"notes,omitempty" doc:"What is amiss although it is ok, such as a provider that is not asked for new payments for a while because it did not answer."`
}

type healthAnswer struct {
	Status int
	Body   Health
}

// pingTimeout is how long the database has to answer /readyz, in real time.
const pingTimeout = 2 * time.Second

func (s *server) routeHealth() {
	register(s, huma.Operation{
		OperationID: "health", Method: http.MethodGet, Path: "/healthz", Summary: "The process lives", Tags: []string{"Operating"},
	}, answers{public: true, codes: []string{"unknown_parameter"}}, func(context.Context, *struct{}) (*healthAnswer, error) {
		return &healthAnswer{Status: http.StatusOK, Body: Health{Status: "ok", Reasons: []string{}}}, nil
	})
}

func (s *server) routeReady() {
	register(s, huma.Operation{
		OperationID: "ready", Method: http.MethodGet, Path: "/readyz", Summary: "The process can take payments",
		Description: "The database takes writes and the engine runs.", Tags: []string{"Operating"},
	}, answers{public: true, codes: []string{"unknown_parameter"}, unwell: "It cannot; the reasons say why."}, s.ready)
}

func (s *server) ready(ctx context.Context, _ *struct{}) (*healthAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	answer := &healthAnswer{Status: http.StatusOK, Body: Health{Status: "ok", Reasons: []string{}}}
	refuse := func(reason string, err error) {
		s.Log.Warn("not ready", "reason", reason, "error", err)
		answer.Status, answer.Body.Status = http.StatusServiceUnavailable, "unavailable"
		answer.Body.Reasons = append(answer.Body.Reasons, reason)
	}
	if err := s.Store.Ping(ctx); err != nil {
		reason := "the database does not answer or takes no writes"
		if fenced := (*store.Fenced)(nil); errors.As(err, &fenced) {
			reason = "the database is fenced: nothing is sent until lunas restore --confirm"
		}
		refuse(reason, err)
	}
	answer.Body.Notes = circuitNotes(s.Engine.Circuits())
	if s.Ready != nil {
		if err := s.Ready(); err != nil {
			refuse("the engine does not run", err)
		}
	}
	return answer, nil
}

// circuitNotes says which providers are not asked for new payments now. The route is public, so that it names rails only.
func circuitNotes(all []engine.Circuit) (notes []string) {
	for _, r := range knownRails {
		away := 0
		for _, c := range all {
			if c.Rail == r && c.State != engine.CircuitClosed {
				away++
			}
		}
		if away > 0 {
			notes = append(notes, fmt.Sprintf("rail %s: %d of its accounts are not asked for new payments for a while, since the provider did not answer", r, away))
		}
	}
	return notes
}
