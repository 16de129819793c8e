package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/lunas"
)

type webhooksListen struct {
	Connection
	fromWhere
	To string `arg:"" name:"to" help:"A port of this machine, or an address on it: 9000, localhost:9000/webhooks."`
}

// Help shows examples.
func (webhooksListen) Help() string {
	return "Your server gets each event as a webhook, signed with the secret that is printed at the start; set LUNAS_WEBHOOK_SECRET\n" +
		"to have the same one each time. One event follows the other, each is sent once. Ctrl-C ends it.\n\n" +
		"Examples:\n" +
		"  lunas webhooks listen 9000\n" +
		"  lunas webhooks listen localhost:9000/webhooks --type payment.paid\n" +
		"  lunas webhooks listen 9000 --after 0     everything again, from the beginning"
}

const listenTimeout = 15 * time.Second // as the gateway's

// Run forwards.
func (c webhooksListen) Run(t *Terminal) error {
	address, err := localAddress(c.To)
	if err != nil {
		return err
	}
	secret, err := listenSecret(variable(t.Environ, "LUNAS_WEBHOOK_SECRET"))
	if err != nil {
		return err
	}
	return c.with(t, func(ctx context.Context, s *Session) error {
		fmt.Fprintf(t.Err, "Forwarding events to %s\nSecret: %s\n", address, secret.Reveal())
		client := &http.Client{
			Timeout: listenTimeout, Transport: &http.Transport{},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
		return c.follow(ctx, s, func(e *lunas.Event) error {
			body, err := eventJSON(e, false)
			if err != nil {
				return err
			}
			began := time.Now()
			result, err := forward(ctx, client, address, secret, e.ID, body)
			if err != nil {
				result = err.Error()
			}
			if c.JSON {
				return json.NewEncoder(t.Out).Encode(map[string]any{"position": e.Position, "event_id": e.ID, "type": e.Type, "answer": result})
			}
			_, err = fmt.Fprintf(t.Out, "%6d  %s  %-20s  %s  %s in %d ms\n", e.Position, e.Timestamp.Format(clock), clean(e.Type), clean(e.ID),
				clean(result), time.Since(began).Milliseconds())
			return err
		})
	})
}

// localAddress reads where events are forwarded to: a port, or an address of this machine.
func localAddress(to string) (string, error) {
	text := to
	if port, err := strconv.Atoi(to); err == nil && port > 0 && port < 65536 {
		text = "127.0.0.1:" + to
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Port() == "" || u.User != nil {
		return "", fmt.Errorf("%q is no port and no address of this machine: write 9000, or localhost:9000/webhooks", clean(to))
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", fmt.Errorf("%s is another machine; to have events sent there: lunas webhooks create https://…", clean(u.Hostname()))
	}
	return u.String(), nil
}

// listenSecret gives the secret to sign with: the one of the environment, or a new one.
func listenSecret(given string) (lunas.Secret, error) {
	if given == "" {
		random := make([]byte, 32)
		_, _ = rand.Read(random) // it never fails: crypto/rand
		given = "whsec_" + base64.StdEncoding.EncodeToString(random)
	}
	if _, err := lunas.SignWebhook(lunas.Secret(given), "", time.Time{}, nil); err != nil {
		return "", fmt.Errorf("LUNAS_WEBHOOK_SECRET: %w", err)
	}
	return lunas.Secret(given), nil
}

// eventJSON writes an event as the feed tells it, or without its position, which is what a webhook carries.
func eventJSON(e *lunas.Event, position bool) ([]byte, error) {
	v := struct {
		Position  int64           `json:"position,omitempty"`
		ID        string          `json:"id"`
		Type      string          `json:"type"`
		Timestamp string          `json:"timestamp"`
		Data      json.RawMessage `json:"data"`
	}{e.Position, e.ID, e.Type, e.Timestamp.Format("2006-01-02T15:04:05.000-07:00"), e.Data}
	if !position {
		v.Position = 0
	}
	return json.Marshal(v)
}

// forward posts a webhook and says what was answered.
func forward(ctx context.Context, client *http.Client, address string, secret lunas.Secret, id string, body []byte) (string, error) {
	header, err := lunas.SignWebhook(secret, id, time.Now(), body)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header = header
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "lunas-webhooks-listen")
	answer, err := client.Do(r)
	var broken *url.Error
	if errors.As(err, &broken) {
		return "", broken.Err
	}
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20))
	return strconv.Itoa(answer.StatusCode), nil
}
