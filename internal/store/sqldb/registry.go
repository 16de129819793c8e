package sqldb

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// The tables of the registry, the revision last. What says when a thing was made is not written again.
var (
	merchants = table("merchants", "merchant_id text, name text, created_at bigint, closed_at bigint, settings text, data_key bytea, revision bigint")
	outlets   = table("outlets", "merchant_id text, id text, name text, created_at bigint, revision bigint")
	accounts  = table("accounts", "merchant_id text, id text, outlet_id text, settings text, created_at bigint, closed_at bigint, "+
		"sealed bytea, revision bigint")
	apiKeys = table("api_keys", "merchant_id text, id text, mode text, name text, hint text, scopes text, created_at bigint, "+
		"expires_at bigint, revoked_at bigint, hash bytea, revision bigint")
)

// upsert writes a row, new or in place of the one with the same key, which is its first columns.
func (t Table) upsert(key int) string {
	var set []string
	for i, c := range t.Columns {
		if i >= key && c.Name != "created_at" {
			set = append(set, c.Name+` = excluded.`+c.Name)
		}
	}
	names := make([]string, key)
	for i := range key {
		names[i] = t.Columns[i].Name
	}
	return `INSERT INTO ` + t.Name + ` (` + t.Names() + `) VALUES (` + t.Values() + `)
		ON CONFLICT (` + strings.Join(names, `, `) + `) DO UPDATE SET ` + strings.Join(set, `, `)
}

// written selects the rows that were written after a revision.
func (t Table) written() string {
	return `SELECT ` + t.Names() + ` FROM ` + t.Name + ` WHERE revision > $1 ORDER BY ` + t.Columns[0].Name + `, ` + t.Columns[1].Name
}

// Register writes things over the revision that was seen. Whoever else writes waits for the one row of the revision.
func (s *Common) Register(ctx context.Context, seen int64, r store.Registered, deeds ...store.Deed) (int64, error) {
	revision := seen + 1
	err := s.with(ctx, deeds, func(tx DB) error {
		n, err := tx.Exec(ctx, `UPDATE registry SET revision = $1 WHERE merchant_id = '' AND revision = $2`, revision, seen)
		if err == nil && n == 0 {
			err = store.ErrConflict
		}
		write := func(t Table, key int, row Row) {
			if err == nil {
				_, err = tx.Exec(ctx, t.upsert(key), row...)
			}
		}
		for _, m := range r.Merchants {
			write(merchants, 1, Row{m.ID, m.Name, Micros(m.CreatedAt), Micros(m.ClosedAt), string(m.Settings), bytesOf(m.DataKey), revision})
		}
		for _, o := range r.Outlets {
			write(outlets, 2, Row{o.MerchantID, o.ID, o.Name, Micros(o.CreatedAt), revision})
		}
		for _, a := range r.Accounts {
			write(accounts, 2, Row{
				a.MerchantID, a.ID, a.OutletID, string(a.Settings), Micros(a.CreatedAt), Micros(a.ClosedAt), bytesOf(a.Sealed), revision,
			})
		}
		for _, k := range r.Keys {
			write(apiKeys, 2, keyRow(k, revision))
		}
		return err
	})
	if err != nil {
		return 0, Doing("write the registry", err)
	}
	return revision, nil
}

// bytesOf gives bytes that are never NULL.
func bytesOf(b []byte) []byte { return append([]byte{}, b...) }

func keyRow(k merchant.APIKey, revision int64) Row {
	scopes := make([]string, len(k.Scopes))
	for i, s := range k.Scopes {
		scopes[i] = string(s)
	}
	return Row{
		k.MerchantID, k.ID, string(k.Mode), k.Name, k.Hint, strings.Join(scopes, `,`), Micros(k.CreatedAt), Micros(k.Expires),
		Micros(k.Revoked), bytesOf(k.Hash[:]), revision,
	}
}

func scanKey(rows Rows, more ...any) (k merchant.APIKey, err error) {
	var mode, scopes string
	var created, expires, revoked, revision int64
	var hash []byte
	err = rows.Scan(append([]any{
		&k.MerchantID, &k.ID, &mode, &k.Name, &k.Hint, &scopes, &created, &expires, &revoked, &hash, &revision,
	}, more...)...)
	k.Mode, k.CreatedAt, k.Expires, k.Revoked = payment.Mode(mode), Time(created), Time(expires), Time(revoked)
	copy(k.Hash[:], hash)
	if scopes != `` {
		for scope := range strings.SplitSeq(scopes, `,`) {
			k.Scopes = append(k.Scopes, merchant.Scope(scope))
		}
	}
	return k, err
}

// Registered gives what was written after a revision. The revision is read first and merchants last, so that nothing is
// missed, and nothing is seen without the merchant that it belongs to.
func (s *Common) Registered(ctx context.Context, after int64) (r store.Registered, err error) {
	err = One(ctx, s.Write, []any{&r.Revision}, `SELECT revision FROM registry WHERE merchant_id = ''`)
	if err != nil || r.Revision == after {
		return r, Doing("read the registry's revision", err)
	}
	each := func(t Table, scan func(Rows) error) {
		if err == nil {
			err = Each(ctx, s.Write, scan, t.written(), after)
		}
	}
	var created, closed, revision int64
	each(apiKeys, func(rows Rows) error {
		k, err := scanKey(rows)
		r.Keys = append(r.Keys, k)
		return err
	})
	each(accounts, func(rows Rows) error {
		var a store.Account
		var settings string
		err := rows.Scan(&a.MerchantID, &a.ID, &a.OutletID, &settings, &created, &closed, &a.Sealed, &revision)
		a.Settings, a.CreatedAt, a.ClosedAt = []byte(settings), Time(created), Time(closed)
		r.Accounts = append(r.Accounts, a)
		return err
	})
	each(outlets, func(rows Rows) error {
		var o merchant.Outlet
		err := rows.Scan(&o.MerchantID, &o.ID, &o.Name, &created, &revision)
		o.CreatedAt = Time(created)
		r.Outlets = append(r.Outlets, o)
		return err
	})
	each(merchants, func(rows Rows) error {
		var m store.Merchant
		var settings string
		err := rows.Scan(&m.ID, &m.Name, &created, &closed, &settings, &m.DataKey, &revision)
		m.CreatedAt, m.ClosedAt, m.Settings = Time(created), Time(closed), []byte(settings)
		r.Merchants = append(r.Merchants, m)
		return err
	})
	return r, Doing("read the registry after revision "+strconv.FormatInt(after, 10), err)
}

// KeyUsed notes when an API key was last used.
func (s *Common) KeyUsed(ctx context.Context, merchantID, keyID string, at time.Time) error {
	_, err := s.Write.Exec(ctx, `UPDATE api_keys SET last_used = $3 WHERE merchant_id = $1 AND id = $2 AND last_used < $3`,
		merchantID, keyID, Micros(at))
	return Doing("note the use of "+keyID, err)
}

// APIKeys lists a merchant's keys.
func (s *Common) APIKeys(ctx context.Context, merchantID string) (list []merchant.APIKey, err error) {
	err = Each(ctx, s.Write, func(rows Rows) error {
		var used int64
		k, err := scanKey(rows, &used)
		k.LastUsed = Time(used)
		list = append(list, k)
		return err
	}, `SELECT `+apiKeys.Names()+`, last_used FROM api_keys WHERE merchant_id = $1 ORDER BY created_at, id`, merchantID)
	return list, Doing("list the API keys of merchant "+merchantID, err)
}
