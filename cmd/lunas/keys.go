package main

import (
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/cli"
	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/gateway"
)

type keysCommand struct {
	List   cli.KeysList      `cmd:"" help:"List API keys; the keys themselves are never shown again."`
	Create keysCreateCommand `cmd:"" help:"Make an API key; with --admin, the platform's own."`
	Rotate cli.KeysRotate    `cmd:"" help:"Make a key in the place of another, which goes on for a while."`
	Revoke cli.KeysRevoke    `cmd:"" help:"End a key now."`
	Rewrap keysRewrapCommand `cmd:"" help:"Seal anew, by a new master key, what the old one has sealed."`
}

type keysCreateCommand struct {
	cli.KeysCreate
	Admin  bool   `help:"Make a key of the platform itself, which makes merchants. With --config directly in the database: the first one."`
	Config string `help:"Configuration file that names database and master key, for --admin." short:"c" type:"path" placeholder:"FILE"`
}

// Help shows examples.
func (keysCreateCommand) Help() string {
	return "A SQLite database must not be in use by a gateway while a key is made in it; PostgreSQL may.\n\n" +
		"Examples:\n" +
		"  lunas keys create --admin --config /etc/lunas/lunas.yaml     the first key of the platform\n" +
		"  lunas keys create --merchant teh --mode live --scopes read,pay,refund\n" +
		"  lunas keys create --scopes read --name report                with an admin's key, for its own merchant"
}

// Run makes the key.
func (c keysCreateCommand) Run(t *terminal, ct *cli.Terminal) error {
	switch {
	case c.Config != "" && !c.Admin:
		return fmt.Errorf("--config is for --admin: other keys are made by the gateway, at LUNAS_URL")
	case c.Admin && c.Merchant != "":
		return fmt.Errorf("--admin is a key of the platform, and of no merchant: leave --merchant out")
	case c.Admin && c.Config == "":
		c.Scopes, c.Mode = []string{"admin"}, ""
		return c.KeysCreate.Run(ct)
	case !c.Admin:
		return c.KeysCreate.Run(ct)
	}
	var expires time.Time
	if c.Expires != "" {
		var err error
		if expires, err = time.Parse(time.RFC3339, c.Expires); err != nil || !expires.After(time.Now()) {
			return fmt.Errorf("--expires must be a time to come, such as 2027-03-01T00:00:00+07:00")
		}
	}
	conf, err := config.Load(c.Config, t.environ)
	if err != nil {
		return err
	}
	id, key, err := gateway.CreatePlatformKey(t.ctx, conf, c.Name, expires)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err = fmt.Fprintf(t.out, "{\"id\":%q,\"key\":%q}\n", id, key)
		return err
	}
	_, err = fmt.Fprintf(t.out, "API key  %s\nScopes   admin, of the platform\nKey      %s   keep it: it is shown only now\nGateways that run take it within about a second.\n", id, key)
	return err
}

type keysRewrapCommand struct {
	Config string `help:"Configuration file that names database and master keys." short:"c" env:"LUNAS_CONFIG" type:"path" placeholder:"FILE"`
}

// Help says when.
func (keysRewrapCommand) Help() string {
	return "To change the master key: put the new one behind the old one in master_key_file of every gateway and start them again;\n" +
		"then put it in front, and start them again; then rewrap. From then on the database keeps the old key, sealed by the new one,\n" +
		"for what is never sealed anew, and you can take it out of the file. A SQLite database must not be in use by a gateway meanwhile.\n\n" +
		"Examples:\n  lunas keys rewrap --config /etc/lunas/lunas.yaml"
}

// Run rewraps.
func (c keysRewrapCommand) Run(t *terminal) error {
	conf, err := config.Load(c.Config, t.environ)
	if err != nil {
		return err
	}
	did, err := gateway.Rewrap(t.ctx, conf)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "Sealed anew: the data keys of %d merchant(s), the secrets of %d webhook endpoint(s), the second factors of %d user(s).\n",
		did.Merchants, did.Endpoints, did.SecondFactors)
	if err == nil && did.Kept > 0 {
		_, err = fmt.Fprintf(t.out, "The database keeps %d master key(s) of before, sealed by the new one, for the log of exchanges, which stays as it was sealed.\n"+
			"They can be taken out of master_key_file. Keep them with the backups that were made until now: those open with them only.\n", did.Kept)
	}
	return err
}
