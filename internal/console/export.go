package console

import (
	"net/http"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/sheet"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

// This file writes lists of payments as CSV, as they are read: page by page, so that no writer waits for it, in bounded memory.
// Phones are masked. An answer that breaks off is no whole answer to a browser.

// exportColumns are named as in the API. They are never written.
var exportColumns = []string{
	"id", "created_at", "updated_at", "mode", "state", "amount", "reference", "method", "rail", "account", "terminal", "batch",
	"reference_number", "approval_code", "response_code", "failure", "phone",
}

func (s *server) export(v *visit) error {
	q, bad := readQuery(v.r.URL.Query())
	if bad != (wording.Words{}) {
		return wrong(http.StatusUnprocessableEntity, sayBad[0], bad)
	}
	ctx := v.r.Context()
	page, next, err := s.search(ctx, v.Merchant.ID, q, "", chunk, lookMax)
	if err != nil {
		return err
	}
	control := http.NewResponseController(v.w)
	_ = control.SetWriteDeadline(time.Time{}) // a server's limit is for pages
	h := v.w.Header()
	h.Set("Content-Type", sheet.CSV.ContentType())
	h.Set("Content-Disposition", `attachment; filename="payments-`+v.Now().In(payment.WIB).Format("20060102-1504")+`.csv"`)
	h.Set("X-Accel-Buffering", "no") // what nginx needs to hear
	out := sheet.NewWriter(v.w, sheet.CSV)
	written := 0
	err = out.Table("payments", exportColumns...)
	for err == nil {
		for i := range page {
			if err = out.Row(exportRow(&page[i])...); err != nil {
				break
			}
			written++
		}
		if err != nil || next == "" {
			break
		}
		if err = out.Flush(); err == nil {
			err = control.Flush()
		}
		if err == nil {
			page, next, err = s.search(ctx, v.Merchant.ID, q, next, chunk, lookMax)
		}
	}
	if err == nil {
		err = out.Close()
	}
	s.noteExport(v, written, err == nil)
	if err != nil {
		s.Log.Warn("an export broke off", "merchant", v.Merchant.ID, "rows", written, "error", err)
		panic(http.ErrAbortHandler) // the browser must not take it for whole
	}
	return nil
}

// Now is the payments' time.
func (v *visit) Now() time.Time { return v.s.Now() }

// noteExport notes who took how many payments away.
func (s *server) noteExport(v *visit, n int, whole bool) {
	ctx, cancel := detached(v.r.Context())
	defer cancel()
	a := v.deed(store.ActPaymentsExported, v.Merchant.ID, "", "", map[string]any{"whole": whole}).Action
	a.Count = int64(n)
	if err := s.Engine.Store.AppendAction(ctx, a); err != nil {
		s.Log.Error("an export cannot be noted", "merchant", v.Merchant.ID, "error", err)
	}
}

func exportRow(p *payment.Payment) []any {
	var a payment.Attempt
	if n := len(p.Attempts); n > 0 {
		a = p.Attempts[n-1]
	}
	batch, number, failure := any(""), any(""), ""
	if !a.Number.IsZero() {
		batch, number = int(a.Number.Batch), int(a.Number.Reference)
	}
	if p.Failure != nil {
		failure = p.Failure.Code
	}
	return []any{
		p.ID, p.CreatedAt.In(payment.WIB), p.UpdatedAt.In(payment.WIB), string(p.Mode), string(p.State), int64(p.Amount), p.Reference,
		string(p.Method), string(p.Rail), p.Account, a.Terminal.ID, batch, number, a.ApprovalCode, a.ResponseCode, failure, p.Phone.String(),
	}
}
