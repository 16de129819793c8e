package console

import (
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file switches webhook endpoints on again and has events sent anew.

type webhookForm struct {
	Endpoint store.Endpoint
	What     string // enable, replay
	Hours    string // of a replay
	Reason   string
}

// hours are how far back a replay can reach. They are never written.
var hours = []string{"1", "6", "24", "72"}

// Hours lists the choices.
func (f webhookForm) Choices() []string { return hours }

func (s *server) webhookForm(v *visit) (f webhookForm, err error) {
	f.What, f.Hours = v.r.PathValue("what"), "1"
	if f.What != "enable" && f.What != "replay" {
		return f, store.ErrNotFound
	}
	f.Endpoint, err = s.Engine.Store.Endpoint(v.r.Context(), v.Merchant.ID, v.r.PathValue("id"))
	return f, err
}

func (s *server) webhookPage(v *visit) error {
	f, err := s.webhookForm(v)
	if err != nil {
		return err
	}
	return v.show("webhook_"+f.What, f)
}

// maxReplay is how many events are sent anew at a time.
const maxReplay = 10_000

func (s *server) webhook(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f, err := s.webhookForm(v)
	if err != nil {
		return err
	}
	f.Reason, f.Hours = v.r.PostForm.Get("reason"), v.r.PostForm.Get("hours")
	reason, err := operator.CheckReason(f.Reason)
	if err != nil {
		return v.again("webhook_"+f.What, f, sayReason)
	}
	e := f.Endpoint
	if f.What == "enable" {
		e.Disabled, e.DisabledAt, e.FailingSince, e.Failures, e.Sealed = "", time.Time{}, time.Time{}, 0, nil
		e.Version++
		err = s.Engine.Store.SaveEndpoint(v.r.Context(), e, s.endpointDeed(v, store.ActEndpointChanged, e.Mode, e.ID, reason))
	} else {
		back, known := map[string]time.Duration{"1": time.Hour, "6": 6 * time.Hour, "24": 24 * time.Hour, "72": 72 * time.Hour}[f.Hours]
		if !known {
			return badRequest()
		}
		now := s.Now()
		_, err = s.Engine.Store.Replay(v.r.Context(), store.Replay{
			MerchantID: e.MerchantID, EndpointID: e.ID, From: now.Add(-back), To: now, Now: now, Limit: maxReplay,
			Undelivered: v.r.PostForm.Get("all") == "",
		}, s.endpointDeed(v, store.ActEndpointReplayed, e.Mode, e.ID, reason))
	}
	if errors.Is(err, store.ErrConflict) {
		return v.again("webhook_"+f.What, f, sayBusy)
	}
	if err != nil {
		return err
	}
	return v.redirect(v.at("webhooks") + "?done=webhook_" + f.What)
}

func (s *server) endpointDeed(v *visit, kind string, mode payment.Mode, id, reason string) store.Deed {
	d := v.deed(kind, v.Merchant.ID, id, reason, nil)
	d.Mode = mode
	return d
}
