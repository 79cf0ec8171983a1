package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/console"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/opener"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

func newAuthCommand(a *app) *cobra.Command {
	return group("auth", "Log in, show the account, revoke tokens", "  napter-connect auth login\n  napter-connect auth status --profile work",
		newAuthLoginCommand(a, nil), newAuthStatusCommand(a), newAuthLogoutCommand(a), newAuthRevokeCommand(a))
}

type loginOptions struct {
	keyID, email, operator, user string
	force                        bool
}

func newAuthLoginCommand(a *app, runF func(context.Context, *loginOptions) error) *cobra.Command {
	var o loginOptions
	if runF == nil {
		runF = a.runAuthLogin
	}
	c := &cobra.Command{
		Use: "login", Short: "Check credentials and save them as a profile",
		Long: `Check credentials by logging in, and save them as a profile that only you can read,
in the format of the official CLI (soracom). Asks for what is not given. The secret is
never an argument: it is asked for, or read as one line from stdin.`,
		Example: `  napter-connect auth login
  napter-connect auth login --profile work --coverage-type g
  pass soracom/authkey | napter-connect auth login --auth-key-id keyId-xxxxx`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &o) },
	}
	fs := c.Flags()
	fs.StringVar(&o.keyID, "auth-key-id", "", "AuthKey `ID` (keyId-…)")
	fs.StringVar(&o.email, "email", "", "e-mail `ADDRESS` of the root user")
	fs.StringVar(&o.operator, "operator-id", "", "operator `ID` (OP…) of a SAM user")
	fs.StringVar(&o.user, "user", "", "`NAME` of a SAM user")
	fs.BoolVar(&o.force, "force", false, "replace the profile if it exists")
	return c
}

func (a *app) runAuthLogin(ctx context.Context, o *loginOptions) error {
	s, err := a.local()
	if err != nil {
		return err
	}
	cred, err := a.askCredentials(ctx, *o)
	if err != nil {
		return err
	}
	po := a.profileOptions(s.file)
	account, err := profile.New(po, cred)
	if err != nil {
		return err
	}
	login := opener.New(opener.Options{AskCode: a.otpPrompt()})
	defer login.Close(ctx)
	session, err := login.Session(account, s.network)
	if err != nil {
		return err
	}
	done := a.waiting(a.texts().Word("logging in"))
	token, err := session.Token(ctx)
	done()
	if err != nil {
		return message.Errorf("logging in: %w", err)
	}
	path, err := profile.Save(po, account, o.force)
	if err != nil {
		return err
	}
	a.say("logged in as %s; the profile is %s", whoIs(token, a.texts()), path)
	a.say("try: %s", "napter-connect sims")
	return nil
}

// askCredentials completes what the flags say by asking, or by one line of
// stdin for the secret.
func (a *app) askCredentials(ctx context.Context, o loginOptions) (client.Credentials, error) {
	var c client.Credentials
	switch {
	case o.keyID != "" && (o.email != "" || o.user != ""), o.email != "" && o.user != "":
		return c, usagef(message.New("see napter-connect auth login --help"),
			"give an AuthKey ID, an e-mail or a SAM user, not several of them")
	case (o.operator == "") != (o.user == ""):
		return c, usagef(message.New("give --operator-id and --user together"), "a SAM user needs an operator ID and a name")
	}
	con := a.console()
	if o.keyID == "" && o.email == "" && o.user == "" {
		if con == nil {
			return c, usagef(message.New("give --auth-key-id and the secret on stdin"), "there is no terminal to ask on")
		}
		a.tell(a.texts().Word("An AuthKey of a SAM user is best: user console, Security, Users, Generate AuthKey."))
		id, err := con.Line(ctx, a.texts().Word("AuthKey ID (keyId-…): "))
		if err != nil {
			return c, err
		}
		o.keyID = id
	}
	secret, err := a.readSecret(ctx, con, o.keyID != "")
	if err != nil {
		return c, err
	}
	c = client.Credentials{AuthKeyID: o.keyID, Email: o.email, OperatorID: o.operator, UserName: o.user}
	if o.keyID != "" {
		c.AuthKey = secret
	} else {
		c.Password = secret
	}
	return c, nil
}

func (a *app) readSecret(ctx context.Context, con *console.Console, key bool) (secret string, err error) {
	switch {
	case !isTerminal(a.in):
		secret, err = bufio.NewReader(io.LimitReader(a.in, 4096)).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
	case key:
		secret, err = con.Secret(ctx, a.texts().Word("AuthKey secret (secret-…): "))
	default:
		secret, err = con.Secret(ctx, a.texts().Word("Password: "))
	}
	secret = strings.TrimSpace(secret)
	if err == nil && secret == "" {
		err = message.WithHint(message.Errorf("no secret was given"),
			"type it when asked, or send it as one line to stdin")
	}
	return secret, err
}

func newAuthStatusCommand(a *app) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: "Log in and show who you are", Args: noArgs,
		Example: "  napter-connect auth status --profile work",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runAuthStatus(cmd.Context(), a, asJSON)
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// authStatus is what `auth status --json` prints.
type authStatus struct {
	Profile  string    `json:"profile"`
	Endpoint string    `json:"endpoint"`
	Operator string    `json:"operator"`
	User     string    `json:"user,omitempty"` // empty for the root user
	With     string    `json:"with"`
	Expires  time.Time `json:"expires,omitzero"`
}

func runAuthStatus(ctx context.Context, a *app, asJSON bool) error {
	api, err := a.openAPI(ctx, "auth")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	done := a.waiting(a.texts().Word("logging in"))
	token, err := api.Token(ctx)
	done()
	if err != nil {
		return message.Errorf("logging in: %w", err)
	}
	st := authStatus{
		Profile: api.setup.account.Profile, Endpoint: api.setup.account.Endpoint, Operator: token.OperatorID,
		User: token.UserName, With: api.setup.account.Credentials.String(), Expires: token.Expires,
	}
	if asJSON {
		return writeJSON(a.out, st)
	}
	_, err = fmt.Fprintf(a.out, "profile   %s\nendpoint  %s\nuser      %s\nwith      %s\n",
		safetext.Line(st.Profile), safetext.Line(st.Endpoint), whoIs(token, i18n.For(i18n.English)), safetext.Line(st.With))
	return err
}

func whoIs(t client.Token, texts *i18n.Texts) string {
	if t.UserName == "" {
		return texts.Sprintf("root user of %s", safetext.Line(t.OperatorID))
	}
	return texts.Sprintf("SAM user %s of %s", safetext.Line(t.UserName), safetext.Line(t.OperatorID))
}

func newAuthLogoutCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "logout", Short: "Log out: revoke the tokens that this program holds", Args: noArgs,
		Example: "  napter-connect auth logout",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runAuthLogout(cmd.Context(), a)
		},
	}
}

// runAuthLogout ends the keeper's tokens. Commands without a keeper log out at
// their own end.
func runAuthLogout(ctx context.Context, a *app) error {
	k, err := a.runningKeeper()
	if err != nil {
		return err
	}
	err = k.Logout(ctx)
	var none *keeper.NotRunningError
	if errors.As(err, &none) {
		a.tell(a.texts().Word("no token is held"))
		return nil
	}
	if err != nil {
		return err
	}
	a.tell(a.texts().Word("logged out"))
	return nil
}

func newAuthRevokeCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "revoke", Short: "Revoke all tokens of this user, everywhere", Args: noArgs,
		Long: `Revoke all API tokens of the profile's user, also those of other programs and of the
user console, as after a leak. The AuthKey itself stays valid.`,
		Example: "  napter-connect auth revoke --profile work",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runAuthRevoke(cmd.Context(), a) },
	}
}

func runAuthRevoke(ctx context.Context, a *app) error {
	api, err := a.openAPI(ctx, "auth")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	token, err := api.Token(ctx)
	if err != nil {
		return message.Errorf("logging in: %w", err)
	}
	if token.UserName == "" {
		err = api.RevokeOperatorAuthTokens(ctx, token.OperatorID)
	} else {
		err = api.RevokeUserAuthTokens(ctx, token.OperatorID, token.UserName)
	}
	if err != nil {
		return message.Errorf("revoking tokens: %w", err)
	}
	a.say("all tokens of the %s are revoked", whoIs(token, a.texts()))
	return nil
}
