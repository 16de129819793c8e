package sftpserver

import (
	"encoding/json"
	"net/http"
	"time"
)

// told are faults as JSON has them.
type told struct {
	Faults
	AnswerAfter string `json:"answer_after,omitempty"` // such as 30s
}

// Control orders faults over HTTP: GET tells them, POST sets them all anew, {} none. It belongs at /control/sftp.
func (s *Server) Control() http.Handler {
	mux := http.NewServeMux()
	tell := func(w http.ResponseWriter, _ *http.Request) {
		f := told{Faults: s.Faults()}
		if f.Faults.AnswerAfter > 0 {
			f.AnswerAfter = f.Faults.AnswerAfter.String()
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"faults": f, "host_key": s.HostKey(), "user": s.options.User}) // who is gone reads nothing
	}
	mux.HandleFunc("GET /control/sftp", tell)
	mux.HandleFunc("POST /control/sftp", func(w http.ResponseWriter, r *http.Request) {
		var f told
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&f)
		if err == nil && f.AnswerAfter != "" {
			f.Faults.AnswerAfter, err = time.ParseDuration(f.AnswerAfter)
		}
		if err != nil {
			http.Error(w, "read the faults: "+err.Error(), http.StatusBadRequest)
			return
		}
		s.Fail(f.Faults)
		tell(w, r)
	})
	return http.NewCrossOriginProtection().Handler(mux)
}
