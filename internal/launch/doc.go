// Package launch holds the ways to use an open mapping.
package launch
