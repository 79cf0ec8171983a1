package shell

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// declare is `export` with its assignments, which the parser takes for a clause.
func (e *evaluator) declare(ctx context.Context, c *syntax.DeclClause, io Streams) {
	if c.Variant.Value != "export" {
		e.fail(io, 2, "%s: not supported here", c.Variant.Value)
		return
	}
	e.last = 0
	for _, a := range c.Args {
		if a.Name == nil {
			continue
		}
		value := e.vars[a.Name.Value].value
		if !a.Naked {
			v, err := e.assigned(ctx, a, io)
			if err != nil {
				e.fail(io, 1, "%v", err)
				return
			}
			value = v
		}
		if err := e.set(a.Name.Value, value, true); err != nil {
			e.fail(io, 1, "%v", err)
			return
		}
	}
}

func (e *evaluator) assigned(ctx context.Context, a *syntax.Assign, io Streams) (string, error) {
	if a.Array != nil || a.Index != nil {
		return "", errors.New("arrays are not supported here")
	}
	if a.Value == nil {
		return "", nil
	}
	v, err := e.text(ctx, io, a.Value, expand.Literal)
	if a.Append {
		v = e.vars[a.Name.Value].value + v
	}
	if len(v) > maxText {
		return "", errTooLong
	}
	return v, err
}

// maxVars bounds how many variables there are.
const maxVars = 1000

func (s *Shell) set(name, value string, export bool) error {
	old, ok := s.vars[name]
	if !ok && len(s.vars) >= maxVars {
		return errors.New("too many variables")
	}
	s.vars[name] = variable{clean(value), export || old.exported}
	return nil
}

// clean drops NUL bytes, which no variable holds and the expander panics at.
func clean(value string) string { return strings.ReplaceAll(value, "\x00", "") }

// environ shows a shell's variables to the expander, until nothing is left of
// what it may take.
type environ struct {
	s    *Shell
	left *int
}

func (v environ) Get(name string) expand.Variable {
	if name == "@" || name == "*" {
		if !v.take(v.s.args[1:]...) {
			return expand.Variable{}
		}
		return expand.Variable{Set: true, Kind: expand.Indexed, List: v.s.args[1:]}
	}
	value, ok := v.s.lookupVar(name)
	if !v.take(value) {
		return expand.Variable{}
	}
	return expand.Variable{Set: ok, Kind: expand.String, Str: value}
}

func (v environ) take(values ...string) bool {
	for _, value := range values {
		*v.left -= len(value)
	}
	return *v.left >= 0
}

func (v environ) Each(fn func(string, expand.Variable) bool) {
	for name, val := range v.s.vars {
		if !v.take(name) || !fn(name, expand.Variable{Set: true, Exported: val.exported, Kind: expand.String, Str: val.value}) {
			return
		}
	}
}

// Set is for ${name:=value} and arithmetic.
func (v environ) Set(name string, vr expand.Variable) error {
	if len(vr.Str) > maxText {
		return errTooLong
	}
	return v.s.set(name, vr.Str, vr.Exported)
}

// shellPID is what $$ is: there is one login shell in a device's process list.
const shellPID = 1042

func (s *Shell) lookupVar(name string) (string, bool) {
	// "HOME x" is ~x; without an answer the expander would ask the host's users.
	if user, ok := strings.CutPrefix(name, "HOME "); ok {
		return homeOf(user), true
	}
	switch name {
	case "?":
		return strconv.Itoa(s.last), true
	case "$":
		return strconv.Itoa(shellPID), true
	case "PPID":
		return strconv.Itoa(shellPID - 1), true
	case "PWD":
		return s.dir, true
	case "#":
		return strconv.Itoa(len(s.args) - 1), true
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n < 0 || n >= len(s.args) {
			return "", false
		}
		return s.args[n], true
	}
	v, ok := s.vars[name]
	return v.value, ok
}
