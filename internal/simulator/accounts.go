package simulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Names of the accounts that a simulator starts with.
const (
	Root       = ""           // the root user
	Engineer   = "engineer"   // a SAM user with AuthKey and password who may do all that the product needs
	Careful    = "careful"    // as Engineer, with MFA
	Contractor = "contractor" // may only create for gateway-001, and delete; no search, no list
	Reader     = "reader"     // may look, not create
	PartnerSAM = "visitor"    // of the partner operator; Engineer may switch to it
)

// Account is a user: root (no name) or SAM.
type Account struct {
	OperatorID string
	Name       string // SAM user name; "" is the root user
	Email      string // root only
	Password   string // "" has none
	AuthKeyID  string // "" has none
	AuthKey    string
	MFASecret  []byte // nil: MFA is off
	// Permissions of a SAM user; the root user may do everything. A change
	// shows in tokens issued afterwards.
	Permissions []Statement
	// Trusts lists "operatorId/userName" of the SAM users who may switch to this
	// one.
	Trusts []string
}

func (a Account) id() string { return a.OperatorID + "/" + a.Name }

// defaultAccounts are derived from the seed, so that a script can keep them.
func defaultAccounts(seed, operator, partner, contractorSIM string) []Account {
	secret := func(of string) string {
		h := sha256.Sum256([]byte("secret:" + seed + ":" + of))
		return hex.EncodeToString(h[:])
	}
	mfa := sha256.Sum256([]byte("mfa:" + seed))
	withKey := func(a Account) Account {
		a.AuthKeyID = "keyId-" + secret("id:" + a.id())[:32]
		a.AuthKey = "secret-" + secret("key:"+a.id())
		return a
	}
	withPassword := func(a Account) Account {
		a.Password = "Pw-" + secret("password:" + a.id())[:20]
		return a
	}
	full := []Statement{{Effect: "allow", API: []string{
		"Query:searchSims", "Sim:getSim", "Sim:listSims", "Subscriber:getSubscriber",
		"PortMapping:*", "AuditLog:getNapterAuditLogs", "Operator:generateAuthToken", "User:revokeUserAuthTokens"}}}
	return []Account{
		withPassword(withKey(Account{OperatorID: operator, Name: Root, Email: "root@example.com"})),
		withPassword(withKey(Account{OperatorID: operator, Name: Engineer, Permissions: full})),
		withPassword(Account{OperatorID: operator, Name: Careful, Permissions: full, MFASecret: mfa[:20]}),
		withKey(Account{OperatorID: operator, Name: Contractor, Permissions: []Statement{
			{Effect: "allow", API: []string{"PortMapping:createPortMappingForSim"}, SimID: contractorSIM},
			{Effect: "allow", API: []string{"PortMapping:deletePortMapping"}}}}),
		withKey(Account{OperatorID: operator, Name: Reader, Permissions: []Statement{
			{Effect: "allow", API: []string{"Query:*", "Sim:*", "Subscriber:*", "PortMapping:list*"}}}}),
		withKey(Account{OperatorID: partner, Name: PartnerSAM, Permissions: full, Trusts: []string{operator + "/" + Engineer}}),
	}
}

// Accounts returns all accounts, of both operators.
func (s *Simulator) Accounts() []Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.accounts)
}

// Account returns the account of a name, such as Engineer or Root.
func (s *Simulator) Account(name string) (Account, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if a.Name == name {
			return a, true
		}
	}
	return Account{}, false
}

// PutAccount adds an account, or replaces the one with the same operator and
// name. An empty operator is the main one.
func (s *Simulator) PutAccount(a Account) {
	if a.OperatorID == "" {
		a.OperatorID = s.operator
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.accounts, func(b Account) bool { return a.id() == b.id() })
	if i < 0 {
		s.accounts = append(s.accounts, a)
		return
	}
	s.accounts[i] = a
}

// CurrentOTP is the MFA code that an account's user would read off now.
func (s *Simulator) CurrentOTP(name string) (string, error) {
	a, ok := s.Account(name)
	if !ok || a.MFASecret == nil {
		return "", fmt.Errorf("account %q has no MFA", name)
	}
	return totp(a.MFASecret, s.now()), nil
}

// totpStep is the time a code is good for (RFC 6238, section 5.2).
const totpStep = 30 * time.Second

// totp is the six-digit code of a moment (RFC 6238, SHA-1).
func totp(secret []byte, at time.Time) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(at.Unix()/int64(totpStep/time.Second)))
	mac := hmac.New(sha1.New, secret)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 15
	code := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return fmt.Sprintf("%06d", code%1_000_000)
}

// otpValid accepts the code of now and of one step before and after, for clocks
// that differ (RFC 6238, section 5.2). A code may be used again: tests log in
// more than once in 30 seconds.
func (a Account) otpValid(code string, now time.Time) bool {
	for _, skew := range []time.Duration{0, -totpStep, totpStep} {
		if hmac.Equal([]byte(code), []byte(totp(a.MFASecret, now.Add(skew)))) {
			return true
		}
	}
	return false
}
