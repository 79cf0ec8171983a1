//go:build race

package main

// slowdown is how much slower the race detector may make the program.
const slowdown = 10
