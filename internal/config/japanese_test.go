package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// inJapanese is an error and its next step, as a Japanese reader gets them. PATH
// stands for a path of the test.
func inJapanese(err error, path string) string {
	texts := i18n.For(i18n.Japanese)
	return strings.ReplaceAll(texts.Error(err)+"\n"+texts.Hint(err), path, "PATH")
}

func TestFileFaultsInJapanese(t *testing.T) {
	for _, c := range []struct{ content, want string }{
		{"sims:\n- prot: 22\n",
			"PATH:2:3: 不明なキー \"prot\" です\nここで使えるキー: name, tag, user, port, identity, service, legacy"},
		{"keep: true\nkeep: false\n",
			"PATH:2:1: キー \"keep\" はすでに [1:1] にあります\nファイルを修正してください"},
		{"keep: perhaps\n",
			"PATH:1:7: 値の型が違います (正しい型: true または false)\nファイルを修正してください"},
		{"sims:\n- port: ssh\n",
			"PATH:2:9: 値の型が違います (正しい型: 数値)\nファイルを修正してください"},
		{"sims: {name: x}\n",
			"PATH:1:7: リストが必要な場所にキーと値の組があります\nファイルを修正してください"},
		{"- a\n",
			"PATH:1:1: キーと値の組が必要な場所にリストがあります\nファイルを修正してください"},
		{"keep\n",
			"PATH:1:1: キーと値の組が必要な場所に文字列があります\nファイルを修正してください"},
		{"service: [air]\n",
			"PATH:1:10: 値の型が違います (正しい型: 文字列)\nファイルを修正してください"},
		{"a: b: c\n",
			"PATH:1:4: ここに値は書けません (コロンの位置か字下げの誤り)\nファイルを修正してください"},
		{"keep: true\n\tlinger: 1h\n",
			"PATH:2:1: 値の先頭にタブ文字があります\nファイルを修正してください"},
		{"source: [auto\n",
			"PATH:1:9: リストを閉じる「]」がありません\nファイルを修正してください"},
		{"sims: [{name: x]\n",
			"PATH:1:16: 「,」または「}」が必要です\nファイルを修正してください"},
		{"profile: 'x\n",
			"PATH:1:10: 閉じる引用符 ' がありません\nファイルを修正してください"},
		{"profile: \"x\n",
			"PATH:1:10: 閉じる引用符 \" がありません\nファイルを修正してください"},
		{"sims:\n- name: x\n port: 1\n",
			"PATH:3:2: ここに値は書けません\nファイルを修正してください"},
		{"profile: a\n---\nprofile: b\n",
			"PATH: YAML ドキュメントが 2 つ以上あります\n--- を使わず、1 つにまとめてください"},
		{"duration: long\n",
			"PATH:1:11: 時間の長さではありません。90m や 1h30m のように書いてください\nファイルを修正してください"},
		{"duration: 0s\n",
			"PATH:1:11: duration の値 0s は範囲外です\n1s から 8h0m0s の値を指定してください"},
		{"coverageType: jpn\n",
			"PATH:1:15: coverageType に \"jpn\" は指定できません (指定できる値: jp または g)\njp または g のいずれかを書いてください"},
		{"source: [auto, 192.0.2.0/24]\n",
			"PATH:1:10: auto とほかの範囲は同時に指定できません\nauto だけ、または範囲だけを指定してください"},
		{"source: [everything]\n",
			"PATH:1:10: \"everything\" は CIDR の範囲ではありません\n203.0.113.7/32 のような IPv4 の範囲、または auto を指定してください"},
		{"source: [0.0.0.0/0]\n",
			"PATH:1:10: \"0.0.0.0/0\" では誰でも接続できます\n使用中のネットワークの範囲を指定するか、auto でこのマシンのアドレスだけを許可してください"},
		{"source: ['::1']\n",
			"PATH:1:10: \"::1\" は IPv4 ではありません (Napter は IPv4 だけに対応しています)\n203.0.113.7/32 のような IPv4 の範囲、または auto を指定してください"},
		{"source: [10.0.0.0/8]\n",
			"PATH:1:10: \"10.0.0.0/8\" はパブリック IP アドレスの範囲ではありません\nSoracom への接続元はパブリック IP アドレスです。auto、またはネットワークのパブリック IP アドレスの範囲を指定してください"},
		{"source: [203.0.113.7/24]\n",
			"PATH:1:10: \"203.0.113.7/24\" は先頭の 24 ビットより後ろが 0 ではありません\n範囲なら 203.0.113.0/24、1 個のアドレスなら 203.0.113.7/32 を指定してください"},
		{"sims:\n- port: 70000\n",
			"PATH:2:9: ポート 70000 は存在しません\n1 から 65535 のポートを指定してください"},
		{"sims:\n- user: \"a b\"\n",
			"PATH:2:9: \"a b\" はユーザー名に使えません\nファイルを修正してください"},
		{"sims:\n- tag: =x\n",
			"PATH:2:8: タグ \"=x\" にキーがありません\nキー=値 またはキーだけを書いてください"},
		{"source: !tag\n00\n  -0\n",
			"PATH: 内容を解釈できません\nYAML のタグ (!) とアンカー (&) を使わずに書いてください"},
	} {
		path := write(t, c.content)
		_, err := Load(path, false)
		if got := inJapanese(err, path); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

// words is what the system says, which is in its own language.
func words(err error) string {
	var fault *fs.PathError
	if !errors.As(err, &fault) {
		return "no system error"
	}
	return i18n.For(i18n.Japanese).Error(fault)
}

func TestFolderFaultsInJapanese(t *testing.T) {
	dir := t.TempDir()
	_, missing := Load(filepath.Join(dir, "config.yaml"), true)
	_, relative := lookupDirs("linux", func(string) string { return "" })
	_, long := Dirs{Runtime: strings.Repeat("x", 200)}.SocketPath("s")
	big := write(t, strings.Repeat("#", maxFileSize+1))
	_, huge := Load(big, false)
	key := NewRecent(dir).Update(t.Context(), "89", func(u *Use) { u.Key = "x" })
	for _, c := range []struct {
		err  error
		path string
		want string
	}{
		{missing, words(missing),
			"設定ファイルの読み取り: PATH\n--config と NAPTER_CONNECT_CONFIG を確認するか、ファイルを作成してください"},
		{relative, filepath.Join(".config", "napter-connect"),
			"フォルダー PATH が絶対パスではありません\nHOME、または XDG_CONFIG_HOME、XDG_STATE_HOME、XDG_CACHE_HOME に、フォルダーの絶対パスを設定してください"},
		{long, filepath.Join(strings.Repeat("x", 200), "s"),
			"ソケットのパス PATH が長すぎます (202 バイト、上限 103 バイト)\n自分用のフォルダーの短いパスを XDG_RUNTIME_DIR に設定するか、--no-keeper を使ってください"},
		{huge, big,
			"設定ファイルの読み取り: PATH が 1 MiB を超えています\n"},
		{key, dir,
			"鍵の記録: フィンガープリントではありません\n"},
	} {
		if got := inJapanese(c.err, c.path); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}
