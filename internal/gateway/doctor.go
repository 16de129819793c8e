package gateway

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
)

// Doctor looks whether everything is as it must be for a configuration, before a gateway runs with it or beside one on
// PostgreSQL. Files are those whose permissions are to be looked at. What it asks of providers moves no money; see package
// doctor.
func Doctor(ctx context.Context, c config.Config, files []string) (doctor.Report, error) {
	if _, err := Keyring(c); err != nil {
		return doctor.Report{}, err
	}
	o := doctorOptions(c, files)
	db, err := OpenStore(ctx, c.Database, RealClock(), false)
	switch {
	case errors.Is(err, sqlite.ErrInUse):
		o.Database.NotOpen = "a gateway has it open, and SQLite is for one process"
	case err != nil:
		o.Database.Trouble = err
	}
	if err != nil {
		for _, m := range c.Merchants {
			for _, a := range m.Accounts {
				o.Accounts = append(o.Accounts, doctor.Account{Account: a})
			}
		}
		return doctor.Look(ctx, o)
	}
	c, keyring, kept := withKeptKeys(ctx, c, db)
	if kept != nil && keyring == nil {
		return doctor.Report{}, errors.Join(kept, db.Close())
	}
	r := registry.New(registry.Options{
		Store: db, Keyring: keyring, Configured: c.Merchants, Read: config.Account,
		Open: func(a merchant.Account) (rail.Rail, error) {
			return rail.Open(a, exchange.NewTransport(exchange.Options{}), time.Now)
		},
		Set: func(context.Context, engine.Account) error { return nil },
	})
	o.Database.SealedTrouble = errors.Join(kept, r.Refresh(ctx))
	report, err := examine(ctx, o, c, db, r, keyring)
	return report, errors.Join(err, db.Close())
}

// Doctor looks whether everything is as it must be, for a gateway that runs.
func (g *Gateway) Doctor(ctx context.Context) (doctor.Report, error) {
	g.doctor.Lock() // one at a time: providers are asked
	defer g.doctor.Unlock()
	ctx, cancel := context.WithTimeout(ctx, doctorFor)
	defer cancel()
	o := doctorOptions(g.config, g.files)
	o.Now = g.now
	o.Database.SealedTrouble = g.registry.Refresh(ctx)
	return examine(ctx, o, g.config, g.store, g.registry, g.keyring)
}

// doctorFor is how long a gateway looks at itself.
const doctorFor = 2 * time.Minute

func doctorOptions(c config.Config, files []string) doctor.Options {
	o := doctor.Options{
		Machine: doctor.Machine{Files: files, NTP: c.Doctor.NTP, KeyFolders: c.Doctor.Keys},
		Outside: doctor.Outside{
			PublicURL: c.PublicURL, Egress: c.Doctor.Egress, Reflector: c.Doctor.Reflector, CallbackProbe: c.Doctor.CallbackProbe,
		},
		Database: doctor.Database{Kind: "postgres"},
	}
	if m := mailerOf(c); len(m.To) > 0 {
		o.Machine.Mail = m.Try
	}
	if !isPostgres(c.Database) {
		o.Database.Kind, o.Machine.Folder = "sqlite", filepath.Dir(c.Database)
	}
	return o
}

// examine gathers what the store knows, and looks.
func examine(ctx context.Context, o doctor.Options, c config.Config, db store.Store, r *registry.Registry, keyring *exchange.Keyring) (doctor.Report, error) {
	if s, ok := db.(interface {
		Settings(context.Context) (map[string]string, error)
	}); ok {
		o.Database.Settings, o.Database.Trouble = s.Settings(ctx)
	}
	if s, ok := db.(interface {
		DatabaseNow(context.Context) (time.Time, error)
	}); ok && o.Database.Trouble == nil {
		o.Database.Now, o.Database.Trouble = s.DatabaseNow(ctx)
	}
	if f, err := db.Fence(ctx); err == nil {
		o.Database.Fence = strings.ReplaceAll((&store.Fenced{Fence: f}).Error(), "\n", "; ")
	}
	n, err := r.DataKeys()
	o.Database.Sealed = n
	if err != nil {
		o.Database.SealedTrouble = errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	for _, m := range c.Merchants {
		for _, a := range m.Accounts {
			o.Accounts = append(o.Accounts, doctor.Account{Account: a})
		}
	}
	for _, a := range r.Opened() {
		o.Accounts = append(o.Accounts, doctor.Account{Account: a.Account, Closed: a.Closed, Fault: a.Fault, Expires: a.Expires})
	}
	if err := cursors(ctx, db, o.Accounts); err != nil {
		o.Database.Trouble = err
	}
	o.Keep = func(ctx context.Context, part exchange.Part) error {
		if err := keyring.Seal(&part); err != nil {
			return err
		}
		return db.Append(ctx, []exchange.Part{part})
	}
	return doctor.Look(ctx, o)
}

// cursors fills in where the numbering of the accounts' terminals stands.
func cursors(ctx context.Context, db store.Store, accounts []doctor.Account) error {
	byMerchant := map[string][]store.Terminal{}
	for i := range accounts {
		a := &accounts[i]
		if _, asked := byMerchant[a.MerchantID]; !asked {
			list, err := db.Terminals(ctx, a.MerchantID)
			if err != nil {
				return err
			}
			byMerchant[a.MerchantID] = list
		}
		for _, mine := range a.Terminals {
			cursor := doctor.Cursor{Terminal: mine.ID, Known: true}
			cursor.Cursor.Style = mine.Style // of a terminal that has not been used
			counted := mine.ID
			if a.Terms.Presents() {
				counted = "qr/" + a.ID // as the engine counts the numbers of QRs: by account
			}
			for _, t := range byMerchant[a.MerchantID] {
				if t.ID == counted {
					cursor.Cursor, cursor.Held = t.Cursor, t.Held
				}
			}
			a.Cursors = append(a.Cursors, cursor)
		}
	}
	return nil
}
