package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// morning is when every world begins: 10:00 in Jakarta.
var morning = time.Date(2026, 11, 21, 10, 0, 0, 497e6, WIB)

// world is a core in virtual time with a merchant that can speak to it.
type world struct {
	t    *testing.T
	core *Core
	now  time.Time
	got  map[uint64]Answer
	next uint32
	left []Notification // that have left and are not answered yet
}

func newWorld(t *testing.T, options Options) *world {
	t.Helper()
	return &world{t: t, core: NewCore(options), now: morning, got: map[uint64]Answer{}}
}

// until lets time pass, at the moments the core asks for.
func (w *world) until(at time.Time) {
	for {
		next, ok := w.core.Next()
		if !ok || next.After(at) {
			break
		}
		if next.After(w.now) {
			w.now = next
		}
		w.collect()
	}
	w.now = at
	w.collect()
}

func (w *world) collect() {
	for _, a := range w.core.Advance(w.now) {
		if earlier, twice := w.got[a.ID]; twice && !earlier.Never {
			w.t.Errorf("call %d answered twice", a.ID)
		}
		w.got[a.ID] = a
	}
	w.left = append(w.left, w.core.Notifications()...)
}

func (w *world) after(d time.Duration) { w.until(w.now.Add(d)) }

func (w *world) send(r Request) uint64 {
	id := w.core.Arrive(w.now, r)
	w.collect()
	return id
}

// code is the response code of the answer to id; "" if there is none yet.
func (w *world) code(id uint64) string {
	w.t.Helper()
	a, ok := w.got[id]
	switch {
	case !ok:
		return ""
	case a.Never:
		return "never"
	case a.Reset:
		return "reset"
	case len(a.Body) == 0:
		return "empty " + strconv.Itoa(a.Status)
	}
	var body struct {
		ResponseCode string `json:"responseCode"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil {
		return "unreadable " + strconv.Itoa(a.Status)
	}
	return body.ResponseCode
}

func (w *world) want(id uint64, want string) {
	w.t.Helper()
	if got := w.code(id); got != want {
		w.t.Errorf("answer to call %d = %q, want %q", id, got, want)
	}
}

func (w *world) balance(phone string, cash, points int64) {
	w.t.Helper()
	got, ok := w.core.Wallet(phone)
	if !ok || got.Cash != cash || got.Points != points {
		w.t.Errorf("balance of %s = %d cash, %d points, want %d, %d", phone, got.Cash, got.Points, cash, points)
	}
	if totals := w.core.Totals(); totals.PaidIn != totals.Balances+totals.Held {
		w.t.Errorf("totals do not add up: %+v", totals)
	}
}

// message is a request body as a map, so that a test can spoil it.
type message map[string]any

func (m message) data() map[string]any { return m["transactionRequestData"].(map[string]any) }

func (m message) with(change func(message)) message {
	copied := maps.Clone(m)
	copied["transactionRequestData"] = maps.Clone(m.data())
	change(copied)
	return copied
}

func (m message) as(kind, processing string) message {
	return m.with(func(m message) { m["type"], m["processingCode"] = kind, processing })
}

func pushAt(at time.Time, reference uint32, phone string) message {
	return message{
		"type": "0200", "processingCode": "040000", "amount": 12500, "date": at.In(WIB).Format(ovoDate),
		"referenceNumber": fmt.Sprintf("%06d", reference), "tid": "00300001", "mid": "0010000000MM001",
		"merchantId": DemoMerchant().MerchantID, "storeCode": "MM001", "appSource": "POS",
		"transactionRequestData": map[string]any{
			"batchNo": "000001", "merchantInvoice": fmt.Sprintf("INV-%d", reference), "phone": phone,
		},
	}
}

// push is the next push of the world's merchant.
func (w *world) push(phone string) message {
	w.next++
	return pushAt(w.now, w.next, phone)
}

func (w *world) request(m message) Request { return signedRequest(w.t, m, w.now, R1) }

func (w *world) say(m message) uint64 { return w.send(w.request(m)) }

func signedRequest(t testing.TB, m message, at time.Time, mode HMACMode) Request {
	t.Helper()
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return sign(body, at, mode)
}

func sign(body []byte, at time.Time, mode HMACMode) Request {
	merchant := DemoMerchant()
	random := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(merchant.AppKey))
	mac.Write([]byte(merchant.AppID + random))
	if mode == R2 {
		mac.Write(body)
	}
	signature := hex.EncodeToString(mac.Sum(nil))
	if mode == R3 {
		sum := sha256.Sum256([]byte(merchant.AppID + random + merchant.AppKey))
		signature = hex.EncodeToString(sum[:])
	}
	return Request{Method: http.MethodPost, Path: "/pos", Body: body, Header: http.Header{
		"Content-Type": {"application/json"}, "App-Id": {merchant.AppID}, "Random": {random}, "Hmac": {signature},
	}}
}

func TestSeededPhones(t *testing.T) {
	t.Parallel()
	const cash, points = seededCash, seededPoints
	for _, c := range []struct {
		phone, at1, at3, at55, at62 string
		cash, points                int64
		state                       State
		check                       string
	}{
		{"081211110101", "", "00", "00", "00", 12500, 0, Paid, "00"},
		{"081211110102", "", "00", "00", "00", 0, 12500, Paid, "00"},
		{"081211110103", "", "00", "00", "00", 6250, 6250, Paid, "00"},
		{"081211110160", "", "", "never", "never", 0, 0, Expired, "68"},
		{"081211110162", "", "", "", "00", 12500, 0, Paid, "00"},
		{"081211110165", "", "never", "never", "never", 12500, 0, Paid, "00"},
		{"081211110000", "00", "00", "00", "00", 12500, 0, Paid, "00"},
		{"081211110017", "17", "17", "17", "17", 0, 0, Declined, "17"},
		{"081211110040", "40", "40", "40", "40", 0, 0, Refused, "40"},
		{"081211110068", "68", "68", "68", "68", 0, 0, Refused, "68"},
		{"081211110099", "99", "99", "99", "99", 0, 0, Refused, "99"},
		{"081211111111", "", "", "empty 404", "empty 404", 0, 0, Expired, "25"},
		{"081211119999", "", "", "empty 404", "empty 404", 0, 0, Expired, "25"},
		{"08817482255", "", "", "empty 404", "empty 404", 0, 0, Expired, "25"},
	} {
		t.Run(c.phone, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{})
			m := w.push(c.phone)
			id := w.say(m)
			w.after(time.Second)
			w.want(id, c.at1)
			w.after(2 * time.Second)
			w.want(id, c.at3)
			w.after(52 * time.Second)
			w.want(id, c.at55)
			w.after(7 * time.Second)
			w.want(id, c.at62)
			if a := w.got[id]; c.phone == "081211110162" && !a.At.Equal(morning.Add(62*time.Second)) {
				t.Errorf("answered at +%v, want +62s", a.At.Sub(morning))
			}
			w.balance(c.phone, cash-c.cash, points-c.points)
			got, ok := w.core.Transaction("00300001", 1, 1)
			if !ok || got.State != c.state || got.Cash != c.cash || got.Points != c.points || got.Seen != 1 {
				t.Errorf("transaction = %+v, want state %s, cash %d, points %d", got, c.state, c.cash, c.points)
			}
			w.want(w.say(m.as("0100", "040000")), c.check)
			w.want(w.say(m.as("0100", "050000")), "00")
		})
	}
}

func TestUnknownPhonesHaveNoAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for _, phone := range []string{"081211110014", "081299999999", "12345", "", "+0812", "08121111xx01"} {
		w.want(w.say(w.push(phone)), "14")
		w.want(w.say(pushAt(w.now, 1, phone).as("0100", "050000")), "14")
	}
	w.want(w.say(w.push("6281211110017")), "17")
	w.want(w.say(w.push("+6281211110017")), "17")
	// 12345 and +0812 on push and inquiry, and the two that were understood.
	if n := w.core.ViolationCounts()[RulePhoneFormat]; n != 6 {
		t.Errorf("phones not in the 08xxx format noted %d times, want 6", n)
	}
}

// An answer has the types that typed clients declare: numbers where OVO's samples have
// numbers, strings where they have strings.
func TestApprovalBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	m := w.push("081211110103")
	id := w.say(m)
	w.after(2 * time.Second)
	got := string(w.got[id].Body)
	want := `{"type":"0210","processingCode":"040000","amount":12500,"date":"2026-11-21 10:00:00.497","traceNumber":1,` +
		`"hostTime":"100002","hostDate":"1121","referenceNumber":1,"approvalCode":"107919","responseCode":"00","tid":"00300001",` +
		`"mid":"0010000000MM001","transactionRequestData":{"merchantInvoice":"INV-1","batchNo":"000001","phone":"081211110103"},` +
		`"transactionResponseData":{"storeAddress1":"Jl. Jenderal Sudirman 1, Jakarta","storeAddress2":"","ovoid":"********0103",` +
		`"cashUsed":"6250","cashBalance":"9993750","ovoPointsEarned":"0","ovoPointsUsed":"6250","ovoPointsBalance":"4993750",` +
		`"fullName":"Putri Anggraini","storeName":"Toko Lunas","storeCode":"MM001","paymentType":"PUSH TO PAY"}}`
	if got != want {
		t.Errorf("approval\n got %s\nwant %s", got, want)
	}
	check := w.say(m.as("0100", "040000"))
	if again := string(w.got[check].Body); again != strings.Replace(want, `"0210"`, `"0110"`, 1) {
		t.Errorf("a status check answers other data than the push did:\n%s", again)
	}
	declined := w.say(w.push("081211110017"))
	got = string(w.got[declined].Body)
	if !strings.Contains(got, `"transactionRequestData":{"merchantInvoice":"INV-2"`) || strings.Contains(got, "approvalCode") ||
		strings.Contains(got, "transactionResponseData") || w.got[declined].Status != 400 {
		t.Errorf("decline = %d %s", w.got[declined].Status, got)
	}
}

func TestFailureStatusSwitch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{OVO: OVOOptions{FailureStatus: 200}})
	id := w.say(w.push("081211110017"))
	w.want(id, "17")
	if got := w.got[id].Status; got != 200 {
		t.Errorf("status = %d, want 200", got)
	}
}

func TestIgnoredSwitches(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{OVO: OVOOptions{IgnoredAfter: 58 * time.Second}})
	id := w.say(w.push("081211111111"))
	w.after(57 * time.Second)
	w.want(id, "")
	if err := w.core.Choose(w.now, 1, Cash); err != ErrNotPending {
		t.Errorf("paying after 55 s = %v, want ErrNotPending", err)
	}
	w.after(time.Second)
	w.want(id, "empty 404")

	w = newWorld(t, Options{OVO: OVOOptions{Ignored: NoAnswer}})
	id = w.say(w.push("081211111111"))
	w.after(2 * time.Minute)
	w.want(id, "never")
	if w.core.Held() != 1 {
		t.Errorf("held = %d, want 1: the caller is still there", w.core.Held())
	}
	w.core.Gone(id)
	if w.core.Held() != 0 {
		t.Errorf("held = %d after the caller left", w.core.Held())
	}
}

func TestCustomerChooses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		choice       Choice
		code         string
		cash, points int64
	}{
		{Cash, "00", 12500, 0},
		{Points, "00", 0, 12500},
		{Both, "00", 6250, 6250},
		{Decline, "17", 0, 0},
		{Ignore, "empty 404", 0, 0},
	} {
		w := newWorld(t, Options{})
		id := w.say(w.push("081211111111"))
		w.after(10 * time.Second)
		if err := w.core.Choose(w.now, 1, c.choice); err != nil {
			t.Fatalf("choose %s: %v", c.choice, err)
		}
		if err := w.core.Choose(w.now, 1, Cash); err != ErrNotPending {
			t.Errorf("choosing again after %s = %v, want ErrNotPending", c.choice, err)
		}
		w.after(45 * time.Second)
		w.want(id, c.code)
		w.balance("081211111111", seededCash-c.cash, seededPoints-c.points)
	}
	w := newWorld(t, Options{})
	w.say(w.push("081211111111"))
	if err := w.core.Choose(w.now, 9, Cash); err != ErrUnknownPush {
		t.Errorf("unknown push = %v", err)
	}
	if err := w.core.Choose(w.now, 1, "later"); err != ErrUnknownChoice {
		t.Errorf("unknown choice = %v", err)
	}
}

func TestMoneyThatDoesNotReach(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cash, points int64
		choice       Choice
		code         string
		used         [2]int64
	}{
		{12499, 0, Cash, "61", [2]int64{}},
		{12500, 0, Cash, "00", [2]int64{12500, 0}},
		{99999, 12499, Points, "61", [2]int64{}},
		{12400, 100, Both, "00", [2]int64{12400, 100}},
		{2500, 10000, Both, "00", [2]int64{2500, 10000}},
		{2500, 9999, Both, "61", [2]int64{}},
	} {
		w := newWorld(t, Options{Wallets: []Wallet{{Phone: "081299990000", Cash: c.cash, Points: c.points}}})
		id := w.say(w.push("081299990000"))
		if err := w.core.Choose(w.now, 1, c.choice); err != nil {
			t.Fatal(err)
		}
		w.after(0)
		w.want(id, c.code)
		w.balance("081299990000", c.cash-c.used[0], c.points-c.used[1])
	}
}

func TestSeveralPushesWaitOnOnePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	first, second := w.say(w.push("081211111111")), w.say(w.push("081211111111"))
	w.after(time.Second)
	if err := w.core.Choose(w.now, 2, Cash); err != nil {
		t.Fatal(err)
	}
	w.after(0)
	w.want(first, "")
	w.want(second, "00")
}

// What is due at the same instant happens in the order in which it was planned: the
// customer who decides at 55 s is too late, and answers leave in the order of requests.
func TestSameInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Scripts: []Script{{Effect: Effect{Customer: Cash, CustomerAfter: Duration(confirmWithin)}}}})
	id := w.say(w.push("081211111111"))
	w.after(confirmWithin)
	w.want(id, "empty 404")
	w.balance("081211111111", seededCash, seededPoints)

	w = newWorld(t, Options{Scripts: []Script{{Effect: Effect{Customer: Cash, AnswerAfter: Duration(time.Second)}}}})
	for range 20 {
		w.say(w.push("081211111111"))
	}
	last := uint64(0)
	for _, a := range w.core.Advance(w.now.Add(time.Second)) {
		if a.ID != last+1 {
			t.Fatalf("answer %d follows %d", a.ID, last)
		}
		last = a.ID
	}
	if last != 20 {
		t.Errorf("%d answers, want 20", last)
	}
}

func TestReversal(t *testing.T) {
	t.Parallel()
	t.Run("of a paid push gives back", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, Options{})
		m := w.push("081211110165")
		w.say(m)
		w.after(65 * time.Second)
		w.balance("081211110165", seededCash-12500, seededPoints)
		id := w.say(m.as("0400", "040000"))
		w.want(id, "00")
		if !strings.Contains(string(w.got[id].Body), `"type":"0410"`) {
			t.Errorf("reversal answered %s", w.got[id].Body)
		}
		w.balance("081211110165", seededCash, seededPoints)
		w.want(w.say(m.as("0400", "040000")), "00")
		w.balance("081211110165", seededCash, seededPoints)
		w.want(w.say(m.as("0100", "040000")), "73")
		w.want(w.say(m.as("0200", "020040")), "73")
	})
	t.Run("again answers 73 where that is switched on", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, Options{OVO: OVOOptions{RepeatedCode: "73"}})
		m := w.push("081211110101")
		w.say(m)
		w.after(65 * time.Second)
		w.want(w.say(m.as("0400", "040000")), "00")
		w.want(w.say(m.as("0400", "040000")), "73")
	})
	t.Run("of a pending push takes it off the screen", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, Options{})
		m := w.push("081211111111")
		id := w.say(m)
		w.after(20 * time.Second)
		w.want(w.say(m.as("0100", "040000")), "68")
		w.want(w.say(m.as("0400", "040000")), "00")
		w.want(id, "never")
		if err := w.core.Choose(w.now, 1, Cash); err != ErrNotPending {
			t.Errorf("paying a cancelled push = %v", err)
		}
		w.after(time.Minute)
		w.balance("081211111111", seededCash, seededPoints)
		w.want(w.say(m.as("0100", "040000")), "73")
		if w.core.ViolationCounts()[RuleReversalTooEarly] != 1 {
			t.Error("a reversal while the customer still decides was not noted")
		}
	})
	t.Run("of an unpaid push", func(t *testing.T) {
		t.Parallel()
		for option, want := range map[string]string{"": "00", "25": "25"} {
			w := newWorld(t, Options{OVO: OVOOptions{UnpaidReversalCode: option}})
			m := w.push("081211110017")
			w.say(m)
			w.want(w.say(m.as("0400", "040000")), want)
			w.balance("081211110017", seededCash, seededPoints)
		}
	})
	t.Run("of another transaction is not found", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, Options{})
		m := w.push("081211110101")
		w.say(m)
		w.after(5 * time.Second)
		reversal := m.as("0400", "040000")
		for name, spoil := range map[string]func(message){
			"reference": func(m message) { m["referenceNumber"] = "2" },
			"amount":    func(m message) { m["amount"] = 12501 },
			"batch":     func(m message) { m.data()["batchNo"] = "2" },
			"invoice":   func(m message) { m.data()["merchantInvoice"] = "INV-9" },
			"phone":     func(m message) { m.data()["phone"] = "081211110102" },
			"terminal":  func(m message) { m["tid"] = "00300002" },
		} {
			if got := w.code(w.say(reversal.with(spoil))); got != "25" {
				t.Errorf("reversal with another %s = %q, want 25", name, got)
			}
		}
		w.balance("081211110101", seededCash-12500, seededPoints)
		w.want(w.say(reversal.with(func(m message) { delete(m.data(), "phone"); m["referenceNumber"] = "1" })), "00")
	})
}

func TestCutoff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		kind, process   string
		at              time.Time
		want            string
		rule            Rule
		cashOutstanding int64
	}{
		{"reversal at 23:58:59", "0400", "040000", time.Date(2026, 11, 21, 23, 58, 59, 0, WIB), "00", "", 0},
		{"reversal at 23:59:00", "0400", "040000", time.Date(2026, 11, 21, 23, 59, 0, 0, WIB), "58", RuleReversalCutoff, 12500},
		{"reversal the next day", "0400", "040000", time.Date(2026, 11, 22, 0, 1, 0, 0, WIB), "58", RuleReversalCutoff, 12500},
		{"void at 23:58:59", "0200", "020040", time.Date(2026, 11, 21, 23, 58, 59, 0, WIB), "00", "", 0},
		{"void at 23:59:00", "0200", "020040", time.Date(2026, 11, 21, 23, 59, 0, 0, WIB), "58", RuleVoidCutoff, 12500},
	} {
		w := newWorld(t, Options{})
		m := w.push("081211110101")
		w.say(m)
		w.until(c.at)
		if got := w.code(w.say(m.as(c.kind, c.process))); got != c.want {
			t.Errorf("%s = %q, want %q", c.name, got, c.want)
		}
		if c.rule != "" && w.core.ViolationCounts()[c.rule] != 1 {
			t.Errorf("%s: rule %s not recorded", c.name, c.rule)
		}
		w.balance("081211110101", seededCash-c.cashOutstanding, seededPoints)
	}
}

func TestVoid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	m := w.push("081211110101")
	w.say(m)
	w.want(w.say(m.as("0200", "020040")), "25")
	w.after(2 * time.Second)
	w.want(w.say(m.as("0100", "020040")), "25")
	id := w.say(m.as("0200", "020040"))
	w.want(id, "00")
	if body := string(w.got[id].Body); !strings.Contains(body, `"type":"0210","processingCode":"020040"`) || !strings.Contains(body, `"cashBalance":"10000000"`) {
		t.Errorf("void answered %s", body)
	}
	w.balance("081211110101", seededCash, seededPoints)
	w.want(w.say(m.as("0200", "020040")), "00")
	w.want(w.say(m.as("0400", "040000")), "00")
	w.balance("081211110101", seededCash, seededPoints)
	w.want(w.say(m.as("0100", "020040")), "00")
	w.want(w.say(m.as("0100", "040000")), "73")
	if got, _ := w.core.Transaction("00300001", 1, 1); got.State != Voided || got.Voided.IsZero() || !got.Reversed.IsZero() {
		t.Errorf("transaction = %+v", got)
	}
	declined := w.push("081211110017")
	w.say(declined)
	w.want(w.say(declined.as("0200", "020040")), "25")
}

func TestStatusCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	m := w.push("081211110101")
	w.say(m)
	w.after(3 * time.Second)
	check := m.as("0100", "040000")
	w.want(w.say(check), "00")
	w.want(w.say(check.with(func(m message) { m["date"] = "2026-11-20 10:00:00.497" })), "25")
	if w.core.ViolationCounts()[RuleOriginalDate] != 1 {
		t.Error("a check with another day's date was not recorded")
	}
	w.want(w.say(pushAt(w.now, 7, "081211110101").as("0100", "040000")), "25")
	w.until(morning.Add(7 * 24 * time.Hour))
	w.want(w.say(check), "00")
	w.after(time.Second)
	w.want(w.say(check), "54")
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	for option, want := range map[string]string{"": "94", "40": "40"} {
		w := newWorld(t, Options{OVO: OVOOptions{DuplicateCode: option}})
		m := w.push("081211110101")
		w.say(m)
		w.after(3 * time.Second)
		w.want(w.say(m), want)
		// Padded or not, a number is a number.
		w.want(w.say(m.with(func(m message) { m["referenceNumber"] = "1"; m.data()["batchNo"] = "1" })), want)
		w.want(w.say(w.push("081211110101").with(func(m message) { m.data()["merchantInvoice"] = "INV-1" })), want)
		w.want(w.say(m.with(func(m message) { m.data()["merchantInvoice"] = "fresh" })), want)
		w.after(time.Minute)
		w.balance("081211110101", seededCash-12500, seededPoints)
		got, _ := w.core.Transaction("00300001", 1, 1)
		if got.Seen != 4 || got.State != Paid {
			t.Errorf("transaction = %+v, want seen 4 and paid", got)
		}
		// The same number on another terminal, or in another batch, is another number.
		other := m.with(func(m message) { m["tid"] = "00300002"; m.data()["merchantInvoice"] = "A" })
		w.want(w.say(other), "")
		other = m.with(func(m message) { m.data()["batchNo"] = "2"; m.data()["merchantInvoice"] = "B" })
		w.want(w.say(other), "")
		w.after(2 * time.Second)
		w.balance("081211110101", seededCash-3*12500, seededPoints)
	}
}

// Gaps, disorder and changes of style are noted and never refused.
func TestNumberingIsNoted(t *testing.T) {
	t.Parallel()
	type number struct {
		batch     string
		reference int
	}
	for _, c := range []struct {
		name    string
		numbers []number
		want    map[Rule]int64
	}{
		{"in order", []number{{"1", 1}, {"1", 2}, {"1", 3}, {"2", 1}}, nil},
		{"rollover", []number{{"1", 1}, {"2", 1}, {"3", 1}}, nil},
		{"begins at 5", []number{{"1", 5}}, map[Rule]int64{RuleReferenceStart: 1}},
		{"a gap", []number{{"1", 1}, {"1", 3}}, map[Rule]int64{RuleReferenceGap: 1}},
		{"overtaking", []number{{"1", 1}, {"1", 3}, {"1", 2}}, map[Rule]int64{RuleReferenceGap: 1, RuleReferenceOrder: 1}},
		{"ddmmyy", []number{{"211126", 1}, {"211126", 2}}, nil},
		{"style changes", []number{{"4", 1}, {"211126", 1}}, map[Rule]int64{RuleBatchStyle: 1}},
		{"batch jumps", []number{{"1", 1}, {"3", 1}}, map[Rule]int64{RuleBatchOrder: 1}},
		{"batch goes back", []number{{"2", 1}, {"1", 1}}, map[Rule]int64{RuleBatchOrder: 1}},
	} {
		w := newWorld(t, Options{})
		for i, n := range c.numbers {
			m := pushAt(w.now, uint32(n.reference), "081211110017").with(func(m message) {
				m.data()["batchNo"], m.data()["merchantInvoice"] = n.batch, fmt.Sprint("N-", i)
			})
			w.want(w.say(m), "17")
		}
		if got := w.core.ViolationCounts(); len(got) != len(c.want) || (len(got) > 0 && !maps.Equal(got, c.want)) {
			t.Errorf("%s: noted %v, want %v", c.name, got, c.want)
		}
		for _, v := range w.core.Violations() {
			if !v.Noted {
				t.Errorf("%s: %s was refused", c.name, v.Rule)
			}
		}
	}
}

// A push that travels so long that its reversal overtakes it is a fresh push for OVO,
// as long as its signature is good.
func TestGhostPush(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		delay time.Duration
		push  string
		left  int64
	}{
		{70 * time.Second, "00", seededCash - 12500},
		{5*time.Minute - time.Second, "00", seededCash - 12500},
		{5*time.Minute + time.Second, "TO", seededCash},
	} {
		w := newWorld(t, Options{Scripts: []Script{{
			Operation: OperationPush, Times: 1, Effect: Effect{RequestDelay: Duration(c.delay), Customer: Cash},
		}}})
		m := w.push("081211110101")
		id := w.say(m)
		w.after(60 * time.Second)
		w.core.Gone(id)
		w.after(5 * time.Second)
		w.want(w.say(m.as("0400", "040000")), "25")
		w.want(w.say(m.as("0100", "040000")), "25")
		w.until(morning.Add(c.delay + time.Second))
		w.balance("081211110101", c.left, seededPoints)
		w.want(id, "") // nobody listens
		if c.push == "00" {
			w.want(w.say(m.as("0100", "040000")), "00")
			w.want(w.say(m.as("0400", "040000")), "00")
			w.balance("081211110101", seededCash, seededPoints)
		} else if w.core.ViolationCounts()[RuleTimeWindow] != 1 {
			t.Error("the late signature was not recorded")
		}
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	second := Duration(time.Second)
	for _, c := range []struct {
		name    string
		effect  Effect
		at0     string
		at5     string
		at62    string
		charged int64
	}{
		{"code", Effect{Code: "40"}, "40", "40", "40", 0},
		{"letters", Effect{Code: "ER"}, "ER", "ER", "ER", 0},
		{"charged but told 68", Effect{Customer: Cash, AnswerCode: "68"}, "68", "68", "68", 12500},
		{"lost answer", Effect{Customer: Cash, Answer: AnswerLost}, "never", "never", "never", 12500},
		{"late answer", Effect{Customer: Cash, AnswerAfter: 62 * second}, "", "", "00", 12500},
		{"cut after reading", Effect{Customer: Cash, Answer: AnswerReset}, "reset", "reset", "reset", 12500},
		{"cut before reading", Effect{Request: RequestReset}, "reset", "reset", "reset", 0},
		{"lost request", Effect{Request: RequestLost}, "never", "never", "never", 0},
		{"delayed processing", Effect{ProcessDelay: 4 * second, Customer: Cash}, "", "00", "00", 12500},
		{"empty 404", Effect{Customer: Cash, Answer: AnswerEmpty404}, "empty 404", "empty 404", "empty 404", 12500},
		{"html 500", Effect{Customer: Cash, Answer: AnswerHTTP500}, "unreadable 500", "unreadable 500", "unreadable 500", 12500},
		{"html 502", Effect{Customer: Cash, Answer: AnswerHTTP502}, "unreadable 502", "unreadable 502", "unreadable 502", 12500},
		{"html 200", Effect{Customer: Cash, Answer: AnswerHTML}, "unreadable 200", "unreadable 200", "unreadable 200", 12500},
		{"truncated", Effect{Customer: Cash, Answer: AnswerTruncated}, "unreadable 200", "unreadable 200", "unreadable 200", 12500},
		{"declines after 3 s", Effect{Customer: Decline, CustomerAfter: 3 * second}, "", "17", "17", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{Scripts: []Script{{Operation: OperationPush, Times: 1, Effect: c.effect}}})
			id := w.say(w.push("081211111111"))
			w.want(id, c.at0)
			w.after(5 * time.Second)
			w.want(id, c.at5)
			w.after(57 * time.Second)
			w.want(id, c.at62)
			w.balance("081211111111", seededCash-c.charged, seededPoints)
			w.want(w.say(w.push("081211110017")), "17") // used up
		})
	}
}

func TestEveryOperationCanBeForced(t *testing.T) {
	t.Parallel()
	for operation, codes := range map[Operation][2]string{
		OperationPush: {"0200", "040000"}, OperationReversal: {"0400", "040000"}, OperationVoid: {"0200", "020040"},
		OperationCheckPush: {"0100", "040000"}, OperationCheckVoid: {"0100", "020040"}, OperationInquiry: {"0100", "050000"},
	} {
		w := newWorld(t, Options{})
		paid := w.push("081211110101")
		w.say(paid)
		w.after(3 * time.Second)
		if _, err := w.core.AddScript(Script{Operation: operation, Effect: Effect{Code: "XY"}}); err != nil {
			t.Fatal(err)
		}
		m := paid.as(codes[0], codes[1])
		if operation == OperationPush {
			m = w.push("081211110101")
		}
		w.want(w.say(m), "XY")
		w.after(3 * time.Second)
		w.balance("081211110101", seededCash-12500, seededPoints)
	}
}

// The reversal is done, its answer is lost twice, then comes.
func TestLostReversalAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Scripts: []Script{{Operation: OperationReversal, Times: 2, Effect: Effect{Answer: AnswerLost}}}})
	m := w.push("081211110165")
	w.say(m)
	w.after(65 * time.Second)
	for _, want := range []string{"never", "never", "00"} {
		w.want(w.say(m.as("0400", "040000")), want)
		w.balance("081211110165", seededCash, seededPoints)
		w.after(15 * time.Second)
	}
}

func TestScriptMatching(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	add := func(s Script) string {
		id, err := w.core.AddScript(s)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	add(Script{Phone: "6281211111111", Amount: 777, Effect: Effect{Code: "11"}})
	add(Script{Invoice: "INV-2", Effect: Effect{Code: "12"}})
	skipping := add(Script{Skip: 1, Times: 1, Effect: Effect{Code: "13"}})
	amount := func(n int) func(message) { return func(m message) { m["amount"] = n } }
	w.want(w.say(w.push("081211111111").with(amount(777))), "11")
	w.want(w.say(w.push("081211110017")), "12")
	w.want(w.say(w.push("081211110017")), "17") // skipped
	w.want(w.say(w.push("081211110017")), "13")
	w.want(w.say(w.push("081211110017")), "17") // used up
	if n := w.core.DeleteScript(skipping); n != 1 || len(w.core.Scripts()) != 2 {
		t.Errorf("deleted %d, left %d", n, len(w.core.Scripts()))
	}
	for _, bad := range []Script{
		{},
		{Operation: "refund", Effect: Effect{Code: "00"}},
		{Rail: "snap", Effect: Effect{Code: "00"}},
		{Phone: "123", Effect: Effect{Code: "00"}},
		{Times: -1, Effect: Effect{Code: "00"}},
		{Effect: Effect{Code: "000"}},
		{Effect: Effect{AnswerCode: "a"}},
		{Effect: Effect{Customer: "sleep"}},
		{Effect: Effect{Answer: "burnt"}},
		{Effect: Effect{Request: "burnt"}},
	} {
		if _, err := w.core.AddScript(bad); err == nil {
			t.Errorf("script %+v was taken", bad)
		}
	}
}

func TestForeignEcho(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Scripts: []Script{{Effect: Effect{Customer: Cash, Answer: AnswerForeign}}}})
	id := w.say(w.push("081211111111"))
	if body := string(w.got[id].Body); !strings.Contains(body, `"referenceNumber":2`) || !strings.Contains(body, `"tid":"99999999"`) {
		t.Errorf("foreign answer = %s", body)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	first, second := w.say(w.push("081211111111")), w.say(w.push("081211111111"))
	paid := w.push("081211110000")
	w.say(paid)
	w.core.Reset()
	w.after(0)
	w.want(first, "reset")
	w.want(second, "reset")
	w.balance("081211110000", seededCash, seededPoints)
	if totals := w.core.Totals(); totals.Transactions != 0 || totals.Charged != 0 {
		t.Errorf("totals after reset = %+v", totals)
	}
	w.want(w.say(paid), "00")
}

// With bounded memory the oldest final payments go, the sums stay.
func TestBoundedMemory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{KeepTransactions: 10, KeepRequests: -1, KeepViolations: 5})
	pending := w.push("081211111111")
	w.say(pending)
	for range 100 {
		w.want(w.say(w.push("081211110000")), "00")
	}
	if n := len(w.core.ledger); n != 101 {
		t.Errorf("kept %d, want all while the oldest is pending", n)
	}
	w.after(time.Minute)
	w.want(w.say(w.push("081211110000")), "00")
	if n := len(w.core.ledger); n != 10 || len(w.core.ovo.byNumber) != 10 || len(w.core.ovo.byInvoice) != 10 {
		t.Errorf("kept %d payments, %d numbers, %d invoices, want 10", n, len(w.core.ovo.byNumber), len(w.core.ovo.byInvoice))
	}
	w.balance("081211110000", seededCash-101*12500, seededPoints)
	if totals := w.core.Totals(); totals.Transactions != 102 || totals.Held != 101*12500 {
		t.Errorf("totals = %+v", totals)
	}
	if _, ok := w.core.TransactionByID(1); ok {
		t.Error("a forgotten payment was found")
	}
	if got, ok := w.core.TransactionByID(102); !ok || got.Reference != 102 {
		t.Errorf("transaction 102 = %+v, %v", got, ok)
	}
	if len(w.core.requests) != 0 || len(w.core.Violations()) > 5 {
		t.Error("logs are not bounded")
	}
}

// Whatever happens, what customers have and what merchants hold is what was paid in,
// and every call is answered or held.
func TestMoneyIsConstant(t *testing.T) {
	t.Parallel()
	choices := []Choice{Cash, Points, Both, Decline, Ignore}
	for seed := range uint64(60) {
		w := newWorld(t, Options{})
		random := newRandom(seed)
		var sent []message
		for range 150 {
			phone := SeededPhones()[random(len(SeededPhones()))].Phone
			switch random(8) {
			case 0, 1, 2:
				m := w.push(phone).with(func(m message) { m["amount"] = 1 + random(3_000_000) })
				sent = append(sent, m)
				w.say(m)
			case 3:
				_ = w.core.Choose(w.now, uint64(1+random(len(sent)+1)), choices[random(len(choices))])
			case 4, 5:
				if len(sent) > 0 {
					w.say(sent[random(len(sent))].as("0400", "040000"))
				}
			case 6:
				if len(sent) > 0 {
					w.say(sent[random(len(sent))].as("0200", "020040"))
				}
			case 7:
				_ = w.core.TopUp(phone, int64(random(1000)), int64(random(1000)))
			}
			w.after(time.Duration(random(20_000)) * time.Millisecond)
			if totals := w.core.Totals(); totals.PaidIn != totals.Balances+totals.Held || totals.Charged != totals.Held+totals.GivenBack {
				t.Fatalf("seed %d: totals do not add up: %+v", seed, totals)
			}
		}
		w.after(2 * time.Minute)
		held := 0
		for id := range w.core.lastCall {
			if w.code(id+1) == "" {
				t.Fatalf("seed %d: call %d was neither answered nor declared held", seed, id+1)
			} else if w.code(id+1) == "never" {
				held++
			}
		}
		if w.core.Held() != held {
			t.Errorf("seed %d: held %d, want %d", seed, w.core.Held(), held)
		}
	}
}

// newRandom is splitmix64, so that a seed means the same for ever.
func newRandom(seed uint64) func(n int) int {
	return func(n int) int {
		seed += 0x9e3779b97f4a7c15
		z := seed
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return int((z ^ z>>31) % uint64(n))
	}
}
