package client

import (
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// Credentials are the body of POST /auth in one of its three forms: an AuthKey
// (AuthKeyID, AuthKey), the root user (Email, Password) or a SAM user
// (OperatorID, UserName, Password). They print as a summary without secrets.
type Credentials struct {
	AuthKeyID  string `json:"authKeyId,omitempty"`
	AuthKey    string `json:"authKey,omitempty"`
	Email      string `json:"email,omitempty"`
	Password   string `json:"password,omitempty"`
	OperatorID string `json:"operatorId,omitempty"`
	UserName   string `json:"userName,omitempty"`
	// MFAOTPCode is the current six-digit code (RFC 6238). It belongs to the
	// password forms only.
	MFAOTPCode string `json:"mfaOTPCode,omitempty"`
}

// UsesPassword reports whether a 401 may mean that an MFA code is missing.
func (c Credentials) UsesPassword() bool { return c.Password != "" && c.AuthKey == "" }

// check finds what is missing before the API is asked, which limits logins.
func (c Credentials) check() error {
	switch {
	case c.AuthKeyID != "" && c.AuthKey != "",
		c.Email != "" && c.Password != "",
		c.OperatorID != "" && c.UserName != "" && c.Password != "":
		return nil
	}
	return message.WithHint(message.Errorf("the credentials are not complete"),
		"give an AuthKey ID and its secret, an e-mail address and password, or an operator ID, user name and password")
}

// Text names the caller without a secret, on one printable line.
func (c Credentials) Text() message.Text {
	switch {
	case c.AuthKeyID != "":
		return message.New("AuthKey %s", safetext.Line(c.AuthKeyID))
	case c.Email != "":
		return message.New("root user %s", safetext.Line(c.Email))
	case c.UserName != "":
		return message.New("SAM user %s of %s", safetext.Line(c.UserName), safetext.Line(c.OperatorID))
	}
	return message.New("no credentials")
}

// String is the text in English.
func (c Credentials) String() string { return c.Text().String() }

// GoString keeps secrets out of %#v.
func (c Credentials) GoString() string { return c.String() }

// Token is what authentication gives: the key and token of every later call. It
// prints without its secrets.
type Token struct {
	APIKey     string `json:"apiKey"`
	Token      string `json:"token"`
	OperatorID string `json:"operatorId"`
	// UserName is empty for the root user.
	UserName string `json:"userName,omitempty"`
	// Expires is when the token ends, by the local clock; zero when unknown.
	Expires time.Time `json:"expires,omitzero"`
}

// String names the token's owner without a secret.
func (t Token) String() string { return "token of " + t.OperatorID + "/" + t.UserName }

// GoString keeps secrets out of %#v.
func (t Token) GoString() string { return t.String() }
