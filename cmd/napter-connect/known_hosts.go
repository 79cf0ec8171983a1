package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/simcache"
	"github.com/napter-connect/napter-connect/internal/table"
)

// aliasPrefix begins the name under which a SIM's host keys are kept.
const aliasPrefix = "sim-"

func newKnownHostsCommand(a *app) *cobra.Command {
	return group("known-hosts", "List and forget the trusted host keys of devices",
		"  napter-connect known-hosts list\n  napter-connect known-hosts forget gateway-001",
		newKnownHostsListCommand(a), newKnownHostsForgetCommand(a), newKnownHostsLookupCommand(a))
}

// hostKeyRow is a trusted key as --json prints it.
type hostKeyRow struct {
	// Name is the SIM's name when it was last seen.
	Name        string `json:"name,omitempty"`
	SIM         string `json:"sim,omitempty"`
	Alias       string `json:"alias"`
	Port        int    `json:"port"`
	Type        string `json:"type"`
	Fingerprint string `json:"fingerprint"`
	// IMEI is the device's when the key was trusted.
	IMEI string `json:"imei,omitempty"`
}

func newKnownHostsListCommand(a *app) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "List the trusted host keys", Args: noArgs,
		Long: `List the trusted host keys. A key belongs to a SIM and a device port; IMEI is the
device that was in use when it was trusted.`,
		Example: "  napter-connect known-hosts list\n  napter-connect known-hosts list --json | jq -r '.[].fingerprint'",
		RunE: func(*cobra.Command, []string) error {
			s, err := a.local()
			if err != nil {
				return err
			}
			entries, err := a.hostKeys(s).List()
			if err != nil {
				return err
			}
			return a.printHostKeys(s, entries, asJSON)
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func newKnownHostsForgetCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "forget SIM...", Short: "Forget the host keys of SIMs",
		Long: `Remove the host keys of SIMs, as after a device was replaced or set up anew. SIM is a
SIM ID, an IMSI, the exact name, or an alias as known-hosts list shows it:
[sim-…]:2222 removes those of one device port alone. The next connection asks.`,
		Example: "  napter-connect known-hosts forget gateway-001\n  napter-connect known-hosts forget '[sim-8942310022000012345]:2222'",
		Args:    argCount(1, -1, message.New("one or more SIMs")),
		RunE:    func(cmd *cobra.Command, args []string) error { return runKnownHostsForget(cmd.Context(), a, args) },
	}
	return c
}

func runKnownHostsForget(ctx context.Context, a *app, targets []string) error {
	s, err := a.local()
	if err != nil {
		return err
	}
	list := a.cachedSIMs(s)
	aliases := make([]string, len(targets))
	for i, target := range targets {
		if aliases[i], err = aliasOf(list, target); err != nil {
			return err
		}
	}
	store := a.hostKeys(s)
	for i, alias := range aliases {
		n, err := store.Forget(ctx, alias)
		if err != nil {
			return err
		}
		if n == 0 {
			return noHostKey(targets[i])
		}
		a.say("host keys of %s forgotten: %d", safetext.Line(targets[i]), n)
	}
	return nil
}

func newKnownHostsLookupCommand(a *app) *cobra.Command {
	var asJSON, openssh bool
	c := &cobra.Command{
		Use: "lookup SIM", Short: "Print a SIM's trusted host keys",
		Long: `Print the trusted host keys of a SIM; the exit status is 1 when there is none.

--openssh prints lines in the format of known_hosts for the name as it is given, also
[NAME]:PORT, and exits with 0 in any case: the form for OpenSSH's KnownHostsCommand.`,
		Example: "  napter-connect known-hosts lookup gateway-001\n  ssh -o KnownHostsCommand='/usr/bin/napter-connect known-hosts lookup --openssh %H' gateway-001.napter",
		Args:    argCount(1, 1, message.New("one SIM")),
		RunE: func(_ *cobra.Command, args []string) error {
			if openssh {
				return runKnownHostsCommand(a, args[0])
			}
			return runKnownHostsLookup(a, args[0], asJSON)
		},
	}
	jsonFlag(c, &asJSON)
	c.Flags().BoolVar(&openssh, "openssh", false, "print known_hosts lines for OpenSSH's KnownHostsCommand")
	return c
}

func runKnownHostsLookup(a *app, target string, asJSON bool) error {
	s, err := a.local()
	if err != nil {
		return err
	}
	alias, err := aliasOf(a.cachedSIMs(s), target)
	if err != nil {
		return err
	}
	entries, err := a.hostKeys(s).Lookup(alias)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return noHostKey(target)
	}
	return a.printHostKeys(s, entries, asJSON)
}

// runKnownHostsCommand answers OpenSSH, which ends the connection when we fail: a
// host that we don't know has no lines.
func runKnownHostsCommand(a *app, host string) error {
	if strings.ContainsAny(host, " \t\r\n,*?!|") {
		return nil // it would mean something else in a known_hosts line
	}
	s, err := a.local()
	if err != nil {
		return err
	}
	name, port := splitKnownHost(host)
	alias, err := aliasOf(a.cachedSIMs(s), name)
	if err != nil {
		a.debugf("%v", err)
		return nil
	}
	entries, err := a.hostKeys(s).Lookup(alias)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Port != port {
			continue
		}
		if _, err := fmt.Fprintf(a.out, "%s %s", host, ssh.MarshalAuthorizedKey(e.Key)); err != nil {
			return message.Errorf("writing the host keys: %w", err)
		}
	}
	return nil
}

// splitKnownHost reads a name as OpenSSH looks it up: NAME or [NAME]:PORT.
func splitKnownHost(host string) (name string, port int) {
	if strings.HasPrefix(host, "[") {
		if name, text, err := net.SplitHostPort(host); err == nil {
			if port, err := strconv.Atoi(text); err == nil {
				return name, port
			}
		}
	}
	return host, 22
}

// aliasOf is the name under which a target's host keys are kept. Names are known
// from the last time that SIMs were listed or used.
func aliasOf(list simcache.List, target string) (string, error) {
	if strings.HasPrefix(target, "[") || strings.HasPrefix(target, "|") {
		return target, nil // as in the file
	}
	name := access.TargetName(target)
	if access.IsSIMID(name) {
		return aliasPrefix + name, nil
	}
	switch found := list.Meant(name); len(found) {
	case 0:
		return "", message.WithHint(message.Errorf("no SIM is known here by the name %q", target),
			"give the SIM ID, or list the SIMs first: napter-connect sims")
	case 1:
		return aliasPrefix + found[0].ID, nil
	default:
		ids := make([]string, len(found))
		for i, s := range found {
			ids[i] = s.ID
		}
		return "", message.WithHint(message.Errorf("%d SIMs have the name %q", len(found), target),
			"give one of the SIM IDs: %s", strings.Join(ids, ", "))
	}
}

func noHostKey(target string) error {
	return message.WithHint(message.Errorf("no host key of %s is trusted", safetext.Line(target)),
		"napter-connect known-hosts list shows all")
}

// hostKeys is our file of trusted host keys.
func (a *app) hostKeys(s *setup) *knownhosts.Store {
	return knownhosts.OpenStore(s.dirs.KnownHosts(), func(warning message.Text) { a.notice("%s", warning) })
}

func (a *app) printHostKeys(s *setup, entries []knownhosts.Entry, asJSON bool) error {
	names := a.cachedSIMs(s).Names()
	rows := make([]hostKeyRow, 0, len(entries))
	for _, e := range entries {
		id, _ := strings.CutPrefix(e.Alias, aliasPrefix)
		if !access.IsSIMID(id) {
			id = ""
		}
		rows = append(rows, hostKeyRow{
			Name: names[id], SIM: id, Alias: e.Alias, Port: e.Port, Type: e.Type, Fingerprint: e.Fingerprint, IMEI: e.DeviceID,
		})
	}
	if asJSON {
		return writeJSON(a.out, rows)
	}
	if len(rows) == 0 {
		a.tell(a.texts().Word("no host key is trusted yet; the first connection to a device asks"))
		return nil
	}
	lines := [][]string{{"NAME", "ALIAS", "PORT", "TYPE", "FINGERPRINT", "IMEI"}}
	for _, r := range rows {
		lines = append(lines, []string{r.Name, r.Alias, strconv.Itoa(r.Port), r.Type, r.Fingerprint, r.IMEI})
	}
	return table.Write(a.out, lines)
}
