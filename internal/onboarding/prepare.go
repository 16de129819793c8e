package onboarding

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/sheet"
	"github.com/lunas-pay/lunas/internal/store"
)

// ErrNothing says that there is nothing to do.
var ErrNothing = errors.New("there is nothing to do")

// Prepared says what is to be put into a file.
type Prepared struct {
	Gate      string
	Merchants []string // empty: all that are data
	Details   string   // a CSV or XLSX file with columns merchant, outlet and those that the mapping takes from details; empty: none
}

// filePrefix begins the ids of files.
const filePrefix = "reg_"

func newHolder() string { return engine.NewID("onb_") }

// Prepare makes a file of the outlets that are not registered, or were refused, and keeps it. Nothing is sent. The error is
// Problems where a row would be refused, and ErrNothing where every outlet is registered or on its way.
func (o *Onboarding) Prepare(ctx context.Context, p Prepared) (f store.RegistrationFile, all []store.Registration, err error) {
	g, err := o.Gate(ctx, p.Gate)
	if err != nil {
		return f, nil, err
	}
	m, err := ParseMapping([]byte(g.Mapping))
	if err != nil {
		return f, nil, err
	}
	entries, err := o.entries(ctx, p)
	if err != nil {
		return f, nil, err
	}
	known, err := o.known(ctx, g.ID)
	if err != nil {
		return f, nil, err
	}
	entries = slices.DeleteFunc(entries, func(e entry) bool {
		r, ok := known[e.reference()]
		return ok && r.State != store.RegistrationRefused
	})
	if len(entries) == 0 {
		return f, nil, fmt.Errorf("%w: every outlet is registered, or on its way", ErrNothing)
	}
	content, err := write(m, g, entries)
	if err != nil {
		return f, nil, err
	}
	if f, err = o.file(ctx, g, m, content); err != nil {
		return f, nil, err
	}
	f.Rows = len(entries)
	for _, e := range entries {
		r := known[e.reference()]
		all = append(all, store.Registration{
			MerchantID: e.MerchantID, OutletID: e.OutletID, Gate: g.ID, Version: r.Version + 1, FileID: f.ID, Reference: e.reference(),
			State: store.RegistrationMade, ChangedAt: f.CreatedAt,
		})
	}
	return f, all, o.save(ctx, store.ActRegistrationsMade, f, all)
}

// save writes a file and registrations, and notes the action.
func (o *Onboarding) save(ctx context.Context, kind string, f store.RegistrationFile, all []store.Registration) error {
	did := store.Action{
		Kind: kind, Subject: f.ID, At: o.Now(), Count: int64(len(all)),
		Details: registry.Details(map[string]any{"gate": f.Gate, "file": f.Name, "hash": f.Hash, "state": f.State}),
	}
	err := o.Store.SaveRegistrations(ctx, f, all, registry.ByOf(ctx).Deed(did))
	if errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("somebody else has worked on the same registrations meanwhile: look at lunas onboarding status, and try again (%w)", err)
	}
	return err
}

// known are the registrations of a gate, by their reference.
func (o *Onboarding) known(ctx context.Context, gate string) (map[string]store.Registration, error) {
	all, err := o.Store.Registrations(ctx, "")
	if err != nil {
		return nil, err
	}
	known := map[string]store.Registration{}
	for _, r := range all {
		if r.Gate == gate {
			known[r.Reference] = r
		}
	}
	return known, nil
}

// entries are the outlets of merchants that are data, and the merchants that have none.
func (o *Onboarding) entries(ctx context.Context, p Prepared) (all []entry, err error) {
	details := map[string]map[string]string{}
	if p.Details != "" {
		if details, err = readDetails(p.Details); err != nil {
			return nil, err
		}
	}
	merchants, err := o.Registry.Merchants(ctx)
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, id := range p.Merchants {
		i := slices.IndexFunc(merchants, func(m registry.Merchant) bool { return m.ID == id })
		switch {
		case i < 0:
			return nil, fmt.Errorf("there is no merchant %q", clip(id))
		case merchants[i].Configured:
			return nil, fmt.Errorf("merchant %s stands in the configuration file: its terminals are set there by hand", id)
		}
		wanted[id] = true
	}
	for _, m := range merchants {
		if m.Configured || (len(wanted) > 0 && !wanted[m.ID]) {
			continue
		}
		outlets, err := o.Registry.Outlets(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		for _, outlet := range outlets {
			all = append(all, entry{MerchantID: m.ID, MerchantName: m.Name, OutletID: outlet.ID, OutletName: outlet.Name})
		}
		if len(outlets) == 0 {
			all = append(all, entry{MerchantID: m.ID, MerchantName: m.Name})
		}
	}
	for i := range all {
		all[i].Details = details[all[i].reference()]
		delete(details, all[i].reference())
	}
	if unknown := sortedKeys(details); len(unknown) > 0 && len(wanted) == 0 {
		return nil, fmt.Errorf("details: there is no merchant and outlet %s; known outlets are listed by lunas merchants", strings.Join(unknown[:min(3, len(unknown))], ", "))
	}
	return all, nil
}

// file seals a content under the day's next name.
func (o *Onboarding) file(ctx context.Context, g Gate, m Mapping, content []byte) (f store.RegistrationFile, err error) {
	files, err := o.Store.RegistrationFiles(ctx)
	if err != nil {
		return f, err
	}
	now := o.Now()
	date, ext := now.In(wib).Format("20060102"), "."+string(m.Format)
	for number := 1; f.Name == ""; number++ {
		name := named(m.File, "{date}", date, "{number}", fmt.Sprintf("%03d", number)) + ext
		if !slices.ContainsFunc(files, func(f store.RegistrationFile) bool { return f.Gate == g.ID && f.Name == name }) {
			f.Name = name
		}
	}
	sum := sha256.Sum256(content)
	f.ID, f.Version, f.Gate, f.State = engine.NewID(filePrefix), 1, g.ID, store.RegistrationMade
	f.Hash, f.Size, f.CreatedAt = hex.EncodeToString(sum[:]), int64(len(content)), now
	part := filePart(f.ID)
	part.Wire = content
	if err := o.Keyring.Seal(&part); err != nil {
		return f, err
	}
	f.Sealed = part.Sealed
	return f, nil
}

// Send brings to the provider what was prepared and not sent, the oldest first, and tells how far it has come. What was
// sent before an error stays sent.
func (o *Onboarding) Send(ctx context.Context, gate string, progress func(file string, sent, of int64)) (sent []store.RegistrationFile, err error) {
	g, err := o.Gate(ctx, gate)
	if err != nil {
		return nil, err
	}
	m, err := ParseMapping([]byte(g.Mapping))
	if err != nil {
		return nil, err
	}
	return sent, o.alone(ctx, gate, func() error {
		waiting, err := o.inState(ctx, gate, store.RegistrationMade)
		if err != nil {
			return err
		}
		if len(waiting) == 0 {
			return fmt.Errorf("%w: every file that was prepared is sent", ErrNothing)
		}
		c, err := g.open(ctx, o.Dial)
		if err != nil {
			return err
		}
		defer c.close()
		for _, f := range waiting {
			f, err := o.sendOne(ctx, c, m, f.ID, progress)
			if err != nil {
				return err
			}
			sent = append(sent, f)
		}
		return nil
	})
}

// inState lists a gate's files in a state, the oldest first.
func (o *Onboarding) inState(ctx context.Context, gate string, states ...store.RegistrationState) (list []store.RegistrationFile, err error) {
	files, err := o.Store.RegistrationFiles(ctx)
	for _, f := range slices.Backward(files) {
		if f.Gate == gate && slices.Contains(states, f.State) {
			list = append(list, f)
		}
	}
	return list, err
}

func (o *Onboarding) sendOne(ctx context.Context, c *connection, m Mapping, id string, progress func(string, int64, int64)) (store.RegistrationFile, error) {
	f, content, err := o.Content(ctx, id)
	if err != nil {
		return f, err
	}
	var tell func(sent, of int64)
	if progress != nil {
		tell = func(sent, of int64) { progress(f.Name, sent, of) }
	}
	if err := c.upload(ctx, m.Inbox, f.Name, content, tell); err != nil {
		return f, err
	}
	known, err := o.known(ctx, f.Gate)
	if err != nil {
		return f, err
	}
	now := o.Now()
	f.Version, f.State, f.SentAt = f.Version+1, store.RegistrationSent, now
	var all []store.Registration
	for _, reference := range sortedKeys(known) {
		if r := known[reference]; r.FileID == f.ID && r.State == store.RegistrationMade {
			r.Version, r.State, r.ChangedAt = r.Version+1, store.RegistrationSent, now
			all = append(all, r)
		}
	}
	return f, o.save(ctx, store.ActRegistrationsSent, f, all)
}

// Fetched is what became of the files that were sent.
type Fetched struct {
	Applied, Accepted, Refused, Waiting int      // outlets
	Unknown                             []string // what answers name and was not asked for there
}

// Fetch brings the answers that are there, and applies what was accepted. Doing it again does no harm.
func (o *Onboarding) Fetch(ctx context.Context, gate string) (done Fetched, err error) {
	g, err := o.Gate(ctx, gate)
	if err != nil {
		return done, err
	}
	m, err := ParseMapping([]byte(g.Mapping))
	if err != nil {
		return done, err
	}
	err = o.alone(ctx, gate, func() error {
		sent, err := o.inState(ctx, gate, store.RegistrationSent)
		if err != nil {
			return err
		}
		if len(sent) > 0 {
			c, err := g.open(ctx, o.Dial)
			if err != nil {
				return err
			}
			defer c.close()
			for _, f := range sent {
				unknown, err := o.fetchOne(ctx, c, m, f)
				if err != nil {
					return err
				}
				done.Unknown = append(done.Unknown, unknown...)
			}
		}
		return o.apply(ctx, g, m)
	})
	known, counting := o.known(ctx, gate)
	for _, r := range known { // order does not matter: they are counted
		switch r.State {
		case store.RegistrationApplied:
			done.Applied++
		case store.RegistrationAnswered:
			done.Accepted++
		case store.RegistrationRefused:
			done.Refused++
		case store.RegistrationMade, store.RegistrationSent:
			done.Waiting++
		}
	}
	return done, errors.Join(err, counting)
}

// fetchOne takes in the answer to a file, if it is there.
func (o *Onboarding) fetchOne(ctx context.Context, c *connection, m Mapping, f store.RegistrationFile) (unknown []string, err error) {
	ext := path.Ext(f.Name)
	name := named(m.Answer.File, "{name}", strings.TrimSuffix(f.Name, ext))
	local, err := os.CreateTemp("", "lunas-answer-*")
	if err != nil {
		return nil, fmt.Errorf("make a file for the answer: %w", err)
	}
	defer func() { err = errors.Join(err, local.Close(), os.Remove(local.Name())) }()
	found := ""
	for _, end := range []string{ext, "." + string(sheet.CSV), "." + string(sheet.XLSX)} {
		there, err := c.fetch(path.Join(m.Outbox, name+end), local)
		if err != nil {
			return nil, err
		}
		if there {
			found = name + end
			break
		}
	}
	if found == "" {
		return nil, nil // it comes later
	}
	rows, err := readAnswer(m, local.Name())
	if err != nil {
		return nil, fmt.Errorf("%s: %w; nothing of it was taken in: is the mapping's answer right?", found, err)
	}
	return o.takeIn(ctx, f, found, rows)
}

// takeIn writes what an answer says of the registrations of its file.
func (o *Onboarding) takeIn(ctx context.Context, f store.RegistrationFile, name string, rows []answered) (unknown []string, err error) {
	known, err := o.known(ctx, f.Gate)
	if err != nil {
		return nil, err
	}
	now := o.Now()
	var all []store.Registration
	seen := map[string]bool{}
	for _, row := range rows {
		r, ok := known[row.Reference]
		if !ok || r.FileID != f.ID || seen[row.Reference] {
			unknown = append(unknown, fmt.Sprintf("%s, row %d: %s", name, row.Row, clip(row.Reference)))
			continue
		}
		seen[row.Reference] = true
		if r.State != store.RegistrationSent || (row.State == r.State && row.Reason == r.Reason) {
			continue // it was taken in before
		}
		r.Version, r.State, r.TID, r.MID, r.Reason, r.ChangedAt = r.Version+1, row.State, row.TID, row.MID, row.Reason, now
		known[row.Reference] = r
		all = append(all, r)
	}
	open := false
	for _, r := range known { // order does not matter: one is enough
		open = open || (r.FileID == f.ID && r.State == store.RegistrationSent)
	}
	if len(all) == 0 && open {
		return unknown, nil
	}
	whole, err := o.Store.RegistrationFile(ctx, f.ID)
	if err != nil {
		return nil, err
	}
	whole.Version++
	if !open {
		whole.State, whole.AnsweredAt = store.RegistrationAnswered, now
	}
	return unknown, o.save(ctx, store.ActRegistrationsAnswered, whole, all)
}
