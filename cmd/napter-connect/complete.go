package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/completion"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/setup"
)

// completeSIM completes one SIM, which may follow user@.
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
	return completion.SIMs(s.Memory(), typed, a.texts()), cobra.ShellCompDirectiveNoFileComp
}

func (a *app) completeProfile(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names, err := setup.Profiles(a.setupOptions())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !completion.Typable(name) })
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) completeCoverage(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	t := a.texts()
	return []string{completion.Choice("jp", t.Sprintf("Japan")), completion.Choice("g", t.Sprintf("global"))}, cobra.ShellCompDirectiveNoFileComp
}

// completePort completes a device port.
func (a *app) completePort(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	list := completion.CommonPorts()
	if s, err := a.local(); err == nil {
		list = completion.Ports(s.File, config.NewRecent(s.Dirs.State), a.texts())
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
		"event": one(inventory.AuditTypes()...), "since": one("1h", "24h"), "limit": nothing,
		"local": nothing, "remote": nothing, "dynamic": nothing, "option": nothing,
	}
}
