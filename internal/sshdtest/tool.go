package sshdtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

const requireTools = "NAPTER_CONNECT_REQUIRE_TOOLS"

// Tool finds an installed program (sshd, ssh, ssh-agent, rsync, strace, tmux). Where it is
// missing, the test is skipped, or fails with NAPTER_CONNECT_REQUIRE_TOOLS=1.
func Tool(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		if path, err = filepath.Abs(path); err == nil { // sshd insists on an absolute path
			return path
		}
	}
	// A user's PATH often lacks the folders of servers.
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/usr/lib/openssh", "/usr/libexec"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	if os.Getenv(requireTools) == "1" {
		t.Fatalf("%s is not installed, and %s=1 requires it", name, requireTools)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// OnlyWindows skips a test that needs what Windows may refuse, such as a symbolic
// link; elsewhere the refusal is a failure.
func OnlyWindows(t testing.TB, refusal error) {
	t.Helper()
	if runtime.GOOS != "windows" {
		t.Fatal(refusal)
	}
	t.Skip(refusal)
}
