package i18n

// jaUI are the messages of internal/tui and what is below it.
func jaUI() map[string]string {
	return map[string]string{
		"the terminal has been given back": "端末は返却済みです",
		"reading the terminal's modes: %w": "端末の設定の読み取り: %w",
		"releasing the terminal: %w":       "端末の受け渡し: %w",
		"taking the terminal back: %v":     "端末の再取得: %v",
		"internal error: %v\n%s":           "内部エラー: %v\n%s",
	}
}
