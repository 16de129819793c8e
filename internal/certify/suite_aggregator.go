package certify

import (
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

const (
	srcDOKU   = "DOKU, OVO Push Payment Guide"
	srcFaspay = "Faspay, OVO Integration Guide"
)

func dokuSuite() Suite {
	const api = "OVO Push Payment (POST /ovo-emoney/v1/payment)"
	told := func(rc string) Rule {
		return Rule{"the push is answered with response_code " + rc, srcDOKU, answered{operation: "push", code: rc}}
	}
	refuse := func(title, rc string) Scenario {
		return Scenario{Title: title, API: api, Kind: Negative, Code: rc, Only: onlyOrdered, Steps: []Step{
			{Do: pay{amount: 12_500, orders: []sandbox.Script{push(sandbox.Effect{Code: rc})}}},
			{Do: settled(payment.Declined), Expect: []Rule{told(rc), stands(payment.Declined)}},
		}}
	}
	paid := func(choice sandbox.Choice, words string) Scenario {
		return Scenario{Title: "Paid with " + words, API: api, Kind: Positive, Code: "00", Steps: []Step{
			{Do: pay{amount: 12_500, orders: customer(sandbox.OperationPush, choice, 8*time.Second), person: "open DOKU's payment simulator and pay with " + words}, Capture: "Waiting page"},
			{Do: settled(payment.Paid), Capture: "Payment success", Expect: []Rule{
				told("00"), stands(payment.Paid), page("Payment Success"),
				{"status is SUCCESS", srcDOKU, carries{operation: "push", response: true, path: "ovo_payment.status", like: "SUCCESS"}},
				{"security.check_sum has 64 hexadecimal characters", srcDOKU, carries{operation: "push", path: "security.check_sum", like: "[0-9a-f]{64}"}},
				{"the invoice number is at most 64 characters", srcDOKU, carries{operation: "push", path: "order.invoice_number", like: ".{1,64}"}},
			}},
		}}
	}
	declined := refuse("The customer declines", "17")
	declined.Only = ""
	declined.Steps[0].Do = pay{amount: 12_500, orders: customer(sandbox.OperationPush, sandbox.Decline, 5*time.Second), person: "decline in the OVO app"}
	s := Suite{Name: "doku", Title: "DOKU OVO push payment – integration test", Rail: payment.DOKU, Scenarios: []Scenario{
		paid(sandbox.Cash, "OVO Cash"), paid(sandbox.Points, "OVO Points"), declined,
		refuse("The phone number is not known", "14"), refuse("The notification does not reach the app", "26"),
		refuse("The card is blocked", "56"), refuse("Above the customer's limit", "61"), refuse("The invoice number was used before", "94"),
		{Title: "The signature is wrong", API: api, Kind: Negative, Steps: []Step{
			{Do: pay{amount: 12_500, account: badKey}},
			{Do: settled(payment.Declined), Expect: []Rule{stands(payment.Declined)}},
		}},
		{Title: "The customer does not answer within 70 s: DOKU's last word is asked for", API: "Check Status (GET /orders/v1/status)", Kind: Negative, Steps: []Step{
			{Do: pay{amount: 12_500, orders: customer(sandbox.OperationPush, sandbox.Ignore, time.Second), person: "do NOT answer the notification"}},
			{Do: await{states: []payment.State{payment.Declined}, within: 20 * time.Minute}, Capture: "Transaction timeout", Expect: []Rule{
				{"the customer has 70 s", srcDOKU, took{operation: "push", atLeast: 69 * time.Second, under: 76 * time.Second}},
				stands(payment.Declined), page("Transaction Timeout"),
			}},
		}},
		{Title: "The answer is lost: the payment is found by a check", API: "Check Status (GET /orders/v1/status)", Kind: Positive, Only: onlyOrdered, Steps: []Step{
			{Do: pay{amount: 12_500, orders: []sandbox.Script{push(sandbox.Effect{
				Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(10 * time.Second), Answer: sandbox.AnswerLost, Notify: sandbox.NotifyLost,
			})}}},
			{Do: await{states: []payment.State{payment.Paid}, within: 20 * time.Minute}, Expect: []Rule{
				stands(payment.Paid),
				{"the push is sent once", srcLunas, sent{operation: "push", times: 1}},
				{"the check tells SUCCESS", srcDOKU, answered{operation: "check", code: "SUCCESS"}},
			}},
		}},
		{Title: "A paid payment is notified", API: "HTTP notification", Kind: Positive, Steps: []Step{
			{Do: pay{amount: 12_500, orders: customer(sandbox.OperationPush, sandbox.Cash, 5*time.Second), person: "pay"}},
			{Do: settled(payment.Paid)},
			{Do: wait{5 * time.Second, "the notification"}, Expect: []Rule{
				{"the notification is acknowledged with HTTP 200", "DOKU, HTTP notification", status{operation: "notification", code: 200}},
			}},
		}},
		{Title: "A paid payment is voided on its day", API: "Void (POST /ovo-emoney/v1/cancel)", Kind: Positive, Steps: []Step{
			{Do: pay{amount: 12_500, orders: customer(sandbox.OperationPush, sandbox.Cash, 5*time.Second), person: "pay"}},
			{Do: settled(payment.Paid)},
			{Do: ask{what: payment.AskVoid}},
			{Do: settled(payment.Voided), Capture: "Void done", Expect: []Rule{stands(payment.Voided), page("Your payment has been cancelled")}},
		}},
	}}
	return s.numbered("doku-", srcDOKU)
}

func faspaySuite() Suite {
	const (
		apiPost   = "Post Data Transaction"
		apiDirect = "Push To Pay (POST /pws/ovo_direct)"
		apiNotice = "Payment Notification"
	)
	done := func(operation string) Rule {
		return Rule{"the " + operation + " is answered with response_code 00", srcFaspay, answered{operation: operation, code: "00"}}
	}
	direct := func(choice sandbox.Choice) pay {
		return pay{amount: 12_500, orders: customer(sandbox.OperationDirect, choice, 8*time.Second), person: "open the OVO app when the notification comes and answer it"}
	}
	s := Suite{Name: "faspay", Title: "Faspay OVO – integration test", Rail: payment.Faspay, Scenarios: []Scenario{
		{Title: "A bill is made, pushed to the phone and paid", API: apiPost, Kind: Positive, Code: "00", Steps: []Step{
			{Do: direct(sandbox.Cash)},
			{Do: settled(payment.Paid), Capture: "Payment success", Expect: []Rule{
				done("post"), stands(payment.Paid), page("Payment Success"),
				{"the signature is sha1 in 40 hexadecimal characters", srcFaspay, carries{operation: "post", path: "signature", like: "[0-9a-f]{40}"}},
				{"trx_id has 16 digits", srcFaspay, carries{operation: "post", response: true, path: "trx_id", like: "[0-9]{16}"}},
				{"the payment is notified with status 2", srcFaspay, carries{operation: "notification", path: "payment_status_code", like: "2"}},
			}},
		}},
		{Title: "Paid with OVO Points", API: apiDirect, Kind: Positive, Code: "00", Steps: []Step{{Do: direct(sandbox.Points)}, {Do: settled(payment.Paid), Expect: []Rule{stands(payment.Paid)}}}},
		{Title: "The customer declines", API: apiNotice, Kind: Negative, Steps: []Step{
			{Do: direct(sandbox.Decline)}, {Do: settled(payment.Declined), Capture: "Declined by the customer", Expect: []Rule{stands(payment.Declined)}},
		}},
		{Title: "The phone number is not registered", API: apiDirect, Kind: Negative, Code: "14", Steps: []Step{
			{Do: pay{amount: 12_500, unknown: true}}, {Do: await{states: []payment.State{payment.Declined, payment.Expired, payment.Canceled}, within: 90 * time.Minute}, Expect: []Rule{none("notification", srcFaspay)}},
		}},
		{Title: "The signature is wrong", API: apiPost, Kind: Negative, Code: "55", Steps: []Step{
			{Do: pay{amount: 12_500, account: badKey}},
			{Do: settled(payment.Declined, payment.Expired), Expect: []Rule{
				{"the bill is refused with response_code 55", "Faspay, response codes", answered{operation: "post", code: "55"}}, none("ovo_direct", srcFaspay),
			}},
		}},
		{Title: "The notification does not come: the payment is found by an inquiry", API: "Inquiry Payment Status", Kind: Positive, Only: onlyOrdered, Steps: []Step{
			{Do: pay{amount: 12_500, orders: []sandbox.Script{outcome(sandbox.OperationDirect, sandbox.Effect{
				Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(8 * time.Second), Notify: sandbox.NotifyLost,
			})}}},
			{Do: await{states: []payment.State{payment.Paid}, within: 30 * time.Minute}, Expect: []Rule{
				stands(payment.Paid), none("notification", srcLunas), {"the inquiry tells payment_status_code 2", srcFaspay, carries{operation: "check", response: true, path: "payment_status_code", like: "2"}},
			}},
		}},
		{Title: "Nobody pays: the bill is canceled after its life", API: "Cancel Transaction", Kind: Negative, Only: "a bill lives an hour", Steps: []Step{
			{Do: direct(sandbox.Ignore)},
			{Do: await{states: []payment.State{payment.Expired, payment.Canceled}, within: 3 * time.Hour}, Capture: "Bill expired", Expect: []Rule{{"nothing was charged", srcLunas, state{payment.Expired}}}},
		}},
		{Title: "A paid bill cannot be canceled", API: "Cancel Transaction", Kind: Negative, Steps: []Step{
			{Do: direct(sandbox.Cash)},
			{Do: settled(payment.Paid)},
			{Do: ask{what: payment.AskCancel}, Expect: []Rule{{"the gateway refuses", srcFaspay, refused{payment.CodeNotPossible}}, none("cancel", srcFaspay)}},
		}},
		{Title: "The merchant's payment channels", API: "Payment Channel Inquiry", Kind: Positive, Code: "00", Steps: []Step{
			{Do: channels{}, Expect: []Rule{done("channels")}},
		}},
	}}
	return s.numbered("faspay-", srcFaspay)
}
