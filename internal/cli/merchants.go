package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/lunas"
)

// Merchants are the commands about merchants, for who runs the gateway.
type Merchants struct {
	List   merchantsList   `cmd:"" help:"List the merchants of a gateway."`
	Get    merchantsGet    `cmd:"" help:"Show a merchant."`
	Create merchantsCreate `cmd:"" help:"Make a merchant, while the gateway runs."`
	Rename merchantsRename `cmd:"" help:"Give a merchant another name."`
	Route  merchantsRoute  `cmd:"" help:"Say by which rails a merchant is paid, and whether another may follow."`
	Close  merchantsClose  `cmd:"" help:"End a merchant's keys and take no new payments; those under way come to their ends."`
	Open   merchantsOpen   `cmd:"" help:"Open a closed merchant again, and its keys."`
	Outlet merchantsOutlet `cmd:"" help:"Make an outlet of a merchant: a shop with accounts of its own."`
}

type merchantsList struct{ Connection }

// Help shows an example.
func (merchantsList) Help() string { return platformHelp + "Examples:\n  lunas merchants list" }

const platformHelp = "LUNAS_API_KEY must be a key of the platform, lunas_admin_…; the first is made by lunas keys create --admin --config FILE.\n\n"

// Run lists.
func (c merchantsList) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		table := newTable(t.Out, "MERCHANT", "NAME", "MADE", "STATE")
		if err := each(s, s.Client.Merchants().All(ctx), 0, func(m *lunas.Merchant) error { return table.row(m.ID, m.Name, made(m), openOr(m)) }); err != nil {
			return err
		}
		return table.end(s, "There are no merchants. Make one: lunas merchants create kopi --name \"Kopi Lunas\"")
	})
}

func openOr(m *lunas.Merchant) string {
	if m.ClosedAt != nil {
		return "closed at " + moment(m.ClosedAt)
	}
	return "open"
}

func made(m *lunas.Merchant) string {
	if m.Configured {
		return "in the configuration"
	}
	return moment(m.CreatedAt)
}

// moment shows a time, if there is one.
func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(day)
}

type oneMerchant struct {
	Connection
	ID string `arg:"" help:"The merchant's id." placeholder:"MERCHANT"`
}

func (c oneMerchant) show(t *Terminal, ask func(context.Context, lunas.Merchants) (*lunas.Merchant, error)) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		m, err := ask(ctx, s.Client.Merchants())
		if err != nil {
			return err
		}
		return said(s, func(out io.Writer) error {
			_, err := fmt.Fprintf(out, "Merchant  %s\nName      %s\nMade      %s\nState     %s\n", clean(m.ID), clean(m.Name), made(m), openOr(m))
			if err == nil && (len(m.Prefer) > 0 || m.FailOver) {
				_, err = fmt.Fprintf(out, "Rails     %s\n", clean(railsOf(m)))
			}
			return err
		})
	})
}

type merchantsGet struct{ oneMerchant }

// Help shows an example.
func (merchantsGet) Help() string { return platformHelp + "Examples:\n  lunas merchants get kopi" }

// Run shows.
func (c merchantsGet) Run(t *Terminal) error {
	return c.show(t, func(ctx context.Context, m lunas.Merchants) (*lunas.Merchant, error) { return m.Get(ctx, c.ID) })
}

type merchantsCreate struct {
	oneMerchant
	Name string `help:"What people call it." required:"" placeholder:"NAME"`
}

// Help shows an example.
func (merchantsCreate) Help() string {
	return platformHelp + "Examples:\n  lunas merchants create teh --name \"Teh Lunas\""
}

// Run makes the merchant.
func (c merchantsCreate) Run(t *Terminal) error {
	return c.show(t, func(ctx context.Context, m lunas.Merchants) (*lunas.Merchant, error) {
		return m.Create(ctx, c.ID, c.Name)
	})
}

// railsOf says by which rails a merchant is paid.
func railsOf(m *lunas.Merchant) string {
	how := "as the accounts stand"
	if len(m.Prefer) > 0 {
		how = strings.Join(m.Prefer, ", then ")
	}
	if m.FailOver {
		how += fmt.Sprintf("; on to the next within %d s", m.Within)
	}
	return how
}

type merchantsRoute struct {
	oneMerchant
	Prefer   []string       `help:"Which rail is tried first: some of ovo, doku, faspay; none in particular when it is \"\"." placeholder:"RAIL"`
	FailOver *bool          `help:"Go on to the next rail after an attempt that is known to have charged nobody." negatable:""`
	Within   *time.Duration `help:"For how long after its request; at most 1h, 0s: two minutes." placeholder:"TIME"`
}

// Help shows examples.
func (merchantsRoute) Help() string {
	return platformHelp + "Examples:\n  lunas merchants route teh --prefer ovo,doku --fail-over --within 2m\n  lunas merchants route teh --no-fail-over"
}

// Run changes by which rails the merchant is paid.
func (c merchantsRoute) Run(t *Terminal) error {
	change := lunas.MerchantChange{FailOver: c.FailOver}
	if len(c.Prefer) > 0 {
		list := slices.DeleteFunc(slices.Clone(c.Prefer), func(s string) bool { return s == "" })
		change.Prefer = &list
	}
	if c.Within != nil {
		seconds := int64(*c.Within / time.Second)
		change.Within = &seconds
	}
	if change == (lunas.MerchantChange{}) {
		return errors.New("what is to change? Give --prefer, --fail-over, --no-fail-over or --within")
	}
	return c.show(t, func(ctx context.Context, m lunas.Merchants) (*lunas.Merchant, error) {
		return m.Change(ctx, c.ID, change)
	})
}

type merchantsClose struct{ oneMerchant }

// Help says what it means.
func (merchantsClose) Help() string {
	return platformHelp + "All its API keys end, and no account takes a new payment; what is under way comes to its end, and is told.\n\n" +
		"Examples:\n  lunas merchants close teh"
}

// Run closes.
func (c merchantsClose) Run(t *Terminal) error { return c.set(t, true) }

type merchantsOpen struct{ oneMerchant }

// Help shows an example.
func (merchantsOpen) Help() string { return platformHelp + "Examples:\n  lunas merchants open teh" }

// Run opens.
func (c merchantsOpen) Run(t *Terminal) error { return c.set(t, false) }

func (c oneMerchant) set(t *Terminal, closed bool) error {
	return c.show(t, func(ctx context.Context, m lunas.Merchants) (*lunas.Merchant, error) {
		return m.Change(ctx, c.ID, lunas.MerchantChange{Closed: &closed})
	})
}

type merchantsRename struct {
	oneMerchant
	Name string `help:"What people call it from now on." required:"" placeholder:"NAME"`
}

// Help shows an example.
func (merchantsRename) Help() string {
	return platformHelp + "Examples:\n  lunas merchants rename teh --name \"Teh Lunas Jaya\""
}

// Run renames.
func (c merchantsRename) Run(t *Terminal) error {
	return c.show(t, func(ctx context.Context, m lunas.Merchants) (*lunas.Merchant, error) {
		return m.Rename(ctx, c.ID, c.Name)
	})
}

type merchantsOutlet struct {
	oneMerchant
	Outlet string `arg:"" help:"The outlet's id." placeholder:"OUTLET"`
	Name   string `help:"What people call it." required:"" placeholder:"NAME"`
}

// Help shows an example.
func (merchantsOutlet) Help() string {
	return platformHelp + "Examples:\n  lunas merchants outlet teh tebet --name \"Teh Lunas Tebet\""
}

// Run makes the outlet.
func (c merchantsOutlet) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		o, err := s.Client.Merchants().CreateOutlet(ctx, c.ID, c.Outlet, c.Name)
		if err != nil {
			return err
		}
		return said(s, func(out io.Writer) error {
			_, err := fmt.Fprintf(out, "Outlet  %s\nName    %s\n", clean(o.ID), clean(o.Name))
			return err
		})
	})
}

// Accounts are the commands about merchants' accounts at the rails.
type Accounts struct {
	List   accountsList   `cmd:"" help:"List a merchant's accounts."`
	Get    accountsGet    `cmd:"" help:"Show an account; its secrets are never shown."`
	Create accountsCreate `cmd:"" help:"Make an account, which takes payments at once."`
	Change accountsChange `cmd:"" help:"Change an account's settings or outlet."`
	Close  accountsClose  `cmd:"" help:"Take no new payments; those under way are brought to their end."`
	Open   accountsOpen   `cmd:"" help:"Take payments again."`
	Rotate accountsRotate `cmd:"" help:"Give an account other credentials, at once or from a time on."`
	Retire accountsRetire `cmd:"" help:"Forget the credentials that are not signed with now."`
}

// ofMerchant names a merchant by a flag.
type ofMerchant struct {
	Connection
	Merchant string `help:"The merchant's id." required:"" placeholder:"MERCHANT"`
}

type accountsList struct{ ofMerchant }

// Help shows an example.
func (accountsList) Help() string {
	return platformHelp + "Examples:\n  lunas accounts list --merchant teh"
}

// Run lists.
func (c accountsList) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		all, err := s.Client.Merchants().Accounts(c.Merchant).List(ctx)
		if err != nil {
			return err
		}
		table := newTable(t.Out, "ACCOUNT", "RAIL", "ENVIRONMENT", "OUTLET", "TERMINALS", "STATE")
		err = each(s, printed(all), 0, func(a *lunas.Account) error {
			return table.row(a.ID, a.Rail, a.Environment, outletOf(a), strings.Join(a.Terminals, ","), stateOf(a))
		})
		if err != nil {
			return err
		}
		return table.end(s, "This merchant has no accounts. Make one: lunas accounts create ovo --merchant "+clean(c.Merchant)+" --settings FILE --secret app_key=FILE")
	})
}

func outletOf(a *lunas.Account) string {
	if a.Outlet == nil {
		return ""
	}
	return *a.Outlet
}

func stateOf(a *lunas.Account) string {
	switch {
	case a.Fault != "":
		return "cannot be used: " + a.Fault
	case a.ClosedAt != nil:
		return "closed at " + moment(a.ClosedAt)
	case a.Configured:
		return "open, in the configuration"
	}
	return "open"
}

type oneAccount struct {
	ofMerchant
	ID string `arg:"" help:"The account's id." placeholder:"ACCOUNT"`
}

func (c oneAccount) show(t *Terminal, ask func(context.Context, lunas.Accounts) (*lunas.Account, error)) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		a, err := ask(ctx, s.Client.Merchants().Accounts(c.Merchant))
		if err != nil {
			return err
		}
		return said(s, func(out io.Writer) error { return showAccount(out, a) })
	})
}

func showAccount(out io.Writer, a *lunas.Account) error {
	_, err := fmt.Fprintf(out, "Account      %s\nRail         %s, %s, %s\nTerminals    %s\nState        %s\n",
		clean(a.ID), clean(a.Rail), clean(a.Environment), clean(a.URL), clean(strings.Join(a.Terminals, ", ")), clean(stateOf(a)))
	if outlet := outletOf(a); err == nil && outlet != "" {
		_, err = fmt.Fprintf(out, "Outlet       %s\n", clean(outlet))
	}
	for _, c := range a.Credentials {
		use := "verified by"
		if c.InUse {
			use = "signed with"
		} else if c.From.After(time.Now()) {
			use = "signed with from then on"
		}
		if err == nil {
			_, err = fmt.Fprintf(out, "Credentials  %s of %s, %s%s\n", clean(strings.Join(c.Secrets, ", ")), c.From.Format(day), use, ends(c.ExpiresAt))
		}
		for _, k := range c.Keys {
			if err == nil {
				_, err = fmt.Fprintf(out, "  %s  RSA %d, %s\n", clean(k.Secret), k.Bits, clean(k.Fingerprint))
			}
		}
	}
	return err
}

// ends says when credentials are to be replaced, if anybody has said.
func ends(at *time.Time) string {
	if at == nil {
		return ""
	}
	return ", to be replaced by " + at.Format(time.DateOnly)
}

type accountsGet struct{ oneAccount }

// Help shows an example.
func (accountsGet) Help() string {
	return platformHelp + "Examples:\n  lunas accounts get ovo --merchant teh"
}

// Run shows.
func (c accountsGet) Run(t *Terminal) error {
	return c.show(t, func(ctx context.Context, a lunas.Accounts) (*lunas.Account, error) { return a.Get(ctx, c.ID) })
}

// secretFlags are secrets, which never stand on a command line.
type secretFlags struct {
	Secret map[string]string `help:"A secret by its name and the file that holds it, - for the standard input; may be repeated." placeholder:"NAME=FILE"`
}

// read opens the files.
func (f secretFlags) read(in io.Reader) (map[string]lunas.Secret, error) {
	secrets := map[string]lunas.Secret{}
	fromInput := false
	for name, path := range f.Secret { // order does not matter: they become a map
		if path == "-" && fromInput {
			return nil, errors.New("--secret: only one can come from the standard input")
		}
		fromInput = fromInput || path == "-"
		b, err := readFile(path, in)
		if err != nil {
			return nil, fmt.Errorf("--secret %s: %w", name, err)
		}
		value := strings.TrimSpace(string(b))
		if value == "" {
			return nil, fmt.Errorf("--secret %s: %s is empty", name, path)
		}
		secrets[name] = lunas.Secret(value)
	}
	return secrets, nil
}

// readFile reads a file, or the standard input. Its error does not repeat what was given in place of a file's name, which may
// be the secret itself.
func readFile(path string, in io.Reader) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(in, 64<<10))
	}
	b, err := os.ReadFile(path)
	var at *os.PathError
	if errors.As(err, &at) {
		return nil, fmt.Errorf("give the name of a file that can be read, or - for the standard input (%w)", at.Err)
	}
	return b, err
}

func readSettings(path string, in io.Reader) (json.RawMessage, error) {
	b, err := readFile(path, in)
	if err != nil {
		return nil, fmt.Errorf("--settings: %w", err)
	}
	if !json.Valid(b) {
		return nil, errors.New("--settings: the file is not valid JSON")
	}
	return b, nil
}

type accountsCreate struct {
	oneAccount
	secretFlags
	Settings string `help:"File with the settings as JSON: the keys of an account in the configuration file, without id and secrets." required:"" placeholder:"FILE"`
	Outlet   string `help:"The outlet whose it is." placeholder:"OUTLET"`
}

// Help shows an example.
func (accountsCreate) Help() string {
	return platformHelp + "Examples:\n" +
		"  lunas accounts create ovo --merchant teh --settings ovo.json --secret app_key=ovo.key\n" +
		"  lunas accounts create qris --merchant teh --settings qris.json --secret client_secret=s.txt --secret private_key=key.pem"
}

// Run makes the account.
func (c accountsCreate) Run(t *Terminal) error {
	settings, err := readSettings(c.Settings, t.In)
	if err != nil {
		return err
	}
	secrets, err := c.read(t.In)
	if err != nil {
		return err
	}
	return c.show(t, func(ctx context.Context, a lunas.Accounts) (*lunas.Account, error) {
		return a.Create(ctx, lunas.NewAccount{ID: c.ID, Outlet: c.Outlet, Settings: settings, Secrets: secrets})
	})
}

type accountsChange struct {
	oneAccount
	Settings string  `help:"File with all the settings anew, as JSON." placeholder:"FILE"`
	Outlet   *string `help:"The outlet whose it is; empty for none." placeholder:"OUTLET"`
}

// Help shows an example.
func (accountsChange) Help() string {
	return platformHelp + "Payments under way keep the terms that they began with.\n\nExamples:\n  lunas accounts change ovo --merchant teh --settings ovo.json"
}

// Run changes.
func (c accountsChange) Run(t *Terminal) error {
	change := lunas.AccountChange{Outlet: c.Outlet}
	if c.Settings != "" {
		var err error
		if change.Settings, err = readSettings(c.Settings, t.In); err != nil {
			return err
		}
	}
	return c.show(t, func(ctx context.Context, a lunas.Accounts) (*lunas.Account, error) {
		return a.Change(ctx, c.ID, change)
	})
}

func (c oneAccount) close(t *Terminal, closed bool) error {
	return c.show(t, func(ctx context.Context, a lunas.Accounts) (*lunas.Account, error) {
		return a.Change(ctx, c.ID, lunas.AccountChange{Closed: &closed})
	})
}

type accountsClose struct{ oneAccount }

// Help shows an example.
func (accountsClose) Help() string {
	return platformHelp + "Examples:\n  lunas accounts close ovo --merchant teh"
}

// Run closes.
func (c accountsClose) Run(t *Terminal) error { return c.close(t, true) }

type accountsOpen struct{ oneAccount }

// Help shows an example.
func (accountsOpen) Help() string {
	return platformHelp + "Examples:\n  lunas accounts open ovo --merchant teh"
}

// Run opens.
func (c accountsOpen) Run(t *Terminal) error { return c.close(t, false) }

type accountsRotate struct {
	oneAccount
	secretFlags
	From string `help:"When they are signed with (RFC 3339); at once when left out." placeholder:"TIME"`
}

// Help shows an example.
func (accountsRotate) Help() string {
	return platformHelp + "What the provider signs is verified by the old and the new ones, until lunas accounts retire.\n\n" +
		"Examples:\n  lunas accounts rotate ovo --merchant teh --secret app_key=new.key --from 2027-03-01T00:00:00+07:00"
}

// Run rotates.
func (c accountsRotate) Run(t *Terminal) error {
	from, err := instant("--from", c.From)
	if err != nil {
		return err
	}
	secrets, err := c.read(t.In)
	if err != nil {
		return err
	}
	if len(secrets) == 0 {
		return errors.New("which secrets change? Give --secret NAME=FILE")
	}
	return c.show(t, func(ctx context.Context, a lunas.Accounts) (*lunas.Account, error) {
		return a.RotateCredentials(ctx, c.ID, lunas.Rotation{Secrets: secrets, From: from})
	})
}

// instant reads a time; empty: none.
func instant(flag, written string) (time.Time, error) {
	if written == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, written)
	if err != nil {
		return at, fmt.Errorf("%s must look like 2027-03-01T00:00:00+07:00", flag)
	}
	return at, nil
}

type accountsRetire struct{ oneAccount }

// Help shows an example.
func (accountsRetire) Help() string {
	return platformHelp + "Examples:\n  lunas accounts retire ovo --merchant teh"
}

// Run retires.
func (c accountsRetire) Run(t *Terminal) error {
	return c.show(t, func(ctx context.Context, a lunas.Accounts) (*lunas.Account, error) {
		return a.RetireCredentials(ctx, c.ID)
	})
}
