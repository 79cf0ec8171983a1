package sshdtest

import (
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// passwordUser makes a user of the system with a random password for the time of
// the test.
func passwordUser(t testing.TB) (name, password string) {
	t.Helper()
	if os.Geteuid() != 0 || os.Getenv(requireTools) != "1" {
		t.Skipf("a user with a password is made only as root and with %s=1", requireTools)
	}
	add, del, chpasswd := Tool(t, "useradd"), Tool(t, "userdel"), Tool(t, "chpasswd")
	name = "nct" + strings.ToLower(rand.Text()[:12])
	password = rand.Text()
	run(t, "", add, "--no-create-home", "--home-dir", "/", "--shell", "/bin/sh", name)
	ctx := context.WithoutCancel(t.Context()) // which has ended when the cleanup runs
	t.Cleanup(func() {
		if out, err := exec.CommandContext(ctx, del, "--force", name).CombinedOutput(); err != nil {
			t.Errorf("removing the user %s: %v\n%s", name, err, out)
		}
	})
	run(t, name+":"+password+"\n", chpasswd)
	return name, password
}

func run(t testing.TB, stdin, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}
