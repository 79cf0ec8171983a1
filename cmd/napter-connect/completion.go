package main

import (
	"io"

	"github.com/spf13/cobra"

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

func newCompletionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "completion bash|zsh|fish|powershell", Short: "Print a completion script for a shell",
		Long: completionLong, Example: completionExample,
		Args: argCount(1, 1, message.New("one shell: bash, zsh, fish or powershell")),
		ValidArgs: []cobra.Completion{
			"bash", "zsh", "fish", "powershell",
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				if err := root.GenBashCompletionV2(a.out, true); err != nil {
					return err
				}
				_, err := io.WriteString(a.out, bashWords)
				return err
			case "zsh":
				return root.GenZshCompletion(a.out)
			case "fish":
				return root.GenFishCompletion(a.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.out)
			}
			return usagef(message.New("use bash, zsh, fish or powershell"), "there is no completion for the shell %q", args[0])
		},
	}
}
