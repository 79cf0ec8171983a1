//go:build linux || darwin || freebsd

package daemon

import "testing"

// nobody is a user that is not us.
const nobody = 65534

func TestUsersAreToldApart(t *testing.T) {
	if sameUser(nobody, 0) == nil || sameUser(0, nobody) == nil || sameUser(7, 7) != nil {
		t.Error("users are not told apart")
	}
}
