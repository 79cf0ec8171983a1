package shell

import (
	"context"
	"errors"
	"fmt"
	"io"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// evaluator walks the syntax tree.
type evaluator struct {
	*Shell
	prefix string // of messages
	subst  bool   // the command being expanded had a $(…), whose status is $? now
}

// maxDepth bounds nested `sh -c`, substitutions, subshells and pipelines.
const maxDepth = 50

var errTooLong = errors.New("argument list too long")

func (e *evaluator) stopped(ctx context.Context) bool {
	return e.done != nil || e.jump != "" || ctx.Err() != nil
}

func (e *evaluator) stmts(ctx context.Context, list []*syntax.Stmt, io Streams) {
	for _, st := range list {
		if e.stopped(ctx) {
			return
		}
		e.stmt(ctx, st, io)
	}
}

func (e *evaluator) stmt(ctx context.Context, st *syntax.Stmt, io Streams) {
	if st.Background || st.Coprocess {
		e.fail(io, 2, "background jobs are not supported here")
		return
	}
	std, ok := e.redirect(ctx, st.Redirs, io)
	if !ok {
		return
	}
	if st.Cmd == nil {
		e.last = 0
	} else {
		e.command(ctx, st.Cmd, std)
	}
	if st.Negated {
		e.last = boolStatus(e.last != 0)
	}
}

func (e *evaluator) fail(io Streams, status int, format string, args ...any) {
	complain(io.Err, e.prefix+format+"\n", args...)
	e.last = status
}

func (e *evaluator) command(ctx context.Context, c syntax.Command, io Streams) {
	switch c := c.(type) {
	case *syntax.CallExpr:
		e.call(ctx, c, io)
	case *syntax.BinaryCmd:
		e.binary(ctx, c, io)
	case *syntax.Block:
		e.stmts(ctx, c.Stmts, io)
	case *syntax.Subshell:
		e.subshell(ctx, c.Stmts, io)
	case *syntax.IfClause:
		e.ifClause(ctx, c, io)
	case *syntax.WhileClause:
		e.while(ctx, c, io)
	case *syntax.ForClause:
		e.forClause(ctx, c, io)
	case *syntax.DeclClause:
		e.declare(ctx, c, io)
	default:
		e.fail(io, 2, "this part of the shell's language is not supported here")
	}
}

func (e *evaluator) sub() *evaluator {
	return &evaluator{Shell: e.clone(), prefix: e.prefix}
}

// status is what a subshell leaves in its parent's $?.
func (e *evaluator) status(ctx context.Context) int {
	return e.end(ctx).code()
}

func (e *evaluator) subshell(ctx context.Context, list []*syntax.Stmt, io Streams) {
	if e.depth >= maxDepth {
		e.fail(io, 1, "too deeply nested")
		return
	}
	s := e.sub()
	s.stmts(ctx, list, io)
	e.last = s.status(ctx)
}

// call runs a simple command with its assignments.
func (e *evaluator) call(ctx context.Context, c *syntax.CallExpr, io Streams) {
	e2 := e
	if len(c.Args) > 0 && len(c.Assigns) > 0 {
		e2 = e.sub() // FOO=bar command: for this command alone
		defer func() { e.last, e.done = e2.last, e2.done }()
	}
	e.subst = false
	args, err := e.fields(ctx, c.Args, io)
	if err != nil {
		e2.fail(io, 1, "%v", err)
		return
	}
	for _, a := range c.Assigns {
		v, err := e.assigned(ctx, a, io)
		if err != nil {
			e2.fail(io, 1, "%v", err)
			return
		}
		if err := e2.set(a.Name.Value, v, e2 != e); err != nil {
			e2.fail(io, 1, "%v", err)
			return
		}
	}
	if len(args) == 0 {
		if !e.subst {
			e.last = 0
		}
		return
	}
	e2.exec(ctx, args, io)
}

// exec runs the command args[0].
func (e *evaluator) exec(ctx context.Context, args []string, io Streams) {
	run := lookup(args[0])
	if run == nil {
		e.fail(io, 127, "%s: command not found", args[0])
		return
	}
	if e.depth >= maxDepth {
		e.fail(io, 1, "too deeply nested")
		return
	}
	p := &proc{ctx: ctx, evaluator: e, name: args[0], args: args[1:], in: io.In,
		out: ctxWriter{ctx, io.Out}, err: ctxWriter{ctx, io.Err}}
	status := run(p)
	e.last = p.outcome(status, io.Err)
}

// maxWords and maxText bound what an expansion may become ({1..1000000000}), and
// maxReplace what goes into one with ${x//a/$x}, which multiplies.
const (
	maxWords   = 1 << 16
	maxText    = 1 << 17
	maxReplace = 1 << 13
)

// allowance is how much the words may take from variables and substitutions. It
// is negative for a replacement inside a replacement.
func allowance(words ...*syntax.Word) int {
	left := maxText
	for _, w := range words {
		if n := replacements(w); n > 1 {
			return -1
		} else if n == 1 {
			left = min(left, maxReplace-int(w.End().Offset()-w.Pos().Offset()))
		}
	}
	return left
}

// replacements is how deep ${x//a/b} is nested in the node.
func replacements(n syntax.Node) int {
	deepest := 0
	syntax.Walk(n, func(n syntax.Node) bool {
		p, ok := n.(*syntax.ParamExp)
		if ok && p.Repl != nil {
			depth := 1
			if p.Repl.With != nil {
				depth += replacements(p.Repl.With)
			}
			deepest = max(deepest, depth)
		}
		_, subst := n.(*syntax.CmdSubst) // has an allowance of its own
		return !subst
	})
	return deepest
}

func (e *evaluator) fields(ctx context.Context, words []*syntax.Word, io Streams) ([]string, error) {
	var out []string
	size := 0
	left := allowance(words...)
	for f, err := range expand.FieldsSeq(e.config(ctx, io, &left), words...) {
		if err != nil {
			return nil, err
		}
		out = append(out, f)
		if size += len(f); len(out) > maxWords || size > maxText || left < 0 {
			return nil, errTooLong
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return out, nil
}

// text expands a word with one of expand.Literal and expand.Document.
func (e *evaluator) text(ctx context.Context, std Streams, word *syntax.Word,
	expandWord func(*expand.Config, *syntax.Word) (string, error),
) (string, error) {
	left := allowance(word)
	text, err := expandWord(e.config(ctx, std, &left), word)
	if err == nil && (len(text) > maxText || left < 0) {
		err = errTooLong
	}
	return text, err
}

// config makes the expander draw on left for what it takes from variables and
// substitutions.
func (e *evaluator) config(ctx context.Context, std Streams, left *int) *expand.Config {
	return &expand.Config{
		Env:      environ{e.Shell, left},
		ReadDir2: e.readDir,
		ProcSubst: func(*syntax.ProcSubst) (string, error) {
			return "", errors.New("process substitution is not supported here")
		},
		CmdSubst: func(w io.Writer, cs *syntax.CmdSubst) error {
			if e.depth >= maxDepth {
				return errors.New("too deeply nested")
			}
			std := std
			std.Out = limitWriter{w, left}
			s := e.sub()
			s.stmts(ctx, cs.Stmts, std)
			e.last, e.subst = s.status(ctx), true
			return nil
		},
	}
}

// limitWriter refuses what exceeds left bytes.
type limitWriter struct {
	w    io.Writer
	left *int
}

func (l limitWriter) Write(p []byte) (int, error) {
	if len(p) > *l.left {
		return 0, errTooLong
	}
	*l.left -= len(p)
	return l.w.Write(p)
}

// ctxWriter fails once its command has been stopped.
type ctxWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c ctxWriter) Write(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.w.Write(p)
}

// complain writes a message; a reader who has gone needs none.
func complain(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format, args...)
}

func boolStatus(ok bool) int {
	if ok {
		return 0
	}
	return 1
}
