// Package ovo speaks OVO's Push To Pay API: six operations, each one HTTP POST of
// a small JSON message to one address.
//
//	operation    type          processingCode  what it does                           time limit
//	Push         0200 → 0210   040000          asks the customer in the OVO app       60 s
//	Reversal     0400 → 0410   040000          undoes a push that was not answered    15 s
//	Void         0200 → 0210   020040          cancels an approved push, same day     15 s
//	Check        0100 → 0110   040000          what became of a push                  15 s
//	CheckVoid    0100 → 0110   020040          what became of a void                  15 s
//	Inquiry      0100 → 0110   050000          is this phone an OVO account           10 s
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
// [Client.Push] and its five sisters do both at once.
//
// A decline is a value, not an error: look at [Answer.Code] and at what follows from
// it, [Code.For]. The three errors must be told apart by whoever moves money:
//
//   - ErrNotSent: the customer was never asked; another way of paying may be tried.
//   - ErrNoAnswer and ErrUnclear: the customer may have paid. OVO, Push To Pay API:
//     "Merchant need to call reversal automatically at 65s if merchant didn't get any
//     response (type : 0210) from OVO System within 60s after hit push to pay".
//
// # What counts as an answer
//
// Well-formed JSON with a responseCode and the right type for the operation, about
// this very payment: tid, mid, batch, reference number, amount, invoice and processing
// code must be ours wherever OVO echoes them, and an approved push must echo the first
// five. The HTTP status may be 200 or 4xx; an empty 404, any 3xx or 5xx, an HTML page,
// another payment's data, a doubled field or a body above 64 KiB is unclear.
//
// # Sent at most once
//
// [NewTransport] and Do together see to it that one Do puts one message on the wire at
// most once, not after [Rendered.SendBy] and not after Do has returned. See
// NewTransport for what can be proven and what cannot. A [http.RoundTripper] put
// around it (Options.Transport) sees each request exactly as it is sent.
//
// # What this package does not do
//
// It keeps no state: it counts no batch and reference numbers, never retries, never
// reverses by itself, starts no timer beyond a call's own limit, and knows neither the
// cut-off at 23:59 nor the seven days of a status check. It imports the standard
// library only and reads no environment.
//
// Amounts are whole rupiah. Dates are written in Western Indonesia Time, UTC+7 ([WIB]).
// Keys never print, and phone numbers print masked; [Rendered.Wire], [Answer.Body] and
// [CallError.Body] hold the plain bytes.
package ovo
