package i18n

// jaSSHConfig are the messages of internal/sshconfig and internal/simcache.
func jaSSHConfig() map[string]string {
	return map[string]string{
		"%q can't be written into an ssh_config":           "%q は ssh_config に書き込めません",
		"move it to a path of usual characters":            "記号や制御文字を含まないパスに移動してください",
		"the file %q can't be written into an ssh_config":  "ファイル %q は ssh_config に書き込めません",
		"set XDG_STATE_HOME to a path of usual characters": "環境変数 XDG_STATE_HOME に、記号や制御文字を含まないパスを設定してください",

		"reading your ssh configuration: %w":         "SSH 設定ファイルの読み込み: %w",
		"reading the Host blocks: %w":                "Host ブロックを読めません: %w",
		"changing your ssh configuration: %w":        "SSH 設定ファイルの変更: %w",
		"%s is a link to a file that does not exist": "%s は存在しないファイルへのリンクです",
		"%s is no regular file":                      "%s は通常のファイルではありません",
		"%s is read-only":                            "%s は読み取り専用です",
		"add this line at its top yourself: %s":      "次の行をファイルの先頭に追加してください: %s",
		"remove this line yourself: %s":              "次の行を削除してください: %s",

		"reading the list of SIMs: %w":         "SIM 一覧の読み込み: %w",
		"remembering the list of SIMs: %w":     "SIM 一覧の保存: %w",
		"remembering SIMs: %w":                 "SIM の保存: %w",
		"reading the remembered operators: %w": "保存済みオペレーターの読み込み: %w",
		"remembering the operator: %w":         "オペレーターの保存: %w",
	}
}
