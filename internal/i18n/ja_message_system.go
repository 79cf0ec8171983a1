package i18n

// jaSystem are errors of the operating system and of Go's library, by the words
// that they have there. Linux, macOS and the BSDs mostly agree; Windows has its
// own words, in the language of the system.
func jaSystem() map[string]string {
	return map[string]string{
		"address already in use":             "アドレスはすでに使われています",
		"bad file descriptor":                "ファイル記述子が正しくありません",
		"broken pipe":                        "相手が読み取りをやめました",
		"can't assign requested address":     "そのアドレスはこのマシンにはありません",
		"cannot assign requested address":    "そのアドレスはこのマシンにはありません",
		"connection refused":                 "接続を拒否されました",
		"connection reset by peer":           "相手に接続を切られました",
		"connection timed out":               "時間内に応答がありませんでした",
		"directory not empty":                "フォルダーが空ではありません",
		"disk quota exceeded":                "ディスクの割り当てを使い切りました",
		"executable file not found in $PATH": "プログラムが PATH に見つかりません",
		"file exists":                        "すでに存在します",
		"file name too long":                 "ファイル名が長すぎます",
		"host is down":                       "ホストが動いていません",
		"input/output error":                 "入出力エラーです",
		"invalid argument":                   "引数が正しくありません",
		"is a directory":                     "フォルダーです",
		"network is down":                    "ネットワークが動いていません",
		"network is unreachable":             "ネットワークに到達できません",
		"no route to host":                   "ホストへの経路がありません",
		"no space left on device":            "ディスクに空きがありません",
		"no such file or directory":          "ファイルまたはフォルダーがありません",
		"not a directory":                    "フォルダーではありません",
		"operation not permitted":            "許可されていない操作です",
		"operation timed out":                "時間内に応答がありませんでした",
		"permission denied":                  "権限がありません",
		"read-only file system":              "読み取り専用のファイルシステムです",
		"software caused connection abort":   "このマシンで接続が中断されました",
		"too many levels of symbolic links":  "シンボリックリンクの階層が深すぎます",
		"too many open files":                "開いているファイルが多すぎます",
		"context canceled":                   "中止されました",
		"context deadline exceeded":          "時間切れです",
		"file already closed":                "すでに閉じられたファイルです",
		"file already exists":                "すでに存在します",
		"file does not exist":                "ファイルがありません",
		"i/o timeout":                        "タイムアウト",
		"no such host":                       "そのようなホストはありません",
		"server misbehaving":                 "DNS サーバーの応答が異常です",
		"unexpected EOF":                     "途中で切れました",
		"use of closed network connection":   "すでに閉じられた接続です",
	}
}
