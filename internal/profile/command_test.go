package profile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// The test binary is the profileCommand: it does what its second argument says.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "as-profile-command" {
		os.Exit(profileCommand(os.Args[2:]))
	}
	os.Exit(m.Run())
}

func profileCommand(args []string) int {
	switch args[0] {
	case "print":
		fmt.Print(args[1])
	case "stderr":
		fmt.Fprintln(os.Stderr, "touch your key")
		fmt.Print(cliAuthKey)
	case "env":
		fmt.Printf(`{"authKeyId":"k","authKey":"[%s]"}`, os.Getenv("NAPTER_CONNECT_OTP"))
	case "flood":
		for {
			if _, err := os.Stdout.Write(bytes.Repeat([]byte("x"), 64<<10)); err != nil {
				return 1
			}
		}
	case "hang":
		fmt.Fprintln(os.Stderr, "hanging")
		time.Sleep(time.Minute)
	case "fail":
		return 3
	}
	return 0
}

// commandProfile is a profile whose command is this binary with args.
func commandProfile(t *testing.T, rest map[string]any, args ...string) Options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	words := []string{shellQuote(self), "as-profile-command"}
	for _, a := range args {
		words = append(words, "'"+a+"'")
	}
	f := map[string]any{"profileCommand": strings.Join(words, " ")}
	for k, v := range rest {
		f[k] = v
	}
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return folder(t, map[string]string{"default": string(data), "root": cliRoot})
}

func TestProfileCommand(t *testing.T) {
	// The file decides about the endpoint, the output about who logs in.
	o := commandProfile(t, map[string]any{"coverageType": "g", "authKeyId": "ignored", "authKey": "ignored", "headers": map[string]string{"X-Team": "f"}},
		"print", `{"coverageType":"jp","endpoint":"https://evil.example","headers":{"X-Evil":"y"},"email":"e","password":"a b","mfaOTPCode":"000111"}`)
	got, err := Load(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if got.Endpoint != "https://g.api.soracom.io" || got.Headers["X-Team"] != "f" || got.Headers["X-Evil"] != "" ||
		got.Credentials != (client.Credentials{Email: "e", Password: "a b", MFAOTPCode: "000111"}) {
		t.Errorf("got %+v %+v", got.Endpoint, got.Headers)
	}
}

func TestProfileCommandSwitches(t *testing.T) {
	o := commandProfile(t, nil, "print", `{"sourceProfile":"root","operatorId":"OP1","username":"u"}`)
	got, err := Load(t.Context(), o)
	if err != nil || got.Switch == nil || got.Switch.UserName != "u" || got.Credentials.Email != "root@example.com" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestProfileCommandStderr(t *testing.T) {
	o := commandProfile(t, nil, "stderr")
	var stderr bytes.Buffer
	o.Stderr = &stderr
	if _, err := Load(t.Context(), o); err != nil || !strings.Contains(stderr.String(), "touch your key") {
		t.Errorf("got %q, %v", stderr.String(), err)
	}
}

func TestProfileCommandSeesNoCode(t *testing.T) {
	t.Setenv("NAPTER_CONNECT_OTP", "123456")
	got, err := Load(t.Context(), commandProfile(t, nil, "env"))
	if err != nil || got.Credentials.AuthKey != "[]" {
		t.Errorf("got %q, %v", got.Credentials.AuthKey, err)
	}
}

func TestProfileCommandFails(t *testing.T) {
	for _, tc := range []struct {
		args    []string
		message string
	}{
		{[]string{"fail", "TOPSECRET"}, "exit status 3"},
		{[]string{"print", ""}, "the JSON ends too early"},
		{[]string{"print", "TOPSECRET"}, "line 1, column 1: this is not valid JSON"},
		{[]string{"flood"}, "it printed more than 1 MiB"},
		{[]string{"print", "{}"}, "it holds no credentials"},
	} {
		_, err := Load(t.Context(), commandProfile(t, nil, tc.args...))
		if err == nil || !strings.Contains(err.Error(), tc.message) || message.Hint(err).String() == "" {
			t.Errorf("%v: %v, hint %q", tc.args, err, message.Hint(err).String())
		}
		if err != nil && strings.Contains(err.Error(), "TOPSECRET") {
			t.Errorf("%v: the error shows an argument or the output: %v", tc.args, err)
		}
	}
}

// writes is a writer that calls a function.
type writes func()

func (f writes) Write(p []byte) (int, error) { f(); return len(p), nil }

func TestProfileCommandIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := commandProfile(t, nil, "hang")
	o.Stderr = writes(cancel) // it runs
	start := time.Now()
	_, err := Load(ctx, o)
	if !errors.Is(err, context.Canceled) || time.Since(start) > 20*time.Second {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
}
