package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/console"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/opener"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

func newAuthCommand(a *app) *cobra.Command {
	return cli.Group("auth", "Log in, show the account, revoke tokens", "  napter-connect auth login\n  napter-connect auth status --profile work",
		newAuthLoginCommand(a, nil), newAuthStatusCommand(a, nil), newAuthLogoutCommand(a, nil), newAuthRevokeCommand(a, nil))
}

// authOptions are those of all commands below auth but login.
type authOptions struct{ json bool }

type loginOptions struct {
	console.Identity
	force bool
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
		Args: cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return runF(cmd.Context(), &o)
		},
	}
	fs := c.Flags()
	fs.StringVar(&o.KeyID, "auth-key-id", "", "AuthKey `ID` (keyId-…)")
	fs.StringVar(&o.Email, "email", "", "e-mail `ADDRESS` of the root user")
	fs.StringVar(&o.Operator, "operator-id", "", "operator `ID` (OP…) of a SAM user")
	fs.StringVar(&o.User, "user", "", "`NAME` of a SAM user")
	fs.BoolVar(&o.force, "force", false, "replace the profile if it exists")
	return c
}

// check refuses what names nobody, or several.
func (o *loginOptions) check() error {
	switch {
	case o.KeyID != "" && (o.Email != "" || o.User != ""), o.Email != "" && o.User != "":
		return cli.Usagef(message.New("see napter-connect auth login --help"),
			"give an AuthKey ID, an e-mail or a SAM user, not several of them")
	case (o.Operator == "") != (o.User == ""):
		return cli.Usagef(message.New("give --operator-id and --user together"), "a SAM user needs an operator ID and a name")
	}
	return nil
}

func (a *app) runAuthLogin(ctx context.Context, o *loginOptions) error {
	s, err := a.local()
	if err != nil {
		return err
	}
	cred, err := console.AskCredentials(ctx, a.console(), a.in, o.Identity)
	if errors.Is(err, console.ErrNobodyToAsk) {
		return cli.Misuse(err)
	}
	if err != nil {
		return err
	}
	po := s.Profile()
	account, err := profile.New(po, cred)
	if err != nil {
		return err
	}
	login := opener.New(opener.Options{AskCode: a.otpPrompt()})
	defer login.Close(ctx)
	session, err := login.Session(account, s.Network)
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
	a.say("logged in as %s; the profile is %s", profile.Who(token), path)
	a.say("try: %s", "napter-connect sims")
	return nil
}

func newAuthStatusCommand(a *app, runF func(context.Context, *authOptions) error) *cobra.Command {
	var o authOptions
	if runF == nil {
		runF = a.runAuthStatus
	}
	c := &cobra.Command{
		Use: "status", Short: "Log in and show who you are", Args: cli.NoArgs,
		Example: "  napter-connect auth status --profile work",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &o) },
	}
	cli.JSONFlag(c, &o.json)
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

func (a *app) runAuthStatus(ctx context.Context, o *authOptions) error {
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
		Profile: api.Account.Profile, Endpoint: api.Account.Endpoint, Operator: token.OperatorID,
		User: token.UserName, With: api.Account.Credentials.String(), Expires: token.Expires,
	}
	if o.json {
		return cli.WriteJSON(a.out, st)
	}
	_, err = fmt.Fprintf(a.out, "profile   %s\nendpoint  %s\nuser      %s\nwith      %s\n",
		safetext.Line(st.Profile), safetext.Line(st.Endpoint), profile.Who(token), safetext.Line(st.With))
	return err
}

func newAuthLogoutCommand(a *app, runF func(context.Context, *authOptions) error) *cobra.Command {
	if runF == nil {
		runF = a.runAuthLogout
	}
	return &cobra.Command{
		Use: "logout", Short: "Log out: revoke the tokens that this program holds", Args: cli.NoArgs,
		Example: "  napter-connect auth logout",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &authOptions{}) },
	}
}

// runAuthLogout ends the keeper's tokens. Commands without a keeper log out at
// their own end.
func (a *app) runAuthLogout(ctx context.Context, _ *authOptions) error {
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

func newAuthRevokeCommand(a *app, runF func(context.Context, *authOptions) error) *cobra.Command {
	if runF == nil {
		runF = a.runAuthRevoke
	}
	return &cobra.Command{
		Use: "revoke", Short: "Revoke all tokens of this user, everywhere", Args: cli.NoArgs,
		Long: `Revoke all API tokens of the profile's user, also those of other programs and of the
user console, as after a leak. The AuthKey itself stays valid.`,
		Example: "  napter-connect auth revoke --profile work",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &authOptions{}) },
	}
}

func (a *app) runAuthRevoke(ctx context.Context, _ *authOptions) error {
	api, err := a.openAPI(ctx, "auth")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	token, err := api.Token(ctx)
	if err != nil {
		return message.Errorf("logging in: %w", err)
	}
	if err := profile.RevokeAll(ctx, api.Session, token); err != nil {
		return err
	}
	a.say("all tokens of the %s are revoked", profile.Who(token))
	return nil
}
