// Package environ reads environment variables that are not ours alone, and changes
// the environment for a part of the program.
package environ

import (
	"cmp"
	"os/user"
	"slices"
	"strings"
)

// With returns an environment with further variables, as os.Getenv and os.Environ
// would.
func With(getenv func(string) string, environ func() []string, vars map[string]string) (func(string) string, func() []string) {
	get := func(name string) string {
		if v, ok := vars[name]; ok {
			return v
		}
		return getenv(name)
	}
	list := func() []string {
		all := Without(environ(), func(name string) bool { _, ok := vars[name]; return ok })
		for name, v := range vars {
			all = append(all, name+"="+v)
		}
		return all
	}
	return get, list
}

// Without leaves variables out of a list like os.Environ's.
func Without(list []string, out func(name string) bool) []string {
	return slices.DeleteFunc(slices.Clone(list), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return out(name)
	})
}

// Locale are the variables that OpenSSH's usual SendEnv line sends.
func Locale(list []string) []string {
	return Without(list, func(name string) bool { return name != "LANG" && !strings.HasPrefix(name, "LC_") })
}

// UTF8 reports that the locale has more characters than ASCII. Where it says
// nothing, terminals of today have.
func UTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8") || v == "c" || v == "posix"
		}
	}
	return true
}

// User is who runs the program. The variables come first, since a look-up may be
// slow where users are in a directory service.
func User(getenv func(string) string) string {
	if name := cmp.Or(getenv("USER"), getenv("LOGNAME"), getenv("USERNAME")); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username[strings.LastIndexByte(u.Username, '\\')+1:]
	}
	return ""
}
