package profile

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// Who names the user that a token belongs to.
func Who(t client.Token) message.Text {
	if t.UserName == "" {
		return message.New("root user of %s", safetext.Line(t.OperatorID))
	}
	return message.New("SAM user %s of %s", safetext.Line(t.UserName), safetext.Line(t.OperatorID))
}

// RevokeAll revokes all tokens of the user that t belongs to, t among them.
func RevokeAll(ctx context.Context, s *client.Session, t client.Token) (err error) {
	if t.UserName == "" {
		err = s.RevokeOperatorAuthTokens(ctx, t.OperatorID)
	} else {
		err = s.RevokeUserAuthTokens(ctx, t.OperatorID, t.UserName)
	}
	if err != nil {
		return message.Errorf("revoking tokens: %w", err)
	}
	return nil
}
