package knownhosts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
)

// knownFile is a known_hosts file in memory.
type knownFile struct {
	path  string
	ours  bool
	lines []knownLine
}

// Keys are what is known about host keys when a connection starts.
type Keys struct {
	cfg   *Options
	names []name // the alias comes first
	files []knownFile
	db    *knownhosts.HostKeyDB
	// real maps the names of the copies that the library read to the files.
	real map[string]string
	// warnings are told to the person: damaged lines of our own file.
	warnings []message.Text
	// damaged is where our own file has a line for this very host that can't be
	// read, or "".
	damaged string
}

// name is one that the host is looked up under, in the form of known_hosts and as the
// library wants it: host:port.
type name struct{ entry, lookup string }

func nameOf(host string, port int) name {
	if port == 0 {
		port = 22
	}
	return name{knownName(host, port), net.JoinHostPort(strings.ToLower(host), strconv.Itoa(port))}
}

// known is a key that is known for the host, under entry.
type known struct {
	entry string
	file  *knownFile
	line  *knownLine
	num   int // from 1
}

// Load reads the files.
func Load(o Options) (*Keys, error) {
	cfg := &o
	if !validAlias(cfg.Alias) {
		return nil, message.Errorf("the host key alias %q can't be used as a name in known_hosts", safetext.Trim(cfg.Alias))
	}
	h := &Keys{cfg: cfg, names: []name{nameOf(cfg.Alias, cfg.Port)}}
	for _, further := range cfg.Names {
		if n := nameOf(further, cfg.Port); validAlias(further) && !slices.Contains(h.names, n) {
			h.names = append(h.names, n)
		}
	}
	if err := h.read(cfg.File, true, cfg); err != nil {
		return nil, err
	}
	for _, path := range cfg.ReadOnly {
		if err := h.read(path, false, cfg); err != nil {
			return nil, err
		}
	}
	return h, h.build()
}

// read takes in one file. A file that does not exist is empty. Lines that can't
// be read are left out, as OpenSSH does, except one that revokes a key: without
// it we might trust a key that was explicitly revoked.
func (h *Keys) read(path string, ours bool, cfg *Options) error {
	if path == "" {
		return nil
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil && ours:
		return message.Errorf("reading the known host keys: %w", err)
	case err != nil:
		cfg.debugf("known hosts not read: %v", err)
		return nil
	}
	f := knownFile{path: path, ours: ours, lines: splitLines(data)}
	for i := range f.lines {
		l := &f.lines[i]
		if !l.bad {
			continue
		}
		where := fmt.Sprintf("%s:%d", path, i+1)
		if l.revokes() {
			return message.WithHint(message.Errorf("%s: a line that revokes a key can't be read", where),
				"repair or remove that line: until then no host key can be trusted")
		}
		h.skip(l, ours, where, cfg)
	}
	h.files = append(h.files, f)
	return nil
}

// skip reports a damaged line.
func (h *Keys) skip(l *knownLine, ours bool, where string, cfg *Options) {
	if !ours {
		cfg.debugf("%s: the line can't be read, and is left out", where)
		return
	}
	h.warnings = append(h.warnings, message.New("warning: %s can't be read and is left out", where))
	if l.names(knownName(cfg.Alias, cfg.Port)) {
		h.damaged = where
	}
}

// build hands the readable lines to the library, which reads files alone and
// refuses a whole file for one line. So it gets copies; line numbers stay.
func (h *Keys) build() error {
	dir, err := os.MkdirTemp("", "napter-known-hosts-")
	if err != nil {
		return message.Errorf("reading the known host keys: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	h.real = make(map[string]string)
	var copies []string
	for i, f := range h.files {
		name := filepath.Join(dir, strconv.Itoa(i))
		if err := os.WriteFile(name, f.readable(), 0o600); err != nil {
			return message.Errorf("reading the known host keys: %w", err)
		}
		h.real[name] = f.path
		copies = append(copies, name)
	}
	h.db, err = knownhosts.NewDB(copies...)
	if err != nil {
		return message.Errorf("reading the known host keys: %w", err)
	}
	return nil
}

// readable is the file without its damaged lines.
func (f *knownFile) readable() []byte {
	var b bytes.Buffer
	for i := range f.lines {
		if l := &f.lines[i]; !l.bad && !l.blank() {
			b.WriteString(l.text)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// placeholder stands for the remote address, which has no meaning here: the
// address is a public port that may have been another device's a minute ago.
func placeholder() net.Addr { return &net.TCPAddr{IP: net.IPv4zero} }

// wanted are the lines that match a name, in the order of the files.
func (h *Keys) wanted(n name) []known {
	var mismatch *xknownhosts.KeyError
	if err := h.db.HostKeyCallback()(n.lookup, placeholder(), noKey{}); !errors.As(err, &mismatch) {
		return nil
	}
	var out []known
	for _, k := range mismatch.Want {
		i := slices.IndexFunc(h.files, func(f knownFile) bool { return f.path == h.real[k.Filename] })
		if i >= 0 && k.Line >= 1 && k.Line <= len(h.files[i].lines) {
			out = append(out, known{entry: n.entry, file: &h.files[i], line: &h.files[i].lines[k.Line-1], num: k.Line})
		}
	}
	return out
}

// keys are the plain keys known for the host. What was trusted for the SIM itself
// decides alone: a line under its name may be older, or of another host.
func (h *Keys) keys() []known {
	if found := h.keysOf(h.names[0]); len(found) > 0 {
		return found
	}
	var found []known
	for _, n := range h.names[1:] {
		found = append(found, h.keysOf(n)...)
	}
	return found
}

// keysOf are the plain keys under a name. A line of a certificate authority matches
// too, but says nothing about plain keys.
func (h *Keys) keysOf(n name) []known {
	return slices.DeleteFunc(h.wanted(n), func(k known) bool { return k.line.marker != "" })
}

// revoked says whether a file revokes the key.
func (h *Keys) revoked(key ssh.PublicKey) (*known, bool) {
	for i := range h.files {
		for j := range h.files[i].lines {
			l := &h.files[i].lines[j]
			if l.marker == "revoked" && sshkey.Same(sshkey.Plain(l.key), sshkey.Plain(key)) {
				return &known{file: &h.files[i], line: l, num: j + 1}, true
			}
		}
	}
	return nil, false
}

// Algorithms splits the allowed ones into those of the known keys, which go first,
// so that a device with several keys shows the one that we know, and the rest, so
// that a device that changed all of them still has one in common with us.
// Certificates are asked for only where an authority is known.
func (h *Keys) Algorithms(allowed []string) (first, rest []string) {
	own := len(h.keysOf(h.names[0])) > 0
	for i, n := range h.names {
		for _, algorithm := range h.db.HostKeyAlgorithms(n.lookup) {
			switch {
			case certificate(algorithm): // of the authority's type; it may sign keys of any
				first = append(first, slices.DeleteFunc(slices.Clone(allowed), func(name string) bool { return !certificate(name) })...)
			case i == 0 || !own:
				first = append(first, algorithm)
			}
		}
	}
	rest = slices.DeleteFunc(slices.Clone(allowed), func(name string) bool {
		return certificate(name) && !slices.Contains(first, name)
	})
	return first, rest
}

func certificate(algorithm string) bool { return strings.Contains(algorithm, "-cert-v01@") }

// noKey matches nothing: the library then tells all that it knows.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return nil }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.ErrUnsupported }
