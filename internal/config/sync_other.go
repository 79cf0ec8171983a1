//go:build !unix

package config

// syncDir does nothing where folders can't be synced; NTFS journals renames.
func syncDir(string) error { return nil }
