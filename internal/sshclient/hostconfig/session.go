package hostconfig

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// Session is what ssh_config says about what runs over the connection.
type Session struct {
	// LocalForward, RemoteForward and DynamicForward are as after -L, -R and -D.
	// ClearAllForwardings drops those of the command line too.
	LocalForward, RemoteForward, DynamicForward []string
	ClearAllForwardings                         bool
	// RemoteCommand is what to run in place of a shell, or "".
	RemoteCommand string
	// RequestTTY is no, yes, force, auto or "".
	RequestTTY string
	// NoCommand is SessionType none.
	NoCommand bool
	// Subsystem is SessionType subsystem: the command is the name of one.
	Subsystem bool
	StdinNull bool
	// NoEscapes is EscapeChar none; EscapeChar is 0 when not set.
	NoEscapes  bool
	EscapeChar byte
	// SetEnv are NAME=value, SendEnv patterns of names to send.
	SetEnv, SendEnv []string
}

// Login is what ssh_config says about how to log in.
type Login struct {
	// BatchMode asks nobody anything.
	BatchMode bool
	// PasswordPrompts is NumberOfPasswordPrompts; 0 when not set.
	PasswordPrompts int
	// Methods are the authentication methods to try, in order, by their names in
	// the protocol; nil when ssh_config says nothing about them.
	Methods []string
}

// methods are those that there are, in OpenSSH's order, and the options that turn
// them off.
func methods() (names []string, off map[string]string) {
	return []string{"publickey", "keyboard-interactive", "password"}, map[string]string{
		"publickey": "pubkeyauthentication", "keyboard-interactive": "kbdinteractiveauthentication", "password": "passwordauthentication",
	}
}

func (s *keywords) login() (l Login) {
	l.BatchMode = s.yes("batchmode")
	if v, ok := s.take("numberofpasswordprompts"); ok {
		if n, err := strconv.Atoi(v); err == nil && n > 0 {
			l.PasswordPrompts = n
		} else {
			s.ignore("numberofpasswordprompts", v)
		}
	}
	names, off := methods()
	wanted := names
	if v, ok := s.take("preferredauthentications"); ok {
		wanted = nil
		for name := range strings.SplitSeq(v, ",") {
			if name = strings.TrimSpace(name); slices.Contains(names, name) {
				wanted = append(wanted, name)
			}
		}
		l.Methods = wanted
	}
	for name, option := range off {
		if v, ok := s.take(option); ok && isNo(v) {
			l.Methods = slices.DeleteFunc(slices.Clone(wanted), func(m string) bool { return m == name })
			wanted = l.Methods
		}
	}
	if l.Methods == nil && len(wanted) == 0 { // all that there are is turned off
		l.Methods = []string{}
	}
	return l
}

func (s *keywords) session() (o Session) {
	o.LocalForward = s.forwards("localforward")
	o.RemoteForward = s.forwards("remoteforward")
	o.DynamicForward = s.forwards("dynamicforward")
	o.ClearAllForwardings = s.yes("clearallforwardings")
	if v, ok := s.take("remotecommand"); ok && !strings.EqualFold(v, "none") {
		o.RemoteCommand = v
	}
	if v, ok := s.take("requesttty"); ok {
		switch v = strings.ToLower(v); {
		case isYes(v):
			o.RequestTTY = "yes"
		case isNo(v):
			o.RequestTTY = "no"
		case v == "force" || v == "auto":
			o.RequestTTY = v
		default:
			s.ignore("requesttty", v)
		}
	}
	switch v, _ := s.take("sessiontype"); strings.ToLower(v) {
	case "none":
		o.NoCommand = true
	case "subsystem":
		o.Subsystem = true
	case "", "default":
	default:
		s.refuse("sessiontype", v)
	}
	o.StdinNull = s.yes("stdinnull")
	if v, ok := s.take("escapechar"); ok {
		if o.NoEscapes = v == "none"; !o.NoEscapes {
			if o.EscapeChar, ok = escapeChar(v); !ok {
				s.refuse("escapechar", v)
			}
		}
	}
	o.SetEnv, o.SendEnv = s.takeAll("setenv"), s.takeAll("sendenv")
	return o
}

// escapeChar reads a character or ^X, before both of which ssh -G writes a backslash
// where they do not print.
func escapeChar(v string) (byte, bool) {
	if len(v) > 1 && v[0] == '\\' {
		v = v[1:]
	}
	switch {
	case len(v) == 1:
		return v[0], true
	case len(v) == 2 && v[0] == '^' && v[1] >= '@' && v[1] < 0x80:
		return v[1] & 0x1f, true
	}
	return 0, false
}

// forwards turns "8080 [localhost]:80" into what stands after -L. [socks]:0 is how
// ssh -G writes that each connection says where it goes.
func (s *keywords) forwards(key string) []string {
	var specs []string
	for _, v := range s.takeAll(key) {
		spec := strings.Join(strings.Fields(v), ":")
		specs = append(specs, strings.TrimSuffix(spec, ":[socks]:0"))
	}
	return specs
}

// words are those of a value in a file; quotes hold what stands in them together.
func words(value string) []string {
	var list []string
	var word strings.Builder
	quoted := false
	end := func() {
		if word.Len() > 0 {
			list = append(list, word.String())
			word.Reset()
		}
	}
	for _, r := range value {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted && (r == ' ' || r == '\t'):
			end()
		default:
			word.WriteRune(r)
		}
	}
	end()
	return list
}

// Send picks the variables of environ, NAME=value, whose names SendEnv wants; a
// pattern after a minus takes them out again.
func (o Session) Send(environ []string) []string {
	var list []string
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		sent := false
		for _, pattern := range o.SendEnv {
			pattern, not := strings.CutPrefix(pattern, "-")
			if ok, err := path.Match(pattern, name); ok && err == nil {
				sent = !not
			}
		}
		if sent {
			list = append(list, kv)
		}
	}
	return list
}

// unmet says whether an option that is not honoured changes what the user gets: such
// a one is said, the others only under -v.
func unmet(key, value string) bool {
	if isNo(value) || strings.EqualFold(value, "none") {
		return false
	}
	return slices.Contains([]string{
		"proxyjump", "proxycommand", "permitlocalcommand", "knownhostscommand", "forwardx11", "tunnel",
		"hostbasedauthentication", "pkcs11provider", "verifyhostkeydns", "bindaddress", "bindinterface",
		"requiredrsasize", "casignaturealgorithms", "rekeylimit", "revokedhostkeys",
	}, key)
}

// ours reports whether the host is one of those that ssh-config wrote: what its block
// says is how OpenSSH gets to do what this program does anyway.
func (s *keywords) ours() bool {
	command := first(s.values["proxycommand"])
	return strings.Contains(command, "napter-connect") && strings.Contains(command, " proxy ")
}
