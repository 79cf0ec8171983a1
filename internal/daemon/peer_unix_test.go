//go:build linux || darwin || freebsd

package daemon

import "testing"

func TestUsersAreToldApart(t *testing.T) {
	const nobody = 65534
	if sameUser(nobody, 0) == nil || sameUser(0, nobody) == nil || sameUser(7, 7) != nil {
		t.Error("users are not told apart")
	}
}
