package console

import (
	"github.com/lunas-pay/lunas/internal/store"
)

type logView struct {
	List  []store.Action
	Names map[string]string
	More  string
}

// Details is what an action's details say, as they are kept.
func (v *visit) Details(a store.Action) string { return string(a.Details) }

// logPage lists what was done by hand.
func (s *server) logPage(v *visit) error {
	const limit = 50
	list, err := s.Engine.Store.Actions(v.r.Context(), store.ActionFilter{
		MerchantID: v.Merchant.ID, Subject: v.r.URL.Query().Get("subject"), Before: v.r.URL.Query().Get("before"), Limit: limit + 1,
	})
	if err != nil {
		return err
	}
	d := logView{List: list[:min(len(list), limit)]}
	if len(list) > limit {
		d.More = v.at("log") + "?before=" + d.List[limit-1].ID
	}
	if d.Names, err = s.names(v.r.Context()); err != nil {
		return err
	}
	return v.show("log", d)
}
