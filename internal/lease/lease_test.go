package lease

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

func TestCreateAndDelete(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{}
	f.before = func(_ context.Context, op string, _ int) error {
		if op != "create" {
			return nil
		}
		list := entries(t, m)
		if len(list) != 1 || list[0].State != Intent || !list[0].Alive || list[0].Spec.Command != "ssh gateway" {
			t.Errorf("the journal at the POST: %+v", list)
		}
		return nil
	}
	l := create(t, m, f)
	list := entries(t, m)
	if len(list) != 1 {
		t.Fatalf("entries: %+v", list)
	}
	e, p := list[0], l.Mapping()
	if e.State != Live || e.ID != l.id || e.IP.String() != p.IPAddress || e.Port != int(p.Port) || !e.Alive || !e.Mine ||
		!e.Created.Equal(p.CreatedTime.Time()) || !e.Expires.Equal(p.ExpiredTime.Time()) || e.Owner.PID != os.Getpid() || e.Owner.Program != "test" {
		t.Errorf("entry %+v of %+v", e, p)
	}
	for range 2 {
		if o, err := l.Delete(t.Context(), f); o != Deleted || err != nil {
			t.Fatal(o, err)
		}
	}
	if c, n, d := f.counts(); c != 1 || n != 0 || d != 1 {
		t.Errorf("%d creates, %d lists, %d deletes", c, n, d)
	}
	allGone(t, m, f)
}

func TestFilesArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes")
	}
	dir := filepath.Join(t.TempDir(), "state", "leases")
	m := open(t, dir)
	create(t, m, &fakeAPI{})
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if want := map[bool]os.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeleteRetries(t *testing.T) {
	late := &client.Error{Operation: "deletePortMapping", Status: 429, RetryAfter: time.Second}
	for name, fault := range map[string]error{
		"500": apiError("deletePortMapping", 500), "503": apiError("deletePortMapping", 503),
		"429": late, "401": apiError("deletePortMapping", 401), "reset": errReset,
	} {
		for when := range 2 {
			t.Run(name+[]string{" before", " after"}[when], func(t *testing.T) {
				t.Parallel()
				m, f := open(t, t.TempDir()), &fakeAPI{}
				l := create(t, m, f)
				if when == 0 {
					f.before = failing("delete", 1, fault)
				} else {
					f.after = failing("delete", 1, fault)
				}
				begin := time.Now()
				if o, err := l.Delete(bounded(t, 20*time.Second), f); o != Deleted || err != nil {
					t.Fatal(o, err)
				}
				if name == "429" && time.Since(begin) < late.RetryAfter {
					t.Error("did not wait for Retry-After")
				}
				_, _, deletes := f.counts()
				if deletes != 2-when {
					t.Errorf("%d deletes", deletes)
				}
				allGone(t, m, f)
			})
		}
	}
}

func TestDeletePending(t *testing.T) {
	t.Parallel()
	m, f := open(t, t.TempDir()), &fakeAPI{}
	l := create(t, m, f)
	f.before = failing("delete", 1, apiError("deletePortMapping", 403))
	o, err := l.Delete(t.Context(), f)
	if o != Pending || status(err) != 403 || len(entries(t, m)) != 1 {
		t.Fatal(o, err)
	}
	l.DeleteLater(f)
	if err := m.Settle(bounded(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	allGone(t, m, f)
	if o, err := l.Delete(t.Context(), f); o != Deleted || err != nil {
		t.Error(o, err)
	}
}

func TestCreateRefused(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{before: failing("create", 2, apiError("createPortMappingForSim", 400))}
	if _, err := m.Create(t.Context(), f, testSpec()); status(err) != 400 {
		t.Fatal(err)
	}
	allGone(t, m, f)
	if _, lists, _ := f.counts(); lists != 0 {
		t.Error("looked for a mapping that can't be")
	}
}

func TestCancelledCreate(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{}
	ctx, cancel := context.WithCancel(t.Context())
	f.after = func(ctx context.Context, op string, _ int) error {
		if op == "create" {
			cancel()
			return &client.LostCreateError{Since: time.Now(), Err: ctx.Err()}
		}
		return ctx.Err()
	}
	_, err := m.Create(ctx, f, testSpec())
	if e, ok := errors.AsType[*LostError](err); !ok || !e.Resolved || !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	allGone(t, m, f)
}

func TestGrantDiffers(t *testing.T) {
	for what, change := range map[string]func(*client.PortMapping){
		"source":      func(p *client.PortMapping) { p.Source.IPRanges = append(p.Source.IPRanges, "0.0.0.0/0") },
		"port":        func(p *client.PortMapping) { p.Destination.Port = 23 },
		"SIM":         func(p *client.PortMapping) { p.SimID, p.Destination.SimID = "other", "other" },
		"TLS setting": func(p *client.PortMapping) { p.TLSRequired = true },
	} {
		t.Run(what, func(t *testing.T) {
			m, f := open(t, t.TempDir()), &fakeAPI{grant: change}
			_, err := m.Create(t.Context(), f, testSpec())
			e, ok := errors.AsType[*GrantError](err)
			if !ok || e.What.String() != what || e.Pending != nil {
				t.Fatal(err)
			}
			allGone(t, m, f)
		})
	}
}

func TestNoSecretAndNoJunk(t *testing.T) {
	dir := t.TempDir()
	m := open(t, dir)
	create(t, m, &fakeAPI{})
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil || fields["version"] != 1.0 {
		t.Fatal(err, string(data))
	}
	temps, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if len(temps) > 0 || strings.Contains(strings.ToLower(string(data)), "token") {
		t.Error(temps, string(data))
	}
}

func TestKeep(t *testing.T) {
	dir := t.TempDir()
	m, f := open(t, dir), &fakeAPI{}
	l := create(t, m, f)
	if err := l.Keep(); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	next := open(t, dir)
	find := func(Entry) (API, error) { t.Error("asked for a kept entry"); return f, nil }
	if err := next.Reap(t.Context(), find, nil); err != nil {
		t.Fatal(err)
	}
	if list := entries(t, next); len(list) != 1 || list[0].State != StateKept || len(f.open()) != 1 {
		t.Fatalf("%+v", list)
	}
	next.now = func() time.Time { return time.Now().Add(9 * time.Hour) }
	if err := next.Reap(t.Context(), find, nil); err != nil {
		t.Fatal(err)
	}
	if list := entries(t, next); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestExpiredNeedsNoCall(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{}
	l := create(t, m, f)
	m.now = func() time.Time { return time.Now().Add(8*time.Hour + time.Second) }
	if o, err := l.Delete(t.Context(), f); o != Expired || err != nil {
		t.Fatal(o, err)
	}
	if _, lists, deletes := f.counts(); lists+deletes != 0 {
		t.Error("asked the API")
	}
	if list := entries(t, m); len(list) != 0 {
		t.Error(list)
	}
}
