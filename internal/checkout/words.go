package checkout

import (
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/wording"
)

// The sentences that only the pages say. What OVO prescribes comes from package wording and from the rail. Each says no
// more than is certain in its state. They are never written.
var (
	sayChoose       = wording.Words{ID: "Pilih cara membayar", EN: "Choose how to pay"}
	sayPayNow       = wording.Words{ID: "Bayar sekarang", EN: "Pay now"}
	sayPayByOVO     = wording.Words{ID: "Bayar dengan OVO", EN: "Pay with OVO"}
	sayTooLate      = wording.Words{ID: "Waktu untuk membayar sudah habis", EN: "The time to pay is over"}
	sayPhoneWrong   = wording.Words{ID: "Nomor HP ini belum benar. Tulis 10 sampai 13 angka, diawali 08.", EN: "This is not a phone number that we can use. Write 10 to 13 digits, beginning with 08."}
	sayCorrect      = wording.Words{ID: "Saldo Anda tidak terpotong. Perbaiki nomornya, lalu kirim lagi.", EN: "You have not been charged. Correct the number and send it again."}
	sayOtherNumber  = wording.Words{ID: "Saldo Anda tidak terpotong. Pilih OVO lagi dengan nomor lain, atau cara lain.", EN: "You have not been charged. Choose OVO again with another number, or choose another way."}
	sayLastTry      = wording.Words{ID: "Ini percobaan terakhir untuk pesanan ini.", EN: "This is the last try for this order."}
	sayPhonesTried  = wording.Words{ID: "Sudah terlalu banyak nomor yang dicoba. Pilih cara lain, atau kembali ke toko.", EN: "Too many numbers have been tried. Choose another way, or go back to the shop."}
	sayPhoneLimited = wording.Words{ID: "Nomor ini baru saja menerima beberapa permintaan pembayaran. Coba lagi sebentar lagi.", EN: "This number has just had several payment requests. Try again in a little while."}
	sayCutOff       = wording.Words{ID: "Menjelang tengah malam pembayaran dengan OVO ditutup. Coba lagi setelah pukul 00.00 WIB, atau pilih cara lain.", EN: "Payments with OVO are closed just before midnight. Try again after 00:00 WIB, or choose another way."}
	sayNotNow       = wording.Words{ID: "Cara ini sedang tidak dapat dipakai, dan saldo Anda tidak terpotong. Coba lagi, atau pilih cara lain.", EN: "This way cannot be used right now, and you have not been charged. Try again, or choose another way."}

	sayConfirm   = wording.Words{ID: "Selesaikan di aplikasi OVO", EN: "Complete it in your OVO app"}
	sayScan      = wording.Words{ID: "Pindai untuk membayar", EN: "Scan to pay"}
	sayPreparing = wording.Words{ID: "Menyiapkan pembayaran", EN: "Preparing your payment"}
	sayContinue  = wording.Words{ID: "Lanjutkan pembayaran", EN: "Continue your payment"}
	sayElsewhere = wording.Words{ID: "Anda membayar di halaman mitra pembayaran kami. Hasilnya tampil juga di sini.", EN: "You pay on the page of our payment partner. The result is shown here too."}
	sayDoNotPay  = wording.Words{ID: "Mohon tunggu dan jangan membayar.", EN: "Please wait, and do not pay."}
	sayQRExpired = wording.Words{ID: "Kode QR sudah tidak berlaku", EN: "The QR code has expired"}

	sayChecking      = wording.Words{ID: "OVO belum memberi jawaban pasti. Kami menunggu sampai hasilnya jelas.", EN: "OVO has not given a certain answer yet. We are waiting until it is clear."}
	sayCheckingQR    = wording.Words{ID: "Kode QR sudah tidak berlaku. Kami memastikan dulu apakah Anda sudah membayar.", EN: "The QR code has expired. We are making sure whether you have paid."}
	sayReceived      = wording.Words{ID: "Terima kasih, pembayaran Anda sudah kami terima.", EN: "Thank you, we have received your payment."}
	sayNotCharged    = wording.Words{ID: "Saldo Anda tidak terpotong.", EN: "You have not been charged."}
	sayGivingBack    = wording.Words{ID: "Bila saldo Anda sempat terpotong, uangnya sedang dikembalikan.", EN: "If you were charged, the money is being given back."}
	sayGivenBack     = wording.Words{ID: "Pembayaran ini batal. Bila saldo Anda sempat terpotong, uangnya sudah dikembalikan.", EN: "This payment was not made. If you were charged, the money has been given back."}
	sayVoiding       = wording.Words{ID: "Toko membatalkan pembayaran ini. Halaman ini akan memberi tahu bila sudah selesai.", EN: "The shop is cancelling this payment. This page will say when it is done."}
	sayRefunding     = wording.Words{ID: "Toko mengembalikan pembayaran ini. Halaman ini akan memberi tahu bila sudah selesai.", EN: "The shop is refunding this payment. This page will say when it is done."}
	sayBack          = wording.Words{ID: "Uangnya sudah kembali ke aplikasi yang Anda pakai untuk membayar.", EN: "The money is back in the app that you paid with."}
	sayHuman         = wording.Words{ID: "Seorang petugas sedang memeriksa pembayaran ini.", EN: "A person is looking at this payment."}
	sayStopScanning  = wording.Words{ID: "Toko membatalkan pembayaran ini. Jangan memindai kode yang lama.", EN: "The shop is cancelling this payment. Do not scan the old code."}
	sayWait          = wording.Words{ID: "Mohon tunggu, halaman ini berubah sendiri.", EN: "Please wait, this page changes by itself."}
	sayDoNotPayTwice = wording.Words{ID: "Mohon tunggu dan jangan membayar dua kali.", EN: "Please wait, and do not pay twice."}
	sayOldQR         = wording.Words{ID: "Mohon tunggu dan jangan memindai kode yang lama.", EN: "Please wait, and do not scan the old code."}
	sayClose         = wording.Words{ID: "Anda boleh menutup halaman ini.", EN: "You may close this page."}
	sayAskShop       = wording.Words{ID: "Jangan membayar lagi. Hubungi toko dan sebutkan nomor pesanan di atas.", EN: "Do not pay again. Contact the shop and give the order number above."}
	sayShopAgain     = wording.Words{ID: "Kembali ke toko untuk mencoba lagi.", EN: "Go back to the shop to try again."}
	sayOtherWay      = wording.Words{ID: "Kembali ke toko dan pilih cara pembayaran lain.", EN: "Go back to the shop and choose another way to pay."}
	sayRenew         = wording.Words{ID: "Buat kode QR baru bila Anda masih ingin membayar.", EN: "Make a new QR code if you still want to pay."}
)

// confirmSteps are for a rail that prescribes none.
func confirmSteps() []wording.Words {
	return []wording.Words{{ID: "Buka aplikasi OVO dan selesaikan pembayaran", EN: "Open your OVO app and complete the payment"}}
}

func scanSteps() []wording.Words {
	return []wording.Words{
		{ID: "Buka aplikasi yang dapat membayar QRIS", EN: "Open an app that can pay QRIS"},
		{ID: "Pindai kode ini, atau simpan gambarnya lalu pilih dari galeri", EN: "Scan this code, or save its picture and choose it from your gallery"},
		{ID: "Periksa nama toko dan jumlahnya, lalu bayar", EN: "Check the shop's name and the amount, then pay"},
	}
}

// steps say what to do after a failure, by our stable word for it.
var steps = map[string]wording.Words{ // never written
	"qr_not_paid":                   sayShopAgain,
	string(payment.ReasonTimeout):   sayShopAgain,
	"canceled_by_customer":          sayShopAgain,
	string(payment.ReasonNotChosen): sayShopAgain,
	"phone_not_registered":          {ID: "Kembali ke toko dan periksa nomor HP Anda.", EN: "Go back to the shop and check your phone number."},
	"push_not_delivered":            {ID: "Buka aplikasi OVO dan masuk, lalu coba lagi dari toko.", EN: "Open the OVO app and log in, then try again from the shop."},
	"insufficient_funds":            {ID: "Isi saldo OVO Anda, lalu coba lagi dari toko.", EN: "Top up your OVO balance, then try again from the shop."},
	"card_blocked":                  {ID: "Hubungi OVO di 1500696, atau pilih cara pembayaran lain di toko.", EN: "Call OVO at 1500696, or choose another way to pay in the shop."},
	"account_blocked":               {ID: "Hubungi OVO di 1500696, atau pilih cara pembayaran lain di toko.", EN: "Call OVO at 1500696, or choose another way to pay in the shop."},
	"customer_limit_exceeded":       sayOtherWay,
	"limit_exceeded":                sayOtherWay,
	"below_minimum":                 sayOtherWay,
	"invalid_amount":                sayOtherWay,
	string(payment.ReasonNoQR):      sayShopAgain,
	string(payment.ReasonNotSent):   sayShopAgain,
}

func nextStep(f *payment.Failure) wording.Words {
	if f != nil {
		if step, ok := steps[f.Code]; ok {
			return step
		}
	}
	return sayOtherWay
}

// labels are the small words of a page.
var labels = map[string]wording.Words{ // never written
	"pay_to":        {ID: "Pembayaran untuk", EN: "Payment to"},
	"order":         {ID: "Nomor pesanan", EN: "Order number"},
	"amount":        {ID: "Jumlah", EN: "Amount"},
	"left":          {ID: "Sisa waktu", EN: "Time left"},
	"until":         {ID: "Sampai pukul", EN: "Until"},
	"save_qr":       {ID: "Simpan gambar QR", EN: "Save QR picture"},
	"by_ovo_push":   {ID: "OVO", EN: "OVO"},
	"by_ovo_push_2": {ID: "Konfirmasi di aplikasi OVO", EN: "Confirm in the OVO app"},
	"by_qris":       {ID: "QRIS", EN: "QRIS"},
	"by_qris_2":     {ID: "Pindai dengan aplikasi apa saja", EN: "Scan with any app"},
	"give_phone":    wording.GivePhone,
	"tried":         {ID: "Nomor tadi berakhiran", EN: "The number you gave ends in"},
	"pay_phone":     {ID: "Kirim ke aplikasi OVO", EN: "Send to the OVO app"},
	"asking":        {ID: "Memeriksa …", EN: "Checking …"},
	"other":         {ID: "Cara lain", EN: "Another way"},
	"ends":          {ID: "Dapat dibayar sampai", EN: "Can be paid until"},
	"back_soon":     {ID: "Anda kembali ke toko dalam", EN: "You go back to the shop in"},
	"seconds":       {ID: "detik", EN: "seconds"},
	"back":          {ID: "Kembali ke toko", EN: "Back to the shop"},
	"go":            {ID: "Lanjutkan", EN: "Continue"},
	"renew":         {ID: "Buat kode QR baru", EN: "Make a new QR code"},
	"qr_alt":        {ID: "Kode QRIS untuk pembayaran ini", EN: "QRIS code for this payment"},
	"test":          {ID: "Uji coba: tidak ada uang sungguhan", EN: "Test: no real money"},
	"language":      {ID: "Bahasa", EN: "Language"},
	"by_itself":     {ID: "Halaman ini berubah sendiri. Aman untuk dimuat ulang atau ditutup.", EN: "This page changes by itself. It is safe to reload or close."},
	"offline":       {ID: "Sambungan terputus. Keadaan di bawah ini mungkin sudah berubah.", EN: "The connection is lost. What you see below may have changed."},
	"powered":       {ID: "Pembayaran diproses oleh lunas", EN: "Payment processed by lunas"},
	"not_found":     {ID: "Halaman pembayaran tidak ditemukan", EN: "Payment page not found"},
	"not_found_2":   {ID: "Tautan ini tidak lengkap atau salah. Buka lagi tautan dari toko.", EN: "This link is incomplete or wrong. Open the link from the shop again."},
	"trouble":       {ID: "Halaman ini belum dapat ditampilkan", EN: "This page cannot be shown right now"},
	"trouble_2":     {ID: "Pembayaran Anda tidak terpengaruh. Halaman ini mencoba lagi sendiri; jangan membayar dua kali.", EN: "Your payment is not affected. This page tries again by itself; do not pay twice."},
}
