package i18n

// jaConfig are the messages of internal/config.
func jaConfig() map[string]string {
	return map[string]string{
		"correct the file":                 "ファイルを修正してください",
		"port %d does not exist":           "ポート %d は存在しません",
		"use a port from 1 to 65535":       "1 から 65535 のポートを指定してください",
		"%q can't be a user's name":        "%q はユーザー名に使えません",
		"tag %q has no key":                "タグ %q にキーがありません",
		"write key=value or key":           "キー=値 またはキーだけを書いてください",
		"auto stands beside other ranges":  "auto とほかの範囲は同時に指定できません",
		"give auto alone, or ranges alone": "auto だけ、または範囲だけを指定してください",
		"%s must be %s, not %q":            "%[1]s に %[3]q は指定できません (指定できる値: %[2]s)",
		"write %s":                         "%s のいずれかを書いてください",
		"%s %s is out of range":            "%s の値 %s は範囲外です",
		"use %s to %s":                     "%s から %s の値を指定してください",

		"the folder %s is not absolute": "フォルダー %s が絶対パスではありません",
		"set HOME, or XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_CACHE_HOME, to absolute folders": "HOME、または XDG_CONFIG_HOME、XDG_STATE_HOME、XDG_CACHE_HOME に、フォルダーの絶対パスを設定してください",
		"making the folder: %w":                                "フォルダーの作成: %w",
		"making the folder private: %w":                        "フォルダーの権限の変更: %w",
		"writing %s: %w":                                       "%s の書き込み: %w",
		"the socket path %s has %d bytes, and %d are possible": "ソケットのパス %s が長すぎます (%d バイト、上限 %d バイト)",
		"set XDG_RUNTIME_DIR to a folder of your own with a short path, or use --no-keeper": "自分用のフォルダーの短いパスを XDG_RUNTIME_DIR に設定するか、--no-keeper を使ってください",
		"there is no folder for sockets": "ソケットを置くフォルダーがありません",

		"reading the configuration: %w":                              "設定ファイルの読み取り: %w",
		"check --config and NAPTER_CONNECT_CONFIG, or make the file": "--config と NAPTER_CONNECT_CONFIG を確認するか、ファイルを作成してください",
		"%s is larger than 1 MiB":                                    "%s が 1 MiB を超えています",
		"this can't be understood":                                   "内容を解釈できません",
		"write it without tags (!) and anchors (&)":                  "YAML のタグ (!) とアンカー (&) を使わずに書いてください",
		"there is more than one YAML document":                       "YAML ドキュメントが 2 つ以上あります",
		"keep one, without ---":                                      "--- を使わず、1 つにまとめてください",
		"unknown key %q":                                             "不明なキー %q です",
		"known keys here: %s":                                        "ここで使えるキー: %s",
		"this must be %s":                                            "値の型が違います (正しい型: %s)",
		"a number":                                                   "数値",
		"a list":                                                     "リスト",
		"a map of keys":                                              "キーと値の組",
		"a text":                                                     "文字列",
		"not a duration; write it as 90m or 1h30m":                   "時間の長さではありません。90m や 1h30m のように書いてください",

		"mapping key %q already defined at %s": "キー %q はすでに %s にあります",
		"%s was used where %s is expected":     "%[2]sが必要な場所に%[1]sがあります",

		"write an IPv4 range such as 203.0.113.7/32, or auto":                                            "203.0.113.7/32 のような IPv4 の範囲、または auto を指定してください",
		"%q is not a CIDR range":                                                                         "%q は CIDR の範囲ではありません",
		"%q is not IPv4, and Napter has no other":                                                        "%q は IPv4 ではありません (Napter は IPv4 だけに対応しています)",
		"%q lets everybody in":                                                                           "%q では誰でも接続できます",
		"name the range of your own network, or use auto for your address alone":                         "使用中のネットワークの範囲を指定するか、auto でこのマシンのアドレスだけを許可してください",
		"%q is not a range of public addresses":                                                          "%q はパブリック IP アドレスの範囲ではありません",
		"your connections reach Soracom from a public address: use auto, or your network's public range": "Soracom への接続元はパブリック IP アドレスです。auto、またはネットワークのパブリック IP アドレスの範囲を指定してください",
		"%q has bits set after its %d":                                                                   "%q は先頭の %d ビットより後ろが 0 ではありません",
		"write %s for the range, or %s/32 for the address":                                               "範囲なら %s、1 個のアドレスなら %s/32 を指定してください",

		"reading what was used last: %w":         "前回の接続の読み取り: %w",
		"remembering what was used: %w":          "接続の記録: %w",
		"remembering the key: not a fingerprint": "鍵の記録: フィンガープリントではありません",
	}
}
