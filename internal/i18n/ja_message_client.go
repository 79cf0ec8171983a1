package i18n

// jaClient are the messages of internal/client.
func jaClient() map[string]string {
	return map[string]string{}
}
