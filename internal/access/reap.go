package access

import (
	"context"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/wait"
)

// errOtherAccount says that a left over mapping belongs to another account.
var errOtherAccount = message.Errorf("it was made with another account; run any command with that profile")

// KeeperProgram is the program, in the journal, of leases whose users are other
// processes (the keeper). When it dies they may still be there.
const KeeperProgram = "keeper"

// adoptGrace is how long the users of a dead keeper have to register with the
// next one before their mappings count as left over.
const adoptGrace = 3 * time.Second

// Reap deletes what dead processes left open with an account's operator.
// Mappings of other operators stay for the commands that have their account.
func Reap(ctx context.Context, leases *lease.Manager, sessions *Sessions, a profile.Account, n Network,
	report func(lease.Entry, lease.Outcome, error),
) error {
	session, err := sessions.Session(a, n)
	if err != nil {
		return err
	}
	return leases.Reap(ctx, func(e lease.Entry) (lease.API, error) {
		if e.Spec.Endpoint != a.Endpoint {
			return nil, errOtherAccount
		}
		token, err := session.Token(ctx)
		if err != nil {
			return nil, err
		}
		// Nobody can use an intent, of which no mapping is known.
		if e.Owner.Program == KeeperProgram && e.State == lease.Live && e.Spec.OperatorID == token.OperatorID {
			if err := wait.For(ctx, adoptGrace); err != nil {
				return nil, err
			}
		}
		if e.Spec.OperatorID != token.OperatorID {
			return nil, errOtherAccount
		}
		return session, nil
	}, report)
}
