package sshclient

import (
	"context"
)

// HostConfig is what the user's ssh_config says about a host.
type HostConfig struct {
	User           string
	Port           int // 0 when not set by the user
	IdentityFiles  []string
	CertFiles      []string
	IdentitiesOnly bool
	IdentityAgent  string
	ForwardAgent   bool
	// Ignored are options that are set and that the embedded client does not
	// honour, for -v.
	Ignored []string
}

// LoadHostConfig asks `ssh -G name` where ssh exists, else a parser for files
// without Match. file is -F ("" is the default), options are -o, all as typed.
func LoadHostConfig(ctx context.Context, name, file string, options []string) (HostConfig, error) {
	return HostConfig{}, errUnbuilt
}
