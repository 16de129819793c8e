package console

import (
	"strings"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file shows whom a payment is about, to somebody who has said why. What opens something stays hidden all the same.

type unmaskView struct {
	Payment payment.Payment
	Reason  string
	Shown   bool
	Phone   string
	Parts   []unmaskedPart
}

type unmaskedPart struct {
	exchange.Part
	Text string
}

func (s *server) unmaskPage(v *visit) error {
	p, err := s.Engine.Store.Load(v.r.Context(), v.Merchant.ID, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.show("unmask", unmaskView{Payment: p})
}

// unmask writes down who looks and why before anything is shown.
func (s *server) unmask(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	ctx, db := v.r.Context(), s.Engine.Store
	p, err := db.Load(ctx, v.Merchant.ID, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	d := unmaskView{Payment: p, Reason: v.r.PostForm.Get("reason")}
	reason, err := operator.CheckReason(d.Reason)
	if err != nil {
		return v.again("unmask", d, sayReason)
	}
	deed := v.deed(store.ActPaymentUnmasked, v.Merchant.ID, p.ID, reason, nil)
	deed.Mode = p.Mode
	if err := db.AppendAction(ctx, deed.Action); err != nil {
		return err
	}
	parts, err := db.Exchanges(ctx, v.Merchant.ID, p.ID)
	if err != nil {
		return err
	}
	d.Shown, d.Phone = true, p.Phone.Digits()
	for _, part := range parts {
		shown := unmaskedPart{Part: part}
		if err := s.Keyring.Open(&part); err != nil {
			s.Log.Error("an exchange cannot be opened", "exchange", part.ID, "side", string(part.Side), "error", err)
			shown.Text = v.Word("sealed")
		} else {
			shown.Text = strings.ToValidUTF8(exchange.Revealed(part.Wire), "\uFFFD")
		}
		d.Parts = append(d.Parts, shown)
	}
	return v.show("unmask", d)
}
