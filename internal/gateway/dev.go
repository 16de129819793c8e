package gateway

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
	"github.com/lunas-pay/lunas/snap"
)

// DevConfig makes a data folder with its keys, if they are not there yet, and gives the configuration for `lunas dev`:
// one merchant with an account at each rail, which the sandbox at sandboxURL (scheme and host) knows. It gives the
// merchant's API key too. Speed is the clock's.
func DevConfig(folder, database, sandboxURL string, speed float64) (c config.Config, apiKey string, err error) {
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
	if err != nil {
		return c, "", err
	}
	if database == "" {
		database = filepath.Join(folder, "lunas.db")
	}
	demo, err := demoMerchant(apiKey, sandboxURL, speed)
	return config.Config{
		Database: database, MasterKey: key, Drain: 2 * time.Second, Merchants: []config.Merchant{demo},
		Webhooks: config.Webhooks{Allow: thisMachine},
	}, apiKey, err
}

// thisMachine is where a developer's own server takes webhooks.
var thisMachine = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")} // never written

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
func demoMerchant(key, sandboxURL string, speed float64) (config.Merchant, error) {
	qris, err := demoSNAP(sandboxURL, speed)
	apiKey := merchant.APIKey{MerchantID: demoID, Mode: payment.Test, Hash: merchant.HashKey(key), Scopes: merchant.Scopes()}
	apiKey.ID = merchant.KeyID(apiKey.Hash)
	return config.Merchant{
		ID: demoID, Name: sandbox.DemoMerchant().Stores[0].Name, Keys: []merchant.APIKey{apiKey},
		Accounts: []merchant.Account{demoOVO(sandboxURL, speed), qris, demoDOKU(sandboxURL, speed), demoFaspay(sandboxURL, speed)},
	}, err
}

// DemoAccount is the account that the merchant of `lunas dev` has at a rail, which the sandbox at sandboxURL knows, and the
// merchant's name.
func DemoAccount(rail payment.Rail, sandboxURL string) (a merchant.Account, name string, err error) {
	demo, err := demoMerchant("", sandboxURL, 1)
	for _, a := range demo.Accounts {
		if a.Rail == rail {
			return a, demo.Name, err
		}
	}
	return a, demo.Name, fmt.Errorf("the demo's merchant has no account at %s", rail)
}

// demoID is the merchant of `lunas dev`.
const demoID = "demo"

// demoOVO is its account for pushes.
func demoOVO(sandboxURL string, speed float64) merchant.Account {
	demo := sandbox.DemoMerchant()
	shop := demo.Stores[0]
	terms := payment.OVOTerms()
	terms.CutOffGuard = payment.FlagAtCutOff // whoever tries it out at midnight should see something
	terms.SendWithin = min(atSpeed(terms.SendWithin, speed), terms.ConfirmWithin)
	return merchant.Account{
		ID: "ovo", MerchantID: demoID, Rail: payment.OVO, Environment: merchant.Sandbox, URL: sandboxURL + "/pos", Terms: terms,
		InquiryFirst: true,
		OVO:          merchant.OVOCredentials{AppID: demo.AppID, AppKey: merchant.NewSecret(demo.AppKey)},
		Terminals: []merchant.Terminal{{
			Style: payment.BySequence,
			Terminal: payment.Terminal{
				ID: demoTill, TID: shop.Terminals[0].TID, MID: shop.Terminals[0].MID,
				MerchantID: demo.MerchantID, StoreCode: shop.Code,
			},
		}},
	}
}

const demoTill = "till-1"

// DemoCallback is where the gateway of `lunas dev` takes the notifications of QRIS, below its address.
const DemoCallback = "/notify/snap/" + demoQRIS

const demoQRIS = "qris"

// demoSNAP is its account for QRIS.
func demoSNAP(sandboxURL string, speed float64) (merchant.Account, error) {
	demo := sandbox.DemoSNAPMerchant()
	private, public, err := demoSNAPKeys()
	terms := payment.SNAPTerms()
	terms.CallLimit = min(atSpeed(terms.CallLimit, speed), terms.QRLife/3)
	terms.SendWithin = min(atSpeed(terms.SendWithin, speed), terms.CallLimit)
	return merchant.Account{
		ID: demoQRIS, MerchantID: demoID, Rail: payment.SNAP, Environment: merchant.Sandbox, URL: sandboxURL + "/OVOSNAP", Terms: terms,
		SNAP: merchant.SNAPCredentials{
			ClientID: demo.ClientID, ClientSecret: merchant.NewSecret(demo.Secret), PrivateKey: merchant.NewSecret(private),
			ChannelID: "95221", NMID: demo.NMID, Notify: merchant.SNAPNotify{Mode: string(snap.ProviderKey), PublicKey: public},
		},
		Terminals: []merchant.Terminal{{
			Style:    payment.BySequence,
			Terminal: payment.Terminal{ID: demoTill, TID: demo.Terminals[0], MID: demo.MerchantID, StoreCode: demo.StoreID},
		}},
	}, err
}

// Where the gateway of `lunas dev` takes DOKU's and Faspay's notifications, and customers who come back, below its address.
const (
	DemoDOKUCallback   = "/notify/doku/doku"
	DemoFaspayCallback = "/notify/faspay/faspay"
	DemoFaspayReturn   = "/return/faspay/faspay"
)

// demoDOKU is its account at DOKU.
func demoDOKU(sandboxURL string, speed float64) merchant.Account {
	demo, terms := sandbox.DemoDOKUMerchant(), payment.DOKUTerms()
	terms.SendWithin = min(atSpeed(terms.SendWithin, speed), terms.ConfirmWithin)
	return merchant.Account{
		ID: "doku", MerchantID: demoID, Rail: payment.DOKU, Environment: merchant.Sandbox, URL: sandboxURL, Terms: terms,
		DOKU:      merchant.DOKUCredentials{ClientID: demo.ClientID, SecretKey: merchant.NewSecret(demo.Secret)},
		Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{ID: "doku"}}},
	}
}

// demoFaspay is its account at Faspay.
func demoFaspay(sandboxURL string, speed float64) merchant.Account {
	demo, terms := sandbox.DemoFaspayMerchant(), payment.FaspayTerms()
	terms.SendWithin = min(atSpeed(terms.SendWithin, speed), terms.ShortCallLimit)
	return merchant.Account{
		ID: "faspay", MerchantID: demoID, Rail: payment.Faspay, Environment: merchant.Sandbox, URL: sandboxURL, Terms: terms,
		Faspay: merchant.FaspayCredentials{
			MerchantID: demo.MerchantID, Merchant: demo.Name, UserID: demo.UserID, Password: merchant.NewSecret(demo.Password),
			Customer: merchant.FaspayCustomer{Name: "Pelanggan", Email: "kasir@example.id"},
		},
		Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{ID: "faspay"}}},
	}
}

// demoSNAPKeys are the partner's private key and the provider's public one, as PEM.
func demoSNAPKeys() (private, public string, err error) {
	partner, err := sandbox.DemoSNAPKey()
	if err != nil {
		return "", "", err
	}
	provider, err := sandbox.DemoProviderKey()
	if err != nil {
		return "", "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(partner)
	if err != nil {
		return "", "", fmt.Errorf("write the demo's key: %w", err)
	}
	private = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if der, err = x509.MarshalPKIXPublicKey(&provider.PublicKey); err != nil {
		return "", "", fmt.Errorf("write the demo provider's key: %w", err)
	}
	return private, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// atSpeed lengthens what takes this machine as long as ever, however fast its clock runs.
func atSpeed(d time.Duration, speed float64) time.Duration {
	return time.Duration(float64(d) * max(1, speed))
}
