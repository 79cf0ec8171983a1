package i18n

// jaKeeper are the messages of internal/keeper.
func jaKeeper() map[string]string {
	return map[string]string{}
}
