package i18n

// jaLaunch are the messages of internal/launch.
func jaLaunch() map[string]string {
	return map[string]string{
		"running %q: %w":                      "%q の実行: %w",
		"running %s: %w":                      "%s の実行: %w",
		"check the program's name and PATH":   "プログラムの名前と PATH を確認してください",
		"starting %s: %w":                     "%s の起動: %w",
		"starting a browser: %w":              "ブラウザーの起動: %w",
		"BROWSER has %q, which is no command": "環境変数 BROWSER の %q はコマンドではありません",

		"connecting to %s: %s did not answer within %ds":                                                               "%s への接続: %s から %d 秒以内に応答がありません",
		"connecting to %s: %s cannot be reached: %v":                                                                   "%s への接続: %s に到達できません: %v",
		"check that this network lets connections out to any port, and that the device is online: napter-connect sims": "このネットワークから任意のポートに接続できることと、デバイスがオンラインであることを確認してください: napter-connect sims",
		"the network gave a connection that cannot be half-closed":                                                     "片方向だけを閉じられない接続です",

		"%s: the connection to port %d was closed before the device sent anything":      "%s: ポート %d への接続は、デバイスから何も届かないうちに閉じられました",
		"check that the service runs on the device, its port and the device's firewall": "デバイスでサービスが動いていること、ポート、デバイスのファイアウォールを確認してください",
		"closed before the device sent anything":                                        "デバイスから何も届かないうちに閉じられました",
		"closed without an answer":                                                      "応答がないまま閉じられました",
		"the connection broke: %w":                                                      "接続が切れました: %w",

		"the TLS certificate is not one for %s: %v":                                    "TLS 証明書が %s のものではありません: %v",
		"something between here and Soracom answers in its place: try another network": "このマシンと Soracom の間で、別のものが応答しています。別のネットワークでお試しください",

		"the standard input ended before there was a connection":                         "接続する前に標準入力が閉じられました",
		"this command is for programs that speak through it, such as ssh's ProxyCommand": "ssh の ProxyCommand のように、標準入出力で通信するプログラムから使ってください",
		"nobody reads the standard output any more":                                      "標準出力を読むプログラムが終了しました",

		"Napter refused the connection: too many in a short time":                                                                      "Napter が接続を拒否しました: 短時間の接続が多すぎます",
		"wait a minute, then try again":                                                                                                "1 分ほど待ってから、もう一度お試しください",
		"Napter let the connection in, but the device did not take it on port %d":                                                      "Napter は接続を許可しましたが、デバイスがポート %d で接続を受け付けません",
		"check that the service runs on the device, its port (-p) and the device's firewall":                                           "デバイスでサービスが動いていること、ポート (-p)、デバイスのファイアウォールを確認してください",
		"Napter denied the connection: not from the mapping's source, or it has expired":                                               "Napter が接続を許可しませんでした: ポートマッピングの接続元と違うか、期限が切れています",
		"try again; if it stays, give your public range with --source":                                                                 "もう一度お試しください。続くときは、グローバル IP アドレスの範囲を --source で指定してください",
		"Napter denied the connection: it came from %s, and the mapping lets in %s":                                                    "Napter が接続を許可しませんでした: 接続元は %s ですが、ポートマッピングで許可しているのは %s です",
		"connections leave by another way than the address services saw (a VPN, or several exits); if %s is yours, add --source %s/32": "IP アドレスの確認とは別の経路 (VPN や複数の出口) で接続しています。%s が自分の IP アドレスなら、--source %s/32 を付けてください",

		"no window can be opened here: %s": "ウィンドウを開けません: %s",
		"this is an SSH session":           "SSH のセッションです",
		"there is no display":              "ディスプレイがありません",
		"no %s viewer was found (%s)":      "%s ビューアーが見つかりません (%s)",
		"writing the viewer's file: %w":    "ビューアー用ファイルの書き込み: %w",
	}
}
