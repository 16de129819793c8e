package gateway

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

// DevConfig makes a data folder with its keys, if they are not there yet, and gives the configuration for `lunas dev`:
// one merchant, which the sandbox at ovoURL knows. It gives the merchant's API key too. Speed is the clock's.
func DevConfig(folder, database, ovoURL string, speed float64) (c config.Config, apiKey string, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return c, "", fmt.Errorf("the data folder %s cannot be made: %w; choose another with --data", folder, err)
	}
	master, err := keep(filepath.Join(folder, "master.key"), func() string { return random(32) })
	if err != nil {
		return c, "", err
	}
	key, err := exchange.ParseMasterKey(master)
	if err != nil {
		return c, "", fmt.Errorf("%s: %w", filepath.Join(folder, "master.key"), err)
	}
	apiKey, err = keep(filepath.Join(folder, "api.key"), func() string { return "lunas_test_" + random(24) })
	if database == "" {
		database = filepath.Join(folder, "lunas.db")
	}
	return config.Config{
		Database: database, MasterKey: key, Drain: 2 * time.Second, Merchants: []config.Merchant{demoMerchant(apiKey, ovoURL, speed)},
	}, apiKey, err
}

// keep reads a secret from a file, or makes it and writes it, for this user only.
func keep(path string, create func() string) (string, error) {
	b, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(b)), nil
	}
	if !os.IsNotExist(err) {
		return "", fmt.Errorf("%s cannot be read: %w; choose another folder with --data", path, err)
	}
	secret := create()
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("%s cannot be written: %w; choose another folder with --data", path, err)
	}
	return secret, nil
}

func random(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// demoMerchant is the merchant that the sandbox knows.
func demoMerchant(key, url string, speed float64) config.Merchant {
	demo := sandbox.DemoMerchant()
	terms := payment.OVOTerms()
	terms.CutOffGuard = payment.FlagAtCutOff // whoever tries it out at midnight should see something
	// Sending takes this machine as long as ever, however fast its clock runs.
	terms.SendWithin = min(time.Duration(float64(terms.SendWithin)*max(1, speed)), terms.ConfirmWithin)
	shop := demo.Stores[0]
	apiKey := merchant.APIKey{MerchantID: "demo", Mode: payment.Test, Hash: merchant.HashKey(key)}
	apiKey.ID = merchant.KeyID(apiKey.Hash)
	return config.Merchant{
		ID: "demo", Name: shop.Name, Keys: []merchant.APIKey{apiKey},
		Accounts: []merchant.Account{{
			ID: "ovo", MerchantID: "demo", Rail: payment.OVO, Environment: merchant.Sandbox, URL: url, Terms: terms,
			InquiryFirst: true,
			OVO:          merchant.OVOCredentials{AppID: demo.AppID, AppKey: merchant.NewSecret(demo.AppKey)},
			Terminals: []merchant.Terminal{{
				Style: payment.BySequence,
				Terminal: payment.Terminal{
					ID: "till-1", TID: shop.Terminals[0].TID, MID: shop.Terminals[0].MID,
					MerchantID: demo.MerchantID, StoreCode: shop.Code,
				},
			}},
		}},
	}
}
