package onboarding

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lunas-pay/lunas/internal/sheet"
	"github.com/lunas-pay/lunas/internal/store"
)

// entry is an outlet that is to be registered, or a merchant that has none.
type entry struct {
	MerchantID, MerchantName string
	OutletID, OutletName     string
	Details                  map[string]string // by the column of the details file
}

// reference is by what the answer names it.
func (e entry) reference() string {
	if e.OutletID == "" {
		return e.MerchantID
	}
	return e.MerchantID + "/" + e.OutletID
}

// cell is what stands in a column.
func (e entry) cell(c Column, g Gate) string {
	switch c.From {
	case "":
		return c.Value
	case sourceReference:
		return e.reference()
	case "merchant.id":
		return e.MerchantID
	case "merchant.name":
		return e.MerchantName
	case "outlet.id":
		return e.OutletID
	case "outlet.name":
		return e.OutletName
	case "contact.email":
		return g.Email
	case "egress":
		return g.Egress
	}
	return e.Details[strings.TrimPrefix(c.From, detailsPrefix)]
}

// Problem is something that is wrong with a row before it is sent. It shows no cell.
type Problem struct {
	Row     int    // from 1 on, without the header
	Of      string // the reference
	Column  string
	Message string
}

// String tells which field is wrong and what was expected.
func (p Problem) String() string {
	return fmt.Sprintf("row %d (%s), %s %s", p.Row, p.Of, p.Column, p.Message)
}

// Problems are all that is wrong with the rows of a file that was not made.
type Problems []Problem

// Error lists the first of them.
func (p Problems) Error() string {
	const most = 20
	var lines []string
	for _, one := range p[:min(len(p), most)] {
		lines = append(lines, one.String())
	}
	if len(p) > most {
		lines = append(lines, fmt.Sprintf("and %d more", len(p)-most))
	}
	return "no file was made, since it would be refused: " + strings.Join(lines, "; ")
}

// write makes the content of a file, or says all that is wrong with its rows.
func write(m Mapping, g Gate, entries []entry) ([]byte, error) {
	var problems Problems
	var out bytes.Buffer
	w := sheet.NewWriter(&out, m.Format)
	names := make([]string, len(m.Columns))
	for i, c := range m.Columns {
		names[i] = c.Name
	}
	if err := w.Table(m.Sheet, names...); err != nil {
		return nil, fmt.Errorf("write the file: %w", err)
	}
	for i, e := range entries {
		cells := make([]any, len(m.Columns))
		for j, c := range m.Columns {
			value := strings.TrimSpace(e.cell(c, g))
			if wrong := c.wrong(value); wrong != "" {
				problems = append(problems, Problem{i + 1, e.reference(), c.Name, wrong})
			}
			cells[j] = value
		}
		if err := w.Row(cells...); err != nil {
			return nil, fmt.Errorf("write row %d: %w", i+1, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write the file: %w", err)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return out.Bytes(), nil
}

// rowsMax is how many rows a file of details or an answer may have.
const rowsMax = 100_000

// table reads the rows of a file as maps from the header's names, made small, to cells.
func table(path string, each func(row int, cells map[string]string) error) error {
	r, err := sheet.Open(path, sheet.Options{})
	if err != nil {
		return err
	}
	defer r.Close()
	header, _, err := r.Next()
	if errors.Is(err, io.EOF) {
		return errors.New("the file has no rows")
	}
	if err != nil {
		return err
	}
	names := make([]string, len(header))
	for i, name := range header {
		if names[i] = folded(name); names[i] != "" && slices.Contains(names[:i], names[i]) {
			return fmt.Errorf("two columns are called %q", clip(name))
		}
	}
	for n := 0; ; n++ {
		cells, row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if n == rowsMax {
			return fmt.Errorf("the file has more than %d rows", rowsMax)
		}
		found := map[string]string{}
		for i, cell := range cells {
			if i < len(names) {
				found[names[i]] = strings.TrimPrefix(strings.TrimSpace(cell), "'")
			}
		}
		if err := each(row, found); err != nil {
			return err
		}
	}
}

// folded makes letters' case and what surrounds a name not count.
func folded(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// readDetails reads what is known of merchants and outlets beyond their names: columns merchant and outlet, and any others.
func readDetails(path string) (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	err := table(path, func(row int, cells map[string]string) error {
		if cells["merchant"] == "" {
			return fmt.Errorf("row %d: the column merchant is missing or empty", row)
		}
		reference := entry{MerchantID: cells["merchant"], OutletID: cells["outlet"]}.reference()
		if all[reference] != nil {
			return fmt.Errorf("row %d: %s stands in a row before", row, clip(reference))
		}
		all[reference] = cells
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("details: %w", err)
	}
	return all, nil
}

// answered is a row of an answer.
type answered struct {
	Row                int
	Reference          string
	State              store.RegistrationState // sent: it has no answer yet
	TID, MID           string
	MerchantID, Reason string
}

// readAnswer reads an answer by the mapping.
func readAnswer(m Mapping, path string) (all []answered, err error) {
	a := m.Answer
	accepted, refused := foldAll(a.Accepted), foldAll(a.Refused)
	err = table(path, func(row int, cells map[string]string) error {
		for _, name := range []string{a.Reference, a.Status} {
			if _, ok := cells[folded(name)]; !ok {
				return fmt.Errorf("row %d: the column %q is missing", row, name)
			}
		}
		one := answered{Row: row, Reference: cells[folded(a.Reference)], State: store.RegistrationSent, Reason: short(cells[folded(a.Reason)])}
		switch status := folded(cells[folded(a.Status)]); {
		case slices.Contains(refused, status):
			one.State = store.RegistrationRefused
			if one.Reason == "" {
				one.Reason = "no reason was given"
			}
		case slices.Contains(accepted, status):
			one.accept(cells[folded(a.TID)], cells[folded(a.MID)])
		default:
			one.Reason = short("its status is " + cells[folded(a.Status)])
		}
		all = append(all, one)
		return nil
	})
	return all, err
}

// accept takes what was given, if it can be used.
func (a *answered) accept(tid, mid string) {
	switch {
	case len(tid) != tidLength || strings.Trim(tid, "0123456789") != "":
		a.Reason = "it was accepted, but the TID of the answer is not 8 digits: ask the provider"
	case mid == "" || len(mid) > midMax:
		a.Reason = "it was accepted, but the MID of the answer is not 1 to 15 characters: ask the provider"
	default:
		a.State, a.TID, a.MID, a.Reason = store.RegistrationAnswered, tid, mid, ""
	}
}

// OVO, Push To Pay API: tid has 8 digits, mid up to 15 characters.
const (
	tidLength = 8
	midMax    = 15
)

func foldAll(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = folded(w)
	}
	return out
}

// short takes a provider's words for a reason: printable, and no more than can be read.
func short(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 200 {
		s = string(runes[:200]) + "…"
	}
	return strings.TrimSpace(s)
}
