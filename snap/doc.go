// Package snap speaks SNAP, Bank Indonesia's standard for payments, as OVO exposes it:
// dynamic QRIS and the linking of accounts. Eight operations, each one HTTP POST of a
// small JSON message.
//
//	operation       service  signature            what it does
//	Access          73       RSA, id|time         a token for the others, for 15 minutes
//	Generate        47       HMAC                 a QR for one payment, alive for 75 s
//	Query           51       HMAC                 what became of it
//	Refund          78       HMAC                 gives it back: whole, same day
//	Cancel          77       HMAC                 withdraws it (not listed by OVO)
//	Bind            07       RSA                  begins to link a customer's account
//	Unbind          09       HMAC                 ends a link
//	CustomerAccess  74       RSA, id|time         a token for a linked account
//
// # The shape of a call
//
//	Request + Envelope ──Render──► Rendered ──Do──► Answer            a verdict: done, declined, …
//	                     checks,   complete bytes   *CallError        no verdict:
//	                     signs     to be stored       ErrNotSent      nothing left this process
//	                                                  ErrNoAnswer     it may have arrived, no answer came
//	                                                  ErrUnclear      something came that is not a verdict
//
// [Client.Render] turns a [Request] into a [Rendered]: every header and every byte,
// signed, so that it can be written to disk before it is sent. [Client.Do] sends it.
// [Client.Generate] and its sisters do both at once. The body is minified once; exactly
// those bytes are hashed and sent.
//
// A refusal is a value, not an error: look at [Answer.Meaning]. A token that OVO calls
// dead is one too ([TokenDead]): get a new one, send again.
//
// What to do without a verdict differs from a push to a phone, since a QR charges
// nobody until it is scanned:
//
//   - Generate: never show a QR of it; its partnerReferenceNo is burnt, take a new one.
//   - Query: ask again, later.
//   - Refund: repeat it with the same partnerRefundNo (new X-EXTERNAL-ID), and Query.
//
// # What counts as an answer
//
// Well-formed JSON with a responseCode of 7 digits, of the operation's own service, in
// agreement with the HTTP status, about this very payment. A status of the payment must
// name one of its two reference numbers, a QR must be there. Anything else is unclear:
// an HTML page, a 3xx, another payment's echo, a doubled field, a body above 256 KiB.
// Whether the QR is right (checksum, amount, merchant) is for a reader of QRIS to say.
//
// # Notifications
//
// [Verifier] checks them in the three ways in which providers sign them; [Reply] answers
// in SNAP's own form; [SignNotification] is the provider's side, for sandboxes.
//
// # Sent at most once
//
// One Do puts one message on the wire at most once, what changes something not after
// [Rendered.SendBy], and nothing after Do has returned; see [NewTransport]. A
// [http.RoundTripper] around it (Options.Transport) sees each request exactly as it is
// sent.
//
// # What this package does not do
//
// It keeps no state: no token, no numbers, no memory of X-EXTERNAL-IDs or notifications.
// It never retries, polls or renews by itself. It imports the standard library only and
// reads no environment.
//
// Amounts are whole rupiah. Times are written in Western Indonesia Time, UTC+7 ([WIB]).
// Secrets, tokens and keys never print, phone numbers print masked; [Rendered.Wire],
// [Rendered.Header], [Answer.Body] and [CallError.Body] hold the plain bytes.
package snap
