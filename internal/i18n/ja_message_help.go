package i18n

// jaHelp are the messages of the commands' help.
func jaHelp() map[string]string {
	return map[string]string{}
}
