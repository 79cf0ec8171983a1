package i18n

// jaLease are the messages of internal/lease.
func jaLease() map[string]string {
	return map[string]string{}
}
