package cli

import (
	"errors"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/message"
)

// FlagError says what is wrong with a flag.
func FlagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return valueError(cmd, invalid)
	}
	return &UsageError{err: parseError(err), hint: SeeHelp(cmd)}
}

// parseError says an error of pflag, whose English words it keeps, so that it can
// be translated.
func parseError(err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &unknown):
		if Group := unknown.GetSpecifiedShortnames(); Group != "" {
			return message.Errorf("unknown shorthand flag: %q in -%s", firstRune(Group), Group)
		}
		return message.Errorf("unknown flag: --%s", unknown.GetSpecifiedName())
	case errors.As(err, &bare):
		if Group := bare.GetSpecifiedShortnames(); Group != "" {
			return message.Errorf("flag needs an argument: %q in -%s", firstRune(Group), Group)
		}
		return message.Errorf("flag needs an argument: --%s", bare.GetSpecifiedName())
	case errors.As(err, &syntax):
		return message.Errorf("bad flag syntax: %s", syntax.GetSpecifiedFlag())
	}
	return err
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// valueError says which values a flag takes, in words that need no knowledge of Go.
func valueError(cmd *cobra.Command, invalid *pflag.InvalidValueError) error {
	f := invalid.GetFlag()
	what, next := message.New("a valid value"), SeeHelp(cmd)
	switch f.Value.Type() {
	case "int":
		what = message.New("a whole number")
	case "duration":
		what, next = message.New("a duration"), message.New("write 90s, 30m or 8h, for example")
	case "bool":
		what = message.New("true or false")
	case "language":
		what, next = message.New("a supported language"), message.New("use en or ja")
	}
	return Usagef(next, "--%s %q is not %s", f.Name, invalid.GetValue(), what)
}
