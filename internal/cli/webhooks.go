package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/lunas"
)

// Webhooks are the commands about webhooks.
type Webhooks struct {
	List       webhooksList       `cmd:"" help:"List the endpoints to which events are sent."`
	Create     webhooksCreate     `cmd:"" help:"Have events sent to an address; prints its secret, once."`
	Change     webhooksChange     `cmd:"" help:"Change an endpoint's address, its events or its description."`
	Enable     webhooksEnable     `cmd:"" help:"Send to an endpoint again, first what it still had to get when it was switched off."`
	Disable    webhooksDisable    `cmd:"" help:"Send nothing to an endpoint until it is enabled."`
	Rotate     webhooksRotate     `cmd:"" name:"rotate-secret" help:"Give an endpoint a new secret; prints it, once."`
	Delete     webhooksDelete     `cmd:"" help:"Forget an endpoint and what was due to it."`
	Ping       webhooksPing       `cmd:"" help:"Send an endpoint a test event."`
	Deliveries webhooksDeliveries `cmd:"" help:"Show what was sent to an endpoint, and what it answered."`
	Replay     webhooksReplay     `cmd:"" help:"Send events again."`
	Listen     webhooksListen     `cmd:"" help:"Forward events to a server on this machine, signed, while you develop."`
}

type webhooksList struct{ Connection }

// Help shows an example.
func (webhooksList) Help() string { return "Examples:\n  lunas webhooks list" }

// Run lists.
func (c webhooksList) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		all, err := s.Client.WebhookEndpoints().List(ctx)
		if err != nil {
			return err
		}
		table := newTable(t.Out, "ENDPOINT", "URL", "EVENTS", "MODE", "STATE")
		err = each(s, printed(all), 0, func(e *lunas.WebhookEndpoint) error {
			return table.row(e.ID, e.URL, eventsOf(e), e.Mode, healthOf(e))
		})
		if err != nil {
			return err
		}
		return table.end(s, "There are no endpoints. Make one: lunas webhooks create https://…")
	})
}

func eventsOf(e *lunas.WebhookEndpoint) string {
	if len(e.Events) == 0 {
		return "all"
	}
	return strings.Join(e.Events, ",")
}

func healthOf(e *lunas.WebhookEndpoint) string {
	switch {
	case !e.Enabled && e.DisabledReason != nil:
		return "off: " + *e.DisabledReason
	case !e.Enabled:
		return "off"
	case e.FailingSince != nil:
		return "failing since " + e.FailingSince.Format(day)
	}
	return "on"
}

type webhooksCreate struct {
	Connection
	Address     string   `arg:"" name:"address" help:"Where webhooks are posted to: https, and not an address of a private network."`
	Events      []string `help:"Which types are sent, payment.* for all of a kind; all when left out." placeholder:"TYPE" complete:"events"`
	Description string   `help:"For you." placeholder:"TEXT"`
}

// Help shows examples.
func (webhooksCreate) Help() string {
	return "Examples:\n" +
		"  lunas webhooks create https://shop.example/webhooks\n" +
		"  lunas webhooks create https://shop.example/webhooks --events payment.paid,payment.review"
}

// Run makes the endpoint.
func (c webhooksCreate) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		e, err := s.Client.WebhookEndpoints().Create(ctx, lunas.NewWebhookEndpoint{URL: c.Address, Description: c.Description, Events: c.Events})
		if err != nil {
			return err
		}
		return said(s, func(out io.Writer) error { return showEndpoint(out, e) })
	})
}

func showEndpoint(out io.Writer, e *lunas.WebhookEndpoint) error {
	_, err := fmt.Fprintf(out, "Endpoint  %s\nURL       %s\nEvents    %s\nState     %s\n", clean(e.ID), clean(e.URL), clean(eventsOf(e)), clean(healthOf(e)))
	if err == nil && e.Secret != "" {
		_, err = fmt.Fprintf(out, "Secret    %s   keep it: it is shown only now\n", clean(e.Secret.Reveal()))
	}
	return err
}

// oneEndpoint names an endpoint.
type oneEndpoint struct {
	Connection
	ID string `arg:"" help:"The endpoint's id, whe_…." placeholder:"ENDPOINT"`
}

// changed changes the endpoint and shows how it is now.
func (c oneEndpoint) changed(t *Terminal, change lunas.WebhookEndpointChange) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		e, err := s.Client.WebhookEndpoints().Change(ctx, c.ID, change)
		if err != nil {
			return err
		}
		return said(s, func(out io.Writer) error { return showEndpoint(out, e) })
	})
}

type webhooksChange struct {
	oneEndpoint
	Address     *string  `help:"Where webhooks are posted to." name:"address" placeholder:"URL"`
	Events      []string `help:"The whole new list of types, payment.* for all of a kind." placeholder:"TYPE" complete:"events" xor:"events"`
	AllEvents   bool     `help:"Send all types." xor:"events"`
	Description *string  `help:"For you." placeholder:"TEXT"`
}

// Help shows examples.
func (webhooksChange) Help() string {
	return "Examples:\n" +
		"  lunas webhooks change whe_01kafz0q3gf7ktc1ms2cqc1b9w --events payment.paid,payment.reversed\n" +
		"  lunas webhooks change whe_01kafz0q3gf7ktc1ms2cqc1b9w --address https://shop.example/hooks --all-events"
}

// Run changes the endpoint.
func (c webhooksChange) Run(t *Terminal) error {
	change := lunas.WebhookEndpointChange{URL: c.Address, Description: c.Description}
	if len(c.Events) > 0 || c.AllEvents {
		events := append([]string{}, c.Events...)
		change.Events = &events
	}
	if change == (lunas.WebhookEndpointChange{}) {
		return errors.New("what is to change? Give --address, --events, --all-events or --description")
	}
	return c.changed(t, change)
}

type webhooksEnable struct{ oneEndpoint }

// Help shows an example.
func (webhooksEnable) Help() string {
	return "Examples:\n  lunas webhooks enable whe_01kafz0q3gf7ktc1ms2cqc1b9w"
}

// Run switches the endpoint on.
func (c webhooksEnable) Run(t *Terminal) error {
	on := true
	return c.changed(t, lunas.WebhookEndpointChange{Enabled: &on})
}

type webhooksDisable struct{ oneEndpoint }

// Help shows an example.
func (webhooksDisable) Help() string {
	return "Examples:\n  lunas webhooks disable whe_01kafz0q3gf7ktc1ms2cqc1b9w"
}

// Run switches the endpoint off.
func (c webhooksDisable) Run(t *Terminal) error {
	on := false
	return c.changed(t, lunas.WebhookEndpointChange{Enabled: &on})
}

type webhooksRotate struct {
	oneEndpoint
	Overlap time.Duration `help:"For how long the old secret signs too, at most 168h; ${default} when left out." default:"24h" placeholder:"TIME"`
}

// Help shows an example.
func (webhooksRotate) Help() string {
	return "Until the overlap has passed each webhook carries a signature of both.\n\n" +
		"Examples:\n  lunas webhooks rotate-secret whe_01kafz0q3gf7ktc1ms2cqc1b9w --overlap 1h"
}

// Run rotates.
func (c webhooksRotate) Run(t *Terminal) error {
	if c.Overlap < 0 || c.Overlap > 7*24*time.Hour {
		return errors.New("--overlap goes from 0s to 168h")
	}
	return c.with(t, func(ctx context.Context, s *Session) error {
		e, err := s.Client.WebhookEndpoints().RotateSecret(ctx, c.ID, c.Overlap)
		if err != nil {
			return err
		}
		return said(s, func(out io.Writer) error { return showEndpoint(out, e) })
	})
}

type webhooksDelete struct{ oneEndpoint }

// Help shows an example.
func (webhooksDelete) Help() string {
	return "Examples:\n  lunas webhooks delete whe_01kafz0q3gf7ktc1ms2cqc1b9w"
}

// Run deletes.
func (c webhooksDelete) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		err := s.Client.WebhookEndpoints().Delete(ctx, c.ID)
		if err == nil && !c.JSON {
			_, err = fmt.Fprintf(t.Err, "%s is deleted.\n", clean(c.ID))
		}
		return err
	})
}

type webhooksPing struct{ oneEndpoint }

// Help shows an example.
func (webhooksPing) Help() string {
	return "Examples:\n  lunas webhooks ping whe_01kafz0q3gf7ktc1ms2cqc1b9w"
}

// pingWait is how long a ping's answer is waited for: as long as an endpoint has, and a little more.
const pingWait = 20 * time.Second

// Run pings, and waits for the answer.
func (c webhooksPing) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		d, err := s.Client.WebhookEndpoints().Ping(ctx, c.ID)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, pingWait)
		defer cancel()
		for d.LastAnswer == nil {
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s has not been answered yet; look later: lunas webhooks deliveries %s", clean(d.EventID), clean(c.ID))
			case <-time.After(pollPing):
			}
			if d, err = deliveryOf(ctx, s, c.ID, d); err != nil {
				return err
			}
		}
		if d.LastAnswer.Status/100 != 2 {
			return fmt.Errorf("the endpoint has not taken %s: %s", clean(d.EventID), clean(answerOf(d)))
		}
		if s.json {
			return json.NewEncoder(t.Out).Encode(d)
		}
		_, err = fmt.Fprintf(t.Out, "The endpoint has taken %s: %s\n", clean(d.EventID), clean(answerOf(d)))
		return err
	})
}

const pollPing = 200 * time.Millisecond

// deliveryOf reads a delivery again. It is among the newest.
func deliveryOf(ctx context.Context, s *Session, endpoint string, d *lunas.WebhookDelivery) (*lunas.WebhookDelivery, error) {
	for newer, err := range s.Client.WebhookEndpoints().Deliveries(ctx, endpoint, "") {
		if err != nil {
			return nil, err
		}
		if newer.EventID == d.EventID {
			return newer, nil
		}
	}
	return nil, errors.New("the endpoint was deleted meanwhile")
}

// answerOf says what came of a delivery's last try.
func answerOf(d *lunas.WebhookDelivery) string {
	switch a := d.LastAnswer; {
	case a == nil:
		return ""
	case a.Status != 0:
		return fmt.Sprintf("%d in %d ms", a.Status, a.TookMS)
	default:
		return a.Trouble
	}
}

type webhooksDeliveries struct {
	oneEndpoint
	State string `help:"Only deliveries in this state: due, delivered or failed." placeholder:"STATE" complete:"deliveries"`
	Limit int    `help:"How many at most; 0: all." default:"20"`
}

// Help shows examples.
func (webhooksDeliveries) Help() string {
	return "Examples:\n  lunas webhooks deliveries whe_01kafz0q3gf7ktc1ms2cqc1b9w --state failed"
}

// Run lists deliveries.
func (c webhooksDeliveries) Run(t *Terminal) error {
	if known := values("deliveries"); c.State != "" && !contains(known, c.State) {
		return fmt.Errorf("there is no state %q; the states of a delivery are %s", clean(c.State), strings.Join(known, ", "))
	}
	return c.with(t, func(ctx context.Context, s *Session) error {
		table := newTable(t.Out, "EVENT", "TYPE", "STATE", "TRIES", "MADE", "NEXT TRY", "LAST ANSWER")
		err := each(s, s.Client.WebhookEndpoints().Deliveries(ctx, c.ID, c.State), c.Limit, func(d *lunas.WebhookDelivery) error {
			next := ""
			if d.NextTryAt != nil {
				next = d.NextTryAt.Format(clock)
			}
			return table.row(d.EventID, d.Type, d.State, strconv.Itoa(d.Tries), d.CreatedAt.Format(day), next, answerOf(d))
		})
		if err != nil {
			return err
		}
		return table.end(s, "Nothing was sent.")
	})
}

type webhooksReplay struct {
	oneEndpoint
	Event       string    `help:"Send this one event again, evt_…." placeholder:"EVENT" xor:"what"`
	From        time.Time `help:"Send again all that happened at this time or later: 2026-03-21T00:00:00+07:00." placeholder:"TIME" xor:"what"`
	To          time.Time `help:"And before this time; now when left out." placeholder:"TIME"`
	Undelivered bool      `help:"Leave out what the endpoint has taken."`
}

// Help shows examples.
func (webhooksReplay) Help() string {
	return "Examples:\n" +
		"  lunas webhooks replay whe_01kafz0q3gf7ktc1ms2cqc1b9w --event evt_01kafz0q3gf7ktc1ms2cqc1b9w\n" +
		"  lunas webhooks replay whe_01kafz0q3gf7ktc1ms2cqc1b9w --from 2026-03-21T00:00:00+07:00 --undelivered"
}

// Run replays.
func (c webhooksReplay) Run(t *Terminal) error {
	r := lunas.Replay{EventID: c.Event, Undelivered: c.Undelivered}
	switch {
	case c.Event == "" && c.From.IsZero():
		return errors.New("what is to be sent again? Give --event evt_… for one, or --from TIME for a time")
	case c.Event != "" && (!c.To.IsZero() || c.Undelivered):
		return errors.New("--event stands alone: it names the one event to be sent")
	}
	if !c.From.IsZero() {
		r.From = &c.From
	}
	if !c.To.IsZero() {
		r.To = &c.To
	}
	return c.with(t, func(ctx context.Context, s *Session) error {
		done, err := s.Client.WebhookEndpoints().Replay(ctx, c.ID, r)
		if err != nil {
			return err
		}
		return said(s, func(out io.Writer) error {
			more := ""
			if done.More {
				more = "; there may be more in that time: ask again, from the time of the last of them"
			}
			_, err := fmt.Fprintf(out, "%d events are sent again%s.\n", done.Events, more)
			return err
		})
	})
}
