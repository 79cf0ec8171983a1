package i18n

import "maps"

// jaHelp are the messages of the commands' help.
func jaHelp() map[string]string {
	all := map[string]string{}
	for _, part := range []map[string]string{jaHelpHeads(), jaHelpShort(), jaHelpFlags(), jaHelpLong()} {
		maps.Copy(all, part)
	}
	return all
}

func jaHelpHeads() map[string]string {
	return map[string]string{
		"Usage:":                  "使い方:",
		"Aliases:":                "別名:",
		"Examples:":               "例:",
		"Available Commands:":     "コマンド:",
		"Flags:":                  "フラグ:",
		"Global Flags:":           "共通のフラグ:",
		"Additional Commands:":    "そのほかのコマンド:",
		"Additional help topics:": "そのほかのヘルプ:",
		"help for %s":             "%s のヘルプを表示します",
		" (default ":              " (既定値: ",
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`: `各コマンドの詳しい説明: {{.CommandPath}} [command] --help`,
	}
}

// jaHelpShort are the lines of commands in lists.
func jaHelpShort() map[string]string {
	return map[string]string{
		"Reach devices behind Soracom SIMs":                            "Soracom の SIM を挿したデバイスに接続します",
		"Open a shell on a device, or run a command there":             "SSH でデバイスに接続、またはコマンドを実行します",
		"Connect stdin and stdout to a device, for ssh's ProxyCommand": "標準入出力をデバイスにつなぎます (ssh の ProxyCommand 用)",
		"Forward local ports to ports of a device":                     "このマシンのポートをデバイスのポートに転送します",
		"Show a device's web page or screen":                           "デバイスの Web ページや画面を開きます",
		"Print or install an ssh_config with every named SIM":          "名前のあるすべての SIM の ssh_config を出力または設定します",
		"List and forget the trusted host keys of devices":             "信頼済みのデバイスのホスト鍵を管理します",
		"List the trusted host keys":                                   "信頼済みのホスト鍵の一覧を表示します",
		"Print a SIM's trusted host keys":                              "SIM の信頼済みホスト鍵を出力します",
		"Forget the host keys of SIMs":                                 "SIM のホスト鍵を削除します",
		"List SIMs, or search them":                                    "SIM の一覧を表示、または検索します",
		"List, create and delete port mappings":                        "ポートマッピングの一覧表示、作成、削除をします",
		"List the port mappings of the operator":                       "オペレーターのポートマッピングの一覧を表示します",
		"Create a port mapping that stays until its time is over":      "有効時間が終わるまで残るポートマッピングを作成します",
		"Delete port mappings, whoever made them":                      "ポートマッピングを削除します (作成者は問いません)",
		"Delete port mappings that were made here and left over":       "このマシンで消し忘れたポートマッピングを削除します",
		"Say what is wrong, and what to do about it":                   "問題点と、次にすることを表示します",
		"Show Napter's audit log: who connected, or tried to":          "Napter の監査ログを表示します (だれが接続したか、試みたか)",
		"Log in, see who you are, end tokens":                          "ログイン、ユーザーの確認、トークンの無効化をします",
		"Check credentials and save them as a profile":                 "認証情報を確認して、プロファイルに保存します",
		"Log in and say who you are":                                   "ログインして、ログインしたユーザーを表示します",
		"Log out: end the tokens that this program holds":              "ログアウトします (このプログラムのトークンを無効化)",
		"End all tokens of this user, everywhere":                      "このユーザーのトークンをすべて無効化します",
		"Try any command on a built-in simulator, without an account":  "内蔵シミュレーターでコマンドを試します (アカウント不要)",
		"Run a simulated Soracom on loopback, to test scripts with":    "スクリプトを試せる Soracom のシミュレーターを起動します",
		"The background process that holds port mappings":              "ポートマッピングを管理する常駐プロセス (keeper) を扱います",
		"Show what the keeper holds, and for whom":                     "keeper が保持しているものと、使用中のコマンドを表示します",
		"Delete what the keeper holds, log out and end it":             "keeper が保持しているものを削除して、終了します",
		"Print the version":                                            "バージョンを表示します",
		"Print a completion script for a shell":                        "シェルの補完スクリプトを出力します",
		"Show the help of a command":                                   "コマンドのヘルプを表示します",
	}
}

// jaHelpFlags are the usages of flags, with the name of the value in backquotes.
func jaHelpFlags() map[string]string {
	return map[string]string{
		"the device's `PORT` to connect to (default 22)":                          "接続先のデバイスの `PORT` (既定値: 22)",
		"only entries that are no older than `TIME` (default: all that are kept)": "`TIME` 前から現在までの記録だけを表示します (既定値: 残っているすべて)",
		"the newest `COUNT` entries; 0 for all":                                   "新しい順に `COUNT` 件まで表示します (0: すべて)",
		"only entries of this `TYPE`, such as DENIED; repeatable":                 "種類が `TYPE` (DENIED など) の記録だけを表示します (繰り返し可)",
		// Of every command.
		"use the credentials of the profile `NAME` (default \"default\")":         "プロファイル `NAME` の認証情報を使います (既定値: \"default\")",
		"`TYPE` of coverage: jp (Japan) or g (global); default: the profile's":    "カバレッジ `TYPE`: jp (日本)、g (グローバル) (既定値: プロファイルの設定)",
		"read `FILE` instead of the usual config.yaml":                            "いつもの config.yaml の代わりに `FILE` を読み込みます",
		"MFA `CODE` for a password login":                                         "パスワードでログインするときの MFA 認証コード `CODE`",
		"`LANGUAGE` of messages: en or ja (default: LC_ALL, LC_MESSAGES or LANG)": "表示言語 `LANGUAGE`: en または ja (既定値: LC_ALL、LC_MESSAGES、LANG)",
		"say more about what is done":                                             "実行内容を詳しく表示します",
		"say nothing but errors":                                                  "エラー以外は表示しません",
		"print how long each step took":                                           "各段階にかかった時間を表示します",
		"ask line by line instead of on a full screen, for screen readers":        "全画面の代わりに 1 行ずつ質問します (スクリーンリーダー向け)",
		"print JSON": "JSON で出力します",

		// Of commands that open a port mapping.
		"longest life of the port mapping: `TIME` is up to 8h (default 8h)":          "ポートマッピングの最長の有効時間 `TIME`: 8h まで (既定値: 8h)",
		"life of the port mapping: `TIME` is up to 8h (default 8h)":                  "ポートマッピングの有効時間 `TIME`: 8h まで (既定値: 8h)",
		"who may connect: auto (your public IPv4 address) or a `CIDR`; repeatable":   "接続元: auto (グローバル IPv4 アドレス) または `CIDR` (複数指定可)",
		"reach the device over the `SERVICE` air or arc (default: what the SIM has)": "接続に使う `SERVICE`: air または arc (既定値: SIM に合わせる)",
		"leave the port mapping open when the command ends, until its time is over":  "コマンドの終了後も、有効時間が終わるまでポートマッピングを残します",
		"delete the port mapping this `TIME` after the end, for the next command":    "コマンドの終了後、`TIME` の間ポートマッピングを残します (次のコマンド用)",
		"open a new port mapping even if a fitting one exists":                       "使えるポートマッピングがあっても、新しく作成します",
		"do the work in this process, without the background keeper":                 "常駐プロセス (keeper) を使わず、このプロセスで実行します",
		"encrypt up to Soracom, for a device that speaks plain HTTP":                 "Soracom までを暗号化します (デバイスは平文の HTTP)",

		// ssh
		"the device's SSH `PORT` (default 22)":                                        "デバイスの SSH の `PORT` (既定値: 22)",
		"user `NAME` on the device":                                                   "デバイスのユーザー名 `NAME`",
		"private key `FILE`; repeatable":                                              "秘密鍵の `FILE` (複数指定可)",
		"read the ssh_config `FILE` instead of yours; the word none reads no file":    "いつもの ssh_config の代わりに `FILE` を読み込みます (none なら読みません)",
		"ssh_config `OPTION`, such as StrictHostKeyChecking=accept-new; repeatable":   "ssh_config の `OPTION` (例: StrictHostKeyChecking=accept-new、複数指定可)",
		"let the device use your SSH agent":                                           "手元の SSH エージェントをデバイスから使えるようにします",
		"listen here and connect from the device: `SPEC` is [BIND:]PORT:HOST:PORT":    "手元で待ち受け、デバイスから接続: `SPEC` は [BIND:]PORT:HOST:PORT",
		"listen on the device and connect from here: `SPEC` is [BIND:]PORT:HOST:PORT": "デバイスで待ち受け、手元から接続: `SPEC` は [BIND:]PORT:HOST:PORT",
		"be a SOCKS proxy here that connects from the device: `SPEC` is [BIND:]PORT":  "デバイスから接続する SOCKS プロキシを手元で開始: `SPEC` は [BIND:]PORT",
		"run no command, only forward ports":                                          "コマンドを実行せず、ポート転送だけをします",
		"read nothing from stdin":                                                     "標準入力を読み込みません",
		"``request a terminal on the device; -tt does so even without one here":       "``デバイスに端末を割り当てます (-tt なら手元に端末がなくても割り当てます)",
		"show typed characters at once: `MODE` is auto (slow links), always or never": "入力した文字をすぐに表示します。`MODE` は auto (遅い回線のみ)、always、never",
		"request no terminal":                                                         "端末を割り当てません",

		// forward, open
		"encrypt between here and Soracom; local connections stay plain":         "このマシンから Soracom までを暗号化します (ローカルの接続は平文)",
		"print a line of JSON for each port that is ready":                       "準備のできたポートを 1 行ずつ JSON で出力します",
		"`SCHEME` of the device: http, https, vnc or rdp (default: by its port)": "デバイスの `SCHEME`: http、https、vnc、rdp (既定値: ポートによる)",
		"`PATH` of the page":              "ページの `PATH`",
		"print the URL and start nothing": "URL を出力するだけで、何も起動しません",

		// ssh-config, known-hosts, sims
		"keep the blocks in a file that your ~/.ssh/config includes": "~/.ssh/config から読み込まれるファイルに書き込みます",
		"remove that file and the line that includes it":             "そのファイルと、読み込みの行を削除します",
		"print known_hosts lines for OpenSSH's KnownHostsCommand":    "OpenSSH の KnownHostsCommand 用に known_hosts の行を出力します",
		"only SIMs that are online (have a session)":                 "オンラインの (セッションのある) SIM だけを表示します",

		// auth login
		"AuthKey `ID` (keyId-…)":            "認証キー `ID` (keyId-…)",
		"e-mail `ADDRESS` of the root user": "ルートユーザーのメールアドレス `ADDRESS`",
		"operator `ID` (OP…) of a SAM user": "SAM ユーザーのオペレーター `ID` (OP…)",
		"`NAME` of a SAM user":              "SAM ユーザーの名前 `NAME`",
		"replace the profile if it exists":  "同じ名前のプロファイルがあれば置き換えます",

		// simulator
		"loopback `HOST:PORT` of the API":   "API のループバックアドレス `HOST:PORT`",
		"`NUMBER` of SIMs":                  "SIM の枚数 `NUMBER`",
		"`TIME` to add to every round trip": "すべての往復に加える時間 `TIME`",
		"real service on a port of each device: `SPEC` is PORT=HOST:PORT; repeatable": "各デバイスのポートとする実サービス: `SPEC` は PORT=HOST:PORT (複数指定可)",
	}
}
