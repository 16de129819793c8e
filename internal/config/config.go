// Package config turns one file and the environment into a Config. It is strict: a key that it does not know is an
// error that names the key, and all mistakes are reported at once. It opens the files that hold secrets; nobody else does.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Config is everything that a gateway is told from outside.
type Config struct {
	Listen    string        // host:port of the API
	PublicURL string        // under which customers reach the pages for them; empty: payments carry no checkout_url
	Database  string        // a file for SQLite, or postgres://…
	MasterKey []byte        // 32 bytes that seal the exchange log and merchants' data keys
	OldKeys   [][]byte      // master keys of before, which still open what they sealed
	Log       Log           //
	Drain     time.Duration // how long a shutdown waits for calls under way
	Webhooks  Webhooks      //
	Limits    Limits        //
	Observe   Observe       //
	Doctor    Doctor        //
	Notices   Notices       //
	Console   Console       //
	Merchants []Merchant    //
}

// Console says how operators reach their pages, and what takes two of them.
type Console struct {
	Off  bool
	URL  string // where operators reach it; empty: nobody has said
	OIDC *OIDC  // an identity provider whose people may come in; nil: none
	// FourEyes are the actions that take two people, nil all of them, and MerchantFourEyes those of merchants that have it
	// otherwise.
	FourEyes         []operator.Action
	MerchantFourEyes map[string][]operator.Action
}

// OIDC is an identity provider.
type OIDC struct {
	Name, Issuer, ClientID string
	Secret                 merchant.Secret
}

// TwoPeople tells whether an action takes two people with a merchant.
func (c Console) TwoPeople(merchantID string, a operator.Action) bool {
	if own, ok := c.MerchantFourEyes[merchantID]; ok {
		return slices.Contains(own, a)
	}
	return c.FourEyes == nil || slices.Contains(c.FourEyes, a)
}

// Limits says how often payments may be asked for, by accounts that are not the sandbox's.
type Limits struct {
	Phone []Rate // pushes to one phone number
	Key   []Rate // payments with one API key; empty: as many as one likes
}

// Rate is so many at once, and from then on one more every Per/Count.
type Rate struct {
	Count int
	Per   time.Duration
}

// Webhooks says where webhooks may go.
type Webhooks struct {
	// Allow are networks that webhooks are sent to although they are private, such as those of the merchants' servers in
	// one's own data centre. Plain http is allowed there and nowhere else.
	Allow []netip.Prefix
}

// Log says what is logged and how.
type Log struct {
	Level  string // debug, info, warn, error
	Format string // json or text
}

// Merchant is a merchant with its keys and accounts.
type Merchant = merchant.Merchant

// The file, as it is written.
type fileConfig struct {
	Listen        string         `koanf:"listen"`
	PublicURL     string         `koanf:"public_url"`
	Database      string         `koanf:"database"`
	MasterKey     string         `koanf:"-"` // from the environment only
	MasterKeyFile string         `koanf:"master_key_file"`
	LogLevel      string         `koanf:"log_level"`
	LogFormat     string         `koanf:"log_format"`
	Drain         string         `koanf:"drain"`
	Webhooks      fileWebhooks   `koanf:"webhooks"`
	Limits        fileLimits     `koanf:"limits"`
	Observe       fileObserve    `koanf:",squash"`
	Doctor        fileDoctor     `koanf:"doctor"`
	Notices       fileNotices    `koanf:"notices"`
	Console       fileConsole    `koanf:"console"`
	Merchants     []fileMerchant `koanf:"merchants"`
}

type fileLimits struct {
	PerPhone []string `koanf:"per_phone"`
	PerKey   []string `koanf:"per_key"`
}

type fileWebhooks struct {
	Allow []string `koanf:"allow"`
}

type fileConsole struct {
	Off      bool     `koanf:"off"`
	URL      string   `koanf:"url"`
	FourEyes []string `koanf:"four_eyes"`
	OIDC     fileOIDC `koanf:"oidc"`
}

type fileOIDC struct {
	Name       string `koanf:"name"`
	Issuer     string `koanf:"issuer"`
	ClientID   string `koanf:"client_id"`
	SecretFile string `koanf:"client_secret_file"`
	SecretEnv  string `koanf:"client_secret_env"`
}

type fileMerchant struct {
	ID       string        `koanf:"id"`
	Name     string        `koanf:"name"`
	APIKeys  []fileKey     `koanf:"api_keys"`
	Accounts []fileAccount `koanf:"accounts"`
	Prefer   []string      `koanf:"prefer"`
	FailOver fileFailOver  `koanf:"fail_over"`
	FourEyes []string      `koanf:"four_eyes"`

	ChooseWithin string `koanf:"choose_within"`
}

type fileFailOver struct {
	On     bool   `koanf:"on"`
	Within string `koanf:"within"`
}

type fileKey struct {
	Mode    string `koanf:"mode"`
	File    string `koanf:"key_file"`
	Env     string `koanf:"key_env"`
	Expires string `koanf:"expires"`

	Scopes []string `koanf:"scopes"`
}

type fileAccount struct {
	ID           string         `koanf:"id"`
	Rail         string         `koanf:"rail"`
	Environment  string         `koanf:"environment"`
	URL          string         `koanf:"url"`
	AppID        string         `koanf:"app_id"`
	AppKeyFile   string         `koanf:"app_key_file"`
	AppKeyEnv    string         `koanf:"app_key_env"`
	SignBody     bool           `koanf:"sign_body"`
	AppSource    string         `koanf:"app_source"`
	WaitingText  string         `koanf:"waiting_text"`
	PadNumbers   bool           `koanf:"pad_numbers"`
	OriginalDate bool           `koanf:"original_date"`
	InquiryFirst *bool          `koanf:"inquiry_first"`
	SNAP         fileSNAP       `koanf:",squash"`
	DOKU         fileDOKU       `koanf:",squash"`
	Faspay       fileFaspay     `koanf:",squash"`
	Terms        fileTerms      `koanf:"terms"`
	Terminals    []fileTerminal `koanf:"terminals"`
}

// fileSNAP are the keys of an account on the rail snap.
type fileSNAP struct {
	ClientID         string     `koanf:"client_id"`
	ClientSecretFile string     `koanf:"client_secret_file"`
	ClientSecretEnv  string     `koanf:"client_secret_env"`
	PrivateKeyFile   string     `koanf:"private_key_file"`
	PrivateKeyEnv    string     `koanf:"private_key_env"`
	PartnerID        string     `koanf:"partner_id"`
	ChannelID        string     `koanf:"channel_id"`
	Origin           string     `koanf:"origin"`
	AllowedSources   []string   `koanf:"allowed_sources"`
	CompactTime      bool       `koanf:"compact_timestamps"`
	NMID             string     `koanf:"nmid"`
	Paths            filePaths  `koanf:"paths"`
	Notify           fileNotify `koanf:"notify"`
}

// filePaths are the paths below the account's address, by operation.
type filePaths struct {
	AccessToken string `koanf:"access_token"`
	Generate    string `koanf:"generate"`
	Query       string `koanf:"query"`
	Refund      string `koanf:"refund"`
}

type fileNotify struct {
	Mode          string `koanf:"mode"`
	PublicKeyFile string `koanf:"public_key_file"`
	Tolerance     string `koanf:"tolerance"`
	Path          string `koanf:"path"`
	ClientID      string `koanf:"client_id"`
}

type fileTerms struct {
	LateApproval    string `koanf:"late_approval"`
	OnCheckApproved string `koanf:"on_check_approved"`
	AutoCheck       *bool  `koanf:"auto_check"`
	CutOffGuard     string `koanf:"cut_off_guard"`
	// Shorten divides every wait, for tests against the sandbox and nothing else.
	Shorten int `koanf:"shorten"`
}

type fileTerminal struct {
	ID         string `koanf:"id"`
	TID        string `koanf:"tid"`
	MID        string `koanf:"mid"`
	MerchantID string `koanf:"merchant_id"`
	StoreCode  string `koanf:"store_code"`
	Numbering  string `koanf:"numbering"`
	Serial     bool   `koanf:"serial"`
}

// reserved are the environment variables of clients and of tests: no configuration.
var reserved = []string{"LUNAS_URL", "LUNAS_API_KEY", "LUNAS_SANDBOX_URL", "LUNAS_WALLET_URL", "LUNAS_CONFIG"} // never written

// Load reads a file (none if path is empty) and the environment, which wins. The error lists every mistake.
func Load(path string, environ []string) (Config, error) {
	k := koanf.New(".")
	if path != "" {
		if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
			return Config{}, fmt.Errorf("read the configuration %s: %w", path, err)
		}
	}
	var mistakes []error
	var f fileConfig
	var seen mapstructure.Metadata
	err := k.UnmarshalWithConf("", &f, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Result: &f, Metadata: &seen, TagName: "koanf", WeaklyTypedInput: false, DecodeHook: timesAsText,
	}})
	if err != nil {
		mistakes = append(mistakes, fmt.Errorf("the configuration has a value of the wrong kind: %w", err))
	}
	slices.Sort(seen.Unused)
	for _, key := range seen.Unused {
		mistakes = append(mistakes, fmt.Errorf("unknown key %q in the configuration%s", key, nearest(key)))
	}
	mistakes = append(mistakes, f.override(environ)...)
	c, err := f.resolve(environ)
	return c, errors.Join(append(mistakes, err)...)
}

// timesAsText undoes that YAML reads an instant without quotation marks as such: it is text to us, which is checked where
// it belongs.
func timesAsText(_, to reflect.Type, value any) (any, error) {
	if at, ok := value.(time.Time); ok && to.Kind() == reflect.String {
		return at.Format(time.RFC3339), nil
	}
	return value, nil
}

// scalars are the keys that the environment may set, as LUNAS_ and the key in capitals.
func (f *fileConfig) scalars() map[string]*string {
	return map[string]*string{
		"listen": &f.Listen, "public_url": &f.PublicURL, "database": &f.Database, "master_key": &f.MasterKey, "master_key_file": &f.MasterKeyFile,
		"log_level": &f.LogLevel, "log_format": &f.LogFormat, "drain": &f.Drain,
		"metrics_listen": &f.Observe.Listen, "otlp_endpoint": &f.Observe.OTLP,
	}
}

// override lets the environment win over the file, and refuses variables that mean nothing.
func (f *fileConfig) override(environ []string) []error {
	var mistakes []error
	scalars, secrets := f.scalars(), f.secretNames()
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "LUNAS_") || strings.HasPrefix(name, "LUNAS_TEST_") ||
			slices.Contains(reserved, name) || slices.Contains(secrets, name) {
			continue
		}
		key := strings.ToLower(strings.TrimPrefix(name, "LUNAS_"))
		if field, ok := scalars[key]; ok {
			*field = value
			continue
		}
		mistakes = append(mistakes, fmt.Errorf("unknown environment variable %s%s", name, nearestVariable(key, scalars)))
	}
	return mistakes
}

// secretNames lists the environment variables in which the file says that secrets stand.
func (f *fileConfig) secretNames() []string {
	names := []string{f.Notices.SMTP.PasswordEnv}
	for _, m := range f.Merchants {
		for _, k := range m.APIKeys {
			names = append(names, k.Env)
		}
		for _, a := range m.Accounts {
			names = append(names, a.AppKeyEnv, a.SNAP.ClientSecretEnv, a.SNAP.PrivateKeyEnv, a.DOKU.SecretKeyEnv, a.Faspay.PasswordEnv)
		}
	}
	return names
}

// resolve checks everything, opens the secrets, and fills in defaults.
func (f fileConfig) resolve(environ []string) (Config, error) {
	r := resolver{environ: environ, keys: map[[32]byte]bool{}, tids: map[string]bool{}}
	c := Config{
		Listen: or(f.Listen, "127.0.0.1:8080"), PublicURL: strings.TrimRight(f.PublicURL, "/"), Database: f.Database,
		Log: Log{Level: or(f.LogLevel, "info"), Format: or(f.LogFormat, "json")},
	}
	var err error
	c.Drain, err = time.ParseDuration(or(f.Drain, "90s"))
	r.must(err == nil && c.Drain >= 0, "drain", "must be a length of time such as 90s")
	r.must(c.Database != "", "database", "is missing: give a file name for SQLite, or postgres://…")
	r.must(f.PublicURL == "" || isPublicURL(f.PublicURL), "public_url", "must be an address such as https://pay.example.id, without path or query")
	r.oneOf("log_level", c.Log.Level, "debug", "info", "warn", "error")
	r.oneOf("log_format", c.Log.Format, "json", "text")
	c.MasterKey, c.OldKeys = r.masterKeys(f)
	c.Observe = r.observe(f.Observe)
	c.Console = r.console(f, c.PublicURL)
	c.Doctor = r.doctor(f.Doctor)
	c.Notices = r.notices(f.Notices)
	c.Limits = Limits{
		Phone: r.rates("limits.per_phone", f.Limits.PerPhone, []string{"5 in 10m", "30 in 24h"}),
		Key:   r.rates("limits.per_key", f.Limits.PerKey, nil),
	}
	for i, network := range f.Webhooks.Allow {
		prefix, err := netip.ParsePrefix(network)
		r.must(err == nil && prefix == prefix.Masked(), fmt.Sprintf("webhooks.allow[%d]", i),
			"must be a network such as 10.20.0.0/16, with nothing set behind its length")
		c.Webhooks.Allow = append(c.Webhooks.Allow, prefix)
	}
	ids := map[string]bool{}
	for i, m := range f.Merchants {
		where := fmt.Sprintf("merchants[%d]", i)
		r.must(m.ID != "" && !ids[m.ID], where+".id", "must be there and be unique")
		ids[m.ID] = true
		c.Merchants = append(c.Merchants, r.merchant(where, m))
	}
	r.clientsOnce(c.Merchants)
	return c, errors.Join(r.mistakes...)
}

// console reads what is said of the operators' pages.
func (r *resolver) console(f fileConfig, publicURL string) Console {
	r.must(f.Console.URL == "" || isPublicURL(f.Console.URL), "console.url", "must be an address such as https://console.example.id, without path or query")
	c := Console{
		Off: f.Console.Off, URL: or(strings.TrimRight(f.Console.URL, "/"), publicURL), FourEyes: operator.Actions(),
		MerchantFourEyes: map[string][]operator.Action{},
	}
	if o := f.Console.OIDC; o != (fileOIDC{}) {
		issuer, err := url.Parse(o.Issuer)
		loopback := err == nil && issuer.Scheme == "http" && (issuer.Hostname() == "127.0.0.1" || issuer.Hostname() == "localhost")
		r.must(err == nil && (issuer.Scheme == "https" || loopback) && issuer.Host != "", "console.oidc.issuer", "must be an https address such as https://accounts.google.com")
		r.must(o.ClientID != "", "console.oidc.client_id", "is missing: the provider gives it")
		r.must(c.URL != "", "console.url", "is missing: the identity provider sends people back to it (console.oidc)")
		c.OIDC = &OIDC{Name: or(o.Name, "OpenID Connect"), Issuer: o.Issuer, ClientID: o.ClientID, Secret: r.secret("console.oidc.client_secret", o.SecretFile, o.SecretEnv)}
	}
	if f.Console.FourEyes != nil {
		c.FourEyes = r.actions("console.four_eyes", f.Console.FourEyes)
	}
	for i, m := range f.Merchants {
		if m.FourEyes != nil {
			c.MerchantFourEyes[m.ID] = r.actions(fmt.Sprintf("merchants[%d].four_eyes", i), m.FourEyes)
		}
	}
	return c
}

func (r *resolver) actions(field string, names []string) []operator.Action {
	list := []operator.Action{} // none is not nil
	for i, name := range names {
		known := make([]string, 0, len(operator.Actions()))
		for _, a := range operator.Actions() {
			known = append(known, string(a))
		}
		r.oneOf(fmt.Sprintf("%s[%d]", field, i), name, known...)
		list = append(list, operator.Action(name))
	}
	return list
}

// isPublicURL tells whether a text is nothing but scheme and host.
func isPublicURL(s string) bool {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && *u == url.URL{Scheme: u.Scheme, Host: u.Host}
}

type resolver struct {
	environ  []string
	mistakes []error
	keys     map[[32]byte]bool // the API keys so far
	tids     map[string]bool   // the terminals so far, as their provider knows them
	given    *given            // nil: secrets stand in files and in the environment
}

func (r *resolver) must(ok bool, field, problem string) {
	if !ok {
		r.mistakes = append(r.mistakes, fmt.Errorf("%s %s", field, problem))
	}
}

// rates reads rates such as "5 in 10m". A list that is left out is the usual one, and an empty one limits nothing.
func (r *resolver) rates(field string, texts, usual []string) (rates []Rate) {
	if texts == nil {
		texts = usual
	}
	for i, text := range texts {
		count, per, found := strings.Cut(text, " in ")
		n, err := strconv.Atoi(count)
		d, err2 := time.ParseDuration(per)
		r.must(found && err == nil && err2 == nil && n >= 1 && n <= 1_000_000 && d >= time.Second && d <= 7*24*time.Hour,
			fmt.Sprintf("%s[%d]", field, i), fmt.Sprintf("is %q; it must look like 5 in 10m, from 1s to 168h", text))
		rates = append(rates, Rate{n, d})
	}
	return rates
}

func (r *resolver) oneOf(field, value string, choices ...string) {
	for _, c := range choices {
		if value == c {
			return
		}
	}
	r.must(false, field, fmt.Sprintf("is %q; it must be one of %s", value, strings.Join(choices, ", ")))
}

func (r *resolver) env(name string) string {
	for _, pair := range r.environ {
		if n, v, ok := strings.Cut(pair, "="); ok && n == name {
			return v
		}
	}
	return ""
}

// secret reads a secret from a file or from the environment: never from the configuration itself.
func (r *resolver) secret(field, path, variable string) merchant.Secret {
	switch {
	case r.given != nil:
		return r.givenSecret(field, path, variable)
	case path != "" && variable != "":
		r.must(false, field, "is given twice: by a file and by an environment variable")
	case path != "":
		b, err := os.ReadFile(path)
		if err != nil {
			r.must(false, field+"_file", "cannot be read: "+err.Error())
			return merchant.Secret{}
		}
		r.must(len(strings.TrimSpace(string(b))) > 0, field+"_file", "is an empty file: "+path)
		return merchant.NewSecret(strings.TrimSpace(string(b)))
	case variable != "":
		v := r.env(variable)
		r.must(v != "", field+"_env", "names the environment variable "+variable+", which is empty")
		return merchant.NewSecret(v)
	default:
		r.must(false, field, fmt.Sprintf("is missing: give %s_file or %s_env", field[strings.LastIndex(field, ".")+1:], field[strings.LastIndex(field, ".")+1:]))
	}
	return merchant.Secret{}
}

func (r *resolver) merchant(where string, m fileMerchant) Merchant {
	out := Merchant{ID: m.ID, Name: or(m.Name, m.ID)}
	for i, k := range m.APIKeys {
		out.Keys = append(out.Keys, r.key(fmt.Sprintf("%s.api_keys[%d]", where, i), m.ID, k))
	}
	ids, terminals := map[string]bool{}, map[string]bool{}
	for i, a := range m.Accounts {
		at := fmt.Sprintf("%s.accounts[%d]", where, i)
		r.must(a.ID != "" && !ids[a.ID], at+".id", "must be there and be unique for the merchant")
		ids[a.ID] = true
		out.Accounts = append(out.Accounts, r.account(at, m.ID, a, terminals))
	}
	out.Routing = r.routing(where, m, out.Accounts)
	return out
}

// routing reads by which rails payments are made that name none. Only pushes have several.
func (r *resolver) routing(where string, m fileMerchant, accounts []merchant.Account) merchant.Routing {
	out := merchant.Routing{FailOver: m.FailOver.On}
	var prefer []payment.Rail
	for i, name := range m.Prefer {
		at := fmt.Sprintf("%s.prefer[%d]", where, i)
		rail := payment.Rail(name)
		r.oneOf(at, name, string(payment.OVO), string(payment.DOKU), string(payment.Faspay))
		r.must(!slices.Contains(prefer, rail), at, "stands there twice")
		r.must(slices.ContainsFunc(accounts, func(a merchant.Account) bool { return a.Rail == rail }), at, "names a rail at which the merchant has no account")
		prefer = append(prefer, rail)
	}
	if len(prefer) > 0 {
		out.Prefer = map[payment.Method][]payment.Rail{payment.OVOPush: prefer}
	}
	if m.FailOver.Within != "" {
		out.FailOverWithin = r.duration(where+".fail_over.within", m.FailOver.Within)
		r.must(out.FailOverWithin <= time.Hour, where+".fail_over.within", "must be at most 1h: nobody expects to be asked so late")
	}
	if m.ChooseWithin != "" {
		out.ChooseWithin = r.duration(where+".choose_within", m.ChooseWithin)
		r.must(out.ChooseWithin >= payment.ChoiceLifeMin && out.ChooseWithin <= payment.ChoiceLifeMax, where+".choose_within", "must be from 1m to 720h")
	}
	return out
}

func (r *resolver) key(where, merchantID string, k fileKey) merchant.APIKey {
	r.oneOf(where+".mode", k.Mode, string(payment.Test), string(payment.Live))
	secret := r.secret(where+".key", k.File, k.Env).Reveal()
	prefix := "lunas_" + k.Mode + "_"
	r.must(secret == "" || (strings.HasPrefix(secret, prefix) && len(secret) >= len(prefix)+24), where+".key",
		"must begin with "+prefix+" and go on with at least 24 random characters")
	key := merchant.APIKey{MerchantID: merchantID, Mode: payment.Mode(k.Mode), Hash: merchant.HashKey(secret)}
	key.ID, key.Hint = merchant.KeyID(key.Hash), secret[:min(len(secret), len(prefix)+4)]
	r.must(secret == "" || !r.keys[key.Hash], where+".key", "is given twice: a key opens one merchant in one mode")
	r.keys[key.Hash] = true
	for _, s := range k.Scopes {
		r.must(slices.Contains(merchant.Scopes(), merchant.Scope(s)), where+".scopes", fmt.Sprintf("has %q; there are read, pay, refund and admin", s))
		key.Scopes = append(key.Scopes, merchant.Scope(s))
	}
	if k.Scopes == nil {
		key.Scopes = merchant.Scopes()
	}
	r.must(len(key.Scopes) > 0, where+".scopes", "is empty: the key could do nothing; leave scopes out for all")
	if k.Expires != "" {
		at, err := time.Parse(time.RFC3339, k.Expires)
		r.must(err == nil, where+".expires", "must look like 2027-01-31T00:00:00+07:00")
		key.Expires = at
	}
	return key
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
