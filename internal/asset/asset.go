// Package asset serves what does not change while the process runs: style sheets, scripts and pictures under names that
// change with their content, so that a browser may keep them for good, and each compressed where that makes it smaller.
//
// It is not for pages: a page that holds a secret beside words from outside must not be compressed (BREACH).
package asset

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// Files are the files of one room that browsers ask for, and the templates that name them.
type Files struct {
	// Templates are the room's pages. In them {{file "page.css"}} is the address of a file; a page that names none that
	// is there cannot be written.
	Templates *template.Template

	served map[string]File // by the name in the address
}

// kinds are the endings of what is served, with the type of each. Whatever else lies beside them is not served.
var kinds = map[string]string{ // never written
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// Load reads the folder web of what a room has embedded: its *.html are the templates, which may use functions, and the
// rest is served below address, such as /checkout/. It panics on what can only be a mistake of ours.
func Load(from fs.FS, address string, functions template.FuncMap) Files {
	f := Files{served: map[string]File{}}
	addresses := map[string]string{}
	names, err := fs.Glob(from, "web/*.*")
	if err != nil {
		panic("asset: " + err.Error())
	}
	for _, name := range names {
		ext := path.Ext(name)
		kind, ok := kinds[ext]
		if !ok {
			continue
		}
		content, err := fs.ReadFile(from, name)
		if err != nil {
			panic("asset: " + err.Error())
		}
		sum := sha256.Sum256(content)
		hashed := strings.TrimSuffix(path.Base(name), ext) + "-" + hex.EncodeToString(sum[:6]) + ext
		f.served[hashed], addresses[path.Base(name)] = NewFile(kind, content), address+hashed
	}
	f.Templates = template.Must(template.New("").Funcs(template.FuncMap{
		"file": func(name string) (string, error) {
			if addresses[name] == "" {
				return "", fmt.Errorf("no file %s", name)
			}
			return addresses[name], nil
		},
	}).Funcs(functions).ParseFS(from, "web/*.html"))
	return f
}

// Serve answers with the file that {file} of the route's pattern names, to be kept for good. False, and nothing answered:
// there is none.
func (f Files) Serve(w http.ResponseWriter, r *http.Request) bool {
	file, ok := f.served[r.PathValue("file")]
	if !ok {
		return false
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	file.ServeHTTP(w, r)
	return true
}

// File is one content and its type. It is compressed when it is first asked for so.
type File struct {
	kind    string
	plain   []byte
	smaller func() []byte // nil where compressing does not make it smaller
}

// NewFile gives a file of a type, such as "text/css; charset=utf-8". The content is the file's from now on.
func NewFile(kind string, content []byte) File {
	return File{kind, content, sync.OnceValue(func() []byte { return compress(content) })}
}

func compress(content []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("asset: " + err.Error()) // it is written to memory
	}
	if b.Len() >= len(content) {
		return nil
	}
	return b.Bytes()
}

// ServeHTTP answers with the file, compressed by gzip if the browser takes that and the file is smaller for it. How long it
// may be kept is for the caller to say.
func (f File) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content := f.plain
	w.Header().Set("Content-Type", f.kind)
	w.Header().Add("Vary", "Accept-Encoding")
	if takesGzip(r.Header) {
		if smaller := f.smaller(); smaller != nil {
			content = smaller
			w.Header().Set("Content-Encoding", "gzip")
		}
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // a browser that is gone reads nothing
}

// takesGzip reads Accept-Encoding. Only a browser that names gzip gets it; "*" alone is too rare to matter.
func takesGzip(h http.Header) bool {
	for _, item := range strings.Split(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		name, rest, _ := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		quality, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(rest), " ", ""), "q=")
		if !ok {
			return true
		}
		q, err := strconv.ParseFloat(quality, 64)
		return err == nil && q > 0
	}
	return false
}
