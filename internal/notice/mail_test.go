package notice_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/payment"
)

// mailServer takes mails by SMTP (RFC 5321), with STARTTLS and AUTH PLAIN.
type mailServer struct {
	address string
	tls     *tls.Config
	// What it does wrong.
	noTLS, silent bool
	refuse        string // a command that it refuses

	mu    sync.Mutex
	mails []string
	seen  []string // commands, of AUTH the first word only
	user  string
}

const mailPassword = "canary-smtp-password"

func newMailServer(t *testing.T, wrap bool, change func(*mailServer)) (*mailServer, *tls.Config) {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(web.Close)
	pool := x509.NewCertPool()
	pool.AddCert(web.Certificate())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{address: l.Addr().String(), tls: &tls.Config{Certificates: web.TLS.Certificates}}
	if change != nil {
		change(s)
	}
	if wrap {
		l = tls.NewListener(l, s.tls)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s, &tls.Config{RootCAs: pool}
}

func (s *mailServer) serve(conn net.Conn) {
	defer func() { conn.Close() }()
	if s.silent {
		_, _ = io.Copy(io.Discard, conn)
		return
	}
	r := bufio.NewReader(conn)
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	say("220 mail.example ESMTP")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		command := strings.ToUpper(strings.Fields(line + " ?")[0])
		s.mu.Lock()
		s.seen = append(s.seen, command)
		s.mu.Unlock()
		if command == s.refuse {
			say("550 5.7.1 refused: " + strings.TrimSpace(line)) // it repeats what it was told
			continue
		}
		switch command {
		case "EHLO":
			say("250-mail.example")
			_, encrypted := conn.(*tls.Conn)
			if !encrypted && !s.noTLS {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, s.tls)
			r = bufio.NewReader(conn)
		case "AUTH":
			b, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(line[len("AUTH PLAIN "):]))
			s.mu.Lock()
			s.user = string(b)
			s.mu.Unlock()
			say("235 welcome")
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				line, err := r.ReadString('\n')
				if err != nil || line == ".\r\n" {
					break
				}
				b.WriteString(strings.TrimPrefix(line, "."))
			}
			s.mu.Lock()
			s.mails = append(s.mails, b.String())
			s.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

type password string

func (p password) Reveal() string { return string(p) }

func mailed() []notice.Kept {
	return []notice.Kept{
		{
			Notice: notice.Notice{
				Kind: notice.Reversal, MerchantID: "kopi", Mode: payment.Live, Urgent: true, Deadline: now.Add(time.Hour),
				Text: "The reversal of payment pay_1 does not get through.\n.\nInjected: yes", Mend: "Call „OVO“.",
			},
			ID: "ntc_1", RaisedAt: now, Said: 1,
		},
		{Notice: notice.Notice{Kind: notice.Disk, Text: "There is room again."}, ID: "ntc_2", RaisedAt: now, ClearedAt: now, Said: 2},
	}
}

func TestMails(t *testing.T) {
	t.Parallel()
	for name, encryption := range map[string]notice.Encryption{"STARTTLS": notice.STARTTLS, "TLS": notice.TLS, "plain": notice.Plain} {
		s, trust := newMailServer(t, encryption == notice.TLS, nil)
		m := notice.Mailer{
			Host: s.address, Encryption: encryption, From: "lunas@example.id", To: []string{"ops@example.id", "cfo@example.id"},
			User: "lunas", Password: password(mailPassword), Console: "https://pay.example.id/console", TLS: trust,
		}
		if err := m.Try(t.Context()); err != nil || len(s.mails) > 0 {
			t.Errorf("%s, tried: %v, %d mails", name, err, len(s.mails))
		}
		if err := m.Send(t.Context(), mailed(), now); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s.mu.Lock()
		if len(s.mails) != 1 || s.user != "\x00lunas\x00"+mailPassword || strings.Count(strings.Join(s.seen, " "), "RCPT") != 2 {
			t.Errorf("%s: %d mails, commands %v", name, len(s.mails), s.seen)
		}
		looks(t, s.mails[0])
		s.mu.Unlock()
	}
}

// looks reads a mail as a mail program does.
func looks(t *testing.T, text string) {
	t.Helper()
	got, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if err != nil || subject != "[lunas] URGENT: 1 notice(s), 1 of them urgent" || got.Header.Get("Injected") != "" {
		t.Errorf("%v: subject %q", err, subject)
	}
	for _, want := range []string{"URGENT  reversal_pending", "Until: 2026-03-21 11:00 WIB", "To do: Call „OVO“.", "OVER  disk_nearly_full", "merchant kopi live", "https://pay.example.id/console"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the mail lacks %q:\n%s", want, body)
		}
	}
	if strings.Contains(text, mailPassword) {
		t.Error("the mail holds the password")
	}
}

// TestAMailSentTwice has one Message-ID, whatever the order of its notices and the hour; one that tells anything else has another.
func TestAMailSentTwice(t *testing.T) {
	t.Parallel()
	s, trust := newMailServer(t, false, nil)
	m := notice.Mailer{Host: s.address, Encryption: notice.STARTTLS, From: "lunas@example.id", To: []string{"ops@example.id"}, User: "lunas", Password: password(mailPassword), TLS: trust}
	first, turned, later, fewer := mailed(), mailed(), mailed(), mailed()[:1]
	slices.Reverse(turned)
	later[0].Said++
	for i, all := range [][]notice.Kept{first, turned, later, fewer} {
		if err := m.Send(t.Context(), all, now.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for _, text := range s.mails {
		got, err := mail.ReadMessage(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if id := got.Header.Get("Message-Id"); !regexp.MustCompile(`^<[0-9a-f]{24}@example\.id>$`).MatchString(id) || !strings.Contains(got.Header.Get("References"), "<ntc_1@example.id>") {
			t.Errorf("Message-ID %s, References %s", id, got.Header.Get("References"))
		}
		ids = append(ids, got.Header.Get("Message-Id"))
	}
	if ids[0] != ids[1] {
		t.Errorf("the same mail has the ids %s and %s", ids[0], ids[1])
	}
	if ids[2] == ids[0] || ids[3] == ids[0] || ids[2] == ids[3] {
		t.Errorf("different mails have the same id: %v", ids)
	}
}

func TestMailsThatCannotBeSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*mailServer)
		meddle func(*notice.Mailer)
		want   string
	}{
		"no STARTTLS":       {func(s *mailServer) { s.noTLS = true }, nil, "offers no STARTTLS"},
		"a log-in refused":  {func(s *mailServer) { s.refuse = "AUTH" }, nil, "answers 550 to the log-in"},
		"a sender refused":  {func(s *mailServer) { s.refuse = "MAIL" }, nil, "answers 550 to the sender"},
		"nobody takes it":   {func(s *mailServer) { s.refuse = "RCPT" }, nil, "answers 550 to a recipient"},
		"a message refused": {func(s *mailServer) { s.refuse = "DATA" }, nil, "answers 550 to the message"},
		"an unknown server": {nil, func(m *notice.Mailer) { m.TLS = nil }, "STARTTLS with the mail server"},
		"nobody there":      {nil, func(m *notice.Mailer) { m.Host = "127.0.0.1:1" }, "is not reached"},
	} {
		s, trust := newMailServer(t, false, c.change)
		m := notice.Mailer{Host: s.address, Encryption: notice.STARTTLS, From: "lunas@example.id", To: []string{"ops@example.id"}, User: "lunas", Password: password(mailPassword), TLS: trust}
		if c.meddle != nil {
			c.meddle(&m)
		}
		err := m.Send(t.Context(), mailed(), now)
		if login := strings.Contains(c.want, "log-in"); login && (m.Try(t.Context()) == nil) {
			t.Errorf("%s: the try finds nothing", name)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if encoded := base64.StdEncoding.EncodeToString([]byte("\x00lunas\x00" + mailPassword)); strings.Contains(fmt.Sprint(err), mailPassword) || strings.Contains(fmt.Sprint(err), encoded) {
			t.Errorf("%s: the error holds the password", name)
		}
		s.mu.Lock()
		if len(s.mails) > 0 {
			t.Errorf("%s: it was sent", name)
		}
		s.mu.Unlock()
	}
}

// TestASilentMailServer: a mail ends with its context, however long the server thinks.
func TestASilentMailServer(t *testing.T) {
	t.Parallel()
	s, trust := newMailServer(t, false, func(s *mailServer) { s.silent = true })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	m := notice.Mailer{Host: s.address, Encryption: notice.STARTTLS, From: "a@example.id", To: []string{"b@example.id"}, TLS: trust}
	if err := m.Send(ctx, mailed(), now); err == nil {
		t.Error("a mail was sent to nobody")
	}
}
