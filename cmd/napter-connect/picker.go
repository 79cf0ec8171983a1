package main

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/hint"
	"github.com/napter-connect/napter-connect/internal/sshclient"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// runPicker shows the online SIMs, and a shell on the one that is chosen. Without
// a terminal it prints the list.
func runPicker(ctx context.Context, a *app) error {
	if !isTerminal(a.in) || !isTerminal(a.out) {
		return runSims(ctx, a, simsOptions{online: true})
	}
	sims, err := a.onlineSIMs(ctx)
	if err != nil {
		return err
	}
	if len(sims) == 0 {
		return hint.New("no SIM is online", "napter-connect sims lists all of them")
	}
	sim, ok, err := tui.Pick(ctx, a.in, a.out, sims)
	if err != nil || !ok {
		return err
	}
	s, err := a.settings(ctx)
	if err != nil {
		return err
	}
	so := connect.SSHOptions{
		Request: access.Request{
			Account: s.account, Network: s.network, Target: sim.ID, Command: "ssh " + sim.ID,
		},
		LocalUser: a.localUser(), AgentSocket: a.getenv("SSH_AUTH_SOCK"),
		KnownHosts: knownHosts(s.dirs), ReadOnlyKnownHosts: a.userKnownHosts(),
		ConfigFile: a.sshConfig(""),
		Session: sshclient.SessionOptions{
			TTY: true, Escapes: true, Stdin: a.in, Stdout: a.out, Stderr: a.err,
			Term: a.getenv("TERM"), Env: localeVariables(a.environ()),
		},
	}
	status, err := a.connectSSH(ctx, s, so, false)
	if err == nil && status != 0 {
		err = exitError(status)
	}
	return err
}

func (a *app) onlineSIMs(ctx context.Context) ([]access.SIM, error) {
	api, err := a.openAPI(ctx, "sims")
	if err != nil {
		return nil, err
	}
	defer api.close(ctx)
	done := a.waiting("fetching SIMs")
	defer done()
	found, err := findSims(ctx, api.Session, simsOptions{online: true})
	if err != nil {
		return nil, err
	}
	sims := make([]access.SIM, 0, len(found.matching))
	for _, sim := range found.matching {
		sims = append(sims, access.Describe(sim))
	}
	return sims, nil
}
