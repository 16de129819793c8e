package storetest_test

import (
	"context"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

func (b *bad) SaveEndpoint(ctx context.Context, e store.Endpoint, deeds ...store.Deed) error {
	if b.saveEndpoint != nil {
		return b.saveEndpoint(e)
	}
	return b.Store.SaveEndpoint(ctx, e, b.noted(deeds)...)
}

func (b *bad) DeleteEndpoint(ctx context.Context, merchantID, id string, deeds ...store.Deed) error {
	if b.deleteEndpoint != nil {
		return b.deleteEndpoint(merchantID, id)
	}
	return b.Store.DeleteEndpoint(ctx, merchantID, id, b.noted(deeds)...)
}

func (b *bad) Endpoint(ctx context.Context, merchantID, id string) (store.Endpoint, error) {
	if b.endpoint != nil {
		return b.endpoint(merchantID, id)
	}
	return b.Store.Endpoint(ctx, merchantID, id)
}

func (b *bad) WaitingEndpoints(ctx context.Context, now time.Time, limit int) ([]store.Waiting, error) {
	if b.waiting != nil {
		return b.waiting(now, limit)
	}
	return b.Store.WaitingEndpoints(ctx, now, limit)
}

func (b *bad) TakeDeliveries(ctx context.Context, t store.Take) ([]store.Sending, error) {
	if b.take != nil {
		return b.take(t)
	}
	return b.Store.TakeDeliveries(ctx, t)
}

func (b *bad) FinishDelivery(ctx context.Context, f store.Finished) (webhook.Endpoint, webhook.Delivery, error) {
	if b.finish != nil {
		return b.finish(f)
	}
	return b.Store.FinishDelivery(ctx, f)
}

func (b *bad) AddDelivery(ctx context.Context, d webhook.Delivery, body []byte, deeds ...store.Deed) error {
	if b.addDelivery != nil {
		return b.addDelivery(d, body)
	}
	return b.Store.AddDelivery(ctx, d, body, b.noted(deeds)...)
}

func (b *bad) Replay(ctx context.Context, r store.Replay, deeds ...store.Deed) (int, error) {
	if b.replay != nil {
		return b.replay(r)
	}
	return b.Store.Replay(ctx, r, b.noted(deeds)...)
}

func (b *bad) Deliveries(ctx context.Context, f store.DeliveryFilter) ([]webhook.Delivery, error) {
	if b.deliveries != nil {
		return b.deliveries(f)
	}
	return b.Store.Deliveries(ctx, f)
}

func (b *bad) Sequence(ctx context.Context, limit int) (int, error) {
	if b.sequence != nil {
		return b.sequence(limit)
	}
	return b.Store.Sequence(ctx, limit)
}

func (b *bad) Unplaced(ctx context.Context) (int, time.Time, error) {
	if b.unplaced != nil {
		return b.unplaced()
	}
	return b.Store.Unplaced(ctx)
}

func (b *bad) Feed(ctx context.Context, merchantID string, mode payment.Mode, after int64, limit int) ([]store.Told, error) {
	if b.feed != nil {
		return b.feed(merchantID, mode, after, limit)
	}
	return b.Store.Feed(ctx, merchantID, mode, after, limit)
}

func brokenOutboxes() []breakage {
	saved := func(f func(*store.Endpoint)) func(*bad) {
		return func(b *bad) {
			b.saveEndpoint = func(e store.Endpoint) error {
				f(&e)
				return b.Store.SaveEndpoint(ctx, e)
			}
		}
	}
	return []breakage{
		{
			"every endpoint gets everything", saved(func(e *store.Endpoint) { e.Events = nil }),
			[]string{"a change is due to each endpoint that is on, of its mode, and wants it", "endpoints wait in the order of what is due to them"},
		},
		{
			"endpoints that are off are sent to", saved(func(e *store.Endpoint) { e.Disabled = "" }),
			[]string{"a change is due to each endpoint that is on, of its mode, and wants it", "endpoints wait in the order of what is due to them"},
		},
		{"an endpoint's version is not looked at", func(b *bad) {
			b.saveEndpoint = func(e store.Endpoint) error {
				if old, err := b.Store.Endpoint(ctx, e.MerchantID, e.ID); err == nil {
					e.Version = old.Version + 1
				}
				return b.Store.SaveEndpoint(ctx, e)
			}
		}, []string{"an endpoint is changed over the version that was seen"}},
		{"no new secrets are no secrets", func(b *bad) {
			b.endpoint = func(m, id string) (store.Endpoint, error) {
				e, err := b.Store.Endpoint(ctx, m, id)
				if e.Version == 2 {
					e.Sealed = nil
				}
				return e, err
			}
		}, []string{"an endpoint is changed over the version that was seen"}},
		{"a deleted endpoint stays", func(b *bad) {
			b.deleteEndpoint = func(string, string) error { return nil }
		}, []string{"a deleted endpoint is forgotten with its deliveries", "an outbox is its merchant's alone"}},
		{"what is taken stays due", func(b *bad) {
			b.take = func(t store.Take) ([]store.Sending, error) {
				t.Until = t.Now
				return b.Store.TakeDeliveries(ctx, t)
			}
		}, []string{"what was taken for an endpoint is nobody else's until its time"}},
		{"everything is taken", func(b *bad) {
			b.take = func(t store.Take) ([]store.Sending, error) {
				t.Limit = 1000
				return b.Store.TakeDeliveries(ctx, t)
			}
		}, []string{"what was taken for an endpoint is nobody else's until its time"}},
		{"the newest waits longest", func(b *bad) {
			b.waiting = func(now time.Time, limit int) ([]store.Waiting, error) {
				list, err := b.Store.WaitingEndpoints(ctx, now, 100)
				for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
					list[i], list[j] = list[j], list[i]
				}
				return list[:min(limit, len(list))], err
			}
		}, []string{"endpoints wait in the order of what is due to them"}},
		{"whoever answers is the taker", func(b *bad) {
			b.finish = func(f store.Finished) (webhook.Endpoint, webhook.Delivery, error) {
				list, _ := b.Store.Deliveries(ctx, store.DeliveryFilter{MerchantID: f.MerchantID, EndpointID: f.EndpointID, EventID: f.EventID})
				for _, d := range list {
					f.Taken = d.DueAt
				}
				return b.Store.FinishDelivery(ctx, f)
			}
		}, []string{"an answer is written down for its taker alone"}},
		{"every endpoint answers well", func(b *bad) {
			b.finish = func(f store.Finished) (webhook.Endpoint, webhook.Delivery, error) {
				f.Answer.Status = 200
				return b.Store.FinishDelivery(ctx, f)
			}
		}, []string{
			"an answer is written down for its taker alone", "an endpoint that is switched off is told of and no longer sent to",
			"answers that come at a time are all counted",
		}},
		{"a ping goes to everybody", func(b *bad) {
			b.addDelivery = func(d webhook.Delivery, body []byte) error {
				err := b.Store.AddDelivery(ctx, d, body)
				d.EndpointID = "whe_2"
				_ = b.Store.AddDelivery(ctx, d, body)
				return err
			}
		}, []string{"a ping goes to its endpoint alone"}},
		{"a replay takes everything", func(b *bad) {
			b.replay = func(r store.Replay) (int, error) {
				r.Undelivered, r.From = false, time.Time{}
				return b.Store.Replay(ctx, r)
			}
		}, []string{"a replay makes due what happened, once"}},
		{"a page of deliveries has no beginning", func(b *bad) {
			b.deliveries = func(f store.DeliveryFilter) ([]webhook.Delivery, error) {
				f.Before = ""
				return b.Store.Deliveries(ctx, f)
			}
		}, []string{"a page of deliveries is what was asked for"}},
		{"the feed begins behind its position", func(b *bad) {
			b.feed = func(m string, mode payment.Mode, after int64, limit int) ([]store.Told, error) {
				return b.Store.Feed(ctx, m, mode, after+1, limit)
			}
		}, []string{"positions are given in order and leave nothing out", "who reads the feed while others write misses nothing"}},
		{"test and live are one feed", func(b *bad) {
			b.feed = func(m string, _ payment.Mode, after int64, limit int) ([]store.Told, error) {
				return b.Store.Feed(ctx, m, payment.Live, after, limit)
			}
		}, []string{"positions are given in order and leave nothing out"}},
		{"what waits for a position is not counted", func(b *bad) {
			b.unplaced = func() (int, time.Time, error) { return 0, time.Time{}, nil }
		}, []string{"positions are given in order and leave nothing out"}},
		{"when what waits for a position happened is not said", func(b *bad) {
			b.unplaced = func() (int, time.Time, error) {
				n, _, err := b.Store.Unplaced(ctx)
				return n, time.Time{}, err
			}
		}, []string{"positions are given in order and leave nothing out"}},
		{"more get a position than may", func(b *bad) {
			b.sequence = func(int) (int, error) { return b.Store.Sequence(ctx, 1000) }
		}, []string{"positions are given in order and leave nothing out"}},
		{
			"limits are not looked at", func(b *bad) { edited(b, func(c *store.Change) { c.Limits = nil }) },
			[]string{
				"a limit is used up, and fills up again with time", "of many that want the last of a limit one gets it",
				"a refused change counts against no limit", "a forgotten limit is a full one",
			},
		},
		{"endpoints are everybody's", func(b *bad) {
			b.endpoint = func(_, id string) (store.Endpoint, error) { return b.Store.Endpoint(ctx, "mer_1", id) }
		}, []string{"an outbox is its merchant's alone"}},
	}
}
