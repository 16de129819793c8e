// Package sandbox emulates the providers' side of an OVO payment: customers with
// wallets, and the APIs through which merchants reach them. It is strict (it refuses
// what OVO would refuse and says which sentence was broken), stateful (one customer,
// one balance, behind every provider) and never pays unless a person, a seeded phone
// or a script says so. It speaks real bytes over real HTTP; the money is not real.
//
// # Parts
//
// Core is pure: no clock, no network, no goroutine, no lock. It is told the time,
// takes requests (Arrive) and hands out the answers that are due (Advance), so that a
// simulator can run a day in a second. Sandbox puts a clock, timers and HTTP round it:
// the wallet page at /, the director's page at /director, OVO's Push To Pay API at
// POST /pos, and the control API under /control/.
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
// # Where OVO's documents are silent
//
// Each choice is an option of OVOOptions: a failure is HTTP 400 with JSON; a push that
// no customer answered is HTTP 404 with an empty body at 55 s; money that does not reach is 61;
// a reversal of what is already reversed is 00, of a push that took no money 00, after
// 23:59:00 WIB of the push's day 58; a duplicate is 94. A held push whose reversal came
// first is never answered. A status check answers 00 paid, 68 pending or never answered, 73 reversed or
// voided, 25 unknown or expired, 54 older than 7 days, else the code that the push ended with. A phone
// that cannot be one is unknown (14). Shape errors other than the amount's are BR and come after 13.
//
// # Control API
//
//	GET    /control/clock                  the sandbox's time, the machine's, the speed
//	GET    /control/phones                 the seeded phones
//	GET    /control/wallets[/{phone}]      balances
//	POST   /control/wallets/{phone}        create or change: name, cash, points, add_cash, add_points, habit
//	GET    /control/pushes                 newest first; ?phone= ?state= ?invoice= ?limit=
//	GET    /control/pushes/{id}
//	POST   /control/pushes/{id}/pay        {"with":"cash|points|both"}
//	POST   /control/pushes/{id}/decline    also …/ignore
//	GET    /control/transactions           the same list under its bookkeeping name, with totals
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
