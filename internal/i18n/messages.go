package i18n

import (
	"maps"
	"slices"
	"sync"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Translate gives the format of this language for that of a message.Text, whose
// key is its English format. It is a message.Translate.
func (t *Texts) Translate(english string) string {
	if s, ok := t.messages[english]; ok {
		return s
	}
	return english
}

// Say is a text in this language.
func (t *Texts) Say(m message.Text) string { return m.In(t.Translate) }

// Sprintf is fmt.Sprintf with arguments said in this language, and the format
// too where it is one of a message.
func (t *Texts) Sprintf(format string, args ...any) string {
	return message.New(format, args...).In(t.Translate)
}

// Error is what an error says in this language.
func (t *Texts) Error(err error) string { return t.Say(message.Of(err)) }

// Hint is an error's next step in this language, or "".
func (t *Texts) Hint(err error) string { return t.Say(message.Hint(err)) }

// japaneseMessages are the formats of messages, by their English ones. Those of
// each package stand in a file of their own.
func japaneseMessages() map[string]string {
	all := map[string]string{}
	for _, part := range japaneseParts() {
		maps.Copy(all, part)
	}
	return all
}

// sharedJapaneseMessages are made once: every text asks for its language, and the
// table takes longer than a completion has. Nobody writes to it.
var sharedJapaneseMessages = sync.OnceValue(japaneseMessages)

func japaneseParts() []map[string]string {
	return []map[string]string{
		jaShared(), jaAccess(), jaClient(), jaCommands(), jaConfig(), jaConnect(), jaHelp(), jaKeeper(),
		jaLaunch(), jaDoctor(), jaLease(), jaMyIP(), jaProfile(), jaSSH(), jaSSHConfig(), jaSystem(), jaUI(),
	}
}

// HelpTexts are the English texts of commands' help that have a translation.
func HelpTexts() []string { return slices.Collect(maps.Keys(jaHelp())) }
