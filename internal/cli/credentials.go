package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/credential"
	"github.com/lunas-pay/lunas/lunas"
)

// Credentials are the commands about what is exchanged with OVO before the first payment: keys go there, credentials come back.
type Credentials struct {
	Keygen credentialsKeygen `cmd:"" help:"Make the keys that OVO asks for, with a mail that is ready to be sent."`
	Import credentialsImport `cmd:"" help:"Open the encrypted message of OVO's, and put the credentials in it into an account, sealed."`
	List   credentialsList   `cmd:"" help:"List keys in folders and credentials of accounts: fingerprints, what is in use, what ends when."`
}

type credentialsKeygen struct {
	Partner     string `help:"Your name, as OVO knows you; for the mail." required:"" placeholder:"NAME"`
	Environment string `help:"staging or production: OVO wants other keys for each." enum:"staging,production" default:"staging"`
	Out         string `help:"Folder for the keys; ovo-keys-ENVIRONMENT when left out. Nothing in it is ever written over." type:"path" placeholder:"FOLDER"`
	Days        int    `help:"After how many days you want to replace them; a notice says so in time; ${default} when left out." default:"365" placeholder:"N"`
	JSON        bool   `help:"For programs." name:"json"`
}

// Help shows examples.
func (credentialsKeygen) Help() string {
	return "It makes one key for the sharing of credentials (X.509, RSA 2048) and one for signatures (PKCS#1, RSA 4096). The private\n" +
		"halves stay here, readable by you alone; the public halves go to OVO with the mail that is written beside them.\n\n" +
		"Examples:\n  lunas credentials keygen --partner \"Kopi Lunas\"\n" +
		"  lunas credentials keygen --partner \"Kopi Lunas\" --environment production --out /etc/lunas/ovo-keys"
}

// Run makes the keys.
func (c credentialsKeygen) Run(t *Terminal) error {
	dir := c.Out
	if dir == "" {
		dir = "ovo-keys-" + c.Environment
	}
	if c.Days < 1 || c.Days > 3650 {
		return errors.New("--days must be 1 to 3650")
	}
	if partner := clean(strings.TrimSpace(c.Partner)); partner == "" || len(partner) > 200 || strings.Contains(partner, "\uFFFD") {
		return errors.New("--partner must be a name of 1 to 200 printable characters")
	}
	var keys []credential.Key
	for _, p := range credential.Purposes() {
		k, err := credential.NewKey(p)
		if err != nil {
			return err
		}
		keys = append(keys, k)
	}
	now := time.Now().Truncate(time.Second)
	f, err := credential.WriteFolder(dir, credential.Folder{
		Partner: strings.TrimSpace(c.Partner), Environment: c.Environment, CreatedAt: now, ExpiresAt: now.AddDate(0, 0, c.Days),
	}, keys)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(t.Out).Encode(f)
	}
	if _, err := fmt.Fprintf(t.Out, "Made in %s, to be replaced by %s:\n\n", dir, f.ExpiresAt.Format(time.DateOnly)); err != nil {
		return err
	}
	if err := showFolder(t.Out, f); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.Out, "\nSend the two public files to OVO with the mail in %s. The private files stay here, and in your backup.\n"+
		"When OVO's message comes: lunas credentials import FILE --key %s --merchant … --account …\n",
		filepath.Join(dir, "mail.txt"), filepath.Join(dir, credential.Sharing.PrivateName()))
	return err
}

func showFolder(out io.Writer, f credential.Folder) error {
	for _, k := range f.Keys {
		_, err := fmt.Fprintf(out, "%-9s  %s, RSA %d, %s\n           %s\n", k.Purpose, k.Form, k.Bits, clean(k.Public), clean(k.Fingerprint))
		if err != nil {
			return err
		}
	}
	return nil
}

type credentialsImport struct {
	Connection
	Message     []string `arg:"" optional:"" help:"Files with OVO's message, in the order of its parts; - or none for the standard input." placeholder:"FILE"`
	Key         string   `help:"The private key for sharing, whose public half OVO has." placeholder:"FILE"`
	Opened      bool     `help:"The message is a text that was opened already, by other means."`
	As          string   `help:"The message is one value alone, of this name: client_secret, app_key, …" placeholder:"NAME"`
	Merchant    string   `help:"Whose the credentials are." placeholder:"MERCHANT"`
	Account     string   `help:"Into which account; one that is not there is made." placeholder:"ACCOUNT"`
	Outlet      string   `help:"The outlet whose account is made." placeholder:"OUTLET"`
	Terminal    string   `help:"What you call the terminal of the message; ${default} when left out." default:"till-1" placeholder:"TERMINAL"`
	Environment string   `help:"Of an account that is made: sandbox, staging or production." enum:"sandbox,staging,production" default:"staging"`
	Signature   string   `help:"The private key for signatures, which QRIS needs." name:"signature-key" placeholder:"FILE"`
	Settings    string   `help:"File with more settings as JSON, such as url or notify." placeholder:"FILE"`
	From        string   `help:"When they are signed with (RFC 3339), in an account that is there; at once when left out." placeholder:"TIME"`
	Expires     string   `help:"When they are to be replaced (RFC 3339); when left out, as the keys beside --key." placeholder:"TIME"`
	DryRun      bool     `help:"Only show, masked, what is in the message." name:"dry-run"`
}

// Help shows examples.
func (credentialsImport) Help() string {
	return platformHelp + "RSA with OAEP (SHA-256, SHA-1) or PKCS#1 v1.5 is found out by trying, and so is base64, hexadecimal or binary. Nothing secret\n" +
		"is shown, and nothing secret belongs on the command line: it takes names of files.\n\n" +
		"In an account that is there the old credentials go on beside the new ones until lunas accounts retire.\n\n" +
		"Examples:\n" +
		"  lunas credentials import ovo.txt --key ovo-keys-staging/ovo-sharing-private.pem --dry-run\n" +
		"  lunas credentials import ovo.txt --key ovo-keys-staging/ovo-sharing-private.pem --merchant teh --account qris \\\n" +
		"      --signature-key ovo-keys-staging/ovo-signature-private.pem --terminal till-1\n" +
		"  lunas credentials import - --opened --as app_key --merchant teh --account ovo     type it; nothing is shown"
}

// Run imports.
func (c credentialsImport) Run(t *Terminal) error {
	if !c.DryRun && (c.Merchant == "" || c.Account == "") {
		return errors.New("whose are they? Give --merchant and --account, or --dry-run to look first")
	}
	letter, err := c.letter(t)
	if err != nil {
		return err
	}
	if !c.JSON {
		if err := showLetter(t.Out, letter); err != nil {
			return err
		}
	}
	secrets, err := c.secrets(t, letter)
	if err != nil {
		return err
	}
	expires, err := c.expires()
	if err != nil {
		return err
	}
	from, err := instant("--from", c.From)
	if err != nil || c.DryRun {
		return err
	}
	return c.with(t, func(ctx context.Context, s *Session) error {
		a, err := c.store(ctx, s.Client.Merchants().Accounts(c.Merchant), letter, lunas.Rotation{Secrets: secrets, From: from, Expires: expires})
		if err != nil {
			return err
		}
		return said(s, func(out io.Writer) error {
			if _, err := fmt.Fprintln(out); err != nil {
				return err
			}
			return showAccount(out, a)
		})
	})
}

// letter reads and opens the message.
func (c credentialsImport) letter(t *Terminal) (credential.Letter, error) {
	if c.Opened == (c.Key != "") {
		return credential.Letter{}, errors.New("which key opens it? Give --key, the private key for sharing; or --opened for a text that is open already")
	}
	var key credential.Key
	if !c.Opened {
		b, err := readFile(c.Key, nil)
		if err != nil {
			return credential.Letter{}, fmt.Errorf("--key: %w", err)
		}
		if key, err = credential.ReadKey(credential.Sharing, b); err != nil {
			return credential.Letter{}, fmt.Errorf("--key: %w", err)
		}
	}
	var parts [][]byte
	files := c.Message
	if len(files) == 0 {
		files = []string{"-"}
	}
	for _, name := range files {
		b, err := c.part(t, name)
		if err != nil {
			return credential.Letter{}, err
		}
		parts = append(parts, b)
	}
	if c.Opened {
		return credential.ReadLetter(string(bytes.Join(parts, []byte("\n"))), c.As)
	}
	opened, err := credential.Open(key, parts...)
	if err != nil {
		return credential.Letter{}, err
	}
	if !c.JSON {
		fmt.Fprintf(t.Err, "The message opens (%s, chunks: %d).\n", opened.Padding, opened.Blocks)
	}
	return credential.ReadLetter(opened.Reveal(), c.As)
}

func (c credentialsImport) part(t *Terminal, name string) ([]byte, error) {
	if name != "-" {
		b, err := readLarge(name)
		if err != nil {
			return nil, fmt.Errorf("the message: %w", err)
		}
		return b, nil
	}
	f, ok := t.In.(*os.File)
	if ok && isScreen(f) {
		return prompted(t, f, c.As != "")
	}
	return io.ReadAll(io.LimitReader(t.In, credential.MessageMax+1))
}

// readLarge is readFile for what may be no secret, but large by mistake.
func readLarge(name string) ([]byte, error) {
	if info, err := os.Stat(name); err == nil && info.Size() > credential.MessageMax {
		return nil, errors.New("the file is too large to be a message of OVO's")
	}
	return readFile(name, nil)
}

// prompted asks a person, and shows nothing of what is typed. Ctrl-C, which ends the context, gives the terminal back as it was:
// what is read in vain ends with the program.
func prompted(t *Terminal, f *os.File, line bool) ([]byte, error) {
	restore, err := silence(f)
	if err != nil {
		return nil, errors.New("this terminal cannot be kept from showing what is typed: put the message into a file, or pipe it in")
	}
	defer restore()
	defer func() { _, _ = fmt.Fprintln(t.Err) }()
	question, read := "Paste the message, press Enter and Ctrl-D; nothing is shown. ", func() ([]byte, error) {
		return io.ReadAll(io.LimitReader(f, credential.MessageMax+1))
	}
	if line {
		question, read = "Type the value and press Enter; nothing is shown: ", func() ([]byte, error) {
			b, err := bufio.NewReader(io.LimitReader(f, 64<<10)).ReadBytes('\n')
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return b, err
		}
	}
	_, _ = fmt.Fprint(t.Err, question)
	type typed struct {
		text []byte
		err  error
	}
	end := make(chan typed, 1)
	go func() {
		b, err := read()
		end <- typed{b, err}
	}()
	select {
	case got := <-end:
		return got.text, got.err
	case <-t.Context.Done():
		return nil, errors.New("stopped; nothing was taken")
	}
}

func showLetter(out io.Writer, l credential.Letter) error {
	for _, name := range credential.Names() {
		if l.Reveal(name) == "" {
			continue
		}
		if _, err := fmt.Fprintf(out, "%-14s %s\n", name, clean(l.Show(name))); err != nil {
			return err
		}
	}
	if unknown := l.Unknown(); len(unknown) > 0 {
		_, err := fmt.Fprintf(out, "Not known, and not kept: %s\n", clean(strings.Join(unknown, ", ")))
		return err
	}
	return nil
}

// secrets are those of the letter, and the key for signatures.
func (c credentialsImport) secrets(t *Terminal, l credential.Letter) (map[string]lunas.Secret, error) {
	secrets := map[string]lunas.Secret{}
	for _, name := range credential.Names() {
		if v := l.Reveal(name); v != "" && credential.Secret(name) {
			secrets[name] = lunas.Secret(v)
		}
	}
	if c.Signature == "" {
		return secrets, nil
	}
	b, err := readFile(c.Signature, t.In)
	if err != nil {
		return nil, fmt.Errorf("--signature-key: %w", err)
	}
	key, err := credential.ReadKey(credential.Signature, b)
	if err != nil {
		return nil, fmt.Errorf("--signature-key: %w", err)
	}
	secrets["private_key"] = lunas.Secret(key.PrivatePEM())
	return secrets, nil
}

// expires is when the credentials are to be replaced: as it is said, or as the keys that came from keygen.
func (c credentialsImport) expires() (time.Time, error) {
	if c.Expires != "" || c.Key == "" {
		return instant("--expires", c.Expires)
	}
	f, err := credential.ReadFolder(filepath.Dir(c.Key))
	if err != nil {
		return time.Time{}, nil // made by other means: nobody has said
	}
	return f.ExpiresAt, nil
}

// store puts the credentials into an account, or makes one.
func (c credentialsImport) store(ctx context.Context, accounts lunas.Accounts, l credential.Letter, to lunas.Rotation) (*lunas.Account, error) {
	old, err := accounts.Get(ctx, c.Account)
	var problem *lunas.Error
	if errors.As(err, &problem) && problem.Code == "account_not_found" {
		settings, err := c.settings(l, nil)
		if err != nil {
			return nil, err
		}
		n := lunas.NewAccount{ID: c.Account, Outlet: c.Outlet, Settings: settings, Secrets: to.Secrets}
		if !to.Expires.IsZero() {
			n.ExpiresAt = &to.Expires
		}
		return accounts.Create(ctx, n)
	}
	if err != nil {
		return nil, err
	}
	if old.Configured {
		return nil, fmt.Errorf("account %s stands in the configuration file: write the secrets into the files that it names", c.Account)
	}
	settings, err := c.settings(l, old)
	if err != nil {
		return nil, err
	}
	if !sameJSON(settings, old.Settings) {
		if old, err = accounts.Change(ctx, c.Account, lunas.AccountChange{Settings: settings}); err != nil {
			return nil, err
		}
	}
	if len(to.Secrets) == 0 {
		return old, nil
	}
	return accounts.RotateCredentials(ctx, c.Account, to)
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	first, err := json.Marshal(x)
	second, err2 := json.Marshal(y)
	return err == nil && err2 == nil && bytes.Equal(first, second)
}

// settings are those of the account with what the letter says that is no secret.
func (c credentialsImport) settings(l credential.Letter, old *lunas.Account) (json.RawMessage, error) {
	all := map[string]any{}
	if old != nil {
		if err := json.Unmarshal(old.Settings, &all); err != nil {
			return nil, errors.New("the account's settings cannot be read")
		}
	}
	if c.Settings != "" {
		b, err := readSettings(c.Settings, nil)
		if err != nil {
			return nil, err
		}
		more := map[string]any{}
		if err := json.Unmarshal(b, &more); err != nil {
			return nil, errors.New("--settings: the file is not a JSON object")
		}
		maps.Copy(all, more)
	}
	if old == nil {
		if all["rail"] == nil {
			all["rail"] = l.Rail()
		}
		if all["environment"] == nil {
			all["environment"] = c.Environment
		}
	}
	rail, _ := all["rail"].(string)
	if rail == "" {
		return nil, errors.New("the message does not say for which rail it is: give --settings with {\"rail\": …}")
	}
	if guess := l.Rail(); guess != "" && guess != rail {
		return nil, fmt.Errorf("the message is for the rail %s, and the account is one of %s: choose another --account", guess, rail)
	}
	id := map[string]string{"ovo": "app_id", "snap": "client_id"}[rail]
	if v := l.Reveal(id); v != "" {
		if was, _ := all[id].(string); was != "" && was != v {
			return nil, fmt.Errorf("the message is for another %s than the account's: it is another contract with OVO. Choose another --account", id)
		}
		all[id] = v
	}
	if err := c.terminal(all, l, rail); err != nil {
		return nil, err
	}
	return json.Marshal(all)
}

// terminal puts the letter's terminal among the account's.
func (c credentialsImport) terminal(all map[string]any, l credential.Letter, rail string) error {
	fields := map[string][]string{"ovo": {"tid", "mid", "merchant_id", "store_code"}, "snap": {"tid", "mid", "store_code"}}[rail]
	if l.Reveal("tid") == "" {
		return nil // a secret alone
	}
	list, _ := all["terminals"].([]any)
	i := slices.IndexFunc(list, func(t any) bool {
		m, _ := t.(map[string]any)
		return m["id"] == c.Terminal
	})
	if i < 0 {
		list, i = append(list, map[string]any{"id": c.Terminal}), len(list)
	}
	m, _ := list[i].(map[string]any)
	for _, name := range fields {
		v := l.Reveal(name)
		if was, _ := m[name].(string); v != "" && was != "" && was != v {
			return fmt.Errorf("terminal %s of the account has another %s than the message: give the message's terminal a name of its own with --terminal", c.Terminal, name)
		}
		if v != "" {
			m[name] = v
		}
	}
	all["terminals"] = list
	return nil
}

type credentialsList struct {
	Connection
	Folders  []string `arg:"" optional:"" help:"Folders of lunas credentials keygen." type:"path" placeholder:"FOLDER"`
	Merchant string   `help:"Whose accounts' credentials to list, with a key of the platform." placeholder:"MERCHANT"`
}

// Help shows examples.
func (credentialsList) Help() string {
	return "Examples:\n  lunas credentials list ovo-keys-staging\n  lunas credentials list --merchant teh      with a key of the platform"
}

// Run lists.
func (c credentialsList) Run(t *Terminal) error {
	if len(c.Folders) == 0 && c.Merchant == "" {
		return errors.New("which? Give folders that keygen has made, or --merchant")
	}
	for _, dir := range c.Folders {
		f, err := credential.ReadFolder(dir)
		switch {
		case err != nil:
			return err
		case c.JSON:
			if err := json.NewEncoder(t.Out).Encode(f); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(t.Out, "%s: %s, %s, made %s, %s\n", dir, clean(f.Partner), clean(f.Environment),
			f.CreatedAt.Format(time.DateOnly), until(f.ExpiresAt, time.Now())); err != nil {
			return err
		}
		if err := showFolder(t.Out, f); err != nil {
			return err
		}
	}
	if c.Merchant == "" {
		return nil
	}
	return c.with(t, func(ctx context.Context, s *Session) error {
		all, err := s.Client.Merchants().Accounts(c.Merchant).List(ctx)
		if err != nil {
			return err
		}
		table := newTable(t.Out, "ACCOUNT", "SECRETS", "SINCE", "USE", "ENDS", "KEY")
		err = each(s, printed(all), 0, func(a *lunas.Account) error {
			for _, x := range a.Credentials {
				if err := table.row(credentialRow(a, x)...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return table.end(s, "None of this merchant's accounts has credentials of its own; those of the configuration stand in its files.")
	})
}

func credentialRow(a *lunas.Account, c lunas.Credentials) []string {
	use, ends := "beside", "nobody has said"
	if c.InUse {
		use = "signs"
	}
	if c.ExpiresAt != nil {
		ends = until(*c.ExpiresAt, time.Now())
	}
	var keys []string
	for _, k := range c.Keys {
		keys = append(keys, fmt.Sprintf("RSA %d %.23s…", k.Bits, k.Fingerprint))
	}
	return []string{a.ID, strings.Join(c.Secrets, ","), c.From.Format(time.DateOnly), use, ends, strings.Join(keys, " ")}
}

// until says when something ends, and how soon that is.
func until(at, now time.Time) string {
	days := int(at.Sub(now).Hours() / 24)
	switch {
	case !at.After(now):
		return "to be replaced since " + at.Format(time.DateOnly)
	case days < 60:
		return fmt.Sprintf("to be replaced by %s, in %d days", at.Format(time.DateOnly), days)
	}
	return "to be replaced by " + at.Format(time.DateOnly)
}
