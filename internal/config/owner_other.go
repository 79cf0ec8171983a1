//go:build !unix

package config

import "os"

// ownedByUs is true where folders of the profile are private by their ACL.
func ownedByUs(os.FileInfo) bool { return true }
