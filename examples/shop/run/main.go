// Command run opens the demo shop beside any gateway:
//
//	LUNAS_URL=https://pay.example.id LUNAS_API_KEY=lunas_test_… SHOP_URL=http://localhost:9000/shop go run ./examples/shop/run
//
// The gateway must be able to reach SHOP_URL for its webhooks. `lunas dev` has the same shop at /shop.
package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/lunas-pay/lunas/examples/shop"
	"github.com/lunas-pay/lunas/lunas"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	at, err := url.Parse(os.Getenv("SHOP_URL"))
	if err != nil || at.Port() == "" || at.Path == "" {
		return errors.New("set SHOP_URL to an address with port and path, such as http://localhost:9000/shop")
	}
	s := shop.New(shop.Options{
		Client: &lunas.Client{URL: os.Getenv("LUNAS_URL"), Key: lunas.Secret(os.Getenv("LUNAS_API_KEY"))},
		URL:    at.String(), Log: slog.Default(),
	})
	server := &http.Server{Addr: ":" + at.Port(), Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}
