package keeper

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"

	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/daemon"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Location is where a user's keeper lives.
type Location struct {
	// State is the folder of the journal and of keeper.log.
	State string
	// Socket is the keeper's socket, in a 0700 folder.
	Socket string
}

// FindLocation names the socket for the folders and this version of the protocol.
// The state folder is part of the name: a keeper serves one journal.
func FindLocation(d config.Dirs) (Location, error) {
	sum := sha256.Sum256([]byte(d.State))
	socket, err := d.SocketPath(fmt.Sprintf("keeper-%d-%s.sock", Protocol, hex.EncodeToString(sum[:4])))
	return Location{State: d.State, Socket: socket}, err
}

// start makes sure that a keeper runs, and connects to it.
func (k *Keeper) start(ctx context.Context) (net.Conn, error) {
	k.debugf("starting a keeper")
	conn, err := daemon.Connect(ctx, k.Location.Socket, k.Location.Socket+".start", k.Command)
	switch {
	case errors.Is(err, daemon.ErrEnded):
		return nil, message.Errorf("starting the keeper: it ended at once; see keeper.log in the state folder")
	case err != nil:
		return nil, message.Errorf("starting the keeper: %w", err)
	}
	return conn, nil
}
