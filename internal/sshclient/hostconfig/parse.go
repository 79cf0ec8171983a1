package hostconfig

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/kevinburke/ssh_config"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// maxIncludes bounds nested Include, as OpenSSH does.
const maxIncludes = 16

// honoured are the options that parseConfigs looks for.
func honoured() (single, several []string) {
	return []string{
		"User", "Port", "IdentitiesOnly", "IdentityAgent", "ForwardAgent", "StrictHostKeyChecking",
		"ConnectTimeout", "ServerAliveInterval", "ServerAliveCountMax", "ExitOnForwardFailure",
		"BatchMode", "NumberOfPasswordPrompts", "PreferredAuthentications", "PubkeyAuthentication",
		"KbdInteractiveAuthentication", "PasswordAuthentication", "ClearAllForwardings", "RemoteCommand", "RequestTTY",
		"SessionType", "StdinNull", "EscapeChar", "ProxyJump", "ProxyCommand", "LogLevel", "ConnectionAttempts",
		"UserKnownHostsFile", "GlobalKnownHostsFile", "HostKeyAlias", "UpdateHostKeys",
		"Ciphers", "KexAlgorithms", "MACs", "HostKeyAlgorithms", "PubkeyAcceptedAlgorithms", "PubkeyAcceptedKeyTypes",
	}, []string{"IdentityFile", "CertificateFile", "LocalForward", "RemoteForward", "DynamicForward", "SetEnv", "SendEnv"}
}

// parseConfigs reads ssh_config where there is no ssh to ask. A file with Match
// is left out as a whole: the parser takes the criteria of Match for host names,
// and would apply such a block to hosts that it is not for.
func parseConfigs(name, file string, options []string) (*keywords, error) {
	s := &keywords{values: make(map[string][]string)}
	if err := s.addOptions(options); err != nil {
		return nil, err
	}
	for _, f := range configFiles(file) {
		if err := s.addFile(name, f); err != nil {
			// Only a file that was asked for must exist.
			if errors.Is(err, fs.ErrNotExist) && file == "" {
				continue
			}
			return nil, err
		}
	}
	s.hostname, s.user = name, first(s.values["user"])
	return s, nil
}

// accountHome is the home folder by the account, not by HOME: ssh and the parser
// take that one, and the search for Match must look at the same files.
func accountHome() string {
	if u, err := user.Current(); err == nil {
		return u.HomeDir
	}
	return os.Getenv("HOME")
}

func configFiles(file string) []string {
	switch file {
	case "none":
		return nil
	case "":
	default:
		return []string{file}
	}
	system := "/etc/ssh"
	if runtime.GOOS == "windows" {
		system = filepath.Join(os.Getenv("ProgramData"), "ssh")
	}
	return []string{filepath.Join(accountHome(), ".ssh", "config"), filepath.Join(system, "ssh_config")}
}

// addOptions takes -o in its two forms. The first value of an option counts.
func (s *keywords) addOptions(options []string) error {
	for _, o := range options {
		i := strings.IndexAny(o, "= \t")
		if i <= 0 {
			return message.Errorf("-o %q: not in the form Option=value", safetext.Trim(o))
		}
		value := strings.TrimLeft(o[i:], "= \t")
		s.add(strings.ToLower(o[:i]), value)
	}
	return nil
}

// unquoted takes the quotes off a value that stands in them as a whole.
func unquoted(value string) string {
	if strings.Count(value, `"`) == 2 && strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`) {
		return value[1 : len(value)-1]
	}
	return value
}

func (s *keywords) add(key, value string) {
	if key == "setenv" || key == "sendenv" { // several in one line
		s.values[key] = append(s.values[key], words(value)...)
		return
	}
	value = unquoted(value)
	_, several := honoured()
	if slices.ContainsFunc(several, func(name string) bool { return strings.EqualFold(name, key) }) || len(s.values[key]) == 0 {
		s.values[key] = append(s.values[key], value)
	}
}

func (s *keywords) addFile(name, path string) error {
	match, err := hasMatch(path, maxIncludes)
	if err != nil {
		return err
	}
	if match {
		s.ignore(path, "(the whole file: it uses Match, which only ssh itself can evaluate)")
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	config, err := ssh_config.DecodeBytes(data)
	if err != nil {
		return message.Errorf("%s: %w", path, err)
	}
	single, several := honoured()
	for _, key := range slices.Concat(single, several) {
		values, err := config.GetAll(name, key)
		if err != nil {
			return message.Errorf("%s: %w", path, err)
		}
		for _, v := range values {
			s.add(strings.ToLower(key), v)
		}
	}
	return nil
}

// hasMatch says whether a file, or one that it includes, has a Match block.
func hasMatch(path string, depth int) (bool, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(data)) {
		words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r\n=\"", r) })
		if len(words) == 0 {
			continue
		}
		switch strings.ToLower(words[0]) {
		case "match":
			return true, nil
		case "include":
			found, err := includesMatch(words[1:], depth-1)
			if found || err != nil {
				return found, err
			}
		}
	}
	return false, nil
}

func includesMatch(patterns []string, depth int) (bool, error) {
	if depth == 0 {
		return false, message.Errorf("too many nested Include")
	}
	for _, p := range patterns {
		switch rest, home := strings.CutPrefix(p, "~/"); {
		case home:
			p = filepath.Join(accountHome(), rest)
		case !filepath.IsAbs(p):
			p = filepath.Join(accountHome(), ".ssh", p) // as the parser does, in every file
		}
		paths, err := filepath.Glob(p)
		if err != nil {
			return false, message.Errorf("including %s: %w", p, err)
		}
		for _, path := range paths {
			if found, err := hasMatch(path, depth); found || err != nil {
				return found, err
			}
		}
	}
	return false, nil
}
