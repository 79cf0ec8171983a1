package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// inJapanese is an error and its next step, as a Japanese reader gets them. HOST
// stands for the address of the test's server.
func inJapanese(err error, host string) string {
	texts := i18n.For(i18n.Japanese)
	return strings.ReplaceAll(texts.Error(err)+"\n"+texts.Hint(err), host, "HOST")
}

// getSimFrom is the error of one operation against one server.
func getSimFrom(t *testing.T, o Options) error {
	t.Helper()
	o.RetryDelay = time.Microsecond
	c, err := New(o)
	if err != nil {
		return err
	}
	t.Cleanup(c.CloseIdleConnections)
	_, err = c.Session(func(context.Context) (Token, error) { return testToken, nil }).GetSim(t.Context(), "89")
	return err
}

func TestAnswersInJapanese(t *testing.T) {
	const html = "<!DOCTYPE html><html><h1>502 Bad Gateway</h1></html>"
	for _, c := range []struct {
		reply http.HandlerFunc
		want  string
	}{
		{answer(404, `{"code":"SEM0001","message":"SIM not found"}`),
			"getSim: SIM not found (404, SEM0001)\nSIM と、プロファイルのカバレッジタイプ (jp または g) を確認してください。このアカウントの SIM の一覧: napter-connect sims"},
		{page(403, "", ""),
			"getSim: サーバーから理由の説明はありません (ステータス 403)\nこのユーザーに SAM の権限 Sim:getSim を追加してください。変更は次のログインから有効になるので、napter-connect auth logout を実行してからやり直してください"},
		{answer(401, `{"message":"Invalid API key"}`),
			"getSim: Invalid API key (ステータス 401)\nトークンが無効化されたか、有効期限が切れています。ログインし直してください: napter-connect auth login"},
		{page(400, "text/html", html),
			"getSim: API ではなく Web ページが返されました (ステータス 400)\n途中の何かが API の代わりに応答しています。エンドポイントとプロキシを確認し、このネットワークにログインが必要かどうかも確認してください"},
		{page(200, "text/html", html),
			"getSim: API ではなく Web ページが返されました (ステータス 200)\n途中の何かが API の代わりに応答しています。エンドポイントとプロキシを確認し、このネットワークにログインが必要かどうかも確認してください"},
		{func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusFound) },
			"getSim: リダイレクトが返されましたが、リダイレクト先には接続しません (ステータス 302)\nエンドポイントを確認し、このネットワークにログインが必要かどうかも確認してください"},
		{answer(200, `{"simId":"89`),
			"getSim: 応答を解釈できません: 応答が途中で終わっています (ステータス 200)\n"},
		{answer(200, `{"sessionStatus":{"lastUpdatedAt":1e99}}`),
			"getSim: 応答を解釈できません: 整数ではありません: \"1e99\" (ステータス 200)\n"},
		{answer(500, ``),
			"getSim: サーバーから理由の説明はありません (ステータス 500)\nAPI 側の障害です。1 分後にやり直してください"},
		{func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(http.StatusTooManyRequests)
		},
			"getSim: サーバーから理由の説明はありません (ステータス 429)\nリクエストが多すぎます。1m30s 後にやり直してください"},
		{answer(400, `{"code":"SEM0002","message":"\u001b[2J不正な値です"}`),
			"getSim: \\x1b[2J不正な値です (400, SEM0002)\n"},
	} {
		srv := newServer(t, c.reply)
		if got := inJapanese(getSimFrom(t, Options{Endpoint: srv.URL}), srv.Listener.Addr().String()); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestNetworkErrorsInJapanese(t *testing.T) {
	refused := newServer(t, answer(200, "{}"))
	refused.Close()
	secure := newTLSServer(t, answer(200, "{}"), false)
	plain := newServer(t, answer(200, "{}"))
	hang := newServer(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	gone, _ := url.Parse(refused.URL)
	failing := func(err error) http.RoundTripper {
		return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }}
	}
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Endpoint: refused.URL},
			"getSim: HOST が接続を拒否しました\n接続を受け付けるプログラムがありません。エンドポイント (SORACOM_ENDPOINT) とプロキシの環境変数を確認してください"},
		{Options{Endpoint: "https://api.example.com", Proxy: func(*http.Request) (*url.URL, error) { return gone, nil }},
			"getSim: プロキシが接続を拒否しました\n接続を受け付けるプログラムがありません。エンドポイント (SORACOM_ENDPOINT) とプロキシの環境変数を確認してください"},
		{Options{Endpoint: "https://api.example.com", Transport: failing(
			&net.OpError{Op: "dial", Err: &net.DNSError{Name: "api.example.com", Err: "no such host", IsNotFound: true}},
		)},
			"getSim: ホスト名 HOST の名前解決ができません: そのようなホストはありません\nネットワーク接続、DNS サーバー、エンドポイントのホスト名を確認してください"},
		{Options{Endpoint: "https://api.example.com", Transport: failing(errors.New("odd\x1b thing"))},
			"getSim: HOST: odd\\x1b thing\nネットワーク接続と、プロキシ (HTTPS_PROXY) が必要なネットワークかどうかを確認してください"},
		{Options{Endpoint: "https://api.example.com", Proxy: func(*http.Request) (*url.URL, error) { return nil, io.EOF }},
			"getSim: HOST: プロキシの環境変数が正しい URL ではありません\nネットワーク接続と、プロキシ (HTTPS_PROXY) が必要なネットワークかどうかを確認してください"},
		{Options{Endpoint: secure.URL, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}},
			"getSim: HOST に安全に接続できません: 証明書を検証できません: 信頼されていない認証局の証明書です\nエンドポイントの正しい証明書が必要です。このマシンの時計、エンドポイント、プロキシによる TLS の復号の有無を確認してください"},
		{Options{Endpoint: strings.Replace(plain.URL, "http:", "https:", 1)},
			"getSim: HOST に安全に接続できません: HTTPS の接続に HTTP の応答が返されました\nエンドポイントの正しい証明書が必要です。このマシンの時計、エンドポイント、プロキシによる TLS の復号の有無を確認してください"},
		{Options{Endpoint: hang.URL, AttemptTimeout: 50 * time.Millisecond},
			"getSim: HOST から 50ms 以内に応答がありませんでした\nネットワーク接続と、プロキシ (HTTPS_PROXY) が必要なネットワークかどうかを確認してください"},
		{Options{Endpoint: newServer(t, cut).URL},
			"getSim: 応答の途中で HOST との接続が切れました\nやり直してください。毎回起きる場合は、途中のプロキシやファイアウォールを確認してください"},
	} {
		host := strings.TrimPrefix(strings.TrimPrefix(c.o.Endpoint, "http://"), "https://")
		if got := inJapanese(getSimFrom(t, c.o), host); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestCertificateFaultsInJapanese(t *testing.T) {
	cert := &x509.Certificate{DNSNames: []string{"proxy.example.com"}}
	for _, c := range []struct {
		err  error
		want string
	}{
		{x509.HostnameError{Certificate: cert, Host: "api.soracom.io"},
			"auth: h に安全に接続できません: 証明書を検証できません: api.soracom.io ではなく proxy.example.com の証明書です"},
		{x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired, Detail: "current time 2036-01-01T00:00:00Z is after 2026-11-22T00:00:00Z"},
			"auth: h に安全に接続できません: 証明書を検証できません: 証明書の有効期限が切れています (現在時刻 2036-01-01T00:00:00Z、期限 2026-11-22T00:00:00Z)"},
		{x509.CertificateInvalidError{Cert: cert, Reason: x509.NotAuthorizedToSign},
			"auth: h に安全に接続できません: 証明書を検証できません: x509: certificate is not authorized to sign other certificates"},
	} {
		e := &NetworkError{Operation: opAuth, Host: "h", Err: &tls.CertificateVerificationError{Err: c.err}}
		if got := i18n.For(i18n.Japanese).Error(e); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestStoppedInJapanese(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	srv := newServer(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := newSession(t, srv.URL).GetSim(ctx, "89")
	equal(t, "stopped", inJapanese(err, srv.Listener.Addr().String()),
		"getSim: HOST の応答を待っている間に中断しました: 中止されました\n")
	c, _ := newClient(t, srv.URL)
	equal(t, "stopped before", inJapanese(c.Warm(ctx), srv.Listener.Addr().String()),
		"接続: HOST の応答を待っている間に中断しました: 中止されました\n")
	busy, _ := newClient(t, newServer(t, answer(503, "")).URL)
	busy.timing.sleep = func(context.Context, time.Duration) error { return context.Canceled }
	equal(t, "stopped between two tries", inJapanese(busy.Logout(t.Context(), testToken), "HOST"),
		"中止されました (直前のエラー: logout: サーバーから理由の説明はありません (ステータス 503))\nAPI 側の障害です。1 分後にやり直してください")
}

func TestRequestFaultsInJapanese(t *testing.T) {
	s := newSession(t, newServer(t, answer(200, "{}")).URL)
	create := func(change func(*CreatePortMappingRequest)) error {
		r := sshRequest()
		change(&r)
		_, err := s.CreatePortMappingForSim(t.Context(), "89", r)
		return err
	}
	search := func(q SearchSimsQuery) error {
		for _, err := range s.SearchSims(t.Context(), q) {
			return err
		}
		return nil
	}
	_, noPath := s.GetSim(t.Context(), "..")
	_, life := s.GenerateAuthToken(t.Context(), time.Second)
	_, login := s.client.Auth(t.Context(), Credentials{}, 0)
	_, endpoint := New(Options{Endpoint: "http://api.example.com"})
	_, header := New(Options{Endpoint: "https://api.soracom.io", Headers: map[string]string{"X Y": "z"}})
	lost := create(func(*CreatePortMappingRequest) {})
	for _, c := range []struct {
		err  error
		want string
	}{
		{create(func(r *CreatePortMappingRequest) { r.Service = "lora" }),
			"サービスに \"lora\" は指定できません (air または arc)\n"},
		{create(func(r *CreatePortMappingRequest) { r.Duration = 9 * time.Hour }),
			"有効時間に 9h0m0s は指定できません (1s から 8h)\n"},
		{create(func(r *CreatePortMappingRequest) { r.SourceRanges[0] = netip.MustParsePrefix("0.0.0.0/0") }),
			"接続元の範囲 0.0.0.0/0 は全世界を意味するため、許可できません\n"},
		{create(func(r *CreatePortMappingRequest) { r.Port = 0 }),
			"ポートに 0 は指定できません (1 から 65535)\n"},
		{search(SearchSimsQuery{Name: []string{"a"}}),
			"\"a\" は検索できません: API の検索語は 2 文字以上です\n"},
		{search(SearchSimsQuery{Name: []string{"a,b"}}),
			"\"a,b\" は検索できません: API ではコンマが検索語の区切りになります\n"},
		{noPath,
			"\"..\" は API のパスに使えません\n"},
		{life,
			"トークンの有効期間は 3m0s から 48h0m0s です (1s は指定できません)\n"},
		{login,
			"認証情報が足りません\n認証キー ID と認証キーシークレット、メールアドレスとパスワード、またはオペレーター ID とユーザー名とパスワードのいずれかを指定してください"},
		{endpoint,
			"\"api.example.com\" はこのマシンではないので、エンドポイントには https が必要です\nhttps://api.soracom.io または https://g.api.soracom.io のように、/v1 を付けずに指定してください"},
		{header,
			"プロファイルの headers にあるヘッダー名 \"X Y\" が正しくありません\n"},
		{lost,
			"応答を受け取れませんでした: createPortMappingForSim: 応答を解釈できません: IP アドレスとポートがありません (ステータス 200)\nポートマッピングが作成されたかもしれません。napter-connect mappings list で確認し、napter-connect mappings prune で削除してください"},
	} {
		if got := inJapanese(c.err, "HOST"); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
	for _, c := range []struct {
		c    Credentials
		want string
	}{
		{Credentials{AuthKeyID: "keyId-x", AuthKey: "s"},
			"認証キー keyId-x"},
		{Credentials{Email: "e@example.com"},
			"ルートユーザー e@example.com"},
		{Credentials{OperatorID: "OP1", UserName: "alice"},
			"SAM ユーザー alice (OP1)"},
	} {
		equal(t, fmt.Sprint(c.c), i18n.For(i18n.Japanese).Say(c.c.Text()), c.want)
	}
}
