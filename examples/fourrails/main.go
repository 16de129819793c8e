// Command fourrails pays one payment on each of the four rails through lunas's public API, with the sandbox's customer
// doing their part. Start `lunas dev`, then:
//
//	source data/dev.env
//	go run ./examples/fourrails
//
// It needs the addresses and the key that dev.env has: LUNAS_URL, LUNAS_API_KEY, LUNAS_SANDBOX_URL.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"time"
)

const customer = "081211111111" // a wallet of the sandbox that waits for its owner

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "fourrails:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	shop := shop{api: os.Getenv("LUNAS_URL"), key: os.Getenv("LUNAS_API_KEY"), sandbox: os.Getenv("LUNAS_SANDBOX_URL")}
	if shop.api == "" || shop.key == "" || shop.sandbox == "" {
		return fmt.Errorf("LUNAS_URL, LUNAS_API_KEY or LUNAS_SANDBOX_URL is not set: start `lunas dev`, then `source data/dev.env`")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for _, rail := range []string{"ovo", "snap", "doku", "faspay"} {
		p, err := shop.pay(ctx, rail)
		if err != nil {
			return fmt.Errorf("%s: %w", rail, err)
		}
		fmt.Printf("%-7s %s  %s\n", rail, p.State, p.ID)
		if p.State != "paid" {
			return fmt.Errorf("%s: the payment is %s", rail, p.State)
		}
	}
	return nil
}

// shop is a merchant's server, and in this example its customer too.
type shop struct{ api, key, sandbox string }

// payment is what of lunas's answer is needed here.
type payment struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Attempts []struct {
		Invoice            string `json:"invoice"`
		PartnerReferenceNo string `json:"partner_reference_no"`
	} `json:"attempts"`
}

// pay asks for a payment on a rail, lets the customer pay, and waits for its end.
func (s shop) pay(ctx context.Context, rail string) (payment, error) {
	order := map[string]any{"amount": 12500, "reference": "INV-" + rail, "method": "ovo_push", "rail": rail, "phone": customer}
	if rail == "snap" { // a QR is for whoever scans it
		order["method"] = "qris"
		delete(order, "phone")
	}
	if rail == "faspay" { // it makes a bill, with customer and items
		order["customer"] = map[string]any{"name": "Budi Santoso", "email": "budi@example.id"}
		order["items"] = []map[string]any{{"name": "Kopi Tubruk", "quantity": 2, "price": 6250}}
	}
	var p payment
	if err := s.call(ctx, "POST", s.api+"/v1/payments", order, &p); err != nil {
		return p, err
	}
	if err := s.confirm(ctx, rail, p); err != nil {
		return p, err
	}
	for under := true; under; {
		if err := s.call(ctx, "GET", s.api+"/v1/payments/"+p.ID+"?wait=60", nil, &p); err != nil {
			return p, err
		}
		switch p.State { // an answer comes earlier when there is something to show, and later than the wait there is none
		case "created", "pushing", "presenting", "awaiting", "indoubt":
		default:
			under = false
		}
	}
	return p, nil
}

// confirm is the customer: it waits for the payment to appear in the wallet, and pays it with OVO Cash.
func (s shop) confirm(ctx context.Context, rail string, p payment) error {
	kind, number, how := "pushes", p.Attempts[0].Invoice, map[string]string{"with": "cash"}
	if rail == "snap" {
		kind, number = "qrs", p.Attempts[0].PartnerReferenceNo
		how["phone"] = customer // who scans it
	}
	for {
		var shown map[string]json.RawMessage
		var open []struct {
			ID      int    `json:"id"`
			Invoice string `json:"invoice"`
		}
		err := s.call(ctx, "GET", s.sandbox+"/control/"+kind+"?state=pending&rail="+rail, nil, &shown)
		if err == nil {
			err = json.Unmarshal(shown[kind], &open)
		}
		if err != nil {
			return err
		}
		for _, o := range open {
			if o.Invoice == number {
				address := fmt.Sprintf("%s/control/%s/%d/pay", s.sandbox, kind, o.ID)
				return s.call(ctx, "POST", address, how, &shown)
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("nothing to pay appears in the wallet: %w", ctx.Err())
		}
	}
}

// call speaks JSON.
func (s shop) call(ctx context.Context, method, address string, body, answer any) error {
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.key)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, request.URL.Path, response.Status, said)
	}
	return json.Unmarshal(said, answer)
}
