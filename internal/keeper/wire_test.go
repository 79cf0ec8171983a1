package keeper

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
)

func pipe(t *testing.T) (a, b *wire) {
	t.Helper()
	x, y := net.Pipe()
	a, b = newWire(x), newWire(y)
	t.Cleanup(a.close)
	t.Cleanup(b.close)
	return a, b
}

// Messages of several goroutines arrive whole.
func TestMessagesArriveWhole(t *testing.T) {
	a, b := pipe(t)
	const each = 50
	commands := []string{strings.Repeat("x", 5000), "two\nlines", ""}
	var wg sync.WaitGroup
	for _, c := range commands {
		wg.Go(func() {
			for range each {
				if err := a.write(request{Op: opOpen, Command: c}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	got := map[string]int{}
	for range each * len(commands) {
		var r request
		if err := b.read(&r); err != nil || r.Op != opOpen {
			t.Fatalf("%+v, %v", r, err)
		}
		got[r.Command]++
	}
	wg.Wait()
	for _, c := range commands {
		if got[c] != each {
			t.Errorf("%.10q arrived %d times", c, got[c])
		}
	}
}

func TestMessagesAreBounded(t *testing.T) {
	a, b := pipe(t)
	if err := a.write(request{Command: strings.Repeat("x", maxMessage)}); err == nil {
		t.Error("one that is too large was sent")
	}
	go func() { _, _ = a.conn.Write([]byte(strings.Repeat("x", 2*maxMessage))) }()
	var r request
	if err := b.read(&r); err == nil || errors.Is(err, errClosed) {
		t.Errorf("one that is too large was read: %v", err)
	}
}

func TestReadingFromWhoHasGone(t *testing.T) {
	a, b := pipe(t)
	go func() {
		_, _ = a.conn.Write([]byte(`{"op":"open"`)) // half a message
		a.close()
	}()
	var r request
	if err := b.read(&r); err == nil {
		t.Errorf("half a message is %+v", r)
	}
	if err := b.read(&r); !errors.Is(err, errClosed) {
		t.Errorf("%v", err)
	}
}

// What commands tell apart survives the way from the keeper.
func TestErrorsCrossTheSocket(t *testing.T) {
	a, b := pipe(t)
	send := func(err error) error {
		t.Helper()
		go func() { _ = a.write(response{Err: encodeError(err)}) }()
		var got response
		if err := b.read(&got); err != nil {
			t.Fatal(err)
		}
		return got.Err.decode()
	}
	if err := send(message.WithHint(errors.New("it failed"), "do this")); err.Error() != "it failed" || message.Hint(err).String() != "do this" {
		t.Errorf("%v, hint %q", err, message.Hint(err).String())
	}
	var several *access.AmbiguousError
	sent := &access.AmbiguousError{Target: "twin", SIMs: []access.SIM{{ID: "1"}, {ID: "2"}}}
	if err := send(sent); !errors.As(err, &several) || len(several.SIMs) != 2 || several.Target != "twin" {
		t.Errorf("%#v", err)
	}
	if err := send(nil); err != nil {
		t.Error(err)
	}
}

// A command says what failed in the keeper in a language of its own.
func TestErrorsCrossTheSocketInJapanese(t *testing.T) {
	now := time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)
	slow := message.Errorf("reading SIM %s: %w", "8981100000000000001", context.DeadlineExceeded)
	for _, c := range []struct {
		err               error
		cause, hint, says string
	}{
		{
			err: &access.UnreachableError{
				SIM: access.SIM{ID: "8981100000000000001", Name: "gateway-001", SeenAt: now.Add(-50 * time.Hour)}, Now: now,
			},
			says:  `SIM "gateway-001" (8981100000000000001) is offline since 2026-01-08 10:00 (2 days ago)`,
			cause: `SIM "gateway-001" (8981100000000000001) に接続できません: 2026-01-08 10:00 からオフライン (2 日前)`,
			hint:  "デバイスの電源と電波を確認してください。オンラインに戻ったかどうかは napter-connect sims でわかります",
		},
		{
			err:   &access.NotFoundError{Target: "gatway", Near: []string{"gateway-001", "gateway-002"}},
			says:  `no SIM is named "gatway"`,
			cause: `"gatway" という名前の SIM はありません`,
			hint: `もしかして: "gateway-001" または "gateway-002"。` +
				"このアカウントとカバレッジの SIM は napter-connect sims で確認してください",
		},
		{
			err:   &lease.LostError{Err: errClosed},
			says:  "creating the port mapping: the connection was closed (it may be open; it is being looked for)",
			cause: "ポートマッピングの作成: 接続が閉じられました (作成された可能性があるため、確認しています)",
			hint:  "消し忘れは napter-connect mappings prune で削除してください",
		},
		{
			err:   errors.Join(errStopped, message.Errorf("%w; the keeper keeps retrying", errClosed)),
			says:  "the keeper was told to stop\nthe connection was closed; the keeper keeps retrying",
			cause: "keeper の停止が指示されました\n接続が閉じられました。keeper が引き続き試みます",
			hint:  "もう一度実行してください。新しい keeper が起動します",
		},
		{
			err:   slow,
			says:  "reading SIM 8981100000000000001: context deadline exceeded",
			cause: "SIM 8981100000000000001 の確認: 時間切れです",
		},
	} {
		a, b := pipe(t)
		go func() { _ = a.write(response{Err: encodeError(c.err)}) }()
		var got response
		if err := b.read(&got); err != nil {
			t.Fatal(err)
		}
		err, japanese := got.Err.decode(), i18n.For(i18n.Japanese)
		if err.Error() != c.says || japanese.Error(err) != c.cause || japanese.Hint(err) != c.hint {
			t.Errorf("%q\n\tin Japanese %q\n\thint %q", err.Error(), japanese.Error(err), japanese.Hint(err))
		}
	}
}

// So does what a step came to.
func TestProgressCrossesTheSocketInJapanese(t *testing.T) {
	a, b := pipe(t)
	rec := access.NewRecorder(func(e access.Event) {
		if e.Done {
			_ = a.write(response{Event: &e})
		}
	}, nil)
	go func() { rec.Start(access.StepMapping)(lease.Deleted.Text(), errClosed) }()
	var got response
	if err := b.read(&got); err != nil {
		t.Fatal(err)
	}
	japanese := i18n.For(i18n.Japanese)
	if e := got.Event; japanese.Say(e.Detail) != "削除しました" || japanese.Say(e.Err) != "接続が閉じられました" || e.Detail.String() != "deleted" {
		t.Errorf("%+v", e)
	}
}

// The log keeps to its size, and to its owner.
func TestLogIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keeper.log")
	l, err := openLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	logf := printer(l.logger())
	for range 3 * logLimit / 1000 {
		logf("%s\x1b[31m\u202e\nsecond line", strings.Repeat("x", 1000))
	}
	for _, name := range []string{path, path + ".1"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > logLimit+2000 || strings.ContainsAny(string(b), "\x1b\u202e") {
			t.Errorf("%s has %d bytes", name, len(b))
		}
		for line := range strings.Lines(string(b)) {
			if !strings.HasPrefix(line, "time=20") {
				t.Fatalf("a line without a time: %.40q", line)
			}
		}
	}
}
