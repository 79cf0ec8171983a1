package i18n

import "maps"

// jaCommands are the messages of the commands, but for their help.
func jaCommands() map[string]string {
	all := jaCommandLine()
	maps.Copy(all, jaCommandWork())
	return all
}

// jaCommandLine are those about what was typed.
func jaCommandLine() map[string]string {
	return map[string]string{
		"hint: ":             "ヒント: ",
		"see %s --help":      "%s --help を参照してください",
		"did you mean %s?":   "%s のことですか?",
		"it has %s; %s":      "使えるコマンドは %s です。%s",
		"%s needs a command": "%s にはコマンドが必要です",

		"there is no command %q":                    "コマンド %q はありません",
		"%s takes no argument, but %q was given":    "%s に引数は指定できません: %q",
		"%s takes %s":                               "%s の引数は %s です",
		"a SIM, and perhaps a command":              "SIM (必要ならコマンドも)",
		"a SIM, and perhaps a port":                 "SIM (必要ならポートも)",
		"a SIM, perhaps with a port":                "SIM (または SIM:PORT)",
		"one SIM":                                   "1 つの SIM",
		"one or more SIMs":                          "1 つ以上の SIM",
		"one QUERY at most":                         "1 つまでの QUERY",
		"one SIM at most":                           "1 つまでの SIM",
		"one shell: bash, zsh, fish or powershell":  "1 つのシェル (bash、zsh、fish、powershell のどれか)",
		"the IP:PORT of one mapping or more":        "1 つ以上のポートマッピングの IP:PORT",
		"forward takes a SIM and at least one port": "forward には SIM と 1 つ以上のポートを指定してください",
		"there is no command after --":              "-- のあとにコマンドがありません",

		"unknown flag: --%s":                "不明なフラグです: --%s",
		"unknown shorthand flag: %q in -%s": "不明な短縮フラグです: %q (-%s)",
		"flag needs an argument: --%s":      "フラグに値が必要です: --%s",
		"flag needs an argument: %q in -%s": "フラグに値が必要です: %q (-%s)",
		"bad flag syntax: %s":               "フラグの書き方が正しくありません: %s",
		"--%s %q is not %s":                 "--%s の値 %q が正しくありません。指定できる値: %s",
		"one that it takes":                 "ヘルプを参照",
		"a whole number":                    "整数",
		"a duration":                        "単位を付けた時間",
		"a language that it speaks":         "対応している言語",
		"write 90s, 30m or 8h, for example": "90s、30m、8h のように書いてください",
		"use en or ja":                      "en または ja を指定してください",
		"%q is not one of %v":               "%q は %v のどれでもありません",
		"--coverage-type %q does not exist": "--coverage-type に %q はありません",
		"--event %q does not exist":         "--event に %q はありません",
		"use %s":                            "%s を指定してください",
		"--limit %d is negative":            "--limit %d は負の数です",
		"give 0 for all entries":            "すべての記録を表示するには 0 を指定してください",
		"--since %s is in the future":       "--since %s は未来を指しています",
		"fetching the audit log":            "監査ログを取得しています",
		"reading the audit log: %w":         "監査ログの取得: %w",
		"the audit log has no such entry":   "監査ログに該当する記録はありません",
		"the IMSI of SIM %s is not known, and the audit log goes by IMSIs": "SIM %s の IMSI がわかりません (監査ログは IMSI ごとに記録されます)",
		"give its IMSI in place of the SIM ID":                             "SIM ID の代わりに IMSI を指定してください",
		"use jp (Japan) or g (global)":                                     "jp (日本) または g (グローバル) を指定してください",
		"--source: %w":                                                     "--source の指定: %w",
		"use 30m or 8h, for example":                                       "30m や 8h のように指定してください",
		"%q is not a port":                                                 "%q はポート番号ではありません",
		"a port is a number from 1 to 65535":                               "1 から 65535 の番号を指定してください",
		"give a TCP port from 1 to 65535":                                  "1 から 65535 の TCP ポートを指定してください",
		"%s and --scheme %s contradict each other":                         "%s と --scheme %s が矛盾しています",
		"give one of them":                                                 "どちらか一方だけを指定してください",
		"give --write or --remove, not both":                               "--write と --remove は同時に指定できません",
		"set HOME":                                                         "環境変数 HOME を設定してください",

		"--duration %s is not a time that a port mapping can live":                                  "ポートマッピングの有効時間を --duration %s にはできません",
		"%q does not end in a port or in http, https, vnc or rdp":                                   "%q の末尾がポート番号でも http、https、vnc、rdp でもありません",
		"write SIM:8080 or SIM:https, for example; a SIM whose name has a colon goes by its SIM ID": "SIM:8080 や SIM:https のように書いてください。名前にコロンを含む SIM は SIM ID で指定してください",
		"%q is not an IPv4 address and port":                                                        "%q は IPv4 アドレスとポートの組ではありません",
		"take the ENDPOINT from: napter-connect mappings":                                           "次のコマンドで表示される ENDPOINT を指定してください: napter-connect mappings",
		"there is no completion for the shell %q":                                                   "シェル %q の補完には対応していません",
		"use bash, zsh, fish or powershell":                                                         "bash、zsh、fish、powershell のどれかを指定してください",
		"--listen %q is not a loopback address and port":                                            "--listen %q はループバックのアドレスとポートの組ではありません",
		"use 127.0.0.1:8080, for example; port 0 takes a free one":                                  "127.0.0.1:8080 のように指定してください。ポート 0 は空きポートを使います",
		"--sims %d is not possible":                                                                 "--sims %d は指定できません",
		"give a number from 1 to 1000000":                                                           "1 から 1000000 の数を指定してください",
		"--latency %s is not possible":                                                              "--latency %s は指定できません",
		"give a duration up to 1m, such as 80ms":                                                    "80ms のように、1m までの時間を指定してください",
		"--device %q is not PORT=HOST:PORT":                                                         "--device %q は PORT=HOST:PORT の形ではありません",
		"use --device 22=127.0.0.1:22, for example":                                                 "--device 22=127.0.0.1:22 のように指定してください",
		"give an AuthKey ID, an e-mail or a SAM user, not several of them":                          "認証キー ID、メールアドレス、SAM ユーザーのうち 1 つだけを指定してください",
		"see napter-connect auth login --help":                                                      "napter-connect auth login --help を参照してください",
		"a SAM user needs an operator ID and a name":                                                "SAM ユーザーにはオペレーター ID とユーザー名の両方が必要です",
		"give --operator-id and --user together":                                                    "--operator-id と --user を両方指定してください",
		"there is no terminal to ask on":                                                            "入力を求める端末がありません",
		"give --auth-key-id and the secret on stdin":                                                "--auth-key-id を指定し、シークレットを標準入力で渡してください",
		"no secret was given":                                                                       "シークレットが入力されていません",
		"type it when asked, or send it as one line to stdin":                                       "プロンプトで入力するか、1 行で標準入力に渡してください",
		"hiding what is typed: %w":                                                                  "入力を隠す設定: %w",
		"no answer was given":                                                                       "入力がありませんでした",

		"Japan":       "日本",
		"global":      "グローバル",
		"used before": "使用履歴あり",
	}
}

// jaCommandWork are those about what a command does.
func jaCommandWork() map[string]string {
	return map[string]string{
		"the plain mode is over":              "テキストモードは終了しました",
		"Ctrl-C ends it.":                     "Ctrl-C で終了します。",
		"%s (process %d)":                     "%s (プロセス %d)",
		"logging in: %w":                      "ログイン: %w",
		"revoking tokens: %w":                 "トークンの無効化: %w",
		"listing SIMs: %w":                    "SIM 一覧の取得: %w",
		"listing port mappings: %w":           "ポートマッピング一覧の取得: %w",
		"forgetting %s: %w":                   "%s の記録の削除: %w",
		"finding this program: %w":            "このプログラムの場所の確認: %w",
		"finding the configuration: %w":       "設定ファイルの場所の確認: %w",
		"showing the UI: %w":                  "画面の表示: %w",
		"writing the host keys: %w":           "ホスト鍵の出力: %w",
		"%w; the next command goes on trying": "%w。次のコマンドの実行時に再試行します",

		"It is open until %s; Enter or Ctrl-C ends it.":                        "%s まで接続できます。Enter または Ctrl-C で終了します。",
		"the certificate is the device's own, and the browser will warn of it": "証明書はデバイス自身のものなので、ブラウザーが警告を表示します",
		"%v; open the address above in a viewer on this machine":               "%v。このマシンのビューアーで上のアドレスを開いてください",
		"%v; open the URL above from this network: it lets in %s alone":        "%v。上の URL をこのネットワークから開いてください (接続できるのは %s だけです)",
		"%v; open the address above yourself":                                  "%v。上のアドレスを手動で開いてください",

		"making a folder for the demo: %w":    "デモ用フォルダーの作成: %w",
		"making a folder for the profile: %w": "プロファイル用フォルダーの作成: %w",
		"making a key for the demo: %w":       "デモ用の鍵の作成: %w",
		"writing the demo's files: %w":        "デモ用ファイルの書き込み: %w",

		"no SIM is known here by the name %q":                          "%q という名前の SIM はこのマシンに記録されていません",
		"give the SIM ID, or list the SIMs first: napter-connect sims": "SIM ID を指定するか、先に SIM の一覧を取得してください: napter-connect sims",
		"%d SIMs have the name %q":                                     "%[2]q という名前の SIM が %[1]d 枚あります",
		"give one of the SIM IDs: %s":                                  "SIM ID で指定してください: %s",
		"no host key of %s is trusted":                                 "%s の信頼済みのホスト鍵はありません",
		"napter-connect known-hosts list shows all":                    "napter-connect known-hosts list で一覧を確認してください",

		"a mapping to port %d of SIM %s is still being deleted by process %d": "SIM %[2]s のポート %[1]d へのマッピングを、プロセス %[3]d がまだ削除しています",
		"it goes on until the mapping is gone; look again later":              "削除できるまで続きます。しばらくしてからもう一度確認してください",
		"%s belongs to another mapping now":                                   "%s は別のポートマッピングのものになっています",
		"refresh the list and look again":                                     "一覧を更新して、もう一度確認してください",

		"the keeper needs a file for its standard output": "keeper の標準出力にはファイルが必要です",
		"the UI needs a terminal for its output":          "画面の表示には端末への出力が必要です",

		"your ~/.ssh/config is not known, since there is no home folder":    "ホームフォルダーがないため、~/.ssh/config の場所がわかりません",
		"ssh does not accept the file, which was not put in place: %s":      "生成したファイルを ssh が受け付けないため、設置しませんでした: %s",
		"please report this, with the output of: napter-connect ssh-config": "次のコマンドの出力を添えて開発者に報告してください: napter-connect ssh-config",
	}
}
