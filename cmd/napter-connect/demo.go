package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

func newDemoCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "demo [command...]", Short: "Try any command on a built-in simulator, without an account",
		Long: `Run a command against a simulated Soracom inside this program: no account, no network,
and nothing of yours is read or written. Without a command it opens the terminal UI.`,
		Example: `  napter-connect demo
  napter-connect demo ssh gateway-001 uname -a
  napter-connect demo sims tokyo`,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.demoHelp(args) {
				return cmd.Help()
			}
			return runDemo(cmd.Context(), a, args)
		},
	}
	return c
}

// demoHelp reports that the help of demo itself is asked for, not that of a command
// in it, and takes --lang of that line.
func (a *app) demoHelp(args []string) bool {
	var g globals
	flags := pflag.NewFlagSet("demo", pflag.ContinueOnError)
	flags.SetInterspersed(false)
	flags.Usage = func() {}
	g.register(flags)
	err := flags.Parse(args)
	a.language = g.language
	return errors.Is(err, pflag.ErrHelp)
}

// runDemo runs the command line in this process, in an isolated world: a
// simulator, and folders that go with it.
func runDemo(ctx context.Context, a *app, args []string) error {
	dir, err := os.MkdirTemp("", "napter-connect-demo-")
	if err != nil {
		return message.Errorf("making a folder for the demo: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	key, err := writeDemoKey(filepath.Join(dir, "id_ed25519"))
	if err != nil {
		return err
	}
	// The simulator outlives a signal, for the command to delete its mapping.
	sim, err := simulator.Start(context.WithoutCancel(ctx), simulator.Options{AuthorizedKeys: []ssh.PublicKey{key}})
	if err != nil {
		return err
	}
	defer func() { _ = sim.Close() }()
	if err := writeDemoFiles(dir, sim); err != nil {
		return err
	}
	vars := simulatorVariables(sim, filepath.Join(dir, "profiles"))
	for name, value := range map[string]string{
		"HOME": dir, "XDG_CONFIG_HOME": dir, "XDG_STATE_HOME": dir, "XDG_CACHE_HOME": dir, "XDG_RUNTIME_DIR": dir,
		"NAPTER_CONNECT_NO_KEEPER": "1", "NAPTER_CONNECT_PROFILE": "", "NAPTER_CONNECT_CONFIG": "",
		"NAPTER_CONNECT_OTP": "", "SSH_AUTH_SOCK": "", "HTTPS_PROXY": "", "https_proxy": "",
	} {
		vars[name] = value
	}
	sys := a.with(vars)
	sys.demo = true
	sys.roots = x509.NewCertPool()
	sys.roots.AppendCertsFromPEM(sim.CACertPEM())
	if status := runContext(ctx, args, sys, a.signals); status != cli.OK {
		return cli.ExitError(status)
	}
	return nil
}

// writeDemoKey makes the key that the demo's devices accept.
func writeDemoKey(path string) (ssh.PublicKey, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, message.Errorf("making a key for the demo: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(private, "demo")
	if err != nil {
		return nil, message.Errorf("making a key for the demo: %w", err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		return nil, message.Errorf("making a key for the demo: %w", err)
	}
	return ssh.NewPublicKey(public)
}

// writeDemoFiles writes what a user would have by now: a profile, a rule that
// names the key, and the devices' host keys.
func writeDemoFiles(dir string, sim *simulator.Simulator) error {
	if err := sim.WriteProfiles(filepath.Join(dir, "profiles")); err != nil {
		return err
	}
	app := filepath.Join(dir, "napter-connect")
	if err := os.MkdirAll(app, 0o700); err != nil {
		return message.Errorf("making a folder for the demo: %w", err)
	}
	rule := fmt.Sprintf("sims:\n  - name: '*'\n    user: pi\n    identity: ['%s']\n", filepath.Join(dir, "id_ed25519"))
	for name, data := range map[string][]byte{"config.yaml": []byte(rule), "known_hosts": sim.KnownHosts()} {
		if err := os.WriteFile(filepath.Join(app, name), data, 0o600); err != nil {
			return message.Errorf("writing the demo's files: %w", err)
		}
	}
	return nil
}
