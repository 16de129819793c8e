package engine

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
)

// Trouble that goes on is said at once and then every minute, other trouble at once, and a fenced database is called so.
func TestTroubleIsNotSaidEverySecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		e := &Engine{Options: Options{Log: slog.New(slog.NewTextHandler(&log, nil))}}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute+time.Second/2)
		defer cancel()
		asked := 0
		e.every(ctx, time.Second, func(context.Context) error {
			switch asked++; {
			case asked <= 100: // said at 1, 61
				return errors.New("connection refused")
			case asked <= 200: // said at 101, 161
				return &store.Fenced{}
			case asked == 201:
				return nil
			case asked <= 210: // said at 202
				return &store.Fenced{}
			}
			return nil
		})
		away, fenced := strings.Count(log.String(), "does not answer"), strings.Count(log.String(), "the database is fenced; nothing is sent")
		if asked != 300 || away != 2 || fenced != 3 {
			t.Errorf("in %d tries it was said %d times that the store does not answer, want 2, and %d times that it is fenced, want 3", asked, away, fenced)
		}
	})
}
