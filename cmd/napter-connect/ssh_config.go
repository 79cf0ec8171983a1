package main

import (
	"cmp"
	"context"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
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

type sshConfigOptions struct{ write, remove bool }

func newSSHConfigCommand(a *app, runF func(context.Context, *sshConfigOptions) error) *cobra.Command {
	var o sshConfigOptions
	if runF == nil {
		runF = a.runSSHConfig
	}
	c := &cobra.Command{
		Use: "ssh-config", Short: "Print or install an ssh_config with every named SIM",
		Long: sshConfigLong, Example: sshConfigExample, Args: cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.write && o.remove {
				return cli.Usagef(cli.SeeHelp(cmd), "give --write or --remove, not both")
			}
			return runF(cmd.Context(), &o)
		},
	}
	c.Flags().BoolVar(&o.write, "write", false, "keep the blocks in a file that your ~/.ssh/config includes")
	c.Flags().BoolVar(&o.remove, "remove", false, "remove that file and the line that includes it")
	return c
}

func (a *app) runSSHConfig(ctx context.Context, o *sshConfigOptions) error {
	if o.remove {
		return a.removeSSHConfig(ctx)
	}
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
	defer api.Remember(found)
	install, installErr := sshconfig.FindInstall(a.getenv, api.Dirs.State)
	command, err := sshconfig.Command(a.arg0, sshconfig.Account{
		Profile: cmp.Or(a.profile, a.getenv("NAPTER_CONNECT_PROFILE")), Coverage: a.coverage,
		Config: cmp.Or(a.config, a.getenv("NAPTER_CONNECT_CONFIG")),
	})
	if err != nil {
		return err
	}
	hosts := sshconfig.Hosts(api.File, found.Fetched)
	blocks, err := sshconfig.Write(sshconfig.Options{
		Command: command, GOOS: runtime.GOOS, KnownHosts: api.Dirs.KnownHosts(),
		Taken: install.OwnHosts(), Lookup: sshconfig.KnowsHostsCommand(ctx),
	}, hosts)
	if err != nil {
		return err
	}
	if !o.write {
		_, err = a.out.Write(blocks)
		return err
	}
	if installErr != nil {
		return installErr
	}
	changed, err := install.Put(ctx, blocks, sshconfig.Check)
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

func (a *app) removeSSHConfig(ctx context.Context) error {
	s, err := a.local()
	if err != nil {
		return err
	}
	install, err := sshconfig.FindInstall(a.getenv, s.Dirs.State)
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
