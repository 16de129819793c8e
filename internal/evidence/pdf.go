package evidence

import (
	"bytes"
	"embed"
	"fmt"
	"image"
	_ "image/jpeg" // pictures of testers' phones
	_ "image/png"
	"net/http"
	"strings"
	"unicode/utf8"

	"codeberg.org/go-pdf/fpdf"
)

// The fonts hold Latin, Greek, Cyrillic and the characters of boxes. See fonts/LICENSE.
//
//go:embed fonts/Go-Regular.ttf fonts/Go-Bold.ttf fonts/Go-Mono.ttf
var fonts embed.FS

// Sizes of a page, in millimetres and points.
const (
	pageWidth, pageHeight = 210.0, 297.0
	side, top, bottom     = 16.0, 26.0, 18.0
	inner                 = pageWidth - 2*side
	monoSize, monoLine    = 7.6, 3.55
	textSize, textLine    = 9.5, 4.7
)

// PDF writes a run as a document with a table of contents and numbered pages. The same run gives the same bytes.
func PDF(r Run, o Options) ([]byte, error) {
	// The pages of the table of contents are known when everything has been written once.
	first, err := newDocument(r, o, nil)
	if err != nil {
		return nil, err
	}
	if err := first.write(); err != nil {
		return nil, err
	}
	second, err := newDocument(r, o, first)
	if err != nil {
		return nil, err
	}
	if err := second.write(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := second.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("evidence: write the PDF: %w", err)
	}
	return b.Bytes(), nil
}

// document is a PDF being written.
type document struct {
	pdf      *fpdf.Fpdf
	r        Run
	o        Options
	pages    map[string]int // of scenarios, as they are found
	before   map[string]int // as they were found before
	total    int            // pages, from before
	monoWide float64        // of a character
	links    map[string]int
	about    string // the scenario that is being written
}

func newDocument(r Run, o Options, before *document) (*document, error) {
	d := &document{pdf: fpdf.New("P", "mm", "A4", ""), r: r, o: o, pages: map[string]int{}, links: map[string]int{}}
	if before != nil {
		d.before, d.total = before.pages, before.pdf.PageNo()
	}
	for _, f := range []struct{ family, style, file string }{
		{"text", "", "Go-Regular"}, {"text", "B", "Go-Bold"}, {"mono", "", "Go-Mono"},
	} {
		b, err := fonts.ReadFile("fonts/" + f.file + ".ttf")
		if err != nil {
			return nil, fmt.Errorf("evidence: the font %s: %w", f.file, err)
		}
		d.pdf.AddUTF8FontFromBytes(f.family, f.style, b)
	}
	d.pdf.SetMargins(side, top, side)
	d.pdf.SetAutoPageBreak(true, bottom)
	d.pdf.SetCreationDate(r.Began)
	d.pdf.SetModificationDate(r.Began)
	d.pdf.SetCatalogSort(true)
	d.pdf.SetTitle(o.title(r), true)
	d.pdf.SetCreator(r.Tool, true)
	d.pdf.SetSubject(r.Banner(), true)
	d.pdf.SetHeaderFunc(d.header)
	d.pdf.SetFooterFunc(d.footer)
	d.font("mono", "", monoSize)
	d.monoWide = d.pdf.GetStringWidth("0000000000") / 10
	return d, d.pdf.Error()
}

func (d *document) font(family, style string, size float64) { d.pdf.SetFont(family, style, size) }

func (d *document) ink(r, g, b int) { d.pdf.SetTextColor(r, g, b) }

// header says on every page with whom and where, so that none can be taken for another.
func (d *document) header() {
	if d.r.Emulated {
		d.pdf.SetFillColor(179, 38, 30)
	} else {
		d.pdf.SetFillColor(22, 50, 79)
	}
	d.pdf.Rect(0, 0, pageWidth, 12, "F")
	d.ink(255, 255, 255)
	d.font("text", "B", 8.6)
	d.pdf.SetXY(side, 3.6)
	d.pdf.CellFormat(inner, 5, d.fit(d.r.Banner(), inner), "", 0, "L", false, 0, "")
	d.ink(91, 102, 117)
	d.font("text", "", 8)
	d.pdf.SetXY(side, 14)
	title := d.o.title(d.r)
	if d.about != "" {
		title += " · " + d.about
	}
	d.pdf.CellFormat(inner*0.62, 5, d.fit(title, inner*0.62), "", 0, "L", false, 0, "")
	d.pdf.CellFormat(inner*0.38, 5, "Merchant: "+d.fit(d.r.Merchant, inner*0.28), "", 0, "R", false, 0, "")
	d.ink(28, 36, 48)
	d.pdf.SetXY(side, top)
}

func (d *document) footer() {
	d.pdf.SetY(-13)
	d.pdf.SetDrawColor(216, 222, 230)
	d.pdf.Line(side, pageHeight-14, pageWidth-side, pageHeight-14)
	d.ink(91, 102, 117)
	d.font("text", "", 7.6)
	d.pdf.CellFormat(inner*0.75, 5, d.fit(d.r.ID+" · "+d.r.Tool+" · environment "+d.r.Environment, inner*0.75), "", 0, "L", false, 0, "")
	d.pdf.CellFormat(inner*0.25, 5, fmt.Sprintf("page %d of %d", d.pdf.PageNo(), max(d.total, d.pdf.PageNo())), "", 0, "R", false, 0, "")
	d.ink(28, 36, 48)
}

// fit shortens a text to a width.
func (d *document) fit(text string, width float64) string {
	if d.pdf.GetStringWidth(text) <= width {
		return text
	}
	r := []rune(text)
	for len(r) > 0 && d.pdf.GetStringWidth(string(r)+"…") > width {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}

func (d *document) write() error {
	for _, s := range d.r.Scenarios {
		d.links[s.ID] = d.pdf.AddLink()
	}
	d.cover()
	d.contents()
	for _, s := range d.r.Scenarios {
		d.scenario(s)
	}
	if err := d.pdf.Error(); err != nil {
		return fmt.Errorf("evidence: write the PDF: %w", err)
	}
	return nil
}

func (d *document) cover() {
	d.pdf.AddPage()
	d.pdf.Ln(10)
	d.font("text", "B", 21)
	d.pdf.MultiCell(inner, 9, d.o.title(d.r), "", "L", false)
	d.pdf.Ln(3)
	d.font("text", "B", 12)
	if d.r.Fails() {
		d.ink(179, 38, 30)
	} else {
		d.ink(11, 107, 58)
	}
	d.pdf.MultiCell(inner, 6, d.r.Verdict(), "", "L", false)
	d.ink(28, 36, 48)
	d.pdf.Ln(4)
	messages := "as they were on the wire, headers included"
	if d.o.Summary {
		messages = "not in this document"
	} else if d.r.Cut {
		messages += "; tokens and signatures are cut"
	}
	environment := d.r.Environment
	for _, other := range d.r.Mixed() {
		environment += ", and " + other
	}
	if d.r.VirtualClock {
		environment += " – virtual clock: minutes and days did not pass in the world"
	}
	for _, f := range [][2]string{
		{"Merchant", d.r.Merchant},
		{"Account", d.r.Account},
		{"Counterparty", d.r.Counterparty},
		{"Environment", environment},
		{"Made", Clock(d.r.Began) + " to " + Clock(d.r.Ended)},
		{"Run", d.r.ID},
		{"Made by", d.r.Tool},
		{"Messages", messages},
	} {
		if f[1] != "" {
			d.row([]float64{34, inner - 34}, []string{f[0], f[1]}, []string{"", "B"})
		}
	}
	if d.r.Emulated {
		d.pdf.Ln(6)
		d.pdf.SetFillColor(253, 236, 234)
		d.font("text", "B", 10)
		d.ink(179, 38, 30)
		d.pdf.MultiCell(inner, 6, d.r.Banner()+" It shows that this gateway behaves as required; a provider's approval needs a run at the provider's own test system.", "", "L", true)
		d.ink(28, 36, 48)
		return
	}
	d.signatures()
}

// signatures is where those sign who made, watched and reviewed a test. A run at an emulator is nothing to sign.
func (d *document) signatures() {
	d.pdf.Ln(12)
	widths := []float64{48, 52, 34, inner - 134}
	d.row(widths, []string{"", "Name", "Date", "Signature"}, []string{"B", "B", "B", "B"})
	for _, who := range []string{"Made by (merchant)", "Present (provider)", "Reviewed by", "Approved by"} {
		d.row(widths, []string{who + "\n\n", "", "", ""}, []string{"", "", "", ""})
	}
}

// contents is the table of contents, which is the summary too.
func (d *document) contents() {
	d.pdf.AddPage()
	d.heading("Contents and results")
	widths := []float64{21, 79, 22, 22, 20, 14}
	d.row(widths, []string{"No.", "Scenario", "Kind", "Code", "Result", "Page"}, []string{"B", "B", "B", "B", "B", "B"})
	for _, s := range d.r.Scenarios {
		page := ""
		if n := d.before[s.ID]; n > 0 {
			page = fmt.Sprint(n)
		}
		y, before := d.pdf.GetY(), d.pdf.PageNo()
		d.result(s.Result)
		d.row(widths, []string{s.ID, s.Title, s.Kind, s.Code, string(s.Result), page}, []string{"", "", "", "", "B", ""})
		d.ink(28, 36, 48)
		if d.pdf.PageNo() == before {
			d.pdf.Link(side, y, inner, d.pdf.GetY()-y, d.links[s.ID])
		}
	}
}

func (d *document) result(r Result) {
	switch r {
	case Failed:
		d.ink(179, 38, 30)
	case Pending, Left:
		d.ink(122, 91, 0)
	default:
		d.ink(28, 36, 48)
	}
}

func (d *document) heading(text string) {
	d.font("text", "B", 13.5)
	d.pdf.MultiCell(inner, 6.4, text, "", "L", false)
	d.pdf.SetDrawColor(122, 138, 160)
	d.pdf.Line(side, d.pdf.GetY()+1, pageWidth-side, d.pdf.GetY()+1)
	d.pdf.Ln(3)
}

// row writes a table's row, whose cells may have several lines; it is not torn by a page's end.
func (d *document) row(widths []float64, cells, styles []string) {
	lines := make([][]string, len(cells))
	most := 1
	for i, cell := range cells {
		d.font("text", styles[i], textSize)
		lines[i] = d.wrap(cell, widths[i]-2)
		most = max(most, len(lines[i]))
	}
	height := float64(most)*textLine + 1.6
	d.room(height)
	x, y := side, d.pdf.GetY()
	for i := range cells {
		d.font("text", styles[i], textSize)
		for n, line := range lines[i] {
			d.pdf.SetXY(x, y+0.6+float64(n)*textLine)
			d.pdf.CellFormat(widths[i], textLine, line, "", 0, "L", false, 0, "")
		}
		x += widths[i]
	}
	d.pdf.SetDrawColor(216, 222, 230)
	d.pdf.Line(side, y+height, side+sum(widths), y+height)
	d.pdf.SetXY(side, y+height)
}

// wrap breaks a text into lines, between words where it can.
func (d *document) wrap(text string, width float64) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			for d.pdf.GetStringWidth(word) > width { // longer than a line
				cut := d.most(word, width)
				if line != "" {
					lines, line = append(lines, line), ""
				}
				lines, word = append(lines, word[:cut]), word[cut:]
			}
			if next := strings.TrimSpace(line + " " + word); d.pdf.GetStringWidth(next) <= width {
				line = next
				continue
			}
			lines, line = append(lines, line), word
		}
		lines = append(lines, line)
	}
	return lines
}

// most is how many bytes of a word fit into a width; at least one character.
func (d *document) most(word string, width float64) int {
	cut := 0
	for cut < len(word) {
		_, size := utf8.DecodeRuneInString(word[cut:])
		if cut > 0 && d.pdf.GetStringWidth(word[:cut+size]) > width {
			break
		}
		cut += size
	}
	return cut
}

func sum(widths []float64) (s float64) {
	for _, w := range widths {
		s += w
	}
	return s
}

// room begins a new page unless there is so much room on this one.
func (d *document) room(height float64) {
	if d.pdf.GetY()+height > pageHeight-bottom {
		d.pdf.AddPage()
	}
}

func (d *document) scenario(s Scenario) {
	if !d.o.Summary {
		d.about = s.ID
	}
	if first := len(d.pages) == 0; first || !d.o.Summary {
		d.pdf.AddPage()
	} else {
		d.pdf.Ln(6)
		d.room(64)
	}
	d.pages[s.ID] = d.pdf.PageNo()
	d.pdf.SetLink(d.links[s.ID], d.pdf.GetY(), -1)
	d.pdf.Bookmark(s.ID+" "+s.Title, 0, -1)
	d.heading(s.ID + " · " + s.Title)
	about := [][2]string{
		{"Result", string(s.Result)},
		{"API", strings.TrimSpace(s.API + "  " + s.Path)},
		{"Kind", s.kindText()},
		{"Required by", s.Source},
		{"Made", Clock(s.Began) + " to " + Clock(s.Ended)},
		{"Environment", d.r.Environment + " – " + d.r.Counterparty},
		{"Note", s.Note},
	}
	for _, f := range about {
		if f[1] == "" {
			continue
		}
		if f[0] == "Result" {
			d.result(s.Result)
		}
		d.row([]float64{28, inner - 28}, []string{f[0], f[1]}, []string{"", "B"})
		d.ink(28, 36, 48)
	}
	d.pdf.Ln(3)
	d.steps(s.Steps)
	if d.o.Summary {
		return
	}
	d.captures(s.Captures)
	for i, x := range s.Exchanges {
		d.exchange(i+1, x)
	}
}

func (d *document) steps(steps []Step) {
	widths := []float64{70, 42, 54, 12}
	for i, s := range steps {
		d.room(14)
		d.font("text", "B", textSize)
		for _, line := range d.wrap(fmt.Sprintf("%d. %s", i+1, s.Done), inner) {
			d.pdf.CellFormat(inner, textLine, line, "", 1, "L", false, 0, "")
		}
		if s.Trouble != "" {
			d.ink(179, 38, 30)
			for _, line := range d.wrap(s.Trouble, inner) {
				d.pdf.CellFormat(inner, textLine, line, "", 1, "L", false, 0, "")
			}
			d.ink(28, 36, 48)
		}
		if !s.At.IsZero() {
			d.font("text", "", 8)
			d.ink(91, 102, 117)
			d.pdf.CellFormat(inner, 4.2, Clock(s.At), "", 1, "L", false, 0, "")
			d.ink(28, 36, 48)
		}
		if len(s.Findings) > 0 {
			d.ink(91, 102, 117)
			d.row(widths, []string{"Expected", "Required by", "Found", "Met"}, []string{"", "", "", ""})
			d.ink(28, 36, 48)
		}
		for _, f := range s.Findings {
			verdict := "yes"
			if !f.OK {
				verdict = "NO"
				d.ink(179, 38, 30)
			}
			d.row(widths, []string{f.Expected, f.Source, f.Found, verdict}, []string{"", "", "", "B"})
			d.ink(28, 36, 48)
		}
		d.pdf.Ln(1.6)
	}
}

// captures are four beside each other.
func (d *document) captures(captures []Capture) {
	const width = 41.5
	for i := 0; i < len(captures); i += 4 {
		row := captures[i:min(i+4, len(captures))]
		tallest := 0.0
		heights := make([]float64, len(row))
		for k, c := range row {
			config, _, err := image.DecodeConfig(bytes.NewReader(c.Data))
			if err != nil || config.Width == 0 {
				continue
			}
			heights[k] = min(width*float64(config.Height)/float64(config.Width), 150)
			tallest = max(tallest, heights[k])
		}
		d.room(tallest + 17)
		y := d.pdf.GetY()
		for k, c := range row {
			d.capture(c, side+float64(k)*(width+4), y, width, heights[k])
		}
		d.pdf.SetXY(side, y+tallest+16)
	}
}

func (d *document) capture(c Capture, x, y, width, height float64) {
	if height == 0 {
		return
	}
	kind := "PNG"
	if http.DetectContentType(c.Data) == "image/jpeg" {
		kind = "JPG"
	}
	name := c.File
	d.pdf.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: kind}, bytes.NewReader(c.Data))
	d.pdf.ImageOptions(name, x, y, width, height, false, fpdf.ImageOptions{ImageType: kind}, 0, "")
	d.pdf.SetDrawColor(160, 170, 184)
	d.pdf.Rect(x, y, width, height, "D")
	d.font("text", "", 7.4)
	d.ink(91, 102, 117)
	by := ", by the tester"
	if c.Origin == "chromium" {
		by = ", by Chromium"
	}
	words := c.Title + by
	if !c.At.IsZero() {
		words += ", " + Clock(c.At)
	}
	for n, line := range d.wrap(words, width) {
		d.pdf.SetXY(x, y+height+1+float64(n)*3.4)
		d.pdf.CellFormat(width, 3.4, line, "", 0, "L", false, 0, "")
	}
	d.ink(28, 36, 48)
}

func (d *document) exchange(n int, x Exchange) {
	d.room(26)
	d.pdf.Ln(2)
	d.font("text", "B", textSize+0.5)
	for _, line := range d.wrap(fmt.Sprintf("Exchange %d: %s", n, x.Heading()), inner) {
		d.pdf.CellFormat(inner, textLine, line, "", 1, "L", false, 0, "")
	}
	d.font("text", "", 8)
	d.ink(91, 102, 117)
	d.pdf.CellFormat(inner, 4.2, x.Times(), "", 1, "L", false, 0, "")
	if x.Payment != "" {
		d.pdf.CellFormat(inner, 4.2, "Payment "+x.Payment, "", 1, "L", false, 0, "")
	}
	d.ink(28, 36, 48)
	d.wire(fmt.Sprintf("Request of exchange %d", n), x.RequestText(d.o.Style), 122, 138, 160)
	d.wire(fmt.Sprintf("Response of exchange %d", n), x.ResponseText(), 29, 111, 184)
}

// wire writes a message in a box. Lines that are too long go on in the next one, marked at its beginning.
func (d *document) wire(title, text string, r, g, b int) {
	d.room(3*monoLine + 6)
	d.font("text", "B", 7.6)
	d.ink(r, g, b)
	d.pdf.CellFormat(inner, 4.2, title, "", 1, "L", false, 0, "")
	d.ink(28, 36, 48)
	const gutter = 5.0
	wide := int((inner - gutter - 3) / d.monoWide)
	d.pdf.SetFillColor(246, 248, 250)
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		for i, part := range chunks(strings.ReplaceAll(line, "\t", "    "), wide) {
			d.room(monoLine)
			y := d.pdf.GetY()
			d.pdf.Rect(side, y, inner, monoLine+0.05, "F")
			d.pdf.SetFillColor(r, g, b)
			d.pdf.Rect(side, y, 0.9, monoLine+0.05, "F")
			d.pdf.SetFillColor(246, 248, 250)
			d.font("mono", "", monoSize)
			if i > 0 {
				d.ink(150, 160, 174)
				d.pdf.SetXY(side+1.4, y)
				d.pdf.CellFormat(gutter, monoLine, "»", "", 0, "L", false, 0, "")
				d.ink(28, 36, 48)
			}
			d.pdf.SetXY(side+gutter, y)
			d.pdf.CellFormat(inner-gutter, monoLine, part, "", 0, "L", false, 0, "")
			d.pdf.SetXY(side, y+monoLine)
		}
	}
	d.pdf.Ln(1.6)
}

// chunks cuts a line into parts of at most so many characters; an empty line is one part.
func chunks(line string, wide int) []string {
	r := []rune(line)
	if len(r) <= wide {
		return []string{line}
	}
	var parts []string
	for len(r) > wide {
		parts, r = append(parts, string(r[:wide])), r[wide:]
	}
	return append(parts, string(r))
}
