package store

import (
	"context"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Actions keep what people and programs did to the gateway by hand: to merchants, accounts, keys, webhook endpoints, terminals
// and the database itself. What they asked for a payment stands in its journal instead. Actions are only inserted, and linked
// into a hash chain like exchanges.
type Actions interface {
	// AppendAction notes what was done apart from any change in this database, an export for instance.
	AppendAction(context.Context, Action) error
	// Actions lists actions, the newest first.
	Actions(context.Context, ActionFilter) ([]Action, error)
	// Action gives one by its id, or ErrNotFound. Whose it is, is for the caller to look at.
	Action(ctx context.Context, id string) (Action, error)
}

// Action is one thing that somebody did. It holds nothing that is secret or personal.
type Action struct {
	ID         string       // act_…, unique; a later one is greater
	MerchantID string       // whom it concerns; empty: the whole gateway
	Mode       payment.Mode // of what it concerns; empty: of both
	At         time.Time
	Actor      string // who: the id of an API key or of a user of the console, or one of the constants below
	Kind       string // what was done: one of the constants below, in the past tense
	Subject    string // the id of what it was done to; empty: of nothing that has one
	Count      int64  // to how many, where that says something
	Reason     string // as the actor gave it; may be empty
	Details    []byte // a JSON object; empty: there are none
}

// Actors that are no API key and no user.
const (
	ActorCLI    = "cli"    // somebody at the command line of a machine with access to the database
	ActorSystem = "system" // the gateway itself
)

// Kinds of actions, stored and served in this spelling.
const (
	ActMerchantCreated    = "merchant.created"
	ActMerchantChanged    = "merchant.changed"
	ActMerchantRenamed    = "merchant.renamed"
	ActMerchantClosed     = "merchant.closed"
	ActMerchantOpened     = "merchant.opened"
	ActOutletCreated      = "outlet.created"
	ActAccountCreated     = "account.created"
	ActAccountChanged     = "account.changed"
	ActCredentialsRotated = "account.credentials_rotated"
	ActCredentialsRetired = "account.credentials_retired"
	ActKeyCreated         = "api_key.created"
	ActKeyRotated         = "api_key.rotated"
	ActKeyRevoked         = "api_key.revoked"
	ActKeysRewrapped      = "data_keys.rewrapped"
	ActMasterKeysKept     = "master_keys.kept" // those of before, sealed by the present one
	ActEndpointCreated    = "webhook_endpoint.created"
	ActEndpointChanged    = "webhook_endpoint.changed"
	ActEndpointDeleted    = "webhook_endpoint.deleted"
	ActEndpointRotated    = "webhook_endpoint.secret_rotated"
	ActEndpointRewrapped  = "webhook_endpoint.secret_rewrapped"
	ActEndpointPinged     = "webhook_endpoint.pinged"
	ActEndpointReplayed   = "webhook_endpoint.replayed"
	ActTerminalAdvanced   = "terminal.advanced"
	ActDatabaseConfirmed  = "database.confirmed"
	ActLogExported        = "log.exported"
	ActEvidenceExported   = "evidence.exported"
	ActPaymentsExported   = "payments.exported"
	ActPaymentsArchived   = "payments.archived"
	ActArchivedRemoved    = "payments.archived_removed"
)

// ActionPrefix begins the ids of actions.
const ActionPrefix = "act_"

// IsAction tells whether an idempotency key that is used stands for an action, and not for a payment.
func (k *KeyUsed) IsAction() bool {
	return strings.HasPrefix(k.PaymentID, ActionPrefix)
}

// Deed is an action on its way into the log: it is written in the transaction of the change that it tells of, or not at all.
// With Key the change is refused with *KeyUsed when that idempotency key has been used before, for whatever. The id of the
// action then stands in the place of a payment's.
type Deed struct {
	Action
	Key DeedKey // zero: none
}

// DeedKey is an idempotency key and whose it is: that of who asks, for a platform's key of no merchant and no mode.
type DeedKey struct {
	MerchantID       string
	Mode             payment.Mode
	Key, Fingerprint string
}

// ActionFilter chooses actions. Zero fields choose everything, but for the merchant.
type ActionFilter struct {
	MerchantID string
	Everybody  bool         // those of all merchants and of the whole gateway, whatever MerchantID says
	Mode       payment.Mode // only those of this mode or of both
	Kind       string
	Subject    string
	Actor      string
	From, To   time.Time // done at or after From, before To
	Before     string    // an action's id: only older ones (the cursor of the last page)
	Limit      int       // at most 100; 0 means 20
}
