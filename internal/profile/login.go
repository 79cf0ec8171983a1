package profile

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

const (
	// tokenLife is a token's default life: the longest
	// mapping (8 h), and time to delete it. The API's own default is 24 h, and a
	// token that is lost should not last that long.
	tokenLife = 9 * time.Hour
	// sourceLife is the life of the token that only switches the user: the
	// API's minimum.
	sourceLife = 180 * time.Second
	// revokeTimeout bounds the logout of the source user.
	revokeTimeout = 3 * time.Second
	// otpTries is how often a code is asked for.
	otpTries = 3
)

// Login authenticates, and switches the user if the account says so. otp asks
// for an MFA code when a password login is refused, three times at most; an
// empty answer gives up, and nil means that prompting is not possible.
//
// A 401 is all that the API says for a wrong password and for a missing code
// alike.
func (a Account) Login(ctx context.Context, c *client.Client, otp func(context.Context) (string, error)) (client.Token, error) {
	life := a.TokenTimeout
	if life == 0 {
		life = tokenLife
	}
	if a.Switch != nil {
		life = sourceLife
	}
	token, err := a.authenticate(ctx, c, life, otp)
	if err != nil || a.Switch == nil {
		return token, err
	}
	switched, err := c.SwitchUser(ctx, token, a.Switch.OperatorID, a.Switch.UserName, a.Switch.TokenTimeout)
	// The source user's token has done its work, whatever came of it. That it
	// can't be revoked is no reason to fail: it ends in minutes.
	revoke, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeTimeout)
	defer cancel()
	_ = c.Logout(revoke, token)
	if err != nil {
		return client.Token{}, message.Errorf("switching to %s: %w", safetext.Line(a.Switch.UserName), err)
	}
	return switched, nil
}

// authenticate logs in with the credentials, and with codes when it is refused.
func (a Account) authenticate(ctx context.Context, c *client.Client, life time.Duration, otp func(context.Context) (string, error)) (client.Token, error) {
	cred := a.Credentials
	token, err := c.Auth(ctx, cred, life)
	asked := 0
	for ; refused(err) && cred.UsesPassword() && otp != nil && asked < otpTries; asked++ {
		answer, askErr := otp(ctx)
		if askErr != nil {
			return client.Token{}, message.Errorf("asking for the MFA code: %w", askErr)
		}
		if strings.TrimSpace(answer) == "" {
			break
		}
		code, ok := cleanOTP(answer)
		if !ok {
			continue // not worth one of the few logins that the API allows
		}
		cred.MFAOTPCode = code
		token, err = c.Auth(ctx, cred, life)
	}
	if refused(err) {
		return client.Token{}, a.refusal(err, cred.MFAOTPCode != "")
	}
	return token, err
}

func refused(err error) bool {
	var answer *client.Error
	return errors.As(err, &answer) && answer.Status == http.StatusUnauthorized
}

// refusal says what may be wrong with the credentials.
func (a Account) refusal(err error, withCode bool) error {
	again := "napter-connect auth login --force --profile " + shellQuote(a.Profile)
	next := message.New("the AuthKey is wrong or was deleted: create a new one in the user console, then run: %s", again)
	switch {
	case withCode:
		next = message.New(
			"the password or the MFA code is wrong; a code serves once and for 30 seconds: take the next one, and check the clock",
		)
	case a.Credentials.UsesPassword():
		next = message.New(
			"the password is wrong, or an MFA code is needed: give one with --otp or NAPTER_CONNECT_OTP, or run: %s", again,
		)
	}
	return message.WithHintText(message.Errorf("%s was refused: %w", a.Credentials.Text(), err), next)
}

// cleanOTP reads a code of six digits (RFC 6238 as Soracom uses it), which
// people also write in two groups.
func cleanOTP(text string) (code string, ok bool) {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, text)
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return "", false
	}
	return code, true
}
