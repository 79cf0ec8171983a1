package i18n

import (
	_ "embed" // ja.json
	"encoding/json"
	"sync"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Texts says things in one language.
type Texts struct {
	Lang Lang
	// messages are the formats of this language by their English ones.
	messages map[string]string
}

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

// Word is a text that is no format: a word beside a symbol, a label, a question.
func (t *Texts) Word(english string) string { return t.Translate(english) }

// Error is what an error says in this language.
func (t *Texts) Error(err error) string { return t.Say(message.Of(err)) }

// Hint is an error's next step in this language, or "".
func (t *Texts) Hint(err error) string { return t.Say(message.Hint(err)) }

//go:embed ja.json
var japaneseJSON []byte

// japaneseMessages are the formats of messages by their English ones. They are made
// once, when a person reads Japanese, and nobody writes to them.
var japaneseMessages = sync.OnceValue(func() map[string]string {
	var all map[string]string
	if err := json.Unmarshal(japaneseJSON, &all); err != nil {
		panic(err) // the tests read the same bytes
	}
	return all
})
