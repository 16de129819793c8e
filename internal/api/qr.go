package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/qrpicture"
)

// pictureInput is how a QR is to be drawn. The numbers are those of qrpicture.
type pictureInput struct {
	OnePayment
	Size      int    `query:"size" minimum:"64" maximum:"2048" default:"512" doc:"Pixels of a side, quiet zone included. Of an SVG the size that it names."`
	QuietZone int    `query:"quiet_zone" minimum:"4" maximum:"32" default:"4" doc:"White on each side, in modules. Fewer than 4 are not taken: readers need them."`
	Level     string `query:"level" enum:"L,M,Q,H" default:"M" doc:"Error correction: L bears 7 % of damage, M 15 %, Q 25 %, H 30 %."`
}

type pictureAnswer struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *server) routePNG() { s.routePicture("png", "image/png", qrpicture.PNG) }
func (s *server) routeSVG() { s.routePicture("svg", "image/svg+xml", qrpicture.SVG) }

func (s *server) routePicture(kind, media string, draw func(string, qrpicture.Options) ([]byte, error)) {
	register(s, huma.Operation{
		OperationID: "get-qr-" + kind, Method: http.MethodGet, Path: "/v1/payments/{id}/qr." + kind,
		Summary: "The QR that the customer scans, drawn as " + kind,
		Description: "Only as long as it can be paid: show it until `qr.until` of the payment and no longer. It must not be kept " +
			"by caches.",
		Tags: []string{"Payments"},
	}, answers{
		media: media,
		codes: codes("payment_not_found", "unknown_parameter", "invalid_parameter", "not_possible", "qr_not_ready", "qr_gone"),
	}, func(ctx context.Context, in *pictureInput) (*pictureAnswer, error) {
		content, err := s.shownQR(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		picture, err := draw(content, qrpicture.Options{Size: in.Size, QuietZone: in.QuietZone, Level: qrpicture.Level(in.Level)})
		var wrong *qrpicture.OptionError
		switch {
		case errors.As(err, &wrong):
			return nil, pictureProblem(wrong.Option, wrong.Want)
		case err != nil:
			return nil, problem("internal", "the QR cannot be drawn").because(err)
		}
		return &pictureAnswer{ContentType: media, Body: picture}, nil
	})
}

// pictureProblem says what a parameter of a picture must be.
func pictureProblem(parameter, want string) *Problem {
	return problem("invalid_parameter", parameter+" must be "+want).in(parameter).hinting("Leave it out to have what fits most places.")
}

// shownQR gives the text of the QR that a payment's customer may be shown now, or says why there is none.
func (s *server) shownQR(ctx context.Context, id string) (string, error) {
	p, err := s.load(ctx, id)
	if err != nil {
		return "", err
	}
	terms, err := s.Engine.TermsOf(ctx, p)
	if err != nil {
		return "", err
	}
	content, _, ok := payment.ShownQR(terms, p, s.Now())
	if ok {
		return content, nil
	}
	var none *Problem
	switch {
	case !terms.Presents():
		none = problem(payment.CodeNotPossible, "this payment is a push; it has no QR").hinting("Only payments by qris have one.")
	case p.State == payment.Presenting && !p.CancelAsked:
		none = problem("qr_not_ready", "the QR is being made").after(time.Second)
	case p.CancelAsked && !p.State.Final():
		none = problem("qr_gone", "this payment is being canceled, so its QR is not shown any more")
	case p.State == payment.Awaiting:
		none = problem("qr_gone", "the QR can no longer be paid; whether it was is being asked")
	default:
		none = problem("qr_gone", "this payment is "+string(p.State)+"; there is no QR to pay")
	}
	none.PaymentID, none.State = p.ID, string(p.State)
	return "", none
}
