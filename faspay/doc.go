// Package faspay speaks Faspay's debit API for its OVO channel, 812: five operations,
// each one HTTP POST, and what comes back on other ways: the notification to the
// merchant's server and the return of the customer's browser.
//
//	operation   what it does                               signed over     JSON  XML  form
//	PostData    makes a bill; its trx_id is needed below   bill_no         yes   yes
//	Direct      asks the customer in the OVO app           trx_id                     yes
//	Inquiry     what became of the bill                    bill_no         yes   yes
//	Cancel      takes an unpaid bill back                  bill_no         yes   yes
//	Channels    which ways to pay the merchant has         nothing more    yes
//
// # The life of a bill
//
//	PostData ──► trx_id, redirect_url
//	   │
//	   ├── redirect: send the customer to redirect_url, where Faspay asks for the phone
//	   └── direct:   Client.Direct, or Client.DirectForm as a page in the customer's browser
//	                                   │
//	      the customer confirms in the OVO app, or does not, until the bill expires
//	                                   │
//	   Verifier.Notification ◄── Faspay's server ──► browser ──► Verifier.Return
//	   the word that counts                          never changes a status
//	                                   │
//	   no notification: Client.Inquire, with growing distance
//
// # The shape of a call
//
//	Request ──Render──► Rendered ──Do──► Answer            a verdict: Meaning, and Status where Faspay tells it
//	          checks,   complete bytes   *CallError        no verdict:
//	          signs     to be stored       ErrNotSent      nothing left this process
//	                                       ErrNoAnswer     it may have arrived, no answer came
//	                                       ErrUnclear      something came that is not a verdict
//
// [Client.Render] turns a [Request] into a [Rendered]: every header and every byte,
// signed, so that it can be written to disk before it is sent. [Client.Do] sends it.
// [Client.PostData] and its sisters do both at once. A refusal is a value, not an error.
//
// What to do without a verdict:
//
//   - PostData: there may be a bill that nobody knows of. It charges nobody until it is
//     shown; take a new bill_no, or ask by bill_no.
//   - Direct: the call blocks while the customer confirms, so a call that was cut off was
//     accepted, not failed. Wait for the notification, or ask. Only ErrNotSent says that
//     the customer was not asked.
//   - Cancel: ask; cancel again only what an inquiry shows unpaid.
//
// # Amounts
//
// Requests write rupiah times 100, notifications and returns whole rupiah, and what an
// inquiry writes is nowhere said. So no number leaves or enters this package bare: see
// [Amount] and [AmountText].
//
// # How weak the signature is
//
// Every signature is sha1(md5(user ‖ password ‖ text)): not over the amount, without
// time, the same for each repetition. Two things follow, and a caller must see to both.
//
//   - A notification of success wants an inquiry before money is believed in: compare
//     bill_no, trx_id and amount with one's own.
//   - The text of a notification is bill_no ‖ status, of a post bill_no alone. So the
//     signature in the address of the redirect page of bill "1232", which its customer can
//     read, is that of a forged notification "bill 123 is paid" (2). Make bill numbers for
//     which [BillNoIsSafe]: their last character is no digit.
//
// # What this package does not do
//
// It keeps no state, never retries, never asks or cancels by itself, and remembers no
// notification: telling a repeated one from a new one is the caller's. It imports the
// standard library only and reads no environment. [NewTransport] and Do see to it that one
// Do puts one message on the wire at most once.
//
// Times are written in Western Indonesia Time, UTC+7 ([WIB]). The password never prints;
// phone numbers print masked, names and addresses not at all. [Rendered.Wire],
// [Answer.Body], [CallError.Body] and [Form.HTML] hold the plain bytes.
package faspay
