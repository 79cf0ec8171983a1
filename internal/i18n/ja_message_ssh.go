package i18n

import "maps"

// jaSSH are the messages of internal/sshclient.
func jaSSH() map[string]string {
	all := map[string]string{}
	for _, part := range []map[string]string{
		jaSSHQuestions(), jaSSHSession(), jaSSHConnecting(), jaSSHLogin(), jaSSHKeys(), jaSSHHostKeys(), jaSSHSettings(), jaSSHForwards(),
	} {
		maps.Copy(all, part)
	}
	return all
}

// jaSSHQuestions are what is asked and shown before the session.
func jaSSHQuestions() map[string]string {
	return map[string]string{
		"%s's password: ":                      "%s のパスワード: ",
		"Enter passphrase for key '%s': ":      "鍵 '%s' のパスフレーズを入力してください: ",
		"Permission denied, please try again.": "認証に失敗しました。もう一度入力してください。",
		"Bad passphrase, try again.":           "パスフレーズが違います。もう一度入力してください。",
		"The authenticity of %s (%s) can't be established.\n%s key fingerprint is %s.": "%s (%s) が本物のデバイスかどうか、まだ確認できていません。\n" +
			"%s 鍵のフィンガープリントは %s です。",
		"Are you sure you want to continue connecting (yes/no/[fingerprint])? ": "この鍵を信頼して接続を続けますか (yes/no/[フィンガープリント])? ",
		"Please type 'yes', 'no' or the fingerprint: ":                          "'yes' か 'no'、またはフィンガープリントを入力してください: ",
		"warning: %s": "警告: %s",
		"warning: %s can't be read and is left out":        "警告: %s の行は読み取れないので無視します",
		"warning: %d damaged lines of %s were moved to %s": "警告: %[2]s の壊れている %[1]d 行を %[3]s に移しました",
	}
}

// jaSSHSession are about a session that runs, or should.
func jaSSHSession() map[string]string {
	return map[string]string{
		"Escapes, only at the start of a line:":           "エスケープ (行頭でのみ有効):",
		"end the session":                                 "セッションを終了",
		"send a BREAK":                                    "BREAK を送信",
		"show the mapping, its expiry and the round trip": "ポートマッピングと有効期限、往復時間を表示",
		"suspend this program":                            "このプログラムを一時停止",
		"show this":                                       "この一覧を表示",
		"send a ~":                                        "~ を 1 文字送信",
		"nothing is known about this connection":          "この接続の情報はありません",

		"opening a session: %w":                                 "セッションの開始: %w",
		"starting a shell on the device":                        "デバイスでのシェルの起動",
		"starting the command on the device":                    "デバイスでのコマンドの起動",
		"putting the terminal in raw mode: %w":                  "端末の raw モードへの切り替え: %w",
		"writing the output: %w":                                "出力の書き込み: %w",
		"internal error: %v":                                    "内部エラー: %v",
		"the session is over":                                   "セッションは終了しています",
		"the session was ended by an escape (~.)":               "エスケープ (~.) でセッションを終了しました",
		"the remote command was ended by signal %s":             "デバイスのコマンドがシグナル %s で終了しました",
		"the remote command was ended by signal %s (%s)":        "デバイスのコマンドがシグナル %s で終了しました (%s)",
		"the device ended the session without an exit status":   "デバイスが終了ステータスを返さずにセッションを終えました",
		"the connection was lost":                               "接続が切れました",
		"the connection was lost: %s":                           "接続が切れました: %s",
		"it was closed from the other side":                     "相手側が切断しました",
		"it was closed on this side":                            "こちら側で切断しました",
		"no answer from the device for %v":                      "デバイスから %v 応答がありません",
		"the device changed its host key within the connection": "接続の途中でデバイスのホスト鍵が変わりました",
		"the device may have lost its network or power, or the port mapping has expired; connect again": "デバイスの通信や電源が切れたか、" +
			"ポートマッピングの有効期限が切れた可能性があります。もう一度接続してください",
	}
}

// jaSSHConnecting are about the way to the device and the key exchange.
func jaSSHConnecting() map[string]string {
	return map[string]string{
		"waiting for the SSH banner": "SSH バナーの受信待ち",
		"exchanging keys":            "鍵交換",
		"authenticating":             "認証",
		"timed out":                  "タイムアウトしました",

		"connecting to %s: %w":                   "%s への接続: %w",
		"%s: no answer within %s while %s":       "%[1]s: %[3]sの段階で %[2]s 以内に応答がありませんでした",
		"%s: the connection was closed while %s": "%s: %sの段階で接続を切られました",
		"%s does not speak SSH on this port: it sent \"%s\"": "%s のこのポートは SSH ではありません。" +
			"応答は「%s」でした",
		"check that an SSH server runs on the device, and its port (-p)": "デバイスで SSH サーバーが動いていることと、そのポート (-p) を確認してください",
		"something accepts connections but does not speak SSH: check the port (-p), and whether the device is overloaded or has just lost its link": "接続は受け付けられましたが、" +
			"SSH の応答がありません。ポート (-p) を確認し、デバイスの過負荷や通信断がないか確認してください",
		"check that the device is online and its signal; a slow link may need a longer connect timeout (-o ConnectTimeout=60)": "デバイスがオンラインかどうかと電波状態を確認してください。" +
			"回線が遅い場合は接続のタイムアウトを延ばしてください (-o ConnectTimeout=60)",
		"check that an SSH server runs on that port of the device (-p); a server that is overloaded or has banned this address closes like this too": "デバイスのそのポート (-p) で SSH サーバーが動いていることを確認してください。" +
			"サーバーが過負荷のときや、この IP アドレスを拒否しているときも切断されます",
		"the device may allow fewer attempts: name one key with -i KEY -o IdentitiesOnly=yes": "デバイスが許可する試行回数が少ない可能性があります。" +
			"-i KEY -o IdentitiesOnly=yes で鍵を 1 つだけ指定してください",
		"the link may have dropped: try again": "回線が切れた可能性があります。もう一度試してください",
		"this is a web server: open it with napter-connect open, or name the SSH port with -p": "これは Web サーバーです。" +
			"napter-connect open で開くか、-p で SSH のポートを指定してください",
		"name the port of the device's SSH server with -p": "-p でデバイスの SSH サーバーのポートを指定してください",

		"%s and this program have no %s algorithm in common: the device offers %s": "%s とこのプログラムに共通する%sアルゴリズムがありません。" +
			"デバイスが対応しているのは %s です",
		"key exchange":                 "鍵交換",
		"host key":                     "ホスト鍵",
		"client to server cipher":      "送信時の暗号",
		"server to client cipher":      "受信時の暗号",
		"client to server MAC":         "送信時のメッセージ認証",
		"server to client MAC":         "受信時のメッセージ認証",
		"client to server compression": "送信時の圧縮",
		"server to client compression": "受信時の圧縮",
		"update the device's SSH server, or use your own ssh with ProxyCommand napter-connect proxy %%h %%p": "デバイスの SSH サーバーを更新するか、" +
			"お使いの ssh に ProxyCommand napter-connect proxy %%h %%p を指定して接続してください",
		"the device is old: update it, or allow its algorithms for this SIM alone in config.yaml with legacy: [%s]": "デバイスが古いため、更新するか、" +
			"config.yaml でこの SIM だけに legacy: [%s] を指定して古いアルゴリズムを許可してください",
		"legacy: %q is not an algorithm that can be allowed": "legacy: %q は許可できるアルゴリズムではありません",
		"known names: %s": "指定できる名前: %s",
	}
}

// jaSSHLogin are about who may log in.
func jaSSHLogin() map[string]string {
	return map[string]string{
		"logging in to %s: %w":                            "%s へのログイン: %w",
		"too many questions":                              "質問が多すぎます",
		"%s@%s: permission denied (the device allows %s)": "%s@%s: 認証に失敗しました (デバイスが許可する方式: %s)",
		"%s@%s: permission denied (the device allows %s; it refused %d of our keys)": "%s@%s: 認証に失敗しました (デバイスが許可する方式: %s、拒否された鍵: %d 個)",
		"%s@%s: the device hung up after %d keys: too many authentication failures": "%s@%s: 鍵を %d 個試したところで、" +
			"認証の失敗が多すぎるとしてデバイスに切断されました",
		"name the one key that the device knows: -i KEY -o IdentitiesOnly=yes": "デバイスに登録した鍵を 1 つだけ指定してください: -i KEY -o IdentitiesOnly=yes",
		"run it on a terminal to type the password, or give a key that the device knows with -i": "端末で実行してパスワードを入力するか、" +
			"デバイスに登録した鍵を -i で指定してください",
		"check the user name (user@SIM or -l) and the password": "ユーザー名 (user@SIM または -l) とパスワードを確認してください",
		"give a key that the device knows with -i, or start an SSH agent that holds one": "デバイスに登録した鍵を -i で指定するか、" +
			"その鍵を持つ SSH エージェントを起動してください",
		"check the user name (user@SIM or -l), or give a key that the device knows with -i": "ユーザー名 (user@SIM または -l) を確認するか、" +
			"デバイスに登録した鍵を -i で指定してください",
	}
}

// jaSSHKeys are about the person's keys.
func jaSSHKeys() map[string]string {
	return map[string]string{
		"agent key %s":   "エージェントの鍵 %s",
		"certificate %s": "証明書 %s",
		"certificate %s: its private key is neither in the agent nor in a file": "証明書 %s: 対応する秘密鍵がエージェントにもファイルにもありません",
		"connecting to the SSH agent: %w":                                       "SSH エージェントへの接続: %w",
		"listing the SSH agent's keys: %w":                                      "SSH エージェントの鍵の一覧: %w",
		"%s: the device takes RSA keys only with SHA-1: use an Ed25519 or ECDSA key, or allow it for this SIM in config.yaml with legacy: [ssh-rsa]": "%s: デバイスは SHA-1 の RSA 鍵しか受け付けません。" +
			"Ed25519 か ECDSA の鍵を使うか、config.yaml でこの SIM に legacy: [ssh-rsa] を指定して許可してください",
		"%s is a FIDO key, which works only through an SSH agent: add it with ssh-add, or use your own ssh with ProxyCommand napter-connect proxy %%h %%p": "%s は FIDO の鍵で、SSH エージェント経由でしか使えません。" +
			"ssh-add で追加するか、お使いの ssh に ProxyCommand napter-connect proxy %%h %%p を指定して接続してください",
		"%s: is encrypted, and nobody can be asked for its passphrase: add it to the agent with ssh-add": "%s: 暗号化されていますが、パスフレーズの入力を求められません。" +
			"ssh-add でエージェントに追加してください",
		"%s: only the public half, and the private one is not in the agent": "%s: 公開鍵だけで、秘密鍵がエージェントにありません",
		"%s: not used, because others can read it (mode %04o)":              "%s: ほかのユーザーが読めるため使いません (モード %04o)",
		"%s: not a private key that can be read: %w":                        "%s: 秘密鍵として読み取れません: %w",
		"%s: not a user certificate":                                        "%s: ユーザー証明書ではありません",
		"%s: is a folder":                                                   "%s: フォルダーです",
		"%s: too large to be a key":                                         "%s: 鍵にしては大きすぎます",
		"reading the key: %w":                                               "鍵の読み取り: %w",
		"opening the key: %w":                                               "鍵の復号: %w",
		"not opened: no right passphrase was given":                         "正しいパスフレーズが入力されなかったため使えません",
		"%s: %s is not allowed for this key":                                "%s: この鍵では %s を使えません",
		"the key can't sign with a named algorithm":                         "この鍵は署名アルゴリズムを指定して使えません",
	}
}

// jaSSHHostKeys are about the device's keys.
func jaSSHHostKeys() map[string]string {
	return map[string]string{
		"%s: the host key was not accepted":                              "%s: ホスト鍵が承認されませんでした",
		"%s: its known host key at %s can't be read":                     "%s: 信頼済みのホスト鍵 (%s) を読み取れません",
		"%s: its host key %s is not known":                               "%s: ホスト鍵 %s はまだ信頼されていません",
		"%s: its host key %s is revoked by %s:%d":                        "%s: ホスト鍵 %s は %s:%d で失効しています",
		"%s: the host certificate is not valid: %w":                      "%s: ホスト証明書が有効ではありません: %w",
		"%s: asking about the host key: %w":                              "%s: ホスト鍵の確認: %w",
		"%s: a line that revokes a key can't be read":                    "%s: 鍵を失効させる行を読み取れません",
		"%s: the host key has changed: %s is known, the device shows %s": "%s: ホスト鍵が変わりました (信頼済みの鍵は %s、デバイスの鍵は %s)",
		"%s; the IMEI changed too (%s, now %s): this SIM seems to be in another device": "%s。IMEI も変わっています (%s から %s)。" +
			"この SIM は別のデバイスに挿入されているようです",
		"%s; the IMEI is the same: the device was reinstalled, or somebody intercepts the connection": "%s。IMEI は同じなので、" +
			"デバイスが再インストールされたか、通信が傍受されている可能性があります",
		"%s: the device was replaced or reinstalled, or somebody intercepts the connection": "%s。" +
			"デバイスが交換または再インストールされたか、通信が傍受されている可能性があります",
		"compare the fingerprint with that of the device: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub": "デバイスでの表示とフィンガープリントを比べてください: " +
			"ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
		"repair that line, or start anew: napter-connect known-hosts forget %s": "その行を直すか、削除してやり直してください: napter-connect known-hosts forget %s",
		"connect once with -o StrictHostKeyChecking=ask":                        "一度 -o StrictHostKeyChecking=ask を付けて接続してください",
		"connect once on a terminal to confirm it, or pass -o StrictHostKeyChecking=accept-new": "一度端末から接続して確認するか、" +
			"-o StrictHostKeyChecking=accept-new を付けてください",
		"if you know why it changed: napter-connect known-hosts forget %s":  "変わった理由が分かっている場合は実行してください: napter-connect known-hosts forget %s",
		"if you know why it changed: ssh-keygen -R '%s' -f '%s'":            "変わった理由が分かっている場合は実行してください: ssh-keygen -R '%s' -f '%s'",
		"the device needs a new host key: do not connect until it has one":  "デバイスのホスト鍵を作り直す必要があります。それまで接続しないでください",
		"repair or remove that line: until then no host key can be trusted": "その行を直すか削除してください。それまではどのホスト鍵も信頼できません",
		"the host key alias %q can't be used as a name in known_hosts":      "ホスト鍵の別名 %q は known_hosts の名前に使えません",
		"reading the known host keys: %w":                                   "信頼済みホスト鍵の読み取り: %w",
		"forgetting host keys: %w":                                          "ホスト鍵の削除: %w",
		"setting damaged lines aside: %w":                                   "壊れている行の退避: %w",
		"remembering the host key of %s: %w":                                "%s のホスト鍵の保存: %w",
		"remembering the host key of %s: no known_hosts file is configured": "%s のホスト鍵の保存: known_hosts ファイルが設定されていません",
	}
}

// jaSSHSettings are about ssh_config and the options that stand for it.
func jaSSHSettings() map[string]string {
	return map[string]string{
		"reading ssh_config: %w": "ssh_config の読み取り: %w",
		"correct the options after -o and -F, or your ssh_config; ssh -G %s reads them too": "-o と -F の指定、または ssh_config を" +
			"修正してください。ssh -G %s でも同じ内容を確認できます",
		"reading ssh_config: Port: %q is not a port":   "ssh_config の読み取り: Port: %q はポート番号ではありません",
		"the name %q can't be looked up in ssh_config": "名前 %q は ssh_config で検索できません",
		"StrictHostKeyChecking: %q is none of ask, accept-new, yes and no": "StrictHostKeyChecking: %q は指定できません。" +
			"ask、accept-new、yes、no のどれかにしてください",
		"-o %q: not in the form Option=value": "-o %q: Option=value の形で指定してください",
		"%s -G: %w":                           "%s -G の実行: %w",
		"%s -G: no answer within %s: %w":      "%s -G の実行: %s 以内に応答がありませんでした: %w",
		"ssh says: %s":                        "ssh のメッセージ: %s",
		"no usable ssh program":               "使える ssh がありません",
		"too many nested Include":             "Include の入れ子が深すぎます",
		"including %s: %w":                    "%s の Include: %w",
		"it ends with %%":                     "末尾が %% です",
		"%%%c is not known here":              "%%%c はここでは使えません",
		"the variable %s is not set":          "環境変数 %s が設定されていません",
	}
}

// jaSSHForwards are about -L, -R and -D.
func jaSSHForwards() map[string]string {
	return map[string]string{
		"-%c %s: it should be [bind:]port:host:hostport": "-%c %s: [bind:]port:host:hostport の形で指定してください",
		"write 8080:localhost:80, for example":           "たとえば 8080:localhost:80 のように指定してください",
		"write 1080, for example":                        "たとえば 1080 のように指定してください",
		"-D %s: it should be [bind:]port":                "-D %s: [bind:]port の形で指定してください",
		"forwarding from %s: %w":                         "%s からの転送: %w",
		"forwarding from %s on the device: %w":           "デバイスの %s からの転送: %w",
		"forwarding to %s: %w":                           "%s への転送: %w",
		"forwarding: there is no kind %q":                "転送: 種類 %q はありません",
		"SOCKS request: %w":                              "SOCKS の要求: %w",
		"SOCKS answer: %w":                               "SOCKS の応答: %w",
		"version %d is not known, only %d":               "バージョン %d には対応していません (対応しているのは %d だけです)",
		"the client insists on a password":               "クライアントがパスワード認証しか受け付けません",
		"command %d is not supported":                    "コマンド %d には対応していません",
		"address type %d is not supported":               "アドレス種別 %d には対応していません",
	}
}
