package connect

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
)

// terminal records what is written to it.
type terminal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *terminal) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s did not come", what)
}

func TestPrinterShowsSlowStepsOnly(t *testing.T) {
	var out terminal
	p := NewPrinter(&out, time.Hour, i18n.For(i18n.English))
	p.Event(access.Event{Step: access.StepLogin})
	p.Event(access.Event{Step: access.StepLogin, Done: true})
	p.Stop()
	if got := out.String(); got != "" {
		t.Errorf("a quick step wrote %q", got)
	}

	p = NewPrinter(&out, time.Millisecond, i18n.For(i18n.English))
	p.Event(access.Event{Step: access.StepLogin})
	p.Event(access.Event{Step: access.StepAddress})
	eventually(t, "the line", func() bool { return strings.Contains(out.String(), "logging in, looking up the public address ...") })
	p.Event(access.Event{Step: access.StepLogin, Done: true})
	p.Event(access.Event{Step: access.StepAddress, Done: true})
	if got := out.String(); !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("the line was not wiped: %q", got)
	}
	before := out.String()
	p.Stop()
	p.Stop()
	p.Event(access.Event{Step: access.StepDelete})
	if out.String() != before {
		t.Errorf("written after Stop: %q", out.String()[len(before):])
	}
}

type answers struct{ during func() }

func (a answers) Line(context.Context, message.Text) (string, error) { a.during(); return "yes", nil }
func (a answers) Secret(context.Context, message.Text) (string, error) {
	a.during()
	return "secret", nil
}
func (a answers) Show(message.Text) { a.during() }

func TestPrinterIsSilentDuringPrompts(t *testing.T) {
	var out terminal
	p := NewPrinter(&out, time.Nanosecond, i18n.For(i18n.English))
	defer p.Stop()
	p.Event(access.Event{Step: access.StepSSH})
	eventually(t, "the line", func() bool { return strings.Contains(out.String(), "logging in to the device") })
	asked := 0
	prompter := p.Prompter(answers{func() {
		asked++
		before := out.String()
		if !strings.HasSuffix(before, "\r\x1b[K") {
			t.Errorf("the line stands while somebody is asked: %q", before)
		}
		p.Event(access.Event{Step: access.StepDial})
		p.Event(access.Event{Step: access.StepDial, Done: true})
		if out.String() != before {
			t.Error("written during a prompt")
		}
	}})
	_, _ = prompter.Line(t.Context(), message.Verbatim("?"))
	_, _ = prompter.Secret(t.Context(), message.Verbatim("?"))
	prompter.Show(message.Verbatim("banner"))
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
	if p.Prompter(nil) != nil {
		t.Error("nobody to ask became somebody")
	}
}

func TestTimings(t *testing.T) {
	var timings Timings
	both := Tee(nil, timings.Event)
	step := func(s access.Step, from, to time.Duration, detail, err string) {
		both(access.Event{Step: s, At: from})
		both(access.Event{Step: s, Done: true, At: to, Elapsed: to - from, Detail: message.Verbatim(detail), Err: message.Verbatim(err)})
	}
	step(access.StepAddress, 0, 200*time.Millisecond, "203.0.113.7", "")
	step(access.StepLogin, 0, 300*time.Millisecond, "OP0012345678", "")
	step(access.StepList, 300*time.Millisecond, 400*time.Millisecond, "", "no \x1b[31mway")
	var out strings.Builder
	if err := timings.Write(&out, message.Text.String); err != nil {
		t.Fatal(err)
	}
	want := `STEP     START   END     TOOK    RESULT
address  0 ms    200 ms  200 ms  203.0.113.7
login    0 ms    300 ms  300 ms  OP0012345678
list     300 ms  400 ms  100 ms  failed: no \x1b[31mway
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
