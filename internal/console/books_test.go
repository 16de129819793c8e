package console

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
)

// withBooks lets the console take settlement files.
func withBooks(t *testing.T) func(*Options) {
	return func(o *Options) {
		o.Books = books.New(books.Options{
			Store: o.Engine.Store, NewID: engine.NewID, Now: o.Now, Log: o.Log, TempDir: t.TempDir(),
			Rail: func(context.Context, string, string) (payment.Rail, bool) { return payment.OVO, true },
		})
		t.Cleanup(o.Books.Close)
	}
}

// upload sends the form of a settlement file, its fields in order; a name that is file comes with content.
func (b *browser) upload(path string, fields ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		var err error
		if fields[i] == "file" {
			part, e := form.CreateFormFile("file", "settlement.csv")
			if err = e; err == nil {
				_, err = part.Write([]byte(fields[i+1]))
			}
		} else {
			err = form.WriteField(fields[i], fields[i+1])
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.do("POST", path, nil, func(r *http.Request) {
		sent := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), &body)
		r.Body, r.ContentLength = sent.Body, sent.ContentLength
		r.Header.Set("Content-Type", form.FormDataContentType())
	})
}

func TestUploadASettlementFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withBooks(t))
	paid := w.order("mer_a", "INV-1", 12500, canaryPhone)
	b := w.as("ayu", grant("mer_a", operator.Operator))
	const path = "/console/m/mer_a/reconciliations"
	day := noon.Format(time.DateOnly)
	const head = "TID,Batch,Reference Number,Amount,Status\n"
	for what, fields := range map[string][]string{
		"no file": {"account", "ovo", "day", day}, "no account": {"day", day, "file", head}, "another's account": {"account", "none", "day", day, "file", head},
		"no day": {"account", "ovo", "file", head}, "a PDF": {"account", "ovo", "day", day, "file", "%PDF-1.7 …"}, "no columns": {"account", "ovo", "day", day, "file", "a,b\n1,2\n"},
	} {
		if rec := b.upload(path, fields...); rec.Code != 422 || !strings.Contains(rec.Body.String(), `role="alert"`) {
			t.Errorf("%s: %d %s", what, rec.Code, rec.Body)
		}
	}
	if rec := b.upload(path, "account", "ovo", "day", day, "file", strings.Repeat("x", uploadMax)); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a file that is too long: %d", rec.Code)
	}
	b.post(path, reason(), 400)
	w.as("budi", grant("mer_a", operator.Viewer)).upload(path, "account", "ovo")
	rec := b.upload(path, "account", "ovo", "day", day, "file", head+"00000179,1,1,9000,success\n00000179,1,77,500,success\n")
	if rec.Code != 303 {
		t.Fatalf("the upload: %d %s", rec.Code, rec.Body)
	}
	result := rec.Header().Get("Location")
	page := ""
	for deadline := time.Now().Add(3 * time.Minute); !strings.Contains(page, ">done<"); time.Sleep(5 * time.Millisecond) {
		if page = b.get(result, 200); time.Now().After(deadline) {
			t.Fatalf("it does not end:\n%s", page)
		}
	}
	for _, want := range []string{"settlement.csv", "Amount differs", "Missing here", paid.ID, "ayu", "/report/xlsx"} {
		if !strings.Contains(page, want) {
			t.Errorf("the result has no %q:\n%s", want, page)
		}
	}
	if page := b.get(result+"?class=missing_here", 200); strings.Contains(page, paid.ID) {
		t.Error("another class is shown")
	}
	if report := b.get(result+"/report/csv", 200); !strings.Contains(report, "missing_here") {
		t.Errorf("the report: %s", report)
	}
	b.get(result+"/report/exe", 404)
	if list := b.get(path, 200); !strings.Contains(list, result) {
		t.Errorf("the list: %s", list)
	}
	w.as("citra", grant("mer_b", operator.Owner)).get(strings.Replace(result, "mer_a", "mer_b", 1), 404)
}

// closeDay writes a day's recap down.
func (w *world) closeDay(owner string, day payment.Day, version int, paid recap.Total) {
	w.t.Helper()
	r := recap.Recap{
		MerchantID: owner, Mode: payment.Test, Day: day, Terminal: "till-1", Version: version, ClosedAt: noon,
		Batches: []recap.Batch{{
			Batch: 1, Accounts: []recap.Account{{Account: "ovo", Rail: payment.OVO, Totals: recap.Totals{Paid: paid, Failed: recap.Total{Count: 2, Sum: 9000}}}},
			Numbering: recap.Numbering{First: 1, Last: 9, Given: 7, GapsAll: 2, Gaps: []recap.Gap{{From: 3, To: 4, Reason: recap.Skipped}}},
		}},
	}
	if version > 1 {
		r.Why = []recap.Late{{PaymentID: "pay_1", State: payment.Voided, At: noon}}
		r.Changed = []recap.Difference{{Batch: 1, Account: "ovo", Total: "paid", After: paid}}
	}
	if err := w.store.SaveRecaps(w.t.Context(), store.Closing{MerchantID: owner, Day: day, At: noon, Recaps: []recap.Recap{r}, Final: true}); err != nil {
		w.t.Fatal(err)
	}
}

func TestRecaps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.closeDay("mer_a", 20260320, 1, recap.Total{Count: 5, Sum: 62500})
	w.closeDay("mer_a", 20260320, 2, recap.Total{Count: 4, Sum: 50000})
	w.closeDay("mer_a", 20260319, 1, recap.Total{Count: 3, Sum: 37500})
	b := w.as("ayu", grant("mer_a", operator.Operator))
	list := b.get("/console/m/mer_a/recaps", 200)
	for _, want := range []string{"2026-03-20", "2026-03-19", "50.000", "37.500", "corrected", "<svg"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list has no %q:\n%s", want, list)
		}
	}
	day := b.get("/console/m/mer_a/recaps/2026-03-20?mode=test", 200)
	for _, want := range []string{"till-1", "50.000", "no payment has it", "pay_1", "2 gaps"} {
		if !strings.Contains(day, want) {
			t.Errorf("the day has no %q:\n%s", want, day)
		}
	}
	if in := w.browserOf(b, "id").get("/console/m/mer_a/recaps/2026-03-20?mode=test", 200); !strings.Contains(in, "tidak ada pembayaran dengan nomor ini") {
		t.Errorf("in Indonesian the day has no reason for a gap:\n%s", in)
	}
	if strings.Contains(day, "62.500") {
		t.Error("an old version is shown")
	}
	if csv := b.get("/console/m/mer_a/recaps/2026-03-20/export/csv?mode=test", 200); !strings.Contains(csv, "2026-03-20,test,till-1,2") {
		t.Errorf("the export: %s", csv)
	}
	for _, none := range []string{"2026-03-18", "yesterday", "2026-03-20?mode=live"} {
		b.get("/console/m/mer_a/recaps/"+none, 404)
	}
	w.as("budi", grant("mer_b", operator.Owner)).get("/console/m/mer_b/recaps/2026-03-20?mode=test", 404)
}

func TestNoticesStandFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, owner := range []string{"mer_a", "mer_b", ""} {
		err := w.store.SaveNotice(t.Context(), notice.Kept{
			ID: "ntc_" + string(rune('1'+i)), Version: 1, RaisedAt: noon, SaidAt: noon, Said: 1,
			Notice: notice.Notice{Cause: "c", Kind: notice.Provider, MerchantID: owner, Text: "matter of [" + owner + "].", Mend: "Call them.", Urgent: true, TextIndonesian: "Perihal [" + owner + "]."},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
	}
	ayu := w.as("ayu", grant("mer_a", operator.Viewer))
	// What has no Indonesian words, since it was written by a gateway that had none, is said in English.
	if in := w.browserOf(ayu, "id").get("/console/m/mer_a/work", 200); !strings.Contains(in, "Perihal [mer_a]. Call them.") || strings.Contains(in, "matter of") {
		t.Errorf("the notices in Indonesian: %s", in)
	}
	page := ayu.get("/console/m/mer_a/work", 200)
	if !strings.Contains(page, "matter of [mer_a]") || strings.Contains(page, "mer_b]") || strings.Contains(page, "matter of []") || !strings.Contains(page, "Call them.") {
		t.Errorf("the notices: %s", page)
	}
}
