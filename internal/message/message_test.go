package message_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// german is a language for tests.
func german(english string) string {
	words := map[string]string{
		"no SIM is named %q":         "keine SIM heißt %q",
		"%s needs %d of %s":          "%[3]s: %[2]d braucht %[1]s",
		"finding %s: %w":             "%s suchen: %w",
		"give the SIM ID, %s":        "gib die SIM-ID, %s",
		"please":                     "bitte",
		"context canceled":           "abgebrochen",
		"context deadline exceeded":  "Zeit um",
		"%s or %s":                   "%s oder %s",
		"no answer within %s":        "keine Antwort binnen %s",
		"the API did not answer: %v": "die API schweigt: %v",
	}
	if s, ok := words[english]; ok {
		return s
	}
	return english
}

// typed is an error as packages have them.
type typed struct{ name string }

func (e *typed) Text() message.Text { return message.New("no SIM is named %q", e.name) }
func (e *typed) Error() string      { return e.Text().String() }
func (e *typed) Hint() message.Text {
	return message.New("give the SIM ID, %s", message.New("please"))
}

// transparent adds something that is no word.
type transparent struct{ error }

func (e transparent) Unwrap() error { return e.error }

func errorsToTell() map[string]error {
	return map[string]error{
		`keine SIM heißt "a"`:              &typed{"a"},
		`x suchen: keine SIM heißt "a"`:    message.Errorf("finding %s: %w", "x", &typed{"a"}),
		`x suchen: EOF`:                    message.Errorf("finding %s: %w", "x", io.EOF),
		`b: 3 braucht a`:                   message.Errorf("%s needs %d of %s", "a", 3, message.Verbatim("b")),
		`keine Antwort binnen 1m30s`:       message.Errorf("no answer within %s", 90*time.Second),
		`100% of "%s" is unknown`:          errors.New(`100% of "%s" is unknown`),
		`die API schweigt: 7% %d`:          message.Errorf("the API did not answer: %v", errors.New("7% %d")),
		`keine SIM heißt "b"`:              transparent{&typed{"b"}},
		`keine SIM heißt "c"`:              message.WithHint(&typed{"c"}, "please"),
		"keine SIM heißt \"d\"\nEOF":       errors.Join(&typed{"d"}, io.EOF),
		`outside: keine SIM heißt "e"`:     fmt.Errorf("outside: %w", &typed{"e"}),
		`a, b oder c: keine SIM heißt "f"`: message.Errorf("%s: %w", message.EitherOf([]string{"a", "b", "c"}), &typed{"f"}),
	}
}

func TestErrorsSpeakTheLanguage(t *testing.T) {
	for want, err := range errorsToTell() {
		text := message.Of(err)
		if got := text.In(german); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got := text.In(nil); got != err.Error() || text.String() != err.Error() {
			t.Errorf("in English %q and %q, want %q", got, text, err)
		}
	}
}

// A text that went to another process says the same there.
func TestTextsCrossProcesses(t *testing.T) {
	for want, err := range errorsToTell() {
		b, failed := json.Marshal(message.Of(err))
		if failed != nil {
			t.Fatal(failed)
		}
		var text message.Text
		if failed := json.Unmarshal(b, &text); failed != nil {
			t.Fatal(failed)
		}
		if text.In(german) != want || text.String() != err.Error() {
			t.Errorf("%s arrived as %q and %q, want %q and %q", b, text.In(german), text, want, err)
		}
		again, failed := json.Marshal(text)
		if failed != nil || string(again) != string(b) {
			t.Errorf("%s went on as %s (%v)", b, again, failed)
		}
	}
}

func TestWhatIsWrappedIsFound(t *testing.T) {
	err := message.WithHint(message.Errorf("finding %s: %w, %w", "x", &typed{"a"}, context.Canceled), "please")
	var e *typed
	if !errors.As(err, &e) || e.name != "a" || !errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) {
		t.Errorf("%v does not wrap what it was made of", err)
	}
	if sentinel := message.Errorf("gone"); !errors.Is(message.Errorf("reading: %w", sentinel), sentinel) || errors.Is(sentinel, message.Errorf("gone")) {
		t.Error("an error is not itself, or is another with the same words")
	}
}

// The end of a context is said in each language, whoever waited.
func TestContextErrors(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for want, err := range map[string]error{
		"abgebrochen":       ctx.Err(),
		"x suchen: Zeit um": message.Errorf("finding %s: %w", "x", context.DeadlineExceeded),
		"Get: abgebrochen":  message.Errorf("Get: %w", transparent{context.Canceled}),
		"Get abgebrochen":   fmt.Errorf("Get %w", context.Canceled),
	} {
		if got := message.Of(err); got.In(german) != want || got.String() != err.Error() {
			t.Errorf("%q, and %q, want %q", got, got.In(german), want)
		}
	}
}

func TestHint(t *testing.T) {
	for want, err := range map[string]error{
		"gib die SIM-ID, bitte": message.Errorf("finding %s: %w", "x", &typed{"a"}),
		"bitte":                 message.WithHint(&typed{"a"}, "please"),
		"":                      io.EOF,
	} {
		if got := message.Hint(err).In(german); got != want {
			t.Errorf("hint %q, want %q", got, want)
		}
	}
	if message.WithHint(nil, "please") != nil || !message.Hint(nil).IsZero() || !message.Of(nil).IsZero() {
		t.Error("something is said of no error")
	}
}

func TestJoin(t *testing.T) {
	one, two, three := message.New("please"), message.Verbatim("please"), message.New("%d%%", 5)
	for want, got := range map[string]message.Text{
		"":                        message.Join(nil, ", "),
		"bitte":                   message.Join([]message.Text{one}, "%"),
		"bitte%please%5%":         message.Join([]message.Text{one, two, three}, "%"),
		"bitte oder please":       message.Either([]message.Text{one, two}),
		"bitte, please oder 5%":   message.Either([]message.Text{one, two, three}),
		"please (a), bitte oder ": message.Either([]message.Text{message.New("%s (%s)", two, "a"), one, {}}),
	} {
		if got.In(german) != want {
			t.Errorf("%q, want %q", got.In(german), want)
		}
	}
}

func TestPlural(t *testing.T) {
	say := func(n int) message.Text { return message.Plural(n, "%d line of %s", "%d lines of %s", n, "file") }
	for n, want := range map[int]string{0: "0 lines of file", 1: "1 line of file", 2: "2 lines of file"} {
		if got := say(n).String(); got != want {
			t.Errorf("%d: %q", n, got)
		}
		wire, err := json.Marshal(say(n))
		var back message.Text
		if err == nil {
			err = json.Unmarshal(wire, &back)
		}
		japanese := func(english string) string {
			return map[string]string{"%d line of %s": "%[2]s の %[1]d 行", "%d lines of %s": "%[2]s の %[1]d 行"}[english]
		}
		if got, want := back.In(japanese), fmt.Sprintf("file の %d 行", n); err != nil || got != want {
			t.Errorf("%d: %q, %v", n, got, err)
		}
	}
}
