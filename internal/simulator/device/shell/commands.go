package shell

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
)

// proc is one run of a command.
type proc struct {
	*evaluator
	ctx      context.Context
	name     string
	args     []string // without the command's name
	in       io.Reader
	out, err io.Writer
	failed   error // a read or write that went wrong
}

// command runs and returns its exit status.
type command func(*proc) int

// table lists the commands. It is a function because some commands (help, which)
// read it, and so that nobody can change it.
func table() map[string]command {
	return map[string]command{
		"uname": uname, "uptime": uptime, "date": date, "hostname": hostname,
		"whoami": whoami, "id": id, "ps": ps, "df": df, "free": free, "nproc": nproc,
		"ls": ls, "cat": cat, "head": head, "tail": tail, "wc": wc, "sha256sum": sha256sum,
		"echo": echo, "printf": printf, "seq": seq, "yes": yes, "sleep": sleep,
		"true": succeed, ":": succeed, "false": fail, "test": test, "[": test,
		"env": env, "printenv": env, "unset": unset, "pwd": pwd, "cd": cd,
		"stty": stty, "tty": tty, "clear": clearScreen, "which": which,
		"read": read, "break": jump, "continue": jump,
		"kill": kill, "exit": exit, "logout": exit, "help": help,
		"sh": sh, "bash": sh, "sudo": sudo,
	}
}

func lookup(name string) command {
	if base, ok := strings.CutPrefix(name, "/usr/bin/"); ok {
		name = base
	} else if base, ok := strings.CutPrefix(name, "/bin/"); ok {
		name = base
	}
	return table()[name]
}

func commandNames() []string {
	var names []string
	for name := range table() {
		if name != ":" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// onTerminal reports whether the standard input is the terminal.
func (p *proc) onTerminal() bool {
	_, ok := p.in.(TerminalInput)
	return ok && p.tty != nil
}

// print writes text to the command's output.
func (p *proc) print(format string, args ...any) {
	complain(p.out, format, args...)
}

// usage complains with the command's name in front and returns the status.
func (p *proc) usage(status int, format string, args ...any) int {
	complain(p.err, p.name+": "+format+"\n", args...)
	return status
}

// copy copies and turns an error into the command's failure.
func (p *proc) copy(w io.Writer, r io.Reader) {
	if _, err := io.Copy(w, stoppable{p.ctx, r}); err != nil {
		p.failed = err
	}
}

// stoppable is a reader that stops between two reads.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s stoppable) Read(b []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.r.Read(b)
}

// inputs calls fn for each named file, or for the standard input when there is
// none ("-" is it, too), and returns the status.
func (p *proc) inputs(names []string, fn func(name string, r io.Reader)) int {
	if len(names) == 0 {
		names = []string{"-"}
	}
	status := 0
	for _, name := range names {
		if name == "-" {
			fn(name, p.in)
			continue
		}
		f, err := p.open(name)
		if err != nil {
			status = p.usage(1, "%s: %s", name, reason(err))
			continue
		}
		fn(name, f)
	}
	return status
}

// outcome turns a failed read or write into the status of a run.
func (p *proc) outcome(status int, stderr io.Writer) int {
	switch {
	case p.failed == nil || p.ctx.Err() != nil:
		return status
	case errors.Is(p.failed, io.ErrClosedPipe):
		return 128 + signalNumbers["PIPE"] // the reader of our pipe went
	}
	complain(stderr, "%s: %v\n", p.name, p.failed)
	return max(status, 1)
}
