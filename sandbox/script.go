package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Script is an outcome ordered in advance: which requests it is for, and what becomes
// of them. Empty fields match everything. Of several that match, the first added wins.
type Script struct {
	ID        string    `json:"id,omitempty"` // given by the sandbox when empty
	Rail      Rail      `json:"rail,omitempty"`
	Operation Operation `json:"operation,omitempty"`
	Phone     string    `json:"phone,omitempty"`   // 08…
	Amount    int64     `json:"amount,omitempty"`  // rupiah
	Invoice   string    `json:"invoice,omitempty"` // merchantInvoice; on SNAP partnerReferenceNo or the original's; on DOKU order.invoice_number
	// ExternalID is the X-EXTERNAL-ID of a SNAP request, the Request-Id of one of DOKU's.
	ExternalID string `json:"external_id,omitempty"`
	Skip       int    `json:"skip,omitempty"`  // leave the first so many alone
	Times      int    `json:"times,omitempty"` // then apply to so many, 0: to all
	Effect     Effect `json:"effect"`
}

// Effect is what becomes of a request. The zero value leaves it alone.
type Effect struct {
	// Request says what happens on the way to the provider: "lost" (never read, the
	// call hangs) or "reset" (the connection is cut before it is read).
	Request RequestFault `json:"request,omitempty"`
	// RequestDelay is how long the request travels. Its signature is judged on
	// arrival, so that a push may well arrive after its own reversal.
	RequestDelay Duration `json:"request_delay,omitempty"`
	// Skew is how far the provider's clock is ahead while it judges when a request was dated:
	// past OVO's and SNAP's 5 minutes and DOKU's hour it is refused. Faspay's are not dated.
	Skew Duration `json:"skew,omitempty"`
	// ProcessDelay is how long the provider thinks after it has accepted a request
	// and before it acts: until then the number is not known to it.
	ProcessDelay Duration `json:"process_delay,omitempty"`
	// Code is answered instead of doing anything: two characters on OVO's own API; on
	// SNAP the seven digits of a responseCode, of which the service's two are put right; on
	// DOKU two characters, "-", or the code of an error such as invalid_signature.
	Code string `json:"code,omitempty"`
	// AnswerCode is answered although the thing was done.
	AnswerCode string `json:"answer_code,omitempty"`
	// Customer is what the customer does with a push, CustomerAfter how long they take.
	Customer      Choice   `json:"customer,omitempty"`
	CustomerAfter Duration `json:"customer_after,omitempty"`
	// Payer is whose wallet scans a QR when Customer is ordered for it: 08…, the first
	// wallet if empty. A decision that is ordered for later than 75 s is still carried out.
	Payer string `json:"payer,omitempty"`
	// Status is what a query, check or inquiry tells, whatever is true: latestTransactionStatus
	// on SNAP, transaction.status on DOKU; on Faspay the payment_status_code, and of an
	// ovo_direct the return URL's status.
	Status string `json:"status,omitempty"`
	// Notify is what happens to the notification of a push, or of the QR that a generate made, and
	// NotifyDelay how long after the payment it leaves.
	Notify      NotifyFault `json:"notify,omitempty"`
	NotifyDelay Duration    `json:"notify_delay,omitempty"`
	// ReverseAfter is how long after a Faspay bill was paid its money goes back, status 4.
	ReverseAfter Duration `json:"reverse_after,omitempty"`
	// AnswerAfter is how long after the request came its answer leaves at the earliest.
	AnswerAfter Duration `json:"answer_after,omitempty"`
	// Answer is what happens to the answer on its way.
	Answer AnswerFault `json:"answer,omitempty"`
}

// Rail names a provider's API.
type Rail string

// The rails.
const (
	RailOVO    Rail = "ovo"    // OVO's own Push To Pay API
	RailSNAP   Rail = "snap"   // OVO's dynamic QRIS over SNAP
	RailDOKU   Rail = "doku"   // DOKU's OVO e-money
	RailFaspay Rail = "faspay" // Faspay's debit API with its OVO channel
)

// Operation is what a request asks for.
type Operation string

// The operations of OVO's Push To Pay API. DOKU has push, void and check_push too.
const (
	OperationPush      Operation = "push"       // 0200 040000
	OperationReversal  Operation = "reversal"   // 0400 040000
	OperationVoid      Operation = "void"       // 0200 020040
	OperationCheckPush Operation = "check_push" // 0100 040000
	OperationCheckVoid Operation = "check_void" // 0100 020040
	OperationInquiry   Operation = "inquiry"    // 0100 050000
)

// The operations of SNAP.
const (
	OperationToken         Operation = "access_token"   // service 73
	OperationGenerate      Operation = "generate"       // 47
	OperationQuery         Operation = "query"          // 51
	OperationRefund        Operation = "refund"         // 78
	OperationCancel        Operation = "cancel"         // 77
	OperationBind          Operation = "bind"           // 07
	OperationUnbind        Operation = "unbind"         // 09
	OperationCustomerToken Operation = "customer_token" // 74
)

// The operations of Faspay.
const (
	OperationPostData    Operation = "post_data"    // a bill
	OperationDirect      Operation = "ovo_direct"   // asks the customer, by form or from Faspay's page
	OperationBillInquiry Operation = "bill_inquiry" // what became of a bill
	OperationBillCancel  Operation = "bill_cancel"
	OperationChannels    Operation = "channels"
	OperationNotify      Operation = "notification" // the provider's own call; no script is for it
)

// Choice is what a customer does with a push or a QR.
type Choice string

// The choices.
const (
	Cash    Choice = "cash"
	Points  Choice = "points"
	Both    Choice = "both" // half in points as far as they go, the rest in cash
	Decline Choice = "decline"
	Ignore  Choice = "ignore" // put aside: nothing more is said until the time is up
)

// RequestFault is what can happen to a request before it is read.
type RequestFault string

// The faults of requests.
const (
	RequestLost  RequestFault = "lost"
	RequestReset RequestFault = "reset"
)

// AnswerFault is what can happen to an answer. In each case the request was acted on.
type AnswerFault string

// The faults of answers.
const (
	AnswerLost      AnswerFault = "lost"      // nothing ever comes
	AnswerReset     AnswerFault = "reset"     // the connection is cut instead
	AnswerEmpty404  AnswerFault = "404"       // HTTP 404 without a body
	AnswerHTTP500   AnswerFault = "500"       // HTTP 500 with an HTML page
	AnswerHTTP502   AnswerFault = "502"       // HTTP 502 with an HTML page
	AnswerHTML      AnswerFault = "html"      // HTTP 200 with an HTML page
	AnswerForeign   AnswerFault = "foreign"   // the answer of another transaction
	AnswerTruncated AnswerFault = "truncated" // JSON cut in half
	// Of a generate the answer's QR, on DOKU the answer's amount or check_sum is not what it should be.
	AnswerBadChecksum   AnswerFault = "bad_checksum"
	AnswerOtherAmount   AnswerFault = "other_amount"
	AnswerOtherMerchant AnswerFault = "other_merchant"
)

// NotifyFault is what can happen to a notification.
type NotifyFault string

// The faults of notifications.
const (
	NotifyLost         NotifyFault = "lost"          // never sent
	NotifyDuplicate    NotifyFault = "duplicate"     // sent twice at once
	NotifyBadSignature NotifyFault = "bad_signature" // not signed by this provider
	NotifyStale        NotifyFault = "stale"         // rightly signed with an old timestamp: an hour ago, of DOKU 25 hours; on Faspay, followed by what was true before
	NotifyForeign      NotifyFault = "foreign"       // of a payment that nobody made
	NotifyOtherAmount  NotifyFault = "other_amount"  // of another amount, which Faspay's signature does not cover
)

// Duration is a time.Duration that JSON writes as "2s" or "1m2.5s".
type Duration time.Duration

// MarshalText writes the duration as time.Duration does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads, from 0 to 30 days.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("read duration (like \"2s\"): %w", err)
	}
	if parsed < 0 || parsed > 30*24*time.Hour {
		return errors.New("read duration: from 0s to 720h")
	}
	*d = Duration(parsed)
	return nil
}

type scripted struct {
	Script
	seen, used int
}

// AddScript appends a script and returns its id. The id of an existing script
// replaces that one.
func (c *Core) AddScript(s Script) (string, error) {
	if err := s.check(); err != nil {
		return "", fmt.Errorf("add script: %w", err)
	}
	if s.Phone != "" {
		s.Phone, _ = normalPhone(s.Phone)
	}
	c.revision++
	if s.ID == "" {
		c.scriptID++
		s.ID = "script-" + strconv.FormatUint(c.scriptID, 10)
	}
	for i, known := range c.scripts {
		if known.ID == s.ID {
			c.scripts[i] = &scripted{Script: s}
			return s.ID, nil
		}
	}
	c.scripts = append(c.scripts, &scripted{Script: s})
	return s.ID, nil
}

// DeleteScript removes one script, or all when id is empty, and says how many went.
func (c *Core) DeleteScript(id string) int {
	before := len(c.scripts)
	var kept []*scripted
	for _, s := range c.scripts {
		if id != "" && s.ID != id {
			kept = append(kept, s)
		}
	}
	c.scripts = kept
	c.revision++
	return before - len(kept)
}

// ScriptStatus is a script and how often it has been used.
type ScriptStatus struct {
	Script
	Used int `json:"used"`
}

// Scripts lists the scripts in the order in which they are tried.
func (c *Core) Scripts() []ScriptStatus {
	list := make([]ScriptStatus, 0, len(c.scripts))
	for _, s := range c.scripts {
		list = append(list, ScriptStatus{s.Script, s.used})
	}
	return list
}

// asked is what scripts can match of a request.
type asked struct {
	rail       Rail
	operation  Operation
	phone      string
	amount     int64
	invoice    string
	externalID string
}

// wants says whether a script is for a request.
func (s *Script) wants(a asked) bool {
	return (s.Rail == "" || s.Rail == a.rail) && (s.Operation == "" || s.Operation == a.operation) &&
		(s.Phone == "" || s.Phone == a.phone) && (s.Amount == 0 || s.Amount == a.amount) &&
		(s.Invoice == "" || s.Invoice == a.invoice) && (s.ExternalID == "" || s.ExternalID == a.externalID) &&
		s.Effect.speaks(a.rail)
}

// speaks says whether the codes of an effect are a rail's.
func (e *Effect) speaks(rail Rail) bool {
	for _, code := range []string{e.Code, e.AnswerCode} {
		if code != "" && !rail.has(code) {
			return false
		}
	}
	return true
}

// effectFor finds the script for a request; without one, a push follows the habit of
// its wallet.
func (c *Core) effectFor(a asked) Effect {
	for _, s := range c.scripts {
		if s.Times > 0 && s.used >= s.Times {
			continue
		}
		if !s.wants(a) {
			continue
		}
		s.seen++
		if s.seen <= s.Skip {
			continue
		}
		s.used++
		return s.Effect
	}
	if a.operation == OperationPush || a.operation == OperationDirect {
		if w := c.wallet(a.phone); w != nil {
			return w.Habit
		}
	}
	return Effect{}
}

func (s *Script) check() error {
	if s.Rail != "" && !slices.Contains(rails(), s.Rail) {
		return fmt.Errorf("rail %q is not one of: %s", s.Rail, strings.Join(names(rails()), ", "))
	}
	if s.Operation != "" && !slices.Contains(operationNames(), string(s.Operation)) {
		return fmt.Errorf("operation %q is not one of: %s", s.Operation, strings.Join(operationNames(), ", "))
	}
	fits, speaks := false, false
	for _, rail := range rails() {
		if (s.Rail == "" || s.Rail == rail) && (s.Operation == "" || slices.Contains(operations()[rail], s.Operation)) {
			fits, speaks = true, speaks || s.Effect.speaks(rail)
		}
	}
	if !fits {
		return fmt.Errorf("operation %s is not of rail %s", s.Operation, s.Rail)
	}
	if !speaks {
		return fmt.Errorf("code %s: seven digits on snap, two characters elsewhere, on doku also - or the name of a refusal", s.Effect.Code+s.Effect.AnswerCode)
	}
	if s.Phone != "" {
		if _, ok := normalPhone(s.Phone); !ok {
			return errors.New("phone: 08 and 8 to 11 more digits")
		}
	}
	if s.Amount < 0 || s.Skip < 0 || s.Times < 0 {
		return errors.New("amount, skip and times are not negative")
	}
	if len(s.Effect.Status) == 1 && s.Rail != RailFaspay && !slices.Contains(operations()[RailFaspay], s.Operation) {
		return fmt.Errorf("status %q: one digit is Faspay's; name its rail or an operation of it", s.Effect.Status)
	}
	if s.Effect == (Effect{}) {
		return errors.New("effect is empty: nothing would happen")
	}
	return s.Effect.check()
}

// operations are those of each rail.
func operations() map[Rail][]Operation {
	return map[Rail][]Operation{
		RailOVO: {OperationPush, OperationReversal, OperationVoid, OperationCheckPush, OperationCheckVoid, OperationInquiry},
		RailSNAP: {
			OperationToken, OperationGenerate, OperationQuery, OperationRefund, OperationCancel,
			OperationBind, OperationUnbind, OperationCustomerToken,
		},
		RailDOKU:   {OperationPush, OperationVoid, OperationCheckPush},
		RailFaspay: {OperationPostData, OperationDirect, OperationBillInquiry, OperationBillCancel, OperationChannels},
	}
}

// operationNames lists each operation once, in the order of the rails.
func operationNames() (list []string) {
	for _, rail := range rails() {
		for _, operation := range operations()[rail] {
			if !slices.Contains(list, string(operation)) {
				list = append(list, string(operation))
			}
		}
	}
	return list
}

func names[T ~string](values []T) (list []string) {
	for _, value := range values {
		list = append(list, string(value))
	}
	return list
}

func (e *Effect) check() error {
	switch e.Request {
	case "", RequestLost, RequestReset:
	default:
		return fmt.Errorf("request %q is not one of: lost, reset", e.Request)
	}
	switch e.Customer {
	case "", Cash, Points, Both, Decline, Ignore:
	default:
		return fmt.Errorf("customer %q is not one of: cash, points, both, decline, ignore", e.Customer)
	}
	switch e.Answer {
	case "", AnswerLost, AnswerReset, AnswerEmpty404, AnswerHTTP500, AnswerHTTP502, AnswerHTML, AnswerForeign, AnswerTruncated,
		AnswerBadChecksum, AnswerOtherAmount, AnswerOtherMerchant:
	default:
		return fmt.Errorf("answer %q is not one of: lost, reset, 404, 500, 502, html, foreign, truncated, bad_checksum, other_amount, other_merchant", e.Answer)
	}
	switch e.Notify {
	case "", NotifyLost, NotifyDuplicate, NotifyBadSignature, NotifyStale, NotifyForeign, NotifyOtherAmount:
	default:
		return fmt.Errorf("notify %q is not one of: lost, duplicate, bad_signature, stale, foreign, other_amount", e.Notify)
	}
	if e.Status != "" && (len(e.Status) > 2 || !digits(e.Status)) && !dokuStatus(e.Status) {
		return fmt.Errorf("status %q: a latestTransactionStatus is two digits, a payment_status_code one, DOKU's a word such as PENDING", e.Status)
	}
	if _, ok := normalPhone(e.Payer); e.Payer != "" && !ok {
		return errors.New("payer: 08 and 8 to 11 more digits")
	}
	for _, code := range []string{e.Code, e.AnswerCode} {
		if code != "" && !slices.ContainsFunc(rails(), func(rail Rail) bool { return rail.has(code) }) {
			return fmt.Errorf("code %q: a response code is two digits or capital letters, on SNAP seven digits, on DOKU also - or the name of a refusal", code)
		}
	}
	return nil
}

// has says whether a code is one of a rail's.
func (r Rail) has(code string) bool {
	switch r {
	case RailSNAP:
		return snapCode(code)
	case RailDOKU:
		return ovoCode(code) || dokuCode(code)
	}
	return ovoCode(code)
}

// snapCode is a responseCode: HTTP status, service and case.
func snapCode(s string) bool {
	return len(s) == snapCodeLength && s[0] >= '2' && s[0] <= '5' && digits(s)
}

// ovoCode is a response code of OVO's: two digits or capital letters.
func ovoCode(s string) bool {
	if len(s) != 2 {
		return false
	}
	for i := range 2 {
		if (s[i] < '0' || s[i] > '9') && (s[i] < 'A' || s[i] > 'Z') {
			return false
		}
	}
	return true
}

// dokuStatus is a word that DOKU's transaction.status can be.
func dokuStatus(s string) bool {
	return slices.Contains([]string{"PENDING", "SUCCESS", "FAILED", "EXPIRED", "REFUNDED", "TIMEOUT", "REDIRECT"}, s)
}
