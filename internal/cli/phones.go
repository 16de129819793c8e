package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/lunas-pay/lunas/lunas"
)

// Phones are the commands about customers' phones.
type Phones struct {
	Check phonesCheck `cmd:"" help:"Ask the provider whether a phone is registered."`
}

type phonesCheck struct {
	Connection
	Phone string `arg:"" help:"08…, 62… or +62…; - reads it from the standard input, since command lines are seen by others." placeholder:"NUMBER"`
}

// Help shows examples.
func (phonesCheck) Help() string {
	return "It ends with 3 when the phone is not registered.\n\nExamples:\n  lunas phones check 081211111111\n  lunas phones check -  < number.txt"
}

// Run asks.
func (c phonesCheck) Run(t *Terminal) error {
	phone := c.Phone
	if phone == "-" {
		b, err := io.ReadAll(io.LimitReader(t.In, 100))
		if err != nil {
			return fmt.Errorf("the standard input cannot be read: %w", err)
		}
		phone = strings.TrimSpace(string(b))
	}
	return c.with(t, func(ctx context.Context, s *Session) error {
		p, err := s.Client.Phones().Inquire(ctx, phone)
		if err != nil {
			return err
		}
		known, message := "the provider did not say: let the customer go on", ""
		if p.Registered != nil {
			known = map[bool]string{true: "registered", false: "not registered"}[*p.Registered]
		}
		if p.Message != nil {
			message = p.Message.English
		}
		err = said(s, func(out io.Writer) error {
			_, err := fmt.Fprintf(out, "Phone    %s\nState    %s\n", clean(p.Phone), known)
			if err == nil && message != "" {
				_, err = fmt.Fprintf(out, "Message  %s\n", clean(message))
			}
			return err
		})
		if err == nil && p.Registered != nil && !*p.Registered {
			return &Exit{CodeOtherEnd, "the phone is not registered"}
		}
		return err
	})
}

type paymentsExchanges struct{ onePayment }

// Help shows examples.
func (paymentsExchanges) Help() string {
	return "Masked by the gateway: no secrets, phone numbers, names or balances.\n\n" +
		"Examples:\n  lunas payments exchanges pay_01kafz0q3gf7ktc1ms2cqc1b9w\n" +
		"  lunas payments exchanges pay_01kafz0q3gf7ktc1ms2cqc1b9w --json | jq -r .first_line"
}

// Run prints what was said, as it was on the wire.
func (c paymentsExchanges) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		all, err := s.Client.Payments().Exchanges(ctx, c.ID)
		if err != nil {
			return err
		}
		err = each(s, printed(all), 0, func(e *lunas.Exchange) error { return showExchange(t.Out, e) })
		if err == nil && len(all) == 0 && !s.json {
			_, err = fmt.Fprintln(t.Err, "Nothing was said to a provider, or it is in an archive.")
		}
		return err
	})
}

func showExchange(out io.Writer, e *lunas.Exchange) error {
	var b strings.Builder
	way := map[string]string{"request": ">", "response": "<"}[e.Direction]
	fmt.Fprintf(&b, "%s %s  %s %s, account %s\n", way, e.At.Format(day), clean(e.Operation), clean(e.Direction), clean(e.Account))
	for _, line := range append([]string{e.FirstLine}, headerLines(e)...) {
		if line != "" {
			fmt.Fprintf(&b, "%s   %s\n", way, clean(line))
		}
	}
	for line := range strings.Lines(e.Body) {
		fmt.Fprintf(&b, "%s   %s\n", way, clean(strings.TrimRight(line, "\r\n")))
	}
	if e.Note != "" {
		fmt.Fprintf(&b, "%s   (%s)\n", way, clean(e.Note))
	}
	b.WriteByte('\n')
	_, err := io.WriteString(out, b.String())
	return err
}

func headerLines(e *lunas.Exchange) (lines []string) {
	for _, h := range e.Headers {
		lines = append(lines, h.Name+": "+h.Value)
	}
	return lines
}
