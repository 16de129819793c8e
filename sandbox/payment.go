package sandbox

import (
	"iter"
	"time"
)

// State is where a payment stands in the provider's books.
type State string

// The states. Only paid has taken money and kept it.
const (
	Pending  State = "pending"  // on the customer's screen
	Paid     State = "paid"     // charged
	Declined State = "declined" // the customer said no
	Ignored  State = "ignored"  // put aside by the customer; expires when the time is up
	Expired  State = "expired"  // the time was up
	Refused  State = "refused"  // by the provider, with a code; nobody was asked or the money did not reach
	Canceled State = "canceled" // by its reversal, before it was paid
	Reversed State = "reversed" // by its reversal; what was charged is given back
	Voided   State = "voided"   // by a void; what was charged is given back
	Refunded State = "refunded" // by a refund, of a QR; what was charged is given back
)

// Transaction is one payment, by push or by QR, as the provider's books have it: the truth that a
// merchant's own books are held against. Amounts are rupiah, a point is one rupiah.
type Transaction struct {
	ID        uint64    `json:"id"`
	Rail      Rail      `json:"rail"`
	State     State     `json:"state"`
	Code      string    `json:"code,omitempty"` // the response code it ended with
	Phone     string    `json:"phone"`          // of a QR: whose wallet has scanned it
	Amount    int64     `json:"amount"`
	Cash      int64     `json:"cash"`   // of it charged in OVO Cash, also if given back since
	Points    int64     `json:"points"` // of it charged in OVO Points
	Merchant  string    `json:"merchant"`
	StoreCode string    `json:"store_code"`
	StoreName string    `json:"store_name"`
	TID       string    `json:"tid"`
	MID       string    `json:"mid"`
	Batch     uint32    `json:"batch"`
	Reference uint32    `json:"reference"`
	Invoice   string    `json:"invoice"` // merchantInvoice; of a QR partnerReferenceNo
	Date      time.Time `json:"date"`    // the merchant's, in WIB
	Arrived   time.Time `json:"arrived"` // when the provider began to ask the customer
	Deadline  time.Time `json:"deadline"`
	Charged   time.Time `json:"charged,omitzero"`
	Reversed  time.Time `json:"reversed,omitzero"` // by reversal, paid or not
	Voided    time.Time `json:"voided,omitzero"`

	// Of a QR, and of a push by DOKU: its Request-Id, and its notifications.
	ReferenceNo  string    `json:"reference_no,omitempty"` // OVO's
	ExternalID   string    `json:"external_id,omitempty"`  // of the generate
	QR           string    `json:"qr,omitempty"`           // the payload, as it is read by a wallet
	Scanned      time.Time `json:"scanned,omitzero"`
	Refunded     time.Time `json:"refunded,omitzero"`
	RefundNo     string    `json:"refund_no,omitempty"`   // partnerRefundNo
	Sent         int       `json:"sent,omitempty"`        // notifications that have left
	Acknowledged time.Time `json:"acknowledged,omitzero"` // the first one that was

	// Seen counts the pushes that came with this number, the first one included.
	Seen       int    `json:"seen"`
	Violations []Rule `json:"violations,omitempty"`
}

// Held says how much of the customer's money the merchant has from this payment.
func (t Transaction) Held() int64 {
	if t.State == Paid {
		return t.Cash + t.Points
	}
	return 0
}

type payment struct {
	Transaction
	state    State
	wallet   *wallet
	habit    Choice
	merchant *ovoMerchant
	qr       *qr         // nil for a push
	doku     *dokuPush   // nil but for a push by DOKU
	bill     *faspayBill // nil but for a push of one of Faspay's bills
	held     *call       // the push that waits for the outcome; nil once answered
	badPINs  int         // wrong security codes typed for it
	untold   bool        // its time was up and its caller was told nothing
	trace    int
	left     struct{ cash, points int64 } // the balances just after the charge
}

func (p *payment) view() Transaction {
	t := p.Transaction
	t.State = p.state
	t.Violations = append([]Rule(nil), p.Violations...)
	return t
}

func (p *payment) final() bool { return p.state != Pending && p.held == nil }

// open enters a new payment into the books.
func (c *Core) open(p *payment) {
	p.ID = c.nextID
	c.nextID++
	c.ledger = append(c.ledger, p)
	if p.wallet != nil {
		p.wallet.remember(p)
		c.touch(p.wallet)
	}
	keep := c.options.KeepTransactions
	for keep > 0 && len(c.ledger) > keep && c.ledger[0].final() {
		c.forget(c.ledger[0])
		c.ledger[0] = nil
		c.ledger = c.ledger[1:]
		c.first++
	}
}

func (c *Core) forget(p *payment) {
	c.dropped.add(p)
	c.provider(p.Rail).forget(p)
}

func (c *Core) payment(id uint64) *payment {
	if id < c.first || id >= c.nextID {
		return nil
	}
	return c.ledger[id-c.first]
}

// Choose lets the customer of a pending push decide at now. A choice for which the
// money does not reach ends the push with OVOOptions.InsufficientCode.
func (c *Core) Choose(now time.Time, id uint64, choice Choice) error {
	c.run(now)
	p := c.payment(id)
	if p == nil {
		return ErrUnknownPush
	}
	if !choice.known() {
		return ErrUnknownChoice
	}
	if p.state != Pending {
		return ErrNotPending
	}
	if p.wallet == nil && choice != Decline {
		return ErrNotScanned
	}
	c.decide(now, p, choice)
	return nil
}

// ChooseWithPIN is Choose on a wallet that asks for its security code: it is asked for
// before a payment, and the third wrong one declines the push. The error is ErrWrongCode
// then, or one of Choose.
func (c *Core) ChooseWithPIN(now time.Time, id uint64, choice Choice, pin string) error {
	c.run(now)
	p := c.payment(id)
	pays := choice == Cash || choice == Points || choice == Both
	if p == nil || p.wallet == nil || !p.wallet.AskPIN || !pays || pin == SecurityCode || p.state != Pending {
		return c.Choose(now, id, choice)
	}
	if p.badPINs++; p.badPINs >= pinTries {
		c.decide(now, p, Decline)
	}
	c.touch(p.wallet)
	return ErrWrongCode
}

// pinTries is after how many wrong security codes a payment is declined.
const pinTries = 3

func (c Choice) known() bool {
	return c == Cash || c == Points || c == Both || c == Decline || c == Ignore
}

func (c *Core) decide(now time.Time, p *payment, choice Choice) {
	defer c.touch(p.wallet)
	switch choice {
	case Ignore:
		p.state = Ignored
		return
	case Decline:
		p.state, p.Code = Declined, "17"
	default:
		cash, points, ok := p.wallet.split(choice, p.Amount)
		if !ok {
			p.state, p.Code = Refused, c.options.OVO.InsufficientCode
			break
		}
		p.wallet.Cash -= cash
		p.wallet.Points -= points
		p.left.cash, p.left.points = p.wallet.Cash, p.wallet.Points
		p.state, p.Code, p.Cash, p.Points, p.Charged = Paid, "00", cash, points, now
	}
	c.settled(now, p)
}

// sessionEnds closes a push that nobody has decided.
func (c *Core) sessionEnds(now time.Time, p *payment) {
	if p.state != Pending && p.state != Ignored {
		return
	}
	p.state = Expired
	c.touch(p.wallet)
	c.settled(now, p)
}

// settled tells the rail of a payment that it has come to an end.
func (c *Core) settled(now time.Time, p *payment) {
	c.provider(p.Rail).settled(now, p)
}

// giveBack returns what a payment took to its wallet.
func (c *Core) giveBack(p *payment) {
	if p.state == Paid {
		p.wallet.Cash += p.Cash
		p.wallet.Points += p.Points
	}
	if p.wallet != nil {
		c.touch(p.wallet)
	}
}

// Transactions walks the books, oldest first. The core must not be called meanwhile.
func (c *Core) Transactions() iter.Seq[Transaction] {
	return func(yield func(Transaction) bool) {
		for _, p := range c.ledger {
			if !yield(p.view()) {
				return
			}
		}
	}
}

// Transaction finds the payment that holds a number, on OVO's own API.
func (c *Core) Transaction(tid string, batch, reference uint32) (Transaction, bool) {
	if p := c.ovo.byNumber[ovoNumber{tid, batch, reference}]; p != nil {
		return p.view(), true
	}
	return Transaction{}, false
}

// TransactionByID finds a payment by its id in this sandbox.
func (c *Core) TransactionByID(id uint64) (Transaction, bool) {
	if p := c.payment(id); p != nil {
		return p.view(), true
	}
	return Transaction{}, false
}

// Totals are sums over everything that has happened since the last Reset. Held +
// Balances == PaidIn at every moment.
type Totals struct {
	Transactions int64 `json:"transactions"`
	PaidIn       int64 `json:"paid_in"`  // put into wallets, cash and points
	Balances     int64 `json:"balances"` // what the customers have
	Held         int64 `json:"held"`     // what merchants have: paid and not given back
	Charged      int64 `json:"charged"`  // ever charged
	GivenBack    int64 `json:"given_back"`
}

// Totals adds up the books.
func (c *Core) Totals() Totals {
	t := c.dropped
	for _, p := range c.ledger {
		t.add(p)
	}
	t.PaidIn = c.paidIn
	for _, w := range c.wallets {
		t.Balances += w.Cash + w.Points
	}
	return t
}

func (t *Totals) add(p *payment) {
	t.Transactions++
	if p.Charged.IsZero() {
		return
	}
	charged := p.Cash + p.Points
	t.Charged += charged
	if p.state == Paid {
		t.Held += charged
	} else {
		t.GivenBack += charged
	}
}
