package connect

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// Errors are Japanese as a whole, but for names.
func TestErrorsInJapanese(t *testing.T) {
	texts := i18n.For(i18n.Japanese)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	port := taken.Addr().(*net.TCPAddr).Port
	_, system := net.Listen("tcp", taken.Addr().String())
	_, occupied := PortSpec{Local: port, Device: 80}.listen(t.Context())
	_, noPort := ParsePortSpec("x")
	_, noPath := new(Connector).Open(t.Context(), OpenOptions{Scheme: "ftp"})
	for _, c := range []struct {
		err        error
		want, hint string
	}{
		{&ExpiredError{At: "14:03"}, "ポートマッピングの期限が 14:03 に切れました",
			"もう一度接続してください。有効時間は --duration で指定できます (最長 8h)"},
		{&Interrupted{os.Interrupt}, "シグナルで終了しました: 割り込み (Ctrl-C)", ""},
		{&Interrupted{syscall.SIGTERM}, "シグナルで終了しました: 終了要求", ""},
		{&Interrupted{syscall.SIGHUP}, "シグナルで終了しました: 端末の切断", ""},
		{noPort, `"x" は転送するポートの指定ではありません`, "8080:80 のように、PORT、LPORT:PORT、BIND:LPORT:PORT のどれかで指定してください"},
		{occupied, "127.0.0.1:" + strconv.Itoa(port) + " での待ち受け: " + texts.Error(system),
			"ローカルのポートを変えるか、空いているポートを使う 0 を指定してください: 0:80"},
		{noPath, `"ftp" を開く方法がありません`, "http、https、vnc、rdp のどれかを指定してください"},
	} {
		if got, hint := texts.Error(c.err), texts.Hint(c.err); got != c.want || hint != c.hint {
			t.Errorf("%q, %q; want %q, %q", got, hint, c.want, c.hint)
		}
	}
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if got := (&Interrupted{sig}).Error(); got != "ended by signal: "+sig.String() {
			t.Errorf("in English %q", got)
		}
	}
}

// What is told while something runs is Japanese too.
func TestNoticesInJapanese(t *testing.T) {
	var told []string
	now := time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)
	c := &Connector{
		Texts: i18n.For(i18n.Japanese), Now: func() time.Time { return now },
		Notice: func(line string) { told = append(told, line) },
	}
	c.warnOfWideSources([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	c.tell(&launch.SilentError{Name: "gw", Port: 80})
	c.tell(message.Errorf("%q is not a port to forward", "x"))
	f := &Forwarding{}
	spec := PortSpec{Bind: "0.0.0.0", Device: 80}
	if err := f.listen(t.Context(), c, ForwardOptions{Ports: []PortSpec{spec}}); err != nil {
		t.Fatal(err)
	}
	listen := f.Tunnels()[0].Listen.String()
	_ = f.tunnels[0].listener.Close()
	info := access.Info{SIM: access.SIM{Name: "gw"}, Mapping: access.Mapping{
		Addr: netip.MustParseAddrPort("192.0.2.1:40000"), Expires: now.Add(90 * time.Minute),
	}}
	session := (&sshJob{Connector: c}).session(sshclient.SessionOptions{}, loginSettings{}, info, nil)
	told = append(told, session.Say(session.Info()))
	want := []string{
		"10.0.0.0/8 では 16777216 個のアドレスから接続できます。/32 なら 1 個だけです",
		"gw: ポート 80 への接続は、デバイスから何も届かないうちに閉じられました。デバイスでサービスが動いていること、ポート、デバイスのファイアウォールを確認してください",
		`"x" は転送するポートの指定ではありません`,
		listen + " には、このマシンに到達できる人なら誰でも接続でき、デバイスのポート 80 につながります",
		"gw に接続中 (接続先 192.0.2.1:40000、期限 10:30、残り 1h30m0s)",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told %q,\nwant %q", told, want)
	}
}

// So is the warning before the end, which becomes the window's title in a shell.
func TestWarningInJapanese(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().Add(time.Hour)
		lines := make(chan string, 1)
		c := &Connector{Texts: i18n.For(i18n.Japanese), Now: time.Now}
		defer c.warnBeforeExpiry(end, func(line message.Text) { lines <- c.language().Say(line) })()
		if got, want := <-lines, "ポートマッピングの期限は "+c.clockTime(end)+" です (あと 5 分)"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
