package sim

import "testing"

// TestSeedsOnAFile lives through stormy days on a SQLite file, which is closed and opened again whenever the gateway
// dies.
func TestSeedsOnAFile(t *testing.T) {
	t.Parallel()
	seeds := 6
	if testing.Short() || underRace {
		seeds = 2
	}
	s := live(t, ManyOptions{Seeds: seeds, Payments: 15, SQLite: t.TempDir()})
	if s.Crashes < seeds/2 {
		t.Errorf("%d crashes in %d days: the file was hardly opened again", s.Crashes, seeds)
	}
}
