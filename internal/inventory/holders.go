package inventory

import (
	"context"
	"net/netip"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// holders are the commands that use what the keeper holds, by a mapping's address.
type holders map[netip.AddrPort][]message.Text

// holdersLimit is how long a list waits for a keeper that does not answer.
const holdersLimit = 2 * time.Second

// holders asks a running keeper.
func (l *Mappings) holders(ctx context.Context) holders {
	if l.Keeper == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, holdersLimit)
	defer cancel()
	st, err := l.Keeper.Status(ctx)
	if err != nil {
		if l.Debugf != nil {
			l.Debugf("who uses the mappings: %v", err)
		}
		return nil
	}
	list := holders{}
	for _, l := range st.Leases {
		users := []message.Text{}
		for _, u := range l.Users {
			users = append(users, u.Text())
		}
		list[l.Info.Mapping.Addr] = users
	}
	return list
}
