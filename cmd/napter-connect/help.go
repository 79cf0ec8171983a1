package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// helpHeads are the words of cobra's own template for help.
var helpHeads = []string{
	"Usage:", "Aliases:", "Examples:", "Available Commands:", "Flags:", "Global Flags:", "Additional help topics:",
	"Additional Commands:", `Use "{{.CommandPath}} [command] --help" for more information about a command.`,
}

// speakHelp has --help speak the person's language, which --lang on the same line
// may have named.
func (a *app) speakHelp(root *cobra.Command) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		translateHelp(cmd, a.texts())
		help(cmd, args)
	})
}

// translateHelp puts what --help of a command shows into another language.
func translateHelp(cmd *cobra.Command, t *i18n.Texts) {
	root, template := cmd.Root(), cmd.UsageTemplate()
	for _, head := range helpHeads {
		template = strings.ReplaceAll(template, head, t.Translate(head))
	}
	root.SetUsageTemplate(template)
	for _, c := range append(cmd.Commands(), cmd) {
		c.InitDefaultHelpFlag()
		c.Short, c.Long, c.Example = t.Translate(c.Short), t.Translate(c.Long), t.Translate(c.Example)
		eachFlag(c, func(f *pflag.Flag) { f.Usage = t.Translate(f.Usage) })
		c.Flags().Lookup("help").Usage = t.Sprintf("help for %s", c.Name())
	}
}

// eachFlag calls f for a command's flags and those that it inherits.
func eachFlag(cmd *cobra.Command, f func(*pflag.Flag)) {
	cmd.LocalFlags().VisitAll(f)
	cmd.InheritedFlags().VisitAll(f)
}
