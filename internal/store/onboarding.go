package store

import (
	"context"
	"time"
)

// Onboarding keeps which outlets were registered with a provider, and the files by which that was asked for.
type Onboarding interface {
	// SaveRegistrations writes a file, what it says of outlets, and the actions, all or nothing: each is new (Version 1) or
	// takes the place of the one with the Version before; ErrConflict where that is not so.
	SaveRegistrations(ctx context.Context, f RegistrationFile, all []Registration, deeds ...Deed) error
	// RegistrationFile gives one with its content, or ErrNotFound.
	RegistrationFile(ctx context.Context, id string) (RegistrationFile, error)
	// RegistrationFiles lists the newest, at most 1000, without their content, the newest first.
	RegistrationFiles(ctx context.Context) ([]RegistrationFile, error)
	// Registrations lists a merchant's, or all of an empty merchantID, in the order of merchants, outlets and gates.
	Registrations(ctx context.Context, merchantID string) ([]Registration, error)
}

// RegistrationState is where a registration, or its file, stands. The spelling is stored and served.
type RegistrationState string

// The states. A file is answered once every row of it is.
const (
	RegistrationMade     RegistrationState = "made"     // it stands in a file that has not been sent
	RegistrationSent     RegistrationState = "sent"     // the provider has the file
	RegistrationAnswered RegistrationState = "answered" // it was accepted, and is not applied yet
	RegistrationApplied  RegistrationState = "applied"  // payments can be made with what was given
	RegistrationRefused  RegistrationState = "refused"
)

// RegistrationFile is a file by which registrations are asked for.
type RegistrationFile struct {
	ID         string // reg_…; a later one is greater
	Version    int
	Gate       string // where it goes
	Name       string // of the file
	Hash       string // SHA-256 of its content, in hexadecimal
	Size       int64  // in bytes
	Rows       int
	State      RegistrationState
	CreatedAt  time.Time
	SentAt     time.Time
	AnsweredAt time.Time
	Sealed     []byte // the content
}

// Registration is an outlet of a merchant at a gate.
type Registration struct {
	MerchantID string
	OutletID   string // empty: the merchant as a whole
	Gate       string
	Version    int
	FileID     string // of the last file
	Reference  string // by which the answer names it
	State      RegistrationState
	TID, MID   string // as they were given
	Account    string // to which they were added
	Terminal   string // what it is called there
	Reason     string // why it was refused, or is not applied
	ChangedAt  time.Time
}

// ActRegistrationsMade and the others are kinds of actions.
const (
	ActRegistrationsMade     = "registrations.made"
	ActRegistrationsSent     = "registrations.sent"
	ActRegistrationsAnswered = "registrations.answered"
	ActGateChanged           = "registrations.gate_changed"
)
