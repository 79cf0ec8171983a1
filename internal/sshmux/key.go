package sshmux

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// Protocol is the version of what a command and the process say to each other. It is
// part of the key: programs of different versions never meet.
const Protocol = 1

// Use is what a command wants a connection for, beside its configuration.
type Use struct {
	Account profile.Account
	Info    access.Info
	// ForwardAgent: the command lets the device use its agent.
	ForwardAgent bool
	// Home is where the default keys are.
	Home string
	// Fresh: the mapping is so new that it may still refuse connections.
	Fresh bool
	// Linger is how long the connection stays for the next command.
	Linger time.Duration
}

// keyed is all that must be the same for two commands to share a connection.
type keyed struct {
	Protocol               int
	Endpoint               string
	AuthKeyID, Email, User string
	AccountOperator        string
	Switch                 *profile.SwitchUser
	Operator, SIM, IMSI    string
	Mapping                access.Mapping
	Config                 sshclient.Config
	ForwardAgent           bool
	Home                   string
}

// Key names the connection that a command would get by itself: commands with the same
// key may share one. The whole configuration counts, so that an option that is added
// to it separates commands by itself; of how access was opened, the mapping that came
// of it counts. No secret goes in.
func Key(u Use, c sshclient.Config) (string, error) {
	m := u.Info.Mapping
	m.Foreign, m.Shared = false, false // says who asked, not what was found
	c.PreferredKey = ""                // only the order in which keys are tried
	a := u.Account
	b, err := json.Marshal(keyed{
		Protocol: Protocol, Endpoint: a.Endpoint,
		AuthKeyID: a.Credentials.AuthKeyID, Email: a.Credentials.Email, User: a.Credentials.UserName,
		AccountOperator: a.Credentials.OperatorID, Switch: a.Switch,
		Operator: u.Info.Operator, SIM: u.Info.SIM.ID, IMSI: u.Info.SIM.IMSI, Mapping: m,
		Config: c, ForwardAgent: u.ForwardAgent, Home: u.Home,
	})
	if err != nil {
		return "", message.Errorf("encoding a message: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:10]), nil
}
