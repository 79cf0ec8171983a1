//go:build linux

package keeper_test

import (
	"io"
	"strings"
	"testing"

	"github.com/creack/pty"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

func (w *world) otp() string {
	w.t.Helper()
	code, err := w.sim.CurrentOTP(simulator.Careful)
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// The keeper has no terminal: the command whose login it is asks.
func TestMFACodeIsAskedInTheCommandsTerminal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	sim := w.onlineSIMs(1)[0]
	cmd := h.Command("ssh", "-F", "none", "-l", "pi", "--profile", "mfa", sim, "echo inside")
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = terminal.Close() }()
	if seen := readUntil(terminal, "code"); !strings.Contains(seen, "MFA") {
		t.Fatalf("it asked %q", seen)
	}
	if _, err := io.WriteString(terminal, w.otp()+"\r"); err != nil {
		t.Fatal(err)
	}
	if seen := readUntil(terminal, "inside"); !strings.Contains(seen, "inside") {
		t.Errorf("after the code: %q", seen)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if n := len(h.Keepers()); n != 1 {
		t.Errorf("%d keepers, want one", n)
	}
	// The keeper is logged in now: nobody has to be asked.
	if stdout, stderr, status := h.run("ssh", "-F", "none", "-l", "pi", "--profile", "mfa", sim, "echo again"); status != 0 || stdout != "again\n" {
		t.Errorf("status %d, %q: %s", status, stdout, stderr)
	}
	h.spotless()
}

func TestMFACodeByFlag(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	sim := w.onlineSIMs(1)[0]
	if _, stderr, status := h.run("ssh", "-F", "none", "-l", "pi", "--profile", "mfa", sim, "true"); status != 255 || !strings.Contains(stderr, "--otp") {
		t.Errorf("without a code: status %d: %s", status, stderr)
	}
	if _, stderr, status := h.run("ssh", "-F", "none", "-l", "pi", "--profile", "mfa", "--otp", w.otp(), sim, "true"); status != 0 {
		t.Errorf("status %d: %s", status, stderr)
	}
	if n := len(h.Keepers()); n != 1 {
		t.Errorf("%d keepers, want one", n)
	}
	h.spotless()
}

// Who may not log in learns why, and leaves nothing.
func TestRefusedLoginThroughTheKeeper(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	_, stderr, status := h.run("ssh", "-F", "none", "-l", "pi", "--profile", "revoked", w.onlineSIMs(1)[0], "true")
	if status != 255 || !strings.Contains(stderr, "hint: ") {
		t.Errorf("status %d: %s", status, stderr)
	}
	if strings.Contains(h.log(), "secret-revoked") || strings.Contains(stderr, "secret-revoked") {
		t.Error("the AuthKey is in the log, or in the message")
	}
	h.spotless()
}

// A token that was revoked is replaced at the first refusal, once however many
// commands meet it. (That one is renewed before it ends is tested with its type.)
func TestKeeperReplacesARevokedToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	sims := w.onlineSIMs(4)
	s := h.begin(sims[0])
	w.sim.RevokeTokens()
	var all []*session
	for _, sim := range sims[1:] {
		all = append(all, h.launch("ssh", "-F", "none", "-l", "pi", sim, waiting))
	}
	for _, other := range all {
		w.eventually("the session", other.isReady)
	}
	if n := w.sim.Count("auth"); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
	for _, one := range append(all, s) {
		one.release()
		if status := one.status(); status != 0 {
			t.Errorf("status %d: %s", status, one.errOut.String())
		}
	}
	h.spotless()
}

// Logging out makes the keeper revoke its token at once; what is open stays
// usable, and its deletion logs in again and out.
func TestLogoutWhileInUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	s := h.begin(w.onlineSIMs(1)[0])
	if _, stderr, status := h.run("auth", "logout"); status != 0 {
		t.Errorf("auth logout: status %d: %s", status, stderr)
	}
	if n := w.sim.Tokens(); n != 0 {
		t.Errorf("%d tokens are left", n)
	}
	s.release()
	if status := s.status(); status != 0 {
		t.Errorf("status %d: %s", status, s.errOut.String())
	}
	h.spotless()
}
