// Package evidence makes documents of what was said: OVO's UAT document, Bank Indonesia's functional test sheet, the
// summary of the Devsite scenarios, and the signed pack that holds them. It is given what it shows; it calls nobody, keeps
// nothing, and decides nothing about payments. Every page says with whom the exchanges were made and in which environment,
// so that a run against an emulator cannot be taken for a real one.
package evidence

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
)

// WIB is the time zone of every time in a document: UTC+7. It is never changed.
var WIB = time.FixedZone("WIB", 7*3600)

// Format is the version of a Run's JSON form.
const Format = 1

// Run is a conformance run, or a choice of payments in the form of one: what the documents are made of.
type Run struct {
	Format int    `json:"format"`
	ID     string `json:"id"`
	Suite  string `json:"suite"`
	Title  string `json:"title"`
	// Target is where the run was made: sandbox, staging, devsite, or production for payments of the live system.
	Target      string `json:"target"`
	Environment string `json:"environment"` // sandbox, staging, production
	// Counterparty says in words who answered, with its address.
	Counterparty string `json:"counterparty"`
	Merchant     string `json:"merchant"` // as customers know it
	Account      string `json:"account,omitempty"`
	Tool         string `json:"tool"` // program and version that made the run
	// Emulated is set when an emulator answered; VirtualClock when its time did not pass in the world.
	Emulated     bool `json:"emulated,omitempty"`
	VirtualClock bool `json:"virtual_clock,omitempty"`
	// Cut is set when tokens and signatures were taken out of the messages.
	Cut bool `json:"cut,omitempty"`

	Began time.Time `json:"began"`
	Ended time.Time `json:"ended,omitzero"`
	// Clock is where a virtual clock stands, and Numbers the last number of each terminal, for the run's continuation.
	Clock   time.Time         `json:"clock,omitzero"`
	Numbers map[string]string `json:"numbers,omitempty"`

	Scenarios []Scenario `json:"scenarios"`
}

// Result is what became of a scenario.
type Result string

// The results. A scenario that was not run is in no document counted as passed.
const (
	Pending Result = "pending"
	Passed  Result = "passed"
	Failed  Result = "failed"
	Left    Result = "left out" // it cannot be made at this target
	Shown   Result = "shown"    // a payment of the live system: nothing was expected of it
)

// Scenario is one test with everything that was sent and received in it.
type Scenario struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	API    string `json:"api"`              // the provider's name of it
	Path   string `json:"path,omitempty"`   // of the API, for SNAP
	Kind   string `json:"kind"`             // positive or negative
	Code   string `json:"code,omitempty"`   // the response code that it is about
	Row    string `json:"row,omitempty"`    // its number in the functional test sheet, where that is known
	Source string `json:"source,omitempty"` // whose requirement it is
	Note   string `json:"note,omitempty"`

	Result Result    `json:"result"`
	Began  time.Time `json:"began,omitzero"`
	Ended  time.Time `json:"ended,omitzero"`

	Steps     []Step     `json:"steps,omitempty"`
	Exchanges []Exchange `json:"exchanges,omitempty"`
	Captures  []Capture  `json:"captures,omitempty"`
	Payments  []string   `json:"payments,omitempty"`
}

// kindText says whether it is positive, and about which response code.
func (s Scenario) kindText() string {
	if s.Code == "" {
		return s.Kind
	}
	return s.Kind + ", response code " + s.Code
}

// Step is something that was done, with what was expected of it.
type Step struct {
	Done     string    `json:"done"`
	At       time.Time `json:"at,omitzero"`
	Findings []Finding `json:"findings,omitempty"`
	Trouble  string    `json:"trouble,omitempty"` // why it could not be done
}

// Finding is a rule, what was found of it, and whether that is right.
type Finding struct {
	Expected string `json:"expected"`
	Source   string `json:"source"` // in words: whose rule it is
	Found    string `json:"found"`
	OK       bool   `json:"ok"`
}

// Direction tells who asked.
type Direction string

// The directions, seen from this program.
const (
	Outgoing Direction = "sent"     // our request
	Incoming Direction = "received" // the provider's request, and our answer
)

// Exchange is a request and its response, byte for byte as they were on the wire.
type Exchange struct {
	ID           string    `json:"id"`
	Operation    string    `json:"operation"`
	Direction    Direction `json:"direction"`
	Counterparty string    `json:"counterparty"` // host and port
	Environment  string    `json:"environment"`
	Scheme       string    `json:"scheme"` // https or http, for cURL
	Payment      string    `json:"payment,omitempty"`
	Began        time.Time `json:"began"`
	Ended        time.Time `json:"ended,omitzero"` // zero: no answer
	Request      []byte    `json:"request"`
	Response     []byte    `json:"response,omitempty"`
	Note         string    `json:"note,omitempty"`
}

// Capture is a picture of a page.
type Capture struct {
	Title  string    `json:"title"`
	File   string    `json:"file"` // its name in the run's folder, PNG or JPEG
	At     time.Time `json:"at,omitzero"`
	Origin string    `json:"origin"` // chromium, or uploaded
	Data   []byte    `json:"-"`
}

// Count counts a run's scenarios by result.
func (r Run) Count() map[Result]int {
	n := map[Result]int{}
	for _, s := range r.Scenarios {
		n[s.Result]++
	}
	return n
}

// Fails tells whether a scenario failed.
func (r Run) Fails() bool { return r.Count()[Failed] > 0 }

// Verdict sums a run up in a sentence.
func (r Run) Verdict() string {
	n := r.Count()
	var parts []string
	for _, result := range []Result{Passed, Failed, Pending, Left, Shown} {
		if n[result] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[result], result))
		}
	}
	if len(parts) == 0 {
		return "no scenario"
	}
	return fmt.Sprintf("%d scenarios: %s", len(r.Scenarios), strings.Join(parts, ", "))
}

// Banner is the sentence that stands on every page: with whom, and what that means.
func (r Run) Banner() string {
	switch {
	case r.Emulated:
		return "SANDBOX – an emulator answered, no provider. Not evidence of a test with " + r.provider() + "."
	case r.Environment == "production":
		return "PRODUCTION – live payments. Counterparty: " + r.Counterparty
	default:
		return strings.ToUpper(cmp.Or(r.Target, r.Environment)) + " – test system. Counterparty: " + r.Counterparty
	}
}

// provider is who the suite is for.
func (r Run) provider() string {
	switch {
	case strings.HasPrefix(r.Suite, "doku"):
		return "DOKU"
	case strings.HasPrefix(r.Suite, "faspay"):
		return "Faspay"
	case r.Suite == "snap-devsite":
		return "OVO or Bank Indonesia"
	}
	return "OVO"
}

// Mixed tells which environments the exchanges of a run came from, other than the run's own.
func (r Run) Mixed() []string {
	var others []string
	for _, s := range r.Scenarios {
		for _, x := range s.Exchanges {
			if x.Environment != r.Environment && !slices.Contains(others, x.Environment) {
				others = append(others, x.Environment)
			}
		}
	}
	return others
}

// Took is how long the answer took; 0 when there was none.
func (x Exchange) Took() time.Duration {
	if x.Ended.IsZero() {
		return 0
	}
	return x.Ended.Sub(x.Began)
}

// Heading names an exchange in a document.
func (x Exchange) Heading() string {
	who := "to " + x.Counterparty
	if x.Direction == Incoming {
		who = "from " + x.Counterparty
	}
	return fmt.Sprintf("%s – %s %s, environment %s", x.Operation, x.Direction, who, x.Environment)
}

// Times says when it was.
func (x Exchange) Times() string {
	began := Clock(x.Began)
	if x.Ended.IsZero() {
		return "Request " + began + " · no response"
	}
	return fmt.Sprintf("Request %s · response %s (%.3f s)", began, Clock(x.Ended), x.Took().Seconds())
}

// Clock writes a time as documents have it.
func Clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(WIB).Format("2006-01-02 15:04:05.000 WIB")
}

// Host is the host of an address, for Exchange.Counterparty.
func Host(address string) (host, scheme string) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address, ""
	}
	return u.Host, u.Scheme
}

// Emulates tells whether whoever answers at an address cannot be a provider: an account of the environment sandbox, or a
// machine of one's own network.
func Emulates(environment, address string) bool {
	if environment == "sandbox" {
		return true
	}
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()
	}
	return u.Hostname() == "localhost" || strings.HasSuffix(u.Hostname(), ".localhost")
}

// Pair adds half of an exchange to a list: a request begins one, a response ends it. The address is the account's, and part
// must be opened.
func Pair(all []Exchange, part exchange.Part, address, environment string) []Exchange {
	i := slices.IndexFunc(all, func(x Exchange) bool { return x.ID == part.ID })
	incoming := part.Operation == "notification" || part.Operation == "return" || part.Operation == "token_request"
	if i < 0 && part.Side == exchange.Request {
		host, scheme := Host(address)
		x := Exchange{
			ID: part.ID, Operation: part.Operation, Direction: Outgoing, Counterparty: host, Scheme: scheme, Environment: environment,
			Payment: part.PaymentID, Began: part.At, Request: part.Wire, Note: part.Note,
		}
		if incoming {
			x.Direction = Incoming
		}
		return append(all, x)
	}
	if i >= 0 && part.Side == exchange.Response {
		all[i].Response, all[i].Note = part.Wire, part.Note
		if len(part.Wire) > 0 {
			all[i].Ended = part.At
		}
	}
	return all
}
