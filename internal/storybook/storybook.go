// Package storybook lists every view of the pages with made-up data, for who works on their looks. Each room gives its
// own views, made by its own templates: there is no second copy of a page. It belongs to lunas dev and is never served
// to anybody else.
package storybook

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/lunas-pay/lunas/internal/asset"
)

// View is one page in one state.
type View struct {
	Group string // such as the rail
	Name  string
	Path  string // under which the room's handler shows it; lang=id or lang=en is added
}

// Room is a room with pages. Its handler answers the views' paths and everything that they ask for.
type Room struct {
	Name    string
	Views   []View
	Handler http.Handler
}

//go:embed web
var web embed.FS

// Path is where the list is. Rooms have theirs everywhere else.
const Path = "/storybook/"

// New gives the handler of Path (the list) and of every path that a room's handler knows; where several know one, the
// first of them. A room's handler answers 404 what it does not know.
func New(rooms ...Room) http.Handler {
	pages := asset.Load(web, Path+"files/", template.FuncMap{"in": in, "groups": groups})
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"{$}", func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		if err := pages.Templates.ExecuteTemplate(w, "list", rooms); err != nil {
			http.Error(w, "the list cannot be written: "+err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("GET "+Path+"files/{file}", func(w http.ResponseWriter, r *http.Request) {
		if !pages.Serve(w, r) {
			http.NotFound(w, r)
		}
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { // what a form would do is not done here
		for i, room := range rooms {
			f := &framed{ResponseWriter: w, last: i == len(rooms)-1}
			room.Handler.ServeHTTP(f, r)
			if !f.refused {
				return
			}
		}
	})
	return mux
}

// in adds the language to a view's address.
func in(lang, path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	query := u.Query()
	query.Set("lang", lang)
	u.RawQuery = query.Encode()
	return u.String()
}

// group is the views of a room that belong together.
type group struct {
	Name  string
	Views []View
}

func groups(views []View) (all []group) {
	for _, v := range views {
		if len(all) == 0 || all[len(all)-1].Name != v.Group {
			all = append(all, group{Name: v.Group})
		}
		all[len(all)-1].Views = append(all[len(all)-1].Views, v)
	}
	return all
}

// framed lets a page stand in the storybook's frame, which pages refuse elsewhere, and holds back the 404 of a room that
// does not know a path while another may.
type framed struct {
	http.ResponseWriter
	last    bool // nobody else can answer
	began   bool
	refused bool
}

func (f *framed) WriteHeader(status int) {
	if f.began {
		return
	}
	f.began = true
	h := f.Header()
	page := strings.HasPrefix(h.Get("Content-Type"), "text/html") // an apology of a page is a page
	if status == http.StatusNotFound && !f.last && !page {
		f.refused = true
		clear(h)
		return
	}
	h.Del("X-Frame-Options")
	if policy := h.Get("Content-Security-Policy"); policy != "" {
		h.Set("Content-Security-Policy", strings.ReplaceAll(policy, "frame-ancestors 'none'", "frame-ancestors 'self'"))
	}
	f.ResponseWriter.WriteHeader(status)
}

func (f *framed) Write(b []byte) (int, error) {
	if !f.began {
		f.WriteHeader(http.StatusOK)
	}
	if f.refused {
		return len(b), nil
	}
	return f.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what is below, for streams.
func (f *framed) Unwrap() http.ResponseWriter { return f.ResponseWriter }
