package shell

import (
	"bytes"
	"context"
	"io"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// redirect applies a statement's redirections. Reading files and here-documents
// works; written are only /dev/null and the other two streams, as the file system
// is read-only. It reports whether the statement may run.
func (e *evaluator) redirect(ctx context.Context, list []*syntax.Redirect, std Streams) (Streams, bool) {
	out := std
	for _, r := range list {
		var msg string
		switch r.Op {
		case syntax.RdrIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
			msg = e.input(ctx, r, &out)
		case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.DplOut, syntax.RdrAll, syntax.AppAll:
			msg = e.output(ctx, r, &out)
		default:
			msg = r.Op.String() + ": not supported here"
		}
		if msg != "" {
			e.fail(std, 1, "%s", msg)
			return std, false
		}
	}
	return out, true
}

func (e *evaluator) input(ctx context.Context, r *syntax.Redirect, std *Streams) (msg string) {
	word, expandWord := r.Word, expand.Literal
	if r.Hdoc != nil {
		word, expandWord = r.Hdoc, expand.Document
	}
	text, err := e.text(ctx, *std, word, expandWord)
	switch {
	case err != nil:
		return err.Error()
	case r.N != nil && r.N.Value != "0":
		return "only descriptor 0 can be read here"
	case r.Op == syntax.WordHdoc:
		std.In = strings.NewReader(text + "\n")
	case r.Op != syntax.RdrIn:
		std.In = strings.NewReader(text)
	default:
		f, err := e.open(text)
		if err != nil {
			return text + ": " + reason(err)
		}
		std.In = f
	}
	return ""
}

func (e *evaluator) output(ctx context.Context, r *syntax.Redirect, std *Streams) (msg string) {
	target, err := e.text(ctx, *std, r.Word, expand.Literal)
	if err != nil {
		return err.Error()
	}
	var w io.Writer
	switch {
	case r.Op == syntax.DplOut && target == "1":
		w = std.Out
	case r.Op == syntax.DplOut && target == "2":
		w = std.Err
	case r.Op == syntax.DplOut:
		return target + ": Bad file descriptor"
	case e.abs(target) == "/dev/null":
		w = io.Discard
	case e.abs(target) == "/dev/stdout":
		w = std.Out
	case e.abs(target) == "/dev/stderr":
		w = std.Err
	default:
		return target + ": Read-only file system"
	}
	fd := "1"
	if r.N != nil {
		fd = r.N.Value
	}
	switch {
	case r.Op == syntax.RdrAll || r.Op == syntax.AppAll:
		std.Out, std.Err = w, w
	case fd == "1":
		std.Out = w
	case fd == "2":
		std.Err = w
	default:
		return fd + ": Bad file descriptor"
	}
	return ""
}

// zeros is /dev/zero.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// empty is /dev/null.
func empty() io.Reader { return bytes.NewReader(nil) }
