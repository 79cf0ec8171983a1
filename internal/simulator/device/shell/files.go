package shell

import (
	"io/fs"
	"strconv"
	"strings"
)

func ls(p *proc) int {
	flags, names := "", []string{}
	for _, a := range p.args {
		if len(a) > 1 && a[0] == '-' {
			flags += a[1:]
			continue
		}
		names = append(names, a)
	}
	if strings.Trim(flags, "1aAlhtrd") != "" {
		return p.usage(2, "only the options -1 -a -l are known here")
	}
	if len(names) == 0 {
		names = []string{"."}
	}
	status := 0
	for _, name := range names {
		list, err := p.list(name, strings.Contains(flags, "d"))
		if err != nil {
			status = p.usage(2, "cannot access '%s': %s", name, reason(err))
			continue
		}
		if len(names) > 1 && (len(list) != 1 || list[0].Name() != name) {
			p.print("%s:\n", name)
		}
		for _, info := range list {
			p.listLine(info, flags)
		}
	}
	return status
}

// list is a file or the directory itself, or what the directory holds.
func (p *proc) list(name string, itself bool) ([]fs.FileInfo, error) {
	info, err := p.stat(name)
	if err != nil {
		return nil, err
	}
	if itself || !info.IsDir() {
		return []fs.FileInfo{named{info, name}}, nil
	}
	entries, err := p.readDir(name)
	if err != nil {
		return nil, err
	}
	var list []fs.FileInfo
	for _, e := range entries {
		if info, err = e.Info(); err != nil {
			return nil, err
		}
		list = append(list, info)
	}
	return list, nil
}

// named is a file under the name by which it was asked for.
type named struct {
	fs.FileInfo
	name string
}

func (n named) Name() string { return n.name }

func (p *proc) listLine(info fs.FileInfo, flags string) {
	if strings.HasPrefix(info.Name(), ".") && !strings.ContainsAny(flags, "aAd") {
		return
	}
	if strings.Contains(flags, "l") {
		p.print("%s 1 root root %8d %s ", info.Mode(), info.Size(), p.host.Boot.UTC().Format("Jan _2 15:04"))
	}
	p.print("%s\n", info.Name())
}

// test knows the everyday forms of test(1): [ -f x ], [ -z x ], [ a = b ], [ 1 -lt 2 ], !.
func test(p *proc) int {
	args := p.args
	if p.name == "[" {
		if len(args) == 0 || args[len(args)-1] != "]" {
			return p.usage(2, "missing ]")
		}
		args = args[:len(args)-1]
	}
	negate := false
	if len(args) > 1 && args[0] == "!" {
		negate, args = true, args[1:]
	}
	ok, known := p.condition(args)
	if !known {
		return p.usage(2, "this condition is not supported here")
	}
	return boolStatus(ok != negate)
}

func (p *proc) condition(args []string) (ok, known bool) {
	switch len(args) {
	case 0:
		return false, true
	case 1:
		return args[0] != "", true
	case 2:
		return p.unary(args[0], args[1])
	case 3:
		return binary(args[0], args[1], args[2])
	}
	return false, false
}

func (p *proc) unary(op, arg string) (ok, known bool) {
	info, err := p.stat(arg)
	switch op {
	case "-z":
		return arg == "", true
	case "-n":
		return arg != "", true
	case "-e", "-r":
		return err == nil, true
	case "-x":
		return err == nil && info.Mode()&0o111 != 0, true
	case "-s":
		return err == nil && info.Size() > 0, true
	case "-w":
		return false, true // the file system is read-only
	case "-f":
		return err == nil && !info.IsDir(), true
	case "-d":
		return err == nil && info.IsDir(), true
	case "-t":
		return p.onTerminal(), true
	}
	return false, false
}

func binary(a, op, b string) (ok, known bool) {
	switch op {
	case "=", "==":
		return a == b, true
	case "!=":
		return a != b, true
	}
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	if errX != nil || errY != nil {
		return false, false
	}
	switch op {
	case "-eq":
		return x == y, true
	case "-ne":
		return x != y, true
	case "-lt":
		return x < y, true
	case "-le":
		return x <= y, true
	case "-gt":
		return x > y, true
	case "-ge":
		return x >= y, true
	}
	return false, false
}
