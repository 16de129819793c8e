package console

import (
	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/wording"
)

// words are all labels of the pages.
func words() []map[string]wording.Words {
	return []map[string]wording.Words{frameWords, viewWords, lookWords, bookWords, shopWords, saidWords, stateWords(), actionWords, userWords}
}

// What is said instead of a page: a title and a text. They are never written.
var (
	sayForbidden = [2]wording.Words{
		{ID: "Anda tidak berwenang", EN: "You may not do this"},
		{ID: "Peran Anda tidak mencakup halaman ini. Mintalah kepada pemilik.", EN: "Your roles do not cover this page. Ask an owner."},
	}
	sayNotFound = [2]wording.Words{
		{ID: "Halaman tidak ditemukan", EN: "Page not found"},
		{ID: "Tautannya salah, atau Anda tidak mempunyai peran di sana.", EN: "The link is wrong, or you have no role there."},
	}
	sayLogInAgain = [2]wording.Words{
		{ID: "Silakan masuk lagi", EN: "Please log in again"},
		{ID: "Sesi Anda sudah berakhir. Tidak ada yang diubah.", EN: "Your session has ended. Nothing was changed."},
	}
	sayTooLarge = [2]wording.Words{
		{ID: "Isian terlalu panjang", EN: "The form is too long"},
		{ID: "Tidak ada yang diubah. Persingkat isiannya.", EN: "Nothing was changed. Make it shorter."},
	}
	sayOIDCAway = [2]wording.Words{
		{ID: "Penyedia identitas tidak menjawab", EN: "The identity provider does not answer"},
		{ID: "Coba lagi sebentar lagi, atau masuk dengan kata sandi.", EN: "Try again in a moment, or log in with a password."},
	}
	sayOIDCStale = [2]wording.Words{
		{ID: "Mulai lagi dari halaman masuk", EN: "Start again at the log-in page"},
		{ID: "Percobaan masuk ini terlalu lama, atau tidak dimulai di peramban ini.", EN: "This log-in took too long, or was not begun in this browser."},
	}
	sayOIDCNo = [2]wording.Words{
		{ID: "Anda tidak dapat masuk dengan akun ini", EN: "You cannot log in with this account"},
		{ID: "Pemilik konsol harus lebih dulu membuat pengguna dengan alamat e-mail akun ini, dan penyedia identitas harus sudah memverifikasinya.", EN: "An owner of the console must first make a user with the e-mail address of this account, and the identity provider must have verified it."},
	}
	sayTrouble = [2]wording.Words{
		{ID: "Halaman ini belum dapat ditampilkan", EN: "This page cannot be shown right now"},
		{ID: "Coba lagi sebentar. Bila Anda sedang mengubah sesuatu, lihat dulu apakah sudah terjadi.", EN: "Try again in a moment. If you were changing something, look first whether it has happened."},
	}
	sayLinkUsed = [2]wording.Words{
		{ID: "Tautan ini tidak berlaku", EN: "This link is not valid"},
		{ID: "Tautan ini sudah dipakai atau kedaluwarsa. Mintalah yang baru kepada pemilik, atau jalankan lunas users reset. Bila belum ada pengguna sama sekali, jalankan lunas lagi: tautan baru dicetak.", EN: "It was used before, or has expired. Ask an owner for a new one, or run lunas users reset. Where there is no user yet, start lunas again: it prints a new link."},
	}
	sayAttempts = wording.Words{ID: "Terlalu banyak percobaan. Tunggu beberapa menit, lalu coba lagi.", EN: "Too many tries. Wait a few minutes, then try again."}
	sayLogin    = wording.Words{ID: "Nama, kata sandi, atau kode salah. Kode hanya dapat dipakai sekali: tunggu kode berikutnya.", EN: "The name, the password or the code is wrong. A code is good once: wait for the next one."}
	sayBusy     = wording.Words{ID: "Ada perubahan lain pada saat yang sama. Coba lagi.", EN: "Something else changed at the same time. Try again."}

	sayName      = wording.Words{ID: "Nama terdiri atas 3 sampai 64 huruf, angka, atau . _ - + @, diawali huruf atau angka.", EN: "A name has 3 to 64 letters, digits, or . _ - + @, and begins with a letter or a digit."}
	sayNameTaken = wording.Words{ID: "Nama ini sudah dipakai.", EN: "This name is taken."}
	sayShort     = wording.Words{ID: "Kata sandi paling sedikit 12 karakter. Beberapa kata lebih mudah diingat.", EN: "A password has at least 12 characters. A few words are easier to remember."}
	sayLong      = wording.Words{ID: "Kata sandi paling banyak 128 karakter.", EN: "A password has at most 128 characters."}
	saySimple    = wording.Words{ID: "Kata sandi ini mudah ditebak.", EN: "This password is easily guessed."}
	sayTwice     = wording.Words{ID: "Kedua kata sandi tidak sama.", EN: "The two passwords differ."}
	sayCode      = wording.Words{ID: "Kode ini salah. Pindai QR-nya, dan ketik kode enam angka yang sekarang tampil di aplikasi.", EN: "This code is wrong. Scan the QR, and type the six digits that the app shows now."}
)

// frameWords are those of the frame, and of coming and going.
var frameWords = map[string]wording.Words{ // never written
	"console": {ID: "Konsol lunas", EN: "lunas console"}, "menu": {ID: "Menu", EN: "Menu"}, "skip": {ID: "Langsung ke isi", EN: "Skip to content"},
	"language": {ID: "Bahasa", EN: "Language"}, "merchant": {ID: "Merchant", EN: "Merchant"},
	"oidc":  {ID: "Masuk dengan", EN: "Log in with"},
	"login": {ID: "Masuk", EN: "Log in"}, "logout": {ID: "Keluar", EN: "Log out"},
	"name": {ID: "Nama", EN: "Name"}, "name_hint": {ID: "Misalnya alamat surel Anda. Huruf kecil.", EN: "For instance your e-mail address. Lower case."},
	"password": {ID: "Kata sandi", EN: "Password"}, "password_hint": {ID: "Paling sedikit 12 karakter.", EN: "At least 12 characters."}, "password_again": {ID: "Kata sandi sekali lagi", EN: "Password once more"},
	"code": {ID: "Kode", EN: "Code"}, "code_hint": {ID: "Enam angka dari aplikasi autentikator, atau kode pemulihan.", EN: "Six digits from your authenticator app, or a recovery code."},
	"setup": {ID: "Buat akun Anda", EN: "Set up your account"}, "setup_first": {ID: "Akun ini menjadi pemilik: ia boleh segalanya.", EN: "This account becomes the owner: it may do everything."},
	"setup_submit": {ID: "Simpan dan masuk", EN: "Save and log in"},
	"totp":         {ID: "Faktor kedua", EN: "Second factor"}, "totp_hint": {ID: "Pindai QR ini dengan aplikasi autentikator (misalnya Google Authenticator), lalu ketik kode yang tampil.", EN: "Scan this QR with an authenticator app (Google Authenticator, for instance), then type the code that it shows."},
	"totp_alt": {ID: "Kode QR untuk aplikasi autentikator", EN: "QR code for the authenticator app"}, "totp_text": {ID: "Atau ketik kunci ini:", EN: "Or type this key:"},
	"totp_code": {ID: "Kode enam angka", EN: "Six-digit code"},
	"recovery":  {ID: "Kode pemulihan", EN: "Recovery codes"}, "recovery_hint": {ID: "Simpan kode ini di tempat aman. Masing-masing menggantikan satu kode bila ponsel Anda hilang. Tidak ditampilkan lagi.", EN: "Keep these in a safe place. Each stands in for one code if you lose your phone. They are not shown again."},
	"recovery_go": {ID: "Sudah saya simpan", EN: "I have kept them"},
	"home":        {ID: "Merchant", EN: "Merchants"}, "home_none": {ID: "Anda belum mempunyai peran di merchant mana pun.", EN: "You have no role for any merchant yet."},
	"overview": {ID: "Ringkasan", EN: "Overview"}, "back": {ID: "Kembali", EN: "Back"}, "apology": {ID: "Maaf", EN: "Sorry"},

	"role_viewer": {ID: "Pengamat", EN: "Viewer"}, "role_operator": {ID: "Operator", EN: "Operator"}, "role_approver": {ID: "Penyetuju", EN: "Approver"},
	"role_developer": {ID: "Pengembang", EN: "Developer"}, "role_owner": {ID: "Pemilik", EN: "Owner"},
}

// stateWords name the states of payments.
func stateWords() map[string]wording.Words {
	all := map[string]wording.Words{}
	for _, s := range payment.States() {
		all["state_"+string(s)] = language.State(s)
	}
	return all
}
