package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/simcache"
)

// maxChoices is how many choices a shell is given: more than anybody reads.
const maxChoices = 1000

// completeSIM completes one SIM, which may follow user@. It asks the cache alone: a
// key press must not wait for the API.
func (a *app) completeSIM(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.completeSIMs(cmd, args, typed)
}

// completeSIMAndPort completes a SIM, then ports of it.
func (a *app) completeSIMAndPort(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return a.completePort(cmd, args, typed)
	}
	return a.completeSIMs(cmd, args, typed)
}

// completeSIMs completes any number of SIMs.
func (a *app) completeSIMs(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	s, err := a.local()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	user, target := "", typed
	if i := strings.LastIndexByte(typed, '@'); i >= 0 {
		user, target = typed[:i+1], typed[i+1:]
	}
	sims := a.memory(s).Starting(target, maxChoices)
	return a.simChoices(sims, user, target), cobra.ShellCompDirectiveNoFileComp
}

// simChoices are what a target that was begun may become, each after prefix.
func (a *app) simChoices(sims []simcache.SIM, prefix, target string) []cobra.Completion {
	describe := map[string]simcache.SIM{}
	several := map[string]bool{}
	add := func(word string, s simcache.SIM) {
		if _, ok := describe[word]; ok {
			several[word] = true
		}
		describe[word] = s
	}
	number := isNumber(target)
	for _, s := range sims {
		if s.Status == "terminated" {
			continue
		}
		if hasPrefixFold(s.Name, target) && typable(s.Name) {
			add(s.Name, s)
		}
		for _, id := range []string{s.ID, s.IMSI} {
			if number && strings.HasPrefix(id, target) {
				add(id, s)
			}
		}
	}
	for _, s := range sims {
		if target == "" && !typable(s.Name) || several[s.Name] && hasPrefixFold(s.Name, target) {
			describe[s.ID] = s // the name can't be typed, or means several
		}
	}
	for name := range several {
		delete(describe, name)
	}
	var list []cobra.Completion
	states := a.texts()
	for _, word := range slices.Sorted(maps.Keys(describe)) {
		list = append(list, cobra.CompletionWithDesc(prefix+word, simDescription(states, describe[word], word)))
	}
	return list
}

func simDescription(t *i18n.Texts, s simcache.SIM, word string) string {
	state := t.Say(s.State().Text(s.Status))
	other := s.ID
	if word == s.ID || word == s.IMSI {
		other = s.Name
	}
	return safetext.Line(strings.TrimSpace(state + " " + other))
}

// typable says whether a name can be a word of a command line that a shell was
// given by us: one printable line, and no flag. zsh takes a backslash in a choice
// for a mark of its own.
func typable(name string) bool {
	return name != "" && name == safetext.Line(name) && utf8.ValidString(name) && name[0] != '-' &&
		strings.TrimSpace(name) == name && !strings.ContainsAny(name, `@\`)
}

func isNumber(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func (a *app) completeProfile(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names, err := profile.List(a.profileOptions(config.File{}))
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return slices.DeleteFunc(names, func(name string) bool { return !typable(name) }), cobra.ShellCompDirectiveNoFileComp
}

func (a *app) completeCoverage(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	t := a.texts()
	return []cobra.Completion{
		cobra.CompletionWithDesc("jp", t.Sprintf("Japan")), cobra.CompletionWithDesc("g", t.Sprintf("global")),
	}, cobra.ShellCompDirectiveNoFileComp
}

// commonPorts are ports that devices listen on.
func commonPorts() map[int]string {
	return map[int]string{22: "ssh", 80: "http", 443: "https", 502: "Modbus", 1883: "MQTT", 3389: "rdp", 5900: "vnc", 8080: "http"}
}

// completePort completes a device port: common ones, and those in config.yaml and
// in use before.
func (a *app) completePort(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	ports := commonPorts()
	note := func(port int, what string) {
		if _, ok := ports[port]; !ok && access.CheckPort(port) == nil {
			ports[port] = what
		}
	}
	if s, err := a.local(); err == nil {
		for _, rule := range s.file.SIMs {
			note(rule.Port, "config.yaml")
		}
		usedBefore := a.texts().Sprintf("used before")
		uses, _ := config.NewRecent(s.dirs.State).All() // convenience alone
		for _, use := range uses {
			note(use.Port, usedBefore)
		}
	}
	var list []cobra.Completion
	for _, port := range slices.Sorted(maps.Keys(ports)) {
		list = append(list, cobra.CompletionWithDesc(strconv.Itoa(port), ports[port]))
	}
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// complete says what can be completed for the arguments and flags of a command and
// of those below it: for arguments, by the words of its usage line.
func (a *app) complete(c *cobra.Command) {
	for _, child := range c.Commands() {
		a.complete(child)
	}
	if c.ValidArgsFunction == nil && c.ValidArgs == nil {
		c.ValidArgsFunction = a.argumentsOf(c.Use)
	}
	for name, f := range a.flagCompletions() {
		if c.LocalFlags().Lookup(name) != nil {
			_ = c.RegisterFlagCompletionFunc(name, f) // fails where the command has one of its own
		}
	}
}

func (a *app) argumentsOf(use string) cobra.CompletionFunc {
	switch {
	case strings.Contains(use, "SIM..."):
		return a.completeSIMs
	case strings.Contains(use, "SIM [PORT]"), strings.Contains(use, "SIM [[BIND:]"):
		return a.completeSIMAndPort
	case strings.Contains(use, "SIM"), strings.Contains(use, "[QUERY]"):
		return a.completeSIM
	}
	return nil
}

func (a *app) flagCompletions() map[string]cobra.CompletionFunc {
	one := func(words ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
	}
	nothing := one()
	return map[string]cobra.CompletionFunc{
		"profile": a.completeProfile, "coverage-type": a.completeCoverage, "lang": one("en\tEnglish", "ja\t日本語"),
		"service": one("air", "arc"), "predict": one(config.PredictModes()...), "source": one("auto"), "duration": one("30m", "1h", "8h"), "linger": one("1m", "10m"),
		"port": a.completePort, "otp": nothing, "login": nothing,
		"event": one(auditTypes()...), "since": one("1h", "24h"), "limit": nothing,
		"local": nothing, "remote": nothing, "dynamic": nothing, "option": nothing,
	}
}
