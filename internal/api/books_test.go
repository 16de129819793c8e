package api

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// upload sends a form with fields in order; a value that begins with @ is a file's content.
func (w *world) upload(key string, fields ...string) answer {
	w.t.Helper()
	return w.uploadWith(key, nil, fields...)
}

func (w *world) uploadWith(key string, options []option, fields ...string) answer {
	w.t.Helper()
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	for i := 0; i < len(fields); i += 2 {
		name, value := fields[i], fields[i+1]
		content, isFile := strings.CutPrefix(value, "@")
		var err error
		if isFile {
			part, e := m.CreateFormFile(name, "settlement.csv")
			if err = e; err == nil {
				_, err = part.Write([]byte(content))
			}
		} else {
			err = m.WriteField(name, value)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		w.t.Fatal(err)
	}
	options = append(options, as(key), without("Content-Type"), with("Content-Type", m.FormDataContentType()))
	return w.do("POST", "/v1/reconciliations", form.String(), options...)
}

const settlement = "@TID,Batch,Ref No,Amount,Status\n00000179,1,1,12.500,SUCCESS\n"

func TestReconciliationsOverTheAPI(t *testing.T) {
	t.Parallel()
	w := serve(t)
	day := payment.DayOf(w.server.Now()).Start().Format("2006-01-02")
	rec := w.upload(keyA, "account", "main", "day", day, "file", settlement)
	if rec.status != http.StatusAccepted {
		t.Fatalf("upload = %d %s", rec.status, rec.body)
	}
	made := decode[struct{ ID string }](t, rec)
	var got map[string]any
	for deadline := time.Now().Add(3 * time.Minute); got["state"] != "done"; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not end: %v", got)
		}
		got = decode[map[string]any](t, w.do("GET", "/v1/reconciliations/"+made.ID, ""))
	}
	if got["found"] != 1.0 || got["by"] == "" || got["file"] != "settlement.csv" {
		t.Errorf("reconciliation = %v", got)
	}
	page := decode[struct{ Data []map[string]any }](t, w.do("GET", "/v1/reconciliations/"+made.ID+"/discrepancies?class=missing_here", ""))
	if len(page.Data) != 1 || page.Data[0]["key"] != "179/1/1" || page.Data[0]["action"] != "find_payment" {
		t.Errorf("discrepancies = %v", page)
	}
	for path, want := range map[string]string{
		"/report.csv": "missing_here,179/1/1", "/report.xlsx": "PK", "/discrepancies?limit=1": "missing_here",
	} {
		if a := w.do("GET", "/v1/reconciliations/"+made.ID+path, ""); a.status != 200 || !strings.Contains(string(a.body), want) {
			t.Errorf("GET %s = %d %.200s", path, a.status, a.body)
		}
	}
	if list := decode[struct{ Data []map[string]any }](t, w.do("GET", "/v1/reconciliations?account=main&from="+day, "")); len(list.Data) != 1 {
		t.Errorf("list = %v", list)
	}
	if a := w.do("GET", "/v1/reconciliations/"+made.ID, "", as(keyALive)); a.status != 404 {
		t.Errorf("the other mode sees it: %d", a.status)
	}
	if a := w.do("GET", "/v1/mappings/snap", ""); a.status != 200 || !strings.Contains(string(a.body), "match: [provider_reference]") {
		t.Errorf("mapping = %d %s", a.status, a.body)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := serve(t)
	day := payment.DayOf(w.server.Now()).Start().Format("2006-01-02")
	for _, c := range []struct {
		code, field string
		form        []string
	}{
		{"missing_field", "file", []string{"account", "main", "day", day}},
		{"missing_field", "account", []string{"day", day, "file", settlement}},
		{"missing_field", "day", []string{"account", "main", "file", settlement}},
		{"unknown_field", "color", []string{"color", "red"}},
		{"day_invalid", "day", []string{"day", "heute"}},
		{"day_invalid", "day", []string{"account", "main", "day", "2099-01-01", "file", settlement}},
		{"reconciliation_account", "account", []string{"account", "other", "day", day, "file", settlement}},
		{"mapping_invalid", "mapping", []string{"account", "main", "day", day, "mapping", "a: b", "file", settlement}},
		{"file_invalid", "file", []string{"account", "main", "day", day, "file", "@%PDF-1.7"}},
	} {
		p := w.upload(keyA, c.form...).problem(t)
		if p.Code != c.code || p.Field != c.field {
			t.Errorf("%v = %v in %s, want %s in %s", c.form, p, p.Field, c.code, c.field)
		}
	}
	if a := w.do("POST", "/v1/reconciliations", `{}`); a.status != 415 {
		t.Errorf("JSON = %d, want 415", a.status)
	}
	for _, path := range []string{
		"/v1/reconciliations/rcn_none", "/v1/reconciliations/rcn_none/discrepancies", "/v1/reconciliations/rcn_none/report.csv", "/v1/recaps/2026-03-01/export.csv",
	} {
		if a := w.do("GET", path, ""); a.status != 404 {
			t.Errorf("GET %s = %d, want 404", path, a.status)
		}
	}
	for _, path := range []string{
		"/v1/recaps/yesterday", "/v1/recaps?from=1", "/v1/recaps?cursor=x", "/v1/reconciliations?cursor=cur_1", "/v1/reconciliations?to=x", "/v1/mappings/none",
	} {
		if a := w.do("GET", path, ""); a.status != 422 {
			t.Errorf("GET %s = %d, want 422", path, a.status)
		}
	}
}

func TestRecapsOverTheAPI(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.pay()
	day := payment.DayOf(w.server.Now())
	path := fmt.Sprintf("/v1/recaps/%s", day.Start().Format("2006-01-02"))
	if open := decode[map[string]any](t, w.do("GET", path, "")); open["closed"] != false || len(open["data"].([]any)) != 0 {
		t.Errorf("a day that is not over = %v", open)
	}
	w.setClock(noon.AddDate(0, 0, 1))
	if err := w.books.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	closed := decode[struct {
		Closed bool
		Totals struct{ Paid struct{ Count, Sum int64 } }
		Data   []struct {
			Terminal string
			Version  int
			Batches  []struct {
				Numbering struct{ First, Last, Given int }
			}
		}
	}](t, w.do("GET", path, ""))
	if !closed.Closed || closed.Totals.Paid.Count != 1 || closed.Totals.Paid.Sum != 12500 || len(closed.Data) != 1 || closed.Data[0].Batches[0].Numbering.Last != 1 {
		t.Errorf("the day = %+v", closed)
	}
	if list := decode[struct{ Data []any }](t, w.do("GET", "/v1/recaps?limit=1&versions=true", "")); len(list.Data) != 1 {
		t.Errorf("list = %v", list)
	}
	if list := decode[struct{ Data []any }](t, w.do("GET", "/v1/recaps", "", as(keyB))); len(list.Data) != 0 {
		t.Errorf("another merchant sees %v", list)
	}
	for suffix, want := range map[string]string{"/export.csv": "12500", "/export.xlsx": "PK"} {
		if a := w.do("GET", path+suffix, ""); a.status != 200 || !strings.Contains(string(a.body), want) || a.header.Get("Content-Disposition") == "" {
			t.Errorf("GET %s = %d %.300s", suffix, a.status, a.body)
		}
	}
}

// tourBooks provokes one good answer of every route of recaps and reconciliations.
func (w *world) tourBooks() {
	w.t.Helper()
	day := payment.DayOf(w.server.Now()).Start().Format("2006-01-02")
	w.do("GET", "/v1/recaps/"+day, "")
	made := decode[struct{ ID string }](w.t, w.uploadWith(keyA, []option{keyed("books")}, "account", "main", "day", day, "file", settlement))
	w.uploadWith(keyA, []option{keyed("books")}, "account", "main", "day", day, "file", settlement)
	for _, path := range []string{"", "/discrepancies", "/report.csv", "/report.xlsx"} {
		w.do("GET", "/v1/reconciliations/"+made.ID+path, "")
	}
	for _, path := range []string{"/v1/reconciliations", "/v1/mappings/ovo", "/v1/recaps"} {
		w.do("GET", path, "")
	}
	w.setClock(noon.AddDate(0, 0, 1))
	if err := w.books.Tick(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	for _, kind := range []string{"csv", "xlsx"} {
		w.do("GET", "/v1/recaps/"+day+"/export."+kind, "")
	}
}
