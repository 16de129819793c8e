package observe

import "sync"

// wordsMax is how many different words are taken of one kind.
const wordsMax = 100

// words lets words from outside, such as a provider's codes, become labels while they are few, short and plain. What is not
// is "other": a provider that sends a phone number where a code belongs must not put it into a metric.
type words struct {
	longest int
	mu      sync.RWMutex
	taken   map[string]bool
}

func (w *words) label(s string) string {
	if s == "" {
		return ""
	}
	w.mu.RLock()
	known := w.taken[s]
	w.mu.RUnlock()
	if known {
		return s
	}
	if !w.plain(s) {
		return other
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.taken == nil {
		w.taken = map[string]bool{}
	}
	if len(w.taken) >= wordsMax {
		return other
	}
	w.taken[s] = true
	return s
}

// plain tells whether a word looks like a code: letters, digits and underscores, and no long number among them.
func (w *words) plain(s string) bool {
	if len(s) > w.longest {
		return false
	}
	digits := 0
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			if digits++; digits > digitsMax {
				return false
			}
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		default:
			return false
		}
	}
	return true
}

// digitsMax is how many digits a code may have: SNAP's have seven, a phone number at least nine.
const digitsMax = 7

const other = "other"
