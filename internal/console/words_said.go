package console

import (
	"strings"

	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/webhook"
	"github.com/lunas-pay/lunas/internal/wording"
)

// This file says in the visitor's language what other rooms keep in English: why something is stopped or off, what the
// doctor looks at, and who says something of a discrepancy.

// Held says why a terminal is stopped.
func (v *visit) Held(why string) string { return v.Say(heldWords(why)) }

func heldWords(why string) wording.Words {
	const before, after = "the provider has seen number ", " before: move the numbering ahead, then release the terminal"
	number, found := strings.CutPrefix(why, before)
	if number, ends := strings.CutSuffix(number, after); found && ends {
		return wording.Words{ID: "provider sudah pernah melihat nomor " + number + ": majukan penomoran, lalu lepaskan terminal", EN: why}
	}
	return language.Same(why)
}

// Disabled says why an endpoint is off.
func (v *visit) Disabled(why string) string { return v.Say(offWords(why)) }

func offWords(why string) wording.Words {
	switch why {
	case webhook.ReasonGone:
		return wording.Words{ID: "toko menjawab 410: alamatnya sudah tidak ada", EN: why}
	case webhook.ReasonDead:
		return wording.Words{ID: "tiga hari tidak menerima webhook", EN: why}
	}
	return language.Same(why)
}

// numberTrouble says why a terminal has no next number.
func numberTrouble(err error) wording.Words {
	switch err {
	case payment.ErrBatchFull:
		return wording.Words{ID: "nomor 999999 sudah terpakai, dan batch dinamai menurut hari: baru ada nomor besok", EN: err.Error()}
	case payment.ErrBatchesUsedUp:
		return wording.Words{ID: "batch 999999 sudah habis: terminal ini tidak punya nomor lagi", EN: err.Error()}
	}
	return language.Same(err.Error())
}

// Standing names what a line of a settlement file says.
func (v *visit) Standing(s recap.Standing) string { return v.Say(recap.NameOf(s)) }

// About names what a finding of the doctor is about.
func (v *visit) About(f doctor.Finding) string {
	if account, ok := strings.CutPrefix(f.About, "account "); ok {
		return v.Word("about_account") + " " + account
	}
	return v.named("about_", f.About)
}

// Check names what the doctor has looked at.
func (v *visit) Check(f doctor.Finding) string {
	if account, ok := strings.CutPrefix(f.Check, "callback of "); ok {
		return v.Word("check_callback") + " " + account
	}
	return v.named("check_", f.Check)
}

// named is a word of the tables, or the word itself where they have none: a setting of a database.
func (v *visit) named(prefix, name string) string {
	if w, ok := v.s.pages.words[prefix+slug(name)]; ok {
		return v.Say(w)
	}
	return name
}

// slug is a name as keys of words have it.
func slug(name string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(name))
}

// Found, Wanted and Mend are what a finding says.
func (v *visit) Found(f doctor.Finding) string {
	found, _, _ := f.Words()
	return v.Say(found)
}

// Wanted says what is wanted.
func (v *visit) Wanted(f doctor.Finding) string {
	_, wanted, _ := f.Words()
	return v.Say(wanted)
}

// Mend says how it is mended; empty where nothing is to be.
func (v *visit) Mend(f doctor.Finding) string {
	_, _, mend := f.Words()
	return v.Say(mend)
}

// saidWords name what other rooms keep in English.
var saidWords = map[string]wording.Words{ // never written
	"about_account": {ID: "akun", EN: "account"}, "about_this_machine": {ID: "mesin ini", EN: "this machine"}, "about_database": {ID: "basis data", EN: "database"},
	"about_outside": {ID: "dari luar", EN: "outside"},

	"check_account": {ID: "akun", EN: "account"}, "check_clock": {ID: "jam", EN: "clock"}, "check_time_zone": {ID: "zona waktu", EN: "time zone"}, "check_cut_off": {ID: "batas waktu", EN: "cut-off"},
	"check_mail": {ID: "surel", EN: "mail"}, "check_permissions": {ID: "izin berkas", EN: "permissions"}, "check_key_folder": {ID: "folder kunci", EN: "key folder"}, "check_free_space": {ID: "ruang kosong", EN: "free space"},
	"check_file_system": {ID: "sistem berkas", EN: "file system"}, "check_fsync": {ID: "fsync", EN: "fsync"}, "check_egress_address": {ID: "alamat keluar", EN: "egress address"}, "check_callback": {ID: "callback", EN: "callback of"},
	"check_channel": {ID: "kanal", EN: "channel"}, "check_keys": {ID: "kunci", EN: "keys"}, "check_tls_chain": {ID: "rantai TLS", EN: "TLS chain"}, "check_token": {ID: "token", EN: "token"}, "check_signature": {ID: "tanda tangan", EN: "signature"},
	"check_numbering": {ID: "penomoran", EN: "numbering"}, "check_fence": {ID: "pagar", EN: "fence"}, "check_master_key": {ID: "kunci induk", EN: "master key"}, "check_settings": {ID: "pengaturan", EN: "settings"},

	"source_journal": {ID: "catatan kami", EN: "our journal"}, "source_provider": {ID: "provider", EN: "provider"}, "source_file": {ID: "berkas", EN: "file"},
}
