package bench

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
	"github.com/lunas-pay/lunas/snap"
)

// Partners are n partners of the sandbox, each with its own client id and so with its own count of numbers; all have the
// demo's keys. Their notifications go to the gateway at an address, if it is not empty.
func Partners(n int, gateway string) []sandbox.SNAPMerchant {
	all := make([]sandbox.SNAPMerchant, n)
	for i := range all {
		all[i] = sandbox.DemoSNAPMerchant()
		all[i].ClientID = accountID(i)
		if gateway != "" { // signed as OVO says it signs: symmetrically
			all[i].Callback = sandbox.Callback{URL: gateway + "/notify/snap/" + accountID(i), Mode: sandbox.NotifyEmptyToken}
		}
	}
	return all
}

func accountID(i int) string { return fmt.Sprintf("qris-%04d", i+1) }

func qrMerchantID(i int) string { return fmt.Sprintf("bench-%04d", i+1) }

// qrSandbox is a sandbox whose customer scans every QR and pays it a moment after it was made.
func qrSandbox(o Options, gateway string) sandbox.Options {
	return sandbox.Options{
		SNAP:    sandbox.SNAPOptions{Merchants: Partners(o.Terminals, gateway)},
		Wallets: []sandbox.Wallet{{Phone: phone, Name: "Bench", Cash: 900_000_000_000_000}},
		Scripts: []sandbox.Script{{
			Rail: sandbox.RailSNAP, Operation: sandbox.OperationGenerate,
			Effect: sandbox.Effect{Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(5 * time.Millisecond)},
		}},
		KeepRequests: -1, KeepTransactions: 1000,
	}
}

// qrConfig has a merchant with an account for every partner.
func qrConfig(o Options, url string) (config.Config, error) {
	c := config.Config{Database: o.Database, MasterKey: make([]byte, 32), Drain: time.Second}
	key, err := sandbox.DemoSNAPKey()
	if err != nil {
		return c, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return c, fmt.Errorf("write the demo's key: %w", err)
	}
	private := merchant.NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	for i, p := range Partners(o.Terminals, "") {
		id := qrMerchantID(i)
		apiKey := merchant.APIKey{MerchantID: id, Mode: payment.Test, Hash: merchant.HashKey(keyOf(i)), Scopes: merchant.Scopes()}
		apiKey.ID = merchant.KeyID(apiKey.Hash)
		c.Merchants = append(c.Merchants, config.Merchant{
			ID: id, Keys: []merchant.APIKey{apiKey},
			Accounts: []merchant.Account{{
				ID: accountID(i), MerchantID: id, Rail: payment.SNAP, Environment: merchant.Sandbox, URL: url, Terms: payment.SNAPTerms(),
				SNAP: merchant.SNAPCredentials{
					ClientID: p.ClientID, ClientSecret: merchant.NewSecret(p.Secret), PrivateKey: private,
					Notify: merchant.SNAPNotify{Mode: string(snap.SharedSecret)},
				},
				Terminals: []merchant.Terminal{{
					Style:    payment.BySequence,
					Terminal: payment.Terminal{ID: terminalID(0), TID: p.Terminals[0], MID: p.MerchantID, StoreCode: p.StoreID},
				}},
			}},
		})
	}
	return c, nil
}
