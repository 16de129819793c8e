package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/lunas-pay/lunas/internal/store"
)

// onboarding are registrations and their files.
type onboarding struct {
	files map[string]store.RegistrationFile
	all   map[registrationName]store.Registration
}

type registrationName struct{ merchant, outlet, gate string }

func newOnboarding() onboarding {
	return onboarding{files: map[string]store.RegistrationFile{}, all: map[registrationName]store.Registration{}}
}

// SaveRegistrations writes a file and what it says.
func (s *Store) SaveRegistrations(ctx context.Context, f store.RegistrationFile, all []store.Registration, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		o := &s.onboarding
		if o.files[f.ID].Version != f.Version-1 {
			return store.ErrConflict
		}
		next := maps.Clone(o.all)
		for _, r := range all {
			name := registrationName{r.MerchantID, r.OutletID, r.Gate}
			if next[name].Version != r.Version-1 {
				return store.ErrConflict
			}
			r.ChangedAt = micro(r.ChangedAt)
			next[name] = r
		}
		o.all = next
		f.CreatedAt, f.SentAt, f.AnsweredAt, f.Sealed = micro(f.CreatedAt), micro(f.SentAt), micro(f.AnsweredAt), slices.Clone(f.Sealed)
		o.files[f.ID] = f
		return nil
	})
}

// RegistrationFile gives one with its content.
func (s *Store) RegistrationFile(ctx context.Context, id string) (f store.RegistrationFile, err error) {
	if err := s.read(ctx, "", func(*merchant) {}); err != nil {
		return f, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	f, ok := s.onboarding.files[id]
	if !ok {
		return f, store.ErrNotFound
	}
	f.Sealed = slices.Clone(f.Sealed)
	return f, nil
}

// RegistrationFiles lists the newest.
func (s *Store) RegistrationFiles(ctx context.Context) (list []store.RegistrationFile, err error) {
	if err := s.read(ctx, "", func(*merchant) {}); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(s.onboarding.files))) {
		f := s.onboarding.files[id]
		f.Sealed = nil
		if list = append(list, f); len(list) == 1000 {
			break
		}
	}
	return list, nil
}

// Registrations lists a merchant's, or all.
func (s *Store) Registrations(ctx context.Context, merchantID string) (list []store.Registration, err error) {
	if err := s.read(ctx, "", func(*merchant) {}); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for name, r := range s.onboarding.all { // sorted below
		if merchantID == "" || name.merchant == merchantID {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b store.Registration) int {
		return cmp.Or(strings.Compare(a.MerchantID, b.MerchantID), strings.Compare(a.OutletID, b.OutletID), strings.Compare(a.Gate, b.Gate))
	})
	return list, nil
}
