package i18n

// jaConfig are the messages of internal/config.
func jaConfig() map[string]string {
	return map[string]string{}
}
