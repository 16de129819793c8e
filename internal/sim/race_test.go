//go:build race

package sim

// underRace: the race detector makes a day several times as long.
const underRace = true
