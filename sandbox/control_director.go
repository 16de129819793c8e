package sandbox

import (
	"errors"
	"net/http"
	"time"
)

// controlPending lists what waits, at every provider, with what can be done about it.
func (s *Sandbox) controlPending(w http.ResponseWriter, _ *http.Request) {
	var list []Waiting
	s.Do(func(core *Core, now time.Time) { list = core.Pending(now) })
	writeJSON(w, http.StatusOK, map[string]any{"pending": list})
}

// controlTurnClock changes the speed, or moves the clock ahead: {"speed":10,"skip":"1m"}.
func (s *Sandbox) controlTurnClock(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Speed float64  `json:"speed"`
		Skip  Duration `json:"skip"`
	}
	if !readJSON(w, r, &given) {
		return
	}
	var err error
	if given.Speed != 0 {
		err = s.SetSpeed(given.Speed)
	}
	if given.Skip != 0 && err == nil {
		err = s.Skip(time.Duration(given.Skip))
	}
	switch {
	case errors.Is(err, ErrFixedClock):
		writeError(w, http.StatusConflict, err.Error())
	case err != nil:
		writeError(w, http.StatusUnprocessableEntity, err.Error())
	default:
		s.controlClock(w, r)
	}
}
