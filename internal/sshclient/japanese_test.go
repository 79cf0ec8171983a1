package sshclient_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
)

// reader answers in turn, and hears everything in Japanese.
type reader struct {
	answers []string
	heard   strings.Builder
}

func (r *reader) Line(_ context.Context, prompt message.Text) (string, error) {
	r.heard.WriteString(i18n.For(i18n.Japanese).Say(prompt))
	if len(r.answers) == 0 {
		return "", io.EOF
	}
	answer := r.answers[0]
	r.answers = r.answers[1:]
	r.heard.WriteString(answer + "\n")
	return answer, nil
}

func (r *reader) Secret(ctx context.Context, prompt message.Text) (string, error) {
	return r.Line(ctx, prompt)
}

func (r *reader) Show(text message.Text) {
	r.heard.WriteString(i18n.For(i18n.Japanese).Say(text) + "\n")
}

var fingerprint = regexp.MustCompile(`SHA256:[A-Za-z0-9+/]{43}`)

// A login asks in Japanese, and understands the answers that the questions name.
func TestLoginInJapanese(t *testing.T) {
	const hostKey = "gateway-001 (sim-8981100000000000001) が本物のデバイスかどうか、まだ確認できていません。\n" +
		"ED25519 鍵のフィンガープリントは SHA256:… です。\n" +
		"この鍵を信頼して接続を続けますか (yes/no/[フィンガープリント])? maybe\n" +
		"'yes' か 'no'、またはフィンガープリントを入力してください: yes\n"
	key := filepath.Join(t.TempDir(), "id")
	for _, c := range []struct {
		config  sshclient.Config
		answers []string
		want    string
	}{
		{
			sshclient.ConfigForPassword(t, "password", "pw"), []string{"maybe", "yes", "wrong", "pw"},
			hostKey + "pi@gateway-001 のパスワード: wrong\n" +
				"認証に失敗しました。もう一度入力してください。\n" +
				"pi@gateway-001 のパスワード: pw\n",
		},
		{
			sshclient.ConfigForKey(t, key, "secret"), []string{"wrong", "secret"},
			"鍵 '" + key + "' のパスフレーズを入力してください: wrong\n" +
				"パスフレーズが違います。もう一度入力してください。\n" +
				"鍵 '" + key + "' のパスフレーズを入力してください: secret\n",
		},
	} {
		person := &reader{answers: c.answers}
		c.config.Prompt = person
		client, err := sshclient.Dial(t.Context(), c.config)
		if err != nil {
			t.Fatal(err)
		}
		_ = client.Close()
		if heard := fingerprint.ReplaceAllString(person.heard.String(), "SHA256:…"); heard != c.want {
			t.Errorf("heard\n%s\nwant\n%s", heard, c.want)
		}
	}
}

func TestEscapeHelpInJapanese(t *testing.T) {
	want := []string{
		"エスケープ (行頭でのみ有効):", " ~.   セッションを終了", " ~B   BREAK を送信", " ~I   ポートマッピングと有効期限、往復時間を表示",
		" ~^Z  このプログラムを一時停止", " ~#   転送中の接続を一覧表示", " ~?   この一覧を表示", " ~~   ~ を 1 文字送信",
	}
	got := strings.Split(i18n.For(i18n.Japanese).Say(sshclient.EscapeHelp()), "\n")
	if len(got) == len(want)-1 { // where nothing can be suspended
		want = slices.Delete(want, 4, 5)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// inJapanese are errors, what they say and their next step.
func inJapanese(t *testing.T) []struct {
	err         error
	cause, hint string
} {
	keyOf := func(seed byte) ssh.PublicKey {
		pub := ed25519.NewKeyFromSeed(slices.Repeat([]byte{seed}, ed25519.SeedSize)).Public()
		key, err := ssh.NewPublicKey(pub)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	known, offered := keyOf(1), keyOf(2)
	k, o := ssh.FingerprintSHA256(known), ssh.FingerprintSHA256(offered)
	return []struct {
		err         error
		cause, hint string
	}{
		{
			&sshclient.RefusedError{Host: "gw", Addr: "203.0.113.7:10022"},
			"gw への接続: 203.0.113.7:10022 に接続を拒否されました",
			"デバイスで SSH サーバーが動いていることと、そのポート (-p) を確認してください",
		},
		{
			&sshclient.TimeoutError{Host: "gw", Stage: "waiting for the SSH banner", After: 30 * time.Second},
			"gw: SSH バナーの受信待ちの段階で 30s 以内に応答がありませんでした",
			"接続は受け付けられましたが、SSH の応答がありません。ポート (-p) を確認し、デバイスの過負荷や通信断がないか確認してください",
		},
		{
			&sshclient.TimeoutError{Host: "gw", Stage: "connecting", After: 30 * time.Second},
			"gw: 接続の段階で 30s 以内に応答がありませんでした",
			"デバイスがオンラインかどうかと電波状態を確認してください。回線が遅い場合は接続のタイムアウトを延ばしてください (-o ConnectTimeout=60)",
		},
		{
			&sshclient.ClosedError{Host: "gw", Stage: "exchanging keys", Err: io.EOF},
			"gw: 鍵交換の段階で接続を切られました",
			"回線が切れた可能性があります。もう一度試してください",
		},
		{
			&sshclient.ClosedError{Host: "gw", Stage: "authenticating", Err: io.EOF},
			"gw: 認証の段階で接続を切られました",
			"デバイスが許可する試行回数が少ない可能性があります。-i KEY -o IdentitiesOnly=yes で鍵を 1 つだけ指定してください",
		},
		{
			&sshclient.NotSSHError{Host: "gw", Got: "HTTP/1.1 400"},
			"gw のこのポートは SSH ではありません。応答は「HTTP/1.1 400」でした",
			"これは Web サーバーです。napter-connect open で開くか、-p で SSH のポートを指定してください",
		},
		{
			&sshclient.AlgorithmError{Host: "gw", What: "client to server MAC", Offered: []string{"hmac-md5"}},
			"gw とこのプログラムに共通する送信時のメッセージ認証アルゴリズムがありません。デバイスが対応しているのは hmac-md5 です",
			"デバイスの SSH サーバーを更新するか、お使いの ssh に ProxyCommand napter-connect proxy %h %p を指定して接続してください",
		},
		{
			&sshclient.AlgorithmError{Host: "gw", What: "host key", Offered: []string{"ssh-rsa"}, Legacy: []string{"ssh-rsa"}},
			"gw とこのプログラムに共通するホスト鍵アルゴリズムがありません。デバイスが対応しているのは ssh-rsa です",
			"デバイスが古いため、更新するか、config.yaml でこの SIM だけに legacy: [ssh-rsa] を指定して古いアルゴリズムを許可してください",
		},
		{
			&sshclient.AuthError{Host: "gw", User: "pi", Allowed: []string{"publickey", "password"}, Refused: []string{"a", "b"}},
			"pi@gw: 認証に失敗しました (デバイスが許可する方式: publickey, password、拒否された鍵: 2 個)",
			"端末で実行してパスワードを入力するか、デバイスに登録した鍵を -i で指定してください",
		},
		{
			&sshclient.AuthError{Host: "gw", User: "pi", Refused: []string{"a", "b"}, TooMany: true},
			"pi@gw: 鍵を 2 個試したところで、認証の失敗が多すぎるとしてデバイスに切断されました",
			"デバイスに登録した鍵を 1 つだけ指定してください: -i KEY -o IdentitiesOnly=yes",
		},
		{
			&knownhosts.UnknownError{Host: "gw", Key: known, Rejected: true},
			"gw: ホスト鍵が承認されませんでした",
			"デバイスでの表示とフィンガープリントを比べてください: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
		},
		{
			&knownhosts.ChangedError{Host: "gw", Known: known, Offered: offered, KnownDevice: "1", Device: "2", DeviceChanged: true, File: "f"},
			"gw: ホスト鍵が変わりました (信頼済みの鍵は ED25519 " + k + "、デバイスの鍵は ED25519 " + o + ")。" +
				"IMEI も変わっています (1 から 2)。この SIM は別のデバイスに挿入されているようです",
			"変わった理由が分かっている場合は実行してください: ssh-keygen -R '' -f 'f'",
		},
		{
			&knownhosts.RevokedError{Host: "gw", Key: known, File: "f", Line: 3},
			"gw: ホスト鍵 ED25519 " + k + " は f:3 で失効しています",
			"デバイスのホスト鍵を作り直す必要があります。それまで接続しないでください",
		},
		{
			message.Errorf("opening a session: %w", &sshclient.DroppedError{Err: message.Errorf("no answer from the device for %v", 45*time.Second)}),
			"セッションの開始: 接続が切れました: デバイスから 45s 応答がありません",
			"デバイスの通信や電源が切れたか、ポートマッピングの有効期限が切れた可能性があります。もう一度接続してください",
		},
		{&sshclient.SignalError{Signal: "KILL", Message: "oom"}, "デバイスのコマンドがシグナル KILL で終了しました (oom)", ""},
		{sshclient.ErrEscaped, "エスケープ (~.) でセッションを終了しました", ""},
	}
}

func TestErrorsInJapanese(t *testing.T) {
	texts := i18n.For(i18n.Japanese)
	for _, c := range inJapanese(t) {
		if got := texts.Error(c.err); got != c.cause {
			t.Errorf("%v\n\t%s\nwant\n\t%s", c.err, got, c.cause)
		}
		if got := texts.Hint(c.err); got != c.hint {
			t.Errorf("hint of %v\n\t%s\nwant\n\t%s", c.err, got, c.hint)
		}
	}
}

// Failures as they really come about leave no English words behind.
func TestFailuresInJapanese(t *testing.T) {
	texts := i18n.For(i18n.Japanese)
	open := filepath.Join(t.TempDir(), "open")
	wrong := sshclient.ConfigForKey(t, open, "")
	wrong.IdentityFiles = []string{t.TempDir()}
	closed := sshclient.ConfigForKey(t, filepath.Join(t.TempDir(), "id"), "secret")
	giveUp := sshclient.ConfigForPassword(t, "password", "pw")
	giveUp.Prompt = &reader{answers: []string{"no"}}
	if err := os.Remove(open); err != nil {
		t.Fatal(err)
	}
	missing := wrong
	missing.IdentityFiles = []string{open}
	old := wrong
	old.Legacy = []string{"rot13"}
	_, errForward := sshclient.ParseForward(sshclient.Local, "80")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a folder for a key": {dialError(t, wrong), wrong.IdentityFiles[0] + ": フォルダーです"},
		"a missing key":      {dialError(t, missing), open + ": ファイルまたはフォルダーがありません"},
		"nobody to ask":      {dialError(t, closed), closed.IdentityFiles[0] + ": 暗号化されていますが、パスフレーズの入力を求められません。ssh-add でエージェントに追加してください"},
		"no to the host key": {dialError(t, giveUp), "デバイスでの表示とフィンガープリントを比べてください: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"},
		"an unknown name":    {dialError(t, old), ""},
		"a forward":          {errForward, ""},
	} {
		if got := texts.Hint(c.err); c.want != "" && got != c.want {
			t.Errorf("%s: hint %q, want %q", name, got, c.want)
		}
		if got := texts.Error(c.err); english(got) != "" {
			t.Errorf("%s: %q holds English words: %s", name, got, english(got))
		}
	}
}

func dialError(t *testing.T, c sshclient.Config) error {
	t.Helper()
	client, err := sshclient.Dial(t.Context(), c)
	if err == nil {
		_ = client.Close()
		t.Fatal("no error")
	}
	var refused *sshclient.RefusedError
	if errors.As(err, &refused) {
		t.Fatal(err)
	}
	return err
}

var word = regexp.MustCompile(`[A-Za-z]{3,}`)

// english are the words of a Japanese text that are neither names nor typed so.
func english(text string) string {
	names := []string{"gateway", "publickey", "password", "legacy", "rot", "bind", "port", "host", "hostport"}
	return strings.Join(slices.DeleteFunc(word.FindAllString(text, -1), func(w string) bool { return slices.Contains(names, w) }), " ")
}
