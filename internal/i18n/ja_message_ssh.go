package i18n

// jaSSH are the messages of internal/sshclient.
func jaSSH() map[string]string {
	return map[string]string{}
}
