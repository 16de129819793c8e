package notice

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Encryption is how a mail server is spoken to.
type Encryption string

// The encryptions.
const (
	STARTTLS Encryption = "starttls" // begun in plain text; nothing is sent before TLS is there
	TLS      Encryption = "tls"      // from the first byte, usually port 465
	Plain    Encryption = "none"     // only to this machine
)

// Mailer sends e-mails by SMTP.
type Mailer struct {
	Host       string // host:port
	Encryption Encryption
	From       string // addresses, without names
	To         []string
	User       string // empty: no log-in
	Password   interface{ Reveal() string }
	Console    string      // address of the console, for a link; empty: none
	TLS        *tls.Config // nil: the system's certificate authorities
}

// mailFor is how long one e-mail may take.
const mailFor = 30 * time.Second

// Send sends one e-mail about notices. Sent twice, as after a crash before it was noted that it had gone, it has the same
// Message-ID, by which mail programs show it once.
func (m Mailer) Send(ctx context.Context, all []Kept, now time.Time) error {
	return m.with(ctx, func(c *smtp.Client) error { return m.deliver(c, m.message(all, now)) })
}

// Try goes as far as the log-in, and sends nothing.
func (m Mailer) Try(ctx context.Context) error {
	return m.with(ctx, func(c *smtp.Client) error { return step("the end", c.Quit()) })
}

// with does something with a mail server that has let us in.
func (m Mailer) with(ctx context.Context, do func(*smtp.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, mailFor)
	defer cancel()
	conn, err := m.dial(ctx)
	if err != nil {
		return fmt.Errorf("the mail server is not reached: %w", err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	host, _, _ := net.SplitHostPort(m.Host)
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return step("the greeting", err)
	}
	if err := m.logIn(c, host); err != nil {
		return err
	}
	return do(c)
}

func (m Mailer) dial(ctx context.Context) (net.Conn, error) {
	if m.Encryption == TLS {
		return (&tls.Dialer{Config: m.config()}).DialContext(ctx, "tcp", m.Host)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", m.Host)
}

func (m Mailer) config() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if m.TLS != nil {
		c = m.TLS.Clone()
	}
	c.ServerName, _, _ = net.SplitHostPort(m.Host)
	return c
}

func (m Mailer) logIn(c *smtp.Client, host string) error {
	_, domain, _ := strings.Cut(m.From, "@")
	if err := step("the greeting", c.Hello(domain)); err != nil {
		return err
	}
	if m.Encryption == STARTTLS {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return errors.New("the mail server offers no STARTTLS: set notices.smtp.encryption to tls, or use another server")
		}
		if err := c.StartTLS(m.config()); err != nil {
			return fmt.Errorf("STARTTLS with the mail server: %w", err)
		}
	}
	if m.User == "" {
		return nil
	}
	return step("the log-in", c.Auth(smtp.PlainAuth("", m.User, m.Password.Reveal(), host)))
}

func (m Mailer) deliver(c *smtp.Client, message []byte) error {
	if err := step("the sender", c.Mail(m.From)); err != nil {
		return err
	}
	for _, to := range m.To {
		if err := step("a recipient", c.Rcpt(to)); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err == nil {
		_, err = w.Write(message)
	}
	if err == nil {
		err = w.Close()
	}
	if err := step("the message", err); err != nil {
		return err
	}
	_ = c.Quit() // it is there already
	return nil
}

// step says at which step a mail server has refused, by its code: its text may repeat what it was told.
func step(what string, err error) error {
	var refused *textproto.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return fmt.Errorf("the mail server answers %d to %s", refused.Code, what)
	}
	return fmt.Errorf("%s of the mail server: %w", what, err)
}

// message writes the e-mail.
func (m Mailer) message(all []Kept, now time.Time) []byte {
	var b bytes.Buffer
	_, domain, _ := strings.Cut(m.From, "@")
	for _, h := range [][2]string{
		{"From", "lunas <" + m.From + ">"},
		{"To", strings.Join(m.To, ", ")},
		{"Subject", mime.QEncoding.Encode("utf-8", subject(all))},
		{"Date", now.In(payment.WIB).Format(time.RFC1123Z)},
		{"Message-ID", "<" + mailID(all) + "@" + domain + ">"},
		{"References", references(all, domain)},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&b)
	_, _ = q.Write([]byte(strings.ReplaceAll(m.body(all), "\n", "\r\n")))
	_ = q.Close() // a buffer takes everything
	return b.Bytes()
}

// mailID names an e-mail by what it tells: which notices, and for the how-manieth time each.
func mailID(all []Kept) string {
	var told []string
	for _, k := range all {
		told = append(told, fmt.Sprintf("%s/%d", k.ID, k.Said))
	}
	slices.Sort(told)
	sum := sha256.Sum256([]byte(strings.Join(told, " ")))
	return hex.EncodeToString(sum[:12])
}

// referencesMax is how many notices an e-mail is threaded by.
const referencesMax = 20

// references has mail programs show everything that was told of a notice together.
func references(all []Kept, domain string) string {
	var ids []string
	for _, k := range all[:min(len(all), referencesMax)] {
		ids = append(ids, "<"+k.ID+"@"+domain+">")
	}
	return strings.Join(ids, "\r\n ")
}

// subject is the first thing that is to be read.
func subject(all []Kept) string {
	cleared, urgent := 0, 0
	for _, k := range all {
		switch {
		case !k.Open():
			cleared++
		case k.Urgent:
			urgent++
		}
	}
	open := len(all) - cleared
	switch {
	case urgent > 0:
		return fmt.Sprintf("[lunas] URGENT: %d notice(s), %d of them urgent", open, urgent)
	case open > 0:
		return fmt.Sprintf("[lunas] %d notice(s)", open)
	}
	return fmt.Sprintf("[lunas] over: %d notice(s)", cleared)
}

func (m Mailer) body(all []Kept) string {
	var b strings.Builder
	for _, k := range all {
		head := "NOTICE"
		switch {
		case !k.Open():
			head = "OVER"
		case k.Urgent:
			head = "URGENT"
		}
		fmt.Fprintf(&b, "%s  %s\n%s\n", head, k.Kind, k.Text)
		if k.Open() {
			if !k.Deadline.IsZero() {
				fmt.Fprintf(&b, "Until: %s\n", wib(k.Deadline))
			}
			fmt.Fprintf(&b, "To do: %s\n", k.Mend)
		}
		of := "the gateway"
		if k.MerchantID != "" {
			of = strings.TrimSpace("merchant " + k.MerchantID + " " + string(k.Mode))
		}
		fmt.Fprintf(&b, "About: %s. %s, raised %s.\n\n", of, k.ID, wib(k.RaisedAt))
	}
	if m.Console != "" {
		fmt.Fprintf(&b, "%s\n", m.Console)
	}
	return b.String()
}
