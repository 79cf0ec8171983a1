// Package profile finds out who calls the API: the official CLI's profile files,
// in its order of precedence, and the rules for endpoints.
package profile

import (
	"context"
	"errors"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
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
	OperatorID   string        `json:"operatorId"`
	UserName     string        `json:"userName"`
	TokenTimeout time.Duration `json:"tokenTimeout,omitempty"`
}

// String names the account without a secret.
func (a Account) String() string { return a.Profile + " (" + a.Credentials.String() + ")" }

// GoString keeps secrets out of %#v.
func (a Account) GoString() string { return a.String() }

// Key tells accounts apart: equal for equal endpoint, headers and credentials.
// It does not reveal the secrets that it is made of, but is for memory only.
func (a Account) Key() string { return "" }

// Login authenticates, and switches the user if the account says so. otp asks
// for an MFA code when a password login is refused; nil means that nobody can
// be asked.
func (a Account) Login(ctx context.Context, c *client.Client, otp func(context.Context) (string, error)) (client.Token, error) {
	return client.Token{}, errors.New("not built yet")
}

// Options say which profile to load.
type Options struct {
	// Name is --profile or NAPTER_CONNECT_PROFILE; "" is "default".
	Name string
	// CoverageType is --coverage-type: jp, g or "".
	CoverageType string
	// OTP is --otp or NAPTER_CONNECT_OTP.
	OTP string
	// Getenv reads SORACOM_PROFILE_DIR, SORACOM_ENDPOINT and HOME.
	Getenv func(string) string
}

// Load reads the profile, runs its profileCommand, and resolves its
// sourceProfile. Errors say what to do next (Hint).
func Load(ctx context.Context, o Options) (Account, error) {
	return Account{}, errors.New("not built yet")
}
