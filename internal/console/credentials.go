package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Identity is who logs in: an AuthKey's ID, a root user's e-mail, or a SAM user of an
// operator. All empty, the AuthKey's ID is asked for.
type Identity struct{ KeyID, Email, Operator, User string }

// ErrNobodyToAsk says that there is no terminal to ask on.
var ErrNobodyToAsk = message.WithHint(message.Errorf("there is no terminal to ask on"), "give --auth-key-id and the secret on stdin")

// AskCredentials completes who logs in by asking for the rest. The secret may also be
// one line of in, where that is no terminal; con is nil when nobody can be asked.
func AskCredentials(ctx context.Context, con *Console, in *os.File, id Identity) (client.Credentials, error) {
	var c client.Credentials
	if id == (Identity{}) {
		if con == nil {
			return c, ErrNobodyToAsk
		}
		_, _ = fmt.Fprintln(con.out, con.texts.Word("An AuthKey of a SAM user is best: user console, Security, Users, Generate AuthKey."))
		var err error
		if id.KeyID, err = con.Line(ctx, con.texts.Word("AuthKey ID (keyId-…): ")); err != nil {
			return c, err
		}
	}
	secret, err := readSecret(ctx, con, in, id.KeyID != "")
	if err != nil {
		return c, err
	}
	c = client.Credentials{AuthKeyID: id.KeyID, Email: id.Email, OperatorID: id.Operator, UserName: id.User}
	if id.KeyID != "" {
		c.AuthKey = secret
	} else {
		c.Password = secret
	}
	return c, nil
}

func readSecret(ctx context.Context, con *Console, in *os.File, key bool) (secret string, err error) {
	switch {
	case !IsTerminal(in):
		secret, err = bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
	case con == nil:
		return "", ErrNobodyToAsk
	case key:
		secret, err = con.Secret(ctx, con.texts.Word("AuthKey secret (secret-…): "))
	default:
		secret, err = con.Secret(ctx, con.texts.Word("Password: "))
	}
	secret = strings.TrimSpace(secret)
	if err == nil && secret == "" {
		err = message.WithHint(message.Errorf("no secret was given"),
			"type it when asked, or send it as one line to stdin")
	}
	return secret, err
}
