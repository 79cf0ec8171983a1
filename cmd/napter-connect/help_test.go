package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/i18n"
)

// explanation is what stands beside a command in an example.
var explanation = regexp.MustCompile(`(?m)(\S {3,})(\S.*)$`)

// helpTexts are what --help of any command shows.
func helpTexts(root *cobra.Command) map[string]string {
	found := map[string]string{}
	add := func(text, where string) {
		if strings.ContainsFunc(text, unicode.IsLetter) {
			found[text] = where
		}
	}
	for _, head := range cli.HelpWords() {
		add(head, "every command")
	}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		add(c.Short, c.CommandPath())
		add(c.Long, c.CommandPath())
		if explanation.MatchString(c.Example) {
			add(c.Example, c.CommandPath())
		}
		cli.EachFlag(c, func(f *pflag.Flag) {
			if f.Name != "help" {
				add(f.Usage, c.CommandPath()+" --"+f.Name)
			}
		})
		for _, child := range c.Commands() {
			if !child.Hidden {
				walk(child)
			}
		}
	}
	walk(root)
	return found
}

func TestHelpIsTranslated(t *testing.T) {
	root := newRoot(&app{system: osSystem()}, nil)
	japanese := i18n.For(i18n.Japanese)
	for text, where := range helpTexts(root) {
		if japanese.Translate(text) == text {
			t.Errorf("%s: no Japanese for %q", where, text)
		}
	}
}

// saidIn is what a command line prints in a language.
func saidIn(t *testing.T, lang i18n.Lang, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	sys := osSystem()
	sys.out, sys.err = &out, &out
	if status := run(append([]string{"--lang", string(lang)}, args...), sys); status != cli.OK {
		t.Fatalf("%v: status %d: %s", args, status, out.String())
	}
	return out.String()
}

func TestHelpSpeaksTheLanguage(t *testing.T) {
	for _, args := range [][]string{
		{"--help"}, {"ssh", "--help"}, {"help", "mappings"}, {"mappings", "create", "-h"}, {"help"}, {"help", "help"}, {"demo", "--help"},
	} {
		for lang, want := range map[i18n.Lang]string{i18n.English: "Usage:", i18n.Japanese: "使い方:"} {
			if got := saidIn(t, lang, args...); !strings.Contains(got, want) {
				t.Errorf("%v in %s:\n%s", args, lang, got)
			}
		}
	}
}

const simulatorHelp = `Soracom のシミュレーターをループバックで起動します。API、実際に使えるポートマッピング、
SSH と HTTP に応答するデバイスがあります。シェルで使うための環境変数を出力し、Ctrl-C で
中断するまで動きます。このマシンの外とは通信しません。

使い方:
  napter-connect simulator [flags]

例:
  napter-connect simulator
  napter-connect simulator --sims 100000 --latency 80ms
  napter-connect simulator --device 22=127.0.0.1:22    手元の sshd を全デバイスとして使う

フラグ:
      --device SPEC        各デバイスのポートとする実サービス: SPEC は PORT=HOST:PORT (複数指定可)
  -h, --help               simulator のヘルプを表示します
      --latency TIME       すべての往復に加える時間 TIME
      --listen HOST:PORT   API のループバックアドレス HOST:PORT (既定値: "127.0.0.1:0")
      --sims NUMBER        SIM の枚数 NUMBER (既定値: 1000)

共通のフラグ:
      --config FILE          いつもの config.yaml の代わりに FILE を読み込みます
      --coverage-type TYPE   カバレッジ TYPE: jp (日本)、g (グローバル) (既定値: プロファイルの設定)
      --lang LANGUAGE        表示言語 LANGUAGE: en または ja (既定値: LC_ALL、LC_MESSAGES、LANG)
      --otp CODE             パスワードでログインするときの MFA 認証コード CODE
      --profile NAME         プロファイル NAME の認証情報を使います (既定値: "default")
  -q, --quiet                エラー以外は表示しません
      --timings              各段階にかかった時間を表示します
  -v, --verbose              実行内容を詳しく表示します
`

func TestHelpInJapanese(t *testing.T) {
	if diff := cmp.Diff(simulatorHelp, saidIn(t, i18n.Japanese, "simulator", "--help")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// topics are the words of every command that help lists.
func topics(root *cobra.Command) [][]string {
	list := [][]string{{}}
	for _, c := range root.Commands() {
		if c.Hidden {
			continue
		}
		for _, below := range topics(c) {
			list = append(list, append([]string{c.Name()}, below...))
		}
	}
	return list
}

// A sentence is three English words in a row; those of a command of ours are none.
var (
	sentence   = regexp.MustCompile(`[A-Za-z]+,? [a-z]{2,},? [a-z]{2,}`)
	ourCommand = regexp.MustCompile(`napter-connect( [a-z-]+)*`)
)

// The help of every command is in Japanese as a whole, and fits into 100 columns,
// as the English one does. Commands that are to be copied are as long as they are.
func TestHelpOfEveryCommand(t *testing.T) {
	for _, topic := range topics(newRoot(&app{system: osSystem()}, nil)) {
		for _, lang := range i18n.Languages() {
			said := saidIn(t, lang, append([]string{"help"}, topic...)...)
			if strings.Contains(said, "  napter-connect known-hosts [flags]\n") {
				t.Errorf("help %v in %s shows how to run what only holds commands:\n%s", topic, lang, said)
			}
			if strings.Contains(said, "`") {
				t.Errorf("help %v in %s has backquotes:\n%s", topic, lang, said)
			}
			command := false // a line of usage or of an example, until the next heading
			for line := range strings.Lines(said) {
				line = strings.TrimSuffix(line, "\n")
				if !strings.HasPrefix(line, " ") {
					command = slices.Contains([]string{"使い方:", "例:", "Usage:", "Examples:"}, line)
				}
				if command {
					if line = explained(line); line == "" {
						continue
					}
				}
				if wide := ansi.StringWidth(line); wide > 100 {
					t.Errorf("help %v in %s: %d columns: %s", topic, lang, wide, line)
				}
				if lang == i18n.Japanese && sentence.MatchString(ourCommand.ReplaceAllString(line, "")) {
					t.Errorf("help %v in Japanese says %q", topic, line)
				}
			}
		}
	}
}

// explained is a line of an example from its explanation on, after spaces in place
// of the command, or "".
func explained(line string) string {
	m := explanation.FindStringSubmatchIndex(line)
	if m == nil {
		return ""
	}
	return strings.Repeat(" ", ansi.StringWidth(line[:m[3]])) + line[m[4]:]
}

// A translation keeps the names of values and the commands, with what explains
// them at the same column.
func TestHelpKeepsWhatIsTyped(t *testing.T) {
	japanese := i18n.For(i18n.Japanese)
	value := regexp.MustCompile("`[^`]*`")
	for text := range helpTexts(newRoot(&app{system: osSystem()}, nil)) {
		said := japanese.Translate(text)
		if got, want := value.FindString(said), value.FindString(text); got != want {
			t.Errorf("%q names the value %q: %q", text, got, said)
		}
		if !strings.HasPrefix(text, "  ") {
			continue
		}
		got, want := explanation.ReplaceAllString(said, "$1"), explanation.ReplaceAllString(text, "$1")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("an example shows other commands in Japanese (-english +japanese)\n%s", diff)
		}
	}
}

// A shell shows commands and flags in the language of the environment.
func TestCompletionSpeaksTheLanguage(t *testing.T) {
	env := append(completionHome(t), "LC_ALL=ja_JP.UTF-8")
	for _, c := range []struct{ words, want string }{
		{"ss", "ssh\tSSH でデバイスに接続、またはコマンドを実行します\n"},
		{"keeper sta", "status\tkeeper が保持しているものと、使用中のコマンドを表示します\n"},
		{"help mappings pr", "prune\tこのマシンで消し忘れたポートマッピングを削除します\n"},
		{"ssh --identi", "--identity\t秘密鍵の FILE (複数指定可)\n"},
		{"sims --he", "--help\tsims のヘルプを表示します\n"},
		{"--lang en sims --onl", "--online\tオンラインの (セッションのある) SIM だけを表示します\n"},
	} {
		cmd := exec.Command("napter-connect", append([]string{"__complete"}, strings.Fields(c.words)...)...)
		cmd.Env = env
		out, err := cmd.Output()
		if err != nil || !strings.HasPrefix(string(out), c.want) {
			t.Errorf("%s: %q, %v; want %q", c.words, out, err, c.want)
		}
	}
}
