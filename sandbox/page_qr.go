package sandbox

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/sandbox/qrscan"
)

// openShown is how many open QRs a phone's page lists.
const openShown = 8

// snapRoutes adds what a customer does with QRs and account bindings.
func (s *Sandbox) snapRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /phones/{phone}/scan", s.postScan)
	mux.HandleFunc("POST /phones/{phone}/picture", s.postPicture)
	mux.HandleFunc("POST /binding/{id}", s.postBinding)
}

// postScan scans a QR that was chosen from the list (id) or pasted (qr).
func (s *Sandbox) postScan(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	s.scanned(w, r, func(core *Core, now time.Time) error {
		if text := r.PostFormValue("qr"); text != "" {
			_, err := core.Scan(now, r.PathValue("phone"), text)
			return err
		}
		id, _ := strconv.ParseUint(r.PostFormValue("id"), 10, 64)
		return core.ScanID(now, id, r.PathValue("phone"))
	})
}

// postPicture scans the QR in an uploaded picture. One is read at a time, so that
// uploads cannot use up the memory together.
func (s *Sandbox) postPicture(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, qrscan.MaxBytes+64<<10)
	picture, err := uploaded(r)
	if err == nil {
		select {
		case s.reading <- struct{}{}:
			var text string
			text, err = qrscan.Text(picture)
			<-s.reading
			if err == nil {
				s.scanned(w, r, func(core *Core, now time.Time) error {
					_, err := core.Scan(now, r.PathValue("phone"), text)
					return err
				})
				return
			}
		case <-r.Context().Done():
			return
		}
	}
	problem := "picture"
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) || errors.Is(err, qrscan.ErrTooLarge) {
		problem = "picture_size"
	} else if errors.Is(err, qrscan.ErrNoQR) {
		problem = "picture_qr"
	}
	back(w, r, "/phones/"+url.PathEscape(r.PathValue("phone"))+"?problem="+problem)
}

// uploaded reads the part "picture" of a form, without a file on disk.
func uploaded(r *http.Request) ([]byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FormName() == "picture" {
			return io.ReadAll(io.LimitReader(part, qrscan.MaxBytes+1))
		}
	}
}

// scanned scans and leads back to the phone's page, with what went wrong.
func (s *Sandbox) scanned(w http.ResponseWriter, r *http.Request, scan func(*Core, time.Time) error) {
	var err error
	s.Do(func(core *Core, now time.Time) { err = scan(core, now) })
	to, problem := "/phones/"+url.PathEscape(r.PathValue("phone")), ""
	switch {
	case err == nil:
	case errors.Is(err, ErrUnknownPhone):
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	case errors.Is(err, ErrNotQR):
		problem = "?problem=qr"
	case errors.Is(err, ErrScanned):
		problem = "?problem=qr_scanned"
	case errors.Is(err, ErrNotPending):
		problem = "?problem=qr_over"
	default:
		problem = "?problem=qr_unknown"
	}
	back(w, r, to+problem)
}

// viewBinding is a page of an account binding. When it is over, its form and its links
// may lead to the merchant.
func (s *Sandbox) viewBinding(r *http.Request, v *view) error {
	v.Kind, v.Title = "binding", words[v.Lang]["binding"]
	var found bool
	s.Do(func(core *Core, now time.Time) {
		v.Now = now
		v.Binding, found = core.Binding(r.PathValue("id"))
		if b := core.snap.bindings[r.PathValue("id")]; found {
			v.FormTo = origin(b.success) + " " + origin(b.failed)
		}
	})
	if !found {
		return errNoPage
	}
	return nil
}

// origin is scheme and host of an address, for a content policy.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || !isWebAddress(address) || strings.ContainsAny(u.Host, " ;,'\"") {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// postBinding is the customer's answer to one of the pages.
func (s *Sandbox) postBinding(w http.ResponseWriter, r *http.Request) {
	value := r.PostFormValue("value")
	if r.PostFormValue("refuse") != "" {
		value = ""
	} else if value == "" {
		value = " " // nothing was typed: a wrong code, no refusal
	}
	var b Binding
	var err error
	s.Do(func(core *Core, now time.Time) {
		b, err = core.AnswerBinding(now, r.PathValue("id"), BindingStep(r.PostFormValue("step")), value)
	})
	switch {
	case errors.Is(err, ErrUnknownBinding):
		http.Error(w, err.Error(), http.StatusNotFound)
	case errors.Is(err, ErrWrongCode):
		back(w, r, "/binding/"+url.PathEscape(b.ID)+"?problem=code")
	case b.Back != "":
		back(w, r, b.Back)
	default:
		back(w, r, "/binding/"+url.PathEscape(b.ID))
	}
}
