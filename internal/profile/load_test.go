package profile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Profiles as `soracom configure` writes them: one line, with these fields.
const (
	cliAuthKey = `{"sandbox":false,"coverageType":"g","authKeyId":"keyId-abc","authKey":"secret-abc","registerPaymentMethod":false}`
	cliRoot    = `{"sandbox":false,"coverageType":"jp","email":"root@example.com","password":"pw-root","registerPaymentMethod":false}`
	cliSAM     = `{"sandbox":false,"coverageType":"jp","password":"pw-sam","username":"sam","operatorId":"OP0012345678","registerPaymentMethod":false}`
	cliSwitch  = `{"sandbox":false,"coverageType":"jp","username":"target","operatorId":"OP0087654321","registerPaymentMethod":false,"sourceProfile":"default"}`
	cliSandbox = `{"sandbox":true,"coverageType":"jp","email":"x@example.com","password":"pw-box","authKeyId":"keyId-box","authKey":"secret-box","registerPaymentMethod":true}`
)

// folder writes profiles, 0600, and returns options for them.
func folder(t *testing.T, profiles map[string]string) Options {
	t.Helper()
	dir := t.TempDir()
	for name, content := range profiles {
		if err := os.WriteFile(filepath.Join(dir, name+".json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return options(map[string]string{"SORACOM_PROFILE_DIR": dir})
}

func options(env map[string]string) Options {
	return Options{Getenv: func(k string) string { return env[k] }}
}

// with adds a variable to the environment of o.
func with(o Options, key, value string) Options {
	before := o.Getenv
	o.Getenv = func(k string) string {
		if k == key {
			return value
		}
		return before(k)
	}
	return o
}

func TestLoadCLIFiles(t *testing.T) {
	o := folder(t, map[string]string{
		"default": cliAuthKey, "root": cliRoot, "sam": cliSAM, "switch": cliSwitch, "box": cliSandbox,
		"camel":   `{"operatorId":"OP1","userName":"camel","password":"p","mfaOTPCode":"123456"}`,
		"all":     `{"authKeyId":"k","authKey":"s","email":"e","password":"p","operatorId":"OP1","username":"u","mfaOTPCode":"123456"}`,
		"two":     `{"email":"e","password":"p","operatorId":"OP1","username":"u"}`,
		"headers": `{"authKeyId":"k","authKey":"s","endpoint":"https://api.example.com/","headers":{"X-Team":"field"},"unknown":[1]}`,
		"short":   `{"sourceProfile":"root","operatorId":"OP1","username":"u","tokenTimeoutSeconds":180}`,
		"long":    `{"sourceProfile":"root","operatorId":"OP1","username":"u","tokenTimeoutSeconds":3601}`,
		"windows": "\ufeff" + strings.ReplaceAll("{\n"+cliAuthKey[1:], "\n", "\r\n"),
		"odd":     `{"coverageType":"japan","authKeyId":"k","authKey":"s"}`,
	})
	const jp, g = "https://api.soracom.io", "https://g.api.soracom.io"
	key := client.Credentials{AuthKeyID: "keyId-abc", AuthKey: "secret-abc"}
	ks := client.Credentials{AuthKeyID: "k", AuthKey: "s"}
	root := client.Credentials{Email: "root@example.com", Password: "pw-root"}
	for _, want := range []Account{
		{Profile: "default", Endpoint: g, Coverage: "g", Credentials: key},
		{Profile: "root", Endpoint: jp, Coverage: "jp", Credentials: root},
		{Profile: "sam", Endpoint: jp, Coverage: "jp",
			Credentials: client.Credentials{OperatorID: "OP0012345678", UserName: "sam", Password: "pw-sam"}},
		{Profile: "switch", Endpoint: jp, Coverage: "jp", Credentials: key,
			Switch: &SwitchUser{OperatorID: "OP0087654321", UserName: "target"}},
		{Profile: "box", Endpoint: "https://api-sandbox.soracom.io", Coverage: "jp",
			Credentials: client.Credentials{AuthKeyID: "keyId-box", AuthKey: "secret-box"}},
		{Profile: "camel", Endpoint: jp, Coverage: "jp",
			Credentials: client.Credentials{OperatorID: "OP1", UserName: "camel", Password: "p", MFAOTPCode: "123456"}},
		{Profile: "all", Endpoint: jp, Coverage: "jp", Credentials: ks},
		{Profile: "two", Endpoint: jp, Coverage: "jp", Credentials: client.Credentials{Email: "e", Password: "p"}},
		{Profile: "headers", Endpoint: "https://api.example.com", Coverage: "jp", Credentials: ks,
			Headers: map[string]string{"X-Team": "field"}},
		{Profile: "short", Endpoint: jp, Coverage: "jp", Credentials: root,
			Switch: &SwitchUser{OperatorID: "OP1", UserName: "u", TokenTimeout: 180 * time.Second}},
		{Profile: "long", Endpoint: jp, Coverage: "jp", Credentials: root, Switch: &SwitchUser{OperatorID: "OP1", UserName: "u"}},
		{Profile: "windows", Endpoint: g, Coverage: "g", Credentials: key},
		{Profile: "odd", Endpoint: jp, Coverage: "jp", Credentials: ks},
	} {
		t.Run(want.Profile, func(t *testing.T) {
			o := o
			if want.Profile != "default" {
				o.Name = want.Profile
			}
			got, err := Load(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEndpointPrecedence(t *testing.T) {
	const creds = `"authKeyId":"k","authKey":"s"`
	for _, tc := range []struct {
		profile, env, flag string
		endpoint, coverage string
	}{
		{`{` + creds + `}`, "", "", "https://api.soracom.io", "jp"},
		{`{"coverageType":"g",` + creds + `}`, "", "", "https://g.api.soracom.io", "g"},
		{`{"coverageType":"g",` + creds + `}`, "", "jp", "https://api.soracom.io", "jp"},
		{`{"coverageType":"g","sandbox":true,` + creds + `}`, "", "", "https://g.api-sandbox.soracom.io", "g"},
		{`{"sandbox":true,` + creds + `}`, "", "g", "https://g.api-sandbox.soracom.io", "g"},
		{`{"coverageType":"g","endpoint":"https://p.example",` + creds + `}`, "", "", "https://p.example", "g"},
		{`{"endpoint":"https://p.example",` + creds + `}`, "", "g", "https://g.api.soracom.io", "g"},
		{`{"endpoint":"https://p.example",` + creds + `}`, "https://e.example", "g", "https://e.example", "g"},
		{`{` + creds + `}`, "https://G.api.soracom.io", "", "https://G.api.soracom.io", "g"},
		{`{` + creds + `}`, "http://127.0.0.1:8080/", "", "http://127.0.0.1:8080", "jp"},
	} {
		o := with(folder(t, map[string]string{"default": tc.profile}), "SORACOM_ENDPOINT", tc.env)
		o.CoverageType = tc.flag
		got, err := Load(t.Context(), o)
		if err != nil || got.Endpoint != tc.endpoint || got.Coverage != tc.coverage {
			t.Errorf("%s env %q flag %q: %s %s, %v", tc.profile, tc.env, tc.flag, got.Endpoint, got.Coverage, err)
		}
	}
}

func TestNames(t *testing.T) {
	o := folder(t, map[string]string{"my.profile": cliAuthKey, "my-other": cliRoot, "a-b": cliSAM, "本番": cliAuthKey, "..json": cliAuthKey})
	secret := filepath.Join(o.Getenv("SORACOM_PROFILE_DIR"), "..", "outside.json")
	if err := os.WriteFile(secret, []byte(cliAuthKey), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(secret) })
	for name, want := range map[string]string{
		"my.profile": "my.profile", // as it is
		"my.other":   "my-other",   // as the CLI writes it
		"a b":        "a-b",
		"本番":         "本番",
	} {
		o.Name = name
		if got, err := Load(t.Context(), o); err != nil || got.Profile != want {
			t.Errorf("%q: %q, %v", name, got.Profile, err)
		}
	}
	for name, words := range map[string]string{
		"../outside":        `there is no profile "-outside" in `,
		"..":                `there is no profile "-" in `,
		"/etc/passwd":       `there is no profile "-etc-passwd"`,
		`..\outside`:        `there is no profile "-outside"`,
		"検証":                `"検証" can't be a profile's name`,
		"a\x00b":            `there is no profile "ab"`,
		"sub/../../outside": `there is no profile`,
		"x\x1b[2J":          `there is no profile "x2J"`,
	} {
		o.Name = name
		_, err := Load(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), words) || message.Hint(err).String() == "" {
			t.Errorf("%q: %v, hint %q", name, err, message.Hint(err).String())
		}
	}
}

func TestMissing(t *testing.T) {
	o := options(map[string]string{"HOME": t.TempDir(), "USERPROFILE": t.TempDir()})
	_, err := Load(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), `there is no profile "default" in `) || !strings.Contains(err.Error(), ".soracom") {
		t.Fatalf("got %v", err)
	}
	if lines := strings.Split(message.Hint(err).String(), "\n"); len(lines) != 3 || !strings.HasSuffix(lines[1], ": napter-connect auth login") ||
		!strings.Contains(lines[2], "napter-connect demo ssh") {
		t.Errorf("hint %q", message.Hint(err).String())
	}
	o = folder(t, map[string]string{"b": cliRoot, "a": cliRoot})
	o.Name = "wrk"
	_, err = Load(t.Context(), o)
	if got, want := message.Hint(err).String(), "use --profile with one of: a, b; or make it: napter-connect auth login --profile wrk"; got != want {
		t.Errorf("hint %q, want %q", got, want)
	}
	_, err = Load(t.Context(), options(nil))
	if err == nil || message.Hint(err).String() != "set HOME, or SORACOM_PROFILE_DIR" {
		t.Errorf("without a home: %v, hint %q", err, message.Hint(err).String())
	}
}

func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes on Windows")
	}
	o := folder(t, map[string]string{"default": cliAuthKey, "it's mine": cliAuthKey})
	dir := o.Getenv("SORACOM_PROFILE_DIR")
	path := filepath.Join(dir, "default.json")
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o700: true, 0o640: false, 0o604: false, 0o620: false, 0o610: false, 0o644: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := Load(t.Context(), o)
		if (err == nil) != ok {
			t.Errorf("%o: %v", mode, err)
		}
		if err != nil && (message.Hint(err).String() != "chmod 600 "+path || !strings.Contains(err.Error(), fmt.Sprintf("(mode %04o)", mode))) {
			t.Errorf("%o: %v, hint %q", mode, err, message.Hint(err).String())
		}
	}
	// A symlink's own mode (0777) does not count, its target's does.
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, filepath.Join(dir, "link.json")); err != nil {
		t.Fatal(err)
	}
	o.Name = "link"
	if _, err := Load(t.Context(), o); err != nil {
		t.Errorf("link to a private file: %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(t.Context(), o); err == nil {
		t.Error("link to an open file: no error")
	}
	// The command in the hint can be pasted into a shell.
	odd := filepath.Join(dir, "it's mine.json")
	if err := os.Chmod(odd, 0o644); err != nil {
		t.Fatal(err)
	}
	o.Name = "it's mine"
	_, err := Load(t.Context(), o)
	if h := message.Hint(err).String(); !strings.HasPrefix(h, "chmod 600 ") || !strings.Contains(h, `"`+odd+`"`) && !strings.Contains(h, `\'`) {
		t.Errorf("hint %q", h)
	}
}

func TestFaultyFiles(t *testing.T) {
	for _, tc := range []struct{ content, message, hint string }{
		{"", "line 1, column 1: the JSON ends too early", "auth login --force"},
		{"{", "line 1, column 1: the JSON ends too early", "auth login --force"},
		{"{\n  \"authKey\": \"TOPSECRET\",\n  oops\n}", "line 3, column 3: this is not valid JSON", "auth login --force"},
		{`{"authKey": "TOPSECRET"`, "the JSON ends too early", "auth login --force"},
		{`{"authKey": "TOPSECRET"} x`, "column 26: this is not valid JSON", "auth login --force"},
		{"{\n\"coverageType\": 1}", "line 2, column 17: coverageType must be a string", "auth login --force"},
		{`[]`, "line 1, column 1: a profile is a JSON object", "auth login --force"},
		{`"TOPSECRET"`, "a profile is a JSON object", "auth login --force"},
		{`{"tokenTimeoutSeconds": "1h"}`, "tokenTimeoutSeconds must be a whole number", "auth login --force"},
		{`null`, "it holds no credentials", "auth login --force"},
		{`{"coverageType":"jp"}`, "it holds no credentials", "auth login --force"},
		{`{"authKeyId":"k"}`, "it has an authKeyId but no authKey", "auth login"},
		{`{"authKey":"TOPSECRET"}`, "it has an authKey but no authKeyId", "auth login"},
		{`{"email":"e"}`, "it has an email but no password", "auth login"},
		{`{"password":"TOPSECRET"}`, "it has a password but neither", "auth login"},
		{`{"username":"u","password":"TOPSECRET"}`, "it has a username but no operatorId", "auth login"},
		{`{"username":"u","operatorId":"OP1"}`, "it has a username but no password", "auth login"},
		{`{"endpoint":"https://api.soracom.io/v1","authKeyId":"k","authKey":"TOPSECRET"}`,
			"the profile's endpoint: the endpoint must not end in /v1", "without /v1"},
		{`{"endpoint":"http://api.example.com","authKeyId":"k","authKey":"TOPSECRET"}`,
			"the profile's endpoint: the endpoint must use https", "https://"},
		{`{"headers":{"X Y":"z"},"authKeyId":"k","authKey":"TOPSECRET"}`, `header name "X Y" is not valid`, "auth login"},
		{`{"headers":{"X-Y":"TOPSECRET\n"},"authKeyId":"k","authKey":"s"}`, "value of the profile's header X-Y is not valid", "auth login"},
		{`{"sourceProfile":"default"}`, "a sourceProfile needs the operatorId and username", "auth login"},
		{`{"sourceProfile":"default","operatorId":"OP1","username":"u"}`, "switching twice is not possible", "auth login"},
		{`{"sourceProfile":"command","operatorId":"OP1","username":"u"}`, "a profileCommand, which is not run for a sourceProfile", "auth login"},
		{`{"sourceProfile":"gone","operatorId":"OP1","username":"u"}`, `the sourceProfile of default: there is no profile "gone"`, "--profile"},
		{`{"profileCommand":"echo | cat"}`, "is run without a shell", "sh -c"},
		{`{"profileCommand":"echo 'x"}`, "unbalanced quotes", "quote"},
		{`{"profileCommand":" "}`, "the profileCommand is empty", "name a program"},
		{`{"profileCommand":"/nonexistent/program TOPSECRET"}`, "the profileCommand program: ", "run it by hand"},
	} {
		o := folder(t, map[string]string{"default": tc.content, "command": `{"profileCommand":"true"}`})
		_, err := Load(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), tc.message) || !strings.Contains(message.Hint(err).String(), tc.hint) {
			t.Errorf("%s\n got %v\nhint %s", tc.content, err, message.Hint(err).String())
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n") || strings.Contains(fmt.Sprint(err, message.Hint(err).String()), "TOPSECRET") {
			t.Errorf("%s: the error shows too much: %v", tc.content, err)
		}
	}
}

func TestFaultyOptions(t *testing.T) {
	o := folder(t, map[string]string{"default": cliRoot, "key": cliAuthKey})
	o.CoverageType = "G"
	if _, err := Load(t.Context(), o); err == nil || !strings.Contains(message.Hint(err).String(), "--coverage-type jp (Japan) or g (global)") {
		t.Errorf("coverage type: %v, hint %q", err, message.Hint(err).String())
	}
	o.CoverageType = ""
	_, err := Load(t.Context(), with(o, "SORACOM_ENDPOINT", "https://api.soracom.io/v1"))
	if err == nil || !strings.Contains(err.Error(), "SORACOM_ENDPOINT: ") || !strings.Contains(message.Hint(err).String(), "without /v1") {
		t.Errorf("endpoint: %v, hint %q", err, message.Hint(err).String())
	}
	for otp, want := range map[string]string{"123456": "123456", " 123 456\n": "123456", "12345": "", "1234567": "", "12345a": "", "１２３４５６": ""} {
		o.OTP = otp
		a, err := Load(t.Context(), o)
		if (err == nil) != (want != "") || a.Credentials.MFAOTPCode != want && err == nil || err != nil && !strings.Contains(message.Hint(err).String(), "--otp") {
			t.Errorf("code %q: %q, %v, hint %q", otp, a.Credentials.MFAOTPCode, err, message.Hint(err).String())
		}
	}
	o.Name, o.OTP = "key", "123456"
	if a, err := Load(t.Context(), o); err != nil || a.Credentials.MFAOTPCode != "" {
		t.Errorf("an AuthKey takes no code: %v", err)
	}
}

func TestSpecialFiles(t *testing.T) {
	o := folder(t, map[string]string{"huge": `{"x":"` + strings.Repeat("x", maxSize) + `"}`})
	dir := o.Getenv("SORACOM_PROFILE_DIR")
	if err := os.Mkdir(filepath.Join(dir, "folder.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, words := range map[string]string{"huge": "larger than 1 MiB", "folder": "not a regular file"} {
		o.Name = name
		if _, err := Load(t.Context(), o); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestList(t *testing.T) {
	o := folder(t, map[string]string{"b": cliRoot, "a": "not even JSON", ".hidden": cliRoot})
	if err := os.WriteFile(filepath.Join(o.Getenv("SORACOM_PROFILE_DIR"), "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := List(o)
	if diff := cmp.Diff([]string{"a", "b"}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if got, err := List(with(o, "SORACOM_PROFILE_DIR", filepath.Join(t.TempDir(), "gone"))); err != nil || got != nil {
		t.Errorf("no folder: %v, %v", got, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{cliAuthKey, cliSwitch, "", "{", "[]", "null", "{\"headers\":{\"a\":1}}", "\ufeff{}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decode(data)
		if err == nil {
			_, _ = got.credentials()
			return
		}
		var e *syntaxError
		if !errors.As(err, &e) || e.line < 1 || e.column < 1 || strings.Contains(err.Error(), "\n") {
			t.Fatalf("%q: %#v", data, err)
		}
	})
}

func FuzzFileName(f *testing.F) {
	f.Add("../x")
	f.Add("my.profile")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, name string) {
		got, err := fileName(dir, name)
		if err == nil && filepath.Dir(filepath.Join(dir, got+".json")) != dir {
			t.Fatalf("%q leads to %q", name, got)
		}
	})
}
