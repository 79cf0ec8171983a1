package backend

import (
	"testing"

	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// What a login asks in the UI comes in the person's language, the device's own
// words as they are.
func TestUIAsksInJapanese(t *testing.T) {
	backend := New(Options{Connector: connect.Connector{Texts: i18n.For(i18n.Japanese)}})
	asking := &connection{backend: backend, events: make(chan tui.JobEvent, 1)}
	go func() {
		q := asking.Next().(tui.Question)
		if want := "認証に失敗しました。もう一度入力してください。\nWelcome\n"; q.Text != want || q.Prompt != "pi@gw のパスワード: " || !q.Secret {
			t.Errorf("%+v", q)
		}
		q.Answer("pw", true)
	}()
	p := &prompter{of: asking}
	p.Show(message.New("Permission denied, please try again."))
	p.Show(message.Verbatim("Welcome"))
	if answer, err := p.Secret(t.Context(), message.New("%s's password: ", "pi@gw")); answer != "pw" || err != nil {
		t.Errorf("%q, %v", answer, err)
	}
}
