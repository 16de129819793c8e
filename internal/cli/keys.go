package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/lunas"
)

// whoseKeys are the caller's own, or with a key of the platform a merchant's.
type whoseKeys struct {
	Connection
	Merchant string `help:"Whose keys, for the platform; left out: those of the asking key's own kind." placeholder:"MERCHANT"`
}

func (c whoseKeys) keys(s *Session) lunas.APIKeys {
	if c.Merchant == "" {
		return s.Client.APIKeys()
	}
	return s.Client.Merchants().APIKeys(c.Merchant)
}

func (c whoseKeys) show(t *Terminal, ask func(context.Context, lunas.APIKeys) (*lunas.APIKey, error)) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		k, err := ask(ctx, c.keys(s))
		if k == nil {
			return err
		}
		return errors.Join(said(s, func(out io.Writer) error { return showKey(out, k) }), err)
	})
}

func showKey(out io.Writer, k *lunas.APIKey) error {
	mode := k.Mode
	if mode == "" {
		mode = "the platform's own"
	}
	_, err := fmt.Fprintf(out, "API key  %s\nBegins   %s\nMode     %s\nScopes   %s\nState    %s\n",
		clean(k.ID), clean(k.Hint), clean(mode), clean(strings.Join(k.Scopes, ", ")), keyState(k, time.Now()))
	if err == nil && k.Key != "" {
		_, err = fmt.Fprintf(out, "Key      %s   keep it: it is shown only now\n", clean(k.Key.Reveal()))
	}
	return err
}

func keyState(k *lunas.APIKey, now time.Time) string {
	switch {
	case k.RevokedAt != nil:
		return "revoked at " + moment(k.RevokedAt)
	case k.ExpiresAt != nil && !k.ExpiresAt.After(now):
		return "expired at " + moment(k.ExpiresAt)
	case k.ExpiresAt != nil:
		return "good until " + moment(k.ExpiresAt)
	}
	return "good"
}

// KeysList lists API keys.
type KeysList struct{ whoseKeys }

// Help shows examples.
func (KeysList) Help() string {
	return "Examples:\n  lunas keys list\n  lunas keys list --merchant teh      with a key of the platform"
}

// Run lists.
func (c KeysList) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		table := newTable(t.Out, "API KEY", "BEGINS", "NAME", "SCOPES", "LAST USED", "STATE")
		err := each(s, c.keys(s).All(ctx), 0, func(k *lunas.APIKey) error {
			return table.row(k.ID, k.Hint, k.Name, strings.Join(k.Scopes, ","), moment(k.LastUsedAt), keyState(k, time.Now()))
		})
		if err != nil {
			return err
		}
		return table.end(s, "There are no API keys.")
	})
}

// KeysCreate makes an API key.
type KeysCreate struct {
	whoseKeys
	Mode    string   `help:"test or live; the asking key's own when left out." placeholder:"MODE"`
	Scopes  []string `help:"What it may do: read, pay, refund, admin; ${default} when left out." placeholder:"SCOPE" default:"read,pay"`
	Name    string   `help:"What people call it." placeholder:"NAME"`
	Expires string   `help:"When it ends (RFC 3339); never when left out." placeholder:"TIME"`
}

// Run makes the key.
func (c KeysCreate) Run(t *Terminal) error {
	n := lunas.NewAPIKey{Name: c.Name, Mode: c.Mode, Scopes: c.Scopes}
	expires, err := instant("--expires", c.Expires)
	if err != nil {
		return err
	}
	if !expires.IsZero() {
		n.ExpiresAt = &expires
	}
	return c.show(t, func(ctx context.Context, k lunas.APIKeys) (*lunas.APIKey, error) { return k.Create(ctx, n) })
}

// oneKey names an API key.
type oneKey struct {
	whoseKeys
	ID string `arg:"" help:"The API key's id, key_…." placeholder:"KEY"`
}

// KeysRotate makes a key in the place of another.
type KeysRotate struct {
	oneKey
	Overlap time.Duration `help:"For how long the old key goes on, at most 168h; ${default} when left out." default:"24h" placeholder:"TIME"`
}

// Help shows an example.
func (KeysRotate) Help() string {
	return "Examples:\n  lunas keys rotate key_fea8c831200e --overlap 1h"
}

// Run rotates.
func (c KeysRotate) Run(t *Terminal) error {
	if c.Overlap < 0 || c.Overlap > 7*24*time.Hour {
		return errors.New("--overlap goes from 0s to 168h")
	}
	return c.show(t, func(ctx context.Context, k lunas.APIKeys) (*lunas.APIKey, error) {
		return k.Rotate(ctx, c.ID, c.Overlap)
	})
}

// KeysRevoke ends a key.
type KeysRevoke struct{ oneKey }

// Help shows an example.
func (KeysRevoke) Help() string {
	return "Examples:\n  lunas keys revoke key_fea8c831200e"
}

// Run revokes.
func (c KeysRevoke) Run(t *Terminal) error {
	return c.show(t, func(ctx context.Context, k lunas.APIKeys) (*lunas.APIKey, error) { return k.Revoke(ctx, c.ID) })
}
