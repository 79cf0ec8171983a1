package i18n

// jaMyIP are the messages of internal/myip.
func jaMyIP() map[string]string {
	return map[string]string{}
}
