package ovo

// Text is one sentence for the customer in both languages, safe to show.
type Text struct {
	EN string // literally OVO's where OVO prescribes it, spelling included
	ID string // Indonesian, ours
}

// Sentences that OVO prescribes beside those of the codes (OVO, Push To Pay API:
// Instruction on Input Phone Number Page, Instruction in the Waiting Page, Specific
// Error Message). They are never changed.
var (
	// TextPhonePage stands beside the field for the phone number.
	TextPhonePage = Text{
		"Enter Your Registered Phone Number in the OVO Application with 08xxx format",
		"Masukkan nomor HP yang terdaftar di aplikasi OVO dengan format 08xxx",
	}
	// TextWaitingSteps is the waiting page, variant 1: two bullets.
	TextWaitingSteps = [2]Text{
		{
			"Open you OVO Application and click bell icon to complete the Payment",
			"Buka aplikasi OVO dan ketuk ikon lonceng untuk menyelesaikan pembayaran",
		},
		{
			"Make sure you complete the payment with a specified time limit to avoid transaction timeout",
			"Pastikan pembayaran selesai sebelum batas waktu agar transaksi tidak kedaluwarsa",
		},
	}
	// TextWaiting is the waiting page, variant 2: one sentence.
	TextWaiting = Text{
		"Open your OVO Application and click the bell icon to complete the payment and make sure you complete the payment with a specified time to avoid transaction timeout",
		"Buka aplikasi OVO, ketuk ikon lonceng untuk menyelesaikan pembayaran, dan pastikan pembayaran selesai sebelum batas waktu agar transaksi tidak kedaluwarsa",
	}
	// TextTimeout is for a push without a 0210, once its reversal is due or done.
	TextTimeout = Text{"Transaction Timeout", "Waktu transaksi habis"}
	// TextChecking is ours, for the time between no answer and the reversal.
	TextChecking = Text{"We are checking your payment", "Kami sedang memeriksa pembayaran Anda"}
	// TextVoiding and TextVoided are ours; OVO wants the customer told "that transaction
	// is process/success to void".
	TextVoiding = Text{"Your payment is being cancelled", "Pembayaran Anda sedang dibatalkan"}
	TextVoided  = Text{"Your payment has been cancelled", "Pembayaran Anda telah dibatalkan"}
)

var (
	textSuccess     = Text{"Payment Success", "Pembayaran berhasil"}
	textNotOnApps   = Text{"Phone Number not Registered on OVO Apps", "Nomor HP tidak terdaftar di aplikasi OVO"}
	textNotInSystem = Text{"Phone Number not registered in OVO System", "Nomor HP tidak terdaftar di sistem OVO"}
	textCanceled    = Text{"Payment Canceled By User", "Pembayaran dibatalkan oleh pengguna"}
	textPushFailed  = Text{"Failed Push notif to users, please ensure user login to OVO app first", "Notifikasi gagal dikirim, pastikan Anda sudah masuk ke aplikasi OVO"}
	textCardBlocked = Text{"Card Blocked. Please call 1500696", "Kartu diblokir. Silakan hubungi 1500696"}
	textBlocked     = Text{"Account Blocked. Please call 1500696", "Akun diblokir. Silakan hubungi 1500696"}
	textLimit       = Text{"Your OVO transaction limit is exceeded", "Limit transaksi OVO Anda terlampaui"}
	textBelow       = Text{"The amount is below OVO's minimum payment", "Nominal di bawah minimum pembayaran OVO"}
	textFunds       = Text{"Your OVO balance is not sufficient", "Saldo OVO Anda tidak mencukupi"}
	textFailed      = Text{"Payment failed, please try another way to pay", "Pembayaran gagal, silakan gunakan cara pembayaran lain"}
	textVoidNotDone = Text{"Your payment could not be cancelled", "Pembayaran Anda tidak dapat dibatalkan"}
)

// text chooses the customer's sentence.
func (c Code) text(o Operation, f Follow) Text {
	switch o {
	case Push:
		return c.pushText(f)
	case Inquiry:
		switch {
		case c == "14":
			return textNotInSystem
		case c == "56" || c == "64":
			return c.pushText(f)
		}
	case Void, CheckVoid:
		switch {
		case f == Approved || f == Reversed:
			return TextVoided
		case f == NotFound || f == Declined || f == Misconfigured && o == Void:
			return textVoidNotDone
		}
		return TextVoiding
	}
	return Text{}
}

func (c Code) pushText(f Follow) Text {
	switch c {
	case Success:
		return textSuccess
	case "14":
		return textNotOnApps
	case "17":
		return textCanceled
	case "26":
		return textPushFailed
	case "51":
		return textFunds
	case "56":
		return textCardBlocked
	case "61", "65":
		return textLimit
	case "64":
		return textBlocked
	case "67":
		return textBelow
	}
	if f == Unknown {
		return TextChecking
	}
	return textFailed
}
