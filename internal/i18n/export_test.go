package i18n

// Names for the tests.

func JapaneseMessages() map[string]string { return japaneseMessages() }
func JapaneseParts() []map[string]string  { return japaneseParts() }
func JapaneseSystem() map[string]string   { return jaSystem() }
func JapaneseHelp() map[string]string     { return jaHelp() }
