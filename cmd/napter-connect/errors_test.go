package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
)

// spoken is what report prints of an error.
func spoken(lang i18n.Lang, err error) string {
	var b strings.Builder
	cli.Report(&b, i18n.For(lang), err)
	return b.String()
}

// What pflag finds wrong is said in its own words, and in Japanese.
func TestFlagErrors(t *testing.T) {
	for line, japanese := range map[string]string{
		"--nosuch":       "不明なフラグです: --nosuch",
		"--nosuch=x":     "不明なフラグです: --nosuch",
		"-x":             "不明な短縮フラグです: 'x' (-x)",
		"-vx":            "不明な短縮フラグです: 'x' (-x)",
		"--profile":      "フラグに値が必要です: --profile",
		"-v -p":          "フラグに値が必要です: 'p' (-p)",
		"-vp":            "フラグに値が必要です: 'p' (-p)",
		"--=x":           "フラグの書き方が正しくありません: --=x",
		"--port ssh":     `--port の値 "ssh" が正しくありません。指定できる値: 整数`,
		"--linger 5":     `--linger の値 "5" が正しくありません。指定できる値: 単位を付けた時間`,
		"--verbose=much": `--verbose の値 "much" が正しくありません。指定できる値: true または false`,
		"--lang fr":      `--lang の値 "fr" が正しくありません。指定できる値: 対応している言語`,
		"--source '\"'":  `--source の値 "'\"'" が正しくありません。指定できる値: ヘルプを参照`,
	} {
		fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
		fs.SetOutput(io.Discard)
		fs.String("profile", "", "")
		fs.BoolP("verbose", "v", false, "")
		fs.IntP("port", "p", 0, "")
		fs.Duration("linger", 0, "")
		fs.StringSlice("source", nil, "")
		fs.Var(new(cli.LanguageFlag), "lang", "")
		err := fs.Parse(strings.Fields(line))
		if err == nil {
			t.Errorf("%s was accepted", line)
			continue
		}
		told := cli.FlagError(&cobra.Command{Use: "sims"}, err)
		var invalid *pflag.InvalidValueError
		if !errors.As(err, &invalid) && told.Error() != err.Error() {
			t.Errorf("%s: %q, but pflag says %q", line, told, err)
		}
		if got := i18n.For(i18n.Japanese).Error(told); got != japanese {
			t.Errorf("%s: %q, want %q", line, got, japanese)
		}
		if cli.StatusOf(told, cli.Failed) != cli.Usage {
			t.Errorf("%s: not an error of usage", line)
		}
	}
}

// Lines of a hint begin below each other, as wide as its head is.
func TestReportAlignsHints(t *testing.T) {
	err := message.WithHint(message.Errorf("no answer was given"), "%s", "one\n  two\nthree\n")
	for lang, want := range map[i18n.Lang]string{
		i18n.English:  "napter-connect: no answer was given\nhint: one\n      two\n      three\n",
		i18n.Japanese: "napter-connect: 入力がありませんでした\nヒント: one\n        two\n        three\n",
	} {
		if got := spoken(lang, err); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

// --lang is heard even behind what can't be read, but not in a command's own words.
func TestLanguageIn(t *testing.T) {
	for line, want := range map[string]cli.LanguageFlag{
		"sims --nosuch --lang ja":     "ja",
		"sims --nosuch --lang=ja":     "ja",
		"--lang en sims --lang=ja":    "ja",
		"sims --nosuch --lang":        "",
		"sims --nosuch --lang fr":     "",
		"forward -x -- cmd --lang=ja": "",
	} {
		if got := cli.LanguageIn(strings.Fields(line)); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
