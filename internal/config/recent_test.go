package config

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRecent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	r := NewRecent(dir)
	if use, err := r.Get("s1"); err != nil || use != (Use{}) {
		t.Fatalf("before anything: %+v, %v", use, err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	want := Use{User: "pi", Port: 22, Protocol: "ssh", Key: "SHA256:abc", At: at}
	if err := r.Update(t.Context(), "s1", func(u *Use) { *u = want }); err != nil {
		t.Fatal(err)
	}
	got, err := NewRecent(dir).Get("s1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	// A change of one field keeps the others and renews the time.
	if err := r.Update(t.Context(), "s1", func(u *Use) { u.Port = 50022 }); err != nil {
		t.Fatal(err)
	}
	got, _ = r.Get("s1")
	if got.User != "pi" || got.Port != 50022 || time.Since(got.At) > time.Minute {
		t.Errorf("got %+v", got)
	}
	if m := mode(t, filepath.Join(dir, "recent.json")); runtime.GOOS != "windows" && m != 0o600 {
		t.Errorf("mode %o", m)
	}
}

func TestRecentRefusesKeyMaterial(t *testing.T) {
	r := NewRecent(t.TempDir())
	err := r.Update(t.Context(), "s1", func(u *Use) { u.Key = "-----BEGIN OPENSSH PRIVATE KEY-----" })
	if err == nil || strings.Contains(err.Error(), "BEGIN") {
		t.Fatalf("got %v", err)
	}
}

func TestRecentSurvivesDamage(t *testing.T) {
	for _, content := range []string{"", "{", "null", "[]", `{"s1": 3}`, "\x00\x00"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "recent.json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		r := NewRecent(dir)
		if err := r.Update(t.Context(), "s2", func(u *Use) { u.User = "pi" }); err != nil {
			t.Fatalf("%q: %v", content, err)
		}
		if use, err := r.Get("s2"); err != nil || use.User != "pi" {
			t.Errorf("%q: %+v, %v", content, use, err)
		}
	}
}

func TestRecentIsBounded(t *testing.T) {
	uses := map[string]Use{}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range maxRecent + 10 {
		uses[fmt.Sprint(i)] = Use{At: start.Add(time.Duration(i) * time.Second)}
	}
	dropOldest(uses, maxRecent)
	_, oldest := uses["9"]
	_, next := uses["10"]
	if len(uses) != maxRecent || oldest || !next {
		t.Fatalf("%d left, 9: %v, 10: %v", len(uses), oldest, next)
	}
}

// Two stores on one file are two processes as far as the lock is concerned:
// flock locks belong to the open file.
func TestRecentConcurrent(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if err := NewRecent(dir).Update(t.Context(), fmt.Sprint(i), func(u *Use) { u.Port = i + 1 }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	uses, err := NewRecent(dir).All()
	if err != nil || len(uses) != 8 {
		t.Fatalf("%d uses, %v", len(uses), err)
	}
}

func TestRecentLockIsBounded(t *testing.T) {
	dir := t.TempDir()
	r := NewRecent(dir)
	unlock, err := r.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := r.Update(ctx, "s", func(*Use) {}); err == nil || !strings.Contains(err.Error(), "locking") {
		t.Fatalf("got %v", err)
	}
}
