package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// maxSize bounds a profile file and the output of a profileCommand.
const maxSize = 1 << 20

// file is the official CLI's profile. Its decoder ignores the case of keys, so
// that username and userName are the same; other keys are ignored.
type file struct {
	Sandbox             bool              `json:"sandbox"`
	CoverageType        string            `json:"coverageType"`
	Email               string            `json:"email,omitempty"`
	Password            string            `json:"password,omitempty"`
	AuthKeyID           string            `json:"authKeyId,omitempty"`
	AuthKey             string            `json:"authKey,omitempty"`
	Username            string            `json:"username,omitempty"`
	OperatorID          string            `json:"operatorId,omitempty"`
	Endpoint            string            `json:"endpoint,omitempty"`
	ProfileCommand      string            `json:"profileCommand,omitempty"`
	SourceProfile       string            `json:"sourceProfile,omitempty"`
	TokenTimeoutSeconds int               `json:"tokenTimeoutSeconds,omitempty"`
	MFAOTPCode          string            `json:"mfaOTPCode,omitempty"`
	Headers             map[string]string `json:"headers,omitempty"`
}

// GoString keeps secrets out of %#v, and String out of all else.
func (f file) GoString() string { return "profile" }
func (f file) String() string   { return "profile" }

// credentials chooses one form of login.
func (f file) credentials() (client.Credentials, error) {
	switch {
	case f.AuthKeyID != "" && f.AuthKey != "":
		return client.Credentials{AuthKeyID: f.AuthKeyID, AuthKey: f.AuthKey}, nil
	case f.Email != "" && f.Password != "":
		return client.Credentials{Email: f.Email, Password: f.Password, MFAOTPCode: f.MFAOTPCode}, nil
	case f.OperatorID != "" && f.Username != "" && f.Password != "":
		return client.Credentials{OperatorID: f.OperatorID, UserName: f.Username, Password: f.Password, MFAOTPCode: f.MFAOTPCode}, nil
	}
	return client.Credentials{}, f.missing()
}

// missing names the half of credentials that is not there.
func (f file) missing() error {
	switch {
	case f.AuthKeyID != "":
		return message.Errorf("it has an authKeyId but no authKey")
	case f.AuthKey != "":
		return message.Errorf("it has an authKey but no authKeyId")
	case f.Email != "":
		return message.Errorf("it has an email but no password")
	case f.Username != "" && f.OperatorID == "":
		return message.Errorf("it has a username but no operatorId")
	case f.Username != "":
		return message.Errorf("it has a username but no password")
	case f.Password != "":
		return message.Errorf("it has a password but neither an email nor an operatorId with a username")
	}
	return message.Errorf("it holds no credentials")
}

// switchTimeout is the life of a switched user's token. The CLI uses a value
// only between the API's limits, and so do we.
func (f file) switchTimeout() time.Duration {
	life := time.Duration(f.TokenTimeoutSeconds) * time.Second
	if life < 180*time.Second || life > time.Hour {
		return 0
	}
	return life
}

// syntaxError is a fault in JSON, at a place, without a word of the text, which
// holds secrets.
type syntaxError struct {
	line, column int
	what         message.Text
}

func (e *syntaxError) Text() message.Text {
	return message.New("line %d, column %d: %s", e.line, e.column, e.what)
}

func (e *syntaxError) Error() string { return e.Text().String() }

// decode reads a profile; its errors are of type *syntaxError.
func decode(data []byte) (file, error) {
	var f file
	text := bytes.TrimPrefix(data, []byte("\ufeff")) // as Windows editors write it
	err := json.Unmarshal(text, &f)
	if err == nil {
		return f, nil
	}
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return file{}, at(text, wrongType.Offset, mustBe(wrongType.Field, wrongType.Type.Kind()))
	case errors.As(err, &wrongType):
		return file{}, at(text, wrongType.Offset, message.New("a profile is a JSON object, {...}"))
	case errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input":
		return file{}, at(text, syntax.Offset, message.New("the JSON ends too early"))
	case errors.As(err, &syntax):
		return file{}, at(text, syntax.Offset, message.New("this is not valid JSON"))
	}
	return file{}, at(text, 1, message.New("this is not valid JSON"))
}

// mustBe says of what type the value of a key is.
func mustBe(key string, kind reflect.Kind) message.Text {
	switch kind {
	case reflect.Bool:
		return message.New("%s must be true or false", key)
	case reflect.Int:
		return message.New("%s must be a whole number", key)
	case reflect.Map:
		return message.New("%s must be an object of strings, {...}", key)
	}
	return message.New("%s must be a string", key)
}

// at makes an error for the byte that is the offset-th.
func at(text []byte, offset int64, what message.Text) *syntaxError {
	before := text[:max(0, min(int(offset)-1, len(text)))]
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return &syntaxError{
		line:   bytes.Count(before, []byte("\n")) + 1,
		column: len([]rune(string(before[lineStart:]))) + 1,
		what:   what,
	}
}

func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err == nil && len(data) > maxSize {
		err = message.Errorf("it is larger than 1 MiB")
	}
	return data, err
}
