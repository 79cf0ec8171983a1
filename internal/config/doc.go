// Package config holds the folders, config.yaml (the defaults of the flags, and
// rules for single SIMs) and recent.json (what was used last), and the one way
// in which files of the program are written. None of them ever holds a secret.
package config
