// Package hometest runs the real program for tests, in homes of its own that know
// a simulated Soracom and nobody else. It finds processes in /proc: where there is
// none, there are no homes.
package hometest
