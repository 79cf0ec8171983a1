package shell

import (
	"context"
	"io"
	"sync"

	"mvdan.cc/sh/v3/syntax"
)

func (e *evaluator) binary(ctx context.Context, c *syntax.BinaryCmd, io Streams) {
	switch c.Op {
	case syntax.Pipe, syntax.PipeAll:
		e.pipe(ctx, c, io)
		return
	}
	e.stmt(ctx, c.X, io)
	if !e.stopped(ctx) && (e.last == 0) == (c.Op == syntax.AndStmt) {
		e.stmt(ctx, c.Y, io)
	}
}

func (e *evaluator) pipe(ctx context.Context, c *syntax.BinaryCmd, std Streams) {
	if e.depth >= maxDepth {
		e.fail(std, 1, "too deeply nested")
		return
	}
	r, w := io.Pipe()
	left, right := std, std
	left.Out, right.In = w, r
	if c.Op == syntax.PipeAll {
		left.Err = w
	}
	x := e.sub()
	var wg sync.WaitGroup
	wg.Go(func() {
		x.stmt(ctx, c.X, left)
		_ = w.Close()
	})
	// A read that waits for a stage that waits for a signal must end too.
	defer context.AfterFunc(ctx, func() { _ = w.CloseWithError(context.Cause(ctx)) })()
	y := e.sub()
	y.stmt(ctx, c.Y, right)
	_ = r.Close()
	wg.Wait()
	e.last = y.status(ctx)
}

func (e *evaluator) ifClause(ctx context.Context, c *syntax.IfClause, io Streams) {
	for ; c != nil; c = c.Else {
		if len(c.Cond) > 0 { // an else has none
			e.stmts(ctx, c.Cond, io)
		} else {
			e.last = 0
		}
		if e.stopped(ctx) {
			return
		}
		if e.last == 0 {
			e.stmts(ctx, c.Then, io)
			return
		}
	}
	e.last = 0
}

func (e *evaluator) while(ctx context.Context, c *syntax.WhileClause, io Streams) {
	status := 0
	for !e.stopped(ctx) {
		e.stmts(ctx, c.Cond, io)
		if (e.last == 0) == c.Until {
			break
		}
		e.stmts(ctx, c.Do, io)
		status = e.last
		if e.landed() {
			break
		}
	}
	if !e.stopped(ctx) {
		e.last = status
	}
}

func (e *evaluator) forClause(ctx context.Context, c *syntax.ForClause, io Streams) {
	loop, ok := c.Loop.(*syntax.WordIter)
	if !ok || c.Select {
		e.fail(io, 2, "this kind of loop is not supported here")
		return
	}
	items, err := e.fields(ctx, loop.Items, io)
	if err != nil {
		e.fail(io, 1, "%v", err)
		return
	}
	e.last = 0
	for _, item := range items {
		if e.stopped(ctx) {
			return
		}
		if err := e.set(loop.Name.Value, item, false); err != nil {
			e.fail(io, 1, "%v", err)
			return
		}
		e.stmts(ctx, c.Do, io)
		if e.landed() {
			return
		}
	}
}

// landed ends a break or a continue at the end of a loop's body, and reports
// whether it was a break.
func (e *evaluator) landed() bool {
	jump := e.jump
	e.jump = ""
	return jump == "break"
}
