package i18n

// jaConnect are the messages of internal/connect.
func jaConnect() map[string]string {
	return map[string]string{}
}
