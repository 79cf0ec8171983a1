package i18n

// jaConnect are the messages of internal/connect.
func jaConnect() map[string]string {
	return map[string]string{
		"failed: %s":                "失敗: %s",
		"the mapping expired at %s": "ポートマッピングの期限が %s に切れました",
		"connect again; --duration sets a mapping's life, 8h at most": "もう一度接続してください。有効時間は --duration で指定できます (最長 8h)",
		"the mapping ends at %s, in 5 minutes":                        "ポートマッピングの期限は %s です (あと 5 分)",
		"%s by way of %s, which ends at %s (in %s)":                   "%s に接続中 (接続先 %s、期限 %s、残り %s)",
		"%s; round trip %s":                                           "%s、往復 %s",

		"ended by signal: %s": "シグナルで終了しました: %s",

		"%v; %s": "%v。%s",
		"%s lets everybody in who reaches this machine: they reach port %d of the device": "%s には、このマシンに到達できる人なら誰でも接続でき、デバイスのポート %d につながります",

		"%q is not a port to forward":                                    "%q は転送するポートの指定ではありません",
		"write PORT, LPORT:PORT or BIND:LPORT:PORT, for example 8080:80": "8080:80 のように、PORT、LPORT:PORT、BIND:LPORT:PORT のどれかで指定してください",
		"listening on %s: %w":                                            "%s での待ち受け: %w",
		"give another local port, or 0 for any free one: 0:%d":           "ローカルのポートを変えるか、空いているポートを使う 0 を指定してください: 0:%d",

		"there is no way to open %q":                  "%q を開く方法がありません",
		"use http, https, vnc or rdp":                 "http、https、vnc、rdp のどれかを指定してください",
		"%q is not the path of a page":                "%q はページのパスではありません",
		"write it as in a URL, such as /status?all=1": "/status?all=1 のように、URL と同じ形式で指定してください",
	}
}
