package inventory

import (
	"context"
	"net/netip"
	"time"

	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Holders are the commands that use what the keeper holds, by a mapping's address.
type Holders map[netip.AddrPort][]message.Text

// holdersLimit is how long a list waits for a keeper that does not answer.
const holdersLimit = 2 * time.Second

// ReadHolders asks a running keeper.
func ReadHolders(ctx context.Context, k *keeper.Keeper) (Holders, error) {
	ctx, cancel := context.WithTimeout(ctx, holdersLimit)
	defer cancel()
	st, err := k.Status(ctx)
	if err != nil {
		return nil, err
	}
	list := Holders{}
	for _, l := range st.Leases {
		users := []message.Text{}
		for _, u := range l.Users {
			users = append(users, u.Text())
		}
		list[l.Info.Mapping.Addr] = users
	}
	return list, nil
}
