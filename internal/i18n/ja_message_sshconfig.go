package i18n

// jaSSHConfig are the messages of internal/sshconfig and internal/simcache.
func jaSSHConfig() map[string]string {
	return map[string]string{}
}
