// Package termtest runs programs in a pseudo-terminal with a terminal emulator
// at its other end, so that a test sees the screen that a person would see. On
// Windows it is empty.
package termtest
