package launch_test

import (
	"context"
	"errors"
	"iter"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Errors are Japanese as a whole, but for names and for what the system said.
func TestErrorsInJapanese(t *testing.T) {
	texts := i18n.For(i18n.Japanese)
	environment := func(env map[string]string) launch.Desktop {
		return launch.Desktop{Getenv: func(name string) string { return env[name] }}
	}
	addr := netip.MustParseAddrPort("127.0.0.1:5900")
	_, _, overSSH := environment(map[string]string{"SSH_CONNECTION": "x"}).View(launch.VNC, addr)
	notThere := (&launch.Command{Args: []string{"no-such-program"}}).Find()
	unreachable := &net.OpError{Op: "dial", Net: "tcp4", Err: syscall.EHOSTUNREACH}
	for _, c := range []struct {
		err        error
		want, hint string
	}{
		{&launch.DialError{Name: "gw", Addr: "192.0.2.1:4000", Err: context.DeadlineExceeded},
			"gw への接続: 192.0.2.1:4000 から 10 秒以内に応答がありません",
			"このネットワークから任意のポートに接続できることと、デバイスがオンラインであることを確認してください: napter-connect sims"},
		{&launch.DialError{Name: "gw", Addr: "192.0.2.1:4000", Err: refusal(t)}, "gw への接続: 192.0.2.1:4000 に接続を拒否されました", "-"},
		{&launch.DialError{Name: "gw", Addr: "192.0.2.1:4000", Err: unreachable},
			"gw への接続: 192.0.2.1:4000 に到達できません: " + texts.Error(unreachable), "-"},
		{&launch.SilentError{Name: "gw", Port: 80, Err: launch.ErrSilent},
			"gw: ポート 80 への接続は、デバイスから何も届かないうちに閉じられました",
			"デバイスでサービスが動いていること、ポート、デバイスのファイアウォールを確認してください"},
		{&launch.CertificateError{Hostname: "h.example", Err: errors.New("x509")}, "TLS 証明書が h.example のものではありません: x509",
			"このマシンと Soracom の間で、別のものが応答しています。別のネットワークでお試しください"},
		{overSSH, "ウィンドウを開けません: SSH のセッションです", ""},
		{environment(map[string]string{"BROWSER": `"`}).Browse("https://gw"), `環境変数 BROWSER の "\"" はコマンドではありません`, ""},
		{&launch.NoViewerError{Scheme: launch.VNC, Tried: []string{"vncviewer", "krdc"}}, "VNC ビューアーが見つかりません (vncviewer, krdc)", ""},
		{notThere, `"no-such-program" の実行: ` + texts.Error(errors.Unwrap(errors.Unwrap(errors.Unwrap(notThere)))),
			"プログラムの名前と PATH を確認してください"},
		{message.Errorf("starting %s: %w", "krdc", os.ErrPermission), "krdc の起動: 権限がありません", ""},
		{launch.ErrNoReader, "標準出力を読むプログラムが終了しました", ""},
	} {
		if got := texts.Error(c.err); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		if got := texts.Hint(c.err); c.hint != "-" && got != c.hint {
			t.Errorf("hint %q, want %q", got, c.hint)
		}
	}
}

// What the audit log tells is Japanese too.
func TestReasonsInJapanese(t *testing.T) {
	texts := i18n.For(i18n.Japanese)
	info := access.Info{
		SIM:     access.SIM{IMSI: "440101234567890"},
		Mapping: access.Mapping{Addr: netip.MustParseAddrPort("192.0.2.1:40000"), DevicePort: 22},
		Source:  []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32"), netip.MustParsePrefix("198.51.100.0/24")},
	}
	from := &client.AuditDirection{SourceIPAddress: "198.51.100.9", DestinationPort: 22}
	for _, c := range []struct {
		kind       string
		direction  *client.AuditDirection
		want, hint string
	}{
		{client.AuditDenied, from,
			"Napter が接続を許可しませんでした: 接続元は 198.51.100.9 ですが、ポートマッピングで許可しているのは 203.0.113.7/32, 198.51.100.0/24 です",
			"IP アドレスの確認とは別の経路 (VPN や複数の出口) で接続しています。198.51.100.9 が自分の IP アドレスなら、--source 198.51.100.9/32 を付けてください"},
		{client.AuditDenied, nil, "Napter が接続を許可しませんでした: ポートマッピングの接続元と違うか、期限が切れています",
			"もう一度お試しください。続くときは、グローバル IP アドレスの範囲を --source で指定してください"},
		{client.AuditRefused, from, "Napter が接続を拒否しました: 短時間の接続が多すぎます", "1 分ほど待ってから、もう一度お試しください"},
		{client.AuditAccess, from, "Napter は接続を許可しましたが、デバイスがポート 22 で接続を受け付けません",
			"デバイスでサービスが動いていること、ポート (-p)、デバイスのファイアウォールを確認してください"},
	} {
		log := oneEntry{ConnectionID: "1", Type: c.kind, Direction: c.direction}
		err := launch.Explain(t.Context(), log, info, time.Now(), &launch.SilentError{Name: "gw", Port: 22})
		if got, hint := texts.Error(err), texts.Hint(err); got != c.want || hint != c.hint {
			t.Errorf("%q, %q; want %q, %q", got, hint, c.want, c.hint)
		}
	}
}

// oneEntry is an audit log.
type oneEntry client.NapterAuditEntry

func (e oneEntry) GetNapterAuditLogs(context.Context, client.NapterAuditQuery) iter.Seq2[client.NapterAuditEntry, error] {
	return func(yield func(client.NapterAuditEntry, error) bool) { yield(client.NapterAuditEntry(e), nil) }
}

// refusal is what the system says of a loopback port that nobody listens on.
func refusal(t *testing.T) error {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	_, err = net.Dial("tcp4", addr)
	return err
}
