package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// ReturnKey is the key by which a merchant verifies what a customer's browser brings back.
type ReturnKey struct {
	Key string `json:"key" example:"retsec_…" doc:"A secret: retsec_ and base64 of 32 bytes. Another one for each mode."`
}

func (s *server) routeReturnKey() {
	register(s, huma.Operation{
		OperationID: "get-return-key", Method: http.MethodGet, Path: "/v1/return_key", Summary: "The key that signs the way back to your shop",
		Description: "By it you verify what stands in the query of your return_url. It changes only with the gateway's master key, and " +
			"the one before stays good while that is rotated. **A return is a hint and no proof of payment:** it tells how the payment " +
			"stood when the customer left its page. Ask for the payment, or wait for the webhook.",
		Tags: []string{"Payments"},
	}, answers{codes: codes("unknown_parameter")}, s.returnKey)
}

func (s *server) returnKey(ctx context.Context, _ *struct{}) (*struct{ Body ReturnKey }, error) {
	key := callOf(ctx).key
	return &struct{ Body ReturnKey }{ReturnKey{s.ReturnKey(key.MerchantID, key.Mode)}}, nil
}
