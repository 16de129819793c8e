package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/lunas"
)

// Payments are the commands about payments.
type Payments struct {
	Create paymentsCreate `cmd:"" help:"Ask for a payment."`
	Get    paymentsGet    `cmd:"" help:"Show a payment."`
	List   paymentsList   `cmd:"" help:"List payments, newest first."`
	Watch  paymentsWatch  `cmd:"" help:"Follow a payment to its end."`
	Check  paymentsCheck  `cmd:"" help:"Ask the provider where a payment stands."`
	Void   paymentsVoid   `cmd:"" help:"Give back a paid push, on its day."`
	Refund paymentsRefund `cmd:"" help:"Give back a paid QR, on its day."`
	Cancel paymentsCancel `cmd:"" help:"Give up a payment that is not with the customer."`
	Renew  paymentsRenew  `cmd:"" help:"Make a new QR for an expired payment."`
	QR     paymentsQR     `cmd:"" name:"qr" help:"Write a payment's QR to a file."`

	Exchanges paymentsExchanges `cmd:"" help:"Show what was said to the provider and what it answered, masked."`
}

// presentWait is how long the answer is held for a QR to be there, or for a check's answer.
const presentWait = 60 * time.Second

type paymentsCreate struct {
	Connection
	Amount         string            `help:"Whole rupiah, in digits: 12500." required:"" placeholder:"RUPIAH"`
	Reference      string            `help:"Your own, such as the invoice's number." required:"" placeholder:"TEXT"`
	Phone          string            `help:"Ask the customer with this phone in the OVO app: 08…, 62… or +62…." placeholder:"NUMBER"`
	QRIS           bool              `help:"Show a QR that any app with QRIS can scan." name:"qris"`
	Choose         bool              `help:"Let the customer choose, and give the phone, on the payment's page."`
	Wait           bool              `help:"Follow the payment to its end, and fail unless it is paid." short:"w"`
	Rail           string            `help:"By which way: ovo, snap, doku or faspay; chosen when left out." placeholder:"RAIL" complete:"rails"`
	Outlet         string            `help:"Which of your outlets is paid, by its accounts." placeholder:"ID"`
	Account        string            `help:"Which of your accounts." placeholder:"ID"`
	Terminal       string            `help:"Which terminal of the account." placeholder:"ID"`
	Description    string            `help:"For you, and for the bill where the rail makes one." placeholder:"TEXT"`
	ReturnURL      string            `help:"Your page for the customer afterwards." name:"return-url" placeholder:"URL"`
	Metadata       map[string]string `help:"Your own data." placeholder:"NAME=TEXT"`
	IdempotencyKey string            `help:"Makes it safe to run this again: the same key gives the same payment. Made anew when left out." placeholder:"KEY"`
}

// Help shows examples.
func (paymentsCreate) Help() string {
	return "With --wait it ends with 3 when the payment has come to another end than paid.\n\n" +
		"Examples:\n" +
		"  lunas payments create --amount 12500 --reference INV-1 --phone 081211111111 --wait\n" +
		"  lunas payments create --amount 12500 --reference INV-2 --qris\n" +
		"  lunas payments create --amount 12500 --reference INV-3 --choose --json | jq -r .checkout_url"
}

var wholeRupiah = regexp.MustCompile(`^[1-9][0-9]{0,14}$`) // never written

// order reads what is asked for.
func (c paymentsCreate) order() (lunas.NewPayment, error) {
	n := lunas.NewPayment{
		Reference: c.Reference, Phone: c.Phone, Method: lunas.OVOPush, Rail: c.Rail, Outlet: c.Outlet, Account: c.Account, Terminal: c.Terminal,
		Description: c.Description, ReturnURL: c.ReturnURL, Metadata: c.Metadata, IdempotencyKey: c.IdempotencyKey,
	}
	switch {
	case !wholeRupiah.MatchString(c.Amount):
		return n, fmt.Errorf("--amount is %q: write whole rupiah in digits, 12500 for Rp 12.500", c.Amount)
	case c.Phone != "" && c.QRIS:
		return n, fmt.Errorf("--phone and --qris are two ways to pay: give one of them")
	case c.Choose && (c.Phone != "" || c.QRIS):
		return n, fmt.Errorf("--choose leaves it to the customer: give neither --phone nor --qris with it")
	case c.Choose:
		n.Method = ""
	case c.Phone == "" && !c.QRIS:
		return n, fmt.Errorf("how does the customer pay? Give --phone 08… to ask in the OVO app, --qris to show a QR, or --choose to leave it to the customer")
	case c.QRIS:
		n.Method, n.Wait = lunas.QRIS, presentWait
	}
	n.Amount, _ = strconv.ParseInt(c.Amount, 10, 64) // the form leaves nothing to fail
	return n, nil
}

// Run asks for the payment.
func (c paymentsCreate) Run(t *Terminal) error {
	order, err := c.order()
	if err != nil {
		return err
	}
	return c.with(t, func(ctx context.Context, s *Session) error {
		p, err := s.Client.Payments().Create(ctx, order)
		if err != nil {
			return err
		}
		return s.finish(ctx, p, c.Wait, lunas.Paid)
	})
}

// finish shows a payment, after it has followed it to its end where that is asked for. Another end than the wanted one is
// an error; empty: any will do.
func (s *Session) finish(ctx context.Context, p *lunas.Payment, wait bool, want lunas.State) (err error) {
	if wait {
		id := p.ID
		if err := s.present(p); err != nil {
			return err
		}
		if p, err = s.follow(ctx, id); err != nil {
			fmt.Fprintf(s.t.Err, "The payment goes on by itself: lunas payments watch %s\n", clean(id))
			return err
		}
	}
	err = said(s, func(out io.Writer) error {
		if err := showPayment(out, p); err != nil || p.QR == nil || !isScreen(out) {
			return err
		}
		return drawQR(out, p.QR.Content)
	})
	if err != nil {
		return err
	}
	if wait && want != "" && p.State != want {
		return &Exit{CodeOtherEnd, fmt.Sprintf("the payment is %s, not %s", clean(string(p.State)), want)}
	}
	return nil
}

// present shows the customer's QR before it is waited for.
func (s *Session) present(p *lunas.Payment) error {
	if p.QR == nil {
		return nil
	}
	if p.CheckoutURL != "" {
		fmt.Fprintf(s.t.Err, "The customer's page: %s\n", clean(p.CheckoutURL))
	}
	if !isScreen(s.t.Err) {
		return nil
	}
	return drawQR(s.t.Err, p.QR.Content)
}

// follow tells on the screen how a payment goes, a line for each change, until it is settled.
func (s *Session) follow(ctx context.Context, id string) (last *lunas.Payment, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type change struct {
		p   *lunas.Payment
		err error
	}
	changes := make(chan change)
	go func() {
		defer close(changes)
		for p, err := range s.Client.Payments().Follow(ctx, id) {
			select {
			case changes <- change{p, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	screen, began := isScreen(s.t.Err), time.Now()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	wipe := func() {
		if screen {
			fmt.Fprint(s.t.Err, "\r\x1b[K")
		}
	}
	for {
		select {
		case c, open := <-changes:
			wipe()
			if !open || c.err != nil {
				return last, c.err
			}
			last = c.p
			fmt.Fprintf(s.t.Err, "%s  %-10s %s\n", last.UpdatedAt.Format(clock), clean(string(last.State)), clean(expects(last)))
		case <-second.C:
			if screen && last != nil {
				wipe()
				fmt.Fprintf(s.t.Err, "%8s  %-10s %d s", "", clean(string(last.State)), int(time.Since(began).Seconds()))
			}
		}
	}
}

// expects says what a payment waits for.
func expects(p *lunas.Payment) string {
	if p.NextAction == nil {
		return ""
	}
	does, ok := map[string]string{
		"confirm": "the customer confirms in the app", "check": "lunas asks the provider", "reverse": "lunas takes the charge back",
		"confirm_reversal": "the provider confirms the reversal", "confirm_void": "the provider confirms the void",
		"confirm_refund": "the provider confirms the refund", "present": "the QR is being made", "push": "another way is being taken",
		"redirect": "the customer chooses at " + p.NextAction.RedirectURL, "scan": "the customer scans the QR", "pay": "the customer pays on " + p.NextAction.RedirectURL, "inspect": "the operator looks",
	}[p.NextAction.What]
	if !ok {
		does = p.NextAction.What
	}
	if at := p.NextAction.At; at != nil {
		does += ", until " + at.Format(clock)
	}
	return does
}

// showPayment prints a payment for people.
func showPayment(out io.Writer, p *lunas.Payment) error {
	var b strings.Builder
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-11s %s\n", name, clean(text))
		}
	}
	line("Payment", p.ID)
	line("State", string(p.State))
	line("Amount", rupiah(p.Amount))
	line("Reference", p.Reference)
	if p.Rail == "" {
		line("Method", fmt.Sprintf("the customer chooses among %v, %s", p.Methods, p.Mode))
	} else {
		line("Method", fmt.Sprintf("%s by %s, account %s, %s", p.Method, p.Rail, p.Account, p.Mode))
	}
	line("Outlet", p.Outlet)
	line("Phone", p.Phone)
	line("Made", p.CreatedAt.Format(day))
	line("Changed", p.UpdatedAt.Format(day))
	line("Waits for", expects(p))
	if f := p.Failure; f != nil {
		why := f.Message.English + " (" + f.Code
		if f.ProviderCode != "" {
			why += ", the provider's code " + f.ProviderCode
		}
		line("Because", why+")")
	}
	line("Review", p.Review)
	line("Warning", p.Warning)
	if p.QR != nil {
		line("QR", p.QR.Content)
		line("", "until "+p.QR.Until.Format(clock))
	}
	line("Customer at", p.CheckoutURL)
	var can []string
	for _, a := range p.Actions {
		text := a.Action
		if a.Until != nil {
			text += " until " + a.Until.Format(day)
		}
		can = append(can, text)
	}
	line("You can", strings.Join(can, ", "))
	_, err := io.WriteString(out, b.String())
	return err
}

// onePayment names a payment.
type onePayment struct {
	Connection
	ID string `arg:"" help:"The payment's id, pay_…." placeholder:"PAYMENT"`
}

type paymentsGet struct{ onePayment }

// Help shows an example.
func (paymentsGet) Help() string {
	return "Examples:\n  lunas payments get pay_01kafz0q3gf7ktc1ms2cqc1b9w\n  lunas payments get pay_01kafz0q3gf7ktc1ms2cqc1b9w --json | jq .state"
}

// Run shows the payment.
func (c paymentsGet) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		p, err := s.Client.Payments().Get(ctx, c.ID)
		if err != nil {
			return err
		}
		return s.finish(ctx, p, false, "")
	})
}

type paymentsWatch struct{ onePayment }

// Help shows an example.
func (paymentsWatch) Help() string {
	return "It ends with 3 when the payment has come to another end than paid.\n\nExamples:\n  lunas payments watch pay_01kafz0q3gf7ktc1ms2cqc1b9w"
}

// Run follows the payment.
func (c paymentsWatch) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		return s.finish(ctx, &lunas.Payment{ID: c.ID}, true, lunas.Paid)
	})
}

type paymentsList struct {
	Connection
	State     []string  `help:"Only payments in this state; may be repeated." placeholder:"STATE" complete:"states"`
	Reference string    `help:"Only payments with exactly this reference." placeholder:"TEXT"`
	From      time.Time `help:"Only payments made at this time or later: 2026-03-21T00:00:00+07:00." placeholder:"TIME"`
	To        time.Time `help:"Only payments made before this time." placeholder:"TIME"`
	Limit     int       `help:"How many at most; 0: all." default:"20"`
}

// Help shows examples.
func (paymentsList) Help() string {
	return "Examples:\n" +
		"  lunas payments list\n" +
		"  lunas payments list --state review --state indoubt\n" +
		"  lunas payments list --from 2026-03-21T00:00:00+07:00 --limit 0 --json | jq -r .amount"
}

// filter reads the flags.
func (c paymentsList) filter() (lunas.PaymentFilter, error) {
	f := lunas.PaymentFilter{Reference: c.Reference, From: c.From, To: c.To}
	for _, name := range c.State {
		state := lunas.State(strings.ToLower(name))
		if !slices.Contains(lunas.States(), state) {
			return f, fmt.Errorf("there is no state %q; the states are %s", clean(name), strings.Join(states(), ", "))
		}
		f.States = append(f.States, state)
	}
	if c.Limit < 0 {
		return f, fmt.Errorf("--limit is %d: give 0 for all, or how many", c.Limit)
	}
	return f, nil
}

func states() (names []string) {
	for _, s := range lunas.States() {
		names = append(names, string(s))
	}
	return names
}

// Run lists.
func (c paymentsList) Run(t *Terminal) error {
	filter, err := c.filter()
	if err != nil {
		return err
	}
	return c.with(t, func(ctx context.Context, s *Session) error {
		table := newTable(t.Out, "PAYMENT", "STATE", "AMOUNT", "REFERENCE", "METHOD", "MADE", "BECAUSE")
		err := each(s, s.Client.Payments().List(ctx, filter), c.Limit, func(p *lunas.Payment) error {
			because := p.Review
			if p.Failure != nil {
				because = p.Failure.Code
			}
			return table.row(p.ID, string(p.State), rupiah(p.Amount), p.Reference, string(p.Method), p.CreatedAt.Format(day), because)
		})
		if err != nil {
			return err
		}
		return table.end(s, "There are no such payments.")
	})
}

// asking is what all commands have that ask something of a payment.
type asking struct {
	onePayment
	Reason         string `help:"Why, in your words; kept with the payment." placeholder:"TEXT"`
	Wait           bool   `help:"Follow the payment until that is done, and fail if it is not." short:"w"`
	IdempotencyKey string `help:"Makes it safe to run this again. Made anew when left out." placeholder:"KEY"`
}

type askMethod func(lunas.Payments, context.Context, string, lunas.Ask) (*lunas.Payment, error)

func (c asking) ask(t *Terminal, hold time.Duration, want lunas.State, do askMethod) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		p, err := do(s.Client.Payments(), ctx, c.ID, lunas.Ask{Reason: c.Reason, Wait: hold, IdempotencyKey: c.IdempotencyKey})
		if err != nil {
			return err
		}
		return s.finish(ctx, p, c.Wait, want)
	})
}

func askHelp(what string) string {
	return "Examples:\n  lunas payments " + what + " pay_01kafz0q3gf7ktc1ms2cqc1b9w"
}

type paymentsCheck struct{ asking }

// Help shows an example.
func (paymentsCheck) Help() string { return askHelp("check") }

// Run asks the provider, and waits a minute for its answer.
func (c paymentsCheck) Run(t *Terminal) error {
	return c.ask(t, presentWait, "", lunas.Payments.Check)
}

type paymentsVoid struct{ asking }

// Help shows an example.
func (paymentsVoid) Help() string { return askHelp("void") + ` --reason "the coffee was cold" --wait` }

// Run voids.
func (c paymentsVoid) Run(t *Terminal) error { return c.ask(t, 0, lunas.Voided, lunas.Payments.Void) }

type paymentsRefund struct{ asking }

// Help shows an example.
func (paymentsRefund) Help() string {
	return askHelp("refund") + ` --reason "the coffee was cold" --wait`
}

// Run refunds.
func (c paymentsRefund) Run(t *Terminal) error {
	return c.ask(t, 0, lunas.Refunded, lunas.Payments.Refund)
}

type paymentsCancel struct{ asking }

// Help shows an example.
func (paymentsCancel) Help() string { return askHelp("cancel") }

// Run cancels.
func (c paymentsCancel) Run(t *Terminal) error {
	return c.ask(t, 0, lunas.Canceled, lunas.Payments.Cancel)
}

type paymentsRenew struct{ asking }

// Help shows an example.
func (paymentsRenew) Help() string { return askHelp("renew") }

// Run renews, and waits for the QR.
func (c paymentsRenew) Run(t *Terminal) error {
	return c.ask(t, presentWait, lunas.Paid, lunas.Payments.Renew)
}

type paymentsQR struct {
	onePayment
	Out  string `help:"The file: .png or .svg." required:"" short:"o" type:"path" placeholder:"FILE"`
	Size int    `help:"Pixels of a side." default:"512"`
}

// Help shows an example.
func (paymentsQR) Help() string {
	return "Show it no longer than the payment says.\n\nExamples:\n  lunas payments qr pay_01kafz0q3gf7ktc1ms2cqc1b9w --out qr.png"
}

// Run writes the file.
func (c paymentsQR) Run(t *Terminal) error {
	svg := strings.HasSuffix(c.Out, ".svg")
	if !svg && !strings.HasSuffix(c.Out, ".png") {
		return fmt.Errorf("--out is %q: its name must end in .png or .svg", c.Out)
	}
	return c.with(t, func(ctx context.Context, s *Session) error {
		picture, err := s.Client.Payments().QR(ctx, c.ID, lunas.Picture{SVG: svg, Size: c.Size})
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.Out, picture, 0o644); err != nil {
			return fmt.Errorf("%s cannot be written: %w", c.Out, err)
		}
		_, err = fmt.Fprintln(t.Err, "Written to", c.Out)
		return err
	})
}
