package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/lunas"
)

// Events are the commands about the feed.
type Events struct {
	Tail eventsTail `cmd:"" help:"Show what happens, as it happens."`
}

// fromWhere says where in the feed a command begins.
type fromWhere struct {
	After int64    `help:"Begin after this position, 0 for the beginning; with what happens from now on when left out." default:"-1" placeholder:"POSITION"`
	Types []string `help:"Only events of these types; payment.* for all of a kind." name:"type" placeholder:"TYPE" complete:"events"`
	Count int      `help:"End after so many events; 0: never." default:"0" placeholder:"N"`
}

// lostPause is the pause before a lost gateway is asked again, beside those of the client.
const lostPause = 5 * time.Second

// follow calls do with each event that is wanted, in order, until the context ends. A gateway that is away for a while
// loses nothing: it goes on from the last position.
func (f fromWhere) follow(ctx context.Context, s *Session, do func(*lunas.Event) error) (err error) {
	after := f.After
	if after < 0 {
		if after, err = s.Client.Events().End(ctx); err != nil {
			return err
		}
	}
	for n := 0; ; {
		err := func() error {
			for e, err := range s.Client.Events().Follow(ctx, after) {
				if err != nil {
					return err
				}
				after = e.Position
				if !wanted(f.Types, e.Type) {
					continue
				}
				if err := do(e); err != nil {
					return err
				}
				if n++; n == f.Count {
					return errEnough
				}
			}
			return nil
		}()
		var away *lunas.ConnectionError
		var problem *lunas.Error
		switch {
		case errors.Is(err, errEnough) || ctx.Err() != nil:
			return nil
		case errors.As(err, &away) || errors.As(err, &problem) && problem.Temporary():
			fmt.Fprintf(s.t.Err, "%v; going on after %d in %v\n", Explain(err), after, s.lost)
		default:
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(s.lost):
		}
	}
}

var errEnough = errors.New("enough events") // never written

// wanted tells whether a type is one of those wanted; none: all are.
func wanted(types []string, given string) bool {
	for _, t := range types {
		kind, all := strings.CutSuffix(t, "*")
		if t == given || all && strings.HasPrefix(given, kind) {
			return true
		}
	}
	return len(types) == 0
}

type eventsTail struct {
	Connection
	fromWhere
}

// Help shows examples.
func (eventsTail) Help() string {
	return "Ctrl-C ends it. The first column is the position: --after goes on from there, and nothing is missed.\n\n" +
		"Examples:\n" +
		"  lunas events tail\n" +
		"  lunas events tail --after 0 --type payment.paid\n" +
		"  lunas events tail --json | jq -r .data.reference"
}

// Run shows events.
func (c eventsTail) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		return c.follow(ctx, s, func(e *lunas.Event) error { return showEvent(s, t.Out, e) })
	})
}

func showEvent(s *Session, out io.Writer, e *lunas.Event) error {
	if s.json {
		body, err := eventJSON(e, true)
		if err != nil {
			return err
		}
		return printJSON(out, body)
	}
	about := ""
	if p := e.Payment; p != nil {
		about = fmt.Sprintf("%s  version %d  %s  %s", p.ID, p.Version, rupiah(p.Amount), p.Reference)
		if p.Failure != nil {
			about += "  " + p.Failure.Code
		}
	}
	_, err := fmt.Fprintf(out, "%6d  %s  %-20s  %s\n", e.Position, e.Timestamp.Format(day), clean(e.Type), clean(about))
	return err
}
