// Package shell is the harmless command interpreter of a simulated device. It
// reads the language of a POSIX shell (lists, pipelines, quotes, expansions, if,
// for, while) and knows some forty commands, all of which are functions of this
// package on a read-only file system in memory: nothing of the host is ever run,
// read or written.
//
// The parser and the expansion of words are those of mvdan.cc/sh; its interpreter
// is not used, because no handler can bound or confine it (measured with interp of
// v3.14.1 and every handler set):
//
//   - Memory has no limit. `for i in {1..40}; do x=$x$x; done` calls no handler and
//     ends the process with "out of memory"; 26 rounds outlived their deadline,
//     since a context is looked at between statements only. $(yes) grows alike, and
//     an eval of itself overflows the stack, which Go cannot recover from.
//   - A redirection to $TMPDIR/sh-interp-NAME passes by the OpenHandler: it reads,
//     makes and truncates files of the host. <(true) makes a FIFO there, and its
//     goroutine stays blocked when nobody opens the FIFO.
//   - type, command -v and source look for programs on the host, and pwd -P follows
//     its links, without a StatHandler. $$, $PPID and $UID are the host's.
//   - wait does not end with its context, and Run returns before its jobs do.
//   - Standard input is copied into a pipe of the host: what a command leaves is
//     lost to the next one, and each run on a silent client leaves a goroutine and
//     two descriptors behind. `kill $$`, and an end by a signal, do not exist.
package shell

import (
	"context"
	"errors"
	"io"
	"maps"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Signal is a signal's name without SIG, as SSH writes it ("TERM"). As the cause
// of a cancelled context it says which signal ended the command.
type Signal string

func (s Signal) Error() string { return "killed by SIG" + string(s) }

// Exit is how a shell or a command ended: by a status of 0 to 255, or by a signal.
type Exit struct {
	Status int
	Signal Signal // empty when the end was ordinary
}

// code is what $? holds after e.
func (e Exit) code() int {
	if e.Signal != "" {
		return 128 + signalNumbers[e.Signal]
	}
	return e.Status
}

// ErrInterrupt is what a Terminal's reads return after Ctrl-C.
var ErrInterrupt = errors.New("interrupted")

// Terminal is the controlling terminal of a shell.
type Terminal interface {
	// ReadLine shows the prompt and returns an edited line without its newline,
	// io.EOF after Ctrl-D on an empty line, or ErrInterrupt after Ctrl-C.
	ReadLine(prompt string) (string, error)
	// Foreground returns a context that Ctrl-C cancels with the cause
	// Signal("INT"), and a function that ends this.
	Foreground(ctx context.Context) (context.Context, func())
	// Window describes the terminal as it is now.
	Window() Window
}

// Window is a terminal's size in characters, 0 by 0 when the client did not tell,
// and its modes as `stty -a` writes them.
type Window struct {
	Rows, Cols int
	Modes      string
}

// TerminalInput is a standard input that reads from the Terminal.
type TerminalInput interface {
	io.Reader
	FromTerminal()
}

// Streams are the three standard streams of a command.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Shell is one running shell. It is not safe for concurrent use.
type Shell struct {
	host *Host
	user string
	tty  Terminal // nil without a terminal
	dir  string
	vars map[string]variable
	last int    // $?
	done *Exit  // set once the shell has to end
	jump string // break or continue, until the loop that it is for sees it
	args []string

	depth int // of subshells
}

type variable struct {
	value    string
	exported bool
}

// New returns a shell of user on the host, in the user's home, with the variables
// that the client sent in addition to a login's own. The terminal may be nil.
func New(h *Host, user string, env map[string]string, tty Terminal) *Shell {
	s := &Shell{host: h, user: user, tty: tty, vars: map[string]variable{}, args: []string{"bash"}}
	home := homeOf(user)
	s.dir = home
	for name, value := range map[string]string{
		"HOME": home, "USER": user, "LOGNAME": user, "SHELL": "/bin/bash",
		"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8",
	} {
		s.vars[name] = variable{value, true}
	}
	for name, value := range env {
		if syntax.ValidName(name) {
			s.vars[name] = variable{clean(value), true}
		}
	}
	return s
}

func homeOf(user string) string {
	if user == "root" {
		return "/root"
	}
	return "/home/" + user
}

// clone is a subshell: it sees all of s and changes nothing of it.
func (s *Shell) clone() *Shell {
	c := *s
	c.vars = maps.Clone(s.vars)
	c.depth++
	return &c
}

// Run interprets src as `sh -c` does and returns how it ended. When ctx is
// cancelled with a Signal as its cause, that is the end.
func (s *Shell) Run(ctx context.Context, src string, io Streams) Exit {
	s.run(ctx, src, io, "bash: line 1: ")
	return s.end(ctx)
}

func (s *Shell) end(ctx context.Context) Exit {
	if e, stopped := stopOf(ctx); stopped {
		return e
	}
	if s.done != nil {
		return *s.done
	}
	return Exit{Status: s.last}
}

// stopOf says whether and how the context ended the command.
func stopOf(ctx context.Context) (Exit, bool) {
	if ctx.Err() == nil {
		return Exit{}, false
	}
	var sig Signal
	if errors.As(context.Cause(ctx), &sig) {
		return Exit{Signal: sig}, true
	}
	return Exit{Signal: "HUP"}, true // the connection went
}

// run parses and evaluates src, and leaves the result in s.last and s.done.
func (s *Shell) run(ctx context.Context, src string, io Streams, prefix string) {
	file, err := parse(src)
	if err != nil {
		complain(io.Err, "%s%v\n", prefix, syntaxError(err))
		s.last = 2
		return
	}
	e := evaluator{Shell: s, prefix: prefix}
	e.stmts(ctx, file.Stmts, io)
}

// maxCommand bounds a command's text, which the parser and the evaluator follow
// down as deep as it is nested.
const maxCommand = 1 << 14

func parse(src string) (*syntax.File, error) {
	if len(src) > maxCommand {
		return nil, syntax.ParseError{Text: "the command is too long"}
	}
	return syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(src), "")
}

// syntaxError is a parse error without its file name and position.
func syntaxError(err error) string {
	var pe syntax.ParseError
	if errors.As(err, &pe) {
		return "syntax error: " + pe.Text
	}
	var le syntax.LangError
	if errors.As(err, &le) {
		return "syntax error: not supported here"
	}
	return "syntax error"
}
