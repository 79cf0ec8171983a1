package myip

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// inJapanese is an error and its next step, as a Japanese reader gets them.
func inJapanese(err error) string {
	texts := i18n.For(i18n.Japanese)
	return texts.Error(err) + "\n" + texts.Hint(err)
}

func TestFindFailsInJapanese(t *testing.T) {
	redirect := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://127.0.0.1:1/", http.StatusFound)
	}
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "60")
		_, _ = w.Write([]byte("9"))
	}
	for _, c := range []struct {
		both http.HandlerFunc
		want string
	}{
		{says("10.0.0.1"),
			"パブリック IPv4 アドレスを確認できません: 10.0.0.1 はプライベートアドレスです (A, B)\n途中の何かがサービスの代わりに応答しています。先にブラウザーでネットワークにログインするか、--source CIDR を使ってください"},
		{redirect,
			"パブリック IPv4 アドレスをどのサービスからも確認できません: リダイレクト (HTTP 302) (A, B)\n途中の何かがサービスの代わりに応答しています。先にブラウザーでネットワークにログインするか、--source CIDR を使ってください"},
		{says("<html>"),
			"パブリック IPv4 アドレスをどのサービスからも確認できません: 応答が IPv4 アドレスではありません (A, B)\n途中の何かがサービスの代わりに応答しています。先にブラウザーでネットワークにログインするか、--source CIDR を使ってください"},
		{status(204),
			"パブリック IPv4 アドレスをどのサービスからも確認できません: HTTP ステータス 204 (A, B)\n途中の何かがサービスの代わりに応答しています。先にブラウザーでネットワークにログインするか、--source CIDR を使ってください"},
		{cut,
			"パブリック IPv4 アドレスをどのサービスからも確認できません: 応答の読み取り: 途中で切れました (A, B)\nネットワークとファイアウォールを確認するか (プロキシは使わず、サービスに直接接続します)、--source CIDR を使ってください"},
	} {
		a, b := newService(t, c.both), newService(t, c.both)
		_, err := finder(t, a, b).Find(t.Context())
		if got := namesOf(inJapanese(err), a, b); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

// namesOf puts A and B, in this order, in the place of two services, whichever
// answered first.
func namesOf(text string, a, b *service) string {
	one, two := strings.TrimPrefix(a.URL, "https://"), strings.TrimPrefix(b.URL, "https://")
	if strings.Index(text, one) > strings.Index(text, two) {
		one, two = two, one
	}
	return strings.NewReplacer(one, "A", two, "B").Replace(text)
}

func TestUncertainAddressInJapanese(t *testing.T) {
	a, b := Service{URL: "https://a.example"}, Service{URL: "https://b.example"}
	yes := netip.MustParseAddr("9.9.9.9")
	for _, c := range []struct {
		err  error
		want string
	}{
		{failure([]Answer{{Service: a, Addr: yes}, {Service: b, Addr: netip.MustParseAddr("8.8.4.4")}}),
			"パブリック IPv4 アドレスがサービスによって異なります: a.example は 9.9.9.9 と応答, b.example は 8.8.4.4 と応答\nVPN か、複数のアドレスを使うネットワークかもしれません。接続元の範囲を指定してください: --source CIDR"},
		{failure([]Answer{{Service: a, Addr: yes}, {Service: b, Err: &statusError{404}}}),
			"パブリック IPv4 アドレスを確定できません: a.example だけが 9.9.9.9 と応答しました; HTTP ステータス 404 (b.example)\n途中の何かがサービスの代わりに応答しています。先にブラウザーでネットワークにログインするか、--source CIDR を使ってください"},
		{failure([]Answer{{Service: a, Err: errors.New("odd\x1bthing")}, {Service: b, Err: errNotAnAddress}}),
			"パブリック IPv4 アドレスをどのサービスからも確認できません: odd?thing (a.example); 応答が IPv4 アドレスではありません (b.example)\n途中の何かがサービスの代わりに応答しています。先にブラウザーでネットワークにログインするか、--source CIDR を使ってください"},
	} {
		if got := inJapanese(c.err); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestUnreachableServicesInJapanese(t *testing.T) {
	a, b := newService(t, says(public)), newService(t, says(public))
	f := finder(t, a, b)
	untrusting, err := NewFinder(Service{a.URL, "a"}, Service{b.URL, "b"}) // the system's trust
	if err != nil {
		t.Fatal(err)
	}
	_, untrusted := untrusting.Find(t.Context())
	a.Close()
	b.Close()
	_, down := f.Find(t.Context())
	for _, c := range []struct {
		err  error
		want string
	}{
		{untrusted,
			"パブリック IPv4 アドレスをどのサービスからも確認できません: 証明書を信頼できません (A, B)\n途中の何かがサービスの代わりに応答しています。先にブラウザーでネットワークにログインするか、--source CIDR を使ってください"},
		{down,
			"パブリック IPv4 アドレスをどのサービスからも確認できません: 接続を拒否されました (A, B)\nネットワークとファイアウォールを確認するか (プロキシは使わず、サービスに直接接続します)、--source CIDR を使ってください"},
	} {
		if got := namesOf(inJapanese(c.err), a, b); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestEveryKindOfAddressInJapanese(t *testing.T) {
	seen := map[string]string{}
	for _, s := range special() {
		err := checkGlobal(netip.MustParsePrefix(s.prefix).Addr(), false)
		text := i18n.For(i18n.Japanese).Error(err)
		if !strings.HasSuffix(text, "アドレスです") || strings.Contains(text, s.kind) {
			t.Errorf("%s: %s", s.kind, text)
		}
		_, called, _ := strings.Cut(text, " は")
		if before, ok := seen[called]; ok && before != s.kind {
			t.Errorf("%s and %s are both called %s", s.kind, before, called)
		}
		seen[called] = s.kind
	}
}

func TestServiceListFaultsInJapanese(t *testing.T) {
	for _, c := range []struct{ list, want string }{
		{"https://a.example",
			"運営者が異なる、パブリック IP アドレスの確認サービスが 2 つ必要です\nNAPTER_CONNECT_IP_SERVICES に 2 つ以上の https:// の URL をコンマ区切りで設定するか、設定を解除してください"},
		{"https://a.example,https://a.example",
			"パブリック IP アドレスの確認サービス a.example が 2 回指定されています\nNAPTER_CONNECT_IP_SERVICES に 2 つ以上の https:// の URL をコンマ区切りで設定するか、設定を解除してください"},
		{"http://a.example,https://b.example",
			"パブリック IP アドレスの確認サービス: \"http://a.example\" は暗号化されません (http:// はループバックアドレスだけに使えます)\nNAPTER_CONNECT_IP_SERVICES に 2 つ以上の https:// の URL をコンマ区切りで設定するか、設定を解除してください"},
		{"ftp://a.example,https://b.example",
			"パブリック IP アドレスの確認サービス: \"ftp://a.example\" は単純な https:// の URL ではありません\nNAPTER_CONNECT_IP_SERVICES に 2 つ以上の https:// の URL をコンマ区切りで設定するか、設定を解除してください"},
		{"https://me:pw@a.example,https://b.example",
			"パブリック IP アドレスの確認サービス: \"...@a.example\" は単純な https:// の URL ではありません\nNAPTER_CONNECT_IP_SERVICES に 2 つ以上の https:// の URL をコンマ区切りで設定するか、設定を解除してください"},
	} {
		_, err := ParseServices(c.list)
		if got := inJapanese(err); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}
