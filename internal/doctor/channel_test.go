package doctor_test

import (
	"net/http/httptest"
	"testing"

	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/sandbox"
)

// Credentials that are right do not say that OVO is active for the merchant at Faspay: it is asked for.
func TestTheChannel(t *testing.T) {
	t.Parallel()
	const about = "account demo/faspay"
	w := newWard(t)
	w.Accounts = []doctor.Account{*w.account("faspay")}
	ill{about: about, check: "channel", status: doctor.OK, found: "active: 812 OVO"}.told(t, w.look())

	without := sandbox.New(sandbox.Options{Faspay: sandbox.FaspayOptions{
		Merchants: []sandbox.FaspayMerchant{sandbox.DemoFaspayMerchant()}, NoOVOChannel: true,
	}})
	t.Cleanup(without.Close)
	server := httptest.NewServer(without.Handler())
	t.Cleanup(server.Close)
	w.account("faspay").URL = server.URL
	ill{about: about, check: "channel", status: doctor.Failed, found: "not among this merchant's channels: 302 LinkAja"}.told(t, w.look())

	// A refused question says nothing of the channel; that the password is wrong another line says.
	w.account("faspay").Faspay.Password = merchant.NewSecret("wrong")
	ill{about: about, check: "channel", status: doctor.NotChecked, found: "the provider answers"}.told(t, w.look())
	w.account("faspay").URL = "http://" + nobody(t)
	if got := find(w.look(), about, "channel"); len(got) != 0 {
		t.Errorf("channel of a provider that is not reached: %+v", got)
	}
	// The others have no channels to choose from.
	all := newWard(t)
	for _, id := range []string{"ovo", "qris", "doku"} {
		if got := find(all.look(), "account demo/"+id, "channel"); len(got) != 0 {
			t.Errorf("channel of %s: %+v", id, got)
		}
	}
}
