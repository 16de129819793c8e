package console

import (
	"encoding/json"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
)

// deed is what the visitor does, for the log of actions.
func (v *visit) deed(kind, merchantID, subject, reason string, details map[string]any) store.Deed {
	return deedOf(v.s, v.User.ID, kind, merchantID, subject, reason, details)
}

func deedOf(s *server, actor, kind, merchantID, subject, reason string, details map[string]any) store.Deed {
	a := store.Action{
		ID: engine.NewID(store.ActionPrefix), MerchantID: merchantID, At: s.Now(), Actor: actor, Kind: kind, Subject: subject, Reason: reason,
	}
	if details != nil {
		var err error
		if a.Details, err = json.Marshal(details); err != nil {
			panic("console: " + err.Error()) // they are strings and numbers
		}
	}
	return store.Deed{Action: a}
}

// approvalDeed tells of an approval, with everybody who had a hand in it.
func approvalDeed(s *server, actor, kind string, a operator.Approval) store.Deed {
	details := map[string]any{"approval": a.ID, "action": string(a.Action), "requested_by": a.RequestedBy}
	switch {
	case a.State == operator.Approved || a.State == operator.Performed || a.State == operator.Failed:
		details["approved_by"] = a.DecidedBy
	case a.DecidedBy != "":
		details["decided_by"] = a.DecidedBy
	}
	if a.To != "" {
		details["to"] = a.To
	}
	if a.Batch != 0 {
		details["batch"], details["reference"] = a.Batch, a.Reference
	}
	if a.Result != "" {
		details["result"] = a.Result
	}
	return deedOf(s, actor, kind, a.MerchantID, a.Subject, a.Reason, details)
}
