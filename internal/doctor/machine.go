package doctor

import (
	"context"
	"errors"
	"runtime"

	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"

	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"

	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

func (d *Doctor) lookAtProgram(context.Context) finding {
	return ok(message.New("napter-connect %s, %s/%s", d.Version, runtime.GOOS, runtime.GOARCH))
}

func (d *Doctor) lookAtFolders(context.Context) finding {
	for _, dir := range []string{d.Dirs.State, d.Dirs.Cache} {
		if err := config.MakeDir(dir); err != nil {
			return because(Failed, message.WithHint(err,
				"make the folder writable, or set XDG_STATE_HOME and XDG_CACHE_HOME to folders that are"))
		}
	}
	return ok(message.New("state in %s, cache in %s, configuration in %s", d.Dirs.State, d.Dirs.Cache, d.Dirs.Config))
}

// lookAtJournal tries the locks too: without them nothing may be opened.
func (d *Doctor) lookAtJournal(context.Context) finding {
	leases, err := lease.Open(lease.Options{Dir: d.Leases, Program: "doctor"})
	if err != nil {
		return because(Failed, err)
	}
	defer func() { _ = leases.Close() }()
	entries, problems, err := leases.Entries()
	if err != nil {
		return because(Failed, err)
	}
	if len(problems) > 0 {
		return because(Note, problems[0])
	}
	used, kept, left := 0, 0, 0
	for _, e := range entries {
		switch {
		case e.State == lease.StateKept:
			kept++
		case e.Alive:
			used++
		default:
			left++
		}
	}
	f := ok(message.New("port mappings made here: %d in use, %d kept, %d left over", used, kept, left))
	if left > 0 {
		f.status, f.hint = Note, message.New("commands delete what is left over in the background; to do it now: napter-connect mappings prune")
	}
	return f
}

func (d *Doctor) lookAtOpenSSH(ctx context.Context) finding {
	version, err := hostconfig.OpenSSHVersion(ctx)
	if err != nil {
		return finding{
			status: Note,
			detail: message.New("there is no ssh program: the built-in client works, and reads ssh_config without Match"),
			hint:   message.New("install the OpenSSH client to use ssh, scp, rsync or git via ssh-config"),
		}
	}
	return ok(message.Verbatim(version))
}

func (d *Doctor) lookAtSSHConfig(context.Context) finding {
	if d.SSHConfig == nil {
		return ok(message.New("not used"))
	}
	s, err := d.SSHConfig()
	switch {
	case err != nil:
		return because(Failed, err)
	case !s.Included:
		return ok(message.New("ssh knows no SIM by its name; napter-connect ssh-config --write tells it"))
	case !s.Starts:
		return finding{
			status: Note,
			detail: message.New("your ~/.ssh/config includes SIMs via another program: this one was moved, or there are two of it"),
			hint:   message.New("write the blocks again: napter-connect ssh-config --write"),
		}
	}
	return ok(message.New("ssh, scp, rsync and git know SIMs by their names"))
}

func (d *Doctor) lookAtAgent(ctx context.Context) finding {
	if d.AgentSocket == "" {
		return ok(message.New("none (SSH_AUTH_SOCK is not set): keys come from files"))
	}
	n, err := sshclient.AgentKeys(ctx, d.AgentSocket)
	if err != nil {
		return because(Note, message.WithHint(err, "start the agent again, or unset SSH_AUTH_SOCK"))
	}
	return ok(message.New("keys in the SSH agent: %d", n))
}

func (d *Doctor) lookAtHostKeys(context.Context) finding {
	entries, err := knownhosts.OpenStore(d.KnownHosts, nil).List()
	if err != nil {
		return because(Failed, err)
	}
	return ok(message.New("trusted host keys of devices: %d", len(entries)))
}

// lookAtKeeper starts one where none runs, as every command does.
func (d *Doctor) lookAtKeeper(ctx context.Context) finding {
	if d.Keeper == nil {
		return ok(message.New("not used: each command works on its own"))
	}
	st, err := d.Keeper.Status(ctx)
	var none *keeper.UnavailableError
	switch {
	case errors.As(err, &none):
		return because(Note, message.WithHint(err, "until then each command works on its own; --no-keeper skips the attempt"))
	case err != nil:
		return because(Failed, err)
	case st.Version != d.Version:
		f := ok(message.New("it is of version %s, process %d", st.Version, st.PID))
		f.status, f.hint = Note, message.New("it ends by itself; to end it now: napter-connect keeper stop")
		return f
	}
	return ok(message.New("process %d, %d in use", st.PID, len(st.Leases)))
}
