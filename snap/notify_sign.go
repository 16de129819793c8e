package snap

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// NotifyOptions say how SignNotification signs: the provider's side, for sandboxes and
// tests.
type NotifyOptions struct {
	Mode         NotifyMode
	Endpoint     string     // path and query of the partner's callback
	ClientSecret Secret     // IssuedToken and SharedSecret
	Token        Secret     // IssuedToken: from the partner; SharedSecret: may be empty
	PrivateKey   PrivateKey // ProviderKey
	PartnerID    string     // X-PARTNER-ID
	ChannelID    string     // CHANNEL-ID; empty: not sent
}

// SignNotification writes a notification as a provider does: headers but for Host and
// Content-Length, and the minified body. Of n it takes ExternalID, Payment and the
// fields beside it; MerchantID, Payment.TerminalID and Payment.PaidTime go into
// additionalInfo, since Bank Indonesia's table has no other place for them.
func SignNotification(o NotifyOptions, n Notification, at time.Time) (http.Header, []byte, error) {
	body, err := n.encode()
	if err != nil {
		return nil, nil, fmt.Errorf("snap: sign notification: %w", err)
	}
	s := Signed{Method: http.MethodPost, Endpoint: o.Endpoint, Token: o.Token, Body: body, Timestamp: FormatTimestamp(at)}
	h := http.Header{"Content-Type": {contentType}, "X-Timestamp": {s.Timestamp}}
	for key, value := range map[string]string{"X-Partner-Id": o.PartnerID, "X-External-Id": n.ExternalID, "Channel-Id": o.ChannelID} {
		if value != "" {
			h.Set(key, value)
		}
	}
	var signature string
	switch o.Mode {
	case ProviderKey:
		if signature, err = o.PrivateKey.Sign(s); err != nil {
			return nil, nil, err
		}
	case IssuedToken, SharedSecret:
		signature = NewHMACKey(o.ClientSecret).Sign(s)
		if o.Token != "" {
			h.Set("Authorization", "Bearer "+string(o.Token))
		}
	default:
		return nil, nil, errors.New("snap: sign notification: unknown mode")
	}
	h.Set("X-Signature", signature)
	return h, body, nil
}

func (n Notification) encode() ([]byte, error) {
	m := struct {
		ReferenceNo        string         `json:"originalReferenceNo"`
		PartnerReferenceNo string         `json:"originalPartnerReferenceNo,omitempty"`
		Status             Status         `json:"latestTransactionStatus"`
		StatusDescription  string         `json:"transactionStatusDesc,omitempty"`
		CustomerNumber     string         `json:"customerNumber,omitempty"`
		AccountType        string         `json:"accountType,omitempty"`
		Amount             *money         `json:"amount,omitempty"`
		SessionID          string         `json:"sessionId,omitempty"`
		BankCode           string         `json:"bankCode,omitempty"`
		ExternalStoreID    string         `json:"externalStoreId,omitempty"`
		AdditionalInfo     map[string]any `json:"additionalInfo,omitempty"`
	}{
		ReferenceNo: n.Payment.ReferenceNo, PartnerReferenceNo: n.Payment.PartnerReferenceNo, Status: n.Payment.Status,
		StatusDescription: n.Payment.StatusDescription, CustomerNumber: string(n.CustomerNumber), AccountType: n.AccountType,
		SessionID: n.SessionID, BankCode: n.BankCode, ExternalStoreID: n.ExternalStoreID, AdditionalInfo: map[string]any{},
	}
	if n.Payment.Amount != 0 {
		amount := rupiah(n.Payment.Amount)
		m.Amount = &amount
	}
	extra, err := parseObject(n.AdditionalInfo)
	if err != nil && len(n.AdditionalInfo) > 0 {
		return nil, fmt.Errorf("additionalInfo: %w", err)
	}
	for key, value := range extra {
		m.AdditionalInfo[key] = json.RawMessage(value)
	}
	for key, value := range map[string]string{"merchantId": n.MerchantID, "terminalId": n.Payment.TerminalID, "paidTime": n.Payment.PaidTime} {
		if value != "" {
			m.AdditionalInfo[key] = value
		}
	}
	return encode(m)
}
