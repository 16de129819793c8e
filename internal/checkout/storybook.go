package checkout

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/qrpicture"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/storybook"
)

// Storybook is every screen of these pages, as the core makes it of made-up events, under /pay/{number} and with the
// headers that customers' pages have. Its clocks nearly stand still. Nothing in it is paid, and no provider is called.
func Storybook() (storybook.Room, error) {
	lines, err := sampleLines()
	if err != nil {
		return storybook.Room{}, err
	}
	s := &server{Options: Options{Now: func() time.Time { return noon }, Speed: 1, Log: slog.New(slog.DiscardHandler)}, pages: loadPages()}
	room := storybook.Room{Name: "checkout"}
	var screens []view
	for i, sample := range samples() {
		p, err := sample.fold()
		if err != nil {
			return storybook.Room{}, err
		}
		at := noon.Add(sample.at)
		v := view{Merchant: "Kedai Kopi Senja", Path: "/pay/" + strconv.Itoa(i), Speed: 0.0001, Now: at, Payment: p}
		v.Screen, v.wrong = sample.screen(p, lines[sample.terms.Rail]), sample.wrong
		screens = append(screens, v)
		room.Views = append(room.Views, storybook.View{Group: sample.group(), Name: sample.name, Path: v.Path})
	}
	room.Views = append(room.Views, storybook.View{Group: "apology", Name: "no such payment", Path: "/pay/none"},
		storybook.View{Group: "apology", Name: "trouble", Path: "/pay/trouble"})
	mux := http.NewServeMux()
	show := func(name string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { s.showSample(w, r, name, screens) }
	}
	mux.HandleFunc("GET /pay/{name}", show("page"))
	mux.HandleFunc("GET /pay/{name}/screen", show("screen"))
	mux.HandleFunc("GET /pay/{name}/events", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /pay/{name}/qr.svg", s.sampleQR)
	mux.HandleFunc("GET /checkout/{file}", s.file)
	room.Handler = s.guard(mux, mux)
	return room, nil
}

func (s sample) group() string {
	if len(s.offers) > 0 {
		return "choice"
	}
	return string(s.terms.Rail)
}

func (s *server) showSample(w http.ResponseWriter, r *http.Request, name string, screens []view) {
	n, err := strconv.Atoi(r.PathValue("name"))
	switch {
	case r.PathValue("name") == "trouble":
		s.trouble(w, r, fmt.Errorf("a sample of trouble"))
	case err != nil || n < 0 || n >= len(screens):
		s.apologize(w, r, http.StatusNotFound)
	default:
		v := screens[n]
		v.Lang = s.language(w, r)
		v.Wrong = v.Say(v.wrong)
		s.write(w, r, http.StatusOK, name, v)
	}
}

func (s *server) sampleQR(w http.ResponseWriter, r *http.Request) {
	picture, err := qrpicture.SVG(sampleQR, qrpicture.Options{})
	if err != nil {
		s.trouble(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write(picture) // a browser that is gone reads nothing
}

// sampleLines are the rails, for their words: what they tell customers does not depend on an account.
func sampleLines() (map[payment.Rail]rail.Rail, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make a key for the storybook: %w", err)
	}
	secret := merchant.NewSecret("storybook")
	lines := map[payment.Rail]rail.Rail{}
	for _, a := range []merchant.Account{
		{Rail: payment.OVO, Terms: payment.OVOTerms(), OVO: merchant.OVOCredentials{AppID: "storybook", AppKey: secret}},
		{Rail: payment.SNAP, Terms: payment.SNAPTerms(), SNAP: merchant.SNAPCredentials{
			ClientID: "storybook", ClientSecret: secret, PrivateKey: merchant.NewSecret(base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(key))),
		}},
		{Rail: payment.DOKU, Terms: payment.DOKUTerms(), DOKU: merchant.DOKUCredentials{ClientID: "MCH-0001-0000000000001", SecretKey: secret}},
		{Rail: payment.Faspay, Terms: payment.FaspayTerms(), Faspay: merchant.FaspayCredentials{
			MerchantID: "00000", Merchant: "storybook", UserID: "bot00000", Password: secret,
		}},
	} {
		a.ID, a.MerchantID, a.URL = string(a.Rail), "mer_a", "http://127.0.0.1:1"
		if lines[a.Rail], err = rail.Open(a, noProvider{}, time.Now); err != nil {
			return nil, fmt.Errorf("open %s for its words: %w", a.Rail, err)
		}
	}
	return lines, nil
}

// noProvider reaches nobody.
type noProvider struct{}

func (noProvider) RoundTrip(*http.Request) (*http.Response, error) { return nil, rail.ErrNotSent }
