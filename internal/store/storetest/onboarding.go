package storetest

import (
	"errors"

	"github.com/lunas-pay/lunas/internal/store"
)

func onboardingRules() []Rule {
	return []Rule{
		{"registrations and their files are given back", keepsRegistrations},
		{"a registration is written over what was seen, and none of many when one is not", registersOutletsOverWhatWasSeen},
	}
}

// registration is one of each field, of a merchant's outlet.
func registration(merchantID, outlet string, version int) store.Registration {
	return store.Registration{
		MerchantID: merchantID, OutletID: outlet, Gate: "ovo", Version: version, FileID: "reg_1", Reference: merchantID + "/" + outlet,
		State: store.RegistrationSent, TID: "00000179", MID: "000000000000179", Account: "ovo", Terminal: "till-1", Reason: `it's "so" 🙂`, ChangedAt: at(7),
	}
}

func registrationFile(id string, version int) store.RegistrationFile {
	return store.RegistrationFile{
		ID: id, Version: version, Gate: "ovo", Name: "lunas_1.csv", Hash: "ab", Size: 12, Rows: 2, State: store.RegistrationMade,
		CreatedAt: at(1), SentAt: at(2), AnsweredAt: at(3), Sealed: []byte("sealed\x00\xff"),
	}
}

func utcFile(f store.RegistrationFile) store.RegistrationFile {
	f.CreatedAt, f.SentAt, f.AnsweredAt = f.CreatedAt.UTC(), f.SentAt.UTC(), f.AnsweredAt.UTC()
	return f
}

func keepsRegistrations(w *world) {
	_, err := w.Store.RegistrationFile(w.ctx, "reg_1")
	if !errors.Is(err, store.ErrNotFound) {
		w.failf("a file that is not there: %v, want ErrNotFound", err)
	}
	a, b := registration("mer_b", "out_1", 1), registration("mer_a", "", 1)
	w.must("save", w.Store.SaveRegistrations(w.ctx, registrationFile("reg_1", 1), []store.Registration{a, b}))
	w.must("save", w.Store.SaveRegistrations(w.ctx, registrationFile("reg_2", 1), nil))
	f, err := w.Store.RegistrationFile(w.ctx, "reg_1")
	w.must("file", err)
	want(w, "the file", utcFile(f), utcFile(registrationFile("reg_1", 1)))
	files, err := w.Store.RegistrationFiles(w.ctx)
	w.must("files", err)
	if len(files) != 2 || files[0].ID != "reg_2" || files[0].Sealed != nil || files[1].ID != "reg_1" {
		w.failf("files = %+v, want the newest first and without their content", files)
	}
	list := func(merchantID string, expected ...store.Registration) {
		got, err := w.Store.Registrations(w.ctx, merchantID)
		w.must("registrations", err)
		for i := range got {
			got[i].ChangedAt = got[i].ChangedAt.UTC()
		}
		for i := range expected {
			expected[i].ChangedAt = expected[i].ChangedAt.UTC()
		}
		want(w, "the registrations of "+merchantID, got, expected)
	}
	list("", b, a)
	list("mer_b", a)
	changed := registration("mer_b", "out_1", 2)
	changed.State, changed.FileID, changed.TID, changed.Reason, changed.ChangedAt = store.RegistrationRefused, "reg_2", "", "no", at(9)
	again := registrationFile("reg_2", 2)
	again.State, again.SentAt = store.RegistrationSent, at(8)
	w.must("save again", w.Store.SaveRegistrations(w.ctx, again, []store.Registration{changed}))
	list("mer_b", changed)
	f, err = w.Store.RegistrationFile(w.ctx, "reg_2")
	w.must("file again", err)
	want(w, "the file that was changed", utcFile(f), utcFile(again))
}

func registersOutletsOverWhatWasSeen(w *world) {
	w.must("save", w.Store.SaveRegistrations(w.ctx, registrationFile("reg_1", 1), []store.Registration{registration("mer_a", "out_1", 1)}))
	for name, f := range map[string]func() error{
		"a file twice": func() error { return w.Store.SaveRegistrations(w.ctx, registrationFile("reg_1", 1), nil) },
		"a file of a version that is not next": func() error {
			return w.Store.SaveRegistrations(w.ctx, registrationFile("reg_1", 3), nil)
		},
		"one registration of two twice": func() error {
			return w.Store.SaveRegistrations(w.ctx, registrationFile("reg_2", 1), []store.Registration{
				registration("mer_a", "out_2", 1), registration("mer_a", "out_1", 1),
			})
		},
		"one registration of two over what is not there": func() error {
			return w.Store.SaveRegistrations(w.ctx, registrationFile("reg_2", 1), []store.Registration{
				registration("mer_a", "out_2", 1), registration("mer_a", "out_3", 2),
			})
		},
	} {
		if err := f(); !errors.Is(err, store.ErrConflict) {
			w.failf("%s: %v, want ErrConflict", name, err)
		}
	}
	all, err := w.Store.Registrations(w.ctx, "")
	w.must("registrations", err)
	files, err := w.Store.RegistrationFiles(w.ctx)
	w.must("files", err)
	if len(all) != 1 || len(files) != 1 {
		w.failf("%d registrations and %d files are there after refusals, want 1 and 1", len(all), len(files))
	}
}
