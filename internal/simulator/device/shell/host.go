package shell

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"testing/fstest"
	"time"
)

// Host is the machine that a shell pretends to run on. It is not changed after
// its making, and many shells may share it.
type Host struct {
	Name    string // host name, shown in the prompt
	Model   string // the board
	Kernel  string // uname -r
	Machine string // uname -m
	Serial  string // of the board
	SimID   string
	Boot    time.Time
	Now     func() time.Time
}

func (h *Host) uptime() time.Duration { return h.Now().Sub(h.Boot) }

// files is the file system of the moment (/proc changes).
func (h *Host) files(user string) fstest.MapFS {
	up := h.uptime().Seconds()
	text := map[string]string{
		"etc/hostname":                         h.Name + "\n",
		"etc/hosts":                            "127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\t" + h.Name + "\n",
		"etc/os-release":                       osRelease,
		"etc/debian_version":                   "12.8\n",
		"etc/motd":                             h.Greeting(),
		"etc/passwd":                           passwd(user),
		"etc/issue":                            "Debian GNU/Linux 12 \\n \\l\n",
		"etc/timezone":                         "Etc/UTC\n",
		"proc/cpuinfo":                         h.cpuinfo(),
		"proc/meminfo":                         "MemTotal:        1887656 kB\nMemFree:         1204320 kB\nMemAvailable:    1529004 kB\nSwapTotal:        102396 kB\nSwapFree:         102396 kB\n",
		"proc/uptime":                          fmt.Sprintf("%.2f %.2f\n", up, up*3.9),
		"proc/loadavg":                         "0.08 0.03 0.01 1/142 1077\n",
		"proc/version":                         "Linux version " + h.Kernel + " (simulated)\n",
		"proc/device-tree/model":               h.Model + "\x00",
		"sys/class/thermal/thermal_zone0/temp": "48312\n",
		"var/log/app.log":                      h.log(),
		"root/.profile":                        profile,
		"home/pi/.profile":                     profile,
		"home/pi/README.txt":                   readme,
		"dev/null":                             "", "dev/zero": "", "dev/urandom": "",
		"usr/share/doc/README": readme,
	}
	m := fstest.MapFS{
		"tmp":            {Mode: fs.ModeDir | 0o1777},
		homeOf(user)[1:]: {Mode: fs.ModeDir | 0o755},
	}
	for name, body := range text {
		m[name] = &fstest.MapFile{Data: []byte(body), Mode: 0o644, ModTime: h.Boot}
	}
	for _, name := range commandNames() {
		m["usr/bin/"+name] = &fstest.MapFile{Mode: 0o755, ModTime: h.Boot}
	}
	return m
}

// open returns a file's or a device's bytes.
func (s *Shell) open(name string) (io.Reader, error) {
	switch name = s.abs(name); name {
	case "/dev/zero":
		return zeros{}, nil
	case "/dev/urandom", "/dev/random":
		return rand.Reader, nil
	case "/dev/null":
		return empty(), nil
	}
	f, err := s.host.files(s.user).Open(rel(name))
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, errIsDir
	}
	return f, nil
}

func (s *Shell) stat(name string) (fs.FileInfo, error) {
	return fs.Stat(s.host.files(s.user), rel(s.abs(name)))
}

func (s *Shell) readDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(s.host.files(s.user), rel(s.abs(name)))
}

var (
	errIsDir  = errors.New("is a directory")
	errNotDir = errors.New("not a directory")
)

// abs makes a path absolute and clean.
func (s *Shell) abs(name string) string {
	if !strings.HasPrefix(name, "/") {
		name = s.dir + "/" + name
	}
	return path.Clean(name)
}

// rel is a clean absolute path as io/fs names it.
func rel(abs string) string {
	if abs == "/" {
		return "."
	}
	return abs[1:]
}

// reason is an error as strerror(3) words it.
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "No such file or directory"
	case errors.Is(err, errIsDir):
		return "Is a directory"
	case errors.Is(err, errNotDir):
		return "Not a directory"
	case errors.Is(err, fs.ErrInvalid):
		return "Invalid argument"
	}
	return err.Error()
}

// Greeting is the message of the day, which a login shell starts with.
func (h *Host) Greeting() string {
	return fmt.Sprintf("%s: a simulated device of napter-connect behind SIM %s.\n"+
		"Nothing here is real; type help for the commands that it knows.\n", h.Name, h.SimID)
}

func (h *Host) cpuinfo() string {
	var b strings.Builder
	for n := range 4 {
		fmt.Fprintf(&b, "processor\t: %d\nBogoMIPS\t: 108.00\nCPU implementer\t: 0x41\nCPU architecture: 8\n\n", n)
	}
	fmt.Fprintf(&b, "Serial\t\t: %s\nModel\t\t: %s\n", h.Serial, h.Model)
	return b.String()
}

func (h *Host) log() string {
	var b strings.Builder
	for n := range 20 {
		at := h.Boot.Add(time.Duration(n) * time.Minute).UTC().Format(time.RFC3339)
		fmt.Fprintf(&b, "%s app[611]: sample %d: temperature %.1f C, battery 3.%02d V\n", at, n, 21.5+float64(n%7)/10, 98-n)
	}
	return b.String()
}

func passwd(user string) string {
	s := "root:x:0:0:root:/root:/bin/bash\npi:x:1000:1000:,,,:/home/pi:/bin/bash\n"
	if user != "root" && user != "pi" {
		s += user + ":x:1001:1001:,,,:" + homeOf(user) + ":/bin/bash\n"
	}
	return s
}

const (
	osRelease = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm), simulated"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
`
	profile = "# ~/.profile: nothing to set on a simulated device\n"
	readme  = "This device exists in the memory of napter-connect only.\n"
)
