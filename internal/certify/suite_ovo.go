package certify

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

// Whose requirement a rule is, in words.
const (
	srcOVO      = "OVO, Push To Pay API"
	srcSteps    = "OVO, Push To Pay API, Integration Step: do UAT"
	srcMessages = "OVO, Push To Pay API, Success Message and Specific Error Message"
	srcCodes    = "OVO, response code mapping"
	srcNumbers  = "OVO, Push To Pay API, Reference Number and Batch Number"
	srcDate     = "OVO, Push To Pay API, Amount & Date"
	srcReversal = "OVO, Push To Pay API, Reversal API"
	srcVoid     = "OVO, Push To Pay API, Void API"
	srcCheck    = "OVO, Push To Pay API, Check Payment API"
	srcInquiry  = "OVO, Push To Pay API, Inquiry Phone Number API"
	srcLunas    = "lunas, docs/rails"
)

const onlyOrdered = "this outcome cannot be ordered of the provider's test system"

// payAtOnce is what a tester does where the gateway must not hear of it.
const payAtOnce = "open the OVO app when the notification comes and pay within 30 seconds; the gateway will not hear of it at first"

// The rules that many scenarios share.

func code(operation, rc string) Rule {
	return Rule{"the " + operation + " is answered with responseCode " + rc, srcCodes, answered{operation: operation, code: rc}}
}

func page(english string) Rule {
	return Rule{"the customer reads: " + english, srcMessages, says{"en", english}}
}

func stands(s payment.State) Rule {
	return Rule{"the payment is " + string(s), srcLunas, state{s}}
}

func none(operation, source string) Rule {
	return Rule{"no " + operation + " is sent", source, sent{operation: operation}}
}

// customer is what the customer does with a push or a QR.
func customer(operation sandbox.Operation, choice sandbox.Choice, after time.Duration) []sandbox.Script {
	return []sandbox.Script{{Operation: operation, Effect: sandbox.Effect{Customer: choice, CustomerAfter: sandbox.Duration(after)}}}
}

// outcome orders what becomes of an operation.
func outcome(operation sandbox.Operation, e sandbox.Effect) sandbox.Script {
	return sandbox.Script{Operation: operation, Effect: e}
}

func push(e sandbox.Effect) sandbox.Script { return outcome(sandbox.OperationPush, e) }

var (
	lost    = sandbox.Effect{Answer: sandbox.AnswerLost}
	ignored = sandbox.Effect{Customer: sandbox.Ignore, Answer: sandbox.AnswerLost}
)

const (
	apiPush    = "Push To Pay (0200/0210, 040000)"
	apiReverse = "Reversal (0400/0410, 040000)"
	apiVoid    = "Void (0200/0210, 020040)"
	apiCheck   = "Check Push To Pay Status (0100/0110, 040000)"
	apiVoided  = "Check Void Status (0100/0110, 020040)"
	apiPhone   = "Check Phone Number (0100/0110, 050000)"
)

const patience = 3 * time.Minute

func settled(states ...payment.State) await { return await{states: states, within: patience} }

func ovoUAT() Suite {
	s := Suite{Name: "ovo-uat", Title: "OVO Push To Pay – User Acceptance Test", Rail: payment.OVO}
	for _, group := range [][]Scenario{ovoPhones(), ovoPushes(), ovoCodes(), ovoReversals(), ovoChecks(), ovoVoids(), ovoNumbers(), ovoCutOff()} {
		s.Scenarios = append(s.Scenarios, group...)
	}
	for i := range s.Scenarios {
		s.Scenarios[i].ID = "ovo-" + twoDigits(i+1)
		if s.Scenarios[i].Source == "" {
			s.Scenarios[i].Source = srcSteps
		}
	}
	return s
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func ovoPhones() []Scenario {
	return []Scenario{
		{Title: "The phone number is registered", API: apiPhone, Kind: Positive, Code: "00", Steps: []Step{{Do: inquire{}, Expect: []Rule{
			code("inquiry", "00"),
			{"processingCode is 050000 and type 0100", srcOVO, carries{operation: "inquiry", path: "processingCode", like: "050000"}},
		}}}},
		{Title: "The phone number is not registered", API: apiPhone, Kind: Negative, Code: "14", Steps: []Step{{Do: inquire{unknown: true}, Expect: []Rule{
			code("inquiry", "14"),
		}}}},
		{Title: "The inquiry is not answered: given up after 10 s, the customer goes on", API: apiPhone, Kind: Negative, Steps: []Step{
			{Do: inquire{orders: []sandbox.Script{outcome(sandbox.OperationInquiry, lost)}, ours: []fault{{operation: sandbox.OperationInquiry}}, person: "get ready: a notification comes some ten seconds from now; open the OVO app then and pay"}, Expect: []Rule{
				{"there is no answer", srcInquiry, unanswered{operation: "inquiry"}},
			}},
			{Do: pay{amount: 12_500, orders: customer(sandbox.OperationPush, sandbox.Cash, 5*time.Second)}},
			{Do: settled(payment.Paid), Expect: []Rule{
				{"the push follows 10 s after the inquiry: \"merchants can set the timeout max. 10 second\"", srcInquiry, gap{from: "inquiry", to: "push", atLeast: 9900 * time.Millisecond, under: 10500 * time.Millisecond}},
				stands(payment.Paid),
			}},
		}},
	}
}

// form are the rules of a push's form.
func form() []Rule {
	return []Rule{
		{"type is 0200", srcOVO, carries{operation: "push", path: "type", like: "0200"}},
		{"processingCode is 040000", srcOVO, carries{operation: "push", path: "processingCode", like: "040000"}},
		{"amount is a whole number", srcDate, carries{operation: "push", path: "amount", like: "[1-9][0-9]*"}},
		{"date is yyyy-MM-dd HH:mm:ss.SSS", srcDate, carries{operation: "push", path: "date", like: `\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}`}},
		{"referenceNumber is 1 to 999999", srcNumbers, carries{operation: "push", path: "referenceNumber", like: "0*[1-9][0-9]{0,5}"}},
		{"batchNo has at most 6 digits", srcNumbers, carries{operation: "push", path: "transactionRequestData.batchNo", like: "[0-9]{1,6}"}},
		{"the phone is 08…", srcOVO, carries{operation: "push", path: "transactionRequestData.phone", like: "08[0-9]{8,11}"}},
		{"the header app-id is there", srcOVO, carries{operation: "push", header: "App-Id", like: ".+"}},
		{"the header random is a unix time of 10 digits", srcOVO, carries{operation: "push", header: "Random", like: "[0-9]{10}"}},
		{"the header hmac has 64 hexadecimal characters", srcOVO, carries{operation: "push", header: "Hmac", like: "[0-9a-f]{64}"}},
		{"the answer is of type 0210", srcOVO, carries{operation: "push", response: true, path: "type", like: "0210"}},
	}
}

func ovoPushes() []Scenario {
	paid := []Rule{code("push", "00"), stands(payment.Paid), page("Payment Success"), none("reversal", srcReversal)}
	waiting := Step{Do: pay{
		amount: 12_500, orders: customer(sandbox.OperationPush, sandbox.Cash, 8*time.Second),
		person: "open the OVO app when the notification comes and pay with OVO Cash",
	}, Capture: "Waiting page", Expect: []Rule{
		{"the waiting page has OVO's instruction", "OVO, Push To Pay API, Instruction in the Waiting Page", says{"en", "Open you OVO Application and click bell icon to complete the Payment"}},
	}}
	with := func(choice sandbox.Choice, words string) []Step {
		return []Step{
			{Do: pay{amount: 25_000, orders: customer(sandbox.OperationPush, choice, 8*time.Second), person: "open the OVO app and pay " + words}},
			{Do: settled(payment.Paid), Expect: paid},
		}
	}
	return []Scenario{
		{Title: "Paid with OVO Cash", API: apiPush, Kind: Positive, Code: "00", Steps: []Step{
			waiting, {Do: settled(payment.Paid), Expect: append(form(), paid...), Capture: "Payment success"},
		}},
		{Title: "Paid with OVO Points", API: apiPush, Kind: Positive, Code: "00", Steps: with(sandbox.Points, "with OVO Points")},
		{Title: "Paid with OVO Cash and OVO Points", API: apiPush, Kind: Positive, Code: "00", Steps: with(sandbox.Both, "with OVO Cash and OVO Points")},
		{Title: "Paid in the last second of the 55", API: apiPush, Kind: Positive, Code: "00", Only: "nobody presses a button to the second", Steps: []Step{
			{Do: pay{amount: 30_000, orders: customer(sandbox.OperationPush, sandbox.Cash, 54500*time.Millisecond)}},
			{Do: settled(payment.Paid), Expect: append([]Rule{
				{"the answer comes within the session of 60 s", srcOVO, took{operation: "push", atLeast: 54 * time.Second, under: 60 * time.Second}},
			}, paid...)},
		}},
		{Title: "The customer declines", API: apiPush, Kind: Negative, Code: "17", Steps: []Step{
			{Do: pay{amount: 12_500, orders: customer(sandbox.OperationPush, sandbox.Decline, 6*time.Second), person: "open the OVO app and decline"}},
			{Do: settled(payment.Declined), Capture: "Declined by the customer", Expect: []Rule{
				code("push", "17"), stands(payment.Declined), page("Payment Canceled By User"), none("reversal", srcReversal),
			}},
		}},
		{Title: "The phone number is not registered", API: apiPush, Kind: Negative, Code: "14", Steps: []Step{
			{Do: pay{amount: 12_500, unknown: true}},
			{Do: settled(payment.Declined), Capture: "Phone number not registered", Expect: []Rule{
				code("push", "14"), stands(payment.Declined), page("Phone Number not Registered on OVO Apps"), none("reversal", srcReversal),
			}},
		}},
		{Title: "The notification does not reach the app", API: apiPush, Kind: Negative, Code: "26", Steps: []Step{
			{Do: pay{amount: 12_500, orders: []sandbox.Script{push(sandbox.Effect{Code: "26"})}, person: "log out of the OVO app, and stay logged out"}},
			{Do: settled(payment.Declined), Capture: "Push not delivered", Expect: []Rule{
				code("push", "26"), stands(payment.Declined),
				page("Failed Push notif to users, please ensure user login to OVO app first"), none("reversal", srcReversal),
			}},
		}},
	}
}

// ovoCodes are the codes with which OVO refuses a push at once.
func ovoCodes() []Scenario {
	var all []Scenario
	for _, c := range []struct{ rc, title, says, phone string }{
		{"56", "The card is blocked", "1500696", "a phone whose OVO card is blocked (OVO's PIC for the UAT can prepare one)"},
		{"64", "The account is blocked", "1500696", "a phone whose OVO account is blocked (OVO's PIC for the UAT can prepare one)"},
		{"61", "Above the limit that the customer has set", "", "a phone whose owner has set a limit below Rp 12.500 in the OVO app"},
		{"65", "Above the limit of count or amount", "", "a phone whose limit of payments is used up"},
		{"67", "Below the smallest amount", "", ""},
		{"58", "The module is not registered", "", ""},
	} {
		rules := []Rule{code("push", c.rc), stands(payment.Declined), none("reversal", srcReversal)}
		step := Step{Do: settled(payment.Declined), Expect: rules}
		if c.says != "" {
			step.Expect = append(step.Expect, Rule{"the customer is told to call " + c.says, srcCodes, says{"en", c.says}})
			step.Capture = c.title
		}
		amount, only := payment.Rupiah(12_500), ""
		switch c.rc {
		case "67":
			amount = 1 // below what OVO takes, and not missing
		case "58":
			only = onlyOrdered
		}
		all = append(all, Scenario{Title: c.title, API: apiPush, Kind: Negative, Code: c.rc, Only: only, Phone: c.phone, Steps: []Step{
			{Do: pay{amount: amount, orders: []sandbox.Script{push(sandbox.Effect{Code: c.rc})}}}, step,
		}})
	}
	variant := func(title, account, rc string) Scenario {
		return Scenario{Title: title, API: apiPush, Kind: Negative, Code: rc, Steps: []Step{
			{Do: pay{amount: 12_500, account: account}},
			{Do: settled(payment.Declined), Expect: []Rule{code("push", rc), stands(payment.Declined), none("reversal", srcReversal)}},
		}}
	}
	changed := func(title, rc, words string, change func(string) string) Scenario {
		return Scenario{Title: title, API: apiPush, Kind: Negative, Code: rc, Steps: []Step{
			{Do: raw{words: words, change: change}, Expect: []Rule{code("push", rc)}},
		}}
	}
	replace := func(pattern, with string) func(string) string {
		return func(body string) string { return regexp.MustCompile(pattern).ReplaceAllString(body, with) }
	}
	return append(all,
		variant("The signature is wrong", badKey, "63"),
		variant("The terminal is not registered", badTerminal, "EB"),
		variant("The store code is wrong", badStore, "BR"),
		changed("The amount is 0", "13", "Send a push with amount 0, which the gateway itself would refuse", replace(`"amount":\d+`, `"amount":0`)),
		changed("The message is no JSON", "BR", "Send a push whose JSON is broken", func(body string) string { return strings.TrimSuffix(body, "}") }),
		changed("appSource is wrong", "BR", "Send a push with an unknown appSource", replace(`"appSource":"[^"]*"`, `"appSource":"WEB"`)),
		changed("The processing code is wrong", "96", "Send a message with processing code 999999", replace(`"processingCode":"\d+"`, `"processingCode":"999999"`)),
		Scenario{Title: "The number was used before", API: apiPush, Kind: Negative, Code: "94", Steps: []Step{
			{Do: pay{amount: 12_500, orders: customer(sandbox.OperationPush, sandbox.Cash, 3*time.Second), person: "open the OVO app and pay"}},
			{Do: settled(payment.Paid)},
			{Do: raw{words: "Send the same push once more", change: func(body string) string { return body }}, Expect: []Rule{
				code("push", "94"), {"the first payment is untouched", srcLunas, state{payment.Paid}}, none("reversal", srcReversal),
			}},
		}},
	)
}

// inTime is the rule of the reversal.
var inTime = Rule{
	"the reversal leaves by itself 65 s after the push, ± 0.5 s", srcReversal,
	gap{from: "push", to: "reversal", atLeast: 64500 * time.Millisecond, under: 65500 * time.Millisecond},
}

func reversed(more ...Rule) []Rule {
	return append([]Rule{
		inTime, code("reversal", "00"), stands(payment.Reversed), page("Transaction Timeout"),
		{"the reversal names the push: referenceNumber", srcReversal, same{a: "push", b: "reversal", path: "referenceNumber"}},
		{"the reversal names the push: batchNo", srcReversal, same{a: "push", b: "reversal", path: "transactionRequestData.batchNo"}},
		{"the reversal names the push: merchantInvoice", srcReversal, same{a: "push", b: "reversal", path: "transactionRequestData.merchantInvoice"}},
		{"type is 0400", srcReversal, carries{operation: "reversal", path: "type", like: "0400"}},
	}, more...)
}

func ovoReversals() []Scenario {
	noCheck := outcome(sandbox.OperationCheckPush, lost)
	return []Scenario{
		{Title: "The customer does not answer, no 0210 comes: reversal at 65 s", API: apiReverse, Kind: Positive, Code: "00", Steps: []Step{
			{Do: pay{amount: 12_500, account: reversing, orders: []sandbox.Script{push(ignored)}, person: "do NOT open the OVO app, let the time run out"}},
			{Do: wait{57 * time.Second, "the customer's 55 s are over"}, Capture: "Being checked", Expect: []Rule{
				{"until the reversal is due the customer reads that the payment is being checked", srcLunas, says{"en", "We are checking your payment"}},
			}},
			{Do: settled(payment.Reversed), Capture: "Transaction timeout", Expect: reversed()},
		}},
		{Title: "The customer has paid, the answer is lost, the check is not answered: reversal at 65 s gives the money back", API: apiReverse, Kind: Positive, Code: "00", Steps: []Step{
			{Do: pay{
				amount: 45_000, orders: []sandbox.Script{push(sandbox.Effect{Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(20 * time.Second), Answer: sandbox.AnswerLost}), noCheck},
				ours: []fault{{operation: sandbox.OperationPush}, {operation: sandbox.OperationCheckPush}}, person: payAtOnce,
			}},
			{Do: settled(payment.Reversed), Expect: reversed(Rule{"the push was not answered", srcOVO, unanswered{operation: "push"}})},
		}},
		{Title: "The first reversal is not answered: it is sent again with the same number", API: apiReverse, Kind: Positive, Code: "00", Steps: []Step{
			{Do: pay{
				amount: 12_500, account: reversing, orders: []sandbox.Script{push(ignored), outcome(sandbox.OperationReversal, lost)},
				ours: []fault{{operation: sandbox.OperationReversal}}, person: "do NOT open the OVO app, let the time run out",
			}},
			{Do: settled(payment.Reversed), Expect: reversed(
				Rule{"the first one was not answered", srcLunas, unanswered{operation: "reversal", n: 1}},
				Rule{"the second one follows", srcLunas, gap{from: "reversal", to: "reversal", toN: 2, atLeast: 14 * time.Second, under: 20 * time.Second}},
				Rule{"it has the same number", srcLunas, same{a: "push", b: "reversal", bN: 2, path: "referenceNumber"}},
			)},
		}},
		{Title: "The connection is cut during the push: reversal at 65 s, no second push", API: apiReverse, Kind: Positive, Steps: []Step{
			{Do: pay{
				amount: 12_500, account: reversing, orders: []sandbox.Script{push(sandbox.Effect{Answer: sandbox.AnswerReset, Customer: sandbox.Ignore})},
				ours: []fault{{operation: sandbox.OperationPush, cut: true}}, person: "do NOT open the OVO app, let the time run out",
			}},
			{Do: settled(payment.Reversed), Expect: []Rule{inTime, stands(payment.Reversed), {"the push is sent once", srcLunas, sent{operation: "push", times: 1}}}},
		}},
		{Title: "The answer comes at 62 s, before the reversal is due: it is the sale", API: apiPush, Kind: Positive, Code: "00", Steps: []Step{
			{Do: pay{amount: 12_500, account: reversing, orders: []sandbox.Script{push(sandbox.Effect{
				Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(20 * time.Second), AnswerAfter: sandbox.Duration(62 * time.Second),
			})}, ours: []fault{{operation: sandbox.OperationPush, hold: 62 * time.Second}}, person: payAtOnce}},
			{Do: settled(payment.Paid), Expect: []Rule{code("push", "00"), stands(payment.Paid), none("reversal", srcReversal)}},
		}},
		{Title: "RC 40 (general error) on the push: reversal at 65 s", API: apiReverse, Kind: Positive, Code: "40", Only: onlyOrdered, Steps: []Step{
			{Do: pay{amount: 12_500, account: reversing, orders: []sandbox.Script{push(sandbox.Effect{Code: "40"})}}},
			{Do: settled(payment.Reversed), Expect: []Rule{code("push", "40"), inTime, stands(payment.Reversed)}},
		}},
		{Title: "RC 68 (pending) on the push: reversal at 65 s", API: apiReverse, Kind: Positive, Code: "68", Only: onlyOrdered, Steps: []Step{
			{Do: pay{amount: 12_500, account: reversing, orders: []sandbox.Script{push(sandbox.Effect{Code: "68"})}}},
			{Do: settled(payment.Reversed), Expect: []Rule{code("push", "68"), inTime, stands(payment.Reversed)}},
		}},
		{Title: "RC ER: the credentials are not known; the reversal at 65 s cannot succeed, and is tried again", API: apiReverse, Kind: Negative, Code: "ER", Only: "its reversals would go on until the cut-off", Steps: []Step{
			{Do: pay{amount: 12_500, account: badApp}},
			{Do: wait{80 * time.Second, "the reversal"}, Expect: []Rule{code("push", "ER"), inTime, {"the payment is not paid", srcLunas, state{payment.Reversing}}}},
		}},
	}
}

func ovoChecks() []Scenario {
	checked := func(title, rc string, kind Kind, final payment.State, rules ...Rule) Scenario {
		return Scenario{Title: title, API: apiCheck, Kind: kind, Code: rc, Only: onlyOrdered, Steps: []Step{
			{Do: pay{amount: 12_500, orders: []sandbox.Script{push(ignored), outcome(sandbox.OperationCheckPush, sandbox.Effect{Code: rc})}}},
			{Do: await{states: []payment.State{final}, within: 10 * time.Minute}, Expect: append([]Rule{
				code("check", rc), stands(final),
				{"the check carries the date of the payment", srcCheck, same{a: "push", b: "check", bN: 1, path: "date"}},
			}, rules...)},
		}}
	}
	checked25 := checked("RC 25 (not found) on the automatic check: no reversal", "25", Positive, payment.Expired, none("reversal", srcCheck))
	checked25.Steps[0].Do = pay{amount: 12_500, orders: []sandbox.Script{
		push(ignored), {Operation: sandbox.OperationCheckPush, Times: 9, Effect: sandbox.Effect{Code: "25"}},
	}}
	return []Scenario{
		{Title: "The answer of a paid push is lost, the automatic check finds it: RC 00", API: apiCheck, Kind: Positive, Code: "00", Steps: []Step{
			{Do: pay{
				amount: 12_500, orders: []sandbox.Script{push(sandbox.Effect{Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(20 * time.Second), Answer: sandbox.AnswerLost})},
				ours: []fault{{operation: sandbox.OperationPush}}, person: payAtOnce,
			}},
			{Do: settled(payment.Paid), Expect: []Rule{
				code("check", "00"), stands(payment.Paid), none("reversal", srcCheck),
				{"the check leaves 60 s after the push", srcLunas, gap{from: "push", to: "check", atLeast: 59500 * time.Millisecond, under: 61 * time.Second}},
				{"the check carries the date of the payment", srcCheck, same{a: "push", b: "check", path: "date"}},
			}},
		}},
		checked25,
		checked("RC 40 on the automatic check: reversal at 65 s", "40", Positive, payment.Reversed, inTime),
		checked("RC 58 on the automatic check: reversal at 65 s", "58", Positive, payment.Reversed, inTime),
		{Title: "A check by hand of a paid payment", API: apiCheck, Kind: Positive, Code: "00", Steps: []Step{
			{Do: pay{amount: 12_500, orders: customer(sandbox.OperationPush, sandbox.Cash, 5*time.Second), person: "open the OVO app and pay"}},
			{Do: settled(payment.Paid)},
			{Do: ask{what: payment.AskCheck}},
			{Do: wait{2 * time.Second, "the answer"}, Expect: []Rule{code("check", "00"), stands(payment.Paid)}},
		}},
		{Title: "A check of a payment that nobody made", API: apiCheck, Kind: Negative, Code: "25", Steps: []Step{
			{Do: direct{command: inquireOf(payment.CallPush), words: "Check the status of a number that was never sent"}, Expect: []Rule{code("check", "25")}},
		}},
		{Title: "A check of a payment that is older than 7 days", API: apiCheck, Kind: Negative, Code: "54", Only: "a payment of eight days ago is needed", Steps: []Step{
			{Do: direct{command: inquireOf(payment.CallPush), change: func(t *payment.Target) { t.PushedAt = t.PushedAt.AddDate(0, 0, -8) }, words: "Check the status of a payment whose date is eight days ago"}, Expect: []Rule{code("check", "54")}},
		}},
		{Title: "A check whose unix time is more than 5 minutes old", API: apiCheck, Kind: Negative, Code: "TO", Steps: []Step{
			{Do: direct{command: inquireOf(payment.CallPush), age: 6 * time.Minute, words: "Check a status with a signature of six minutes ago"}, Expect: []Rule{code("check", "TO")}},
		}},
	}
}

// inquireOf makes the command for a check.
func inquireOf(call payment.Call) func(payment.Target) payment.Command {
	return func(t payment.Target) payment.Command { return payment.Inquire{Target: t, Of: call} }
}

func ovoVoids() []Scenario {
	paidFirst := []Step{
		{Do: pay{amount: 50_000, orders: customer(sandbox.OperationPush, sandbox.Cash, 5*time.Second), person: "open the OVO app and pay"}},
		{Do: settled(payment.Paid), Expect: []Rule{code("push", "00")}},
	}
	voids := Rule{"the void names the push: referenceNumber", srcVoid, same{a: "push", b: "void", path: "referenceNumber"}}
	return []Scenario{
		{Title: "A paid payment is voided before the cut-off", API: apiVoid, Kind: Positive, Code: "00", Steps: append(append([]Step{}, paidFirst...),
			Step{Do: ask{what: payment.AskVoid, orders: []sandbox.Script{outcome(sandbox.OperationVoid, sandbox.Effect{AnswerAfter: sandbox.Duration(3 * time.Second)})}}, Capture: "Void in process", Expect: []Rule{
				{"the customer is told that the void is in process", srcVoid, says{"en", "Your payment is being cancelled"}},
			}},
			Step{Do: settled(payment.Voided), Capture: "Void done", Expect: []Rule{
				code("void", "00"), stands(payment.Voided), voids,
				{"processingCode is 020040", srcVoid, carries{operation: "void", path: "processingCode", like: "020040"}},
				{"the customer is told that the void is done", srcVoid, says{"en", "Your payment has been cancelled"}},
			}},
		)},
		{Title: "The void is not answered: its status is checked, it is not sent again", API: apiVoided, Kind: Positive, Code: "00", Steps: append(append([]Step{}, paidFirst...),
			Step{Do: ask{what: payment.AskVoid, orders: []sandbox.Script{outcome(sandbox.OperationVoid, lost)}, ours: []fault{{operation: sandbox.OperationVoid}}}},
			Step{Do: settled(payment.Voided), Expect: []Rule{
				{"the void was not answered", srcLunas, unanswered{operation: "void"}},
				code("check_void", "00"), stands(payment.Voided),
				{"the void is sent once", srcLunas, sent{operation: "void", times: 1}},
				{"processingCode of the check is 020040", srcOVO, carries{operation: "check_void", path: "processingCode", like: "020040"}},
			}},
		)},
		{Title: "OVO refuses the void: the payment stays paid", API: apiVoid, Kind: Negative, Code: "58", Only: onlyOrdered, Steps: append(append([]Step{}, paidFirst...),
			Step{Do: ask{what: payment.AskVoid, orders: []sandbox.Script{outcome(sandbox.OperationVoid, sandbox.Effect{Code: "58"})}}},
			Step{Do: settled(payment.Paid), Expect: []Rule{code("void", "58"), stands(payment.Paid)}},
		)},
		{Title: "The status of a void of a payment that nobody made", API: apiVoided, Kind: Negative, Code: "25", Steps: []Step{
			{Do: direct{command: inquireOf(payment.CallVoid), words: "Check the void of a number that was never sent"}, Expect: []Rule{code("check_void", "25")}},
		}},
	}
}

func ovoNumbers() []Scenario {
	one := func(choice sandbox.Choice, person string) Step {
		return Step{Do: pay{amount: 12_500, orders: customer(sandbox.OperationPush, choice, 3*time.Second), person: person}}
	}
	ended := Step{Do: settled(payment.Paid, payment.Declined)}
	rule := func(text string) []Rule {
		return []Rule{{text, srcNumbers, counts{last: 999_999}}}
	}
	return []Scenario{
		{Title: "The reference number grows by 1 with every push, successful or not", API: apiPush, Kind: Positive, Source: srcNumbers, Steps: []Step{
			one(sandbox.Cash, "open the OVO app and pay"), ended, one(sandbox.Decline, "open the OVO app and decline"), ended,
			one(sandbox.Cash, "open the OVO app and pay"),
			{Do: settled(payment.Paid), Expect: rule("+1 with each of three pushes, of which one was declined")},
		}},
		{Title: "After reference number 999999 comes 1 in the next batch", API: apiPush, Kind: Positive, Source: srcNumbers, Only: "it would use up a batch of the terminal", Steps: []Step{
			{Do: number{999_997}},
			one(sandbox.Cash, ""), ended, one(sandbox.Cash, ""), ended, one(sandbox.Cash, ""),
			{Do: settled(payment.Paid), Expect: rule("999998, 999999, then 1 in the next batch")},
		}},
	}
}

func ovoCutOff() []Scenario {
	cutOff := Rule{"OVO takes no void after 23:59 of the payment's day", srcVoid, answered{operation: "void", code: "58"}}
	return []Scenario{
		{Title: "Void in the last minute before the cut-off", API: apiVoid, Kind: Positive, Code: "00", At: "23:50:00", Steps: []Step{
			{Do: pay{amount: 15_000, orders: customer(sandbox.OperationPush, sandbox.Cash, 5*time.Second), person: "open the OVO app and pay"}},
			{Do: settled(payment.Paid)},
			{Do: until{"23:58:30", "half a minute before the cut-off"}},
			{Do: ask{what: payment.AskVoid}},
			{Do: settled(payment.Voided), Expect: []Rule{code("void", "00"), stands(payment.Voided)}},
		}},
		{Title: "Void after the cut-off: the gateway refuses, and so does OVO", API: apiVoid, Kind: Negative, Code: "58", At: "23:50:00", Steps: []Step{
			{Do: pay{amount: 15_000, orders: customer(sandbox.OperationPush, sandbox.Cash, 5*time.Second), person: "open the OVO app and pay"}},
			{Do: settled(payment.Paid)},
			{Do: until{"23:59:05", "just after the cut-off"}},
			{Do: ask{what: payment.AskVoid}, Expect: []Rule{{"the gateway refuses: cutoff", srcVoid, refused{payment.CodeCutOff}}, none("void", srcVoid)}},
			{Do: direct{command: func(t payment.Target) payment.Command { return payment.Void{Target: t} }, words: "Send the void all the same"}, Expect: []Rule{cutOff}},
		}},
		{Title: "A push whose reversal could not be made before the cut-off is refused", API: apiPush, Kind: Negative, Source: srcReversal, At: "23:57:30", Steps: []Step{
			{Do: pay{amount: 15_000}, Expect: []Rule{{"the gateway refuses: cutoff", srcReversal, refused{payment.CodeCutOff}}, none("push", srcReversal)}},
		}},
		{Title: "Reversal just before the cut-off", API: apiReverse, Kind: Positive, Code: "00", At: "23:55:30", Only: "minutes count here, and a tester's do not", Steps: []Step{
			{Do: pay{amount: 15_000, account: reversing, orders: []sandbox.Script{push(ignored)}}},
			{Do: settled(payment.Reversed), Expect: reversed()},
		}},
	}
}
