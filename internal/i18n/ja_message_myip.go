package i18n

// jaMyIP are the messages of internal/myip.
func jaMyIP() map[string]string {
	return map[string]string{
		"the services disagree about the public IPv4 address: %s": "パブリック IPv4 アドレスがサービスによって異なります: %s",
		"%s says %s":                 "%s は %s と応答",
		"no public IPv4 address: %s": "パブリック IPv4 アドレスを確認できません: %s",
		"the public IPv4 address is not certain: only %s says %s; %s":                                                "パブリック IPv4 アドレスを確定できません: %s だけが %s と応答しました; %s",
		"no service tells the public IPv4 address: %s":                                                               "パブリック IPv4 アドレスをどのサービスからも確認できません: %s",
		"a VPN or a network with several addresses? Name the range that your connections come from: %s":              "VPN か、複数のアドレスを使うネットワークかもしれません。接続元の範囲を指定してください: %s",
		"something on the way answers in place of the services: log in to the network in a browser first, or use %s": "途中の何かがサービスの代わりに応答しています。先にブラウザーでネットワークにログインするか、%s を使ってください",
		"check the network and its DNS":                                                                              "ネットワークと DNS を確認してください",
		"check the network and its firewall (the services are asked directly, not by a proxy), or use %s":            "ネットワークとファイアウォールを確認するか (プロキシは使わず、サービスに直接接続します)、%s を使ってください",

		"name not resolved":                  "名前解決の失敗",
		"certificate not trusted":            "証明書を信頼できません",
		"no answer in time":                  "時間内に応答なし",
		"network unreachable":                "ネットワークに到達できません",
		"redirected (HTTP %d)":               "リダイレクト (HTTP %d)",
		"HTTP status %d":                     "HTTP ステータス %d",
		"the answer is not one IPv4 address": "応答が IPv4 アドレスではありません",
		"%s is an unspecified address":       "%s は未指定のアドレスです",
		"%s is a private address":            "%s はプライベートアドレスです",
		"%s is a carrier NAT address":        "%s は通信事業者の NAT (CGNAT) のアドレスです",
		"%s is a loopback address":           "%s はループバックアドレスです",
		"%s is a link-local address":         "%s はリンクローカルアドレスです",
		"%s is a protocol address":           "%s は IETF プロトコル用のアドレスです",
		"%s is a documentation address":      "%s は文書用のアドレスです",
		"%s is a relay address":              "%s は 6to4 リレー用のアドレスです",
		"%s is a benchmark address":          "%s はベンチマーク用のアドレスです",
		"%s is a multicast address":          "%s はマルチキャストアドレスです",
		"%s is a reserved address":           "%s は予約済みのアドレスです",

		"finding the local address: %w":                            "ローカルアドレスの確認: %w",
		"finding the local address: got %T":                        "ローカルアドレスの確認: %T は IP アドレスではありません",
		"public IP service: %w":                                    "パブリック IP アドレスの確認サービス: %w",
		"public IP service %s is named twice":                      "パブリック IP アドレスの確認サービス %s が 2 回指定されています",
		"two public IP services of different operators are needed": "運営者が異なる、パブリック IP アドレスの確認サービスが 2 つ必要です",
		"%d public IP services are named, and %d are possible":     "パブリック IP アドレスの確認サービスが多すぎます (%d 個、上限 %d 個)",
		"give two or more https:// URLs in NAPTER_CONNECT_IP_SERVICES, separated by commas, or unset it": "NAPTER_CONNECT_IP_SERVICES に 2 つ以上の https:// の URL をコンマ区切りで設定するか、設定を解除してください",
		"%q is not a plain https:// URL":                                     "%q は単純な https:// の URL ではありません",
		"%q is not encrypted, which is possible for a loopback address only": "%q は暗号化されません (http:// はループバックアドレスだけに使えます)",
	}
}
