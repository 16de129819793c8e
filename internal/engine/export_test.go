package engine

// Remembered counts what the engine keeps in memory of payments.
func (e *Engine) Remembered() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.held) + len(e.waits) + len(e.facts) + e.busy
}
