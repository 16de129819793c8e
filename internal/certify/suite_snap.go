package certify

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
	"github.com/lunas-pay/lunas/snap"
)

// Whose requirement a rule of SNAP is, in words.
const (
	srcFAQ      = "OVO, Dynamic QRIS, Frequently Asked Questions"
	srcDevsite  = "OVO, Dynamic QRIS FAQ, BI Submission Test: positive and negative for each of five APIs"
	srcSNAP     = "Bank Indonesia, SNAP, response codes"
	srcStandard = "Bank Indonesia, SNAP, security standard"
)

const (
	pathToken    = "/api/v1.0/access-token/b2b"
	pathGenerate = "/api/v1.0/qr/qr-mpm-generate"
	pathNotify   = "/api/v1.0/qr/qr-mpm-notify"
	pathQuery    = "/api/v1.0/qr/qr-mpm-query"
	pathRefund   = "/api/v1.0/qr/qr-mpm-refund"

	apiToken    = "Access Token B2B (73)"
	apiGenerate = "QR MPM Generate (47)"
	apiNotify   = "QR MPM Notify (52)"
	apiQuery    = "QR MPM Query (51)"
	apiRefund   = "QR MPM Refund (78)"
)

func responds(operation, rc string) Rule {
	return Rule{"the " + operation + " is answered with responseCode " + rc, srcSNAP, answered{operation: operation, code: rc}}
}

// The messages of SNAP.

func askToken(*run, payment.Target) snap.Request { return snap.AccessRequest{} }

func shop(t payment.Target) snap.Store {
	return snap.Store{MerchantID: t.Terminal.MID, TerminalID: t.Terminal.TID, StoreID: t.Terminal.StoreCode}
}

// qrNumber is a number for a QR of a direct call, of nobody else's row: the same name in a scenario gives the same number.
func (r *run) qrNumber(name string) string {
	if r.qrs[name] == "" {
		r.directQRs++
		r.qrs[name] = "9" + r.now().In(payment.WIB).Format("02150405") + fmt.Sprintf("%03d", r.directQRs%1000)
	}
	return r.qrs[name]
}

// generateAs asks for a QR under a number of its own, the same for the same name.
func generateAs(name string, change func(*snap.GenerateRequest)) func(*run, payment.Target) snap.Request {
	return func(r *run, t payment.Target) snap.Request {
		q := snap.GenerateRequest{
			Store: shop(t), Amount: 12_500,
			PartnerReferenceNo: r.qrNumber(name),
		}
		if change != nil {
			change(&q)
		}
		r.made = q.PartnerReferenceNo
		return q
	}
}

func original(t payment.Target) snap.Original {
	return snap.Original{PartnerReferenceNo: t.Number.Digits(), ReferenceNo: t.ProviderReference}
}

func query(_ *run, t payment.Target) snap.Request {
	return snap.QueryRequest{Store: shop(t), Original: original(t)}
}

func queryUnknown(_ *run, t payment.Target) snap.Request {
	return snap.QueryRequest{Store: shop(t), Original: snap.Original{PartnerReferenceNo: "999999999999"}}
}

func refundAs(number string, amount func(int64) int64) func(*run, payment.Target) snap.Request {
	return func(_ *run, t payment.Target) snap.Request {
		return snap.RefundRequest{
			Store: shop(t), Original: original(t), PartnerRefundNo: number + t.Number.Digits(), Amount: amount(int64(t.Amount)), Reason: "UAT",
		}
	}
}

func refundUnknown(_ *run, t payment.Target) snap.Request {
	return snap.RefundRequest{
		Store: shop(t), Original: snap.Original{PartnerReferenceNo: "999999999999", ReferenceNo: "0000000000000000000"},
		PartnerRefundNo: "R999999999999", Amount: 12_500, Reason: "UAT",
	}
}

func whole(n int64) int64 { return n }

// The steps that many scenarios begin with.

const scanIt = "scan the QR with the OVO app and pay"

func scanned(amount payment.Rupiah) []Step {
	return []Step{
		{Do: pay{amount: amount, orders: customer(sandbox.OperationGenerate, sandbox.Cash, 12*time.Second), said: "as a QR"}},
		{Do: await{states: []payment.State{payment.Paid}, within: patience, scan: true, person: scanIt}},
	}
}

func with(first []Step, more ...Step) []Step { return append(append([]Step{}, first...), more...) }

// expect puts rules to the last step.
func expect(steps []Step, capture string, rules ...Rule) []Step {
	last := &steps[len(steps)-1]
	last.Expect, last.Capture = append(last.Expect, rules...), capture
	return steps
}

func tokenPositive() Scenario {
	return Scenario{Title: "An access token is given", API: apiToken, Path: pathToken, Kind: Positive, Code: "2007300", Steps: []Step{
		{Do: snapCall{words: "Ask for an access token", request: askToken}, Expect: []Rule{
			responds("access_token", "2007300"),
			{"the token lives 15 minutes (expiresIn 900)", srcFAQ, carries{operation: "access_token", response: true, path: "expiresIn", like: "900"}},
			{"X-SIGNATURE is there", srcStandard, carries{operation: "access_token", header: "X-Signature", like: ".{40,}"}},
			{"X-TIMESTAMP is ISO 8601 with offset +07:00", srcStandard, carries{operation: "access_token", header: "X-Timestamp", like: `\d{4}-?\d\d-?\d\dT\d\d:\d\d:\d\d(\.\d{3})?\+07:00`}},
			{"grantType is client_credentials", srcStandard, carries{operation: "access_token", path: "grantType", like: "client_credentials"}},
		}},
	}}
}

func tokenNegative() Scenario {
	return Scenario{Title: "No access token for a wrong signature", API: apiToken, Path: pathToken, Kind: Negative, Code: "4017300", Steps: []Step{
		{Do: snapCall{words: "Ask for an access token, signed with a key that is not registered", request: askToken, forged: true}, Expect: []Rule{
			responds("access_token", "4017300"), {"HTTP status 401", srcSNAP, status{operation: "access_token", code: 401}},
		}},
	}}
}

func generatePositive() Scenario {
	return Scenario{Title: "A QR is made", API: apiGenerate, Path: pathGenerate, Kind: Positive, Code: "2004700", Row: "18.6", Steps: []Step{
		{Do: pay{amount: 12_500, said: "as a QR", orders: customer(sandbox.OperationGenerate, sandbox.Ignore, time.Second)}},
		{Do: await{states: []payment.State{payment.Awaiting}, within: 20 * time.Second}, Capture: "QR page", Expect: []Rule{
			responds("generate", "2004700"),
			{"partnerReferenceNo has exactly 12 digits", srcFAQ, carries{operation: "generate", path: "partnerReferenceNo", like: "[0-9]{12}"}},
			{"the amount is in rupiah with two decimals", srcStandard, carries{operation: "generate", path: "amount.value", like: `[0-9]+\.00`}},
			{"Authorization: Bearer", srcStandard, carries{operation: "generate", header: "Authorization", like: "Bearer .+"}},
			{"X-EXTERNAL-ID has at most 36 digits", srcStandard, carries{operation: "generate", header: "X-External-Id", like: "[0-9]{1,36}"}},
			{"the customer sees the QR", srcFAQ, says{"en", "Scan"}},
		}},
	}}
}

func generateNegative() Scenario {
	return Scenario{Title: "No QR for an unknown merchant", API: apiGenerate, Path: pathGenerate, Kind: Negative, Code: "4044708", Row: "18.7", Steps: []Step{
		{Do: snapCall{words: "Ask for a QR with a merchantId that does not exist", request: generateAs("QR 01", func(q *snap.GenerateRequest) {
			q.Store.MerchantID = "999999999999999"
		})}, Expect: []Rule{responds("generate", "4044708")}},
	}}
}

func notifyPositive() Scenario {
	return Scenario{Title: "A successful payment is notified and acknowledged", API: apiNotify, Path: pathNotify, Kind: Positive, Code: "2005200", Steps: expect(scanned(12_500), "Payment success",
		responds("notification", "2005200"), stands(payment.Paid), page("Payment Success"),
		Rule{"it tells latestTransactionStatus 00", srcFAQ, carries{operation: "notification", path: "latestTransactionStatus", like: "00"}},
	)}
}

func notifyNegative() Scenario {
	return Scenario{Title: "A notification with a wrong signature is refused and changes nothing", API: apiNotify, Path: pathNotify, Kind: Negative, Code: "4015200", Steps: []Step{
		{Do: pay{amount: 12_500, said: "as a QR", orders: customer(sandbox.OperationGenerate, sandbox.Ignore, time.Second)}},
		{Do: await{states: []payment.State{payment.Awaiting}, within: 20 * time.Second}},
		{Do: forge{"Send our own notification address a notification that is signed with a key that is not the provider's"}, Expect: []Rule{
			responds("notification", "4015200"), stands(payment.Awaiting),
		}},
	}}
}

func queryPositive() Scenario {
	return Scenario{Title: "The status of a paid QR", API: apiQuery, Path: pathQuery, Kind: Positive, Code: "2005100", Row: "18.15", Steps: with(scanned(12_500),
		Step{Do: snapCall{words: "Query the payment's status", request: query}, Expect: []Rule{
			responds("query", "2005100"),
			{"latestTransactionStatus is 00", srcFAQ, carries{operation: "query", response: true, path: "latestTransactionStatus", like: "00"}},
			{"serviceCode is 47", srcStandard, carries{operation: "query", path: "serviceCode", like: "47"}},
		}},
	)}
}

func queryNegative() Scenario {
	return Scenario{Title: "The status of a QR that nobody made", API: apiQuery, Path: pathQuery, Kind: Negative, Code: "4045101", Row: "18.17", Steps: []Step{
		{Do: snapCall{words: "Query the status of an unknown partnerReferenceNo", request: queryUnknown}, Expect: []Rule{responds("query", "4045101")}},
	}}
}

func refundPositive() Scenario {
	return Scenario{Title: "A paid QR is refunded in full on the same day", API: apiRefund, Path: pathRefund, Kind: Positive, Code: "2007800", Steps: with(scanned(20_000),
		Step{Do: ask{what: payment.AskRefund}},
		Step{Do: settled(payment.Refunded), Capture: "Refund done", Expect: []Rule{
			responds("refund", "2007800"), stands(payment.Refunded),
			{"the whole amount", srcFAQ, carries{operation: "refund", path: "refundAmount.value", like: `20000\.00`}},
			{"partnerRefundNo is there", srcFAQ, carries{operation: "refund", path: "partnerRefundNo", like: ".+"}},
		}},
	)}
}

func refundNegative() Scenario {
	return Scenario{Title: "No refund of a payment that nobody made", API: apiRefund, Path: pathRefund, Kind: Negative, Code: "4047801", Steps: []Step{
		{Do: snapCall{words: "Refund an unknown partnerReferenceNo", request: refundUnknown}, Expect: []Rule{responds("refund", "4047801")}},
	}}
}

// snapDevsite are the ten scenarios of Bank Indonesia's developer site.
func snapDevsite() Suite {
	s := Suite{Name: "snap-devsite", Title: "Bank Indonesia SNAP – Devsite Testing, ten scenarios", Rail: payment.SNAP, Scenarios: []Scenario{
		tokenPositive(), tokenNegative(), generatePositive(), generateNegative(), notifyPositive(), notifyNegative(),
		queryPositive(), queryNegative(), refundPositive(), refundNegative(),
	}}
	for i, steps := range atPortal() {
		s.Scenarios[i].Portal = steps
	}
	return s.numbered("dev-", srcDevsite)
}

// atPortal are the steps of the ten scenarios where the portal answers, which has no customers: each is one call by the same
// client. Which negative cases of token, notify and refund the portal has is not public; these are the sandbox's.
func atPortal() [][]Step {
	one := func(operation, rc string, c Action) []Step {
		return []Step{{Do: c, Expect: []Rule{responds(operation, rc)}}}
	}
	made := Step{Do: snapCall{words: "Ask for a QR", request: generateAs("QR 31", nil)}, Expect: []Rule{responds("generate", "2004700")}}
	known := func(r *run, t payment.Target) snap.Request {
		return snap.QueryRequest{Store: shop(t), Original: snap.Original{PartnerReferenceNo: r.made}}
	}
	refund := func(r *run, t payment.Target) snap.Request {
		return snap.RefundRequest{
			Store: shop(t), Original: snap.Original{PartnerReferenceNo: r.made}, PartnerRefundNo: "R" + r.made, Amount: 12_500, Reason: "UAT",
		}
	}
	return [][]Step{
		one("access_token", "2007300", snapCall{words: "Ask for an access token", request: askToken}),
		one("access_token", "4017300", snapCall{words: "Ask for an access token, signed with a key that is not registered", request: askToken, forged: true}),
		{made},
		one("generate", "4044708", snapCall{words: "Ask for a QR with a merchantId that does not exist", request: generateAs("QR 32", func(q *snap.GenerateRequest) {
			q.Store.MerchantID = "999999999999999"
		})}),
		one("notification", "2005200", notifyPortal{words: "Send the portal a notification of a paid QR"}),
		one("notification", "4015200", notifyPortal{words: "Send the portal a notification with a wrong signature", forged: true}),
		{made, {Do: snapCall{words: "Query its status", request: known}, Expect: []Rule{responds("query", "2005100")}}},
		one("query", "4045101", snapCall{words: "Query the status of an unknown partnerReferenceNo", request: queryUnknown}),
		{made, {Do: snapCall{words: "Refund it", request: refund}, Expect: []Rule{responds("refund", "2007800")}}},
		one("refund", "4047801", snapCall{words: "Refund an unknown partnerReferenceNo", request: refundUnknown}),
	}
}

func (s Suite) numbered(prefix, source string) Suite {
	for i := range s.Scenarios {
		s.Scenarios[i].ID = prefix + twoDigits(i+1)
		if s.Scenarios[i].Source == "" {
			s.Scenarios[i].Source = source
		}
	}
	return s
}

// snapFunctional is the functional test of dynamic QRIS.
func snapFunctional() Suite {
	s := Suite{Name: "snap-functional", Title: "Bank Indonesia SNAP – Functional Test, Dynamic QRIS MPM", Rail: payment.SNAP}
	for _, group := range [][]Scenario{
		{tokenPositive(), tokenNegative()}, functionalGenerate(), functionalQuery(), {notifyPositive(), notifyNegative(), notifyTwice()}, functionalRefund(),
	} {
		s.Scenarios = append(s.Scenarios, group...)
	}
	return s.numbered("bi-", "OVO, Dynamic QRIS FAQ, functionality testing")
}

func refusedQR(title, rc, words string, c snapCall) Scenario {
	c.words = words
	return Scenario{Title: title, API: apiGenerate, Path: pathGenerate, Kind: Negative, Code: rc, Steps: []Step{{Do: c, Expect: []Rule{responds("generate", rc)}}}}
}

func replaced(old, new string) func(string) string {
	return func(body string) string { return strings.Replace(body, old, new, 1) }
}

func functionalGenerate() []Scenario {
	plain := generateAs("QR 02", nil)
	again := refusedQR("partnerReferenceNo was used before", "4094701", "Ask for another QR with the same partnerReferenceNo", snapCall{request: generateAs("QR 03", nil)})
	again.Steps = append([]Step{{Do: snapCall{words: "Ask for a QR", request: generateAs("QR 03", nil)}, Expect: []Rule{responds("generate", "2004700")}}}, again.Steps...)
	external := refusedQR("X-EXTERNAL-ID was used today", "4094700", "Ask for another QR with the same X-EXTERNAL-ID", snapCall{request: generateAs("QR 05", nil), oldID: true})
	external.Steps = append([]Step{{Do: snapCall{words: "Ask for a QR", request: generateAs("QR 04", nil)}, Expect: []Rule{responds("generate", "2004700")}}}, external.Steps...)
	dead := refusedQR("The access token is not valid any more", "4014701", "Ask for a QR with a token that has ended", snapCall{request: generateAs("QR 06", nil)})
	dead.Only = onlyOrdered
	dead.Steps = append([]Step{{Do: snapCall{words: "Ask for a QR", request: generateAs("QR 07", nil)}}, {Do: killTokens{}}}, dead.Steps...)
	renewed := Scenario{Title: "The gateway renews a token that has ended, and the customer notices nothing", API: apiToken, Path: pathToken, Kind: Positive, Code: "2004700", Only: onlyOrdered, Steps: []Step{
		{Do: killTokens{}},
		{Do: pay{amount: 12_500, said: "as a QR", orders: customer(sandbox.OperationGenerate, sandbox.Ignore, time.Second)}},
		{Do: await{states: []payment.State{payment.Awaiting}, within: 30 * time.Second}, Expect: []Rule{responds("generate", "2004700"), responds("access_token", "2007300")}},
	}}
	return []Scenario{
		generatePositive(), generateNegative(),
		refusedQR("The amount is above Rp 5,000,000", "4034702", "Ask for a QR of Rp 5,000,001", snapCall{request: plain, body: replaced(`"12500.00"`, `"5000001.00"`)}),
		refusedQR("partnerReferenceNo is missing", "4004702", "Ask for a QR without partnerReferenceNo", snapCall{request: plain, body: replaced(`"partnerReferenceNo"`, `"partnerReferenceNumber"`)}),
		refusedQR("The amount has a wrong form", "4004701", "Ask for a QR whose amount has no decimals", snapCall{request: plain, body: replaced(`"12500.00"`, `"12,500"`)}),
		refusedQR("The terminal is not registered", "4044717", "Ask for a QR with an unknown terminalId", snapCall{request: generateAs("QR 08", func(q *snap.GenerateRequest) { q.Store.TerminalID = "99999999" })}),
		refusedQR("The signature is wrong", "4014700", "Ask for a QR, signed with a wrong secret", snapCall{request: plain, forged: true}),
		refusedQR("The access token is missing", "4014703", "Ask for a QR without Authorization", snapCall{request: plain, noToken: true}),
		refusedQR("X-TIMESTAMP is missing", "4004702", "Ask for a QR without X-TIMESTAMP", snapCall{request: plain, header: func(h http.Header) { h.Del("X-Timestamp") }}),
		dead, renewed, again, external,
	}
}

func functionalQuery() []Scenario {
	waiting := []Step{
		{Do: pay{amount: 12_500, said: "as a QR", orders: customer(sandbox.OperationGenerate, sandbox.Ignore, time.Second), person: "do NOT scan the QR that will be shown"}},
		{Do: await{states: []payment.State{payment.Awaiting}, within: 20 * time.Second}},
	}
	expired := Scenario{Title: "The QR expires after 75 s: the gateway finds it out by queries", API: apiQuery, Path: pathQuery, Kind: Negative, Code: "2005100", Steps: with(waiting,
		Step{Do: settled(payment.Expired), Capture: "QR expired", Expect: []Rule{
			stands(payment.Expired), responds("query", "2005100"),
			{"no query is closer than 5 s to the one before", srcFAQ, apart{operation: "query", least: 5 * time.Second}},
			{"the last query, which tells that it is over, comes after the 75 s of the QR", srcFAQ, gap{from: "generate", to: "query", toN: last, atLeast: 75 * time.Second, under: 3 * time.Minute}},
			none("notification", srcFAQ),
		}},
	)}
	late := Scenario{Title: "The customer pays after 75 s: the payment is found paid", API: apiQuery, Path: pathQuery, Kind: Positive, Code: "2005100", Only: onlyOrdered, Steps: []Step{
		{Do: pay{amount: 12_500, said: "as a QR", orders: customer(sandbox.OperationGenerate, sandbox.Cash, 95*time.Second)}},
		{Do: await{states: []payment.State{payment.Paid}, within: 15 * time.Minute}, Expect: []Rule{stands(payment.Paid), page("Payment Success")}},
	}}
	lostNotice := Scenario{Title: "The notification does not come: the gateway finds the payment by query", API: apiQuery, Path: pathQuery, Kind: Positive, Code: "2005100", Only: onlyOrdered, Steps: []Step{
		{Do: pay{amount: 12_500, said: "as a QR", orders: []sandbox.Script{outcome(sandbox.OperationGenerate, sandbox.Effect{
			Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(12 * time.Second), Notify: sandbox.NotifyLost,
		})}}},
		{Do: settled(payment.Paid), Expect: []Rule{none("notification", srcLunas), responds("query", "2005100"), stands(payment.Paid)}},
	}}
	open := Scenario{Title: "The status of a QR that nobody has scanned yet", API: apiQuery, Path: pathQuery, Kind: Positive, Code: "2005100", Steps: with(waiting,
		Step{Do: snapCall{words: "Query the payment's status", request: query}, Expect: []Rule{
			responds("query", "2005100"), {"latestTransactionStatus is 01", srcStandard, carries{operation: "query", response: true, path: "latestTransactionStatus", like: "0[123]"}},
		}},
	)}
	return []Scenario{queryPositive(), queryNegative(), open, expired, late, lostNotice}
}

func notifyTwice() Scenario {
	return Scenario{Title: "The same notification twice: acknowledged, counted once", API: apiNotify, Path: pathNotify, Kind: Positive, Code: "2005200", Only: onlyOrdered, Steps: with(scanned(12_500),
		Step{Do: notifyAgain{}, Expect: []Rule{
			{"two notifications came", srcLunas, sent{operation: "notification", times: 2}}, responds("notification", "2005200"), stands(payment.Paid),
		}},
	)}
}

func functionalRefund() []Scenario {
	half := func(n int64) int64 { return n / 2 }
	refuse := func(title, rc, words string, request func(*run, payment.Target) snap.Request) Scenario {
		return Scenario{Title: title, API: apiRefund, Path: pathRefund, Kind: Negative, Code: rc, Steps: with(scanned(20_000),
			Step{Do: snapCall{words: words, request: request}, Expect: []Rule{responds("refund", rc)}})}
	}
	twice := refundPositive()
	twice.Title, twice.Kind, twice.Code = "A refund under another number of what is refunded already", Negative, "4037815"
	twice.Steps = with(twice.Steps, Step{Do: snapCall{words: "Refund once more, with another partnerRefundNo", request: refundAs("X", whole)}, Expect: []Rule{responds("refund", "4037815")}})
	otherDay := refuse("A refund on another day", "4037815", "Send the refund all the same", refundAs("D", whole))
	otherDay.Only, otherDay.At = "the tester would have to come back tomorrow", "21:00:00"
	otherDay.Steps = append(otherDay.Steps[:2:2], Step{Do: until{"09:00:00", "the next day"}},
		Step{Do: ask{what: payment.AskRefund}, Expect: []Rule{{"the gateway refuses", srcFAQ, refused{payment.CodeCutOff}}, none("refund", srcFAQ)}}, otherDay.Steps[2])
	return []Scenario{
		refundPositive(), refundNegative(),
		refuse("A refund of a part", "4047813", "Refund half of the amount", refundAs("P", half)), twice, otherDay,
	}
}
