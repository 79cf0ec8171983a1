package i18n

// jaUI are the messages of internal/tui.
func jaUI() map[string]string {
	return map[string]string{}
}
