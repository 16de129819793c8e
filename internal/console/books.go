package console

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/sheet"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

// This file shows the recaps of days and what reconciling has found, and takes settlement files.

// bookRoutes are those of the end of a day.
func (s *server) bookRoutes() []route {
	return []route{
		{"GET /console/m/{merchant}/recaps", operator.Viewer, s.recapsPage, "recaps"},
		{"GET /console/m/{merchant}/recaps/{day}", operator.Viewer, s.recapPage, ""},
		{"GET /console/m/{merchant}/recaps/{day}/export/{format}", operator.Operator, s.recapExport, ""},
		{"GET /console/m/{merchant}/reconciliations", operator.Viewer, s.reconciliationsPage, "reconciliations"},
		{uploadRoute, operator.Operator, s.upload, ""},
		{"GET /console/m/{merchant}/reconciliations/{id}", operator.Viewer, s.reconciliationPage, ""},
		{"GET /console/m/{merchant}/reconciliations/{id}/report/{format}", operator.Operator, s.reportExport, ""},
	}
}

const (
	// uploadRoute is the only one whose body may be longer than a form: uploadMax, in bytes.
	uploadRoute   = "POST /console/m/{merchant}/reconciliations"
	uploadMax     = 64 << 20
	uploadTimeout = 10 * time.Minute // to send it
)

// dayLine is a day of the list of recaps: all terminals together.
type dayLine struct {
	Day       payment.Day
	Totals    recap.Totals
	Corrected bool
	Terminals int
}

// DayText writes a day for addresses and pages.
func (v *visit) DayText(d payment.Day) string { return recap.DayText(d) }

// recapsView is the list of days.
type recapsView struct {
	Mode  payment.Mode
	Days  []dayLine
	Chart chart
	Now   payment.Day
}

// recapDays is how many days the list goes back.
const recapDays = 31

func (s *server) recapsPage(v *visit) error {
	d := recapsView{Mode: v.mode(), Now: payment.DayOf(s.Now())}
	from := payment.DayOf(d.Now.Start().AddDate(0, 0, -recapDays))
	list, err := s.Engine.Store.Recaps(v.r.Context(), store.RecapFilter{MerchantID: v.Merchant.ID, Mode: d.Mode, From: from, To: d.Now, Limit: 1000})
	if err != nil {
		return err
	}
	for _, r := range list { // the newest day first
		if n := len(d.Days); n == 0 || d.Days[n-1].Day != r.Day {
			d.Days = append(d.Days, dayLine{Day: r.Day})
		}
		line := &d.Days[len(d.Days)-1]
		line.Totals.Add(r.Totals())
		line.Corrected = line.Corrected || r.Version > 1
		line.Terminals++
	}
	var columns []column
	for i := len(d.Days) - 1; i >= 0; i-- {
		line := d.Days[i]
		columns = append(columns, column{line.Day.Start().Format("02/01"), []part{
			{"good", int64(line.Totals.Paid.Sum), recap.DayText(line.Day) + ": " + line.Totals.Paid.Sum.String()},
		}})
	}
	d.Chart = draw("recaps", columns)
	return v.show("recaps", d)
}

// recapView is a day, terminal by terminal.
type recapView struct {
	Day  payment.Day
	Mode payment.Mode
	List []recap.Recap
}

// recapsOf gives the newest recaps of the day that the address names.
func (s *server) recapsOf(v *visit) (d recapView, err error) {
	d.Mode = v.mode()
	if d.Day, err = recap.ParseDay(v.r.PathValue("day")); err != nil {
		return d, store.ErrNotFound
	}
	d.List, err = s.Engine.Store.Recaps(v.r.Context(), store.RecapFilter{MerchantID: v.Merchant.ID, Mode: d.Mode, From: d.Day, To: d.Day, Limit: 1000})
	if err == nil && len(d.List) == 0 {
		err = store.ErrNotFound
	}
	return d, err
}

func (s *server) recapPage(v *visit) error {
	d, err := s.recapsOf(v)
	if err != nil {
		return err
	}
	return v.show("recap", d)
}

// Total names a kind of total.
func (v *visit) Total(name string) string { return v.Word("total_" + name) }

// KindsOf lists a recap's totals.
func (v *visit) KindsOf(t recap.Totals) []recap.Kind { return t.Kinds() }

func (s *server) recapExport(v *visit) error {
	format, err := formatOf(v)
	if err != nil {
		return err
	}
	d, err := s.recapsOf(v)
	if err != nil {
		return err
	}
	return v.attach(format, "recap-"+recap.DayText(d.Day), func(out io.Writer) error { return books.WriteRecaps(out, format, d.List) })
}

func formatOf(v *visit) (sheet.Format, error) {
	switch f := sheet.Format(v.r.PathValue("format")); f {
	case sheet.CSV, sheet.XLSX:
		return f, nil
	}
	return "", store.ErrNotFound
}

// attach answers with a file, of a size that can be held in memory.
func (v *visit) attach(format sheet.Format, name string, write func(io.Writer) error) error {
	var out bytes.Buffer
	if err := write(&out); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", format.ContentType())
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+name+"."+string(format)+`"`)
	_, _ = v.w.Write(out.Bytes()) // a browser that is gone reads nothing
	return nil
}

// reconciliationsView is the list, with the form for another one.
type reconciliationsView struct {
	List     []books.Result
	Accounts []string
	Account  string
	Day      string
	More     string
	On       bool // files are taken here
}

func (s *server) reconciliationsView(v *visit) (d reconciliationsView, err error) {
	d.On, d.Day = s.Books != nil, recap.DayText(payment.DayOf(s.Now().AddDate(0, 0, -1)))
	for _, a := range s.Engine.AccountsOf(v.Merchant.ID) {
		d.Accounts = append(d.Accounts, a.ID)
	}
	if !d.On {
		return d, nil
	}
	const limit = pageSize
	list, err := s.Books.Reconciliations(v.r.Context(), store.ReconciliationFilter{MerchantID: v.Merchant.ID, Before: v.r.URL.Query().Get("before"), Limit: limit + 1})
	if err != nil {
		return d, err
	}
	d.List = list[:min(len(list), limit)]
	if len(list) > limit {
		d.More = v.at("reconciliations") + "?before=" + d.List[limit-1].ID
	}
	return d, nil
}

func (s *server) reconciliationsPage(v *visit) error {
	d, err := s.reconciliationsView(v)
	if err != nil {
		return err
	}
	return v.show("reconciliations", d)
}

// upload takes a settlement file, part by part, so that it is never held in memory. The form has account and day before it.
func (s *server) upload(v *visit) error {
	if s.Books == nil {
		return store.ErrNotFound
	}
	control := http.NewResponseController(v.w)
	_ = control.SetReadDeadline(time.Now().Add(uploadTimeout)) // not supported by every test's writer
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	d, err := s.reconciliationsView(v)
	if err != nil {
		return err
	}
	form, err := v.r.MultipartReader()
	if err != nil {
		return badRequest()
	}
	order := books.Order{MerchantID: v.Merchant.ID, By: v.User.ID}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return v.again("reconciliations", d, sayNoFile)
		}
		if err != nil {
			return uploadTrouble(err)
		}
		if part.FormName() == "file" {
			return s.reconcile(v, d, order, part)
		}
		content, err := io.ReadAll(io.LimitReader(part, 200))
		if err != nil {
			return uploadTrouble(err)
		}
		switch text := strings.TrimSpace(string(content)); part.FormName() {
		case "account":
			d.Account = text
			for _, a := range s.Engine.AccountsOf(v.Merchant.ID) {
				if a.ID == text {
					order.Account, order.Mode = a.ID, a.Environment.Mode()
				}
			}
		case "day":
			d.Day = text
			order.Day, _ = recap.ParseDay(text)
		}
	}
}

// uploadTrouble is for a body that ends early or is too long.
func uploadTrouble(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return badRequest()
}

func (s *server) reconcile(v *visit, d reconciliationsView, order books.Order, part *multipart.Part) error {
	switch {
	case order.Account == "":
		return v.again("reconciliations", d, sayAccount)
	case order.Day == 0:
		return v.again("reconciliations", d, sayDay)
	case part.FileName() == "":
		return v.again("reconciliations", d, sayNoFile)
	}
	order.File = part.FileName()
	r, err := s.Books.Reconcile(v.r.Context(), order, part)
	var refusal *books.Refusal
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return tooLarge
	case errors.As(err, &refusal):
		why := strings.ReplaceAll(refusal.Detail, "\n", "; ")
		return v.again("reconciliations", d, wording.Words{ID: "Berkas ini tidak dapat dipakai: " + why, EN: "This file cannot be used: " + why})
	case errors.Is(err, books.ErrBusy):
		return v.again("reconciliations", d, sayBusyBooks)
	case err != nil:
		return err
	}
	return v.redirect(v.at("reconciliations", r.ID))
}

// reconciliationView is what one has found.
type reconciliationView struct {
	books.Result
	Classes  []classLine
	Dossiers []recap.Dossier
	More     string
	By       string
	Class    recap.Class
}

// classLine is how many discrepancies of a class there are.
type classLine struct {
	Class recap.Class
	Count int64
	Width string // of its bar, of 100
}

func (s *server) reconciliationPage(v *visit) (err error) {
	if s.Books == nil {
		return store.ErrNotFound
	}
	ctx := v.r.Context()
	var d reconciliationView
	if d.Result, err = s.Books.Reconciliation(ctx, v.Merchant.ID, "", v.r.PathValue("id")); err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	d.By = byWhom(d.Result.By, names)
	if d.Summary != nil {
		most := int64(1)
		for _, c := range recap.Classes() {
			most = max(most, d.Summary.Counts[c])
		}
		for _, c := range recap.Classes() {
			n := d.Summary.Counts[c]
			d.Classes = append(d.Classes, classLine{c, n, units(100 * float64(n) / float64(most))})
		}
	}
	if c := recap.Class(v.r.URL.Query().Get("class")); slices.Contains(recap.Classes(), c) {
		d.Class = c
	}
	after, _ := strconv.ParseInt(v.r.URL.Query().Get("after"), 10, 64)
	d.Dossiers, err = s.Books.Dossiers(ctx, store.DiscrepancyFilter{
		MerchantID: v.Merchant.ID, ReconciliationID: d.ID, Class: d.Class, After: max(after, 0), Limit: pageSize + 1,
	})
	if err != nil {
		return err
	}
	if len(d.Dossiers) > pageSize {
		d.Dossiers = d.Dossiers[:pageSize]
		d.More = v.at("reconciliations", d.ID) + "?class=" + string(d.Class) + "&after=" + strconv.FormatInt(d.Dossiers[pageSize-1].Number, 10)
	}
	return v.show("reconciliation", d)
}

func (s *server) reportExport(v *visit) error {
	format, err := formatOf(v)
	if err != nil || s.Books == nil {
		return store.ErrNotFound
	}
	r, err := s.Books.Reconciliation(v.r.Context(), v.Merchant.ID, "", v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.attach(format, "reconciliation-"+recap.DayText(r.Day), func(out io.Writer) error {
		return s.Books.WriteReport(v.r.Context(), out, format, r)
	})
}
