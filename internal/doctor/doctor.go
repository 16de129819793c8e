// Package doctor looks whether everything is as it must be before money moves: clocks, keys, credentials, addresses, disk and
// database. It gathers facts and judges them, line by line, and mends nothing.
//
// What it asks of a provider moves no money: the date of an answer to HEAD /, an access token, and the status of a payment that
// does not exist.
package doctor

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Status is how a finding is. The spelling is served.
type Status string

// The statuses, the worst last.
const (
	OK         Status = "ok"
	NotChecked Status = "not_checked"
	Warning    Status = "warning"
	Failed     Status = "failed"
)

// Statuses lists them, the worst last.
func Statuses() []Status { return []Status{OK, NotChecked, Warning, Failed} }

// Finding is one line: what was looked at, what was found and what is wanted, and how to mend it. It holds no secret.
type Finding struct {
	About  string `json:"about"` // this machine, configuration, database, or account MERCHANT/ACCOUNT
	Check  string `json:"check"` // clock, token, …
	Status Status `json:"status"`
	Found  string `json:"found"` // for not_checked, why it was not
	Wanted string `json:"wanted"`
	Mend   string `json:"mend,omitempty"`
	// Indonesian has found, wanted and how to mend it in Indonesian.
	Indonesian Indonesian `json:"-"`
}

// Indonesian are the sentences of a finding in Indonesian.
type Indonesian struct{ Found, Wanted, Mend string }

// Words are the sentences of the finding in both languages: found, wanted, and how to mend it.
func (f Finding) Words() (found, wanted, mend language.Words) {
	return say(f.Indonesian.Found, f.Found), say(f.Indonesian.Wanted, f.Wanted), say(f.Indonesian.Mend, f.Mend)
}

// say makes a sentence.
func say(id, en string) language.Words { return language.Words{ID: id, EN: en} }

// never is for what needs no mending.
var never = language.Words{} // never written

// Checks lists what is looked at, but for callbacks, which are named after their account, and settings of a database.
func Checks() []string {
	return []string{
		"account", "channel", "clock", "cut-off", "egress address", "fence", "file system", "free space", "fsync", "key folder", "keys", "mail",
		"master key", "numbering", "permissions", "settings", "signature", "time zone", "TLS chain", "token",
	}
}

// Report is all findings, in the order in which they were looked for.
type Report struct {
	At       time.Time `json:"at"`
	Findings []Finding `json:"findings"`
}

// Count tells how many findings have a status.
func (r Report) Count(s Status) (n int) {
	for _, f := range r.Findings {
		if f.Status == s {
			n++
		}
	}
	return n
}

// Options are what is to be looked at. What is left out is not checked, and the report says so.
type Options struct {
	Now      func() time.Time // the gateway's clock; time.Now by default
	Accounts []Account
	Machine  Machine
	Database Database
	Outside  Outside
	// Keep keeps the exchanges of the calls, sealed; nil: they are not kept.
	Keep func(context.Context, exchange.Part) error
	// Transport carries the calls to providers; exchange.NewTransport by default.
	Transport http.RoundTripper
}

// Account is an account with what is known of it.
type Account struct {
	merchant.Account
	Closed  bool
	Fault   string    // why it cannot be used
	Expires time.Time // when its credentials are to be replaced; zero: nobody has said
	Cursors []Cursor  // of its terminals
}

// Cursor is where a terminal's numbering stands.
type Cursor struct {
	Terminal string
	Cursor   payment.Cursor
	Held     string // why it is stopped
	Known    bool   // the store has said so
}

// Machine is what is to be looked at here.
type Machine struct {
	Files  []string // with secrets, which nobody else may read
	Folder string   // where data is written; empty: nowhere
	NTP    string   // host:port of a time server; empty: none is asked
	// KeyFolders are folders of lunas credentials keygen.
	KeyFolders []string
	// Mail tries the mail server without sending; nil: none is set up.
	Mail func(context.Context) error
	// Disk is how Folder is measured; nil: as it is.
	Disk Disk
}

// Disk measures where a folder lies.
type Disk interface {
	// Stat gives how much room is left for us, in bytes, and of what kind the file system is; empty: unknown.
	Stat(folder string) (free uint64, kind string, err error)
	// Sync gives how long it takes, in the median, until 4 KiB that were written are kept.
	Sync(folder string) (time.Duration, error)
}

// Database is what is known of the database.
type Database struct {
	Kind     string // sqlite or postgres
	Settings map[string]string
	Trouble  error // why it could not be looked into
	// NotOpen says why it was not opened, such as that a gateway has it; empty: it was.
	NotOpen string
	// Sealed is how many things were opened with the master key, and SealedTrouble why one of them does not open.
	Sealed        int
	SealedTrouble error
	// Fence is why no gateway may start on it; empty: one may.
	Fence string
	// Now is what the database's clock says; zero: it has none of its own.
	Now time.Time
}

// Outside is how the world sees this gateway.
type Outside struct {
	PublicURL string
	// Egress are the addresses that providers have been told for their whitelists.
	Egress []netip.Prefix
	// Reflector is an address that answers with the address that it was asked from; empty: none is asked.
	Reflector string
	// CallbackProbe is an address behind which somebody outside looks at another one, which is added to it; empty: nobody does.
	CallbackProbe string
	// Client asks them; one with a time limit by default.
	Client *http.Client
	// Roots are trusted to certify providers; nil: those of this machine.
	Roots *x509.CertPool
}

// Look looks at everything. Its only error is that of a context that has ended.
func Look(ctx context.Context, o Options) (Report, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Transport == nil {
		o.Transport = exchange.NewTransport(exchange.Options{})
	}
	l := &look{Options: o, report: Report{At: o.Now(), Findings: []Finding{}}}
	l.machine(ctx)
	l.database()
	l.outside(ctx)
	for _, a := range o.Accounts {
		if ctx.Err() != nil {
			break
		}
		l.account(ctx, a)
	}
	return l.report, ctx.Err()
}

// look is one looking.
type look struct {
	Options
	report Report
}

// about adds findings under a heading.
type about struct {
	*look
	name string
}

func (l *look) of(name string) about { return about{l, name} }

func (a about) add(s Status, check string, found, wanted, mend language.Words) {
	if s == OK {
		mend = never
	}
	a.report.Findings = append(a.report.Findings, Finding{
		a.name, check, s, found.EN, wanted.EN, mend.EN, Indonesian{found.ID, wanted.ID, mend.ID},
	})
}

// judge adds a finding that is well or has failed.
func (a about) judge(well bool, check string, found, wanted, mend language.Words) {
	s := OK
	if !well {
		s = Failed
	}
	a.add(s, check, found, wanted, mend)
}

// skip adds what was not checked, and why.
func (a about) skip(check string, why, wanted, mend language.Words) {
	a.add(NotChecked, check, why, wanted, mend)
}

// gap is a length of time as people read it.
func gap(d time.Duration) string {
	switch {
	case d.Abs() < time.Second:
		return d.Round(time.Millisecond).String()
	case d.Abs() < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// bytesText is a size as people read it.
func bytesText(n uint64) string {
	const gib = 1 << 30
	if n >= gib {
		return fmt.Sprintf("%.1f GiB", float64(n)/gib)
	}
	return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
}
