package access

import (
	"context"
	"errors"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/myip"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// Sessions are the API sessions of one process: one login for each account,
// however many callers. Safe for concurrent use.
type Sessions struct{}

// NewSessions returns an empty set. otp asks for an MFA code when a password
// login is refused; nil means that nobody can be asked.
func NewSessions(otp func(context.Context) (string, error)) *Sessions { return &Sessions{} }

// Session is the session of an account; it logs in at its first call.
func (s *Sessions) Session(a profile.Account, n Network) (*client.Session, error) {
	return nil, errors.New("not built yet")
}

// Close logs out of all sessions at once, within ctx; once per process.
func (s *Sessions) Close(ctx context.Context) error { return nil }

// Finders are the address finders of one process, by their services.
type Finders struct{}

// NewFinders returns an empty set.
func NewFinders() *Finders { return &Finders{} }

// Finder is the finder for services; none means the built-in ones.
func (f *Finders) Finder(services []myip.Service) (*myip.Finder, error) {
	return nil, errors.New("not built yet")
}

// Close drops the warm connections.
func (f *Finders) Close() {}

// NetworkFromEnv reads what the environment decides about the way out: the
// proxy variables and NAPTER_CONNECT_IP_SERVICES. UserAgent and Lang are the
// caller's to fill in.
func NetworkFromEnv(getenv func(string) string) (Network, error) {
	return Network{}, errors.New("not built yet")
}
