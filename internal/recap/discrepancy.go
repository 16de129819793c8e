package recap

import (
	"fmt"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Class is how a payment stands in our books and in the provider's. The spelling is stored and served.
type Class string

// The classes. All but Matched and OtherDay are discrepancies.
const (
	Matched       Class = "matched"
	MissingHere   Class = "missing_here"   // the provider lists it, and no payment here has its key
	MissingThere  Class = "missing_there"  // the merchant should have money of it, and the provider does not list it
	AmountDiffers Class = "amount_differs" // both have it, with different amounts
	StateDiffers  Class = "state_differs"  // both have it, and disagree on whether the money was taken, or given back
	Duplicate     Class = "duplicate"      // one of the two lists it more than once
	FeeDiffers    Class = "fee_differs"    // the fee is not what was agreed, or net is not amount less fee
	// OtherDay is a difference of timing alone: a payment near midnight that stands in the file of the day before or after its
	// own, or should. It is listed, and no discrepancy: the other day's file makes it one when it does not list it either.
	OtherDay Class = "other_day"
)

// Classes lists what is listed: the discrepancies, and OtherDay.
func Classes() []Class {
	return []Class{MissingHere, MissingThere, AmountDiffers, StateDiffers, Duplicate, FeeDiffers, OtherDay}
}

// Money says what became of the customer's money, as our books have it.
type Money string

// What can have become of the money.
const (
	Kept      Money = "kept"       // taken, and the merchant's
	GivenBack Money = "given_back" // taken or not: given back, or surely undone
	NotTaken  Money = "not_taken"
	Doubtful  Money = "doubtful" // in review: a human must say
	UnderWay  Money = "under_way"
)

// Entry is one attempt of a payment as our books have it. Its key is what both sides know it by; see reconcile.Mapping.
type Entry struct {
	Key       string         `json:"key"`
	PaymentID string         `json:"payment_id"`
	Attempt   int            `json:"attempt"` // from 0
	State     payment.State  `json:"state"`
	Money     Money          `json:"money"`
	Amount    payment.Rupiah `json:"amount"`
	At        time.Time      `json:"at"` // t0
	// Home tells that it counts on the day that is reconciled; the others are of the hours around it, for which the
	// provider may count otherwise.
	Home bool `json:"home"`
	// Astride tells that it was paid across midnight, or so near to it that the provider may count it on either day.
	Astride bool `json:"astride,omitempty"`
	// Elsewhere is what the neighbouring day's file says of it; nil: not known, or it is not near midnight.
	Elsewhere *Elsewhere `json:"elsewhere,omitempty"`
	// Contradicted is when the provider has said the contrary of State, as our exchanges have it, in WIB; empty: it has not.
	Contradicted string `json:"contradicted,omitempty"`
}

// Elsewhere is what the settlement file of a neighbouring day says of a payment, as that day was reconciled.
type Elsewhere struct {
	Day              payment.Day `json:"day"` // whose file it is
	ReconciliationID string      `json:"reconciliation_id"`
	Says             ElseSays    `json:"says"`
	Row              int         `json:"row,omitempty"` // in which it is listed, from 1; 0 where it was not kept
}

// ElseSays is what a neighbouring day's file says. The spelling is stored.
type ElseSays string

// What it can say.
const (
	ElseListed  ElseSays = "listed"  // as paid
	ElseAwaited ElseSays = "awaited" // it does not list it, and left it to the day that is reconciled
	ElseAbsent  ElseSays = "absent"  // it does not list it
)

// Standing is what a line of a provider's file says of a payment.
type Standing string

// What a line can say.
const (
	LinePaid     Standing = "paid"
	LineReturned Standing = "returned" // refunded, voided, reversed
	LineFailed   Standing = "failed"   // nobody was charged
)

// Sen is a hundredth of a rupiah, in which fees are counted.
type Sen int64

// String writes rupiah, with two digits after a comma where there are sen.
func (s Sen) String() string {
	sign := ""
	if s < 0 {
		sign, s = "-", -s
	}
	if s%100 == 0 {
		return fmt.Sprintf("%s%d", sign, s/100)
	}
	return fmt.Sprintf("%s%d,%02d", sign, s/100, s%100)
}

// Line is a line of a provider's file.
type Line struct {
	Key      string         `json:"key"`
	Row      int            `json:"row"` // in the file, from 1
	Standing Standing       `json:"standing"`
	Written  string         `json:"written,omitempty"` // the state in the provider's own word
	Amount   payment.Rupiah `json:"amount"`
	At       time.Time      `json:"at,omitzero"`
	Fee      Sen            `json:"fee_sen,omitempty"`
	Net      Sen            `json:"net_sen,omitempty"`
	HasFee   bool           `json:"has_fee,omitempty"`
	HasNet   bool           `json:"has_net,omitempty"`
}

// Discrepancy is one difference between our books and the provider's, with what to do about it.
type Discrepancy struct {
	Class  Class   `json:"class"`
	Key    string  `json:"key"`
	Ours   []Entry `json:"ours"`
	Theirs []Line  `json:"theirs"`
	// Difference is what the provider's books have more than ours, in rupiah; of a fee in sen.
	Difference int64  `json:"difference"`
	Action     Action `json:"action"`
	Detail     string `json:"detail"` // one sentence that says what is different
	// DetailIndonesian is the same sentence in Indonesian; empty where it was written before there was one.
	DetailIndonesian string `json:"detail_indonesian,omitempty"`
}

// Add adds to the detail.
func (d *Discrepancy) Add(w language.Words) {
	d.Detail += w.EN
	if d.DetailIndonesian != "" {
		d.DetailIndonesian += w.ID
	}
}

// Words are the detail in both languages.
func (d Discrepancy) Words() language.Words {
	return language.Words{ID: d.DetailIndonesian, EN: d.Detail}
}

// Action is what to do about a discrepancy. The spelling is stored and served.
type Action string

// The actions.
const (
	FindPayment    Action = "find_payment"    // of which account or day is it? If of none, the customer's money must go back
	ClaimPayment   Action = "claim_payment"   // claim the money, with approval code and exchanges
	ClaimAmount    Action = "claim_amount"    // settle the difference with the provider
	ReturnMoney    Action = "return_money"    // the customer was charged for what came to nothing here
	AcceptReturn   Action = "accept_return"   // the provider gave the money back: was it asked to?
	ResolvePaid    Action = "resolve_paid"    // close the review as paid
	ResolveUnpaid  Action = "resolve_unpaid"  // close the review as not paid
	CheckPayment   Action = "check_payment"   // still under way here: ask the provider again
	ClaimDuplicate Action = "claim_duplicate" // it was charged or listed twice: one of them must go back
	ClaimFee       Action = "claim_fee"       // settle the fee with the provider
	AwaitFile      Action = "await_file"      // reconcile the other day's file
	NoAction       Action = "none"            // nothing is left to do
)

// Actions lists them.
func Actions() []Action {
	return []Action{
		FindPayment, ClaimPayment, ClaimAmount, ReturnMoney, AcceptReturn, ResolvePaid, ResolveUnpaid, CheckPayment, ClaimDuplicate, ClaimFee, AwaitFile, NoAction,
	}
}

// Advice says of an action in a sentence what to do.
func (a Action) Advice() language.Words {
	switch a {
	case FindPayment:
		return language.Words{
			ID: "Cari di akun dan hari lain; bila tidak ada yang mengenalnya, uang pelanggan harus kembali: tanyakan kepada provider.",
			EN: "Look for it among other accounts and days; if nobody knows it, the customer's money must go back: ask the provider.",
		}
	case ClaimPayment:
		return language.Words{
			ID: "Tagih kepada provider, dengan kode persetujuan dan pesan-pesan pembayaran ini.",
			EN: "Claim it from the provider, with the approval code and the exchanges of the payment.",
		}
	case ClaimAmount:
		return language.Words{
			ID: "Tunjukkan kepada provider permintaan dengan jumlah yang diminta, dan selesaikan selisihnya.",
			EN: "Show the provider the request with the amount that was asked for, and settle the difference.",
		}
	case ReturnMoney:
		return language.Words{
			ID: "Pelanggan terdebit untuk yang tidak dijual: mintalah provider mengembalikan uangnya, atau serahkan barangnya dan tutup pembayaran sebagai lunas.",
			EN: "The customer was charged for what was not sold: have the provider give the money back, or deliver and resolve the payment as paid.",
		}
	case AcceptReturn:
		return language.Words{
			ID: "Cari tahu siapa yang meminta provider mengembalikan uangnya; bila tidak ada di sini, tagihlah.",
			EN: "Find out who asked the provider to give the money back; if nobody here did, claim it.",
		}
	case ResolvePaid:
		return language.Words{
			ID: "Menurut provider lunas: tutup pembayaran yang diperiksa sebagai lunas.",
			EN: "The provider has it as paid: resolve the payment in review as paid.",
		}
	case ResolveUnpaid:
		return language.Words{
			ID: "Menurut provider tidak lunas: tutup pembayaran yang diperiksa sebagai tidak lunas.",
			EN: "The provider does not have it as paid: resolve the payment in review as not paid.",
		}
	case CheckPayment:
		return language.Words{
			ID: "Masih berjalan di sini: tanyakan keadaan pembayaran, lalu bandingkan lagi.",
			EN: "It is still under way here: check the payment, and reconcile again.",
		}
	case ClaimDuplicate:
		return language.Words{
			ID: "Tanyakan kepada provider apakah pelanggan terdebit dua kali; salah satunya harus kembali.",
			EN: "Ask the provider whether the customer was charged twice; one of the charges must go back.",
		}
	case ClaimFee:
		return language.Words{
			ID: "Selesaikan biayanya dengan provider.",
			EN: "Settle the fee with the provider.",
		}
	case AwaitFile:
		return language.Words{
			ID: "Bandingkan berkas hari yang lain: berkas itu menutup ini, atau menyebut pembayarannya hilang.",
			EN: "Reconcile the other day's file: it closes this, or names the payment as missing.",
		}
	case NoAction:
		return language.Words{
			ID: "Tidak ada yang perlu dilakukan: pembayarannya ada di berkas salah satu dari dua hari itu.",
			EN: "Nothing is left to do: the payment stands in one of the two days' files.",
		}
	}
	return language.Words{}
}

// FeeRule is how a fee is agreed: so many millionths of the amount and so much more, to be met within a tolerance. The zero
// value agrees to anything.
type FeeRule struct {
	Agreed     bool
	PerMillion int64
	Fixed      Sen
	Tolerance  Sen
}

// Of is the fee of an amount, rounded half up to a sen.
func (r FeeRule) Of(amount payment.Rupiah) Sen {
	return Sen((int64(amount)*100*r.PerMillion+500_000)/1_000_000) + r.Fixed
}

// Rules are what the comparison goes by beside the entries and lines.
type Rules struct {
	Fee FeeRule
}

// Verdict is what comparing all that both sides have under one key came to.
type Verdict struct {
	// Found are the discrepancies, and what is of the other day; none: it is matched, or there is nothing to match.
	Found []Discrepancy
	// Matched is set when both sides have it and agree. Carried: not listed, and the neighbouring day's file should list it;
	// Gone: not listed, and that file does; Brought: listed, and of the neighbouring day.
	Matched, Carried, Gone, Brought bool
}

// Compare compares what both sides have under one key; one of them may have nothing.
func Compare(rules Rules, key string, ours []Entry, theirs []Line) Verdict {
	found := func(c Class, difference int64, a Action, detail language.Words) Verdict {
		return Verdict{Found: []Discrepancy{{c, key, ours, theirs, difference, a, detail.EN, detail.ID}}}
	}
	paid, returned := standing(theirs)
	switch {
	case len(ours) == 0 && len(paid) == 0 && returned == nil:
		return Verdict{} // a charge that failed there, and nothing here
	case len(ours) == 0:
		l := theirs[0]
		return found(MissingHere, net(theirs), FindPayment, language.Words{
			ID: "baris %d mencantumkan %v, dan tidak ada pembayaran di sini dengan kunci ini",
			EN: "row %d lists %v, and no payment here has this key",
		}.With(l.Row, l.Amount))
	case len(ours) > 1:
		return found(Duplicate, 0, ClaimDuplicate, language.Words{
			ID: "%d pembayaran di sini berkunci sama: %s", EN: "%d payments here have the same key: %s",
		}.With(len(ours), ids(ours)))
	case len(paid) > 1:
		return found(Duplicate, sum(paid[1:]), ClaimDuplicate, language.Words{
			ID: "berkas mencantumkannya lunas di baris %s", EN: "the file lists it as paid in rows %s",
		}.With(rows(paid)))
	}
	e := ours[0]
	switch {
	case returned != nil:
		return compareReturned(rules, e, paid, *returned, found)
	case len(paid) == 1:
		return comparePaid(rules, e, paid[0], found)
	default:
		return compareAbsent(e, len(theirs) > 0, found)
	}
}

// fileOf names the other day's file.
func (e *Elsewhere) fileOf() language.Words {
	return language.Words{ID: "berkas %s", EN: "the file of %s"}.With(DayText(e.Day))
}

func (e *Entry) elsewhere(s ElseSays) bool { return e.Elsewhere != nil && e.Elsewhere.Says == s }

// nearestDay is the day beyond the midnight that is nearest to a time.
func nearestDay(at time.Time) payment.Day {
	day := payment.DayOf(at)
	if at.Sub(day.Start()) < 12*time.Hour {
		return payment.DayOf(day.Start().Add(-time.Hour))
	}
	return Next(day)
}

type finding func(c Class, difference int64, a Action, detail language.Words) Verdict

// Parts of what is found. They are never written.
var (
	inReview      = language.Words{ID: "di sini perlu diperiksa", EN: "it is in review here"}
	listsPaid     = language.Words{ID: ", dan baris %d mencantumkannya lunas", EN: ", and row %d lists it as paid"}
	listsReturned = language.Words{ID: ", dan baris %d mencantumkannya dikembalikan", EN: ", and row %d lists it as given back"}
	amounts       = language.Words{ID: "di sini %v, dan %v di baris %d", EN: "it is %v here, and %v in row %d"}
)

func itIs(e Entry) language.Words {
	return language.Words{ID: "di sini %s", EN: "it is %s here"}.With(stateOf(e))
}

// stateOf is a state by its code in English, as the API has it.
func stateOf(e Entry) language.Words {
	return language.Words{ID: language.State(e.State).ID, EN: string(e.State)}
}

// compareAbsent is for what the file does not list, or lists as failed.
func compareAbsent(e Entry, failed bool, found finding) Verdict {
	how := language.Words{ID: "dan berkas tidak mencantumkannya", EN: "and the file does not list it"}
	if failed {
		how = language.Words{ID: "dan berkas mencantumkannya gagal", EN: "and the file lists it as failed"}
	}
	switch {
	case e.Money == Kept && failed:
		return found(StateDiffers, -int64(e.Amount), ClaimPayment, itIs(e).And(language.Same(", ")).And(how))
	case !failed && !e.Home && e.Money == Kept && e.elsewhere(ElseAwaited):
		return found(MissingThere, -int64(e.Amount), ClaimPayment, language.Words{
			ID: "di sini %s dengan %v, dan %s maupun berkas ini tidak mencantumkannya", EN: "it is %s here with %v, and neither %s lists it nor this one",
		}.With(stateOf(e), e.Amount, e.Elsewhere.fileOf()))
	case !failed && !e.Home:
		return Verdict{} // of the hours around the day: not expected here
	case e.Money == Kept && e.elsewhere(ElseListed):
		v := found(OtherDay, 0, NoAction, language.Words{
			ID: "di sini %s dengan %v, dan %s mencantumkannya%s", EN: "it is %s here with %v, and %s lists it%s",
		}.With(stateOf(e), e.Amount, e.Elsewhere.fileOf(), e.Elsewhere.inRow()))
		v.Gone = true
		return v
	case e.Money == Kept && e.elsewhere(ElseAbsent):
		return found(MissingThere, -int64(e.Amount), ClaimPayment, language.Words{
			ID: "di sini %s dengan %v, dan berkas ini maupun %s tidak mencantumkannya", EN: "it is %s here with %v, and neither this file lists it nor %s",
		}.With(stateOf(e), e.Amount, e.Elsewhere.fileOf()))
	case e.Money == Kept && e.Astride:
		v := found(OtherDay, 0, AwaitFile, language.Words{
			ID: "di sini %s dengan %v, dibayar di sekitar tengah malam, dan seharusnya ada di berkas %s",
			EN: "it is %s here with %v, was paid round midnight, and should stand in the file of %s",
		}.With(stateOf(e), e.Amount, DayText(nearestDay(e.At))))
		v.Carried = true
		return v
	case e.Money == Kept:
		return found(MissingThere, -int64(e.Amount), ClaimPayment, language.Words{
			ID: "di sini %s dengan %v, %s", EN: "it is %s here with %v, %s",
		}.With(stateOf(e), e.Amount, how))
	case e.Money == Doubtful:
		return found(StateDiffers, 0, ResolveUnpaid, language.Words{
			ID: "di sini perlu diperiksa, %s", EN: "it is in review here, %s",
		}.With(how))
	}
	return Verdict{Matched: failed}
}

// comparePaid is for what the file lists once, as paid.
func comparePaid(rules Rules, e Entry, l Line, found finding) Verdict {
	switch e.Money {
	case Kept:
	case Doubtful:
		return found(StateDiffers, int64(l.Amount), ResolvePaid, inReview.And(listsPaid.With(l.Row)))
	case UnderWay:
		return found(StateDiffers, int64(l.Amount), CheckPayment, itIs(e).And(listsPaid.With(l.Row)))
	default:
		return found(StateDiffers, int64(l.Amount), ReturnMoney, itIs(e).And(listsPaid.With(l.Row)))
	}
	if e.elsewhere(ElseListed) {
		return found(Duplicate, int64(l.Amount), ClaimDuplicate, language.Words{
			ID: "baris %d mencantumkannya lunas, begitu juga %s%s", EN: "row %d lists it as paid, and so does %s%s",
		}.With(l.Row, e.Elsewhere.fileOf(), e.Elsewhere.inRow()))
	}
	if e.Contradicted != "" {
		return found(StateDiffers, 0, CheckPayment, language.Words{
			ID: "baris %d mencantumkannya lunas, seperti di sini, tetapi provider memberi tahu kami sebaliknya, pada %s",
			EN: "row %d lists it as paid, as it is here, but the provider has told us the contrary, at %s",
		}.With(l.Row, e.Contradicted))
	}
	v := Verdict{}
	if e.Amount != l.Amount {
		v = found(AmountDiffers, int64(l.Amount-e.Amount), ClaimAmount, amounts.With(e.Amount, l.Amount, l.Row))
	}
	if expected, wrong := feeWrong(rules.Fee, l); wrong != (language.Words{}) {
		v.Found = append(v.Found, found(FeeDiffers, int64(expected), ClaimFee, wrong).Found...)
	}
	v.Matched = len(v.Found) == 0
	if v.Matched && !e.Home {
		v.Brought = true
		v.Found = found(OtherDay, 0, NoAction, language.Words{
			ID: "baris %d mencantumkannya, dan ini pembayaran tanggal %s", EN: "row %d lists it, and it is a payment of %s",
		}.With(l.Row, DayText(payment.DayOf(e.At)))).Found
	}
	return v
}

func (e *Elsewhere) inRow() language.Words {
	if e.Row == 0 {
		return language.Words{}
	}
	return language.Words{ID: " di baris %d", EN: " in row %d"}.With(e.Row)
}

// compareReturned is for what the file lists as given back, with or without the charge before it.
func compareReturned(rules Rules, e Entry, paid []Line, back Line, found finding) Verdict {
	switch {
	case e.Money == Kept:
		return found(StateDiffers, -int64(e.Amount), AcceptReturn, itIs(e).And(listsReturned.With(back.Row)))
	case e.Money == Doubtful:
		return found(StateDiffers, 0, ResolveUnpaid, inReview.And(listsReturned.With(back.Row)))
	case e.Money == UnderWay:
		return found(StateDiffers, 0, CheckPayment, itIs(e).And(listsReturned.With(back.Row)))
	case e.Money == NotTaken:
		return found(StateDiffers, 0, CheckPayment, itIs(e).And(language.Words{ID: ", tanpa pendebitan", EN: ", without a charge"}).And(listsReturned.With(back.Row)))
	}
	for _, l := range append(paid, back) {
		if size := max(l.Amount, -l.Amount); size != e.Amount {
			return found(AmountDiffers, int64(size-e.Amount), ClaimAmount, amounts.With(e.Amount, size, l.Row))
		}
	}
	return Verdict{Matched: true}
}

// standing gives the lines of charges, and the one that gives the money back, if there is one.
func standing(lines []Line) (paid []Line, returned *Line) {
	for i := range lines {
		switch lines[i].Standing {
		case LinePaid:
			paid = append(paid, lines[i])
		case LineReturned:
			returned = &lines[i]
		}
	}
	return paid, returned
}

// feeWrong says what is wrong with a line's fee or net, and by how many sen the fee is too high.
func feeWrong(rule FeeRule, l Line) (difference Sen, wrong language.Words) {
	amount := Sen(l.Amount) * 100
	if l.HasFee && rule.Agreed {
		if want := rule.Of(l.Amount); max(l.Fee-want, want-l.Fee) > rule.Tolerance {
			return l.Fee - want, language.Words{
				ID: "biaya di baris %d Rp %s, sedangkan yang disepakati Rp %s", EN: "row %d has a fee of Rp %s, and Rp %s is agreed",
			}.With(l.Row, l.Fee, want)
		}
	}
	if l.HasFee && l.HasNet && amount-l.Fee != l.Net {
		return amount - l.Fee - l.Net, language.Words{
			ID: "nilai bersih di baris %d Rp %s, sedangkan jumlah dikurangi biaya Rp %s", EN: "row %d has a net of Rp %s, and amount less fee is Rp %s",
		}.With(l.Row, l.Net, amount-l.Fee)
	}
	return 0, wrong
}

func net(lines []Line) (total int64) {
	for _, l := range lines {
		switch size := int64(max(l.Amount, -l.Amount)); l.Standing {
		case LinePaid:
			total += size
		case LineReturned:
			total -= size
		}
	}
	return total
}

func sum(lines []Line) (total int64) {
	for _, l := range lines {
		total += int64(l.Amount)
	}
	return total
}

func rows(lines []Line) string {
	s := make([]string, len(lines))
	for i, l := range lines {
		s[i] = fmt.Sprint(l.Row)
	}
	return strings.Join(s, ", ")
}

func ids(entries []Entry) string {
	s := make([]string, len(entries))
	for i, e := range entries {
		s[i] = e.PaymentID
	}
	return strings.Join(s, ", ")
}
