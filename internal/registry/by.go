package registry

import (
	"context"
	"encoding/json"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/store"
)

// By says who changes something, and why. It goes with the context, as the request that it belongs to does.
type By struct {
	Actor  string        // the id of an API key or a user; store.ActorCLI; store.ActorSystem when it is empty
	Reason string        // may be empty
	Key    store.DeedKey // the idempotency key of the request; zero: none
}

type byKey struct{}

// As says in whose name changes under the context are made.
func As(ctx context.Context, by By) context.Context { return context.WithValue(ctx, byKey{}, by) }

// ByOf gives in whose name changes under the context are made.
func ByOf(ctx context.Context) By {
	by, _ := ctx.Value(byKey{}).(By)
	if by.Actor == "" {
		by.Actor = store.ActorSystem
	}
	return by
}

// Deed completes an action with who does it, why, and under which idempotency key. A must say what is done and when.
func (by By) Deed(a store.Action) store.Deed {
	a.ID, a.Actor, a.Reason = engine.NewID(store.ActionPrefix), by.Actor, by.Reason
	return store.Deed{Action: a, Key: by.Key}
}

// Details writes what an action has to say beside its subject; nothing in it may be secret.
func Details(v map[string]any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("registry: details cannot be written: " + err.Error())
	}
	return b
}
