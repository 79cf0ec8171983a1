package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshconfig"
)

const sshConfigLong = `Print an ssh_config with a Host block for every named SIM, so that ssh, scp, rsync,
git, Ansible and VS Code reach it by its name. They share the host keys that this
program trusts.

--write keeps the blocks in a file of this program's own, and adds one Include line at
the top of your ~/.ssh/config. Run it again when SIMs were added or renamed; until
then NAME.napter reaches them too. --remove undoes it.

user, port and identity of a SIM come from config.yaml.`

const sshConfigExample = `  napter-connect ssh-config --write && ssh gateway-001
  napter-connect ssh-config > sims.conf && ssh -F sims.conf gateway-001
  napter-connect ssh-config --profile work --write
  napter-connect ssh-config --remove`

func newSSHConfigCommand(a *app) *cobra.Command {
	var write, remove bool
	c := &cobra.Command{
		Use: "ssh-config", Short: "Print or install an ssh_config with every named SIM",
		Long: sshConfigLong, Example: sshConfigExample, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case write && remove:
				return usagef(seeHelp(cmd), "give --write or --remove, not both")
			case remove:
				return runSSHConfigRemove(cmd.Context(), a)
			}
			return runSSHConfig(cmd.Context(), a, write)
		},
	}
	c.Flags().BoolVar(&write, "write", false, "keep the blocks in a file that your ~/.ssh/config includes")
	c.Flags().BoolVar(&remove, "remove", false, "remove that file and the line that includes it")
	return c
}

func runSSHConfig(ctx context.Context, a *app, write bool) error {
	api, err := a.openAPI(ctx, "ssh-config")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	done := a.waiting(a.texts().Word("fetching SIMs"))
	found, err := inventory.FindSIMs(ctx, api.Session, "", false)
	done()
	if err != nil {
		return err
	}
	if token, ok := api.Held(); ok {
		defer a.rememberListed(api.setup, token.OperatorID, found.Fetched, true)
	}
	hosts := sshHosts(api.setup.file, found.Fetched)
	install, installErr := a.sshInstall(api.setup)
	o, err := a.sshConfigOptions(ctx, api.setup, install.OwnHosts())
	if err != nil {
		return err
	}
	blocks, err := sshconfig.Write(o, hosts)
	if err != nil {
		return err
	}
	if !write {
		_, err = a.out.Write(blocks)
		return err
	}
	if installErr != nil {
		return installErr
	}
	changed, err := install.Put(ctx, blocks, func(file string) error { return checkSSHConfig(ctx, file) })
	if err != nil {
		return err
	}
	n := len(hosts)
	text := message.Plural(n, "%d SIM in %s (unchanged), included by %s", "%d SIMs in %s (unchanged), included by %s",
		n, install.File, install.UserConfig)
	if changed {
		text = message.Plural(n, "%d SIM in %s (written), included by %s", "%d SIMs in %s (written), included by %s",
			n, install.File, install.UserConfig)
	}
	a.say("%s", text)
	return nil
}

func runSSHConfigRemove(ctx context.Context, a *app) error {
	s, err := a.local()
	if err != nil {
		return err
	}
	install, err := a.sshInstall(s)
	if err != nil {
		return err
	}
	changed, err := install.Remove(ctx)
	if err != nil {
		return err
	}
	if !changed {
		a.tell(a.texts().Word("there was nothing to remove"))
		return nil
	}
	a.say("removed %s and its line in %s", install.File, install.UserConfig)
	return nil
}

// sshHosts are the named SIMs, sorted by name.
func sshHosts(file config.File, sims []client.Sim) []sshconfig.Host {
	var hosts []sshconfig.Host
	for _, sim := range sims {
		if sim.Name() == "" || sim.Status == "terminated" {
			continue
		}
		rule := file.For(sim.Name(), sim.Tags)
		hosts = append(hosts, sshconfig.Host{
			ID: sim.SimID, Name: sim.Name(), User: rule.User, Port: rule.Port, Identity: rule.Identity,
		})
	}
	slices.SortFunc(hosts, func(a, b sshconfig.Host) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return hosts
}

// sshInstall is where --write writes.
func (a *app) sshInstall(s *setup) (sshconfig.Install, error) {
	home := cmp.Or(a.getenv("HOME"), a.getenv("USERPROFILE"))
	if home == "" {
		return sshconfig.Install{}, message.WithHint(
			message.Errorf("your ~/.ssh/config is not known, since there is no home folder"), "set HOME")
	}
	return sshconfig.Install{
		File:       filepath.Join(s.dirs.State, "ssh_config"),
		UserConfig: filepath.Join(home, ".ssh", "config"),
	}, nil
}

func (a *app) sshConfigOptions(ctx context.Context, s *setup, own []string) (sshconfig.Options, error) {
	program, err := a.program()
	if err != nil {
		return sshconfig.Options{}, err
	}
	o := sshconfig.Options{
		Command: []string{program}, GOOS: runtime.GOOS, KnownHosts: s.dirs.KnownHosts(),
		Taken: own, Lookup: knowsHostsCommand(ctx),
	}
	// What decides the account here decides it there too, where other variables
	// may be set.
	for _, flag := range [][2]string{
		{"--profile", cmp.Or(a.profile, a.getenv("NAPTER_CONNECT_PROFILE"))},
		{"--coverage-type", a.coverage},
	} {
		if flag[1] != "" {
			o.Command = append(o.Command, flag[0], flag[1])
		}
	}
	if file := cmp.Or(a.config, a.getenv("NAPTER_CONNECT_CONFIG")); file != "" {
		if file, err = filepath.Abs(file); err != nil {
			return o, message.Errorf("finding the configuration: %w", err)
		}
		o.Command = append(o.Command, "--config", file)
	}
	return o, nil
}

// program is this program's absolute path as it was called: a link stays one, so
// that the path outlives an update (Homebrew's, say).
func (a *app) program() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", message.Errorf("finding this program: %w", err)
	}
	if called, ok := sameProgram(a.arg0, self); ok {
		return called, nil
	}
	return self, nil
}

// sameProgram is the absolute path by which self was called, if it is one.
func sameProgram(arg0, self string) (called string, ok bool) {
	called, err := exec.LookPath(arg0)
	if err != nil {
		return "", false
	}
	if called, err = filepath.Abs(called); err != nil {
		return "", false
	}
	one, err1 := os.Stat(called)
	two, err2 := os.Stat(self)
	return called, err1 == nil && err2 == nil && os.SameFile(one, two)
}

// sshTrialLimit is how long ssh may take to read a configuration.
const sshTrialLimit = 10 * time.Second

// knowsHostsCommand says whether ssh may find KnownHostsCommand in its
// configuration: before OpenSSH 8.5 that would be the end of every ssh.
func knowsHostsCommand(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, sshTrialLimit)
	defer cancel()
	err := exec.CommandContext(ctx, "ssh", "-F", "none", "-o", "KnownHostsCommand=none", "-G", "sim").Run()
	return err == nil || errors.Is(err, exec.ErrNotFound)
}

// checkSSHConfig lets ssh read a file before everything depends on it.
func checkSSHConfig(ctx context.Context, file string) error {
	ctx, cancel := context.WithTimeout(ctx, sshTrialLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ssh", "-F", file, "-G", "sim.napter")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	if err == nil || errors.Is(err, exec.ErrNotFound) {
		return nil
	}
	return message.WithHint(
		message.Errorf("ssh does not accept the file, which was not put in place: %s", oneLine(stderr.String())),
		"please report this, with the output of: napter-connect ssh-config")
}
