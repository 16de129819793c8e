package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/onboarding"
)

type onboardingCommand struct {
	Mapping onboardingMappingCommand `cmd:"" help:"Print a mapping to begin one's own with."`
	Connect onboardingConnectCommand `cmd:"" help:"Keep the access to a provider's SFTP, sealed."`
	Prepare onboardingPrepareCommand `cmd:"" help:"Check the outlets that are not registered, and make the file of them."`
	Send    onboardingSendCommand    `cmd:"" help:"Bring to the provider what was prepared."`
	Fetch   onboardingFetchCommand   `cmd:"" help:"Fetch answers, and add the terminals that were given."`
	Status  onboardingStatusCommand  `cmd:"" help:"Show where every outlet stands."`
}

// Help shows the way.
func (onboardingCommand) Help() string {
	return "Examples:\n" +
		"  lunas onboarding mapping > mapping.yaml          then put the provider's own columns into it\n" +
		"  lunas onboarding connect -c lunas.yaml --address sftp.example.id:22 --user kopi --host-key SHA256:… \\\n" +
		"      --egress 203.0.113.7 --email onboarding@kopi.id --mapping mapping.yaml < password\n" +
		"  lunas onboarding prepare -c lunas.yaml --details outlets.xlsx\n" +
		"  lunas onboarding send -c lunas.yaml\n" +
		"  lunas onboarding fetch -c lunas.yaml"
}

// whichGate names a gate in a gateway's database.
type whichGate struct {
	Config string `help:"Configuration file that names database and master key." short:"c" env:"LUNAS_CONFIG" type:"path" placeholder:"FILE"`
	Gate   string `help:"The access to a provider's SFTP, where there are several; ${default} when left out." default:"ovo" placeholder:"ID"`
}

func (w whichGate) with(t *terminal, do func(context.Context, *onboarding.Onboarding) error) error {
	conf, err := config.Load(w.Config, t.environ)
	if err != nil {
		return err
	}
	return gateway.WithOnboarding(t.ctx, conf, do)
}

type onboardingMappingCommand struct{}

// Help shows examples.
func (onboardingMappingCommand) Help() string {
	return "Examples:\n" +
		"  lunas onboarding mapping > mapping.yaml    then put the provider's own columns into it"
}

// Run prints it.
func (onboardingMappingCommand) Run(t *terminal) error {
	text, err := onboarding.Example()
	if err == nil {
		_, err = t.out.Write(text)
	}
	return err
}

type onboardingConnectCommand struct {
	whichGate
	Address      string            `help:"Where the SFTP server is." placeholder:"HOST:PORT"`
	User         string            `help:"The name that the provider gave." placeholder:"NAME"`
	PasswordFile string            `help:"A file with the password; without it, it is read from the input. Never a flag." type:"path" placeholder:"FILE"`
	HostKey      string            `help:"Fingerprint of the server's host key, as the provider tells it." placeholder:"SHA256:…"`
	Egress       string            `help:"The address from which this gateway reaches the provider, as it was whitelisted." placeholder:"IP"`
	Email        string            `help:"For the provider's questions." placeholder:"ADDRESS"`
	Mapping      string            `help:"A file that says how registrations are written and answers are read." type:"path" placeholder:"FILE"`
	Secret       map[string]string `help:"A secret of accounts that are made by the mapping's account.settings, from a file: app_key=FILE." placeholder:"NAME=FILE"`
	KeepPassword bool              `help:"Change the rest, and keep the password."`
}

// Help shows examples.
func (onboardingConnectCommand) Help() string {
	return "What is left out stays as it is. Without --host-key the first lunas onboarding send says which key the server shows, and sends nothing.\n\n" +
		"Examples:\n" +
		"  lunas onboarding connect -c lunas.yaml --address sftp.example.id:22 --user kopi --egress 203.0.113.7 \\\n" +
		"      --email onboarding@kopi.id --mapping mapping.yaml --password-file password\n" +
		"  lunas onboarding connect -c lunas.yaml --keep-password --host-key SHA256:…"
}

// Run keeps the gate.
func (c onboardingConnectCommand) Run(t *terminal) error {
	g := onboarding.Gate{ID: c.Gate, Address: c.Address, User: c.User, HostKey: c.HostKey, Egress: c.Egress, Email: c.Email}
	if !c.KeepPassword {
		password, err := secretFrom(c.PasswordFile, t.in)
		if err != nil {
			return fmt.Errorf("read the password: %w", err)
		}
		g.Password = password
	}
	if c.Mapping != "" {
		text, err := os.ReadFile(c.Mapping)
		if err != nil {
			return fmt.Errorf("read the mapping: %w", err)
		}
		g.Mapping = string(text)
	}
	for name, file := range c.Secret {
		secret, err := secretFrom(file, nil)
		if err != nil {
			return fmt.Errorf("read the secret %s: %w", name, err)
		}
		if g.Secrets == nil {
			g.Secrets = map[string]string{}
		}
		g.Secrets[name] = secret
	}
	return c.with(t, func(ctx context.Context, o *onboarding.Onboarding) error {
		kept, err := o.Connect(ctx, g)
		if err != nil {
			return err
		}
		pinned := kept.HostKey
		if pinned == "" {
			pinned = "not pinned yet: nothing is sent before it is"
		}
		_, err = fmt.Fprintf(t.out, "Gate      %s\nServer    %s@%s\nHost key  %s\nEgress    %s   give it to the provider for its whitelist\nContact   %s\n",
			kept.ID, kept.User, kept.Address, pinned, kept.Egress, kept.Email)
		return err
	})
}

// secretFrom reads a secret from a file, or from the input, up to its first line's end.
func secretFrom(file string, in io.Reader) (string, error) {
	const most = 64 << 10
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	if in == nil {
		return "", errors.New("expected a file")
	}
	b, err := io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return "", err
	}
	secret := strings.TrimRight(string(b), "\r\n")
	if secret == "" {
		return "", errors.New("it is empty")
	}
	return secret, nil
}

type onboardingPrepareCommand struct {
	whichGate
	Merchant []string `help:"Only these merchants." placeholder:"ID"`
	Details  string   `help:"CSV or XLSX with columns merchant, outlet and what the mapping takes from details." type:"path" placeholder:"FILE"`
	Out      string   `help:"Write the file here too, to look at it." type:"path" placeholder:"FOLDER"`
}

// Help shows an example.
func (onboardingPrepareCommand) Help() string {
	return "Outlets that are registered or on their way are left out; those that were refused are taken again. Nothing is sent.\n\n" +
		"Examples:\n  lunas onboarding prepare -c lunas.yaml --details outlets.xlsx --out ."
}

// Run prepares.
func (c onboardingPrepareCommand) Run(t *terminal) error {
	return c.with(t, func(ctx context.Context, o *onboarding.Onboarding) error {
		f, _, err := o.Prepare(ctx, onboarding.Prepared{Gate: c.Gate, Merchants: c.Merchant, Details: c.Details})
		if errors.Is(err, onboarding.ErrNothing) {
			_, err = fmt.Fprintln(t.out, "Every outlet is registered, or on its way: there is nothing to prepare.")
			return err
		}
		if err != nil {
			return err
		}
		if c.Out != "" {
			if err := writeOut(ctx, o, f.ID, c.Out); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(t.out, "%s: %d outlet(s), %d bytes, SHA-256 %s\nSend it: lunas onboarding send\n", f.Name, f.Rows, f.Size, f.Hash)
		return err
	})
}

// writeOut writes a file's content into a folder, for this user only, and over nothing that is there.
func writeOut(ctx context.Context, o *onboarding.Onboarding, id, folder string) error {
	f, content, err := o.Content(ctx, id)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	out, err := root.OpenFile(f.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = out.Write(content)
	return errors.Join(err, out.Close())
}

type onboardingSendCommand struct{ whichGate }

// Help says what happens when it is cut.
func (onboardingSendCommand) Help() string {
	return "A file gets its final name at the provider's once all of it is there. Cut in the middle, the next send goes on where it was.\n\n" +
		"Examples:\n  lunas onboarding send -c lunas.yaml"
}

// Run sends.
func (c onboardingSendCommand) Run(t *terminal) error {
	return c.with(t, func(ctx context.Context, o *onboarding.Onboarding) error {
		sent, err := o.Send(ctx, c.Gate, func(file string, done, of int64) {
			if done == of {
				fmt.Fprintf(t.err, "%s: %d of %d bytes\n", file, done, of)
			}
		})
		for _, f := range sent {
			fmt.Fprintf(t.out, "%s is sent: %d outlet(s).\n", f.Name, f.Rows)
		}
		if errors.Is(err, onboarding.ErrNothing) {
			_, err = fmt.Fprintln(t.out, "Every file that was prepared is sent.")
		}
		return err
	})
}

type onboardingFetchCommand struct{ whichGate }

// Help says that it may be done often.
func (onboardingFetchCommand) Help() string {
	return "Terminals that were given are added to the merchants' accounts. It may be called as often as you like, from a timer for instance.\n\n" +
		"Examples:\n  lunas onboarding fetch -c lunas.yaml"
}

// Run fetches.
func (c onboardingFetchCommand) Run(t *terminal) error {
	return c.with(t, func(ctx context.Context, o *onboarding.Onboarding) error {
		done, err := o.Fetch(ctx, c.Gate)
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, "Applied %d, accepted and not applied %d, refused %d, waiting %d.\n", done.Applied, done.Accepted, done.Refused, done.Waiting)
		for _, u := range done.Unknown {
			fmt.Fprintf(t.err, "not asked for there, and left out: %s\n", u)
		}
		if done.Accepted+done.Refused > 0 {
			fmt.Fprintln(t.out, "Why: lunas onboarding status")
		}
		return nil
	})
}

type onboardingStatusCommand struct {
	whichGate
	Merchant string `help:"Only this merchant's." placeholder:"ID"`
}

// Help shows an example.
func (onboardingStatusCommand) Help() string {
	return "Examples:\n  lunas onboarding status -c lunas.yaml --merchant teh"
}

// Run lists.
func (c onboardingStatusCommand) Run(t *terminal) error {
	return c.with(t, func(ctx context.Context, o *onboarding.Onboarding) error {
		all, files, err := o.Status(ctx, c.Merchant)
		if err != nil {
			return err
		}
		names := map[string]string{}
		for _, f := range files {
			names[f.ID] = f.Name
		}
		table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "MERCHANT\tOUTLET\tSTATE\tTID\tMID\tFILE\tREASON")
		for _, r := range all {
			if r.Gate == c.Gate {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.MerchantID, r.OutletID, r.State, r.TID, r.MID, names[r.FileID], r.Reason)
			}
		}
		return table.Flush()
	})
}
