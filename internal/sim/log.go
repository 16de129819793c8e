package sim

import (
	"context"
	"log/slog"
)

// logbook reads what the engine logs, and looks for what must not stand there.
type logbook struct {
	day  *day
	p    *process
	with []slog.Attr
}

// Enabled takes everything.
func (l *logbook) Enabled(context.Context, slog.Level) bool { return true }

// WithAttrs keeps attributes.
func (l *logbook) WithAttrs(a []slog.Attr) slog.Handler {
	return &logbook{l.day, l.p, append(l.with[:len(l.with):len(l.with)], a...)}
}

// WithGroup keeps none: names matter to nobody here.
func (l *logbook) WithGroup(string) slog.Handler { return l }

// Handle reads a line.
func (l *logbook) Handle(_ context.Context, r slog.Record) error {
	if l.p.dead {
		return nil
	}
	line := append(l.day.text[:0], r.Message...)
	read := func(a slog.Attr) bool {
		line = append(append(line, ' '), a.Value.Resolve().String()...)
		return true
	}
	for _, a := range l.with {
		read(a)
	}
	r.Attrs(read)
	l.day.text = line
	text := string(line)
	if found := l.day.secretIn(text); found != "" {
		l.day.fail(NoSecretInLog, "", "%s stands in a line that begins %q", found, r.Message)
	}
	l.day.tell("logs", l.p, "", text)
	return nil
}

// secretIn names what must not be in a text; empty if nothing of it is.
func (d *day) secretIn(text string) string {
	for _, t := range d.tracks {
		if found := t.secret(text); found != "" {
			return found
		}
	}
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && text[end] >= '0' && text[end] <= '9' {
			end++
		}
		if end-i >= 10 && d.digits[text[i:end]] {
			return "a whole phone number"
		}
		i = end + 1
	}
	return ""
}
