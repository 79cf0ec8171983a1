package i18n

// jaLaunch are the messages of internal/launch.
func jaLaunch() map[string]string {
	return map[string]string{}
}
