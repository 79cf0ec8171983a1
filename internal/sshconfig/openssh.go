package sshconfig

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// trialLimit is how long ssh may take to read a configuration.
const trialLimit = 10 * time.Second

// KnowsHostsCommand says whether ssh may find KnownHostsCommand in its
// configuration: before OpenSSH 8.5 that would be the end of every ssh.
func KnowsHostsCommand(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, trialLimit)
	defer cancel()
	err := exec.CommandContext(ctx, "ssh", "-F", "none", "-o", "KnownHostsCommand=none", "-G", "sim").Run()
	return err == nil || errors.Is(err, exec.ErrNotFound)
}

// Check lets ssh read a file of Host blocks before everything depends on it.
func Check(ctx context.Context, file string) error {
	ctx, cancel := context.WithTimeout(ctx, trialLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ssh", "-F", file, "-G", "sim"+suffix)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	if err == nil || errors.Is(err, exec.ErrNotFound) {
		return nil
	}
	said := safetext.Trim(strings.ReplaceAll(stderr.String(), "\n", " "))
	return message.WithHint(message.Errorf("ssh does not accept the file, which was not put in place: %s", said),
		"please report this, with the output of: napter-connect ssh-config")
}
