package sandbox

import (
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	postPath     = "/cvr/300011/10"
	inquiryPath  = "/cvr/100004/10"
	billStopPath = "/cvr/100005/10"
	channelsPath = "/cvr/100001/10"
	directPath   = "/pws/ovo_direct"
	postXMLPath  = "/pws/300011/183xx00010100000"
)

// faspaySigned signs as Faspay's documents say, with code of its own.
func faspaySigned(text string) string {
	demo := DemoFaspayMerchant()
	inner := md5.Sum([]byte(demo.UserID + demo.Password + text))
	outer := sha1.Sum([]byte(hex.EncodeToString(inner[:])))
	return hex.EncodeToString(outer[:])
}

// faspayWorld is a core in virtual time with the demo's merchant, who has a server for
// notifications that acknowledges unless it is told otherwise.
type faspayWorld struct {
	*world
}

func newFaspayWorld(t *testing.T, change ...func(*FaspayOptions)) *faspayWorld {
	t.Helper()
	demo := DemoFaspayMerchant()
	demo.Callback = Callback{URL: "http://toko.test/notify", ReturnURL: "http://toko.test/return"}
	options := FaspayOptions{Merchants: []FaspayMerchant{demo, {MerchantID: "31004", Name: "Lain", UserID: "bot31004", Password: "lain"}}}
	for _, c := range change {
		c(&options)
	}
	return &faspayWorld{world: newWorld(t, Options{Faspay: options})}
}

type fields map[string]any

func (f fields) with(name string, value any) fields {
	f = maps.Clone(f)
	if value == nil {
		delete(f, name)
	} else {
		f[name] = value
	}
	return f
}

// billFields is a whole post, as the documents' sample.
func (w *faspayWorld) billFields(number string) fields {
	return fields{
		"request": "Post Data Transaction", "merchant_id": "99812", "merchant": "Toko Lunas", "bill_no": number,
		"bill_reff": "R-" + number, "bill_date": w.now.In(WIB).Format(faspayDate), "bill_expired": w.now.In(WIB).Add(time.Hour).Format(faspayDate),
		"bill_desc": "Payment Online", "bill_currency": "IDR", "bill_gross": "1200000", "bill_miscfee": "50000", "bill_total": "1250000",
		"payment_channel": "812", "pay_type": "1", "cust_no": "01", "cust_name": "John Doe", "msisdn": "8562927907",
		"email": "john@example.com", "terminal": "10", "billing_name": "John Doe",
		"item":      []any{map[string]any{"product": "Invoice #2286704", "qty": "1", "amount": "1250000", "payment_plan": "01", "merchant_id": "99812", "tenor": "00"}},
		"signature": faspaySigned(number),
	}
}

func (w *faspayWorld) json(path string, f fields) uint64 {
	w.t.Helper()
	body, err := json.Marshal(f)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.raw(path, string(body))
}

func (w *faspayWorld) raw(path, body string, headers ...string) uint64 {
	r := Request{Method: http.MethodPost, Host: "sandbox.test", Path: path, Header: http.Header{}, Body: []byte(body)}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return w.send(r)
}

// xml writes fields as Faspay's XML.
func xmlOf(f fields) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8" ?><faspay>`)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		values, many := f[name].([]any)
		if !many {
			values = []any{f[name]}
		}
		for _, value := range values {
			b.WriteString("<" + name + ">")
			if inner, ok := value.(map[string]any); ok {
				for _, k := range slices.Sorted(maps.Keys(inner)) {
					fmt.Fprintf(&b, "<%s>%v</%s>", k, inner[k], k)
				}
			} else {
				_ = xml.EscapeText(&b, []byte(fmt.Sprint(value)))
			}
			b.WriteString("</" + name + ">")
		}
	}
	b.WriteString("</faspay>")
	return b.String()
}

// field is a text of the answer to id, in either form; of a refusal it stands inside.
func (w *faspayWorld) field(id uint64, name string) string {
	w.t.Helper()
	a, ok := w.got[id]
	if !ok || a.Status == 0 {
		return ""
	}
	if a.Status != 200 {
		w.t.Errorf("HTTP status of call %d = %d, want 200", id, a.Status)
	}
	root, _, err := readFaspay(a.Body)
	if err != nil {
		w.t.Fatalf("answer to call %d is %q: %v", id, a.Body, err)
	}
	if inner := root.find("response_error"); inner != nil {
		root = *inner
	}
	return root.get(name)
}

func (w *faspayWorld) wantCode(id uint64, want string) {
	w.t.Helper()
	if got := w.field(id, "response_code"); got != want {
		w.t.Errorf("response_code of call %d = %q (%s), want %q", id, got, w.field(id, "response_desc"), want)
	}
}

// bill posts a bill of Rp 12.500 and returns its trx_id.
func (w *faspayWorld) bill(number string) string {
	w.t.Helper()
	id := w.json(postPath, w.billFields(number))
	w.wantCode(id, "00")
	return w.field(id, "trx_id")
}

func (w *faspayWorld) direct(trxID, phone string, headers ...string) uint64 {
	return w.raw(directPath, url.Values{
		"trx_id": {trxID}, "ovo_number": {phone}, "signature": {faspaySigned(trxID)},
	}.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
}

func (w *faspayWorld) ask(number, trxID string) uint64 {
	return w.json(inquiryPath, fields{
		"request": "Inquiry Payment Status", "merchant_id": "99812", "bill_no": number, "trx_id": trxID, "signature": faspaySigned(number),
	})
}

func (w *faspayWorld) stop(number, trxID string) uint64 {
	return w.json(billStopPath, fields{
		"request": "Cancel", "merchant_id": "99812", "bill_no": number, "trx_id": trxID, "payment_cancel": "Barang habis", "signature": faspaySigned(number),
	})
}

// status is what an inquiry tells of a bill.
func (w *faspayWorld) status(number, want string) {
	w.t.Helper()
	id := w.ask(number, "")
	if got := w.field(id, "payment_status_code"); got != want {
		w.t.Errorf("status of %s = %q, want %q", number, got, want)
	}
}

func (w *faspayWorld) script(s Script) {
	w.t.Helper()
	if _, err := w.core.AddScript(s); err != nil {
		w.t.Fatal(err)
	}
}

// told are the notifications that have left: offset, status, and the answer that the
// merchant's server gives to each.
func (w *faspayWorld) told() string {
	var text []string
	for _, n := range w.left {
		root, _, err := readFaspay(n.Body)
		if err != nil {
			w.t.Fatalf("notification %q: %v", n.Body, err)
		}
		text = append(text, n.At.Sub(morning).String()+"="+root.get("payment_status_code"))
	}
	return strings.Join(text, " ")
}

func (w *faspayWorld) acknowledge() {
	w.t.Helper()
	for _, n := range w.left {
		root, form, _ := readFaspay(n.Body)
		var r faspayRecord
		r.text("response", "Payment Notification")
		r.text("trx_id", root.get("trx_id"))
		r.text("merchant_id", root.get("merchant_id"))
		r.text("bill_no", root.get("bill_no"))
		r.text("response_code", "00")
		r.text("response_desc", "Success")
		w.core.Delivered(w.now, n.ID, 200, r.write(form))
	}
}

func TestFaspayBillIsPaid(t *testing.T) {
	t.Parallel()
	w := newFaspayWorld(t)
	post := w.json(postPath, w.billFields("A-1x"))
	w.wantCode(post, "00")
	trxID := w.field(post, "trx_id")
	if len(trxID) != 16 || !strings.HasPrefix(trxID, "99812") {
		t.Errorf("trx_id = %q, want 16 digits with the merchant_id", trxID)
	}
	if got := w.field(post, "redirect_url"); !strings.HasPrefix(got, "http://sandbox.test/pws/100003/0830000010100000/"+faspaySigned("A-1x")+"?trx_id="+trxID) {
		t.Errorf("redirect_url = %q", got)
	}
	w.status("A-1x", "0")
	call := w.direct(trxID, "081211110101")
	w.status("A-1x", "1")
	w.after(1900 * time.Millisecond)
	if _, answered := w.got[call]; answered {
		t.Error("ovo_direct is answered before the customer has decided")
	}
	w.after(100 * time.Millisecond)
	w.wantCode(call, "00")
	if body := string(w.got[call].Body); strings.Contains(body, "payment_status") || strings.Contains(strings.ToLower(body), "paid") {
		t.Errorf("ovo_direct speaks of the payment: %s", body)
	}
	w.balance("081211110101", seededCash-12_500, seededPoints)
	w.status("A-1x", "2")
	if got := w.told(); got != "2s=2" {
		t.Errorf("notifications = %s, want one at 2 s", got)
	}
	w.acknowledge()
	w.after(time.Hour)
	if len(w.left) != 1 {
		t.Errorf("notifications = %s, want no more after the acknowledgement", w.told())
	}
	bill, _ := w.core.Bill(trxID)
	paid, _ := w.core.TransactionByID(bill.Paid)
	if bill.Acknowledged.IsZero() || paid.Acknowledged.IsZero() || paid.Sent != 1 || paid.Invoice != "A-1x" || paid.ReferenceNo != trxID {
		t.Errorf("books = %+v, %+v", bill, paid)
	}
	w.wantCode(w.stop("A-1x", trxID), "81")
	w.wantCode(w.direct(trxID, "081211110101"), "81")
	w.wantCode(w.json(postPath, w.billFields("A-1x")), "81")
	if n := w.core.ViolationCounts(); n[RuleFaspayCancelPaid] != 1 || n[RuleFaspayBillOver] != 1 || n[RuleFaspayBillNoTwice] != 1 {
		t.Errorf("violations = %v", n)
	}
}
