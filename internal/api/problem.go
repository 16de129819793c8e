package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/registry"
)

// Problem is every error of the API: a problem document (RFC 9457). Its code is stable, its text may change.
type Problem struct {
	Type   string `json:"type" doc:"Names the kind of problem; the code as a URI." example:"urn:problem-type:lunas:amount_too_small"`
	Title  string `json:"title" doc:"What kind of problem it is, in a few words."`
	Status int    `json:"status" doc:"The HTTP status."`
	Detail string `json:"detail" doc:"What is wrong with this request."`
	Code   string `json:"code" doc:"Stable; programs build on it."`
	Field  string `json:"field,omitempty" doc:"The field, parameter or header at fault."`
	Hint   string `json:"hint,omitempty" doc:"What to do about it."`

	RequestID string `json:"request_id" doc:"Also in the header Request-Id; name it when you ask for help."`
	PaymentID string `json:"payment_id,omitempty" doc:"The payment that stands in the way."`
	State     string `json:"state,omitempty" doc:"That payment's state."`
	Until     *Time  `json:"until,omitempty" doc:"When the reason ceases."`
	// RetryAfter is in seconds, as in the header.
	RetryAfter int `json:"retry_after,omitempty" doc:"In how many seconds to try again; also in the header Retry-After."`

	Errors []FieldError `json:"errors,omitempty" nullable:"false" doc:"Every field at fault, when there is more than one."`

	header http.Header
	cause  error // for the log
}

// FieldError is one of several mistakes in a request.
type FieldError struct {
	Code   string `json:"code"`
	Field  string `json:"field,omitempty"`
	Detail string `json:"detail"`
	Hint   string `json:"hint,omitempty"`
}

// Error gives the code and what is wrong.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// Unwrap gives the cause, which is for the log alone.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders gives the headers that belong to the problem.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType is application/problem+json.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

var (
	_ huma.StatusError       = (*Problem)(nil)
	_ huma.HeadersError      = (*Problem)(nil)
	_ huma.ContentTypeFilter = (*Problem)(nil)
)

// problem makes a problem of a code in the catalogue.
func problem(code, detail string) *Problem {
	k, ok := catalogue[code]
	if !ok {
		panic("api: the problem " + code + " is not in the catalogue")
	}
	return &Problem{
		Type: "urn:problem-type:lunas:" + code, Title: k.title, Status: k.status, Detail: detail, Code: code, Hint: k.hint,
	}
}

func (p *Problem) in(field string) *Problem {
	p.Field = field
	return p
}

func (p *Problem) hinting(hint string) *Problem {
	if hint != "" {
		p.Hint = hint
	}
	return p
}

func (p *Problem) because(err error) *Problem {
	p.cause = err
	return p
}

func (p *Problem) with(header, value string) *Problem {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set(header, value)
	return p
}

// after asks to come again in some time, rounded up to whole seconds.
func (p *Problem) after(d time.Duration) *Problem {
	p.RetryAfter = max(1, int((d+time.Second-1)/time.Second))
	return p.with("Retry-After", strconv.Itoa(p.RetryAfter))
}

func (p *Problem) until(t time.Time) *Problem {
	if !t.IsZero() {
		p.Until = timePtr(t)
	}
	return p
}

// several makes one problem of many: the first, with all of them listed.
func several(problems []*Problem) *Problem {
	first := problems[0]
	if len(problems) > 1 {
		for _, p := range problems {
			first.Errors = append(first.Errors, FieldError{Code: p.Code, Field: p.Field, Detail: p.Detail, Hint: p.Hint})
		}
	}
	return first
}

// writeProblem answers with a problem, outside of huma's routes.
func writeProblem(w http.ResponseWriter, c *call, p *Problem) {
	p.RequestID = c.requestID
	c.noteProblem(p)
	for name, values := range p.header { // order does not matter: they are headers
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.Header().Del("Content-Length")
	b, err := json.Marshal(p)
	if err != nil {
		panic("api: a problem cannot be written: " + err.Error())
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(b, '\n'))
}

type kind struct {
	status      int
	title, hint string
}

// catalogue lists every problem of the API with what to do about it.
var catalogue = map[string]kind{ // never written
	// The request as such.
	"route_not_found":         {404, "No such address", "See /docs or /openapi.yaml for what there is."},
	"method_not_allowed":      {405, "Method not allowed here", "The header Allow lists the methods of this address."},
	"unknown_parameter":       {422, "Unknown query parameter", "Leave it out, or see /openapi.yaml for its spelling."},
	"invalid_parameter":       {422, "Bad query parameter", "Change it or leave it out; /docs says what it may hold."},
	"invalid_wait":            {422, "Bad wait", "Give whole seconds from 0 to 120, or leave it out."},
	"invalid_cursor":          {422, "Bad cursor", "Use next_cursor of the page before, unchanged, or leave it out."},
	"invalid_idempotency_key": {422, "Bad Idempotency-Key", "Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request."},

	// Who asks.
	"missing_api_key":   {401, "No API key", "Send the header Authorization: Bearer lunas_test_… or lunas_live_…"},
	"malformed_api_key": {401, "Malformed API key", "Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key."},
	"unknown_api_key":   {401, "Unknown API key", "Check that the key is complete, not revoked, and of this gateway."},
	"expired_api_key":   {401, "Expired API key", "Make a new key."},
	"revoked_api_key":   {401, "Revoked API key", "Use another key; this one was ended by hand."},

	"insufficient_scope": {403, "Not with this API key", "Use a key that has what this address needs; /docs says what that is."},
	"platform_key":       {403, "A platform's key", "Use an API key of the merchant."},

	// The body.
	"unsupported_media_type": {415, "Unsupported content type", "Send JSON with Content-Type: application/json, in UTF-8 and not compressed."},
	"body_too_large":         {413, "Body too large", "A body has at most 64 KiB."},
	"body_incomplete":        {400, "Body incomplete", "Send it again; the connection ended or stalled before the body did."},
	"empty_body":             {400, "Empty body", "Send a JSON object."},
	"invalid_utf8":           {400, "Not UTF-8", "Encode the body in UTF-8."},
	"invalid_json":           {400, "Not JSON", "Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket."},
	"trailing_data":          {400, "More than one JSON value", "Send exactly one JSON object."},
	"duplicate_field":        {400, "Duplicate field", "Name each field once."},
	"not_an_object":          {422, "Not a JSON object", "Send a JSON object: {…}."},
	"unknown_field":          {422, "Unknown field", "Leave it out; your own data goes into metadata."},
	"missing_field":          {422, "Missing field", "Add the field."},
	"wrong_type":             {422, "Wrong type", "See /openapi.yaml for the field's type."},

	// Fields.
	"amount_not_integer":        {422, "Amount is not a whole number", "Write whole rupiah in digits without quotes, point or exponent: 12500."},
	payment.CodeAmountTooSmall:  {422, "Amount too small", "Ask for more."},
	payment.CodeAmountTooLarge:  {422, "Amount too large", "Ask for less, or split the payment."},
	"phone_invalid":             {422, "Not an Indonesian mobile number", "Write 08…, 62… or +62…, 10 to 13 digits in the form 08…."},
	payment.CodePhoneMissing:    {422, "Phone missing", "A push needs the customer's phone number."},
	"phone_unwanted":            {422, "Phone not wanted", "Leave phone out; only the method ovo_push takes one."},
	"reference_invalid":         {422, "Bad reference", "Use 1 to 64 characters without control characters."},
	"return_url_invalid":        {422, "Bad return_url", "Give an https address of at most 2048 characters, such as https://shop.example/orders/7; with a test key also http to localhost. Its query must have no payment_id, reference, state, version, time or signature: those are added."},
	"description_invalid":       {422, "Bad description", "Use at most 255 characters without control characters."},
	"metadata_invalid":          {422, "Bad metadata", "Use at most 20 entries: keys of 1 to 40 letters, digits, _ . or -, values of at most 500 characters."},
	"customer_invalid":          {422, "Bad customer", "See /openapi.yaml for what each field may hold; leave out what you do not know."},
	"items_invalid":             {422, "Bad items", "Give 1 to 100 items, each with name, quantity and price in whole rupiah."},
	payment.CodeExpiryInvalid:   {422, "Bad expiry", "Write a time with its zone, as 2026-03-21T10:15:30+07:00, between 5 minutes (where the customer chooses how to pay: a minute) and 30 days ahead, or leave it out."},
	"amount_not_whole":          {422, "Not the whole amount", "Give the payment's amount, or leave amount out: the provider gives back the whole amount or nothing."},
	"reason_invalid":            {422, "Bad reason", "Use at most 255 characters without control characters."},
	"name_invalid":              {422, "Bad name", "Use 1 to 64 letters, digits, _ . or -."},
	"method_unknown":            {422, "Unknown method", "The methods are ovo_push and qris."},
	"methods_invalid":           {422, "Bad methods", "Give methods a list such as [\"ovo_push\",\"qris\"], each once, and leave method out."},
	"rail_unknown":              {422, "Unknown rail", "The rails are ovo, snap, doku and faspay; leave rail out to have one chosen."},
	"rail_method_mismatch":      {422, "The rail does not have the method", "Leave rail out."},
	"no_account":                {422, "No account for this", "Leave rail and account out, use a key of the other mode, or have an account configured."},
	"no_terminal":               {422, "No such terminal", "See /v1/terminals, or leave terminal out."},
	"invalid_field":             {422, "A field that the provider would not take", ""},
	"idempotency_key_reused":    {422, "Idempotency-Key used with another request", "Use a new key for a new request; the same key only to repeat the same one."},
	"payment_not_found":         {404, "No such payment", "Check the id, and that the key is of the merchant and mode that made it."},
	payment.CodeInProgress:      {409, "In progress", "Wait for the payment's end: GET it with ?wait=."},
	payment.CodeNotPossible:     {409, "Not possible in this state", "The payment's actions say what is possible."},
	payment.CodeCheckTooOld:     {409, "Too old to be checked", "Look it up in the provider's portal."},
	payment.CodeCheckInProgress: {409, "A check is under way", "Wait a little; checks are made one at a time, and no closer than the provider allows."},
	"qr_not_ready":              {409, "No QR yet", "Get the payment with ?wait=: it is answered when the QR is there."},
	"qr_gone":                   {410, "No QR to show any more", "The payment's state says why; its actions say whether a new QR can be asked for."},
	payment.CodeNothingSent:     {409, "Nothing was sent", "There is nothing at the provider to ask about."},
	payment.CodeExists:          {409, "Exists already", ""},
	payment.CodeCutOff:          {409, "Past the cut-off", "Try again after midnight WIB."},
	"refused":                   {409, "Not granted", ""},

	// Limits.
	engine.CodePhoneLimited: {429, "Too many requests to this phone", "Wait as long as Retry-After says; the customer may have several to answer already."},
	engine.CodeKeyLimited:   {429, "Too many payments with this key", "Wait as long as Retry-After says, or ask whoever runs the gateway for more."},

	// Webhooks.
	"endpoint_not_found": {404, "No such endpoint", "Check the id, and that the key is of the merchant and mode that made it."},
	"endpoint_exists":    {409, "The address has an endpoint", "Change that one, or use another address."},
	"endpoint_changed":   {409, "Changed by somebody else", "Read the endpoint and try again."},
	"endpoint_disabled":  {409, "The endpoint is switched off", "Switch it on first: PATCH it with enabled true."},
	"too_many_endpoints": {409, "Too many endpoints", "Delete one that is no longer needed."},
	"events_archived":    {410, "These events were archived", "Go on with the position that the answer names."},
	"event_not_found":    {404, "No such event", "See the endpoint's deliveries."},
	"url_invalid":        {422, "Bad address", "Give an https address that can be reached from the internet."},
	"events_invalid":     {422, "Bad event type", "See the event types at /openapi.yaml, or leave events out to get everything."},

	// Recaps and reconciliation.
	"recap_not_found":          {404, "No such recap", "See /v1/recaps; a day is closed soon after it is over."},
	"reconciliation_not_found": {404, "No such reconciliation", "Check the id, and that the key is of the merchant and mode that made it."},
	"reconciliation_account":   {422, "No such account", "Name the account whose settlement file it is."},
	"day_invalid":              {422, "Bad day", "Write a day that has begun as 2026-03-21."},
	"file_invalid":             {422, "The file cannot be used", "Send a CSV or XLSX file with the names of its columns above its rows; give a mapping where they are others than expected."},
	"mapping_invalid":          {422, "Bad mapping", "Begin with one of /v1/mappings/{rail} and write your file's names of columns into it."},
	"reconciliations_waiting":  {503, "Too many reconciliations", "Wait until one has ended, and send it again."},

	// Merchants, accounts and API keys.
	registry.CodeMerchantNotFound:   {404, "No such merchant", "See /v1/merchants."},
	registry.CodeMerchantExists:     {409, "The id is taken", "Use another id, or change the merchant that has it."},
	registry.CodeMerchantConfigured: {409, "Of the configuration file", "Change it in the configuration file and start the gateway again."},
	registry.CodeRoutingInvalid:     {422, "Not a way that payments can go", "prefer lists some of ovo, doku and faspay; fail_over_seconds is at most 3600."},
	registry.CodeOutletNotFound:     {422, "No such outlet", "See the merchant's outlets."},
	registry.CodeOutletExists:       {409, "The id is taken", "Use another id."},
	registry.CodeAccountNotFound:    {404, "No such account", "See the merchant's accounts."},
	registry.CodeAccountExists:      {409, "The id is taken", "Use another id, or change the account that has it."},
	registry.CodeAccountInvalid:     {422, "The account cannot be used so", "See the configuration file's documentation for the settings of each rail."},
	registry.CodeAccountClash:       {409, "In another account's way", "Check terminal and credentials: the provider must know each as one account's only."},
	registry.CodeKeyNotFound:        {404, "No such API key", "Check the id, and that the asking key is of its merchant and mode."},
	registry.CodeKeyEnded:           {409, "The API key has ended", "Make a new one."},
	registry.CodeInvalidID:          {422, "Bad id", "Use 1 to 40 small letters, digits, - and _, beginning with a letter or digit."},
	"scopes_invalid":                {422, "Bad scopes", "Name some of read, pay, refund and admin, each once."},

	// Ours.
	engine.CodeProviderAway: {503, "The provider cannot be reached", "Nothing was sent. Send the same request again, with the same Idempotency-Key."},
	"terminal_held":         {503, "Terminal stopped", "An operator must move its numbering ahead and release it; nothing was sent."},
	"numbers_exhausted":     {503, "No numbers left", "Use another terminal, or wait for the next day; nothing was sent."},
	"shutting_down":         {503, "Shutting down", "Send the same request again, with the same Idempotency-Key."},
	"store_unavailable":     {503, "The database does not answer", "Send the same request again, with the same Idempotency-Key."},
	"outcome_unknown":       {503, "The outcome is not known", "Send the same request again with the same Idempotency-Key to learn what became of it."},
	"inquiry_unavailable":   {503, "The inquiry could not be made", "Let the customer go on; the payment itself will tell."},
	"internal":              {500, "Our mistake", "Tell the operator the request id."},
}
