package main

import (
	"context"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/hostkeys"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
	"github.com/napter-connect/napter-connect/internal/table"
)

// knownHostsOptions are those of all commands below known-hosts.
type knownHostsOptions struct {
	targets       []string
	json, openssh bool
}

func newKnownHostsCommand(a *app) *cobra.Command {
	return cli.Group("known-hosts", "List and forget the trusted host keys of devices",
		"  napter-connect known-hosts list\n  napter-connect known-hosts forget gateway-001",
		newKnownHostsListCommand(a, nil), newKnownHostsForgetCommand(a, nil), newKnownHostsLookupCommand(a, nil))
}

func newKnownHostsListCommand(a *app, runF func(context.Context, *knownHostsOptions) error) *cobra.Command {
	var o knownHostsOptions
	if runF == nil {
		runF = a.runKnownHostsList
	}
	c := &cobra.Command{
		Use: "list", Short: "List the trusted host keys", Args: cli.NoArgs,
		Long: `List the trusted host keys. A key belongs to a SIM and a device port; IMEI is the
device that was in use when it was trusted.`,
		Example: "  napter-connect known-hosts list\n  napter-connect known-hosts list --json | jq -r '.[].fingerprint'",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &o) },
	}
	cli.JSONFlag(c, &o.json)
	return c
}

func newKnownHostsForgetCommand(a *app, runF func(context.Context, *knownHostsOptions) error) *cobra.Command {
	if runF == nil {
		runF = a.runKnownHostsForget
	}
	return &cobra.Command{
		Use: "forget SIM...", Short: "Forget the host keys of SIMs",
		Long: `Remove the host keys of SIMs, as after a device was replaced or set up anew. SIM is a
SIM ID, an IMSI, the exact name, or an alias as known-hosts list shows it:
[sim-…]:2222 removes those of one device port alone. The next connection asks.`,
		Example: "  napter-connect known-hosts forget gateway-001\n  napter-connect known-hosts forget '[sim-8942310022000012345]:2222'",
		Args:    cli.ArgCount(1, -1, message.New("one or more SIMs")),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runF(cmd.Context(), &knownHostsOptions{targets: args})
		},
	}
}

func newKnownHostsLookupCommand(a *app, runF func(context.Context, *knownHostsOptions) error) *cobra.Command {
	var o knownHostsOptions
	if runF == nil {
		runF = a.runKnownHostsLookup
	}
	c := &cobra.Command{
		Use: "lookup SIM", Short: "Print a SIM's trusted host keys",
		Long: `Print the trusted host keys of a SIM; the exit status is 1 when there is none.

--openssh prints lines in the format of known_hosts for the name as it is given, also
[NAME]:PORT, and exits with 0 in any case: the form for OpenSSH's KnownHostsCommand.`,
		Example: "  napter-connect known-hosts lookup gateway-001\n  ssh -o KnownHostsCommand='/usr/bin/napter-connect known-hosts lookup --openssh %H' gateway-001.napter",
		Args:    cli.ArgCount(1, 1, message.New("one SIM")),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.targets = args
			return runF(cmd.Context(), &o)
		},
	}
	cli.JSONFlag(c, &o.json)
	c.Flags().BoolVar(&o.openssh, "openssh", false, "print known_hosts lines for OpenSSH's KnownHostsCommand")
	return c
}

func (a *app) runKnownHostsList(_ context.Context, o *knownHostsOptions) error {
	keys, err := a.hostKeys()
	if err != nil {
		return err
	}
	list, err := keys.List()
	if err != nil {
		return err
	}
	return a.printHostKeys(list, o.json)
}

func (a *app) runKnownHostsForget(ctx context.Context, o *knownHostsOptions) error {
	keys, err := a.hostKeys()
	if err != nil {
		return err
	}
	return keys.Forget(ctx, o.targets, func(target string, n int) {
		a.say("host keys of %s forgotten: %d", safetext.Line(target), n)
	})
}

func (a *app) runKnownHostsLookup(_ context.Context, o *knownHostsOptions) error {
	keys, err := a.hostKeys()
	if err != nil {
		return err
	}
	if o.openssh {
		lines, err := keys.OpenSSH(o.targets[0])
		if err != nil {
			return err
		}
		if _, err = io.WriteString(a.out, lines); err != nil {
			return message.Errorf("writing the host keys: %w", err)
		}
		return nil
	}
	list, err := keys.Lookup(o.targets[0])
	if err != nil {
		return err
	}
	return a.printHostKeys(list, o.json)
}

// hostKeys are the keys in our file.
func (a *app) hostKeys() (hostkeys.Keys, error) {
	s, err := a.local()
	if err != nil {
		return hostkeys.Keys{}, err
	}
	store := knownhosts.OpenStore(s.Dirs.KnownHosts(), func(warning message.Text) { a.notice("%s", warning) })
	return hostkeys.Keys{Store: store, SIMs: s.Memory().List(), Debugf: a.debugf}, nil
}

func (a *app) printHostKeys(list []hostkeys.Key, asJSON bool) error {
	if asJSON {
		return cli.WriteJSON(a.out, list)
	}
	if len(list) == 0 {
		a.tell(a.texts().Word("no host key is trusted yet; the first connection to a device asks"))
		return nil
	}
	lines := [][]string{{"NAME", "ALIAS", "PORT", "TYPE", "FINGERPRINT", "IMEI"}}
	for _, k := range list {
		lines = append(lines, []string{k.Name, k.Alias, strconv.Itoa(k.Port), k.Type, k.Fingerprint, k.IMEI})
	}
	return table.Write(a.out, lines)
}
