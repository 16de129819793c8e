// Package onboarding registers a payment gateway's merchants with a provider by files over SFTP: it makes the files of the
// merchants and outlets that are data, checks them before they are sent, brings them to their place whole, fetches the
// answers, and adds the terminals that were given to the merchants' accounts. It takes no payments.
//
// OVO, Push To Pay API: "For Payment Gateway Partner (please provide IP Public and email for onboarding merchant): OVO will
// whitelist IP Public and generate username and password for access to SFTP (Simpan Berkas) to process registration onboarding
// merchants." The form of the files is not public; see Mapping.
package onboarding

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
)

// Options are what onboarding works with. All but Dial are needed.
type Options struct {
	Store    Store
	Registry *registry.Registry
	Keyring  *exchange.Keyring // of the master keys
	Now      func() time.Time
	Dial     func(ctx context.Context, network, address string) (net.Conn, error) // nil: the network
}

// Store is what onboarding keeps.
type Store interface {
	store.Onboarding
	store.Actions
	SaveSecret(ctx context.Context, merchantID, name string, sealed []byte, expires time.Time) error
	Secret(ctx context.Context, merchantID, name string) (sealed []byte, expires time.Time, err error)
	Acquire(ctx context.Context, lock store.Lock, now time.Time) (bool, error)
	Release(ctx context.Context, lock store.Lock) error
}

// Onboarding is safe for concurrent use.
type Onboarding struct{ Options }

// New gives it.
func New(o Options) *Onboarding {
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	return &Onboarding{o}
}

// Gate is an access to a provider's SFTP. It is kept sealed, all of it, and prints without what is secret.
type Gate struct {
	ID       string
	Address  string // host:port
	User     string
	Password string
	HostKey  string // its fingerprint, SHA256:…; empty: not pinned yet, so that nothing can be sent
	Egress   string // the address from which this gateway reaches the provider, as it was whitelisted
	Email    string // for the provider's questions
	Mapping  string // YAML
	// Secrets are those of accounts that are made by Mapping's account.settings.
	Secrets map[string]string
}

// String names the gate and shows nothing of its secrets.
func (g Gate) String() string { return "gate " + g.ID + " (" + g.User + "@" + g.Address + ")" }

// GoString is String.
func (g Gate) GoString() string { return g.String() }

var (
	idForm          = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)       // never written
	fingerprintForm = regexp.MustCompile(`^SHA256:[A-Za-z0-9+/]{43}$`)       // never written
	emailForm       = regexp.MustCompile(`^[^@\s]{1,64}@[^@\s]+\.[^@\s.]+$`) // never written
)

// check says all that is wrong with a gate.
func (g Gate) check() error {
	var wrong []error
	must := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	must(idForm.MatchString(g.ID), "gate: expected 1 to 40 small letters, digits, - and _, beginning with a letter or digit")
	host, port, err := net.SplitHostPort(g.Address)
	must(err == nil && host != "" && port != "", "address: expected host and port, such as sftp.example.id:22")
	must(g.User != "", "user: expected the name that the provider gave")
	must(g.Password != "", "password: expected the one that the provider gave, in the file of --password-file or on the input")
	must(g.HostKey == "" || fingerprintForm.MatchString(g.HostKey), "host key: expected a fingerprint such as SHA256: and 43 characters; ssh-keygen -lf tells it")
	must(net.ParseIP(g.Egress) != nil, "egress: expected the IP address from which this gateway reaches the provider, which OVO whitelists")
	must(emailForm.MatchString(g.Email), "email: expected an e-mail address for the provider's questions")
	if _, err := ParseMapping([]byte(g.Mapping)); err != nil {
		wrong = append(wrong, fmt.Errorf("mapping: %w", err))
	}
	return errors.Join(wrong...)
}

// gatePart is under what a gate is sealed.
func gatePart(id string) exchange.Part {
	return exchange.Part{ID: "gate_" + id, Operation: "onboarding gate"}
}

func gateName(id string) string { return "onboarding.gate." + id }

// Connect keeps a gate, in place of the one with its id. Of an earlier one what is empty in g stays.
func (o *Onboarding) Connect(ctx context.Context, g Gate) (Gate, error) {
	old, err := o.Gate(ctx, g.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Gate{}, err
	}
	for _, f := range []struct{ to, from *string }{
		{&g.Address, &old.Address},
		{&g.User, &old.User},
		{&g.Password, &old.Password},
		{&g.HostKey, &old.HostKey},
		{&g.Egress, &old.Egress},
		{&g.Email, &old.Email},
		{&g.Mapping, &old.Mapping},
	} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	if g.Secrets == nil {
		g.Secrets = old.Secrets
	}
	if err := g.check(); err != nil {
		return Gate{}, err
	}
	part := gatePart(g.ID)
	if part.Wire, err = json.Marshal(g); err != nil {
		return Gate{}, err
	}
	if err := o.Keyring.Seal(&part); err != nil {
		return Gate{}, err
	}
	if err := o.Store.SaveSecret(ctx, "", gateName(g.ID), part.Sealed, time.Time{}); err != nil {
		return Gate{}, err
	}
	did := store.Action{
		Kind: store.ActGateChanged, Subject: g.ID, At: o.Now(),
		Details: registry.Details(map[string]any{"address": g.Address, "host_key": g.HostKey, "egress": g.Egress}),
	}
	return g, o.Store.AppendAction(ctx, registry.ByOf(ctx).Deed(did).Action)
}

// Gate gives one, or an error that wraps store.ErrNotFound.
func (o *Onboarding) Gate(ctx context.Context, id string) (Gate, error) {
	sealed, _, err := o.Store.Secret(ctx, "", gateName(id))
	if errors.Is(err, store.ErrNotFound) {
		return Gate{}, fmt.Errorf("there is no gate %q yet: make it with lunas onboarding connect (%w)", clip(id), err)
	}
	if err != nil {
		return Gate{}, err
	}
	part := gatePart(id)
	part.Sealed = sealed
	if err := o.Keyring.Open(&part); err != nil {
		return Gate{}, fmt.Errorf("gate %s does not open: %w", id, err)
	}
	var g Gate
	if err := json.Unmarshal(part.Wire, &g); err != nil {
		return Gate{}, fmt.Errorf("gate %s cannot be read", id)
	}
	return g, nil
}

// filePart is under what the content of a file is sealed.
func filePart(id string) exchange.Part {
	return exchange.Part{ID: id, Operation: "registration file"}
}

// Content opens a file.
func (o *Onboarding) Content(ctx context.Context, id string) (store.RegistrationFile, []byte, error) {
	f, err := o.Store.RegistrationFile(ctx, id)
	if err != nil {
		return f, nil, fmt.Errorf("file %s: %w", clip(id), err)
	}
	part := filePart(f.ID)
	part.Sealed = f.Sealed
	if err := o.Keyring.Open(&part); err != nil {
		return f, nil, fmt.Errorf("file %s does not open: %w", f.ID, err)
	}
	return f, part.Wire, nil
}

// Status lists a merchant's registrations, or all of an empty merchantID, and the files, the newest first.
func (o *Onboarding) Status(ctx context.Context, merchantID string) ([]store.Registration, []store.RegistrationFile, error) {
	all, err := o.Store.Registrations(ctx, merchantID)
	if err != nil {
		return nil, nil, err
	}
	files, err := o.Store.RegistrationFiles(ctx)
	return all, files, err
}

// alone sees to it that a gate is worked at by one at a time, for as long as a large file takes at most.
func (o *Onboarding) alone(ctx context.Context, gate string, do func() error) error {
	const most = 15 * time.Minute
	lock := store.Lock{Name: gateName(gate), Holder: newHolder(), Until: o.Now().Add(most)}
	ok, err := o.Store.Acquire(ctx, lock, o.Now())
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("another process works at gate %s: wait until it has ended, at most %s", gate, most)
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	err = do()
	return errors.Join(err, o.Store.Release(context.WithoutCancel(ctx), lock))
}

// named fills in the name of a file or terminal.
func named(form string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(form) }
