package main

import (
	"log/slog"
	"net/http"
	"strings"

	"github.com/lunas-pay/lunas/examples/shop"
	client "github.com/lunas-pay/lunas/lunas"
)

// shopPath is where `lunas dev` has its demo shop. It opens with its first customer.
const shopPath = "/shop"

// withShop lets customers into the shop, and everybody else where they want to go.
func withShop(gateway http.Handler, address, key string, log *slog.Logger) http.Handler {
	open := shop.New(shop.Options{
		Client: &client.Client{URL: address, Key: client.Secret(key)}, URL: address + shopPath, Log: log,
	}).Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == shopPath || strings.HasPrefix(r.URL.Path, shopPath+"/") {
			open.ServeHTTP(w, r)
			return
		}
		gateway.ServeHTTP(w, r)
	})
}
