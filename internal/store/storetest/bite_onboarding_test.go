package storetest_test

import (
	"context"

	"github.com/lunas-pay/lunas/internal/store"
)

func (b *bad) SaveRegistrations(ctx context.Context, f store.RegistrationFile, all []store.Registration, deeds ...store.Deed) error {
	if b.saveRegistrations != nil {
		return b.saveRegistrations(f, all)
	}
	return b.Store.SaveRegistrations(ctx, f, all, b.noted(deeds)...)
}

func brokenOnboarding() []breakage {
	return []breakage{
		{"what was given to an outlet is forgotten", func(b *bad) {
			b.saveRegistrations = func(f store.RegistrationFile, all []store.Registration) error {
				for i := range all {
					all[i].TID = ""
				}
				return b.Store.SaveRegistrations(ctx, f, all)
			}
		}, []string{"registrations and their files are given back"}},
		{"registrations are written one by one", func(b *bad) {
			b.saveRegistrations = func(f store.RegistrationFile, all []store.Registration) error {
				if err := b.Store.SaveRegistrations(ctx, f, nil); err != nil {
					return err
				}
				for _, r := range all {
					f.Version++
					if err := b.Store.SaveRegistrations(ctx, f, []store.Registration{r}); err != nil {
						return err
					}
				}
				return nil
			}
		}, []string{"a registration is written over what was seen, and none of many when one is not"}},
	}
}
