package shell

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
)

func uname(p *proc) int {
	all := []string{"Linux", p.host.Name, p.host.Kernel, "#1 SMP PREEMPT (simulated)", p.host.Machine, "GNU/Linux"}
	if len(p.args) == 0 {
		p.print("Linux\n")
		return 0
	}
	want := ""
	for _, a := range p.args {
		if !strings.HasPrefix(a, "-") {
			return p.usage(1, "extra operand '%s'", a)
		}
		want += a[1:]
	}
	var fields []string
	for i, letter := range "snrvmo" {
		if strings.ContainsRune(want, letter) || strings.Contains(want, "a") {
			fields = append(fields, all[i])
		}
	}
	if strings.Trim(want, "asnrvmo") != "" || len(fields) == 0 {
		return p.usage(1, "invalid option '%s'", strings.Join(p.args, " "))
	}
	p.print("%s\n", strings.Join(fields, " "))
	return 0
}

func uptime(p *proc) int {
	up := p.host.uptime()
	days, rest := int(up/(24*time.Hour)), up%(24*time.Hour)
	p.print(" %s up %d days, %2d:%02d,  1 user,  load average: 0.08, 0.03, 0.01\n",
		p.host.Now().UTC().Format("15:04:05"), days, int(rest.Hours()), int(rest.Minutes())%60)
	return 0
}

func date(p *proc) int {
	now := p.host.Now().UTC()
	format := "Mon Jan _2 15:04:05 UTC 2006"
	for _, a := range p.args {
		switch a {
		case "-u":
		case "-R":
			format = "Mon, 02 Jan 2006 15:04:05 -0700"
		case "-Is", "-Iseconds":
			format = "2006-01-02T15:04:05-07:00"
		default:
			verbs, ok := strings.CutPrefix(a, "+")
			if !ok {
				return p.usage(1, "'%s': not supported here", a)
			}
			p.print("%s\n", strftime(now, verbs))
			return 0
		}
	}
	p.print("%s\n", now.Format(format))
	return 0
}

func strftime(t time.Time, format string) string {
	return strings.NewReplacer(
		"%%", "%", "%s", strconv.FormatInt(t.Unix(), 10), "%F", t.Format(time.DateOnly), "%T", t.Format(time.TimeOnly),
		"%Y", t.Format("2006"), "%m", t.Format("01"), "%d", t.Format("02"), "%H", t.Format("15"), "%M", t.Format("04"),
		"%S", t.Format("05"), "%Z", "UTC", "%z", "+0000", "%a", t.Format("Mon"), "%b", t.Format("Jan"),
	).Replace(format)
}

func hostname(p *proc) int {
	if len(p.args) > 0 && !strings.HasPrefix(p.args[0], "-") {
		return p.usage(1, "you must be root to change the host name")
	}
	p.print("%s\n", p.host.Name)
	return 0
}

func whoami(p *proc) int {
	p.print("%s\n", p.user)
	return 0
}

func id(p *proc) int {
	n := p.uid()
	if len(p.args) > 0 && p.args[0] == "-u" {
		p.print("%d\n", n)
		return 0
	}
	p.print("uid=%d(%s) gid=%d(%s) groups=%d(%s)\n", n, p.user, n, p.user, n, p.user)
	return 0
}

func (s *Shell) uid() int {
	switch s.user {
	case "root":
		return 0
	case "pi":
		return 1000
	}
	return 1001
}

func ps(p *proc) int {
	p.print("    PID TTY          TIME CMD\n")
	tty := "?    "
	if p.tty != nil {
		tty = "pts/0"
	}
	p.print("%7d %s    00:00:00 bash\n%7d %s    00:00:00 ps\n", shellPID, tty, shellPID+35, tty)
	return 0
}

func df(p *proc) int {
	p.print("Filesystem     1K-blocks    Used Available Use%% Mounted on\n" +
		"/dev/root       30408676 4210544  24912132  15%% /\n" +
		"tmpfs             943828       0    943828   0%% /dev/shm\n")
	return 0
}

func free(p *proc) int {
	p.print("               total        used        free      shared  buff/cache   available\n" +
		"Mem:         1887656      358652     1204320        1148      324684     1529004\n" +
		"Swap:         102396           0      102396\n")
	return 0
}

func nproc(p *proc) int {
	p.print("4\n")
	return 0
}

func stty(p *proc) int {
	if !p.onTerminal() {
		return p.usage(1, "'standard input': Inappropriate ioctl for device")
	}
	w := p.tty.Window()
	switch {
	case len(p.args) == 1 && p.args[0] == "size":
		p.print("%d %d\n", w.Rows, w.Cols)
	case len(p.args) == 0 || p.args[0] == "-a":
		p.print("rows %d; columns %d;\n%s\n", w.Rows, w.Cols, w.Modes)
	default:
		return p.usage(1, "changing settings is not supported here")
	}
	return 0
}

func tty(p *proc) int {
	if !p.onTerminal() {
		p.print("not a tty\n")
		return 1
	}
	p.print("/dev/pts/0\n")
	return 0
}

func clearScreen(p *proc) int {
	p.print("\x1b[H\x1b[2J")
	return 0
}

func which(p *proc) int {
	status := 0
	for _, name := range p.args {
		if lookup(name) == nil {
			status = 1
			continue
		}
		p.print("/usr/bin/%s\n", path.Base(name))
	}
	return status
}

func help(p *proc) int {
	p.print("A simulated device. It knows these commands:\n\n")
	line := ""
	for _, name := range commandNames() {
		if len(line)+len(name) > 70 {
			p.print("  %s\n", line)
			line = ""
		}
		line += fmt.Sprintf("%-10s ", name)
	}
	p.print("  %s\n\nPipes, quotes, ; && ||, if, for and while work. Its web page is on port 80.\n", line)
	return 0
}
