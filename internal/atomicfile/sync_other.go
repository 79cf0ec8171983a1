//go:build !unix

package atomicfile

// syncDir does nothing: Windows can't sync a folder, and NTFS journals renames.
func syncDir(string) error { return nil }
