package client

import (
	"net/http"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// permission names the SAM permission of each operation that needs one: the
// definition's tag and operation. The calls of Auth need none, but for the
// trust policy of switchUser.
func permission(op string) string {
	switch op {
	case opListPortMappings, opCreatePortMapping, opCreatePortMappingForSim,
		opListPortMappingsForSim, opListPortMappingsForSubscriber, opDeletePortMapping:
		return "PortMapping:" + op
	case opListSims, opGetSim:
		return "Sim:" + op
	case opSearchSims:
		return "Query:" + op
	case opGetSubscriber:
		return "Subscriber:" + op
	case opGetNapterAuditLogs:
		return "AuditLog:" + op
	case opGenerateAuthToken, opRevokeOperatorAuthTokens:
		return "Operator:" + op
	case opRevokeUserAuthTokens:
		return "User:" + op
	}
	return ""
}

// Hint is what to do next; it may say nothing.
func (e *Error) Hint() message.Text {
	switch {
	case e.webPage:
		return message.New(
			"something between here and the API answered in its place: check the endpoint, the proxy, and whether this network wants you to sign in",
		)
	case e.Operation == opAuth && e.Status == http.StatusUnauthorized:
		return message.New(
			"the credentials are wrong or revoked, or an MFA code is missing or wrong; log in again: napter-connect auth login",
		)
	case e.InvalidToken():
		return message.New("the token was revoked or has expired; log in again: napter-connect auth login")
	case e.Status == http.StatusForbidden:
		return forbiddenHint(e.Operation)
	case e.Status == http.StatusNotFound:
		return notFoundHint(e.Operation)
	case e.Status == http.StatusTooManyRequests && e.RetryAfter > 0:
		return message.New("too many requests: try again in %s", e.RetryAfter.Round(time.Second))
	case e.Status == http.StatusTooManyRequests:
		return message.New("too many requests: try again in a minute")
	case e.Status/100 == 3:
		return message.New("check the endpoint, and whether this network wants you to sign in")
	case e.Status >= 500:
		return message.New("the API has a problem of its own: try again in a minute")
	case e.Operation == opSwitchUser && e.Status == http.StatusBadRequest:
		return message.New("the target user's trust policy must name the source user")
	}
	return message.Text{}
}

func forbiddenHint(op string) message.Text {
	name := permission(op)
	if name == "" {
		return message.New("this user may not do that; a change of permissions takes effect at the next login")
	}
	return message.New(
		"this user needs the SAM permission %s; a change of permissions takes effect only at the next login: run napter-connect auth logout, then try again",
		name,
	)
}

func notFoundHint(op string) message.Text {
	switch op {
	case opGetSim, opGetSubscriber, opCreatePortMapping, opCreatePortMappingForSim:
		return message.New(
			"check the SIM, and the coverage type of the profile (jp or g): napter-connect sims lists what this account has",
		)
	}
	return message.Text{}
}
