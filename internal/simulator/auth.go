package simulator

import (
	"crypto/hmac"
	"net/http"
	"slices"
	"time"
)

// Limits of a token's life in seconds: the definition's maximum, the
// authentication guide's minimum.
const (
	minToken     = 180
	maxToken     = 172_800
	defaultToken = 86_400
	maxSwitch    = 3600
)

type authJSON struct {
	APIKey     string `json:"apiKey"`
	Token      string `json:"token"`
	OperatorID string `json:"operatorId"`
	UserName   string `json:"userName,omitempty"`
}

func authAnswer(ses *session, token string) *answer {
	return &answer{status: http.StatusOK, body: authJSON{APIKey: ses.apiKey, Token: token, OperatorID: ses.operatorID, UserName: ses.userName}}
}

func (s *Simulator) auth(c *call) (*answer, *apiError) {
	o := c.object()
	keyID, key := o.text("authKeyId"), o.text("authKey")
	email, password := o.text("email"), o.text("password")
	operatorID, userName := o.text("operatorId"), o.text("userName")
	otp := o.text("mfaOTPCode")
	timeout := o.whole("tokenTimeoutSeconds", defaultToken, minToken, maxToken)
	o.done()
	if o.err != nil {
		return nil, o.err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var match func(Account) bool
	var byPassword bool
	switch {
	case keyID != "" && key != "":
		match = func(a Account) bool { return a.AuthKeyID == keyID && same(a.AuthKey, key) }
	case email != "" && password != "":
		byPassword = true
		match = func(a Account) bool { return a.Email == email && same(a.Password, password) }
	case operatorID != "" && userName != "" && password != "":
		byPassword = true
		match = func(a Account) bool {
			return a.OperatorID == operatorID && a.Name == userName && same(a.Password, password)
		}
	default:
		return nil, badRequest("authKeyId and authKey, email and password, or operatorId, userName and password are required")
	}
	i := slices.IndexFunc(s.accounts, match)
	if i < 0 {
		return nil, errWrongCredentials()
	}
	a := s.accounts[i]
	if byPassword && a.MFASecret != nil {
		switch {
		case otp == "":
			return nil, errMFARequired()
		case !a.otpValid(otp, s.now()):
			return nil, errMFAWrong()
		}
	}
	c.user = a.id()
	ses, token := s.issue(a, time.Duration(timeout)*time.Second)
	return authAnswer(ses, token), nil
}

// same compares secrets; an account without one matches nothing.
func same(have, got string) bool { return have != "" && hmac.Equal([]byte(have), []byte(got)) }

func (s *Simulator) logout(c *call) (*answer, *apiError) {
	if err := c.noBody(); err != nil {
		return nil, err
	}
	s.revoke(func(ses *session) bool { return ses == c.session })
	return noContent(), nil
}

func (s *Simulator) switchUser(c *call) (*answer, *apiError) {
	o := c.object()
	operatorID, userName := o.text("operatorId"), o.text("userName")
	timeout := o.whole("tokenTimeoutSeconds", maxSwitch, minToken, maxSwitch)
	o.done()
	if o.err != nil {
		return nil, o.err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if a.OperatorID == operatorID && a.Name == userName && a.Name != Root && slices.Contains(a.Trusts, c.session.account) {
			ses, token := s.issue(a, time.Duration(timeout)*time.Second)
			return authAnswer(ses, token), nil
		}
	}
	return nil, errSwitch()
}

func (s *Simulator) generateAuthToken(c *call) (*answer, *apiError) {
	o := c.object()
	timeout := o.whole("tokenTimeoutSeconds", defaultToken, minToken, maxToken)
	o.done()
	if o.err != nil {
		return nil, nested(o.err)
	}
	if c.vars["operator_id"] != c.session.operatorID {
		return nil, nested(errOperator())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	token := s.addToken(c.session, time.Duration(timeout)*time.Second)
	return &answer{status: http.StatusOK, body: map[string]string{"token": token}}, nil
}

// nested gives a 400 of generateAuthToken the shape that the definition has for
// it alone.
func nested(e *apiError) *apiError {
	e.nested = e.status == http.StatusBadRequest
	return e
}

func (s *Simulator) revokeUserAuthTokens(c *call) (*answer, *apiError) {
	operatorID, user := c.vars["operator_id"], c.vars["user_name"]
	if operatorID != c.session.operatorID || user == Root || !s.hasAccount(operatorID+"/"+user) {
		return nil, errOperator()
	}
	s.revoke(func(ses *session) bool { return ses.account == operatorID+"/"+user })
	return noContent(), nil
}

func (s *Simulator) revokeOperatorAuthTokens(c *call) (*answer, *apiError) {
	operatorID := c.vars["operator_id"]
	if operatorID != c.session.operatorID {
		return nil, errOperator()
	}
	s.revoke(func(ses *session) bool { return ses.account == operatorID+"/" })
	return noContent(), nil
}

func (s *Simulator) hasAccount(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.accounts, func(a Account) bool { return a.id() == id })
}
