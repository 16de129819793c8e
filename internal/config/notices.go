package config

import (
	"fmt"
	"net"
	"net/mail"
	"strings"

	"github.com/lunas-pay/lunas/internal/merchant"
)

// Notices says who is told what needs a human.
type Notices struct {
	// Merchant is whose live webhook endpoints also hear what concerns the gateway as a whole; empty: nobody's.
	Merchant string
	SMTP     SMTP
}

// SMTP is how e-mails are sent; without To none are.
type SMTP struct {
	Host       string // host:port
	Encryption string // starttls, tls or none
	From       string
	To         []string
	User       string // empty: no log-in
	Password   merchant.Secret
}

// fileNotices are the keys about notices.
type fileNotices struct {
	Merchant string   `koanf:"merchant"`
	SMTP     fileSMTP `koanf:"smtp"`
}

type fileSMTP struct {
	Host         string   `koanf:"host"`
	Encryption   string   `koanf:"encryption"`
	From         string   `koanf:"from"`
	To           []string `koanf:"to"`
	User         string   `koanf:"user"`
	PasswordFile string   `koanf:"password_file"`
	PasswordEnv  string   `koanf:"password_env"`
}

// notices checks the keys about notices.
func (r *resolver) notices(f fileNotices) Notices {
	s := f.SMTP
	out := Notices{Merchant: f.Merchant, SMTP: SMTP{Host: s.Host, Encryption: or(s.Encryption, "starttls"), From: s.From, User: s.User}}
	out.SMTP.To = append(out.SMTP.To, s.To...)
	r.oneOf("notices.smtp.encryption", out.SMTP.Encryption, "starttls", "tls", "none")
	if s.Host == "" {
		r.must(len(s.To) == 0 && s.From == "" && s.User == "", "notices.smtp.host", "is missing: a mail server with its port, such as mail.example.id:587")
		return out
	}
	_, _, err := net.SplitHostPort(s.Host)
	r.must(err == nil, "notices.smtp.host", "must be a host and a port such as mail.example.id:587")
	r.must(out.SMTP.Encryption != "none" || isLoopback(s.Host), "notices.smtp.encryption", "may be none on this machine only: notices tell what is wrong here")
	r.must(isMail(s.From), "notices.smtp.from", "must be an e-mail address such as lunas@example.id")
	r.must(len(s.To) > 0, "notices.smtp.to", "is empty: who is told?")
	for i, to := range s.To {
		r.must(isMail(to), fmt.Sprintf("notices.smtp.to[%d]", i), "must be an e-mail address such as ops@example.id")
	}
	if s.User != "" || s.PasswordFile != "" || s.PasswordEnv != "" {
		r.must(s.User != "", "notices.smtp.user", "is missing: a password is given")
		out.SMTP.Password = r.secret("notices.smtp.password", s.PasswordFile, s.PasswordEnv)
	}
	return out
}

// isMail tells whether a text is an address and nothing else.
func isMail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && !strings.ContainsAny(s, "\r\n")
}
