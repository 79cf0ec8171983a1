package i18n

// jaCommands are the messages of the commands, but for their help.
func jaCommands() map[string]string {
	return map[string]string{}
}
