package i18n

// jaAccess are the messages of internal/access.
func jaAccess() map[string]string {
	return map[string]string{}
}
