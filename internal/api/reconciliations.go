package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/reconcile"
	"github.com/lunas-pay/lunas/internal/sheet"
	"github.com/lunas-pay/lunas/internal/store"
)

// Reconciliation is a settlement file that was, or is being, held against the payments of a day.
type Reconciliation struct {
	ID        string                 `json:"id" example:"rcn_01kafz0q3gf7ktc1ms2cqc1b9w"`
	Account   string                 `json:"account" example:"ovo"`
	Day       string                 `json:"day"`
	Mode      string                 `json:"mode" enum:"test,live"`
	State     string                 `json:"state" enum:"running,done,failed"`
	By        string                 `json:"by" doc:"Who asked for it: an API key's or a user's id."`
	CreatedAt Time                   `json:"created_at"`
	EndedAt   *Time                  `json:"ended_at" nullable:"true"`
	File      string                 `json:"file" doc:"The file's name."`
	SHA256    string                 `json:"sha256" doc:"Of the file, which is not kept."`
	Size      int64                  `json:"size" doc:"Of the file, in bytes."`
	Mapping   string                 `json:"mapping" doc:"The name of the mapping by which it was read."`
	RowsRead  int64                  `json:"rows_read" doc:"How many rows and payments have been read so far."`
	Found     int64                  `json:"found" doc:"Discrepancies. Those of the class other_day are none and are not counted."`
	Listed    int64                  `json:"listed" doc:"How many can be listed, those of the class other_day among them: the first 10,000."`
	Trouble   string                 `json:"trouble,omitempty" doc:"Why it failed."`
	Summary   *ReconciliationSummary `json:"summary,omitempty" doc:"Once it is done."`
}

// ReconciliationSummary is what a reconciliation came to.
type ReconciliationSummary struct {
	Rows        int64            `json:"rows" doc:"Of the file, below its header."`
	Ignored     int64            `json:"ignored" doc:"Of them, those that are no payments."`
	Unread      int64            `json:"unread" doc:"Of them, those that could not be read and were not compared."`
	Errors      []FileRowError   `json:"errors" nullable:"false" doc:"The first 100 rows that could not be read."`
	Payments    int64            `json:"payments" doc:"Attempts of our payments on that day and account."`
	Matched     int64            `json:"matched"`
	Carried     int64            `json:"carried" doc:"Paid round midnight and not listed: the neighbouring day's file should list them."`
	CarriedIDs  []string         `json:"carried_payments" nullable:"false" doc:"The first 100 of them."`
	Gone        int64            `json:"gone" doc:"Not listed: the neighbouring day's file, reconciled before, lists them."`
	Brought     int64            `json:"brought" doc:"Listed and matched, and of the neighbouring day."`
	Counts      map[string]int64 `json:"counts" doc:"What is listed, by class."`
	PaidHere    RecapTotal       `json:"paid_here"`
	PaidThere   RecapTotal       `json:"paid_there"`
	ReturnThere RecapTotal       `json:"given_back_there"`
	Fees        string           `json:"fees" example:"8750,50" doc:"In rupiah, with two digits after a comma where there are sen."`
	Net         string           `json:"net"`
	Warnings    []string         `json:"warnings" nullable:"false"`
}

// FileRowError is a row that could not be read.
type FileRowError struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
	Detail string `json:"detail"`
}

// ReconciliationPage is a page of reconciliations, newest first.
type ReconciliationPage struct {
	Data       []Reconciliation `json:"data" nullable:"false"`
	NextCursor *string          `json:"next_cursor" doc:"For the next, older page; null on the last one."`
}

// Discrepancy is one difference, with everything that the three sides say.
type Discrepancy struct {
	Number     int64                  `json:"number"`
	Class      string                 `json:"class" enum:"missing_here,missing_there,amount_differs,state_differs,duplicate,fee_differs,other_day"`
	Key        string                 `json:"key" doc:"By which both sides know the payment."`
	PaymentID  string                 `json:"payment_id,omitempty"`
	Reference  string                 `json:"reference,omitempty"`
	Difference int64                  `json:"difference" doc:"What the provider's books have more than ours, in rupiah; of a fee in sen."`
	Detail     string                 `json:"detail"`
	Action     string                 `json:"action" enum:"find_payment,claim_payment,claim_amount,return_money,accept_return,resolve_paid,resolve_unpaid,check_payment,claim_duplicate,claim_fee,await_file,none" doc:"What to do."`
	Advice     string                 `json:"advice"`
	Settled    *DiscrepancySettled    `json:"settled,omitempty" doc:"The neighbouring day's file that has come to list the payment since."`
	Ours       []DiscrepancyEntry     `json:"ours" nullable:"false"`
	Theirs     []DiscrepancyLine      `json:"theirs" nullable:"false"`
	Statements []DiscrepancyStatement `json:"statements" nullable:"false" doc:"What each side says: our journal, the provider in the exchanges, the file."`
	Exchanges  []DiscrepancyExchange  `json:"exchanges" nullable:"false" doc:"See the payment's exchanges."`
}

// DiscrepancySettled is the file of a neighbouring day that lists a payment near midnight.
type DiscrepancySettled struct {
	Day              string `json:"day"`
	ReconciliationID string `json:"reconciliation_id"`
	Row              int    `json:"row,omitempty"`
}

// DiscrepancyEntry is an attempt of a payment as our books have it.
type DiscrepancyEntry struct {
	PaymentID string `json:"payment_id"`
	Attempt   int    `json:"attempt" doc:"From 1."`
	State     string `json:"state"`
	Amount    int64  `json:"amount"`
	At        Time   `json:"at"`
}

// DiscrepancyLine is a row of the file.
type DiscrepancyLine struct {
	Row      int    `json:"row"`
	Standing string `json:"standing" enum:"paid,returned,failed"`
	Written  string `json:"written,omitempty" doc:"The state in the provider's own word."`
	Amount   int64  `json:"amount"`
	Fee      string `json:"fee,omitempty"`
	Net      string `json:"net,omitempty"`
	At       *Time  `json:"at" nullable:"true"`
}

// DiscrepancyStatement is what one side says.
type DiscrepancyStatement struct {
	Source string `json:"source" enum:"journal,provider,file"`
	At     *Time  `json:"at" nullable:"true"`
	Text   string `json:"text"`
}

// DiscrepancyExchange names one half of an exchange.
type DiscrepancyExchange struct {
	ID        string `json:"id"`
	Operation string `json:"operation"`
	Direction string `json:"direction" enum:"request,response"`
	At        Time   `json:"at"`
}

// DiscrepancyPage is a page of discrepancies, in the order of their numbers.
type DiscrepancyPage struct {
	Data []Discrepancy `json:"data" nullable:"false"`
	Next *int64        `json:"next" doc:"Give it as after for the next page; null on the last one."`
}

// NewReconciliation is the body of a request for a reconciliation, as multipart/form-data, the file last.
type NewReconciliation struct {
	Account string `json:"account" doc:"The account whose settlement file it is."`
	Day     string `json:"day" doc:"The day, in Western Indonesian Time."`
	Mapping string `json:"mapping,omitempty" doc:"How the file is to be read, as YAML; left out: the mapping of the account's rail that comes with lunas, see /v1/mappings/{rail}."`
	File    string `json:"file" format:"binary" doc:"CSV or XLSX, up to 512 MiB. It must come last."`
}

// OneReconciliation names a reconciliation.
type OneReconciliation struct {
	ID string `path:"id" example:"rcn_01kafz0q3gf7ktc1ms2cqc1b9w" doc:"The reconciliation's id."`
}

type reconciliationsInput struct {
	Account string `query:"account" maxLength:"64" doc:"Only of this account."`
	From    string `query:"from" doc:"Only of this day and later ones." example:"2026-03-01"`
	To      string `query:"to" doc:"Only of this day and earlier ones." example:"2026-03-31"`
	Limit   int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
	Cursor  string `query:"cursor" doc:"next_cursor of the page before."`
}

type discrepanciesInput struct {
	OneReconciliation
	Class string `query:"class" doc:"Only of this class."`
	After int64  `query:"after" minimum:"0" default:"0" doc:"Only those with a greater number."`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
}

func (s *server) routeReconciliations() {
	upload := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"multipart/form-data": body[NewReconciliation](s, true).Content["application/json"],
	}}
	register(s, huma.Operation{
		OperationID: "create-reconciliation", Method: http.MethodPost, Path: "/v1/reconciliations", DefaultStatus: http.StatusAccepted,
		Summary: "Hold a settlement file against the payments of a day", Tags: []string{"Books"},
		Description: "The file is checked for its columns at once and compared in the background: ask for the reconciliation until it is done. Our " +
			"journal, the provider's answers in the exchanges and the file are the three sides; no provider is asked. With an Idempotency-Key " +
			"the same account, day, mapping and file make one reconciliation, however often they are sent.",
	}, answers{
		body: upload, also: seenBefore(),
		codes: codes("key", "unsupported_media_type", "body_incomplete", "missing_field", "unknown_field", "body_too_large", "file_invalid", "mapping_invalid",
			"day_invalid", "reconciliation_account", "reconciliations_waiting", "unknown_parameter"),
	}, s.createReconciliation)
	register(s, huma.Operation{
		OperationID: "list-reconciliations", Method: http.MethodGet, Path: "/v1/reconciliations", Summary: "List reconciliations, newest first", Tags: []string{"Books"},
	}, answers{codes: codes("invalid_parameter", "invalid_cursor", "unknown_parameter")}, s.listReconciliations)
	one := codes("reconciliation_not_found", "unknown_parameter")
	register(s, huma.Operation{
		OperationID: "get-reconciliation", Method: http.MethodGet, Path: "/v1/reconciliations/{id}", Summary: "A reconciliation, and how far it is", Tags: []string{"Books"},
	}, answers{codes: one}, func(ctx context.Context, in *OneReconciliation) (*answered[Reconciliation], error) {
		r, err := s.reconciliation(ctx, in.ID)
		return &answered[Reconciliation]{showReconciliation(r)}, err
	})
	register(s, huma.Operation{
		OperationID: "list-discrepancies", Method: http.MethodGet, Path: "/v1/reconciliations/{id}/discrepancies", Summary: "What a reconciliation has found", Tags: []string{"Books"},
	}, answers{codes: append(codes("invalid_parameter"), one...)}, s.listDiscrepancies)
	s.routeReport(sheet.CSV)
	s.routeReport(sheet.XLSX)
	register(s, huma.Operation{
		OperationID: "get-mapping", Method: http.MethodGet, Path: "/v1/mappings/{rail}", Tags: []string{"Books"},
		Summary: "The mapping of a rail that comes with lunas, to begin your own with",
	}, answers{media: "application/yaml", codes: codes("rail_unknown", "unknown_parameter")}, func(_ context.Context, in *struct {
		Rail string `path:"rail" example:"ovo" doc:"ovo, snap, doku or faspay."`
	},
	) (*pictureAnswer, error) {
		text, err := reconcile.DefaultText(in.Rail)
		if err != nil {
			return nil, problem("rail_unknown", "there is no such rail").in("rail")
		}
		return &pictureAnswer{ContentType: "application/yaml", Body: text}, nil
	})
}

func (s *server) routeReport(format sheet.Format) {
	register(s, huma.Operation{
		OperationID: "get-reconciliation-report-" + string(format), Method: http.MethodGet, Path: "/v1/reconciliations/{id}/report." + string(format),
		Summary: "What a reconciliation has found, as " + strings.ToUpper(string(format)), Tags: []string{"Books"},
	}, answers{media: format.ContentType(), codes: codes("reconciliation_not_found", "unknown_parameter")},
		func(ctx context.Context, in *OneReconciliation) (*fileAnswer, error) {
			r, err := s.reconciliation(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			var out bytes.Buffer // at most 10,000 rows
			if err := s.Books.WriteReport(ctx, &out, format, r); err != nil {
				return nil, err
			}
			return file(format, "reconciliation-"+recap.DayText(r.Day)+"-"+r.Account, out.Bytes()), nil
		})
}

const (
	// uploadTimeout is how long a client has to send a settlement file.
	uploadTimeout = 15 * time.Minute
	uploadField   = "file"
)

// createReconciliation reads the form part by part, so that the file is never held in memory.
func (s *server) createReconciliation(ctx context.Context, in *KeyedDeed) (*deedAnswer[Reconciliation], error) {
	c := callOf(ctx)
	if p := checkKey(c.r.Header); p != nil {
		return nil, p
	}
	control := http.NewResponseController(c.w)
	_ = control.SetReadDeadline(time.Now().Add(uploadTimeout)) // not supported by every test's writer
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	form, err := c.r.MultipartReader()
	if err != nil {
		return nil, problem("unsupported_media_type", "the body is no form with a file").in("Content-Type").hinting("Send multipart/form-data with the fields account, day and file, the file last.")
	}
	order := books.Order{MerchantID: c.key.MerchantID, Mode: c.key.Mode, By: c.key.ID}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, problem("missing_field", "the form has no file").in(uploadField).hinting("It must be the last part of the form.")
		}
		if err != nil {
			return nil, problem("body_incomplete", "the form could not be read to its end").because(err)
		}
		if part.FormName() == uploadField {
			return s.reconcileFile(ctx, order, in.IdempotencyKey, part)
		}
		if p := readPart(&order, part); p != nil {
			return nil, p
		}
	}
}

// readPart reads a part of the form that comes before the file.
func readPart(o *books.Order, part *multipart.Part) *Problem {
	content, err := io.ReadAll(io.LimitReader(part, reconcile.MappingMax+1))
	if err != nil {
		return problem("body_incomplete", "the form could not be read to its end")
	}
	text := strings.TrimSpace(string(content))
	switch name := part.FormName(); name {
	case "account":
		if len(text) > nameMax {
			return problem("reconciliation_account", "there is no such account").in("account")
		}
		o.Account = text
	case "day":
		day, err := recap.ParseDay(text)
		if err != nil {
			return problem("day_invalid", "day is no day").in("day")
		}
		o.Day = day
	case "mapping":
		o.Mapping = content
	default:
		return problem("unknown_field", "there is no such field in the form").in(safeName(name))
	}
	return nil
}

func (s *server) reconcileFile(ctx context.Context, o books.Order, key string, part *multipart.Part) (*deedAnswer[Reconciliation], error) {
	for field, missing := range map[string]bool{"account": o.Account == "", "day": o.Day == 0} { // order does not matter: each has the same answer
		if missing {
			return nil, problem("missing_field", "the form has no "+field+" before its file").in(field)
		}
	}
	o.File = part.FileName()
	var wanted store.DeedKey
	if key != "" {
		o.Key = func(hash string) store.DeedKey {
			wanted = store.DeedKey{MerchantID: o.MerchantID, Mode: o.Mode, Key: key, Fingerprint: fingerprint("POST /v1/reconciliations",
				[]string{o.Account, recap.DayText(o.Day), string(o.Mapping), hash})}
			return wanted
		}
		if _, err := s.Store.KeyOf(ctx, o.MerchantID, o.Mode, key); err == nil {
			sum := sha256.New() // nothing will be begun, so the file need not be kept
			if _, err := io.Copy(sum, part); err != nil {
				return nil, problem("body_incomplete", "the file could not be read to its end").because(err)
			}
			o.Key(hex.EncodeToString(sum.Sum(nil)))
			return s.reconciledBefore(ctx, wanted)
		} else if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	r, err := s.Books.Reconcile(ctx, o, part)
	var refusal *books.Refusal
	var used *store.KeyUsed
	switch {
	case errors.As(err, &used): // by another request that was faster just now
		return s.reconciledBefore(ctx, wanted)
	case errors.As(err, &refusal):
		code := map[string]string{"file": "file_invalid", "mapping": "mapping_invalid", "day": "day_invalid", "account": "reconciliation_account"}[refusal.Field]
		return nil, problem(code, oneLine(refusal.Detail)).in(refusal.Field)
	case errors.Is(err, books.ErrBusy):
		return nil, problem("reconciliations_waiting", err.Error()).after(30 * time.Second)
	case err != nil && ctx.Err() == nil && errors.Is(err, io.ErrUnexpectedEOF):
		return nil, problem("body_incomplete", "the file could not be read to its end").because(err)
	case err != nil:
		return nil, err
	}
	return did(http.StatusAccepted, showReconciliation(books.Result{Reconciliation: r}), nil)
}

// reconciledBefore answers with the reconciliation that was begun under an idempotency key, as it stands now.
func (s *server) reconciledBefore(ctx context.Context, key store.DeedKey) (*deedAnswer[Reconciliation], error) {
	a, err := s.actionUnder(ctx, key)
	if err != nil {
		return nil, err
	}
	r, err := s.reconciliation(ctx, a.Subject)
	if err != nil {
		return nil, err
	}
	return doneBefore(showReconciliation(r), nil)
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", "; ") }

func (s *server) reconciliation(ctx context.Context, id string) (books.Result, error) {
	key := callOf(ctx).key
	r, err := s.Books.Reconciliation(ctx, key.MerchantID, key.Mode, id)
	if errors.Is(err, store.ErrNotFound) {
		return r, problem("reconciliation_not_found", "there is no such reconciliation")
	}
	return r, err
}

var reconciliationCursor = regexp.MustCompile(`^cur_[0-9a-z]{26}$`) // never written

func (s *server) listReconciliations(ctx context.Context, in *reconciliationsInput) (*struct{ Body ReconciliationPage }, error) {
	key := callOf(ctx).key
	f := store.ReconciliationFilter{MerchantID: key.MerchantID, Mode: key.Mode, Account: in.Account, Limit: min(in.Limit+1, 100)}
	var p *Problem
	if in.From != "" {
		if f.From, p = dayIn("from", in.From); p != nil {
			return nil, p
		}
	}
	if in.To != "" {
		if f.To, p = dayIn("to", in.To); p != nil {
			return nil, p
		}
	}
	if in.Cursor != "" {
		if !reconciliationCursor.MatchString(in.Cursor) {
			return nil, problem("invalid_cursor", "this is not a cursor of ours").in("cursor")
		}
		f.Before = "rcn_" + strings.TrimPrefix(in.Cursor, cursorPrefix)
	}
	found, err := s.Books.Reconciliations(ctx, f)
	if err != nil {
		return nil, err
	}
	page := ReconciliationPage{Data: []Reconciliation{}}
	if last := min(in.Limit, 99); len(found) > last {
		found = found[:last]
		cursor := cursorPrefix + strings.TrimPrefix(found[last-1].ID, "rcn_")
		page.NextCursor = &cursor
	}
	for _, r := range found {
		page.Data = append(page.Data, showReconciliation(r))
	}
	return &struct{ Body ReconciliationPage }{page}, nil
}

func (s *server) listDiscrepancies(ctx context.Context, in *discrepanciesInput) (*struct{ Body DiscrepancyPage }, error) {
	r, err := s.reconciliation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f := store.DiscrepancyFilter{MerchantID: r.MerchantID, ReconciliationID: r.ID, After: in.After, Limit: in.Limit + 1}
	if in.Class != "" {
		known := false
		for _, c := range recap.Classes() {
			known = known || string(c) == in.Class
		}
		if !known {
			return nil, problem("invalid_parameter", "there is no such class").in("class").hinting("The classes are " + fmt.Sprint(recap.Classes()) + ".")
		}
		f.Class = recap.Class(in.Class)
	}
	found, err := s.Books.Dossiers(ctx, f)
	if err != nil {
		return nil, err
	}
	page := DiscrepancyPage{Data: []Discrepancy{}}
	if len(found) > in.Limit {
		found = found[:in.Limit]
		page.Next = &found[in.Limit-1].Number
	}
	for _, d := range found {
		page.Data = append(page.Data, showDiscrepancy(d))
	}
	return &struct{ Body DiscrepancyPage }{page}, nil
}

func showReconciliation(r books.Result) Reconciliation {
	v := Reconciliation{
		ID: r.ID, Account: r.Account, Day: recap.DayText(max(r.Day, 19700101)), Mode: string(r.Mode), State: string(r.State), By: r.By,
		CreatedAt: Time{r.CreatedAt}, EndedAt: timePtr(r.EndedAt), File: r.File, SHA256: r.Hash, Size: r.Size, Mapping: r.Mapping,
		RowsRead: r.Read, Found: r.Found, Listed: r.Kept, Trouble: r.Trouble,
	}
	s := r.Summary
	if s == nil {
		return v
	}
	v.Summary = &ReconciliationSummary{
		Rows: s.Rows, Ignored: s.Ignored, Unread: s.Unread, Errors: []FileRowError{}, Payments: s.Entries, Matched: s.Matched, Carried: s.Carried,
		Gone: s.Gone, Brought: s.Brought,
		CarriedIDs: append([]string{}, s.CarriedPayments...), Counts: map[string]int64{}, PaidHere: showTotal(s.Ours), PaidThere: showTotal(s.Theirs),
		ReturnThere: showTotal(s.Returned), Fees: s.Fees.String(), Net: s.Net.String(), Warnings: append([]string{}, s.Warnings...),
	}
	for _, c := range recap.Classes() {
		v.Summary.Counts[string(c)] = s.Counts[c]
	}
	for _, e := range s.Errors {
		v.Summary.Errors = append(v.Summary.Errors, FileRowError{e.Row, valid(e.Column), valid(e.Detail)})
	}
	return v
}

func showDiscrepancy(d recap.Dossier) Discrepancy {
	v := Discrepancy{
		Number: d.Number, Class: string(d.Class), Key: valid(d.Key), Reference: d.Reference, Difference: d.Difference, Detail: d.Detail,
		Action: string(d.Action), Advice: d.Advice, Ours: []DiscrepancyEntry{}, Theirs: []DiscrepancyLine{}, Statements: []DiscrepancyStatement{},
		Exchanges: []DiscrepancyExchange{},
	}
	if e := d.Settled; e != nil {
		v.Settled = &DiscrepancySettled{recap.DayText(e.Day), e.ReconciliationID, e.Row}
	}
	for i, e := range d.Ours {
		if i == 0 {
			v.PaymentID = e.PaymentID
		}
		v.Ours = append(v.Ours, DiscrepancyEntry{e.PaymentID, e.Attempt + 1, string(e.State), int64(e.Amount), Time{e.At}})
	}
	for _, l := range d.Theirs {
		line := DiscrepancyLine{Row: l.Row, Standing: string(l.Standing), Written: valid(l.Written), Amount: int64(l.Amount), At: timePtr(l.At)}
		if l.HasFee {
			line.Fee = l.Fee.String()
		}
		if l.HasNet {
			line.Net = l.Net.String()
		}
		v.Theirs = append(v.Theirs, line)
	}
	for _, s := range d.Statements {
		v.Statements = append(v.Statements, DiscrepancyStatement{string(s.Source), timePtr(s.At), valid(s.Text)})
	}
	for _, x := range d.Exchanges {
		v.Exchanges = append(v.Exchanges, DiscrepancyExchange{x.ID, x.Operation, string(x.Side), Time{x.At}})
	}
	return v
}
