package hostconfig

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// sshTimeout bounds `ssh -G`, which may run commands of the user's (Match exec).
const sshTimeout = 3 * time.Second

// errNoSSH says that there is no ssh that knows -G.
var errNoSSH = message.Errorf("no usable ssh program")

// findSSH returns the ssh program. On Windows it prefers the system's own, since
// the one that comes with git reads other files.
func findSSH() (string, error) {
	if runtime.GOOS == "windows" {
		path := filepath.Join(os.Getenv("SystemRoot"), "System32", "OpenSSH", "ssh.exe")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath("ssh")
	if err != nil {
		return "", errNoSSH
	}
	return path, nil
}

// askSSH runs ssh -G twice at once, with and without the user's configuration,
// since ssh prints its defaults too: what differs was set.
func askSSH(ctx context.Context, name, file string, options []string) (*keywords, error) {
	program, err := findSSH()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, sshTimeout)
	defer cancel()
	var args []string
	if file != "" {
		args = append(args, "-F", file)
	}
	for _, o := range options {
		args = append(args, "-o", o)
	}
	var wg sync.WaitGroup
	var set, defaults map[string][]string
	var errSet, errDefaults error
	wg.Go(func() { set, errSet = runSSH(ctx, program, name, args) })
	wg.Go(func() { defaults, errDefaults = runSSH(ctx, program, name, []string{"-F", "none"}) })
	wg.Wait()
	if err := cmp.Or(errSet, errDefaults); err != nil {
		return nil, err
	}
	s := &keywords{values: make(map[string][]string)}
	s.hostname, s.user = first(set["hostname"]), first(set["user"])
	for key, values := range set {
		if !slices.Equal(values, defaults[key]) {
			s.values[key] = values
		}
	}
	return s, nil
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func runSSH(ctx context.Context, program, name string, args []string) (map[string][]string, error) {
	// The first value of an option counts, so the user's come before ours. A SIM's
	// name is nothing to ask DNS about.
	args = append(slices.Clone(args), "-G", "-o", "CanonicalizeHostname=no", "--", name)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	switch {
	case err == nil:
		return parseDump(stdout.String()), nil
	case ctx.Err() != nil:
		return nil, message.Errorf("%s -G: no answer within %s: %w", program, sshTimeout, context.Cause(ctx))
	case strings.Contains(stderr.String(), "option -- G"):
		return nil, errNoSSH // older than OpenSSH 6.8
	}
	if line := safetext.FirstLine(stderr.Bytes()); line != "" {
		return nil, message.Errorf("ssh says: %s", line)
	}
	return nil, message.Errorf("%s -G: %w", program, err)
}

// parseDump reads what ssh -G prints: a keyword, a space and the value on each
// line. Options that may be given several times have a line each.
func parseDump(text string) map[string][]string {
	out := make(map[string][]string)
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		key = strings.ToLower(key)
		out[key] = append(out[key], value)
	}
	return out
}

// OpenSSHVersion is what the ssh program that is installed says of itself, such as
// "OpenSSH_9.6p1, OpenSSL 3.0.13". It is untrusted text.
func OpenSSHVersion(ctx context.Context) (string, error) {
	program, err := findSSH()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, sshTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-V")
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", message.Errorf("%s -V: %w", program, err)
	}
	return safetext.FirstLine(out), nil
}
