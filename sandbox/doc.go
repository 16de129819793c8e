// Package sandbox emulates the providers' side of an OVO payment, by push or by QR:
// customers with wallets, and the APIs through which merchants reach them. It is strict (it refuses
// what OVO would refuse and says which sentence was broken), stateful (one customer,
// one balance, behind every provider) and never pays unless a person, a seeded phone
// or a script says so. It speaks real bytes over real HTTP; the money is not real.
//
// # Parts
//
// Core is pure: no clock, no network, no goroutine, no lock. It is told the time,
// takes requests (Arrive) and hands out the answers that are due (Advance) and the calls
// that the provider makes itself (Notifications, answered by Delivered), so that a
// simulator can run a day in a second. Sandbox puts a clock, timers and HTTP round it:
// the wallet page at /, the director's page at /director (what waits and how to end it,
// faults, scripts, the clock, and each violation beside the sentence that was broken; every
// rule at /director/rules), OVO's Push To Pay API at
// POST /pos, its dynamic QRIS at /OVOSNAP/…, account binding at /binding/{id}, DOKU's API
// with its payment simulator at /integration/simulator/ovo/inquiry, and the
// control API under /control/. It sends notifications to this machine only, unless
// Options.Sender does it otherwise.
//
// # Seeded phones
//
//	081211111111    waits for the wallet page
//	081211119999    waits for the wallet page
//	08817482255     waits for the wallet page
//	081211110101    pays with OVO Cash after 2 s
//	081211110102    pays with OVO Points after 2 s
//	081211110103    pays with both after 2 s: half in points, the rest in cash
//	081211110160    never answers, nothing is charged
//	081211110162    approves after 2 s, the answer comes 62 s after the push
//	081211110165    approves after 2 s and is charged, the answer is lost
//	0812111100RC    answers the two-digit response code RC at once, without charging:
//	                …17 the customer declines; …14 has no account, on the inquiry too;
//	                …00 pays with OVO Cash at once
//
// Every seeded wallet begins with Rp 10.000.000 of OVO Cash and 5.000.000 OVO Points.
// A phone that is not in the list has no OVO account (14) until it is given one by the
// wallet page or the control API.
//
// A phone does to a QR what it does to a push: when it scans one, on its page or by the
// control API, its habit follows. …0162 pays after 2 s and the notification leaves 62 s
// after the scan; …0165 pays after 2 s and the notification is lost; …0160 lets the QR
// run out; …17 declines, and any other …RC is refused with nothing charged (both end the
// QR, status 06); …00 pays at once; …14 has no account and scans nothing. Who has no
// phone at hand orders the same by amount: a QR of Rp 1.110.NNN is scanned at once by
// 081211110NNN, whose last seven digits it is (Rp 1.110.000 is an ordinary amount).
//
// Every wallet's security code is 123456; its OTP is the last four digits of its phone. A
// wallet asks for its code before a payment once its page or the control API says so; the
// third wrong one declines the push.
//
// # QRIS over SNAP
//
//	POST /OVOSNAP/v1.0/access-token/b2b       73  15 minutes
//	POST /OVOSNAP/v1.0/qr/qr-mpm-generate     47  75 s, up to Rp 5.000.000
//	POST /OVOSNAP/v1.0/qr/qr-mpm-query        51
//	POST /OVOSNAP/v1.0/qr/qr-mpm-refund       78  whole, same day
//	POST /OVOSNAP/v1.0/qr/qr-mpm-cancel       77  Bank Indonesia's, not in OVO's list
//	POST /OVOSNAP/v2.0/oauth/account/registration-account-binding    07
//	POST /OVOSNAP/v2.0/oauth/account/registration-account-unbinding  09
//	POST /OVOSNAP/v2.0/access-token/b2b2c     74
//
// Any version does, and so does /ovosnap/qr-mpm-… of OVO's sample log. Requests are
// judged in this order: route and method, headers, timestamp, client, token, signature,
// JSON, X-EXTERNAL-ID, fields, business; see Rules for codes and sentences. A dead token
// gets OVO's own body (OV00502). A missing or long CHANNEL-ID, milliseconds and letters
// in X-EXTERNAL-ID are let through and noted. SNAPOptions.Lenient also lets through
// grant_type, timestamps in UTC, signatures in hexadecimal and a binding without
// merchantId; SNAPOptions.PlainPaths serves /v1.0/… and /api/v1.0/…, and verifies what
// was signed over such a path though it was sent to /OVOSNAP.
//
// Outcomes are ordered by scripts (operation, amount, partnerReferenceNo, X-EXTERNAL-ID;
// a code of seven digits, of which the service's two are put right), by the amounts
// above, or by an X-EXTERNAL-ID that begins with 99999 and a responseCode: 999994034702…
// answers 4034702 without doing anything. A script's customer pays even after 75 s.
//
// A paid QR is notified, and again every 5 s up to three times until HTTP 2xx with
// 20052xx comes back. How the call is signed is the Callback's mode: with a token from
// the partner's TokenURL, with the partner's last token, with an empty token (default),
// or with the provider's key. Failed and expired QRs are never notified.
//
// # DOKU's OVO e-money
//
//	POST /ovo-emoney/v1/payment     push, held until the customer has decided, at most 70 s
//	POST /ovo-emoney/v1/cancel      void
//	GET  /orders/v1/status/{number} check, by invoice number or Request-Id
//
// A push does by its phone what it does on OVO's own API, or by its amount: Rp 1.110.NNN
// does what the phone 081211110NNN does. Requests are judged in this order: path, method,
// content type; Client-Id, Request-Id, Request-Timestamp and Signature (of a push and void
// if there is a Signature, of a check always); JSON, fields, check_sum, Request-Id;
// amount (13), invoice (94), phone (14). A Request-Id that comes again is answered with
// HTTP 409 and the first body. A paid push is notified, and again after 30 minutes, 6 and
// 12 hours until HTTP 2xx. What DOKU does not publish is an option of DOKUOptions: a push
// that nobody answered is FAILED with "-", a check then says TIMEOUT for a minute before its
// last word EXPIRED, a void is taken until 23:59:00 WIB of the push's day. Codes of errors
// that are not those of DOKU's gate are this sandbox's own: invalid_request,
// invalid_parameter, invalid_check_sum, data_not_found.
//
// # Where OVO's documents are silent
//
// For QRs: an expired one is status 06 "Expired", an unknown one 4045101 (options of
// SNAPOptions); an invalid merchantId is 4044708, a terminalId 4044717; a refused or
// declined QR cannot be paid by another phone; status is 02 once a wallet has scanned;
// both forms of the binding's signature are accepted, with and without the colon; an
// unbinding takes the customer's token in Authorization-Customer, tokenId, or linkId; a
// X-TIMESTAMP is good for 5 minutes; the refund's day ends at midnight in Jakarta.
//
// For pushes each choice is an option of OVOOptions: a failure is HTTP 400 with JSON; a push that
// no customer answered is HTTP 404 with an empty body at 55 s; money that does not reach is 61;
// a reversal of what is already reversed is 00, of a push that took no money 00, after
// 23:59:00 WIB of the push's day 58; a duplicate is 94. A held push whose reversal came
// first is never answered. A status check answers 00 paid, 68 pending or never answered, 73 reversed or
// voided, 25 unknown or expired, 54 older than 7 days, else the code that the push ended with. A phone
// that cannot be one is unknown (14). Shape errors other than the amount's are BR and come after 13.
//
// # Faspay's OVO channel
//
//	POST /cvr/300011/10            a bill, in JSON or XML, under any content type; also /pws/300011/…
//	GET  /pws/100003/…/{signature} the page that asks for the OVO number, redirect_url
//	POST /pws/ovo_direct           asks the customer: held, then JSON, or 302 for a browser
//	POST /cvr/100004/10            inquiry, by bill_no or trx_id; also /pws/100004/…
//	POST /cvr/100005/10            cancel, of what is not paid; also /pws/100005/…
//	POST /cvr/100001/10            channels
//
// Requests are judged in this order: route and method, form, merchant (03), the field that
// is signed (83), signature (55), the other fields, business. A bill goes through the
// statuses 0, 1 and one of 2, 3, 7, 8; 4 after 2 by a script or the control API; 5 and 9
// only an inquiry tells. 00 in answer to ovo_direct is accepted, never paid. 2, 3, 4, 7 and
// 8 are notified, and again every minute up to three times until HTTP 2xx with
// response_code 00 comes back in the same form. The return URL says status 0 whatever
// became of the bill. A phone does to Faspay's push what it does to a QR: …0162's
// notification leaves after 62 s, …0165's is lost. What Faspay's documents leave open is in
// FaspayOptions, each choice beside its alternatives.
//
// # Control API
//
//	GET    /control/clock                  the sandbox's time, the machine's, the speed
//	POST   /control/clock                  {"speed":10,"skip":"1m"}, where the clock is the sandbox's own (lunas sandbox)
//	GET    /control/pending                what waits, at every provider, for what, and what can be done about it
//	GET    /control/phones                 the seeded phones
//	GET    /control/wallets[/{phone}]      balances
//	POST   /control/wallets/{phone}        create or change: name, cash, points, add_cash, add_points, habit, ask_pin
//	GET    /control/pushes                 of every rail, newest first; ?rail= ?phone= ?state= ?invoice= ?limit=
//	GET    /control/pushes/{id}
//	POST   /control/pushes/{id}/pay        {"with":"cash|points|both"}
//	POST   /control/pushes/{id}/decline    also …/ignore
//	GET    /control/bills[/{trx_id}]       Faspay's bills; ?bill_no= ?status=
//	POST   /control/bills/{trx_id}/ask     {"phone":"08…"}: what its customer types on the page; its habit follows
//	POST   /control/bills/{trx_id}/pay     {"phone":"08…","with":"cash|points|both"}: asks first
//	POST   /control/bills/{trx_id}/decline also …/ignore; …/reverse gives the money back; …/notify sends again
//	GET    /control/faspay                 merchants and callbacks
//	GET    /control/qrs[/{id}]             the same for QRs; ?invoice= is partnerReferenceNo
//	POST   /control/qrs/{id}/scan          {"phone":"08…"}: its habit follows
//	POST   /control/qrs/{id}/pay           {"phone":"08…","with":"cash|points|both"}: scans first
//	POST   /control/qrs/{id}/decline       also …/ignore; …/notify sends the notification again
//	GET    /control/notifications          the last ones that were sent, and how they were answered
//	POST   /control/pushes/{id}/notify     sends the notification of a push by DOKU again
//	GET    /control/doku                   DOKU's clients and their callbacks
//	GET    /control/snap                   clients, terminals, callbacks, the provider's public key
//	POST   /control/callbacks/{client}     {"url":"http://127.0.0.1:…","token_url":"…","mode":"…"}; of Faspay return_url, encoding
//	GET    /control/tokens                 live B2B tokens, masked
//	DELETE /control/tokens[/{client}]      kills them
//	GET    /control/bindings               linked accounts
//	GET    /control/transactions           pushes and QRs, with totals
//	GET    /control/settlement             a day's settlement file as CSV; ?rail= ?day= ?faults=all|missing_here,… ?each= ?seed=
//	GET    /control/totals                 sums; paid_in == balances + held, always
//	GET    /control/scripts                outcomes ordered, see Script
//	POST   /control/scripts                {"operation":"push","phone":"08…","times":1,"effect":{"code":"40"}}
//	DELETE /control/scripts[/{id}]
//	GET    /control/violations             what was broken, with the provider's sentence
//	GET    /control/rules                  every rule that is watched
//	GET    /control/requests               the last requests, credentials and phones masked
//	POST   /control/reset                  back to the beginning; held calls are cut
//
// A browser on another site cannot use it (cross-origin writes are refused); it has no
// other lock, so serve it on loopback.
package sandbox
