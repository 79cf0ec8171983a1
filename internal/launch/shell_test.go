package launch

import (
	"errors"
	"fmt"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// Only what failed before a session began may begin anew on another connection.
func TestNoSession(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{fmt.Errorf("opening a session: %w", &ssh.OpenChannelError{Reason: ssh.ResourceShortage}), true},
		{&sshclient.TimeoutError{Stage: "opening a session"}, true},
		{&sshclient.TimeoutError{Stage: "starting the session"}, false},
		{&sshclient.DroppedError{Err: errors.New("x")}, false},
		{errors.New("x"), false},
	} {
		if got := noSession(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
}
