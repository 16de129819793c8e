package sqldb

import (
	"context"

	"github.com/lunas-pay/lunas/internal/store"
)

// The tables of onboarding; a file belongs to the platform. The columns that stay come first.
var (
	registrationFiles = table("registration_files", "merchant_id text, id text, version bigint, gate text, name text, hash text, size bigint, "+
		"row_count bigint, created_at bigint, sealed bytea, state text, sent_at bigint, answered_at bigint")
	registrations = table("registrations", "merchant_id text, outlet_id text, gate text, version bigint, file_id text, reference text, "+
		"state text, tid text, mid text, account text, terminal text, reason text, changed_at bigint")
)

// SaveRegistrations writes a file and what it says.
func (s *Common) SaveRegistrations(ctx context.Context, f store.RegistrationFile, all []store.Registration, deeds ...store.Deed) error {
	return Doing("save registrations of "+f.ID, s.with(ctx, deeds, func(tx DB) error {
		row := Row{
			"", f.ID, int64(f.Version), f.Gate, f.Name, f.Hash, f.Size, int64(f.Rows), Micros(f.CreatedAt), bytesOf(f.Sealed),
			string(f.State), Micros(f.SentAt), Micros(f.AnsweredAt),
		}
		if err := saveVersion(ctx, tx, registrationFiles, 2, f.Version, row); err != nil {
			return err
		}
		for _, r := range all {
			row := Row{
				r.MerchantID, r.OutletID, r.Gate, int64(r.Version), r.FileID, r.Reference, string(r.State), r.TID, r.MID, r.Account,
				r.Terminal, r.Reason, Micros(r.ChangedAt),
			}
			if err := saveVersion(ctx, tx, registrations, 3, r.Version, row); err != nil {
				return err
			}
		}
		return nil
	}))
}

// saveVersion writes a row whose version stands behind its key: a new one, or over the version before.
func saveVersion(ctx context.Context, tx DB, t Table, key, version int, row Row) error {
	statement := `INSERT INTO ` + t.Name + ` (` + t.Names() + `) VALUES (` + t.Values() + `) ON CONFLICT DO NOTHING`
	if version > 1 {
		where, set := ``, ``
		for i, c := range t.Columns {
			value := c.Name + ` = ` + Placeholders(i+1, 1)
			switch {
			case i < key:
				where += value + ` AND `
			case set != ``:
				set += `, ` + value
			default:
				set = value
			}
		}
		statement = `UPDATE ` + t.Name + ` SET ` + set + ` WHERE ` + where + `version = ` + Placeholders(key+1, 1) + ` - 1`
	}
	n, err := tx.Exec(ctx, statement, row...)
	if err == nil && n == 0 {
		err = store.ErrConflict
	}
	return err
}

func scanFile(rows Rows) (f store.RegistrationFile, err error) {
	var merchant, state string
	var created, sent, answered int64
	err = rows.Scan(&merchant, &f.ID, &f.Version, &f.Gate, &f.Name, &f.Hash, &f.Size, &f.Rows, &created, &f.Sealed, &state, &sent, &answered)
	f.State, f.CreatedAt, f.SentAt, f.AnsweredAt = store.RegistrationState(state), Time(created), Time(sent), Time(answered)
	return f, err
}

// RegistrationFile gives one with its content.
func (s *Common) RegistrationFile(ctx context.Context, id string) (f store.RegistrationFile, err error) {
	err = store.ErrNotFound
	reading := Each(ctx, s.Write, func(rows Rows) error {
		f, err = scanFile(rows)
		return err
	}, `SELECT `+registrationFiles.Names()+` FROM registration_files WHERE merchant_id = '' AND id = $1`, id)
	if reading != nil {
		err = reading
	}
	return f, Doing("load registration file "+id, err)
}

// RegistrationFiles lists the newest.
func (s *Common) RegistrationFiles(ctx context.Context) (list []store.RegistrationFile, err error) {
	err = Each(ctx, s.Write, func(rows Rows) error {
		f, err := scanFile(rows)
		f.Sealed = nil
		list = append(list, f)
		return err
	}, `SELECT `+registrationFiles.Names()+` FROM registration_files WHERE merchant_id = '' ORDER BY id DESC LIMIT 1000`)
	return list, Doing("list registration files", err)
}

// Registrations lists a merchant's, or all.
func (s *Common) Registrations(ctx context.Context, merchantID string) (list []store.Registration, err error) {
	err = Each(ctx, s.Write, func(rows Rows) error {
		var r store.Registration
		var state string
		var changed int64
		err := rows.Scan(&r.MerchantID, &r.OutletID, &r.Gate, &r.Version, &r.FileID, &r.Reference, &state, &r.TID, &r.MID, &r.Account,
			&r.Terminal, &r.Reason, &changed)
		r.State, r.ChangedAt = store.RegistrationState(state), Time(changed)
		list = append(list, r)
		return err
	}, `SELECT `+registrations.Names()+` FROM registrations WHERE $1 = '' OR merchant_id = $1 ORDER BY merchant_id, outlet_id, gate`, merchantID)
	return list, Doing("list registrations", err)
}
