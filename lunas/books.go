package lunas

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Recaps gives what days add up to, per terminal and batch.
func (c *Client) Recaps() Recaps { return Recaps{c} }

// Recaps reads recaps.
type Recaps struct{ client *Client }

// Recap is what one terminal's payments of one day add up to; those of QRs have their account as qr/ACCOUNT in the terminal's
// place.
type Recap struct {
	Day      string            `json:"day"` // 2026-03-21, in Western Indonesian Time
	Terminal string            `json:"terminal"`
	Mode     string            `json:"mode"`
	Version  int               `json:"version"` // 1 as the day was closed; above, a correction
	ClosedAt time.Time         `json:"closed_at"`
	Totals   RecapTotals       `json:"totals"`
	Batches  []RecapBatch      `json:"batches"`
	Changed  []RecapDifference `json:"changed"` // of a correction
	Why      []RecapLate       `json:"why"`     // of a correction
}

// RecapTotals are totals of every kind. Every payment is in exactly one of them.
type RecapTotals struct {
	Paid     RecapTotal `json:"paid"`
	Voided   RecapTotal `json:"voided"`
	Refunded RecapTotal `json:"refunded"`
	Reversed RecapTotal `json:"reversed"`
	Review   RecapTotal `json:"review"`
	Failed   RecapTotal `json:"failed"`
	Open     RecapTotal `json:"open"`
}

// RecapTotal is a number of payments with what they add up to, in whole rupiah.
type RecapTotal struct {
	Count int64 `json:"count"`
	Sum   int64 `json:"sum"`
}

// RecapBatch is a batch of a recap.
type RecapBatch struct {
	Batch     int            `json:"batch"`
	Accounts  []RecapAccount `json:"accounts"`
	Numbering RecapNumbering `json:"numbering"`
}

// RecapAccount is what went through one account.
type RecapAccount struct {
	Account string      `json:"account"`
	Rail    string      `json:"rail"`
	Totals  RecapTotals `json:"totals"`
}

// RecapNumbering says which reference numbers of a batch were given.
type RecapNumbering struct {
	First        int           `json:"first"`
	Last         int           `json:"last"`
	Given        int64         `json:"given"`
	Missing      int64         `json:"missing"`
	Gaps         []RecapNumber `json:"gaps"`
	Burnt        int64         `json:"burnt"`
	BurntNumbers []RecapNumber `json:"burnt_numbers"`
	Twice        []int         `json:"twice"`
}

// RecapNumber is a row of numbers with the reason for it.
type RecapNumber struct {
	From      int    `json:"from"`
	To        int    `json:"to"`
	Reason    string `json:"reason"`
	PaymentID string `json:"payment_id"`
}

// RecapDifference is a total that is another one than in the version before.
type RecapDifference struct {
	Batch   int        `json:"batch"`
	Account string     `json:"account"`
	Total   string     `json:"total"`
	Before  RecapTotal `json:"before"`
	After   RecapTotal `json:"after"`
}

// RecapLate is a payment of which something became known after its day was closed.
type RecapLate struct {
	PaymentID string    `json:"payment_id"`
	State     State     `json:"state"`
	Event     string    `json:"event"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
}

// RecapDay is a day with the newest recap of every terminal.
type RecapDay struct {
	Day      string      `json:"day"`
	Closed   bool        `json:"closed"`
	ClosedAt *time.Time  `json:"closed_at"`
	Totals   RecapTotals `json:"totals"`
	Data     []Recap     `json:"data"`
}

// RecapFilter chooses recaps. Zero fields choose everything.
type RecapFilter struct {
	From, To string // days, both included
	Terminal string
	Versions bool // every version; else the newest
}

// List goes through recaps, the newest day first.
func (r Recaps) List(ctx context.Context, f RecapFilter) iter.Seq2[*Recap, error] {
	query := url.Values{"limit": {"100"}}
	for name, value := range map[string]string{"from": f.From, "to": f.To, "terminal": f.Terminal} { // order does not matter: they become a query
		if value != "" {
			query.Set(name, value)
		}
	}
	if f.Versions {
		query.Set("versions", "true")
	}
	return paged[Recap](ctx, r.client, "/v1/recaps", query)
}

// paged goes through a list by its cursors.
func paged[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for {
			var page struct {
				Data       []T     `json:"data"`
				NextCursor *string `json:"next_cursor"`
			}
			if _, err := c.call(ctx, request{method: http.MethodGet, path: path, query: query}, &page); err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Data {
				if !yield(&page.Data[i], nil) {
					return
				}
			}
			if page.NextCursor == nil {
				return
			}
			query.Set("cursor", *page.NextCursor)
		}
	}
}

// Day gives a day, 2026-03-21.
func (r Recaps) Day(ctx context.Context, day string) (*RecapDay, error) {
	return get[RecapDay](ctx, r.client, "/v1/recaps/{}", day)
}

// Export gives a day's recaps, every version of them, as csv or xlsx.
func (r Recaps) Export(ctx context.Context, day, format string) ([]byte, error) {
	return r.client.bytes(ctx, "/v1/recaps/{}/export."+safeFormat(format), day)
}

func (c *Client) bytes(ctx context.Context, path string, args ...string) (content []byte, err error) {
	_, err = c.call(ctx, request{method: http.MethodGet, path: path, args: args}, &content)
	return content, err
}

// safeFormat is csv or xlsx.
func safeFormat(format string) string {
	if format == "xlsx" {
		return format
	}
	return "csv"
}

// Reconciliations holds settlement files against the books.
func (c *Client) Reconciliations() Reconciliations { return Reconciliations{c} }

// Reconciliations makes and reads reconciliations.
type Reconciliations struct{ client *Client }

// Reconciliation is a settlement file that was, or is being, held against the payments of a day.
type Reconciliation struct {
	ID        string                 `json:"id"`
	Account   string                 `json:"account"`
	Day       string                 `json:"day"`
	Mode      string                 `json:"mode"`
	State     string                 `json:"state"` // running, done or failed
	By        string                 `json:"by"`
	CreatedAt time.Time              `json:"created_at"`
	EndedAt   *time.Time             `json:"ended_at"`
	File      string                 `json:"file"`
	SHA256    string                 `json:"sha256"`
	Size      int64                  `json:"size"`
	Mapping   string                 `json:"mapping"`
	RowsRead  int64                  `json:"rows_read"`
	Found     int64                  `json:"found"`
	Listed    int64                  `json:"listed"`
	Trouble   string                 `json:"trouble"`
	Summary   *ReconciliationSummary `json:"summary"` // nil until it is done
}

// ReconciliationSummary is what a reconciliation came to.
type ReconciliationSummary struct {
	Rows            int64            `json:"rows"`
	Ignored         int64            `json:"ignored"`
	Unread          int64            `json:"unread"`
	Errors          []FileRowError   `json:"errors"`
	Payments        int64            `json:"payments"`
	Matched         int64            `json:"matched"`
	Carried         int64            `json:"carried"`
	CarriedPayments []string         `json:"carried_payments"`
	Gone            int64            `json:"gone"`
	Brought         int64            `json:"brought"`
	Counts          map[string]int64 `json:"counts"`
	PaidHere        RecapTotal       `json:"paid_here"`
	PaidThere       RecapTotal       `json:"paid_there"`
	GivenBackThere  RecapTotal       `json:"given_back_there"`
	Fees            string           `json:"fees"`
	Net             string           `json:"net"`
	Warnings        []string         `json:"warnings"`
}

// FileRowError is a row that could not be read.
type FileRowError struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
	Detail string `json:"detail"`
}

// Discrepancy is one difference, with everything that the three sides say.
type Discrepancy struct {
	Number     int64  `json:"number"`
	Class      string `json:"class"` // missing_here, missing_there, amount_differs, state_differs, duplicate, fee_differs; other_day is none
	Key        string `json:"key"`
	PaymentID  string `json:"payment_id"`
	Reference  string `json:"reference"`
	Difference int64  `json:"difference"`
	Detail     string `json:"detail"`
	Action     string `json:"action"`
	Advice     string `json:"advice"`
	// Settled is the neighbouring day's file that has come to list the payment since; nil: none.
	Settled *DiscrepancySettled `json:"settled"`

	Ours       []DiscrepancyEntry     `json:"ours"`
	Theirs     []DiscrepancyLine      `json:"theirs"`
	Statements []DiscrepancyStatement `json:"statements"`
	Exchanges  []DiscrepancyExchange  `json:"exchanges"`
}

// DiscrepancySettled is the file of a neighbouring day that lists a payment near midnight.
type DiscrepancySettled struct {
	Day              string `json:"day"` // 2026-03-21
	ReconciliationID string `json:"reconciliation_id"`
	Row              int    `json:"row"` // 0: not known
}

// DiscrepancyEntry is an attempt of a payment as the gateway's books have it.
type DiscrepancyEntry struct {
	PaymentID string    `json:"payment_id"`
	Attempt   int       `json:"attempt"` // from 1
	State     State     `json:"state"`
	Amount    int64     `json:"amount"`
	At        time.Time `json:"at"`
}

// DiscrepancyLine is a row of the file.
type DiscrepancyLine struct {
	Row      int        `json:"row"`
	Standing string     `json:"standing"` // paid, returned or failed
	Written  string     `json:"written"`  // the provider's own word for it
	Amount   int64      `json:"amount"`
	Fee      string     `json:"fee"`
	Net      string     `json:"net"`
	At       *time.Time `json:"at"`
}

// DiscrepancyStatement is what one side says.
type DiscrepancyStatement struct {
	Source string     `json:"source"` // journal, provider or file
	At     *time.Time `json:"at"`
	Text   string     `json:"text"`
}

// DiscrepancyExchange names one half of an exchange.
type DiscrepancyExchange struct {
	ID        string    `json:"id"`
	Operation string    `json:"operation"`
	Direction string    `json:"direction"`
	At        time.Time `json:"at"`
}

// NewReconciliation asks for a reconciliation.
type NewReconciliation struct {
	Account string
	Day     string    // 2026-03-21
	Mapping []byte    // YAML; empty: the one of the account's rail that comes with lunas
	Name    string    // the file's
	File    io.Reader // CSV or XLSX; a request is repeated only if this is an io.Seeker too, such as *os.File
	// IdempotencyKey makes it safe to ask again, as in NewPayment; empty: one that is good for this call.
	IdempotencyKey string
}

// Create uploads a settlement file and has it compared in the background; see Wait.
func (r Reconciliations) Create(ctx context.Context, n NewReconciliation) (*Reconciliation, error) {
	req := request{method: http.MethodPost, path: "/v1/reconciliations", key: keyOr(n.IdempotencyKey)}
	file, seeks := n.File.(io.Seeker)
	var start int64
	if seeks {
		var err error
		start, err = file.Seek(0, io.SeekCurrent)
		seeks = err == nil // not so of a pipe
	}
	for tries := 0; ; tries++ {
		made, err := r.create(ctx, req, n, seeks)
		if err == nil || !seeks || ctx.Err() != nil {
			return made, err
		}
		pause, again := r.client.again(req, err, tries)
		if !again || r.client.rest(ctx, pause) != nil {
			return nil, err
		}
		if _, e := file.Seek(start, io.SeekStart); e != nil {
			return nil, errors.Join(err, e)
		}
	}
}

// create uploads once. Where the file will be read again, nobody reads it any more when this returns.
func (r Reconciliations) create(ctx context.Context, req request, n NewReconciliation, again bool) (*Reconciliation, error) {
	address, err := r.client.address(req)
	if err != nil {
		return nil, err
	}
	body, into := io.Pipe()
	form := multipart.NewWriter(into)
	written := make(chan struct{})
	go func() {
		defer close(written)
		into.CloseWithError(writeForm(form, n))
	}()
	defer func() {
		_ = body.Close()
		if again {
			<-written
		}
	}()
	out, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return nil, fmt.Errorf("%s: the request cannot be made", req.name())
	}
	out.Header.Set("Authorization", "Bearer "+string(r.client.Key))
	out.Header.Set("User-Agent", "lunas-go")
	out.Header.Set("Content-Type", form.FormDataContentType())
	out.Header.Set("Idempotency-Key", req.key)
	answer, err := r.client.httpClient().Do(out)
	if err != nil {
		return nil, &ConnectionError{Request: req.name(), Err: withoutAddress(err)}
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	switch {
	case answer.StatusCode >= 300:
		return nil, readError(req.name(), answer, content)
	case err != nil:
		return nil, &ConnectionError{Request: req.name(), Err: withoutAddress(err)}
	}
	made := new(Reconciliation)
	return made, req.read(content, made)
}

func writeForm(form *multipart.Writer, n NewReconciliation) error {
	err := errors.Join(form.WriteField("account", n.Account), form.WriteField("day", n.Day))
	if len(n.Mapping) > 0 {
		err = errors.Join(err, form.WriteField("mapping", string(n.Mapping)))
	}
	if err != nil {
		return err
	}
	part, err := form.CreateFormFile("file", n.Name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, n.File); err != nil {
		return err
	}
	return form.Close()
}

// Get gives one.
func (r Reconciliations) Get(ctx context.Context, id string) (*Reconciliation, error) {
	return get[Reconciliation](ctx, r.client, "/v1/reconciliations/{}", id)
}

// Wait waits until a reconciliation has ended; progress, if it is set, is told how far it is.
func (r Reconciliations) Wait(ctx context.Context, id string, progress func(*Reconciliation)) (*Reconciliation, error) {
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		one, err := r.Get(ctx, id)
		if err != nil || one.State != "running" {
			return one, err
		}
		if progress != nil {
			progress(one)
		}
		if err := r.client.rest(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// List goes through reconciliations, the newest first; of an account, empty: of all.
func (r Reconciliations) List(ctx context.Context, account string) iter.Seq2[*Reconciliation, error] {
	query := url.Values{"limit": {"50"}}
	if account != "" {
		query.Set("account", account)
	}
	return paged[Reconciliation](ctx, r.client, "/v1/reconciliations", query)
}

// Discrepancies goes through what a reconciliation has found; of a class, empty: of every one.
func (r Reconciliations) Discrepancies(ctx context.Context, id, class string) iter.Seq2[*Discrepancy, error] {
	return func(yield func(*Discrepancy, error) bool) {
		for raw, err := range r.raw(ctx, id, class) {
			if err != nil {
				yield(nil, err)
				return
			}
			d := new(Discrepancy)
			if err := json.Unmarshal(raw, d); err != nil {
				yield(nil, err)
				return
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

// Raw goes through the same as the gateway says it.
func (r Reconciliations) Raw(ctx context.Context, id string) iter.Seq2[json.RawMessage, error] {
	return r.raw(ctx, id, "")
}

func (r Reconciliations) raw(ctx context.Context, id, class string) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		query := url.Values{"limit": {"100"}}
		if class != "" {
			query.Set("class", class)
		}
		for {
			var page struct {
				Data []json.RawMessage `json:"data"`
				Next *int64            `json:"next"`
			}
			if _, err := r.client.call(ctx, request{method: http.MethodGet, path: "/v1/reconciliations/{}/discrepancies", args: []string{id}, query: query}, &page); err != nil {
				yield(nil, err)
				return
			}
			for _, raw := range page.Data {
				if !yield(raw, nil) {
					return
				}
			}
			if page.Next == nil {
				return
			}
			query.Set("after", strconv.FormatInt(*page.Next, 10))
		}
	}
}

// Report gives what was found as csv or xlsx.
func (r Reconciliations) Report(ctx context.Context, id, format string) ([]byte, error) {
	return r.client.bytes(ctx, "/v1/reconciliations/{}/report."+safeFormat(format), id)
}

// Mapping gives the mapping of a rail that comes with lunas, as YAML, to begin one's own with.
func (c *Client) Mapping(ctx context.Context, rail string) ([]byte, error) {
	return c.bytes(ctx, "/v1/mappings/{}", rail)
}
