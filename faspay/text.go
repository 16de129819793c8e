package faspay

// Text is one sentence for the customer in both languages, safe to show.
type Text struct {
	EN string // literally OVO's where OVO prescribes it
	ID string // Indonesian, ours
}

// TextPhonePage stands beside the field for the phone number. OVO, Push To Pay API.
var TextPhonePage = Text{
	"Enter Your Registered Phone Number in the OVO Application with 08xxx format",
	"Masukkan nomor HP yang terdaftar di aplikasi OVO dengan format 08xxx",
}

var (
	textSuccess     = Text{"Payment Success", "Pembayaran berhasil"}
	textNotOnApps   = Text{"Phone Number not Registered on OVO Apps", "Nomor HP tidak terdaftar di aplikasi OVO"}
	textByUser      = Text{"Payment Canceled By User", "Pembayaran dibatalkan oleh pengguna"}
	textPushFailed  = Text{"Failed Push notif to users, please ensure user login to OVO app first", "Notifikasi gagal dikirim, pastikan Anda sudah masuk ke aplikasi OVO"}
	textCardBlocked = Text{"Card Blocked. Please call 1500696", "Kartu diblokir. Silakan hubungi 1500696"}
	textBlocked     = Text{"Account Blocked. Please call 1500696", "Akun diblokir. Silakan hubungi 1500696"}
	textLimit       = Text{"Your OVO transaction limit is exceeded", "Limit transaksi OVO Anda terlampaui"}
	textBelow       = Text{"The amount is below OVO's minimum payment", "Nominal di bawah minimum pembayaran OVO"}
	textFunds       = Text{"Your OVO balance is not sufficient", "Saldo OVO Anda tidak mencukupi"}
	textFailed      = Text{"Payment failed, please try another way to pay", "Pembayaran gagal, silakan gunakan cara pembayaran lain"}
	textWaiting     = Text{"Waiting for your payment in the OVO app", "Menunggu pembayaran Anda di aplikasi OVO"}
	textChecking    = Text{"We are checking your payment", "Kami sedang memeriksa pembayaran Anda"}
	textExpired     = Text{"The time to pay is over", "Waktu pembayaran telah habis"}
	textCanceled    = Text{"Your payment has been cancelled", "Pembayaran Anda telah dibatalkan"}
	textReversed    = Text{"Your payment has been given back", "Pembayaran Anda telah dikembalikan"}
)
