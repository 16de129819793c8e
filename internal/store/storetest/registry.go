package storetest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func registryRules() []Rule {
	return []Rule{
		{"what is registered is given back, and only once by who asks for what is new", registers},
		{"what is registered again replaces what was there", registersAgain},
		{"who has not seen everything registers nothing", registersOverWhatWasSeen},
		{"of many who register at a time nobody overlooks another", registersInParallel},
		{"the last use of a key only moves ahead and is no change of it", notesUses},
		{"API keys are listed to their merchant alone", listsKeys},
	}
}

// things are one of each kind, all of the n-th merchant.
func things(n int) store.Registered {
	id := fmt.Sprintf("mer_%d", n)
	key := merchant.APIKey{
		ID: "key_1", MerchantID: id, Mode: payment.Live, Name: `Kasir "A" 🙂`, Hint: "lunas_live_abcd",
		Hash: merchant.HashKey("lunas_live_" + id), Scopes: []merchant.Scope{merchant.Read, merchant.Pay}, CreatedAt: at(3), Expires: at(1000),
	}
	return store.Registered{
		Merchants: []store.Merchant{{ID: id, Name: "Kopi 'Ayu'", CreatedAt: at(1), DataKey: []byte("wrapped\x00\xff")}},
		Outlets:   []merchant.Outlet{{MerchantID: id, ID: "out_1", Name: "Tebet", CreatedAt: at(2)}},
		Accounts: []store.Account{{
			MerchantID: id, ID: "ovo", OutletID: "out_1", Settings: []byte(`{"rail":"ovo"}`), Sealed: []byte("sealed\x00\xff"), CreatedAt: at(2),
		}},
		Keys: []merchant.APIKey{key},
	}
}

func (w *world) register(seen int64, r store.Registered) int64 {
	revision, err := w.Store.Register(w.ctx, seen, r)
	w.must("register", err)
	if revision <= seen {
		w.failf("the revision went from %d to %d", seen, revision)
	}
	return revision
}

func (w *world) registered(after int64) store.Registered {
	r, err := w.Store.Registered(w.ctx, after)
	w.must("registered", err)
	return inUTC(r)
}

// merged are things of several in the order in which a store gives them.
func merged(revision int64, all ...store.Registered) store.Registered {
	out := store.Registered{Revision: revision}
	for _, r := range all {
		out.Merchants, out.Outlets = append(out.Merchants, r.Merchants...), append(out.Outlets, r.Outlets...)
		out.Accounts, out.Keys = append(out.Accounts, r.Accounts...), append(out.Keys, r.Keys...)
	}
	return inUTC(out)
}

func registers(w *world) {
	empty := w.registered(0)
	want(w, "an empty registry", empty, store.Registered{Revision: empty.Revision})
	first := w.register(empty.Revision, things(2))
	want(w, "the first", w.registered(0), merged(first, things(2)))
	second := w.register(first, things(1))
	want(w, "everything", w.registered(0), merged(second, things(1), things(2)))
	want(w, "what is new", w.registered(first), merged(second, things(1)))
	want(w, "what is new after everything", w.registered(second), store.Registered{Revision: second})
}

func registersAgain(w *world) {
	first := w.register(w.registered(0).Revision, things(1))
	changed := things(1)
	changed.Merchants[0].Name, changed.Merchants[0].DataKey, changed.Merchants[0].CreatedAt = "Teh", []byte("rewrapped"), at(50)
	changed.Merchants[0].ClosedAt, changed.Merchants[0].Settings = at(55), []byte(`{"prefer":["doku"]}`)
	changed.Outlets[0].Name, changed.Outlets[0].CreatedAt = "Menteng", at(50)
	a := &changed.Accounts[0]
	a.OutletID, a.Settings, a.Sealed, a.ClosedAt, a.CreatedAt = "", []byte(`{"rail":"doku"}`), []byte("others"), at(60), at(50)
	k := &changed.Keys[0]
	k.Name, k.Scopes, k.Expires, k.Revoked, k.CreatedAt = "", []merchant.Scope{merchant.Admin}, at(70), at(60), at(50)
	second := w.register(first, changed)
	changed.Merchants[0].CreatedAt, changed.Outlets[0].CreatedAt, a.CreatedAt, k.CreatedAt = at(1), at(2), at(2), at(3) // stay
	want(w, "what is new", w.registered(first), merged(second, changed))
	want(w, "everything", w.registered(0), merged(second, changed))
	third := w.register(second, store.Registered{Keys: changed.Keys})
	want(w, "what is new of a key alone", w.registered(second), merged(third, store.Registered{Keys: changed.Keys}))
}

func registersOverWhatWasSeen(w *world) {
	start := w.registered(0).Revision
	first := w.register(start, things(1))
	for _, seen := range []int64{start, first + 1, -1} {
		if _, err := w.Store.Register(w.ctx, seen, things(2)); !errors.Is(err, store.ErrConflict) {
			w.failf("registering over revision %d of %d: %v, want ErrConflict", seen, first, err)
		}
	}
	want(w, "what was registered", w.registered(0), merged(first, things(1)))
}

func registersInParallel(w *world) {
	const writers = 8
	start := w.registered(0).Revision
	w.must("register", errorsOf(w.all(writers, func(i int) error {
		for {
			r, err := w.Store.Registered(w.ctx, 0)
			if err != nil {
				return err
			}
			_, err = w.Store.Register(w.ctx, r.Revision, store.Registered{
				Merchants: []store.Merchant{{ID: fmt.Sprintf("mer_%d_%d", len(r.Merchants), i)}},
			})
			if !errors.Is(err, store.ErrConflict) {
				return err
			}
		}
	})))
	r := w.registered(0)
	if r.Revision < start+writers || len(r.Merchants) != writers {
		w.failf("revision %d with %d merchants, want %d of both", r.Revision, len(r.Merchants), writers)
	}
	for n, m := range r.Merchants {
		var seen, by int
		if _, err := fmt.Sscanf(m.ID, "mer_%d_%d", &seen, &by); err != nil || seen != n {
			w.failf("the merchant %s was written by somebody who had seen %d others, want %d", m.ID, seen, n)
		}
	}
}

func notesUses(w *world) {
	first := w.register(w.registered(0).Revision, things(1))
	used := func(seconds int) {
		w.must("key used", w.Store.KeyUsed(w.ctx, "mer_1", "key_1", at(seconds)))
	}
	stored := func(seconds int) {
		list, err := w.Store.APIKeys(w.ctx, "mer_1")
		w.must("api keys", err)
		if len(list) != 1 || !list[0].LastUsed.Equal(at(seconds)) {
			w.failf("the keys are %d and the first was last used at %v, want at %v", len(list), list[0].LastUsed, at(seconds))
		}
	}
	used(100)
	stored(100)
	used(50)
	stored(100)
	used(200)
	want(w, "what is new after a use", w.registered(first), store.Registered{Revision: first})
	want(w, "the key", w.registered(0), merged(first, things(1)))
	w.register(first, things(1))
	stored(200)
	w.must("use of a key that is not there", w.Store.KeyUsed(w.ctx, "mer_1", "key_9", at(1)))
}

func listsKeys(w *world) {
	r := merged(0, things(1), things(2))
	older := things(1).Keys[0]
	older.ID, older.CreatedAt, older.Revoked = "key_9", at(2), at(5)
	platform := merchant.APIKey{ID: "key_p", Hash: merchant.HashKey("p"), Scopes: []merchant.Scope{merchant.Admin}, CreatedAt: at(1)}
	r.Keys = append(r.Keys, older, platform)
	w.register(w.registered(0).Revision, r)
	for merchantID, ids := range map[string][]string{"mer_1": {"key_9", "key_1"}, "mer_2": {"key_1"}, "mer_3": nil, "": {"key_p"}} {
		list, err := w.Store.APIKeys(w.ctx, merchantID)
		w.must("api keys", err)
		var got []string
		for _, k := range list {
			got = append(got, k.ID)
			if k.MerchantID != merchantID {
				w.failf("merchant %q was shown a key of %q", merchantID, k.MerchantID)
			}
		}
		if !slices.Equal(got, ids) {
			w.failf("the keys of merchant %q are %v, want %v", merchantID, got, ids)
		}
		if merchantID == "" {
			want(w, "the platform's key", inUTC(list[0]), inUTC(platform))
		}
	}
}
