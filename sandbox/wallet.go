package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Wallet is one customer's OVO account, the same behind every provider.
type Wallet struct {
	Phone  string `json:"phone"`  // 08…, 10 to 13 digits
	Name   string `json:"name"`   // as on the account
	Cash   int64  `json:"cash"`   // rupiah of OVO Cash
	Points int64  `json:"points"` // OVO Points, one rupiah each
	// AskPIN has the customer type SecurityCode on the wallet page before a payment.
	AskPIN bool   `json:"ask_pin,omitempty"`
	Habit  Effect `json:"habit,omitzero"` // what happens to this phone's pushes when no script says otherwise
}

type wallet struct {
	Wallet
	recent   []*payment // the last ones, oldest first
	revision uint64
}

// recentKept is how many payments of one phone its page can show.
const recentKept = 60

// PutWallet creates the wallet of w.Phone or replaces its name, balances and habit.
// It returns an error for a phone that is no Indonesian mobile number or a negative
// balance.
func (c *Core) PutWallet(w Wallet) error {
	phone, ok := normalPhone(w.Phone)
	if !ok {
		return fmt.Errorf("put wallet %s: a phone is 08 and 8 to 11 more digits", maskPhone(w.Phone))
	}
	if w.Cash < 0 || w.Points < 0 || w.Cash > amountMax || w.Points > amountMax {
		return fmt.Errorf("put wallet %s: balances go from 0 to %d", maskPhone(phone), int64(amountMax))
	}
	if err := w.Habit.check(); err != nil {
		return fmt.Errorf("put wallet %s: %w", maskPhone(phone), err)
	}
	w.Phone = phone
	known := c.wallets[phone]
	if known == nil {
		known = &wallet{}
		c.wallets[phone] = known
		c.phones = append(c.phones, phone)
	}
	c.paidIn += w.Cash + w.Points - known.Cash - known.Points
	known.Wallet = w
	c.touch(known)
	return nil
}

// TopUp adds to a wallet's balances; negative amounts take away. A balance never
// falls below zero or rises past 10^15.
func (c *Core) TopUp(phone string, cash, points int64) error {
	w := c.wallet(phone)
	if w == nil {
		return ErrUnknownPhone
	}
	changed := w.Wallet
	changed.Cash, changed.Points = changed.Cash+cash, changed.Points+points
	return c.PutWallet(changed)
}

// Wallets lists the wallets in order of creation.
func (c *Core) Wallets() []Wallet {
	list := make([]Wallet, 0, len(c.phones))
	for _, phone := range c.phones {
		list = append(list, c.wallets[phone].Wallet)
	}
	return list
}

// Wallet returns the wallet of a phone, written 08…, 62… or +62….
func (c *Core) Wallet(phone string) (Wallet, bool) {
	if w := c.wallet(phone); w != nil {
		return w.Wallet, true
	}
	return Wallet{}, false
}

// wallet finds a wallet; the phones 0812111100RC come into being when first used.
func (c *Core) wallet(phone string) *wallet {
	if w := c.wallets[phone]; w != nil {
		return w
	}
	normal, ok := normalPhone(phone)
	if !ok {
		return nil
	}
	if w := c.wallets[normal]; w != nil {
		return w
	}
	if seeded, ok := codeWallet(normal); ok && c.options.seeded {
		if c.PutWallet(seeded) == nil {
			return c.wallets[normal]
		}
	}
	return nil
}

func (c *Core) touch(w *wallet) {
	c.revision++
	if w != nil {
		w.revision = c.revision
	}
}

// remember keeps p among the wallet's recent payments.
func (w *wallet) remember(p *payment) {
	w.recent = append(w.recent, p)
	if len(w.recent) >= 2*recentKept {
		w.recent = append(w.recent[:0:0], w.recent[len(w.recent)-recentKept:]...)
	}
}

// split says what a choice takes from a wallet: for both, half in points as far as
// they go, the rest in cash, and more points where cash does not reach.
func (w *wallet) split(choice Choice, amount int64) (cash, points int64, ok bool) {
	switch choice {
	case Cash:
		return amount, 0, amount <= w.Cash
	case Points:
		return 0, amount, amount <= w.Points
	}
	points = min(amount/2, w.Points)
	cash = amount - points
	if cash > w.Cash {
		cash = w.Cash
		points = amount - cash
	}
	return cash, points, points <= w.Points
}

// normalPhone writes 08…, 62… and +62… as 08…: 10 to 13 digits.
func normalPhone(s string) (string, bool) {
	switch {
	case strings.HasPrefix(s, "08"):
	case strings.HasPrefix(s, "628"):
		s = "0" + s[2:]
	case strings.HasPrefix(s, "+628"):
		s = "0" + s[3:]
	default:
		return "", false
	}
	if len(s) < 10 || len(s) > 13 || !digits(s) {
		return "", false
	}
	return s, true
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// maskPhone shows the first four and the last four digits of a phone.
func maskPhone(s string) string {
	if len(s) < 10 {
		return strings.Repeat("*", min(len(s), 12))
	}
	return s[:4] + strings.Repeat("*", min(len(s)-8, 12)) + s[len(s)-4:]
}

// SeededPhone is one of the documented phones of a fresh sandbox.
type SeededPhone struct {
	Phone      string
	English    string // what a push to it comes to
	Indonesian string
}

// SeededPhones lists the phones that a sandbox knows without being told, the same on
// every rail. "0812111100RC" stands for a hundred phones, one for each two digits.
func SeededPhones() []SeededPhone {
	list := []SeededPhone{
		{"081211111111", "waits for the wallet page", "menunggu di halaman dompet"},
		{"081211119999", "waits for the wallet page", "menunggu di halaman dompet"},
		{"08817482255", "waits for the wallet page", "menunggu di halaman dompet"},
		{"081211110101", "pays with OVO Cash after 2 s", "membayar dengan OVO Cash setelah 2 detik"},
		{"081211110102", "pays with OVO Points after 2 s", "membayar dengan OVO Points setelah 2 detik"},
		{"081211110103", "pays with both after 2 s", "membayar dengan keduanya setelah 2 detik"},
		{"081211110160", "never answers, nothing is charged", "tidak pernah menjawab, saldo tetap"},
		{"081211110162", "approves, the answer comes after 62 s", "menyetujui, jawaban datang setelah 62 detik"},
		{"081211110165", "approves and is charged, the answer is lost", "menyetujui dan terpotong, jawaban hilang"},
	}
	for _, code := range seededCodes {
		list = append(list, SeededPhone{
			codePrefix + code,
			"answers response code " + code + " at once", "langsung menjawab kode " + code,
		})
	}
	return list
}

const (
	codePrefix   = "0812111100"
	seededCash   = 10_000_000
	seededPoints = 5_000_000
)

// seededCodes are shown in lists; any other two digits work as well.
var seededCodes = [...]string{"14", "17", "26", "40", "58", "61", "63", "64", "65", "67", "68", "94"}

// seededNames are the customers' names, in the order of SeededPhones.
var seededNames = [...]string{
	"Siti Rahmawati", "Budi Santoso", "Dewi Lestari", "Agus Setiawan", "Rina Wijaya",
	"Putri Anggraini", "Joko Susilo", "Wulan Sari", "Hendra Gunawan",
}

func seededWallets() []Wallet {
	two, late := Duration(2*time.Second), Duration(62*time.Second)
	habits := map[string]Effect{
		"081211110101": {Customer: Cash, CustomerAfter: two},
		"081211110102": {Customer: Points, CustomerAfter: two},
		"081211110103": {Customer: Both, CustomerAfter: two},
		"081211110160": {Customer: Ignore, Answer: AnswerLost},
		"081211110162": {Customer: Cash, CustomerAfter: two, AnswerAfter: late},
		"081211110165": {Customer: Cash, CustomerAfter: two, Answer: AnswerLost},
	}
	var list []Wallet
	for i, seeded := range SeededPhones() {
		if w, ok := codeWallet(seeded.Phone); ok {
			list = append(list, w)
			continue
		}
		if i >= len(seededNames) {
			continue // 081211110014 has no account: that is what its code means
		}
		list = append(list, Wallet{
			Phone: seeded.Phone, Name: seededNames[i],
			Cash: seededCash, Points: seededPoints, Habit: habits[seeded.Phone],
		})
	}
	return list
}

// codeWallet makes the wallet of a phone 0812111100RC. 14 has none, being unknown is
// its outcome; 00 pays at once.
func codeWallet(phone string) (Wallet, bool) {
	code, ok := strings.CutPrefix(phone, codePrefix)
	if !ok || len(code) != 2 || code == "14" {
		return Wallet{}, false
	}
	number, err := strconv.Atoi(code)
	if err != nil {
		return Wallet{}, false
	}
	w := Wallet{Phone: phone, Name: "Kode " + code, Cash: seededCash, Points: seededPoints}
	switch number {
	case 0:
		w.Habit = Effect{Customer: Cash}
	case 17:
		w.Habit = Effect{Customer: Decline}
	default:
		w.Habit = Effect{Code: code}
	}
	return w, true
}
