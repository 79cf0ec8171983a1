package profile

import (
	"context"
	"io"
	"path/filepath"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Options say which profile to load.
type Options struct {
	// Name is --profile or NAPTER_CONNECT_PROFILE; "" is "default".
	Name string
	// CoverageType is --coverage-type: jp, g or "".
	CoverageType string
	// OTP is --otp or NAPTER_CONNECT_OTP.
	OTP string
	// Getenv reads SORACOM_PROFILE_DIR, SORACOM_ENDPOINT and HOME (USERPROFILE on
	// Windows).
	Getenv func(string) string
	// Stderr receives what a profileCommand says to the user; nil is os.Stderr.
	Stderr io.Writer
}

// Load reads the profile, runs its profileCommand, and resolves its
// sourceProfile. Errors say what to do next (Hint).
func Load(ctx context.Context, o Options) (Account, error) {
	dir, err := Dir(o)
	if err != nil {
		return Account{}, err
	}
	name, err := fileName(dir, o.Name)
	if err != nil {
		return Account{}, err
	}
	f, err := read(dir, name)
	if err != nil {
		return Account{}, err
	}
	a := Account{Profile: name, Headers: f.Headers}
	if a.Endpoint, a.Coverage, err = endpoint(o, f); err != nil {
		return Account{}, err
	}
	if _, err := client.New(client.Options{Endpoint: a.Endpoint, Headers: f.Headers}); err != nil {
		return Account{}, inFile(dir, name, err)
	}
	if f.ProfileCommand != "" {
		// Of its output only who logs in counts, as in the CLI.
		if f, err = runCommand(ctx, f.ProfileCommand, o.Stderr); err != nil {
			return Account{}, message.Errorf("profile %s: %w", name, err)
		}
	}
	return a.login(o, dir, name, f)
}

// login fills in who logs in, according to f.
func (a Account) login(o Options, dir, name string, f file) (Account, error) {
	if f.SourceProfile != "" {
		if f.OperatorID == "" || f.Username == "" {
			return Account{}, inFile(dir, name, message.Errorf("a sourceProfile needs the operatorId and username to switch to"))
		}
		a.Switch = &SwitchUser{OperatorID: f.OperatorID, UserName: f.Username, TokenTimeout: f.switchTimeout()}
		var err error
		if name, f, err = source(dir, f.SourceProfile); err != nil {
			return Account{}, message.Errorf("the sourceProfile of %s: %w", a.Profile, err)
		}
	}
	var err error
	if a.Credentials, err = f.credentials(); err != nil {
		return Account{}, inFile(dir, name, err)
	}
	return a, a.setOTP(o.OTP)
}

// source reads the profile that another one switches from.
func source(dir, wanted string) (string, file, error) {
	name, err := fileName(dir, wanted)
	if err != nil {
		return "", file{}, err
	}
	f, err := read(dir, name)
	if err != nil {
		return "", file{}, err
	}
	switch {
	case f.SourceProfile != "":
		return "", file{}, inFile(dir, name, message.Errorf("it has a sourceProfile itself, and switching twice is not possible"))
	case f.ProfileCommand != "":
		return "", file{}, inFile(dir, name, message.Errorf("it has a profileCommand, which is not run for a sourceProfile"))
	}
	return name, f, nil
}

func inFile(dir, name string, err error) error {
	return &FileError{Path: filepath.Join(dir, name+".json"), Profile: name, Err: err}
}

// setOTP puts the code that the user gave in place of the file's, where a code
// has a use.
func (a *Account) setOTP(otp string) error {
	if otp == "" || !a.Credentials.UsesPassword() {
		return nil
	}
	code, ok := cleanOTP(otp)
	if !ok {
		return message.WithHint(message.Errorf("the MFA code must have six digits"),
			"give the code that your authenticator shows now: --otp 123456")
	}
	a.Credentials.MFAOTPCode = code
	return nil
}

// New is the account of credentials that are in no file yet, for `auth login`.
func New(o Options, c client.Credentials) (Account, error) {
	dir, err := Dir(o)
	if err != nil {
		return Account{}, err
	}
	name, err := fileName(dir, o.Name)
	if err != nil {
		return Account{}, err
	}
	a := Account{Profile: name, Credentials: c}
	if a.Endpoint, a.Coverage, err = endpoint(o, file{}); err != nil {
		return Account{}, err
	}
	return a, a.setOTP(o.OTP)
}
