package hostconfig

import (
	"slices"
	"strings"
)

// knownHosts takes where host keys stand. What a block that we wrote says of it is
// done here anyway.
func (s *keywords) knownHosts(c *Config, expand func(string) (string, error)) {
	// ssh turns it off by itself where another file is set, which would be the one
	// that it writes.
	update, set := s.take("updatehostkeys")
	c.NoHostKeyUpdates = set && !isYes(update) && len(s.values["userknownhostsfile"]) == 0
	if s.ours() {
		delete(s.values, "hostkeyalias")
		delete(s.values, "userknownhostsfile")
	}
	c.HostKeyAlias, _ = s.take("hostkeyalias")
	c.UserKnownHosts = s.files("userknownhostsfile", expand)
	c.GlobalKnownHosts = s.files("globalknownhostsfile", expand)
}

// files are those of an option that has several in one line.
func (s *keywords) files(key string, expand func(string) (string, error)) []string {
	list := words(first(s.values[key]))
	if len(list) == 0 {
		return nil
	}
	if len(list) == 1 && strings.EqualFold(list[0], "none") {
		list = nil
	}
	s.values[key] = list
	return append([]string{}, s.paths(key, expand)...)
}

// forwardAgent reads yes, no, a socket, or a variable that names one.
func (s *keywords) forwardAgent(expand func(string) (string, error)) (yes bool, socket string) {
	v, ok := s.take("forwardagent")
	if !ok || isYes(v) || isNo(v) || v == "$SSH_AUTH_SOCK" {
		return isYes(v) || v == "$SSH_AUTH_SOCK", ""
	}
	socket, err := expand(v)
	if err != nil {
		s.refuse("forwardagent", v+" ("+err.Error()+")")
		return false, ""
	}
	return true, socket
}

// quiet says whether LogLevel asks for errors alone. SILENT is what ssh -G makes of
// QUIET.
func (s *keywords) quiet() bool {
	v, _ := s.take("loglevel")
	return slices.Contains([]string{"SILENT", "QUIET", "FATAL", "ERROR"}, strings.ToUpper(v))
}
