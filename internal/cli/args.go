package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Near is how many letters may differ in a command that is suggested. Two would
// make ssh of sim.
const Near = 1

// NoArgs refuses arguments, and explains an unknown command.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		h := SeeHelp(cmd)
		if names := cmd.SuggestionsFor(args[0]); len(names) > 0 {
			h = message.New("did you mean %s?", message.EitherOf(names))
		}
		return Usagef(h, "unknown command %q", strings.Join(append(Words(cmd), args[0]), " "))
	}
	return Usagef(SeeHelp(cmd), "%s takes no argument, but %q was given", strings.Join(Words(cmd), " "), args[0])
}

// ArgCount refuses any other number of arguments; what names them in the error.
func ArgCount(least, most int, what message.Text) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || most >= 0 && len(args) > most {
			return Usagef(SeeHelp(cmd), "%s takes %s", strings.Join(Words(cmd), " "), what)
		}
		return nil
	}
}

// Group is a command that only holds others.
func Group(use, short, example string, children ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Example: example, Args: NoArgs, SuggestionsMinimumDistance: Near,
		Annotations: map[string]string{groupMark: "yes"},
		RunE: func(cmd *cobra.Command, _ []string) error {
			var names []string
			for _, child := range cmd.Commands() {
				if child.IsAvailableCommand() {
					names = append(names, child.Name())
				}
			}
			return Usagef(message.New("it has %s; %s", strings.Join(names, ", "), SeeHelp(cmd)),
				"%s needs a command", cmd.Name())
		},
	}
	c.AddCommand(children...)
	return c
}

// Words are a command's name and its parents', without the program's.
func Words(cmd *cobra.Command) []string { return strings.Fields(cmd.CommandPath())[1:] }

// SeeHelp is the next step of who used a command wrongly.
func SeeHelp(cmd *cobra.Command) message.Text {
	return message.New("see %s --help", cmd.CommandPath())
}

// FlagsAfterFirst reads flags that stand behind the first argument too, as ssh does: args
// are what follows the flags before it. They end at -- or at the first word that is no
// flag, and rest is all from there. A -- before the first argument ends all flags.
func FlagsAfterFirst(cmd *cobra.Command, args []string) (rest []string, err error) {
	if len(args) < 2 || cmd.ArgsLenAtDash() == 0 {
		return args[1:], nil
	}
	if err := cmd.Flags().Parse(args[1:]); err != nil {
		return nil, cmd.FlagErrorFunc()(cmd, err)
	}
	if help := cmd.Flags().Lookup("help"); help != nil && help.Changed {
		return nil, pflag.ErrHelp
	}
	return cmd.Flags().Args(), nil
}
