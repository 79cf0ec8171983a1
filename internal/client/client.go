package client

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/netip"
	"time"
)

var errUnbuilt = errors.New("not built yet")

// Options are what a Client needs of its surroundings.
type Options struct {
	// Endpoint is the API's base URL without /v1, such as
	// https://api.soracom.io. http:// is accepted for a loopback address only.
	Endpoint string
	// Headers are added to every request (the profile's "headers").
	Headers map[string]string
	// Lang is en or ja: the language of the API's error messages.
	Lang string
	// UserAgent names the program and its version.
	UserAgent string
	// Transport replaces the default one, which honours the proxy variables.
	Transport http.RoundTripper
}

// Client is one endpoint of the API. It keeps its connections warm and is safe
// for concurrent use.
type Client struct{}

// New checks the endpoint and returns a client; it makes no connection.
func New(o Options) (*Client, error) { return nil, errUnbuilt }

// Auth is POST /auth. timeout is the token's life, 180 s to 48 h; 0 leaves it to
// the API (24 h).
func (c *Client) Auth(ctx context.Context, cred Credentials, timeout time.Duration) (Token, error) {
	return Token{}, errUnbuilt
}

// SwitchUser is POST /auth/switch_user: from the source user's token to another
// user. timeout is 180 s to 1 h; 0 leaves it to the API (1 h).
func (c *Client) SwitchUser(ctx context.Context, from Token, operatorID, userName string, timeout time.Duration) (Token, error) {
	return Token{}, errUnbuilt
}

// Logout is POST /auth/logout for one token.
func (c *Client) Logout(ctx context.Context, t Token) error { return errUnbuilt }

// Warm opens a connection to the endpoint, so that the first call does not wait
// for it.
func (c *Client) Warm(ctx context.Context) error { return errUnbuilt }

// Session returns the API as one user sees it. login is called at the first
// call, once however many goroutines wait, and once more when a call answers
// 401 or the token is about to expire.
func (c *Client) Session(login func(context.Context) (Token, error)) *Session { return nil }

// Session is the API as one user sees it; safe for concurrent use.
type Session struct{}

// Token logs in if that has not happened yet, and returns the current token.
func (s *Session) Token(ctx context.Context) (Token, error) { return Token{}, errUnbuilt }

// Logout revokes the token, if there is one. A later call logs in again.
func (s *Session) Logout(ctx context.Context) error { return errUnbuilt }

// GenerateAuthToken is POST /operators/{operator_id}/token: a new token for the
// same API key.
func (s *Session) GenerateAuthToken(ctx context.Context, timeout time.Duration) (Token, error) {
	return Token{}, errUnbuilt
}

// RevokeUserAuthTokens ends all tokens of a SAM user.
func (s *Session) RevokeUserAuthTokens(ctx context.Context, operatorID, userName string) error {
	return errUnbuilt
}

// RevokeOperatorAuthTokens ends all tokens of the root user.
func (s *Session) RevokeOperatorAuthTokens(ctx context.Context, operatorID string) error {
	return errUnbuilt
}

// SearchSimsQuery selects SIMs; every value matches partially, ignores case and
// has 2 characters or more. Zero fields are not sent.
type SearchSimsQuery struct {
	Name, SimID, IMSI, ICCID, MSISDN, SerialNumber, Tag, Group []string
	// SessionStatus is ONLINE, OFFLINE or "" for both.
	SessionStatus string
	// SearchType is "and" (default) or "or".
	SearchType string
	Limit      int // per page, 1 to 100; 0 is 100
}

// SearchSims is GET /query/sims, all pages.
func (s *Session) SearchSims(ctx context.Context, q SearchSimsQuery) iter.Seq2[Sim, error] {
	return func(yield func(Sim, error) bool) { yield(Sim{}, errUnbuilt) }
}

// ListSims is GET /sims, all pages of limit SIMs (0: 1000).
func (s *Session) ListSims(ctx context.Context, limit int) iter.Seq2[Sim, error] {
	return func(yield func(Sim, error) bool) { yield(Sim{}, errUnbuilt) }
}

// GetSim is GET /sims/{sim_id}.
func (s *Session) GetSim(ctx context.Context, simID string) (Sim, error) { return Sim{}, errUnbuilt }

// GetSubscriber is GET /subscribers/{imsi}; it returns the SIM ID.
func (s *Session) GetSubscriber(ctx context.Context, imsi string) (simID string, err error) {
	return "", errUnbuilt
}

// ListPortMappings is GET /port_mappings, all pages.
func (s *Session) ListPortMappings(ctx context.Context) iter.Seq2[PortMapping, error] {
	return func(yield func(PortMapping, error) bool) { yield(PortMapping{}, errUnbuilt) }
}

// ListPortMappingsForSim is GET /port_mappings/sims/{sim_id}; none is not an
// error (the API may answer 404 or an empty list).
func (s *Session) ListPortMappingsForSim(ctx context.Context, simID string) ([]PortMapping, error) {
	return nil, errUnbuilt
}

// ListPortMappingsForSubscriber is GET /port_mappings/subscribers/{imsi}: only
// mappings that were made by IMSI.
func (s *Session) ListPortMappingsForSubscriber(ctx context.Context, imsi string) ([]PortMapping, error) {
	return nil, errUnbuilt
}

// CreatePortMapping is POST /port_mappings, for an IMSI. See
// CreatePortMappingForSim for a lost answer.
func (s *Session) CreatePortMapping(ctx context.Context, r CreatePortMappingRequest) (PortMapping, error) {
	return PortMapping{}, errUnbuilt
}

// CreatePortMappingForSim is POST /port_mappings/sims/{sim_id}. It never repeats
// the request once it may have reached the API. When the answer is lost it lists
// the SIM's mappings and returns the one that fits and was created since; when
// none shows up the error is a *LostCreateError: the mapping may still exist.
func (s *Session) CreatePortMappingForSim(ctx context.Context, simID string, r CreatePortMappingRequest) (PortMapping, error) {
	return PortMapping{}, errUnbuilt
}

// DeletePortMapping is DELETE /port_mappings/{ip_address}/{port}. A mapping that
// is gone already (404) is not an error.
func (s *Session) DeletePortMapping(ctx context.Context, ip netip.Addr, port int) error {
	return errUnbuilt
}

// GetNapterAuditLogs is GET /audit_logs/napter, newest first, all pages.
func (s *Session) GetNapterAuditLogs(ctx context.Context, q NapterAuditQuery) iter.Seq2[NapterAuditEntry, error] {
	return func(yield func(NapterAuditEntry, error) bool) { yield(NapterAuditEntry{}, errUnbuilt) }
}

// LostCreateError says that a create may have happened though its answer was
// lost and no fitting mapping was listed since.
type LostCreateError struct {
	// Since is when the request was sent, by the server's clock where known.
	Since time.Time
	Err   error
}

func (e *LostCreateError) Error() string {
	return "the answer to the creation of the port mapping was lost: " + e.Err.Error()
}
func (e *LostCreateError) Unwrap() error { return e.Err }

// Error is an answer of the API that is not a success.
type Error struct {
	Operation string // such as createPortMappingForSim
	Status    int    // HTTP status
	Code      string // such as SEM0016; may be empty
	Message   string // the API's words, or a short form of the body
	// RetryAfter is what the API asked for, or 0.
	RetryAfter time.Duration
}

func (e *Error) Error() string { return e.Message }
