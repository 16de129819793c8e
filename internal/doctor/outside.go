package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
)

// askFor is how long somebody outside may take.
const askFor = 10 * time.Second

func (l *look) outside(ctx context.Context) {
	o := l.of("outside")
	o.egress(ctx)
	for _, a := range l.Accounts {
		if a.Rail != payment.OVO && !a.Closed {
			o.callback(ctx, a)
		}
	}
}

func (o Outside) client() *http.Client {
	c := o.Client
	if c == nil {
		c = &http.Client{Timeout: askFor}
	}
	noFollow := *c
	noFollow.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &noFollow
}

// egress: OVO, credentials for production: a partner gives its public addresses for a whitelist.
func (a about) egress(ctx context.Context) {
	wanted := say("alamat yang ada di daftar putih provider", "an address that providers have on their whitelists")
	if a.Outside.Reflector == "" {
		a.skip("egress address", say("belum ada pihak di luar yang dapat ditanya", "nobody outside is named who could tell"), wanted,
			say("isi doctor.reflector dengan alamat yang menjawab alamat penanya, atau jalankan di sini: curl -4 https://ifconfig.me", "set doctor.reflector to an address that answers with the caller's, or run here: curl -4 https://ifconfig.me"))
		return
	}
	seen, err := a.Outside.reflected(ctx)
	if err != nil {
		a.skip("egress address", say("doctor.reflector tidak menjawab dengan sebuah alamat", "the reflector does not answer with an address"), wanted,
			say("sebut yang lain di doctor.reflector", "name another one in doctor.reflector"))
		return
	}
	if len(a.Outside.Egress) == 0 {
		a.add(Warning, "egress address", say("%s, dan belum ada yang mengatakan apa yang ada di daftar putih", "%s, and nobody has said what is whitelisted").With(seen), wanted,
			say("tulis di doctor.egress apa yang Anda sampaikan kepada OVO", "write into doctor.egress what you have told OVO"))
		return
	}
	for _, p := range a.Outside.Egress {
		if p.Contains(seen) {
			a.add(OK, "egress address", language.Same(seen.String()), wanted, never)
			return
		}
	}
	a.add(Failed, "egress address", say("%s, yang tidak ada di doctor.egress", "%s, which is not in doctor.egress").With(seen), wanted,
		say("keluarlah lewat alamat yang sudah disampaikan, atau sampaikan yang ini kepada OVO untuk daftar putihnya, dan tulis di doctor.egress", "send traffic out by the address that was told, or tell OVO this one for its whitelist, and write it into doctor.egress"))
}

// reflected asks the reflector for our address: a text, or a JSON object with ip.
func (o Outside) reflected(ctx context.Context) (netip.Addr, error) {
	body, err := o.ask(ctx, o.Reflector)
	if err != nil {
		return netip.Addr{}, err
	}
	var said struct{ IP string }
	text := strings.TrimSpace(string(body))
	if json.Unmarshal(body, &said) == nil && said.IP != "" {
		text = said.IP
	}
	seen, err := netip.ParseAddr(text)
	return seen.Unmap(), err
}

func (o Outside) ask(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json, text/plain")
	answer, err := o.client().Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %d", answer.StatusCode)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 4<<10))
}

// Door is what somebody saw at the address of a callback.
type Door struct {
	Status    int    `json:"status"`     // of the answer to a GET; 0: there was none
	Location  string `json:"location"`   // of a redirect
	RequestID string `json:"request_id"` // the header Request-Id, which every answer of lunas has
	// Until is when the certificate ends; zero: not known, or there was none.
	Until   time.Time `json:"certificate_until,omitzero"`
	Trouble string    `json:"trouble"` // why there was no answer
}

// callbackWanted is never written.
var callbackWanted = say("provider mencapainya dari luar, tanpa pengalihan, lewat TLS", "providers reach it from outside, without a redirect, over TLS")

// callback looks at where a provider notifies. OVO, Dynamic QRIS: the callback is registered once; nobody follows redirects.
func (a about) callback(ctx context.Context, account Account) {
	check := "callback of " + account.MerchantID + "/" + account.ID
	if a.Outside.PublicURL == "" {
		a.skip(check, say("public_url belum diisi", "public_url is not set"), callbackWanted,
			say("isi public_url dengan alamat gateway ini dari dunia luar", "set public_url to the address under which the world reaches this gateway"))
		return
	}
	address := a.Outside.PublicURL + "/notify/" + string(account.Rail) + "/" + account.ID
	if a.Outside.CallbackProbe == "" {
		d := LookAt(ctx, a.Outside.client(), address)
		s, found, mend := d.Judge(address, a.Now())
		elsewhere := elsewhere(address)
		switch {
		case s == OK:
			a.skip(check, say("dari mesin ini baik; dari luar belum ada yang melihat", "seen from this machine it is well; from outside nobody has looked"), callbackWanted, elsewhere)
		case d.Status == 0:
			a.skip(check, say("dari mesin ini tidak tercapai, yang mungkin wajar di jaringan Anda: ", "from this machine it is not reached, which may be so in your network: ").And(found), callbackWanted, elsewhere)
		default:
			a.add(s, check, found, callbackWanted, mend)
		}
		return
	}
	body, err := a.Outside.ask(ctx, a.Outside.CallbackProbe+url.QueryEscape(address))
	var d Door
	if err != nil || json.Unmarshal(body, &d) != nil {
		a.skip(check, say("doctor.callback_probe tidak menjawab sebagaimana mestinya", "doctor.callback_probe does not answer as it must"), callbackWanted, elsewhere(address))
		return
	}
	s, found, mend := d.Judge(address, a.Now())
	a.add(s, check, found, callbackWanted, mend)
}

func elsewhere(address string) language.Words {
	return say("jalankan di mesin lain, di luar: lunas doctor --callback %s", "run on another machine, outside: lunas doctor --callback %s").With(address)
}

// LookAt asks the address of a callback by GET, which changes nothing.
func LookAt(ctx context.Context, client *http.Client, address string) Door {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Door{Trouble: "it is no address"}
	}
	answer, err := client.Do(r)
	if err != nil {
		return Door{Trouble: reason(err)}
	}
	defer func() { _ = answer.Body.Close() }()
	d := Door{Status: answer.StatusCode, Location: answer.Header.Get("Location"), RequestID: answer.Header.Get("Request-Id")}
	if answer.TLS != nil && len(answer.TLS.PeerCertificates) > 0 {
		d.Until = answer.TLS.PeerCertificates[0].NotAfter
	}
	return d
}

// reason is why a call failed, without the address that was called.
func reason(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}

// Judge says what a door means for notifications at a time.
func (d Door) Judge(address string, now time.Time) (s Status, found, mend language.Words) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return Failed, say("ini bukan alamat", "it is no address"),
			say("harus seperti https://pay.example.id/notify/snap/qris", "it must look like https://pay.example.id/notify/snap/qris")
	case d.Status == 0:
		return Failed, say("tidak ada jawaban: %s", "no answer: %s").With(d.Trouble),
			say("bukalah jalan dari luar: DNS, firewall, proxy, sertifikat", "open the way from outside: DNS, firewall, proxy, certificate")
	case d.Status >= 300 && d.Status < 400:
		return Failed, say("%d mengalihkan ke alamat lain", "%d redirects to another address").With(d.Status),
			say("daftarkan alamat terakhir ke provider, atau hilangkan pengalihan di proxy: notifikasi yang dialihkan hilang", "register the last address with the provider, or take the redirect out of the proxy: a notification that is redirected is lost")
	case d.RequestID == "":
		return Failed, say("%d, dan bukan lunas yang menjawab", "%d, and it is not lunas that answers").With(d.Status),
			say("biarkan proxy meneruskan /notify/ ke lunas tanpa diubah", "let the proxy pass /notify/ on to lunas unchanged")
	case u.Scheme != "https":
		return Failed, say("http tanpa TLS", "plain http"),
			say("pasang TLS di depan: notifikasi dipercaya karena tanda tangannya, tetapi terbaca siapa pun di jalan", "put TLS in front: notifications are believed by their signature, but are read by everybody on the way")
	case d.Status >= 500:
		return Failed, say("%d: lunas tidak sehat", "%d: lunas is not well").With(d.Status), say("lihat /readyz dan log", "see /readyz and the log")
	case !d.Until.IsZero() && d.Until.Sub(now) < certificateSoon:
		return Warning, say("sertifikatnya berakhir pada %s", "the certificate ends on %s").With(d.Until.In(payment.WIB).Format("2006-01-02 15:04 WIB")),
			say("perbarui, dan cari tahu mengapa tidak diperbarui sendiri: tanpanya tidak ada notifikasi yang tiba", "renew it, and find out why it was not renewed by itself: without it no notification arrives")
	}
	return OK, say("lunas menjawab, %d untuk GET sebagaimana mestinya", "lunas answers, %d to a GET as it should").With(d.Status), never
}

// LookAtCallback gives the report about one address, as seen from this machine.
func LookAtCallback(ctx context.Context, address string, client *http.Client, now time.Time) Report {
	l := &look{report: Report{At: now, Findings: []Finding{}}}
	s, found, mend := LookAt(ctx, Outside{Client: client}.client(), address).Judge(address, now)
	l.of("outside").add(s, "callback "+address, found, callbackWanted, mend)
	return l.report
}
