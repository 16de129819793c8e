package notice

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Keeper keeps notices, for all gateways together.
type Keeper interface {
	// Mine tells whether this process looks after the notices, until the given time: one does at a time.
	Mine(ctx context.Context, until time.Time) (bool, error)
	// Kept gives the notices that hold, and those of which not everything was mailed.
	Kept(context.Context) ([]Kept, error)
	// Save writes a change over the version before, and tells of it; ErrOvertaken when somebody else was faster.
	Save(context.Context, Change) error
}

// ErrOvertaken says that a notice has changed meanwhile.
var ErrOvertaken = errors.New("the notice has changed meanwhile")

// Board looks after the notices.
type Board struct {
	Keeper Keeper
	// Facts gathers how things stand.
	Facts func(context.Context) (Facts, error)
	// Mail sends; nil: nobody gets mail.
	Mail func(context.Context, []Kept, time.Time) error
	Now  func() time.Time
	// Sleep waits between two looks.
	Sleep func(context.Context, time.Duration) error
	NewID func() string
	Log   *slog.Logger
}

// every is how often the board looks; mine is for how long it is nobody else's.
const (
	every = 30 * time.Second
	mine  = 3 * every
)

// Run looks again and again, until the context ends.
func (b *Board) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := b.Look(ctx); err != nil && ctx.Err() == nil {
			b.Log.Warn("notices cannot be looked after just now; trying again", "error", err)
		}
		if b.Sleep(ctx, every) != nil {
			return
		}
	}
}

// Look looks once, if it is this process's turn.
func (b *Board) Look(ctx context.Context) error {
	now := b.Now()
	turn, err := b.Keeper.Mine(ctx, now.Add(mine))
	if err != nil || !turn {
		return err
	}
	facts, err := b.Facts(ctx)
	if err != nil {
		return err
	}
	kept, err := b.Keeper.Kept(ctx)
	if err != nil {
		return err
	}
	for _, c := range Next(kept, Wanted(facts), now, b.NewID) {
		if b.Mail == nil {
			c.Mailed = c.Said
		}
		if err := b.Keeper.Save(ctx, c); err != nil && !errors.Is(err, ErrOvertaken) {
			return err
		}
		b.log(ctx, c)
	}
	return b.mail(ctx, now)
}

func (b *Board) log(ctx context.Context, c Change) {
	level := slog.LevelWarn
	switch {
	case c.Step == Noted:
		return
	case c.Step == Cleared:
		level = slog.LevelInfo
	case c.Urgent:
		level = slog.LevelError
	}
	b.Log.Log(ctx, level, "notice "+string(c.Step), "kind", string(c.Kind), "notice", c.ID, "merchant", c.MerchantID, "text", c.Text)
}

// mail sends what was told and not mailed, in one e-mail. What cannot be sent is tried again with the next look.
func (b *Board) mail(ctx context.Context, now time.Time) error {
	if b.Mail == nil {
		return nil
	}
	kept, err := b.Keeper.Kept(ctx)
	if err != nil {
		return err
	}
	var due []Kept
	for _, k := range kept {
		if k.Mailed < k.Said {
			due = append(due, k)
		}
	}
	if len(due) == 0 {
		return nil
	}
	if err := b.Mail(ctx, due, now); err != nil {
		return err
	}
	for _, k := range due {
		k.Mailed = k.Said
		k.Version++
		if err := b.Keeper.Save(ctx, Change{k, Noted}); err != nil && !errors.Is(err, ErrOvertaken) {
			return err
		}
	}
	return nil
}
