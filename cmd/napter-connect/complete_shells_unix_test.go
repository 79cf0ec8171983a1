//go:build unix

package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
	"github.com/napter-connect/napter-connect/internal/termtest"
)

// TestShellsComplete types into the line editors of real shells, presses Tab and
// looks at what the shell would run then. fake stands for the program: it completes
// as the program does, and prints its last argument in place of running.
func TestShellsComplete(t *testing.T) {
	for _, shell := range []struct {
		name  string
		args  []string
		setup string
	}{
		{
			"bash", []string{"--norc", "--noprofile", "-i"},
			`source <(napter-connect completion bash); complete -o default -F __start_napter-connect fake
fake() { if [ "$1" = __complete ]; then command napter-connect "$@"; else printf '<%s>\n' "${@: -1}"; fi; }`,
		},
		{
			"zsh", []string{"-f", "-i"},
			`autoload -Uz compinit; compinit -D -u; source <(napter-connect completion zsh); compdef _napter-connect fake
fake() { if [ "$1" = __complete ]; then command napter-connect "$@"; else print -r -- "<${@[-1]}>"; fi }`,
		},
		{
			"fish", []string{"--no-config", "-i"},
			`napter-connect completion fish | source; complete -c fake -w napter-connect
function fake; printf '<%s>\n' $argv[-1]; end`,
		},
	} {
		t.Run(shell.name, func(t *testing.T) {
			program := sshdtest.Tool(t, shell.name)
			env := completionHome(t, "gateway-001", "gateway-002", "two words", "it's \"q\" $HOME `x` ; *", "工場-温度計-03", "only-one", "site:3")
			cmd := exec.Command(program, shell.args...)
			cmd.Dir = t.TempDir()
			cmd.Env = append(env, "TERM=xterm-256color", "SHELL="+program, "INPUTRC="+filepath.Join(cmd.Dir, "inputrc"))
			e := termtest.Start(t, cmd, termtest.Options{Columns: 100, Rows: 30})
			for line := range strings.Lines(shell.setup + "\n") {
				e.Type(strings.TrimSuffix(line, "\n") + "\r")
			}
			e.Type("echo set''\"\"up\r")
			e.Expect("setup")
			for typed, want := range map[string]string{
				"fake ssh only":               "only-one",
				"fake ssh tw":                 "two words",
				"fake ssh it":                 "it's \"q\" $HOME `x` ; *",
				"fake ssh 工":                  "工場-温度計-03",
				"fake keeper stat":            "status",
				"fake ssh site:":              "site:3",
				"fake sims --coverage-type=j": "--coverage-type=jp",
			} {
				e.Type(typed + "\t\r") // the shell reads on when it has completed
				e.Until(typed+" becomes "+want, func() bool { return strings.Contains(e.Screen(), "<"+want+">") })
			}
			e.Type("fake sims --coverage-type=\t\t")
			e.Expect("Japan", "global")
			e.Type("\x15fake ssh gatew\t\t\t")
			e.Expect("ateway-001", "ateway-002") // fish shortens what has been typed
		})
	}
}
