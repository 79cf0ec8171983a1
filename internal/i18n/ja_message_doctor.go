package i18n

// jaDoctor are the findings of doctor.
func jaDoctor() map[string]string {
	return map[string]string{
		"%d of %d checks failed": "%[2]d 項目のうち %[1]d 項目に問題があります",
		"it needs a profile":     "プロファイルが必要です",
		"it needs a login":       "ログインが必要です",

		"napter-connect %s, %s/%s":                      "napter-connect %s、%s/%s",
		"state in %s, cache in %s, configuration in %s": "状態は %s、キャッシュは %s、設定は %s",
		"make the folder writable, or set XDG_STATE_HOME and XDG_CACHE_HOME to folders that are": "フォルダーを書き込めるようにするか、XDG_STATE_HOME と XDG_CACHE_HOME に書き込めるフォルダーを指定してください",

		"port mappings made here: %d in use, %d kept, %d left over":                                   "ここで作成したポートマッピング: 使用中 %d、保持 %d、消し忘れ %d",
		"commands delete what is left over beside their work; at once: napter-connect mappings prune": "消し忘れは、次に実行するコマンドが削除します。すぐに削除する場合: napter-connect mappings prune",

		"%s -V: %w": "%s -V を実行できません: %w",
		"there is no ssh program: the built-in client works, and reads ssh_config without Match": "ssh プログラムがありません。内蔵クライアントは使えます (ssh_config の Match は読みません)",
		"install the OpenSSH client to use ssh, scp, rsync or git by way of ssh-config":          "ssh-config で ssh、scp、rsync、git を使うには、OpenSSH クライアントをインストールしてください",
		"none (SSH_AUTH_SOCK is not set): keys come from files":                                  "なし (SSH_AUTH_SOCK が未設定)。鍵はファイルから読みます",
		"not used": "使っていません",
		"ssh knows no SIM by its name; napter-connect ssh-config --write tells it":                               "ssh には SIM の名前が登録されていません (登録する場合: napter-connect ssh-config --write)",
		"your ~/.ssh/config includes SIMs, but not by way of this program: it was moved, or there are two of it": "~/.ssh/config に SIM が登録されていますが、このプログラムを使う設定ではありません (プログラムを移動したか、2 つあります)",
		"write the blocks again: napter-connect ssh-config --write":                                              "設定を書き直してください: napter-connect ssh-config --write",
		"ssh, scp, rsync and git know SIMs by their names":                                                       "ssh、scp、rsync、git から SIM の名前で接続できます",
		"start the agent again, or unset SSH_AUTH_SOCK":                                                          "エージェントを起動し直すか、SSH_AUTH_SOCK の設定を取り消してください",
		"keys in the SSH agent: %d":                                                                              "SSH エージェントの鍵: %d 個",
		"trusted host keys of devices: %d":                                                                       "信頼済みのデバイスのホスト鍵: %d 個",

		"not used: each command works for itself":                           "使いません。各コマンドが自分で処理します",
		"each command works for itself meanwhile; --no-keeper does not try": "それまでは各コマンドが自分で処理します。--no-keeper を指定すると起動を試みません",
		"it is of version %s, process %d":                                   "別のバージョン %s です (プロセス %d)",
		"it ends by itself; at once: napter-connect keeper stop":            "しばらくすると自動で終了します。すぐに終了する場合: napter-connect keeper stop",
		"process %d, %d in use":                                             "プロセス %d、使用中 %d",
		"%s, coverage %s, %s":                                               "%s、カバレッジ %s、%s",
		"none":                                                              "なし",
		"the API is called through %s; connections to devices do not go through it":           "API には %s を経由しますが、デバイスへの接続は経由しません",
		"this network has to let out TCP to any port: Napter gives each port mapping its own": "Napter のポート番号はポートマッピングごとに違います。このネットワークから任意のポートへの TCP 接続が必要です",

		"%s, as %s say":   "%s (%s の回答)",
		"root user of %s": "%s のルートユーザー",
		"%s; creating and deleting are not tried":                                                                   "%s (作成と削除は試していません)",
		"this user may not use %s":                                                                                  "このユーザーには %s の権限がありません",
		"have an administrator add what is missing; then: napter-connect auth logout":                               "足りない権限を管理者に追加してもらい、napter-connect auth logout を実行してください",
		"name SIMs by their SIM ID, or have an administrator add what is missing; then: napter-connect auth logout": "SIM は SIM ID で指定するか、足りない権限を管理者に追加してもらい、napter-connect auth logout を実行してください",
		"the API does not tell the time":                                                                            "API から時刻がわかりません",
		"as the API's, within %s":                                                                                   "API の時刻と %s 以内で一致しています",
		"this machine's clock and the API's differ by %s":                                                           "このマシンの時計と API の時刻が %s ずれています",
		"let the system set the clock by the network (NTP)":                                                         "ネットワーク (NTP) で時計を合わせるように設定してください",
		"this user may not look at SIM %s, so that its state is not known":                                          "このユーザーは SIM %s の情報を取得できないため、状態がわかりません",
		"%s (%s): it is offline":                                                                                    "%s (%s): オフライン",
		"%s (%s): online since %s":                                                                                  "%s (%s): %s からオンライン",
		"%s leads to port %d, where %q answers":                                                                     "%s からデバイスのポート %d につながり、%q の応答がありました",
		"%s leads to port %d, where something takes connections and waits to be spoken to":                          "%s からデバイスのポート %d につながりました。相手はこちらの送信を待っています",
		"an SSH server would have spoken: check what runs on that port":                                             "SSH サーバーなら応答するはずです。そのポートで動いているものを確認してください",
	}
}
