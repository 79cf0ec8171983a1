package sshconfig

import (
	"os"
	"path/filepath"
	"strings"
)

// OwnHosts are the literal names on the Host lines of the user's configuration and
// of what it includes, but for our own file. What can't be read has none.
func (i Install) OwnHosts() []string {
	return i.hosts(i.UserConfig, map[string]bool{i.File: true})
}

func (i Install) hosts(file string, seen map[string]bool) []string {
	data, err := os.ReadFile(file)
	if err != nil || seen[file] {
		return nil
	}
	seen[file] = true
	var names []string
	for line := range strings.Lines(string(data)) {
		fields := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r\n=", r) })
		if len(fields) < 2 {
			continue
		}
		switch strings.ToLower(fields[0]) {
		case "host":
			for _, name := range fields[1:] {
				if name = strings.Trim(name, `"`); !strings.ContainsAny(name, "*?!#") {
					names = append(names, name)
				}
			}
		case "include":
			for _, pattern := range fields[1:] {
				for _, path := range i.included(strings.Trim(pattern, `"`)) {
					names = append(names, i.hosts(path, seen)...)
				}
			}
		}
	}
	return names
}

// included are the files of an Include, which are in ~/.ssh unless it says
// otherwise.
func (i Install) included(pattern string) []string {
	folder := filepath.Dir(i.UserConfig)
	switch rest, home := strings.CutPrefix(pattern, "~/"); {
	case home:
		pattern = filepath.Join(filepath.Dir(folder), rest)
	case !filepath.IsAbs(pattern):
		pattern = filepath.Join(folder, pattern)
	}
	paths, _ := filepath.Glob(pattern) // a bad pattern matches nothing
	return paths
}
