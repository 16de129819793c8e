package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/sheet"
	"github.com/lunas-pay/lunas/internal/store"
)

// Recap is what one terminal's payments of one day add up to.
type Recap struct {
	Day      string       `json:"day" example:"2026-03-21" doc:"From 00:00 to 24:00 in Western Indonesian Time. A payment counts on the day of its last push or QR."`
	Terminal string       `json:"terminal" example:"till-1"`
	Mode     string       `json:"mode" enum:"test,live"`
	Version  int          `json:"version" doc:"1 as the day was closed; above, a correction."`
	ClosedAt Time         `json:"closed_at"`
	Totals   RecapTotals  `json:"totals"`
	Batches  []RecapBatch `json:"batches" nullable:"false"`
	// Of a correction.
	Changed []RecapDifference `json:"changed,omitempty" nullable:"false" doc:"Of a correction: what is different from the version before."`
	Why     []RecapLate       `json:"why,omitempty" nullable:"false" doc:"Of a correction: the payments that have changed since the version before."`
}

// RecapTotals are totals of every kind. Every payment is in exactly one of them.
type RecapTotals struct {
	Paid     RecapTotal `json:"paid"`
	Voided   RecapTotal `json:"voided"`
	Refunded RecapTotal `json:"refunded" doc:"Also those that were refunded on a later day."`
	Reversed RecapTotal `json:"reversed"`
	Review   RecapTotal `json:"review"`
	Failed   RecapTotal `json:"failed" doc:"Declined, expired or canceled."`
	Open     RecapTotal `json:"open" doc:"Still under way when the recap was written."`
}

// RecapTotal is a number of payments with what they add up to.
type RecapTotal struct {
	Count int64 `json:"count"`
	Sum   int64 `json:"sum" doc:"Whole rupiah."`
}

// RecapBatch is a batch of a recap.
type RecapBatch struct {
	Batch     int            `json:"batch"`
	Accounts  []RecapAccount `json:"accounts" nullable:"false"`
	Numbering RecapNumbering `json:"numbering"`
}

// RecapAccount is what went through one account.
type RecapAccount struct {
	Account string      `json:"account" example:"ovo"`
	Rail    string      `json:"rail" example:"ovo"`
	Totals  RecapTotals `json:"totals"`
}

// RecapNumbering says which reference numbers of a batch were given, by the terminal as a whole.
type RecapNumbering struct {
	First   int           `json:"first"`
	Last    int           `json:"last"`
	Given   int64         `json:"given" doc:"How many payments stand by a number from first to last."`
	Missing int64         `json:"missing" doc:"How many numbers from 1 to last no payment of the day stands by."`
	Gaps    []RecapNumber `json:"gaps" nullable:"false" doc:"They, with the reason: earlier_attempt, moved_ahead, skipped. At most 500."`
	Burnt   int64         `json:"burnt" doc:"How many numbers are used up although nothing came of them."`
	Burned  []RecapNumber `json:"burnt_numbers" nullable:"false" doc:"They, with the reason: not_sent, nothing_made, number_used. At most 500."`
	Twice   []int         `json:"twice,omitempty" nullable:"false" doc:"Numbers by which more than one payment stands, which must not be."`
}

// RecapNumber is a row of numbers with the reason for it.
type RecapNumber struct {
	From      int    `json:"from"`
	To        int    `json:"to"`
	Reason    string `json:"reason"`
	PaymentID string `json:"payment_id,omitempty"`
}

// RecapDifference is a total that is another one than before.
type RecapDifference struct {
	Batch   int        `json:"batch"`
	Account string     `json:"account"`
	Total   string     `json:"total" example:"paid"`
	Before  RecapTotal `json:"before"`
	After   RecapTotal `json:"after"`
}

// RecapLate is a payment of which something became known after its day was closed.
type RecapLate struct {
	PaymentID string `json:"payment_id"`
	State     string `json:"state"`
	Event     string `json:"event" doc:"What happened last: the kind of its last step."`
	By        string `json:"by,omitempty" doc:"Who asked for it."`
	At        Time   `json:"at"`
}

// RecapPage is a page of recaps, the newest day first.
type RecapPage struct {
	Data       []Recap `json:"data" nullable:"false"`
	NextCursor *string `json:"next_cursor" doc:"For the next page; null on the last one."`
}

// RecapDay is a day with the newest recap of every terminal.
type RecapDay struct {
	Day      string      `json:"day"`
	Closed   bool        `json:"closed" doc:"false: the day is not over, or not closed yet; there are no recaps of it then."`
	ClosedAt *Time       `json:"closed_at" nullable:"true"`
	Totals   RecapTotals `json:"totals" doc:"Of all terminals together."`
	Data     []Recap     `json:"data" nullable:"false"`
}

type recapsInput struct {
	From     string `query:"from" doc:"Only this day and later ones." example:"2026-03-01"`
	To       string `query:"to" doc:"Only this day and earlier ones." example:"2026-03-31"`
	Terminal string `query:"terminal" maxLength:"64" doc:"Only this terminal."`
	Versions bool   `query:"versions" doc:"true: every version; else the newest of each."`
	Limit    int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
	Cursor   string `query:"cursor" doc:"next_cursor of the page before."`
}

// OneDay names a day.
type OneDay struct {
	Day string `path:"day" example:"2026-03-21" doc:"The day, in Western Indonesian Time."`
}

func (s *server) routeRecaps() {
	register(s, huma.Operation{
		OperationID: "list-recaps", Method: http.MethodGet, Path: "/v1/recaps", Summary: "What days add up to, per terminal and batch", Tags: []string{"Books"},
		Description: "A day is closed soon after it is over. Its recaps are never changed; what becomes known later makes the next version, which says " +
			"what is different and why. The events recap.closed and recap.corrected tell of them.",
	}, answers{codes: codes("invalid_parameter", "invalid_cursor", "unknown_parameter")}, s.listRecaps)
	register(s, huma.Operation{
		OperationID: "get-recap-day", Method: http.MethodGet, Path: "/v1/recaps/{day}", Summary: "A day with the newest recap of every terminal", Tags: []string{"Books"},
	}, answers{codes: codes("invalid_parameter", "unknown_parameter")}, s.recapDay)
	s.routeRecapExport(sheet.CSV)
	s.routeRecapExport(sheet.XLSX)
}

func (s *server) routeRecapExport(format sheet.Format) {
	register(s, huma.Operation{
		OperationID: "export-recap-day-" + string(format), Method: http.MethodGet, Path: "/v1/recaps/{day}/export." + string(format),
		Summary: "A day's recaps as " + strings.ToUpper(string(format)) + ", every version of them", Tags: []string{"Books"},
	}, answers{media: format.ContentType(), codes: codes("invalid_parameter", "unknown_parameter", "recap_not_found")},
		func(ctx context.Context, in *OneDay) (*fileAnswer, error) {
			day, p := dayIn("day", in.Day)
			if p != nil {
				return nil, p
			}
			all, err := s.recapsOf(ctx, day, true)
			if err != nil {
				return nil, err
			}
			if len(all) == 0 {
				return nil, problem("recap_not_found", "there are no recaps of this day: it had no payments, or is not closed yet")
			}
			var out bytes.Buffer
			if err := books.WriteRecaps(&out, format, all); err != nil {
				return nil, err
			}
			return file(format, "recap-"+recap.DayText(day), out.Bytes()), nil
		})
}

// fileAnswer is a file to be kept.
type fileAnswer struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func file(format sheet.Format, name string, content []byte) *fileAnswer {
	return &fileAnswer{format.ContentType(), `attachment; filename="` + name + "." + string(format) + `"`, content}
}

// dayIn reads a day.
func dayIn(field, written string) (payment.Day, *Problem) {
	day, err := recap.ParseDay(written)
	if err != nil {
		return 0, problem("invalid_parameter", field+" is no day").in(field).hinting("Write it as 2026-03-21.")
	}
	return day, nil
}

func (s *server) listRecaps(ctx context.Context, in *recapsInput) (*struct{ Body RecapPage }, error) {
	key := callOf(ctx).key
	f := store.RecapFilter{MerchantID: key.MerchantID, Mode: key.Mode, Terminal: in.Terminal, Versions: in.Versions, Limit: in.Limit + 1}
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
		if f.After = recapAt(in.Cursor); f.After == nil {
			return nil, problem("invalid_cursor", "this is not a cursor of ours").in("cursor")
		}
		f.After.Mode = key.Mode
	}
	found, err := s.Books.Recaps(ctx, f)
	if err != nil {
		return nil, err
	}
	page := RecapPage{Data: []Recap{}}
	if len(found) > in.Limit {
		found = found[:in.Limit]
		last := found[in.Limit-1]
		cursor := cursorPrefix + recap.DayText(last.Day) + "_" + strconv.Itoa(last.Version) + "_" + last.Terminal
		page.NextCursor = &cursor
	}
	for _, r := range found {
		page.Data = append(page.Data, showRecap(r))
	}
	return &struct{ Body RecapPage }{page}, nil
}

// recapAt reads a cursor; nil where it is none.
func recapAt(cursor string) *recap.Recap {
	parts := strings.SplitN(strings.TrimPrefix(cursor, cursorPrefix), "_", 3)
	if len(parts) != 3 || !strings.HasPrefix(cursor, cursorPrefix) {
		return nil
	}
	day, err := recap.ParseDay(parts[0])
	version, wrong := strconv.Atoi(parts[1])
	if err = errors.Join(err, wrong); err != nil {
		return nil
	}
	return &recap.Recap{Day: day, Version: version, Terminal: parts[2]}
}

// recapsOf reads all recaps of a day.
func (s *server) recapsOf(ctx context.Context, day payment.Day, versions bool) (all []recap.Recap, err error) {
	key := callOf(ctx).key
	f := store.RecapFilter{MerchantID: key.MerchantID, Mode: key.Mode, From: day, To: day, Versions: versions, Limit: 1000}
	for {
		page, err := s.Books.Recaps(ctx, f)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < f.Limit {
			return all, nil
		}
		f.After = &page[len(page)-1]
	}
}

func (s *server) recapDay(ctx context.Context, in *OneDay) (*struct{ Body RecapDay }, error) {
	day, p := dayIn("day", in.Day)
	if p != nil {
		return nil, p
	}
	out := RecapDay{Day: recap.DayText(day), Data: []Recap{}}
	at, err := s.Books.Closed(ctx, callOf(ctx).key.MerchantID, day)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		out.Closed, out.ClosedAt = true, timePtr(at)
	}
	all, err := s.recapsOf(ctx, day, false)
	if err != nil {
		return nil, err
	}
	var totals recap.Totals
	for _, r := range all {
		totals.Add(r.Totals())
		out.Data = append(out.Data, showRecap(r))
	}
	out.Totals = showTotals(totals)
	return &struct{ Body RecapDay }{out}, nil
}

func showTotal(t recap.Total) RecapTotal { return RecapTotal{t.Count, int64(t.Sum)} }

func showTotals(t recap.Totals) RecapTotals {
	return RecapTotals{
		showTotal(t.Paid), showTotal(t.Voided), showTotal(t.Refunded), showTotal(t.Reversed), showTotal(t.Review), showTotal(t.Failed), showTotal(t.Open),
	}
}

func showNumbers(gaps []recap.Gap) []RecapNumber {
	out := []RecapNumber{}
	for _, g := range gaps {
		out = append(out, RecapNumber{int(g.From), int(g.To), string(g.Reason), g.PaymentID})
	}
	return out
}

func showRecap(r recap.Recap) Recap {
	v := Recap{
		Day: recap.DayText(r.Day), Terminal: r.Terminal, Mode: string(r.Mode), Version: r.Version, ClosedAt: Time{r.ClosedAt},
		Totals: showTotals(r.Totals()), Batches: []RecapBatch{},
	}
	for _, b := range r.Batches {
		n := b.Numbering
		batch := RecapBatch{Batch: int(b.Batch), Accounts: []RecapAccount{}, Numbering: RecapNumbering{
			First: int(n.First), Last: int(n.Last), Given: n.Given, Missing: n.GapsAll, Gaps: showNumbers(n.Gaps), Burnt: n.BurntAll, Burned: showNumbers(n.Burnt),
		}}
		for _, t := range n.Twice {
			batch.Numbering.Twice = append(batch.Numbering.Twice, int(t))
		}
		for _, a := range b.Accounts {
			batch.Accounts = append(batch.Accounts, RecapAccount{a.Account, string(a.Rail), showTotals(a.Totals)})
		}
		v.Batches = append(v.Batches, batch)
	}
	for _, d := range r.Changed {
		v.Changed = append(v.Changed, RecapDifference{int(d.Batch), d.Account, d.Total, showTotal(d.Before), showTotal(d.After)})
	}
	for _, l := range r.Why {
		v.Why = append(v.Why, RecapLate{l.PaymentID, string(l.State), l.Event, l.By, Time{l.At}})
	}
	return v
}
