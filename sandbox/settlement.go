package sandbox

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Settlement is a day's settlement file, as a provider sends one to a merchant: what was charged on that WIB day, with fees.
// No provider publishes its form, so the names of the columns are this sandbox's own.
type Settlement struct {
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
	// Planted are the faults that were put in on purpose.
	Planted []PlantedFault `json:"planted"`
}

// SettlementFault is a way in which a provider's file can be wrong, by the name of what a reconciliation finds.
type SettlementFault string

// The faults.
const (
	FaultMissingThere  SettlementFault = "missing_there"  // a payment that was paid is left out
	FaultMissingHere   SettlementFault = "missing_here"   // a payment is listed that nobody made
	FaultAmountDiffers SettlementFault = "amount_differs" // Rp 1,000 more than were paid
	FaultStateDiffers  SettlementFault = "state_differs"  // a payment that was paid is listed as refunded
	FaultDuplicate     SettlementFault = "duplicate"      // a payment is listed twice
	FaultFeeDiffers    SettlementFault = "fee_differs"    // a fee that does not fit to the net
)

// SettlementFaults lists them all.
func SettlementFaults() []SettlementFault {
	return []SettlementFault{FaultMissingThere, FaultMissingHere, FaultAmountDiffers, FaultStateDiffers, FaultDuplicate, FaultFeeDiffers}
}

// PlantedFault is a fault that a reconciliation must find. Key is that by which both sides know the payment, with its parts
// joined by a slash and without zeros in front of numbers.
type PlantedFault struct {
	Fault SettlementFault `json:"fault"`
	Key   string          `json:"key"`
}

// SettlementOptions say what file is wanted.
type SettlementOptions struct {
	Rail Rail
	Day  time.Time // any instant of it, in WIB
	// Faults are planted, each on Each payments of its own (1 by default), as far as there are payments enough.
	Faults []SettlementFault
	Each   int
	// Seed chooses the payments.
	Seed uint64
}

// The fee of every file is 0.7 % of the amount.
const feePerMille = 7

// settledRow is a payment in a settlement file.
type settledRow struct {
	t     Transaction
	key   string
	state string
	fee   int64 // in sen
	net   int64 // in sen
}

// Settlement makes a settlement file of what was charged on a day.
func (c *Core) Settlement(o SettlementOptions) Settlement {
	var rows []settledRow
	year, month, day := o.Day.In(WIB).Date()
	for t := range c.Transactions() {
		y, m, d := t.Charged.In(WIB).Date()
		if t.Rail != o.Rail || t.Charged.IsZero() || y != year || m != month || d != day {
			continue
		}
		r := settledRow{t: t, key: settlementKey(t), state: "SUCCESS", fee: t.Amount * feePerMille / 10}
		r.net = t.Amount*100 - r.fee
		if t.Held() == 0 {
			r.state, r.fee, r.net = map[State]string{Voided: "VOID", Refunded: "REFUND"}[t.State], 0, 0
			if r.state == "" {
				r.state = "REVERSAL"
			}
		}
		rows = append(rows, r)
	}
	s := Settlement{Columns: settlementColumns(o.Rail), Planted: []PlantedFault{}}
	for _, r := range s.plant(o, rows) {
		s.Rows = append(s.Rows, r.cells(o.Rail))
	}
	return s
}

// settlementKey is what both sides know a payment by.
func settlementKey(t Transaction) string {
	switch t.Rail {
	case RailOVO:
		return plainNumber(t.TID) + "/" + strconv.Itoa(int(t.Batch)) + "/" + strconv.Itoa(int(t.Reference))
	case RailSNAP:
		return plainNumber(t.ReferenceNo)
	}
	return plainNumber(t.Invoice)
}

func plainNumber(s string) string {
	if s != "" && strings.Trim(s, "0123456789") == "" {
		if s = strings.TrimLeft(s, "0"); s == "" {
			return "0"
		}
	}
	return strings.ToUpper(s)
}

// plant puts the faults in, each on payments that have none yet.
func (s *Settlement) plant(o SettlementOptions, rows []settledRow) []settledRow {
	rng := rand.New(rand.NewPCG(o.Seed, 0x736574746c65))
	var free []string
	for _, r := range rows {
		if r.state == "SUCCESS" {
			free = append(free, r.key)
		}
	}
	rng.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	for _, fault := range o.Faults {
		for range max(o.Each, 1) {
			if len(free) == 0 {
				return rows
			}
			key := free[0]
			free = free[1:]
			i := slices.IndexFunc(rows, func(r settledRow) bool { return r.key == key })
			r := rows[i]
			switch fault {
			case FaultMissingThere:
				rows = slices.Delete(rows, i, i+1)
			case FaultMissingHere:
				r = strange(r, len(s.Planted))
				rows = slices.Insert(rows, rng.IntN(len(rows)+1), r)
			case FaultAmountDiffers:
				rows[i].t.Amount += 1000
				rows[i].fee = rows[i].t.Amount * feePerMille / 10
				rows[i].net = rows[i].t.Amount*100 - rows[i].fee
			case FaultStateDiffers:
				rows[i].state, rows[i].fee, rows[i].net = "REFUND", 0, 0
			case FaultDuplicate:
				rows = slices.Insert(rows, rng.IntN(len(rows)+1), r)
			case FaultFeeDiffers:
				rows[i].fee += 10_000
			default:
				continue
			}
			s.Planted = append(s.Planted, PlantedFault{fault, r.key})
		}
	}
	return rows
}

// strange makes of a payment one that nobody has made.
func strange(r settledRow, n int) settledRow {
	r.t.Reference = 900_000 + uint32(n)
	r.t.Invoice = fmt.Sprintf("strange-%d-x", n)
	r.t.ReferenceNo = fmt.Sprintf("STRANGE%05d", n)
	r.key = settlementKey(r.t)
	return r
}

func settlementColumns(rail Rail) []string {
	var names []string
	switch rail {
	case RailOVO:
		names = []string{"Terminal ID", "Batch Number", "Reference Number", "Merchant Invoice"}
	case RailSNAP:
		names = []string{"Reference No", "Partner Reference No"}
	case RailDOKU:
		names = []string{"Invoice Number"}
	case RailFaspay:
		names = []string{"Bill No", "Trx ID"}
	}
	return append(names, "Amount", "MDR", "Net Amount", "Transaction Status", "Transaction Time")
}

func (r settledRow) cells(rail Rail) []string {
	t := r.t
	var cells []string
	switch rail {
	case RailOVO:
		cells = []string{t.TID, strconv.Itoa(int(t.Batch)), fmt.Sprintf("%06d", t.Reference), t.Invoice}
	case RailSNAP:
		cells = []string{t.ReferenceNo, t.Invoice}
	case RailDOKU:
		cells = []string{t.Invoice}
	case RailFaspay:
		cells = []string{t.Invoice, t.ReferenceNo}
	}
	return append(cells, "Rp "+rupiahAndSen(t.Amount*100), rupiahAndSen(r.fee), rupiahAndSen(r.net), r.state, t.Charged.In(WIB).Format("02/01/2006 15:04:05"))
}

// rupiahAndSen writes 12.500,00.
func rupiahAndSen(sen int64) string {
	digits := strconv.FormatInt(sen/100, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "." + digits[i:]
	}
	return fmt.Sprintf("%s,%02d", digits, sen%100)
}

// WriteCSV writes the file with semicolons, as a spreadsheet in Indonesia does.
func (s Settlement) WriteCSV(out io.Writer) error {
	w := csv.NewWriter(out)
	w.Comma = ';'
	if err := w.Write(s.Columns); err != nil {
		return err
	}
	if err := w.WriteAll(s.Rows); err != nil {
		return err
	}
	return w.Error()
}

// controlSettlement gives the settlement file of a day: ?rail= (ovo), ?day= (today), ?faults= (all, or names joined by
// commas), ?each=, ?seed=, ?format= (csv, or json, which says what was planted).
func (s *Sandbox) controlSettlement(w http.ResponseWriter, r *http.Request) {
	o, trouble := settlementOptions(r, s.Now())
	if trouble != "" {
		writeError(w, http.StatusUnprocessableEntity, trouble)
		return
	}
	var file Settlement
	s.Do(func(core *Core, _ time.Time) { file = core.Settlement(o) })
	if r.URL.Query().Get("format") == "json" {
		writeJSON(w, http.StatusOK, file)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="settlement-`+string(o.Rail)+"-"+o.Day.In(WIB).Format(time.DateOnly)+`.csv"`)
	_ = file.WriteCSV(w) // a caller who is gone reads nothing
}

func settlementOptions(r *http.Request, now time.Time) (o SettlementOptions, trouble string) {
	query := r.URL.Query()
	o = SettlementOptions{Rail: RailOVO, Day: now, Each: 1}
	if rail := Rail(query.Get("rail")); rail != "" {
		if o.Rail = rail; !slices.Contains([]Rail{RailOVO, RailSNAP, RailDOKU, RailFaspay}, rail) {
			return o, "rail is ovo, snap, doku or faspay"
		}
	}
	var err error
	if day := query.Get("day"); day != "" {
		if o.Day, err = time.ParseInLocation(time.DateOnly, day, WIB); err != nil {
			return o, "day is written as 2026-03-21"
		}
	}
	if n := query.Get("each"); n != "" {
		if o.Each, err = strconv.Atoi(n); err != nil || o.Each < 1 || o.Each > 1000 {
			return o, "each is 1 to 1000"
		}
	}
	if seed := query.Get("seed"); seed != "" {
		if o.Seed, err = strconv.ParseUint(seed, 10, 64); err != nil {
			return o, "seed is a whole number"
		}
	}
	switch faults := query.Get("faults"); faults {
	case "", "none":
	case "all":
		o.Faults = SettlementFaults()
	default:
		for name := range strings.SplitSeq(faults, ",") {
			if !slices.Contains(SettlementFaults(), SettlementFault(name)) {
				return o, "faults are all, none, or some of " + fmt.Sprint(SettlementFaults())
			}
			o.Faults = append(o.Faults, SettlementFault(name))
		}
	}
	return o, ""
}
