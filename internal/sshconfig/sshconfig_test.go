package sshconfig

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// hostile are names that somebody may have given to a SIM.
var hostile = []string{
	"gateway-001", "Gateway-UPPER", "工場-温度計-03", "двигатель", "a.b", "under_score",
	"", " ", "-", "--", "-oProxyCommand=touch", ".", "..", "../../etc/passwd", "*", "?", "*.napter", "!gateway-001", "%h", "%n%p", "%%",
	"two words", " leading", "trailing ", "tab\there", "line\nHost *", "line\r\nMatch exec \"touch pwned\"\n", "\n    ProxyCommand touch pwned",
	"\x00", "\x1b]0;x\x07", "\xff\xfe", "quote\"", "'single'", "back\\slash", "\\", "\"", "a\"\n\"b", "#comment", "$(touch pwned)", "`touch pwned`",
	"${HOME}", "$HOME", "~root", "a,b", "a;b", "a|b", "a&b", "a>b", "(a)", "{a}", "[a]:22", "a@b", "a=b", "a/b", "a:b",
	"\u202egnp.exe", "\u200b", "a\u2028b", "\ufeffbom", "🚜-combine-4", "e\u0301",
	"github.com", "localhost", "LOCALHOST", "mine", "MINE", "dup", "dup", "DUP", "x y", "x-y", "x_y", "x  y", "x\ty",
	"pump.napter", "pump", ".napter", "a.NAPTER", "8981100000000000003", "sim-8981100000000000004", "440103710000000",
	strings.Repeat("long", 1024), strings.Repeat("長", 1365), strings.Repeat("*", 4096), strings.Repeat("a b ", 1024),
}

func hostileHosts() []Host {
	var hosts []Host
	for i, name := range hostile {
		hosts = append(hosts, Host{ID: fmt.Sprintf("898110000000%07d", i), Name: name})
	}
	return hosts
}

func options() Options {
	return Options{
		Command: []string{"/opt/home brew/bin/napter-connect", "--profile", "it's \"50%\" $HOME\\"}, GOOS: "linux",
		KnownHosts: "/home/a b/100%\"/known_hosts", Taken: []string{"mine"}, Lookup: true,
	}
}

func write(t testing.TB, o Options, hosts []Host) []byte {
	t.Helper()
	data, err := Write(o, hosts)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sshG is what ssh makes of a host in a configuration.
func sshG(t testing.TB, file, host string) map[string]string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command(sshdtest.Tool(t, "ssh"), "-F", file, "-G", "--", host)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ssh -G %q: %v: %s", host, err, stderr.String())
	}
	values := map[string]string{}
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if _, again := values[key]; !again {
			values[key] = value
		}
	}
	return values
}

// aliases reads the words of all Host lines and what their blocks say the host is.
func aliases(t testing.TB, data []byte) map[string]string {
	t.Helper()
	list := map[string]string{}
	var words []string
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		switch {
		case len(f) > 1 && f[0] == "Host":
			words = f[1:]
		case len(f) == 2 && f[0] == "HostName":
			for _, w := range words {
				if other, twice := list[w]; twice {
					t.Errorf("%s is both %s and %s", w, other, f[1])
				}
				list[w] = f[1]
			}
		}
	}
	return list
}

func TestRealSSHReadsEveryBlockOfHostileNames(t *testing.T) {
	hosts := hostileHosts()
	for i := range hosts {
		hosts[i].User = fmt.Sprintf("user %d", i)
		if i%2 == 1 {
			hosts[i].Port = 50022
		}
	}
	data := write(t, options(), hosts)
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, h := range hosts {
		got := sshG(t, file, h.ID)
		want := map[string]string{
			"hostname": "sim-" + h.ID, "hostkeyalias": "sim-" + h.ID, "user": h.User, "port": "22",
			"proxycommand":          `/opt/home\ brew/bin/napter-connect --profile it\'s\ \"50%%\"\ \$HOME\\ proxy ` + h.ID + " %p",
			"stricthostkeychecking": "ask", "checkhostip": "no",
		}
		if i%2 == 1 {
			want["port"], want["hostkeyalias"] = "50022", "[sim-"+h.ID+"]:50022"
		}
		for key, value := range want {
			if got[key] != value {
				t.Errorf("%q: %s is %q, want %q", h.Name, key, got[key], value)
			}
		}
		if !strings.HasPrefix(got["userknownhostsfile"], `/home/a b/100%"/known_hosts `) {
			t.Errorf("%q: host keys in %q", h.Name, got["userknownhostsfile"])
		}
	}
	all := aliases(t, data)
	for alias, host := range all {
		if strings.HasPrefix(strings.TrimPrefix(alias, "sim-"), "898") {
			continue // each of them costs a process
		}
		if got := sshG(t, file, alias)["hostname"]; got != host {
			t.Errorf("ssh %s goes to %s, want %s", alias, got, host)
		}
	}
	for _, stranger := range []string{"github.com", "localhost", "mine", "gateway-002", "dup", "8981200000000000000", "root@example.com"} {
		got := sshG(t, file, stranger)
		if got["proxycommand"] != "" || strings.HasPrefix(got["hostname"], "sim-") {
			t.Errorf("ssh %s is led to %s by %s", stranger, got["hostname"], got["proxycommand"])
		}
	}
}

func TestNamesThatBecomeAliases(t *testing.T) {
	all := aliases(t, write(t, options(), hostileHosts()))
	id := func(name string) string {
		return fmt.Sprintf("sim-898110000000%07d", slices.Index(hostile, name))
	}
	for alias, name := range map[string]string{
		"gateway-001": "gateway-001", "gateway-001.napter": "gateway-001", "Gateway-UPPER": "Gateway-UPPER", "gateway-upper": "Gateway-UPPER",
		"工場-温度計-03": "工場-温度計-03", "工場-温度計-03.napter": "工場-温度計-03", "github.com.napter": "github.com", "mine-0" + "": "",
		"two-words": "two words", "pump": "pump", "x-y": "x-y", "x_y": "x_y", "combine-4": "🚜-combine-4",
	} {
		if name != "" && all[alias] != id(name) {
			t.Errorf("%s is %q, want %s (%q)", alias, all[alias], id(name), name)
		}
	}
	for alias := range all {
		bare := strings.TrimSuffix(alias, suffix)
		if strings.ContainsAny(alias, "*?!%\"'\\ \t$`") || len(alias) > longestName+len(suffix) {
			t.Errorf("the alias %q", alias)
		}
		if bare == alias && (strings.EqualFold(bare, "mine") || strings.EqualFold(bare, "localhost") || strings.Contains(bare, ".")) {
			t.Errorf("the alias %q takes the place of another host", alias)
		}
	}
}

func TestPathsThatCannotBeWrittenAreRefused(t *testing.T) {
	for _, path := range []string{"", "/a\nb", "/a\x00b", "/\xff"} {
		o := options()
		o.Command = []string{path}
		if data, err := Write(o, nil); err == nil {
			t.Errorf("the program %q gives %q", path, data)
		}
		o = options()
		o.KnownHosts = path
		if data, err := Write(o, nil); err == nil {
			t.Errorf("the known hosts %q give %q", path, data)
		}
	}
	o := options()
	o.KnownHosts = "/${HOME}/x"
	if _, err := Write(o, nil); err == nil {
		t.Error("a variable in the path of the known hosts is written")
	}
	o = options()
	o.GOOS = "windows"
	o.Command = []string{`C:\Program Files\napter-connect.exe`}
	if data := string(write(t, o, nil)); !strings.Contains(data, `ProxyCommand "C:\Program Files\napter-connect.exe" proxy`) {
		t.Errorf("%s", data)
	}
}

func TestSettingsWhichAnSSHConfigCannotHoldAreLeftOut(t *testing.T) {
	h := Host{ID: "8981100000000000001", Name: "a", User: "x\nProxyCommand y", Identity: []string{"~/a b%h", "/${x}", "/c\n"}}
	data := string(write(t, options(), []Host{h, {ID: "1\nHost *", Name: "b"}}))
	if strings.Contains(data, "User ") || strings.Contains(data, "Host *\n") || strings.Count(data, "IdentityFile") != 1 {
		t.Errorf("%s", data)
	}
	if !strings.Contains(data, `IdentityFile "~/a b%%h"`+"\n") {
		t.Errorf("%s", data)
	}
}

// TestTheShellGetsTheWordsBack runs ProxyCommands as ssh does, in real shells.
func TestTheShellGetsTheWordsBack(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "it's a \"pro\\gram\" 100% $HOME `x` #1 ~ & ; | <工場> !?*[]{}()^=")
	out := filepath.Join(dir, "out")
	script := fmt.Sprintf("#!/bin/sh\nfor a; do printf '%%s\\n' \"$a\"; done > '%s'\n", out)
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	o := options()
	o.Command[0] = program
	file := filepath.Join(dir, "config")
	if err := os.WriteFile(file, write(t, o, []Host{{ID: "8981100000000000001", Name: "a"}}), 0o600); err != nil {
		t.Fatal(err)
	}
	ssh := sshdtest.Tool(t, "ssh")
	for _, shell := range []string{"sh", "bash", "dash", "zsh", "fish", "csh"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		for _, host := range []string{"a", "new device; touch pwned.napter"} {
			cmd := exec.Command(ssh, "-F", file, "-o", "BatchMode=yes", "--", host)
			cmd.Env, cmd.Dir = append(os.Environ(), "SHELL="+path), dir
			said, _ := cmd.CombinedOutput() // there is nothing to connect to
			got, err := os.ReadFile(out)
			if err != nil {
				if bytes.Contains(said, []byte("hostname contains invalid characters")) { // OpenSSH 9.6
					continue
				}
				t.Fatalf("%s: ssh %s did not run the program: %s", shell, host, said)
			}
			want := o.Command[1] + "\n" + o.Command[2] + "\nproxy\n8981100000000000001\n22\n"
			if host != "a" {
				want = o.Command[1] + "\n" + o.Command[2] + "\nproxy\n" + host + "\n22\n"
			}
			if string(got) != want {
				t.Errorf("%s: got %q, want %q", shell, got, want)
			}
			if err := os.Remove(out); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "pwned.napter")); err == nil {
			t.Fatalf("%s ran a part of the name", shell)
		}
	}
}

// FuzzNames holds that no name breaks out of its comment or its Host line: the file
// has the same lines as for a harmless name, but for those two.
func FuzzNames(f *testing.F) {
	for _, name := range hostile {
		f.Add(name, "gateway-001")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		hosts := []Host{{ID: "8981100000000000001", Name: one}, {ID: "8981100000000000002", Name: two}, {ID: "8981100000000000003", Name: "third"}}
		data := write(t, options(), hosts)
		var lines []string
		for line := range strings.Lines(string(data)) {
			switch {
			case strings.HasPrefix(line, "#"):
			case strings.HasPrefix(line, "Host "):
				for _, word := range strings.Fields(line)[1:] {
					if strings.ContainsAny(strings.TrimPrefix(word, "*.napter"), "*?!%\\$`") && word != `"!*'*"` {
						t.Errorf("the alias %q for %q, %q", word, one, two)
					}
				}
				lines = append(lines, "Host\n")
			default:
				lines = append(lines, line)
			}
		}
		for i := range hosts {
			hosts[i].Name = fmt.Sprintf("harmless-%d", i)
		}
		var want []string
		for line := range strings.Lines(string(write(t, options(), hosts))) {
			switch {
			case strings.HasPrefix(line, "#"):
			case strings.HasPrefix(line, "Host "):
				want = append(want, "Host\n")
			default:
				want = append(want, line)
			}
		}
		if !slices.Equal(lines, want) {
			t.Errorf("%q and %q give\n%s", one, two, data)
		}
		aliases(t, data)
	})
}
