//go:build !race

package keeper_test

// raceEnabled: the race detector makes everything slower and larger.
const raceEnabled = false
