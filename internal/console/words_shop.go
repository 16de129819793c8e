package console

import "github.com/lunas-pay/lunas/internal/wording"

// They are never written.
var (
	sayConfigured = [2]wording.Words{
		{ID: "Merchant ini diatur di berkas konfigurasi", EN: "This merchant is set up in the configuration file"},
		{ID: "Ubahlah di berkas itu, lalu mulai ulang gateway. Yang dapat diubah di sini hanya merchant yang dibuat lewat API atau lunas merchants.", EN: "Change it there, and restart the gateway. Only merchants that were made by the API or by lunas merchants can be changed here."},
	}
	sayShopName = wording.Words{ID: "Nama terdiri atas 1 sampai 100 karakter dalam satu baris.", EN: "A name has 1 to 100 characters in one line."}
	sayScopes   = wording.Words{ID: "Pilih apa yang boleh dilakukan kunci ini.", EN: "Choose what the key may do."}
)

// shopWords are those of merchants, and of what was registered with providers.
var shopWords = map[string]wording.Words{ // never written
	"shops": {ID: "Merchant", EN: "Merchants"}, "shops_none": {ID: "Tidak ada merchant yang dapat Anda atur.", EN: "There is no merchant that you could look after."}, "shop": {ID: "Profil merchant", EN: "Merchant's set-up"},
	"from_where": {ID: "Asal", EN: "From"}, "from_file": {ID: "berkas konfigurasi", EN: "configuration file"}, "from_data": {ID: "data", EN: "data"}, "opened": {ID: "aktif", EN: "open"},
	"configured_hint": {ID: "Merchant ini diatur di berkas konfigurasi gateway, dan hanya dapat diubah di sana.", EN: "This merchant stands in the gateway's configuration file, and can be changed only there."},
	"prefer":          {ID: "Jalur yang didahulukan", EN: "Rails tried first"}, "fail_over": {ID: "Pindah jalur dalam", EN: "Goes on to another rail within"},
	"outlets": {ID: "Gerai", EN: "Outlets"}, "outlet": {ID: "Gerai", EN: "Outlet"}, "outlets_none": {ID: "Belum ada gerai: pembayaran milik merchant secara keseluruhan.", EN: "There are no outlets: payments are the merchant's as a whole."}, "whole_merchant": {ID: "seluruh merchant", EN: "the whole merchant"},
	"new_outlet": {ID: "Gerai baru", EN: "New outlet"}, "id_hint": {ID: "1 sampai 40 huruf kecil, angka, - dan _. Tidak dapat diubah lagi.", EN: "1 to 40 small letters, digits, - and _. It stays what it is."},
	"credentials": {ID: "Kredensial", EN: "Credentials"}, "in_use": {ID: "dipakai", EN: "in use"}, "since": {ID: "sejak", EN: "since"}, "replace_by": {ID: "ganti sebelum", EN: "to be replaced by"}, "revision": {ID: "Revisi ketentuan", EN: "Revision of its terms"},
	"store_code": {ID: "Kode toko", EN: "Store code"}, "provider_merchant": {ID: "Merchant ID di provider", EN: "Merchant id at the provider"}, "unusable": {ID: "tidak dapat dipakai", EN: "cannot be used"},
	"new_terminal": {ID: "Terminal baru", EN: "New terminal"}, "new_terminal_hint": {ID: "Isi seperti yang diberikan provider. Terminal langsung dapat dipakai.", EN: "Fill in what the provider has given. The terminal can be used at once."},
	"switch": {ID: "Matikan atau nyalakan akun", EN: "Switch an account off or on"}, "switch_off": {ID: "Matikan akun", EN: "Switch the account off"}, "switch_on": {ID: "Nyalakan akun", EN: "Switch the account on"},
	"switch_off_hint": {ID: "Akun ini tidak menerima pembayaran baru lagi. Yang sedang berjalan tetap diselesaikan, termasuk pembalikannya.", EN: "The account takes no new payments any more. Those under way are brought to their end, reversals too."},
	"switch_on_hint":  {ID: "Akun ini menerima pembayaran baru lagi.", EN: "The account takes new payments again."},

	"new_key": {ID: "Kunci API baru", EN: "New API key"}, "make_key": {ID: "Buat kunci", EN: "Make the key"}, "made_key": {ID: "Kunci API", EN: "API key"}, "made_key_done": {ID: "Kunci sudah dibuat.", EN: "The key was made."}, "kept_it": {ID: "Sudah saya simpan", EN: "I have kept it"},
	"made_key_hint": {ID: "Simpan sekarang di tempat rahasia program Anda: kunci ini tidak ditampilkan lagi.", EN: "Put it among your program's secrets now: it is not shown again."},
	"key_name_hint": {ID: "Program mana yang memakainya, misalnya kasir.", EN: "Which program uses it, such as the till."}, "key_lives": {ID: "Berlaku selama", EN: "Good for"}, "never_ends": {ID: "tanpa batas waktu", EN: "no end"},
	"scope_read": {ID: "melihat pembayaran", EN: "look at payments"}, "scope_pay": {ID: "meminta, menanyakan, dan menghentikan pembayaran", EN: "ask for payments, check and cancel them"}, "scope_refund": {ID: "membatalkan dan mengembalikan uang", EN: "void payments and give money back"}, "scope_admin": {ID: "mengatur webhook dan kunci API", EN: "set up webhooks and API keys"},
	"revoke_key": {ID: "Akhiri kunci API", EN: "End an API key"}, "end_key": {ID: "Akhiri", EN: "End it"}, "revoke_hint": {ID: "Program yang memakai kunci ini langsung ditolak. Tidak dapat dikembalikan.", EN: "Programs that use this key are refused at once. It cannot be brought back."},

	"registrations": {ID: "Pendaftaran di provider", EN: "Registration with providers"}, "registrations_none": {ID: "Merchant ini belum didaftarkan lewat berkas.", EN: "This merchant was not registered by files."}, "registrations_none_hint": {ID: "Berkas pendaftaran dibuat di mesin gateway dengan", EN: "A file of registrations is made on the gateway's machine by"},
	"registrations_hint": {ID: "Pendaftaran gerai di provider lewat berkas SFTP. Mengirim dan mengambil jawaban dilakukan di mesin gateway.", EN: "Outlets registered with a provider by files over SFTP. Sending and fetching are done on the gateway's machine."},
	"gate":               {ID: "Gerbang", EN: "Gate"}, "files": {ID: "Berkas", EN: "Files"}, "rows": {ID: "Baris", EN: "Rows"}, "sent": {ID: "Dikirim", EN: "Sent"}, "answered": {ID: "Dijawab", EN: "Answered"}, "todo_at": {ID: "Yang perlu dilakukan di gerbang", EN: "What is to be done at gate"},
	"registration_made": {ID: "belum dikirim", EN: "not sent yet"}, "registration_sent": {ID: "dikirim, menunggu jawaban", EN: "sent, waits for an answer"}, "registration_answered": {ID: "diterima, belum dipasang", EN: "accepted, not set up yet"}, "registration_applied": {ID: "siap dipakai", EN: "ready"}, "registration_refused": {ID: "ditolak", EN: "refused"},
	"file_made": {ID: "belum dikirim", EN: "not sent yet"}, "file_sent": {ID: "dikirim", EN: "sent"}, "file_answered": {ID: "dijawab", EN: "answered"}, "file_applied": {ID: "dijawab", EN: "answered"}, "file_refused": {ID: "ditolak", EN: "refused"},
	"todo_refused": {ID: "Perbaiki rincian yang ditolak (sebabnya di bawah), lalu siapkan lagi:", EN: "Correct the details that were refused (why stands below), then prepare again:"}, "todo_made": {ID: "Kirim yang sudah disiapkan:", EN: "Send what was prepared:"},
	"todo_sent": {ID: "Ambil jawaban provider:", EN: "Fetch the provider's answer:"}, "todo_answered": {ID: "Benahi yang disebut di bawah, lalu pasang:", EN: "Mend what stands below, then set it up:"},

	"done_outlet": {ID: "Gerai sudah dibuat.", EN: "The outlet was made."}, "done_account": {ID: "Akun sudah diubah.", EN: "The account was changed."}, "done_terminal": {ID: "Terminal sudah ditambahkan.", EN: "The terminal was added."}, "done_revoked": {ID: "Kunci sudah diakhiri.", EN: "The key was ended."},

	"refused_outlet_exists": {ID: "Gerai dengan id ini sudah ada.", EN: "There is an outlet of this id already."}, "refused_invalid_id": {ID: "Id terdiri atas 1 sampai 40 huruf kecil, angka, - dan _, dan diawali huruf atau angka.", EN: "An id has 1 to 40 small letters, digits, - and _, and begins with a letter or digit."},
	"refused_outlet_not_found": {ID: "Gerai ini tidak ada.", EN: "There is no such outlet."}, "refused_api_key_ended": {ID: "Kunci ini sudah berakhir.", EN: "This key has ended."}, "refused_merchant_configured": {ID: "Merchant ini diatur di berkas konfigurasi.", EN: "This merchant is set up in the configuration file."},
}
