package profile

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// Account is everything that decides who calls the API and where. It holds
// secrets: it stays in memory, and in what one process of the user sends to
// another over the keeper's socket.
type Account struct {
	// Profile is the profile's name, for messages and the journal.
	Profile string `json:"profile"`
	// Endpoint is the API's base URL, without /v1.
	Endpoint string `json:"endpoint"`
	// Coverage is jp or g.
	Coverage string `json:"coverage"`
	// Headers are added to every request.
	Headers map[string]string `json:"headers,omitempty"`
	// Credentials are the caller's, or the source user's when Switch is set.
	Credentials client.Credentials `json:"credentials"`
	// Switch is the user to switch to (sourceProfile), or nil.
	Switch *SwitchUser `json:"switch,omitempty"`
	// TokenTimeout is the life of the token; 0 leaves it to the program.
	TokenTimeout time.Duration `json:"tokenTimeout,omitempty"`
}

// SwitchUser is the target of POST /auth/switch_user.
type SwitchUser struct {
	OperatorID string `json:"operatorId"`
	UserName   string `json:"userName"`
	// TokenTimeout is 180 s to 1 h; 0 leaves it to the API (1 h).
	TokenTimeout time.Duration `json:"tokenTimeout,omitempty"`
}

// String names the account without a secret.
func (a Account) String() string {
	return safetext.Line(a.Profile + " (" + a.caller() + ")")
}

// GoString keeps secrets out of %#v.
func (a Account) GoString() string { return a.String() }

func (a Account) caller() string {
	if a.Switch != nil {
		return a.Credentials.String() + " as " + a.Switch.UserName + " of " + a.Switch.OperatorID
	}
	return a.Credentials.String()
}

// Key tells accounts apart: equal for equal endpoint, headers, credentials and
// user to switch to. An MFA code does not count, since it is new each time, nor
// does the life of tokens.
//
// It is a keyed hash with a key of this process, so that it tells nothing about
// the secrets, and two processes never agree on it: whoever compares accounts
// computes their keys itself.
func (a Account) Key() string {
	a.Credentials.MFAOTPCode = ""
	identity := struct {
		Endpoint    string
		Headers     map[string]string
		Credentials client.Credentials
		SwitchTo    [2]string
	}{Endpoint: a.Endpoint, Credentials: a.Credentials}
	if len(a.Headers) > 0 {
		identity.Headers = a.Headers
	}
	if a.Switch != nil {
		identity.SwitchTo = [2]string{a.Switch.OperatorID, a.Switch.UserName}
	}
	data, err := json.Marshal(identity) // sorts the headers
	if err != nil {
		panic(err) // strings and maps of strings always marshal
	}
	mac := hmac.New(sha256.New, processKey())
	mac.Write(data)
	return hex.EncodeToString(mac.Sum(nil))
}

// processKey is made once, at its first use, and never changes.
var processKey = sync.OnceValue(func() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return key
})
