package hostconfig

import (
	"cmp"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/napter-connect/napter-connect/internal/message"
)

var variable = regexp.MustCompile(`^\$([A-Za-z_][A-Za-z0-9_]*)$`)

// expander returns a function that expands what may stand in a file name of
// ssh_config: ~, ${NAME}, $NAME alone (IdentityAgent), and the tokens that
// ssh_config(5) allows there.
func (s *keywords) expander(name string, port int) func(string) (string, error) {
	tokens := map[byte]string{'%': "%", 'n': name, 'h': cmp.Or(s.hostname, name), 'p': strconv.Itoa(cmp.Or(port, 22)), 'r': s.user}
	if u, err := user.Current(); err == nil {
		tokens['u'], tokens['i'] = u.Username, u.Uid
		tokens['r'] = cmp.Or(s.user, u.Username)
	}
	if home, err := os.UserHomeDir(); err == nil {
		tokens['d'] = home
	}
	if host, err := os.Hostname(); err == nil {
		tokens['l'] = host
		tokens['L'], _, _ = strings.Cut(host, ".")
	}
	return func(path string) (string, error) {
		if m := variable.FindStringSubmatch(path); m != nil {
			path = "${" + m[1] + "}"
		}
		out, err := expandTokens(path, tokens)
		return ExpandHome(out), err
	}
}

func expandTokens(path string, tokens map[byte]string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '%':
			i++
			if i == len(path) {
				return "", message.Errorf("it ends with %%")
			}
			value, ok := tokens[path[i]]
			if !ok {
				return "", message.Errorf("unknown token %%%c", path[i])
			}
			b.WriteString(value)
		case strings.HasPrefix(path[i:], "${"):
			name, _, ok := strings.Cut(path[i+2:], "}")
			value, set := os.LookupEnv(name)
			if !ok || !set {
				return "", message.Errorf("the variable %s is not set", name)
			}
			b.WriteString(value)
			i += len(name) + 2
		default:
			b.WriteByte(path[i])
		}
	}
	return b.String(), nil
}

// ExpandHome replaces a leading ~/.
func ExpandHome(path string) string {
	if path != "~" && !strings.HasPrefix(path, "~/") && !strings.HasPrefix(path, `~\`) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, path[1:])
}
