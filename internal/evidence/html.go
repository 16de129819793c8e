package evidence

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
)

// Options say how a document is written.
type Options struct {
	// Title is the document's; empty: the run's.
	Title string
	// Summary leaves the exchanges and pictures out: only the table of scenarios and what was found.
	Summary bool
	Style   Style
}

//go:embed page.html
var pageSource string

// HTML writes a run as a page that needs nothing beside itself: pictures are in it, no script is.
func HTML(r Run, o Options) ([]byte, error) {
	t, err := template.New("page").Funcs(template.FuncMap{
		"clock": Clock,
		"picture": func(c Capture) template.URL {
			return template.URL("data:" + http.DetectContentType(c.Data) + ";base64," + base64.StdEncoding.EncodeToString(c.Data))
		},
		"request": func(x Exchange) string { return x.RequestText(o.Style) },
		"class": func(result Result) string {
			switch result {
			case Passed:
				return "good"
			case Failed:
				return "bad"
			}
			return "open"
		},
		"inc": func(i int) int { return i + 1 },
	}).Parse(pageSource)
	if err != nil {
		return nil, fmt.Errorf("evidence: the page's template: %w", err)
	}
	var b bytes.Buffer
	err = t.Execute(&b, struct {
		Run   Run
		O     Options
		Title string
	}{r, o, o.title(r)})
	if err != nil {
		return nil, fmt.Errorf("evidence: write the page: %w", err)
	}
	return b.Bytes(), nil
}

func (o Options) title(r Run) string {
	if o.Title != "" {
		return o.Title
	}
	return r.Title
}
