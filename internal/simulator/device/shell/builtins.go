package shell

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/syntax"
)

// signalNumbers are those of Linux that kill a process which does not care.
var signalNumbers = map[Signal]int{
	"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9,
	"USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15,
}

func succeed(*proc) int { return 0 }

func fail(*proc) int { return 1 }

func exit(p *proc) int {
	status := p.last
	if len(p.args) > 0 {
		n, err := strconv.Atoi(p.args[0])
		if err != nil {
			status = p.usage(2, "%s: numeric argument required", p.args[0])
		} else {
			status = n & 0xff
		}
	}
	p.done = &Exit{Status: status}
	return status
}

func jump(p *proc) int {
	p.jump = p.name
	return 0
}

// read reads a line into variables; the last takes what is left.
func read(p *proc) int {
	names := p.args
	for len(names) > 0 && strings.HasPrefix(names[0], "-") {
		if names[0] != "-r" {
			return p.usage(2, "%s: not supported here", names[0])
		}
		names = names[1:]
	}
	if len(names) == 0 {
		names = []string{"REPLY"}
	}
	line, err := readLine(p.in)
	values := strings.Fields(line)
	for i, name := range names {
		if !syntax.ValidName(name) {
			return p.usage(1, "'%s': not a valid identifier", name)
		}
		value := ""
		switch {
		case i == len(names)-1 && i < len(values):
			value = strings.Join(values[i:], " ")
		case i < len(values):
			value = values[i]
		}
		if err := p.set(name, value, false); err != nil {
			return p.usage(1, "%v", err)
		}
	}
	return boolStatus(err == nil)
}

// readLine reads no byte beyond the line, as the rest is for the next command.
func readLine(r io.Reader) (string, error) {
	var line []byte
	b := make([]byte, 1)
	for len(line) < maxText {
		if _, err := io.ReadFull(r, b); err != nil {
			return string(line), err
		}
		if b[0] == '\n' {
			return string(line), nil
		}
		line = append(line, b[0])
	}
	return "", errTooLong
}

// kill knows one process, the shell itself.
func kill(p *proc) int {
	sig, pids := Signal("TERM"), p.args
	if len(pids) > 0 && strings.HasPrefix(pids[0], "-") {
		name := pids[0][1:]
		pids = pids[1:]
		if name == "s" && len(pids) > 0 {
			name, pids = pids[0], pids[1:]
		}
		var ok bool
		if sig, ok = signalNamed(name); !ok {
			return p.usage(1, "%s: invalid signal specification", name)
		}
	}
	if len(pids) == 0 {
		return p.usage(2, "usage: kill [-SIGNAL] PID")
	}
	for _, pid := range pids {
		if pid != strconv.Itoa(shellPID) {
			return p.usage(1, "(%s) - No such process", pid)
		}
	}
	if sig != "" {
		p.done = &Exit{Signal: sig}
	}
	return 0
}

// signalNamed knows TERM, SIGTERM and 15; 0 is the empty signal.
func signalNamed(s string) (Signal, bool) {
	if s == "0" {
		return "", true
	}
	name := Signal(strings.TrimPrefix(strings.ToUpper(s), "SIG"))
	if _, ok := signalNumbers[name]; ok {
		return name, true
	}
	for sig, n := range signalNumbers {
		if strconv.Itoa(n) == s {
			return sig, true
		}
	}
	return "", false
}

func sleep(p *proc) int {
	var d time.Duration
	for _, a := range p.args {
		one, err := time.ParseDuration(a)
		if err != nil {
			one, err = time.ParseDuration(a + "s")
		}
		if err != nil || one < 0 {
			return p.usage(1, "invalid time interval '%s'", a)
		}
		d += one
	}
	if len(p.args) == 0 {
		return p.usage(1, "missing operand")
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return 0
	case <-p.ctx.Done():
		return 130
	}
}

func env(p *proc) int {
	if len(p.args) > 0 && p.name == "printenv" {
		v, ok := p.vars[p.args[0]]
		if !ok || !v.exported {
			return 1
		}
		p.print("%s\n", v.value)
		return 0
	}
	var lines []string
	for name, v := range p.vars {
		if v.exported {
			lines = append(lines, name+"="+v.value)
		}
	}
	slices.Sort(lines)
	for _, l := range append(lines, "PWD="+p.dir) {
		p.print("%s\n", l)
	}
	return 0
}

func unset(p *proc) int {
	for _, name := range p.args {
		delete(p.vars, name)
	}
	return 0
}

func pwd(p *proc) int {
	p.print("%s\n", p.dir)
	return 0
}

func cd(p *proc) int {
	target := homeOf(p.user)
	if len(p.args) > 0 {
		target = p.args[0]
	}
	info, err := p.stat(target)
	if err == nil && !info.IsDir() {
		err = errNotDir
	}
	if err != nil {
		return p.usage(1, "%s: %s", target, reason(err))
	}
	p.dir = p.abs(target)
	return 0
}

// sh is `sh -c text`, a script from the standard input, or a nested shell.
func sh(p *proc) int {
	s := p.clone()
	s.last = 0
	std := Streams{In: p.in, Out: p.out, Err: p.err}
	args := p.args
	for len(args) > 0 && (args[0] == "-l" || args[0] == "-i" || args[0] == "-s") {
		args = args[1:]
	}
	switch {
	case len(args) == 0 && p.onTerminal():
		return s.Interact(p.ctx, std).code()
	case len(args) == 0:
		return s.Script(p.ctx, std).code()
	case !strings.HasPrefix(args[0], "-") || !strings.HasSuffix(args[0], "c"):
		return p.usage(127, "%s: No such file or directory", args[0])
	case len(args) == 1:
		return p.usage(2, "-c: option requires an argument")
	}
	s.args = append([]string{p.name}, args[2:]...)
	if len(args) > 2 {
		s.args = args[2:]
	}
	sub := evaluator{Shell: s, prefix: "bash: line 1: "}
	file, err := parse(args[1])
	if err != nil {
		return p.usage(2, "-c: %s", syntaxError(err))
	}
	sub.stmts(p.ctx, file.Stmts, std)
	return s.end(p.ctx).code()
}

// sudo runs the rest, or with -i or -s a shell, as root.
func sudo(p *proc) int {
	args, shell := p.args, false
	for len(args) > 0 && slices.Contains([]string{"-i", "-s", "-n", "-E", "-H"}, args[0]) {
		shell = shell || args[0] == "-i" || args[0] == "-s"
		args = args[1:]
	}
	if len(args) == 0 && shell {
		args = []string{"bash"}
	}
	if len(args) == 0 {
		return p.usage(1, "usage: sudo command")
	}
	s := p.sub()
	s.user = "root"
	s.exec(p.ctx, args, Streams{In: p.in, Out: p.out, Err: p.err})
	return s.status(p.ctx)
}
