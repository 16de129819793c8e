package api

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/merchant"
)

// whose says whose keys an operation is for.
type whose int

const (
	merchants whose = iota // what is done is a merchant's
	platform               // what is done is the platform's: it changes merchants
	anybody                // it is about the caller itself
)

// access is what a key must have for an operation.
type access struct {
	scope merchant.Scope
	whose whose
}

// needs lists what every operation needs that is not public. There is no default: one that is not here is not served.
var needs = map[string]access{ // never written
	"list-payments":           {scope: merchant.Read},
	"get-payment":             {scope: merchant.Read},
	"list-exchanges":          {scope: merchant.Read},
	"list-payment-events":     {scope: merchant.Read},
	"get-qr-png":              {scope: merchant.Read},
	"get-qr-svg":              {scope: merchant.Read},
	"list-events":             {scope: merchant.Read},
	"list-terminals":          {scope: merchant.Read},
	"list-rails":              {scope: merchant.Read},
	"list-webhook-endpoints":  {scope: merchant.Read},
	"get-webhook-endpoint":    {scope: merchant.Read},
	"list-webhook-deliveries": {scope: merchant.Read},

	"list-recaps":                    {scope: merchant.Read},
	"get-recap-day":                  {scope: merchant.Read},
	"export-recap-day-csv":           {scope: merchant.Read},
	"export-recap-day-xlsx":          {scope: merchant.Read},
	"list-reconciliations":           {scope: merchant.Read},
	"get-reconciliation":             {scope: merchant.Read},
	"list-discrepancies":             {scope: merchant.Read},
	"get-reconciliation-report-csv":  {scope: merchant.Read},
	"get-reconciliation-report-xlsx": {scope: merchant.Read},
	"get-mapping":                    {scope: merchant.Read},
	"create-reconciliation":          {scope: merchant.Admin},

	"create-payment": {scope: merchant.Pay},
	"check-payment":  {scope: merchant.Pay},
	"cancel-payment": {scope: merchant.Pay},
	"renew-payment":  {scope: merchant.Pay},
	"check-phone":    {scope: merchant.Pay}, // it asks the provider about somebody

	"void-payment":   {scope: merchant.Refund},
	"refund-payment": {scope: merchant.Refund},

	"get-return-key": {scope: merchant.Admin},

	"create-webhook-endpoint": {scope: merchant.Admin},
	"change-webhook-endpoint": {scope: merchant.Admin},
	"delete-webhook-endpoint": {scope: merchant.Admin},
	"rotate-webhook-secret":   {scope: merchant.Admin},
	"ping-webhook-endpoint":   {scope: merchant.Admin},
	"replay-webhooks":         {scope: merchant.Admin},

	"list-actions": {merchant.Admin, anybody},

	"list-own-api-keys":  {merchant.Admin, anybody},
	"create-own-api-key": {merchant.Admin, anybody},
	"rotate-own-api-key": {merchant.Admin, anybody},
	"revoke-own-api-key": {merchant.Admin, anybody},

	"list-notices":               {merchant.Admin, anybody},
	"doctor":                     {merchant.Admin, platform},
	"list-merchants":             {merchant.Admin, platform},
	"create-merchant":            {merchant.Admin, platform},
	"get-merchant":               {merchant.Admin, platform},
	"change-merchant":            {merchant.Admin, platform},
	"list-outlets":               {merchant.Admin, platform},
	"create-outlet":              {merchant.Admin, platform},
	"list-accounts":              {merchant.Admin, platform},
	"create-account":             {merchant.Admin, platform},
	"get-account":                {merchant.Admin, platform},
	"change-account":             {merchant.Admin, platform},
	"rotate-account-credentials": {merchant.Admin, platform},
	"retire-account-credentials": {merchant.Admin, platform},
	"list-api-keys":              {merchant.Admin, platform},
	"create-api-key":             {merchant.Admin, platform},
	"rotate-api-key":             {merchant.Admin, platform},
	"revoke-api-key":             {merchant.Admin, platform},
}

// needsOf is what an operation needs. One that is not in the table is a mistake in the program.
func needsOf(operation string) access {
	a, ok := needs[operation]
	if !ok {
		panic("api: it is not said what a key needs for " + operation)
	}
	return a
}

// say writes what is needed into the contract.
func (a access) say(op *huma.Operation) {
	role, keys := string(a.scope), "the scope `"+string(a.scope)+"`"
	if a.whose == platform {
		role, keys = "platform", "a key of the platform, `lunas_admin_…`"
	}
	op.Security = []map[string][]string{{bearer: {role}}}
	op.Description = strings.TrimSpace(op.Description + " Needs " + keys + ".")
}

// refuse says why a key may not do this; nil: it may.
func (a access) refuse(k merchant.APIKey) *Problem {
	switch {
	case k.Platform() && a.whose == merchants:
		return problem("platform_key", "this is done for a merchant, and this API key is the platform's")
	case !k.Platform() && a.whose == platform:
		return problem("insufficient_scope", "this is for the platform's own API keys").
			hinting("Use a key of the platform, lunas_admin_…; the first is made by lunas keys create --admin --config FILE.")
	case !k.May(a.scope):
		return problem("insufficient_scope", "this API key has not the scope "+string(a.scope)).
			with("WWW-Authenticate", `Bearer realm="lunas", error="insufficient_scope", scope="`+string(a.scope)+`"`)
	}
	return nil
}
