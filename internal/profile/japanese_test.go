package profile

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/i18n"
)

// inJapanese is an error and its next step, as a Japanese reader gets them. DIR
// stands for the test's folder.
func inJapanese(err error, dir string) string {
	texts := i18n.For(i18n.Japanese)
	return strings.NewReplacer(dir+string(filepath.Separator), "DIR/", dir, "DIR").Replace(texts.Error(err) + "\n" + texts.Hint(err))
}

func TestFileFaultsInJapanese(t *testing.T) {
	for _, c := range []struct{ content, want string }{
		{"{",
			"プロファイル DIR/default.json: 1 行 1 文字目: JSON が途中で終わっています\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{"{\n  oops\n}",
			"プロファイル DIR/default.json: 2 行 3 文字目: 正しい JSON ではありません\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"coverageType": 1}`,
			"プロファイル DIR/default.json: 1 行 18 文字目: coverageType には文字列を指定します\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"sandbox": "yes"}`,
			"プロファイル DIR/default.json: 1 行 17 文字目: sandbox には true または false を指定します\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"tokenTimeoutSeconds": "1h"}`,
			"プロファイル DIR/default.json: 1 行 28 文字目: tokenTimeoutSeconds には整数を指定します\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"headers": []}`,
			"プロファイル DIR/default.json: 1 行 13 文字目: headers には文字列のオブジェクト {...} を指定します\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`[]`,
			"プロファイル DIR/default.json: 1 行 1 文字目: プロファイルは JSON のオブジェクト {...} です\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{}`,
			"プロファイル DIR/default.json: 認証情報がありません\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"authKeyId":"k"}`,
			"プロファイル DIR/default.json: authKeyId はありますが、authKey がありません\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"authKey":"s"}`,
			"プロファイル DIR/default.json: authKey はありますが、authKeyId がありません\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"email":"e"}`,
			"プロファイル DIR/default.json: email はありますが、password がありません\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"password":"s"}`,
			"プロファイル DIR/default.json: password はありますが、email も、operatorId と username の組もありません\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"username":"u","password":"s"}`,
			"プロファイル DIR/default.json: username はありますが、operatorId がありません\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"username":"u","operatorId":"OP1"}`,
			"プロファイル DIR/default.json: username はありますが、password がありません\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"endpoint":"https://api.soracom.io/v1"}`,
			"プロファイルの endpoint: エンドポイントの末尾に /v1 は不要です (自動で付きます)\nhttps://api.soracom.io または https://g.api.soracom.io のように、/v1 を付けずに指定してください"},
		{`{"headers":{"X Y":"z"},"authKeyId":"k","authKey":"s"}`,
			"プロファイル DIR/default.json: プロファイルの headers にあるヘッダー名 \"X Y\" が正しくありません\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"sourceProfile":"default"}`,
			"プロファイル DIR/default.json: sourceProfile には、切り替え先の operatorId と username が必要です\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"sourceProfile":"default","operatorId":"OP1","username":"u"}`,
			"default の sourceProfile: プロファイル DIR/default.json: このプロファイルにも sourceProfile があります。ユーザーの切り替えは 1 回だけです\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile default"},
		{`{"sourceProfile":"command","operatorId":"OP1","username":"u"}`,
			"default の sourceProfile: プロファイル DIR/command.json: profileCommand があります。sourceProfile の profileCommand は実行しません\nファイルを修正するか、作り直してください: napter-connect auth login --force --profile command"},
		{`{"sourceProfile":"gone","operatorId":"OP1","username":"u"}`,
			"default の sourceProfile: DIR にプロファイル \"gone\" がありません\n--profile で次のいずれかを指定してください: command, default。新しく作るには: napter-connect auth login --profile gone"},
		{`{"profileCommand":"echo | cat"}`,
			"プロファイル default: profileCommand に ; & | < > がありますが、シェルを使わずに実行されます\n次のように書いてください: sh -c '...'"},
		{`{"profileCommand":"echo 'x"}`,
			"プロファイル default: profileCommand の引用符か括弧が閉じていません\nシェルと同じように引用符で囲んでください"},
		{`{"profileCommand":" "}`,
			"プロファイル default: profileCommand が空です\nプログラムを指定するか、キーを削除してください"},
		{`{"profileCommand":"echo {"}`,
			"プロファイル default: profileCommand echo の出力: 1 行 2 文字目: JSON が途中で終わっています\n手で実行して、1 分以内にプロファイルを JSON で出力することを確認してください"},
		{`{"x":"` + strings.Repeat("x", maxSize) + `"}`,
			"プロファイル default の読み取り: 1 MiB を超えています\n"},
	} {
		if strings.Contains(c.content, `"echo {`) && runtime.GOOS == "windows" {
			continue // it has no such program
		}
		o := folder(t, map[string]string{"default": c.content, "command": `{"profileCommand":"true"}`})
		_, err := Load(t.Context(), o)
		if got := inJapanese(err, o.Getenv("SORACOM_PROFILE_DIR")); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestOptionFaultsInJapanese(t *testing.T) {
	o := folder(t, map[string]string{"default": cliRoot})
	dir := o.Getenv("SORACOM_PROFILE_DIR")
	load := func(change func(*Options)) error {
		o := o
		change(&o)
		_, err := Load(t.Context(), o)
		return err
	}
	_, homeless := Dir(Options{Getenv: func(string) string { return "" }})
	_, saved := Save(o, Account{Credentials: client.Credentials{AuthKeyID: "k", AuthKey: "s"}}, false)
	for _, c := range []struct {
		err  error
		want string
	}{
		{load(func(o *Options) { o.CoverageType = "G" }),
			"\"G\" というカバレッジタイプはありません\n--coverage-type に jp (日本) または g (グローバル) を指定してください"},
		{load(func(o *Options) { *o = with(*o, "SORACOM_ENDPOINT", "ftp://x") }),
			"SORACOM_ENDPOINT: エンドポイントは https:// で始まる必要があります\nhttps://api.soracom.io または https://g.api.soracom.io のように、/v1 を付けずに指定してください"},
		{load(func(o *Options) { o.OTP = "1" }),
			"MFA 認証コードは 6 桁の数字です\n認証アプリに表示されているコードを指定してください: --otp 123456"},
		{load(func(o *Options) { o.Name = "gone" }),
			"DIR にプロファイル \"gone\" がありません\n--profile で次のいずれかを指定してください: default。新しく作るには: napter-connect auth login --profile gone"},
		{saved,
			"プロファイル default はすでにあります (DIR/default.json)\n--profile で別の名前を指定するか、--force で置き換えてください"},
		{homeless,
			"ホームフォルダーがないため、プロファイルのフォルダーがわかりません\nHOME または SORACOM_PROFILE_DIR を設定してください"},
		{&PermissionError{Path: "/home/me/work.json", Mode: 0o644},
			"/home/me/work.json の秘密情報をほかのユーザーが読めます (モード 0644)\n実行してください: chmod 600 /home/me/work.json"},
	} {
		if got := inJapanese(c.err, dir); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
	if err := os.Remove(filepath.Join(dir, "default.json")); err != nil {
		t.Fatal(err)
	}
	_, err := Load(t.Context(), o)
	if got := i18n.For(i18n.Japanese).Hint(err); !strings.HasPrefix(got, "Soracom ユーザーコンソール") {
		t.Errorf("a newcomer is told: %s", got)
	}
}

func TestRefusalsInJapanese(t *testing.T) {
	s, c := newAPI(t)
	login := func(a Account, codes ...string) error {
		_, err := a.Login(t.Context(), c, func(context.Context) (string, error) {
			if len(codes) == 0 {
				return "", nil
			}
			code := codes[0]
			codes = codes[1:]
			return code, nil
		})
		return err
	}
	s.trust = false
	for _, c := range []struct {
		err  error
		want string
	}{
		{login(Account{Profile: "work", Credentials: client.Credentials{AuthKeyID: "k", AuthKey: "x"}}),
			"認証キー k でのログインが拒否されました: auth: Invalid credentials (401, AUM0004)\n認証キーが間違っているか、削除されています。ユーザーコンソールで新しい認証キーを生成してから実行してください: napter-connect auth login --force --profile work"},
		{login(root("x", "")),
			"ルートユーザー e でのログインが拒否されました: auth: Invalid credentials (401, AUM0004)\nパスワードが間違っているか、MFA 認証コードが必要です。--otp または NAPTER_CONNECT_OTP でコードを指定するか、次を実行してください: napter-connect auth login --force --profile work"},
		{login(root("x", ""), "123456"),
			"ルートユーザー e でのログインが拒否されました: auth: Invalid credentials (401, AUM0004)\nパスワードか MFA 認証コードが間違っています。コードは 30 秒間、1 回だけ有効です。次のコードを使い、時計も確認してください"},
		{login(Account{
			Credentials: client.Credentials{AuthKeyID: "k", AuthKey: "secret"},
			Switch:      &SwitchUser{OperatorID: "OP1", UserName: "alice"},
		}),
			"ユーザー alice への切り替え: switchUser: サーバーから理由の説明はありません (ステータス 400)\n切り替え先ユーザーの信頼ポリシーに、切り替え元のユーザーを追加してください"},
	} {
		if got := inJapanese(c.err, "DIR"); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}
