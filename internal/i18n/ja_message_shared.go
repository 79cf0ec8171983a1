package i18n

// jaShared are the messages that several packages have.
func jaShared() map[string]string {
	return map[string]string{
		"%s or %s": "%s または %s",
	}
}
