package sshconfig_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/simcache"
	"github.com/napter-connect/napter-connect/internal/sshconfig"
)

// Errors are Japanese as a whole, but for names and for what the system said.
func TestErrorsInJapanese(t *testing.T) {
	texts := i18n.For(i18n.Japanese)
	dir := t.TempDir()
	in := func(name string) string { return filepath.ToSlash(filepath.Join(dir, name)) }
	if err := os.WriteFile(in("read-only"), []byte("Host a\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(in("folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(config string) error {
		_, err := sshconfig.Install{File: in("sims"), UserConfig: in(config)}.Put(t.Context(), []byte("x"), nil)
		return err
	}
	_, unreadable := os.ReadFile(in("folder"))
	_, badProgram := sshconfig.Write(sshconfig.Options{Command: []string{"a\nb"}}, nil)
	_, badFile := sshconfig.Write(sshconfig.Options{Command: []string{"a"}, KnownHosts: "${x}"}, nil)
	notOurs := simcache.Open(in("read-only"), "e", "o").Save(nil, simcache.List{}.Listed)
	for _, c := range []struct {
		err        error
		want, hint string
	}{
		{badProgram, `"a\nb" は ssh_config に書き込めません`, "記号や制御文字を含まないパスに移動してください"},
		{badFile, `ファイル "${x}" は ssh_config に書き込めません`, "環境変数 XDG_STATE_HOME に、記号や制御文字を含まないパスを設定してください"},
		{put("read-only"), "SSH 設定ファイルの変更: " + in("read-only") + " は読み取り専用です",
			"次の行をファイルの先頭に追加してください: Include " + in("sims")},
		{put("folder"), "SSH 設定ファイルの読み込み: " + texts.Error(unreadable), ""},
	} {
		if got, hint := texts.Error(c.err), texts.Hint(c.err); got != c.want || hint != c.hint {
			t.Errorf("%q, %q; want %q, %q", got, hint, c.want, c.hint)
		}
	}
	if got := texts.Error(notOurs); notOurs == nil || got[:len("SIM 一覧の保存: ")] != "SIM 一覧の保存: " {
		t.Errorf("%q", got)
	}
}
