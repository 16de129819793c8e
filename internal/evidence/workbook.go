package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/lunas-pay/lunas/internal/exchange"
)

// cellMax is how many characters a cell of a workbook holds. Source: Excel, specifications and limits.
const cellMax = 32_767

// Sheet says what was filled into a functional test sheet.
type Sheet struct {
	Filled  []string // scenarios with a row of their own
	Without []string // scenarios that have no row in the template
	Open    []string // rows of the template, by their first cell, that got nothing
	Cut     []string // scenarios whose messages are longer than a cell
}

// Rows says which scenario belongs into which row of a template: by the text of the row's first cell that is not empty.
type Rows map[string]string

// Log is what a scenario has for the columns Request and Response: the exchanges that show its response code, or all.
func (s Scenario) Log(style Style) (request, response string) {
	chosen := s.Exchanges
	if s.Code != "" {
		var right []Exchange
		for _, x := range s.Exchanges {
			if CodeOf(exchange.ParseWire(x.Response).Body) == s.Code {
				right = append(right, x)
			}
		}
		if len(right) > 0 {
			chosen = right[len(right)-1:]
		}
	}
	var requests, responses []string
	for _, x := range chosen {
		requests = append(requests, strings.TrimRight(x.RequestText(style), "\n"))
		responses = append(responses, strings.TrimRight(x.ResponseText(), "\n"))
	}
	return strings.Join(requests, "\n\n"), strings.Join(responses, "\n\n")
}

// Workbook writes Bank Indonesia's functional test sheet as XLSX. Without a template it has a form of its own. With one,
// only the columns Request and Response are filled, of rows that belong to a scenario that passed; every other cell stays as
// it was. A row belongs to a scenario by rows, by the scenario's number in the sheet, or by the response code that stands in
// it. The same run gives the same cells.
func Workbook(r Run, o Options, template []byte, rows Rows) (_ []byte, _ Sheet, err error) {
	defer func() {
		if trouble := recover(); trouble != nil { // the library reads a file that somebody else has made
			err = fmt.Errorf("the template cannot be read as an XLSX workbook: %v", trouble)
		}
	}()
	if template == nil {
		b, err := ownWorkbook(r, o)
		var s Sheet
		for _, c := range r.Scenarios {
			s.Filled = append(s.Filled, c.ID)
		}
		return b, s, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(template), excelize.Options{UnzipSizeLimit: 256 << 20, UnzipXMLSizeLimit: 64 << 20})
	if err != nil {
		return nil, Sheet{}, fmt.Errorf("the template is no XLSX workbook: %w", err)
	}
	defer f.Close()
	w := filling{f: f, r: r, o: o, rows: rows, used: map[string]bool{}}
	found := false
	for _, name := range f.GetSheetList() {
		filled, err := w.sheet(name)
		if err != nil {
			return nil, w.done, err
		}
		found = found || filled
	}
	if !found {
		return nil, w.done, errors.New("the template has no row with the headings Request and Response, so it is not known where the log belongs")
	}
	for _, s := range r.Scenarios {
		if !w.used[s.ID] {
			w.done.Without = append(w.done.Without, s.ID)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, w.done, fmt.Errorf("write the sheet: %w", err)
	}
	return b.Bytes(), w.done, nil
}

// filling is a template being filled.
type filling struct {
	f    *excelize.File
	r    Run
	o    Options
	rows Rows
	used map[string]bool // scenarios that have a row
	done Sheet
}

func (w *filling) sheet(name string) (bool, error) {
	all, err := w.read(name)
	if err != nil {
		return false, fmt.Errorf("read sheet %s of the template: %w", name, err)
	}
	head, request, response := headings(all)
	if head < 0 {
		return false, nil
	}
	for i := head + 1; i < len(all); i++ {
		first := firstCell(all[i])
		if first == "" {
			continue
		}
		s, ok := w.belongs(all[i], first)
		if !ok {
			if strings.Trim(first, "0123456789. ") == "" || codeIn(all[i]) {
				w.done.Open = append(w.done.Open, first)
			}
			continue
		}
		w.used[s.ID] = true
		w.done.Filled = append(w.done.Filled, s.ID)
		left, right := s.Log(w.o.Style)
		if w.r.Emulated {
			left = "# " + w.r.Banner() + "\n" + left
		}
		for column, text := range map[int]string{request: left, response: right} {
			if err := w.put(name, column, i, text, s.ID); err != nil {
				return true, err
			}
		}
	}
	return true, nil
}

// rowsMax is more than any test sheet has. The library makes room for every row up to the last.
const rowsMax = 20_000

func (w *filling) read(name string) (all [][]string, err error) {
	rows, err := w.f.Rows(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if len(all) == rowsMax {
			return nil, fmt.Errorf("it has more than %d rows", rowsMax)
		}
		cells, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		all = append(all, cells)
	}
	return all, rows.Error()
}

func (w *filling) put(sheet string, column, row int, text, id string) error {
	cell, err := excelize.CoordinatesToCellName(column+1, row+1)
	if err != nil {
		return err
	}
	short, cut := cellText(text)
	if cut && !slices.Contains(w.done.Cut, id) {
		w.done.Cut = append(w.done.Cut, id)
	}
	return w.f.SetCellStr(sheet, cell, short)
}

// cellText is as much of a text as a cell holds.
func cellText(text string) (short string, cut bool) {
	const note = "\n[the rest does not fit into a cell: see the document of the same run]"
	r := []rune(text)
	if len(r) <= cellMax {
		return text, false
	}
	return string(r[:cellMax-len(note)]) + note, true
}

// headings finds the row with the headings Request and Response, and their columns; -1: none.
func headings(rows [][]string) (row, request, response int) {
	for i, cells := range rows {
		request, response = -1, -1
		for k, cell := range cells {
			switch plain := strings.ToLower(strings.TrimSpace(cell)); {
			case request < 0 && strings.HasPrefix(plain, "request"):
				request = k
			case response < 0 && strings.HasPrefix(plain, "respon") && !strings.Contains(plain, "code"):
				response = k
			}
		}
		if request >= 0 && response >= 0 {
			return i, request, response
		}
	}
	return -1, -1, -1
}

func firstCell(cells []string) string {
	for _, cell := range cells {
		if cell = strings.TrimSpace(cell); cell != "" {
			return cell
		}
	}
	return ""
}

// codeIn tells whether a row has a response code of SNAP.
func codeIn(cells []string) bool {
	return slices.ContainsFunc(cells, func(cell string) bool { return len(codes(cell)) > 0 })
}

// codes are the numbers of seven digits in a text that look like a response code of SNAP.
func codes(text string) (found []string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(word) == 7 && word[0] >= '2' && word[0] <= '5' {
			found = append(found, word)
		}
	}
	return found
}

// belongs finds the scenario of a row.
func (w *filling) belongs(cells []string, first string) (Scenario, bool) {
	passed := func(match func(Scenario) bool) (Scenario, bool) {
		for _, s := range w.r.Scenarios {
			if !w.used[s.ID] && (s.Result == Passed || s.Result == Shown) && match(s) {
				return s, true
			}
		}
		return Scenario{}, false
	}
	if id, ok := w.rows[first]; ok {
		return passed(func(s Scenario) bool { return s.ID == id })
	}
	if s, ok := passed(func(s Scenario) bool { return s.Row != "" && s.Row == first }); ok {
		return s, true
	}
	var stand []string
	for _, cell := range cells {
		stand = append(stand, codes(cell)...)
	}
	return passed(func(s Scenario) bool { return s.Code != "" && slices.Contains(stand, s.Code) })
}

// ownWorkbook is a sheet of our own form, where no template is given.
func ownWorkbook(r Run, o Options) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	const name = "Functional test"
	w := book{f: f, name: name}
	w.check(f.SetSheetName("Sheet1", name))
	banner := map[bool]string{true: "B3261E", false: "16324F"}[r.Emulated]
	red := w.style(&excelize.Style{Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{banner}}})
	bold := w.style(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}})
	head := w.style(&excelize.Style{
		Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E4E9EF"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
	})
	text := w.style(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	mono := w.style(&excelize.Style{Font: &excelize.Font{Family: "Consolas", Size: 9}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	for i, width := range []float64{9, 24, 34, 34, 10, 12, 70, 70, 10} {
		column, err := excelize.ColumnNumberToName(i + 1)
		w.check(err)
		w.check(f.SetColWidth(name, column, column, width))
	}
	w.line(1, red, r.Banner())
	w.check(f.SetCellStyle(name, "A1", "I1", red))
	w.line(2, bold, o.title(r))
	w.line(3, 0, fmt.Sprintf("Merchant: %s · environment: %s · counterparty: %s", r.Merchant, r.Environment, r.Counterparty))
	w.line(4, 0, fmt.Sprintf("%s · run %s, %s to %s · made by %s", r.Verdict(), r.ID, Clock(r.Began), Clock(r.Ended), r.Tool))
	w.line(6, head, "No.", "API", "Path", "Scenario", "Kind", "Code", "Request", "Response", "Result")
	for i, s := range r.Scenarios {
		request, response := s.Log(o.Style)
		request, _ = cellText(request)
		response, _ = cellText(response)
		row := i + 7
		w.line(row, text, s.ID, s.API, s.Path, s.Title, s.Kind, s.Code, request, response, string(s.Result))
		w.check(f.SetCellStyle(name, fmt.Sprintf("G%d", row), fmt.Sprintf("H%d", row), mono))
	}
	w.check(f.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 6, TopLeftCell: "A7", ActivePane: "bottomLeft"}))
	orientation, paper, wide := "landscape", 9, 1
	w.check(f.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &orientation, Size: &paper, FitToWidth: &wide}))
	w.check(f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddHeader: "&L" + strings.ReplaceAll(r.Banner(), "&", "&&"), OddFooter: "&Lrun " + r.ID + "&Rpage &P of &N"}))
	w.check(f.SetDocProps(&excelize.DocProperties{Title: o.title(r), Creator: r.Tool, Description: r.Banner(), Created: r.Began.UTC().Format("2006-01-02T15:04:05Z")}))
	var b bytes.Buffer
	w.check(f.Write(&b))
	return b.Bytes(), w.err
}

// book writes into a sheet and remembers the first trouble.
type book struct {
	f    *excelize.File
	name string
	err  error
}

func (w *book) check(err error) {
	if w.err == nil && err != nil {
		w.err = fmt.Errorf("write the sheet: %w", err)
	}
}

func (w *book) style(s *excelize.Style) int {
	id, err := w.f.NewStyle(s)
	w.check(err)
	return id
}

func (w *book) line(row, style int, cells ...string) {
	for i, text := range cells {
		cell, err := excelize.CoordinatesToCellName(i+1, row)
		w.check(err)
		w.check(w.f.SetCellStr(w.name, cell, text))
		if style != 0 {
			w.check(w.f.SetCellStyle(w.name, cell, cell, style))
		}
	}
}
