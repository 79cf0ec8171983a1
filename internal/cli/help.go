package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// helpHeads are the words of cobra's own template for help; one that is part of
// another stands behind it.
var helpHeads = []string{
	"Usage:", "Aliases:", "Examples:", "Available Commands:", "Global Flags:", "Flags:", "Additional help topics:",
	"Additional Commands:", `Use "{{.CommandPath}} [command] --help" for more information about a command.`,
}

// A command that only holds others is run for an error that names them: what would
// run it is no usage.
const (
	usageLine   = "{{if .Runnable}}"
	noGroupLine = "{{if and .Runnable (not .Annotations." + groupMark + ")}}"
	groupMark   = "group"
)

// What cobra and pflag say elsewhere: of --help, and before the default of a flag.
const (
	helpFor     = "help for %s"
	helpDefault = " (default "
)

// SpeakHelp has --help speak the person's language, which --lang on the same line
// may have named.
func SpeakHelp(root *cobra.Command, texts func() *i18n.Texts) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		t, out := texts(), cmd.OutOrStdout()
		translateHelp(cmd, t)
		var shown strings.Builder
		cmd.SetOut(&shown)
		help(cmd, args)
		cmd.SetOut(out)
		_, _ = fmt.Fprint(out, strings.ReplaceAll(shown.String(), helpDefault, t.Translate(helpDefault)))
	})
}

// translateHelp puts what --help of a command shows into another language.
func translateHelp(cmd *cobra.Command, t *i18n.Texts) {
	root, template := cmd.Root(), cmd.UsageTemplate()
	for _, head := range helpHeads {
		template = strings.ReplaceAll(template, head, t.Translate(head))
	}
	root.SetUsageTemplate(strings.Replace(template, usageLine, noGroupLine, 1))
	translateCommand(cmd, t)
}

// translateCommand puts the texts of a command and the lines of those below it
// into another language.
func translateCommand(cmd *cobra.Command, t *i18n.Texts) {
	cmd.InitDefaultHelpFlag()
	for _, c := range append(slices.Clone(cmd.Commands()), cmd) {
		c.Short = t.Translate(c.Short)
	}
	cmd.Long, cmd.Example = t.Translate(cmd.Long), t.Translate(cmd.Example)
	EachFlag(cmd, func(f *pflag.Flag) { f.Usage = t.Translate(f.Usage) })
	cmd.Flags().Lookup("help").Usage = t.Sprintf(helpFor, cmd.Name())
}

// HelpWords are the texts of help that no command has of its own.
func HelpWords() []string { return append(slices.Clone(helpHeads), helpFor, helpDefault) }

// EachFlag calls f for a command's flags and those that it inherits.
func EachFlag(cmd *cobra.Command, f func(*pflag.Flag)) {
	cmd.LocalFlags().VisitAll(f)
	cmd.InheritedFlags().VisitAll(f)
}

// SpeakCompletion has a shell show commands and flags in the language that the
// environment names: --lang is part of the line that is still being written. Only
// the command that is completed matters; the key press waits for no other.
func SpeakCompletion(root *cobra.Command, args []string, texts func() *i18n.Texts) {
	if len(args) < 2 || args[0] != cobra.ShellCompRequestCmd {
		return
	}
	cmd, _, err := root.Find(args[1 : len(args)-1])
	if err != nil {
		return
	}
	translateCommand(cmd, texts())
	EachFlag(cmd, func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) })
}

// NewHelpCommand is cobra's own, but refuses what is no command.
func NewHelpCommand(texts func() *i18n.Texts) *cobra.Command {
	return &cobra.Command{
		Use: "help [command...]", Short: "Show the help of a command",
		Example: "  napter-connect help ssh\n  napter-connect help mappings create",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return ChildChoices(topic, typed, texts()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if topic.HasSubCommands() && len(rest) > 0 {
				return NoArgs(topic, rest)
			}
			return topic.Help()
		},
	}
}

// ChildChoices are the commands below one that a word which was begun may become.
func ChildChoices(parent *cobra.Command, typed string, t *i18n.Texts) []cobra.Completion {
	var list []cobra.Completion
	for _, c := range parent.Commands() {
		if c.IsAvailableCommand() && strings.HasPrefix(c.Name(), typed) {
			list = append(list, cobra.CompletionWithDesc(c.Name(), t.Translate(c.Short)))
		}
	}
	return list
}
