package console

import (
	"net/url"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
)

// logView is a page of the log of actions.
type logView struct {
	List  []store.Action
	Names map[string]string
	More  string
}

// Details is what an action's details say, as they are kept.
func (v *visit) Details(a store.Action) string { return string(a.Details) }

// logPage lists what was done by hand for a merchant.
func (s *server) logPage(v *visit) error {
	return s.showLog(v, store.ActionFilter{MerchantID: v.Merchant.ID}, v.at("log"))
}

// wholeLogPage lists what was done by hand on the whole gateway, for its owners: log-ins and users too.
func (s *server) wholeLogPage(v *visit) error {
	if !v.User.May(operator.Owner, operator.Everywhere) {
		return errForbidden
	}
	return s.showLog(v, store.ActionFilter{Everybody: true}, "/console/log")
}

func (s *server) showLog(v *visit, f store.ActionFilter, path string) error {
	const limit = 50
	query := v.r.URL.Query()
	f.Subject, f.Before, f.Limit = query.Get("subject"), query.Get("before"), limit+1
	list, err := s.Engine.Store.Actions(v.r.Context(), f)
	if err != nil {
		return err
	}
	d := logView{List: list[:min(len(list), limit)]}
	if len(list) > limit {
		next := url.Values{"before": {d.List[limit-1].ID}}
		if f.Subject != "" {
			next.Set("subject", f.Subject)
		}
		d.More = path + "?" + next.Encode()
	}
	if d.Names, err = s.names(v.r.Context()); err != nil {
		return err
	}
	return v.show("log", d)
}
