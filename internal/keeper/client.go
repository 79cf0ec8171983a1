package keeper

import (
	"context"
	"errors"
	"os"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/daemon"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Keeper is a command's client of the keeper. Its fields are set once,
// before use.
type Keeper struct {
	// Location says where the keeper's socket is.
	Location Location
	// Command starts the background process; nil means that only a running
	// keeper is used.
	Command *daemon.Command
	// Code asks for an MFA code; nil means that prompting is not possible.
	Code func(context.Context) (string, error)
	// Debugf receives lines for -v; may be nil.
	Debugf func(format string, args ...any)
}

// errNoSense says that the keeper answered something else than was asked.
var errNoSense = message.Errorf("invalid response from the keeper")

// UnavailableError says that there is no keeper and none could be started. The
// command does the work itself then.
type UnavailableError struct{ Err error }

func (e *UnavailableError) Text() message.Text { return message.New("no keeper: %s", e.Err) }
func (e *UnavailableError) Error() string      { return e.Text().String() }
func (e *UnavailableError) Unwrap() error      { return e.Err }

// NotRunningError says that no keeper runs.
type NotRunningError struct{ Err error }

func (e *NotRunningError) Text() message.Text { return message.New("no keeper is running") }
func (e *NotRunningError) Error() string      { return e.Text().String() }
func (e *NotRunningError) Unwrap() error      { return e.Err }

func (k *Keeper) debugf(format string, args ...any) {
	if k.Debugf != nil {
		k.Debugf(format, args...)
	}
}

// dial connects to a running keeper, and starts one where that is allowed.
func (k *Keeper) dial(ctx context.Context) (*wire, error) {
	conn, err := daemon.Dial(ctx, k.Location.Socket)
	if err == nil {
		return newWire(conn), nil
	}
	if k.Command == nil {
		return nil, &NotRunningError{err}
	}
	if conn, err = k.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, &UnavailableError{err}
	}
	return newWire(conn), nil
}

// call sends a request that has one answer, and asks for an MFA code meanwhile.
// All such requests can be repeated: when the keeper dies under one, the next
// keeper gets it.
func (k *Keeper) call(ctx context.Context, r request) (response, error) {
	for try := 1; ; try++ {
		answer, err := k.callOnce(ctx, r)
		var lost *lostError
		if err == nil || !errors.As(err, &lost) || try == openTries || ctx.Err() != nil {
			return answer, err
		}
	}
}

func (k *Keeper) callOnce(ctx context.Context, r request) (response, error) {
	w, err := k.dial(ctx)
	if err != nil {
		return response{}, err
	}
	defer w.close()
	defer context.AfterFunc(ctx, w.close)()
	r.PID = os.Getpid()
	if err := w.write(r); err != nil {
		return response{}, &lostError{err}
	}
	return k.answer(ctx, w, nil)
}

// answer reads up to the response that ends a request.
func (k *Keeper) answer(ctx context.Context, w *wire, progress access.Progress) (response, error) {
	for {
		var got response
		if err := w.read(&got); err != nil {
			if ctx.Err() != nil {
				return response{}, context.Cause(ctx)
			}
			return response{}, &lostError{err}
		}
		switch {
		case got.Event != nil:
			if progress != nil {
				progress(*got.Event)
			}
		case got.AskCode:
			k.giveCode(ctx, w)
		case got.Err != nil && got.Outcome == "":
			return got, got.Err.decode()
		default:
			return got, nil
		}
	}
}

func (k *Keeper) giveCode(ctx context.Context, w *wire) {
	answer := request{Op: opCode}
	if k.Code != nil {
		if code, err := k.Code(ctx); err == nil {
			answer.Code = code
		}
	}
	_ = w.write(answer)
}

// lostError says that the keeper died while it was asked.
type lostError struct{ err error }

func (e *lostError) Text() message.Text { return message.New("the keeper ended unexpectedly") }
func (e *lostError) Error() string      { return e.Text().String() }
func (e *lostError) Unwrap() error      { return e.err }

// Hint says what to do next.
func (e *lostError) Hint() message.Text {
	return message.New("try again; the log is keeper.log in the state folder")
}

// Status asks a running keeper about itself.
func (k *Keeper) Status(ctx context.Context) (Status, error) {
	answer, err := k.call(ctx, request{Op: opStatus})
	if err == nil && answer.Status == nil {
		err = errNoSense
	}
	if err != nil {
		return Status{}, err
	}
	return *answer.Status, nil
}

// Logout makes a running keeper end its API tokens.
func (k *Keeper) Logout(ctx context.Context) error {
	_, err := k.call(ctx, request{Op: opLogout})
	return err
}

// Stop makes a running keeper delete what is open, log out and end, and waits
// until that is done.
func (k *Keeper) Stop(ctx context.Context) error {
	_, err := k.call(ctx, request{Op: opStop})
	return err
}
