package i18n

// jaShared are the messages that several packages have.
func jaShared() map[string]string {
	return map[string]string{
		"SAM user %s of %s":      "SAM ユーザー %s (%s)",
		"%s or %s":               "%s または %s",
		"chmod 600 %s":           "実行してください: chmod 600 %s",
		"locking %s: %w":         "%s のロック: %w",
		"reading the answer: %w": "応答の読み取り: %w",
		"true or false":          "true または false",
		"connecting":             "接続",

		"connecting to %s: %s refused the connection": "%s への接続: %s に接続を拒否されました",
		"deleting %s: %w": "%s の削除: %w",
	}
}
