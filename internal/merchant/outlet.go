package merchant

import (
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Outlet is one of a merchant's shops, where those have accounts of their own at the providers.
type Outlet struct {
	ID         string
	MerchantID string
	Name       string
	CreatedAt  time.Time
}

// Clash tells why an account cannot stand beside the others, of all merchants, itself in an older form left out; empty:
// it can. Field names what is at fault.
func Clash(a Account, others []Account) (field, why string) {
	for _, o := range others {
		own := o.MerchantID == a.MerchantID
		if own && o.ID == a.ID {
			continue
		}
		switch {
		case o.ID == a.ID && o.Rail == a.Rail && a.Rail != payment.OVO:
			return "id", fmt.Sprintf("is another merchant's account too, and notifications come to /notify/%s/%s: choose another", a.Rail, a.ID)
		case a.Rail == payment.SNAP && o.Rail == payment.SNAP && o.Environment == a.Environment && o.SNAP.ClientID == a.SNAP.ClientID:
			return "client_id", "stands in another account too: their numbers would meet"
		}
		for i, t := range a.Terminals {
			for _, other := range o.Terminals {
				switch {
				case own && a.Rail != payment.SNAP && o.Rail != payment.SNAP && t.ID == other.ID:
					return fmt.Sprintf("terminals[%d].id", i), "is a terminal of the account " + o.ID + " too: numbers are counted by it"
				case a.Rail == payment.OVO && o.Rail == payment.OVO && t.TID == other.TID && a.URL == o.URL:
					return fmt.Sprintf("terminals[%d].tid", i), "is another terminal's too: the provider would see its numbers twice"
				}
			}
		}
	}
	return "", ""
}
