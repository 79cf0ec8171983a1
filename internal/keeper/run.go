package keeper

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/daemon"
	"github.com/napter-connect/napter-connect/internal/lease"
)

// memoryLimit makes the collector give memory back: a keeper mostly waits.
const memoryLimit = 20 << 20

// RunOptions say how to be a keeper.
type RunOptions struct {
	Location Location
	Leases   string // the journal's folder
	Version  string
	Idle     time.Duration
	// Ready is told one line once the keeper listens, and closed.
	Ready io.WriteCloser
}

// Run is the background process: it returns when ctx ends, when the keeper is
// told to stop, or when it has been idle for long enough.
func Run(ctx context.Context, o RunOptions) error {
	debug.SetMemoryLimit(memoryLimit)
	daemon.CloseInherited()
	if err := config.MakeDir(o.Location.State); err != nil {
		return err
	}
	file, err := openLog(filepath.Join(o.Location.State, "keeper.log"))
	if err != nil {
		return err
	}
	defer file.close()
	log := file.logger()
	err = serve(ctx, o, log)
	switch {
	case errors.Is(err, daemon.ErrRunning):
		daemon.Taken(o.Ready)
		return nil
	case err != nil:
		log.Error("ended", "error", err)
	}
	return err
}

func serve(ctx context.Context, o RunOptions, log *slog.Logger) error {
	logf := printer(log)
	l, err := daemon.Listen(o.Location.Socket, func(err error) { log.Warn("refused a connection", "error", err) })
	if err != nil {
		return err
	}
	leases, err := lease.Open(lease.Options{Dir: o.Leases, Program: access.KeeperProgram, Logf: logf})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	sessions, finders := access.NewSessions(), access.NewFinders()
	local := access.NewLocal(access.Options{Sessions: sessions, Finders: finders, Leases: leases, Debugf: logf})
	reaper := access.NewReaper(ctx, leases, sessions, logf)
	s := &Server{
		Version: o.Version, Backend: local, Sessions: sessions, Leases: settler{leases, local},
		Idle: o.Idle, Seen: reaper.Seen, Log: log,
		Rest: debug.FreeOSMemory,
	}
	log.Info("started", "version", o.Version, "pid", os.Getpid())
	daemon.Ready(o.Ready)
	err = s.Serve(ctx, l)
	finders.Close()
	return errors.Join(err, leases.Close())
}

// settler ends what lingers before it waits for what is pending.
type settler struct {
	*lease.Manager
	local *access.Local
}

func (s settler) Settle(ctx context.Context) error {
	s.local.Close()
	return s.Manager.Settle(ctx)
}
