package i18n

// jaProfile are the messages of internal/profile.
func jaProfile() map[string]string {
	return map[string]string{}
}
