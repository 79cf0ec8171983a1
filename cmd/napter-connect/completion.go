package main

import (
	"context"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/completion"
	"github.com/napter-connect/napter-connect/internal/message"
)

const completionLong = `Print a completion script for a shell: Tab then completes commands, flags, and the
SIMs that were listed or used before.

The lines for bash and PowerShell belong into the file that the shell reads at its
start (~/.bashrc, $PROFILE); those for zsh and fish are run once.`

const completionExample = `  source <(napter-connect completion bash)
  napter-connect completion zsh > "${fpath[1]}/_napter-connect"
  napter-connect completion fish > ~/.config/fish/completions/napter-connect.fish
  napter-connect completion powershell | Out-String | Invoke-Expression`

type completionOptions struct{ shell string }

func newCompletionCommand(a *app, runF func(context.Context, *completionOptions) error) *cobra.Command {
	c := &cobra.Command{
		Use: "completion bash|zsh|fish|powershell", Short: "Print a completion script for a shell",
		Long: completionLong, Example: completionExample,
		Args:      cli.ArgCount(1, 1, message.New("one shell: bash, zsh, fish or powershell")),
		ValidArgs: []cobra.Completion{"bash", "zsh", "fish", "powershell"},
	}
	if runF == nil {
		runF = func(_ context.Context, o *completionOptions) error { return writeCompletion(c.Root(), a.out, o.shell) }
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(c.ValidArgs, args[0]) {
			return cli.Usagef(message.New("use bash, zsh, fish or powershell"), "no completion for the shell %q", args[0])
		}
		return runF(cmd.Context(), &completionOptions{shell: args[0]})
	}
	return c
}

func writeCompletion(root *cobra.Command, w io.Writer, shell string) error {
	switch shell {
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(w)
	}
	if err := root.GenBashCompletionV2(w, true); err != nil {
		return err
	}
	_, err := io.WriteString(w, completion.BashWords)
	return err
}
