package i18n

// jaKeeper are the messages of internal/keeper.
func jaKeeper() map[string]string {
	return map[string]string{
		"%T is not a Unix socket":            "%T は Unix ソケットではありません",
		"%w; the keeper goes on trying":      "%w。keeper が引き続き試みます",
		"a keeper is running already":        "keeper はすでに動いています",
		"a message of %d bytes is too large": "%d バイトのメッセージは大きすぎます",
		"asking who is at the other end: %w": "通信相手の確認: %w",
		"encoding a message: %w":             "メッセージの作成: %w",
		"its start took too long":            "起動に時間がかかりすぎました",
		"listening: %w":                      "ソケットの待ち受け: %w",
		"no keeper is running":               "keeper は動いていません",
		"no keeper: %s":                      "keeper を使用できません: %s",
		"opening the log: %w":                "ログファイルを開く処理: %w",
		"receiving: %w":                      "受信: %w",
		"removing an old socket: %w":         "古いソケットの削除: %w",
		"something is still being opened or deleted; the next command goes on with it": "作成中または削除中のポートマッピングが残っています。次のコマンドが続きを行います",
		"starting the keeper: %w": "keeper の起動: %w",
		"starting the keeper: it ended at once; see keeper.log in the state folder": "keeper の起動: すぐに終了しました。状態フォルダーの keeper.log を確認してください",
		"the connection was closed":                               "接続が閉じられました",
		"the keeper ended unexpectedly":                           "keeper が予期せず終了しました",
		"the keeper goes on trying":                               "keeper が引き続き試みます",
		"the keeper was told to stop":                             "keeper の停止が指示されました",
		"the keeper's answer makes no sense":                      "keeper の応答が正しくありません",
		"the process at the other end belongs to user %d, not %d": "通信相手のプロセスは、ユーザー %[2]d ではなく %[1]d のものです",
		"the request %q is incomplete":                            "リクエスト %q の内容が足りません",
		"this keeper (%s) does not know the request %.40q":        "この keeper (%s) はリクエスト %.40q に対応していません",
		"try again: that starts another one":                      "もう一度実行してください。新しい keeper が起動します",
		"try again; the log is keeper.log in the state folder":    "もう一度お試しください。ログは状態フォルダーの keeper.log にあります",
		"understanding a message: %w":                             "メッセージの解釈: %w",
		"waiting for another start: %w":                           "ほかのコマンドによる起動の待機: %w",
	}
}
