// Package sshconfig writes what makes OpenSSH, and all that is built on it, reach
// SIMs by name: a file of Host blocks, and one Include line in the user's own
// configuration. SIM names come from outside: nothing of them gets into a command,
// and no Host of the user is replaced because of one.
package sshconfig

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// Host is one SIM. Its name is untrusted; the rest is the user's own.
type Host struct {
	ID, Name string
	// User, Port and Identity are what config.yaml says, or zero.
	User     string
	Port     int
	Identity []string
}

// Options are what all blocks share.
type Options struct {
	// Command is this program's absolute path and the flags that choose the
	// account.
	Command []string
	// GOOS is the system that the file is for.
	GOOS string
	// KnownHosts is our file of host keys.
	KnownHosts string
	// Taken are the aliases of the user's own Host lines: SIMs of that name are
	// reached by name.napter alone.
	Taken []string
	// Lookup says that ssh knows KnownHostsCommand (OpenSSH 8.5).
	Lookup bool
}

// userKnownHosts are OpenSSH's default for UserKnownHostsFile.
const userKnownHosts = "~/.ssh/known_hosts ~/.ssh/known_hosts2"

const preamble = `# Written by "napter-connect ssh-config --write". Changes are lost; put yours into
# ~/.ssh/config below the Include line, or user, port and identity into config.yaml.
`

// idForm is a SIM ID; anything else gets no block.
var idForm = regexp.MustCompile(`^89[0-9]{16,20}$`)

// Write returns the file for the hosts. Equal input gives equal output.
func Write(o Options, hosts []Host) ([]byte, error) {
	w, err := newWriter(o)
	if err != nil {
		return nil, err
	}
	names := newNamer(hosts)
	w.WriteString(preamble)
	for _, h := range hosts {
		if !idForm.MatchString(h.ID) {
			continue
		}
		alias, exact := names.name(h)
		w.block(h, alias, exact)
	}
	w.fallback()
	return w.Bytes(), nil
}

type writer struct {
	bytes.Buffer
	options    Options
	command    string // for a ProxyCommand
	lookup     string // for KnownHostsCommand, or ""
	knownHosts string
	taken      map[string]bool
}

func newWriter(o Options) (*writer, error) {
	w := &writer{options: o, taken: map[string]bool{}}
	var words, args []string
	for _, s := range o.Command {
		word, ok := shellWord(o.GOOS, s)
		arg, argOK := commandWord(s)
		if !ok || !argOK {
			return nil, message.WithHint(message.Errorf("%q can't be written into an ssh_config", s),
				"move it to a path of usual characters")
		}
		words, args = append(words, word), append(args, arg)
	}
	w.command = strings.Join(words, " ")
	if o.Lookup {
		w.lookup = strings.Join(args, " ") + " known-hosts lookup --openssh %H"
	}
	var ok bool
	if w.knownHosts, ok = pathArgument(o.KnownHosts); !ok {
		return nil, message.WithHint(message.Errorf("the file %q can't be written into an ssh_config", o.KnownHosts),
			"set XDG_STATE_HOME to a path of usual characters")
	}
	for _, name := range o.Taken {
		w.taken[strings.ToLower(name)] = true
	}
	return w, nil
}

func (w *writer) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(&w.Buffer, format, args...) // a buffer takes everything
}

// block writes one SIM's Host block.
func (w *writer) block(h Host, alias string, exact bool) {
	w.WriteByte('\n')
	w.comment(h, alias, exact)
	w.printf("Host %s\n", strings.Join(w.patterns(h, alias), " "))
	w.printf("    HostName sim-%s\n", h.ID)
	if user, ok := argument(h.User); ok {
		w.printf("    User %s\n", user)
	}
	hostKey := "sim-" + h.ID
	if h.Port != 0 && h.Port != 22 {
		w.printf("    Port %d\n", h.Port)
		hostKey = fmt.Sprintf("[%s]:%d", hostKey, h.Port)
	}
	for _, file := range h.Identity {
		if path, ok := pathArgument(file); ok {
			w.printf("    IdentityFile %s\n", path)
		}
	}
	w.printf("    ProxyCommand %s proxy %s %%p\n", w.command, h.ID)
	w.printf("    HostKeyAlias %s\n", hostKey)
	w.printf("    UserKnownHostsFile %s %s\n", w.knownHosts, userKnownHosts)
	w.printf("    HashKnownHosts no\n") // known-hosts list could not name the SIM
	w.checking()
}

// comment says which SIM it is where the alias does not.
func (w *writer) comment(h Host, alias string, exact bool) {
	if exact && w.bare(alias) {
		return
	}
	name := safetext.Line(h.Name)
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100]) + "…"
	}
	switch {
	case exact:
		w.printf("# %s alone may be another host of yours: use %s%s\n", name, alias, suffix)
	case usable(h.Name):
		w.printf("# one of several SIMs with the name %s\n", name)
	default:
		w.printf("# name: %s\n", name)
	}
}

// bare says whether an alias may be used without the suffix. Whoever may name a
// SIM must not thereby get the connections to another host: github.com, say.
func (w *writer) bare(alias string) bool {
	low := strings.ToLower(alias)
	return alias != "" && !strings.Contains(alias, ".") && low != "localhost" && !w.taken[low]
}

// patterns are the words of a Host line. OpenSSH compares them with regard to case,
// and SIM names are told apart without.
func (w *writer) patterns(h Host, alias string) []string {
	var list []string
	add := func(s string) {
		list = append(list, s)
		if low := strings.ToLower(s); low != s {
			list = append(list, low)
		}
	}
	if w.bare(alias) {
		add(alias)
	}
	if alias != "" {
		add(alias + suffix)
	}
	sim := "sim-" + h.ID
	return append(list, h.ID, h.ID+suffix, sim, sim+suffix)
}

// fallback is for SIMs that came or were named since. The name that was typed goes
// through the user's shell, so names that could end its quotes are left out; the
// shell of Windows has no safe quotes at all.
func (w *writer) fallback() {
	name, unsafe := "'%n'", "'"
	if w.options.GOOS == "windows" {
		name, unsafe = "%n", "'&|<>^%();,= "
	}
	w.printf("\nHost *%s", suffix)
	for _, r := range unsafe {
		w.printf(` "!*%c*"`, r)
	}
	w.printf("\n    ProxyCommand %s proxy %s %%p\n", w.command, name)
	if w.lookup != "" {
		w.printf("    KnownHostsCommand %s\n", w.lookup)
	}
	// Keys are read from ours too, and stored in the user's: under such a name
	// they are not pinned to a SIM.
	w.printf("    UserKnownHostsFile %s %s\n", userKnownHosts, w.knownHosts)
	w.checking()
}

func (w *writer) checking() {
	w.WriteString("    StrictHostKeyChecking ask\n    CheckHostIP no\n")
}
