// Package doku speaks DOKU's OVO push payment, the one that is no SNAP: three operations,
// each one HTTP request with a small JSON message, and DOKU's notifications.
//
//	operation  method and path                       what it does                      time limit
//	Push       POST /ovo-emoney/v1/payment           asks the customer in the OVO app  75 s
//	Void       POST /ovo-emoney/v1/cancel            cancels an approved push          15 s
//	Check      GET /orders/v1/status/{invoice}       what became of a push             15 s
//
// # The shape of a call
//
//	Request ──Render──► Rendered ──Do──► Answer            a verdict: approved, declined, …
//	          checks,   complete bytes   *CallError        no verdict:
//	          signs     to be stored       ErrNotSent      nothing left this process
//	                                       ErrNoAnswer     it may have arrived, no answer came
//	                                       ErrUnclear      something came that is not a verdict
//
// [Client.Render] turns a [Request] into a [Rendered]: every header and every byte,
// signed, so that it can be written to disk before it is sent. [Client.Do] sends it.
// [Client.Push] and its sisters do both at once.
//
// A push is one long call. DOKU, OVO Push Payment Guide: "Please wait for 70s for the API
// response because we need to wait your customers make the payment through their OVO
// application". We give up at 75 s, unless the context says otherwise.
//
// A decline is a value, not an error: look at [Answer.Meaning]. What is left open, by
// ErrNoAnswer, by ErrUnclear or by a meaning that is not final, is asked by Check, after
// the push has ended and never beside it. Never push again in between, under no invoice
// number: the customer may have paid.
//
// # What counts as an answer
//
// Well-formed JSON in the form of the operation, about this very payment: client id,
// invoice number, amount and phone must be ours wherever DOKU echoes them, and an
// approved push must echo all four. HTTP 409 repeats the first answer to a Request-Id; it
// counts as that answer if it echoes all four. DOKU's two forms of error are answers too ([Refusal]). Any 3xx or
// 5xx, an empty body, HTML, another payment's data, a doubled field or a body above 64 KiB
// is unclear; so is a check_sum that is not right, where Options.ResponseRule is set.
//
// # Notifications
//
// [Verifier] checks them over the raw bytes. DOKU sends one again, after 30 minutes, 6 and
// 12 hours, while it is not answered with 2xx, so that duplicates come.
// [SignNotification] is DOKU's side, for sandboxes.
//
// # Sent at most once
//
// One Do puts one message on the wire at most once, what moves money not after
// [Rendered.SendBy], and nothing after Do has returned; see [NewTransport]. A
// [http.RoundTripper] around it (Options.Transport) sees each request exactly as it is
// sent.
//
// # What this package does not do
//
// It keeps no state: it makes no invoice numbers and no Request-Ids, remembers no
// notifications, never retries, never checks by itself. It imports the standard library
// only and reads no environment.
//
// Amounts are whole rupiah. Request-Timestamp is UTC; the date of a push's answer is
// Western Indonesia Time, UTC+7 ([WIB]). Secrets never print, phone numbers print masked;
// [Rendered.Wire], [Rendered.Header], [Answer.Body] and [CallError.Body] hold the plain bytes.
package doku
