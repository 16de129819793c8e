package console

import "github.com/lunas-pay/lunas/internal/wording"

// They are never written.
var (
	sayCurrent   = wording.Words{ID: "Kata sandi Anda yang sekarang salah.", EN: "Your present password is wrong."}
	sayGrants    = wording.Words{ID: "Beri paling sedikit satu peran, satu per merchant, dan hanya untuk merchant milik Anda.", EN: "Give at least one role, one for a merchant, and only for merchants that you own."}
	sayBusyTitle = wording.Words{ID: "Belum disimpan", EN: "Not saved yet"}
)

// userWords are those of users and of one's own account.
var userWords = map[string]wording.Words{ // never written
	"my_account": {ID: "Akun saya", EN: "My account"}, "change_password": {ID: "Ganti kata sandi", EN: "Change password"}, "current": {ID: "Kata sandi sekarang", EN: "Present password"},
	"new_totp": {ID: "Ganti faktor kedua", EN: "Change second factor"}, "new_recovery": {ID: "Buat kode pemulihan baru", EN: "Make new recovery codes"}, "codes_left": {ID: "Kode pemulihan tersisa:", EN: "Recovery codes left:"},
	"sessions": {ID: "Sesi", EN: "Sessions"}, "session_here": {ID: "browser ini", EN: "this browser"}, "seen": {ID: "terakhir dipakai", EN: "last used"}, "end_others": {ID: "Keluar di semua tempat lain", EN: "Log out everywhere else"},
	"other_sessions_end": {ID: "Semua sesi lain berakhir.", EN: "All other sessions end."},

	"users": {ID: "Pengguna", EN: "Users"}, "user": {ID: "Pengguna", EN: "User"}, "new_user": {ID: "Pengguna baru", EN: "New user"}, "roles": {ID: "Peran", EN: "Roles"}, "role": {ID: "Peran", EN: "Role"}, "no_role": {ID: "– tanpa –", EN: "– none –"},
	"everywhere": {ID: "Semua merchant", EN: "All merchants"}, "add_role": {ID: "Tambah peran", EN: "Add a role"}, "save": {ID: "Simpan", EN: "Save"}, "create_user": {ID: "Buat, dan tampilkan tautan", EN: "Create, and show the link"},
	"invite": {ID: "Buat tautan baru", EN: "Make a new link"}, "invite_hint": {ID: "Untuk kata sandi atau ponsel yang hilang: tautan memberi kata sandi dan faktor kedua yang baru.", EN: "For a lost password or phone: the link sets a new password and second factor."},
	"disable": {ID: "Nonaktifkan", EN: "Disable"}, "enable": {ID: "Aktifkan lagi", EN: "Enable again"}, "disabled": {ID: "nonaktif", EN: "disabled"}, "not_ready": {ID: "belum membuka tautan", EN: "has not opened the link"}, "yourself": {ID: "Anda", EN: "you"}, "active": {ID: "aktif", EN: "active"},
	"link": {ID: "Tautan untuk pengguna", EN: "Link for the user"}, "link_hint": {ID: "Berikan tautan ini kepada orangnya lewat jalan yang aman. Ia hanya tampil sekarang, dan berlaku sekali.", EN: "Give this link to the person by a safe way. It is shown only now, and is good once."},
	"roles_hint": {ID: "Pengamat melihat. Operator juga meminta. Penyetuju juga memutuskan. Pengembang melihat dan mengurus webhook. Pemilik boleh segalanya.", EN: "A viewer sees. An operator also asks. An approver also decides. A developer sees and looks after webhooks. An owner does everything."},

	"done_password": {ID: "Kata sandi sudah diganti.", EN: "The password was changed."}, "done_sessions": {ID: "Semua sesi lain sudah berakhir.", EN: "All other sessions have ended."}, "done_user": {ID: "Sudah disimpan. Sesi pengguna itu berakhir.", EN: "Saved. The user's sessions have ended."},
}
