package profile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

func TestSaveAndLoad(t *testing.T) {
	for _, c := range []client.Credentials{
		{AuthKeyID: "keyId-1", AuthKey: "secret-1"},
		{Email: "e@example.com", Password: `p"<>& w`},
		{OperatorID: "OP1", UserName: "u", Password: "p"},
	} {
		for _, endpoint := range []string{"", "http://127.0.0.1:8080"} {
			o := options(map[string]string{"SORACOM_PROFILE_DIR": filepath.Join(t.TempDir(), "new", "folder"), "SORACOM_ENDPOINT": endpoint})
			o.Name, o.CoverageType = "my.work", "g"
			a, err := New(o, c)
			if err != nil {
				t.Fatal(err)
			}
			a.Credentials.MFAOTPCode = "123456" // is not saved
			path, err := Save(o, a, false)
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Base(path) != "my-work.json" { // as the CLI names it
				t.Errorf("saved as %s", path)
			}
			for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
				if info, err := os.Stat(p); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != want {
					t.Errorf("%s: %v, %v", p, info.Mode(), err)
				}
			}
			o = with(o, "SORACOM_ENDPOINT", "")
			o.CoverageType = ""
			got, err := Load(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			a.Credentials.MFAOTPCode = ""
			if diff := cmp.Diff(a, got); diff != "" {
				t.Error(diff)
			}
		}
	}
}

func TestSaveKeepsWhatIsThere(t *testing.T) {
	o := folder(t, map[string]string{"default": cliRoot})
	if err := os.Chmod(o.Getenv("SORACOM_PROFILE_DIR"), 0o755); err != nil {
		t.Fatal(err)
	}
	a, err := New(o, client.Credentials{AuthKeyID: "k", AuthKey: "s"})
	if err != nil {
		t.Fatal(err)
	}
	var exists *ExistsError
	if _, err := Save(o, a, false); !errors.As(err, &exists) || !strings.Contains(message.Hint(err).String(), "--force") {
		t.Fatalf("got %v, hint %q", err, message.Hint(err).String())
	}
	if got, err := Load(t.Context(), o); err != nil || got.Credentials.Email != "root@example.com" {
		t.Fatalf("it was changed: %+v, %v", got, err)
	}
	if _, err := Save(o, a, true); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(t.Context(), o); err != nil || got.Credentials.AuthKeyID != "k" {
		t.Fatalf("it was not replaced: %+v, %v", got, err)
	}
	if names, err := List(o); err != nil || len(names) != 1 {
		t.Errorf("left over: %v, %v", names, err)
	}
}

func TestSaveRefusesSwitch(t *testing.T) {
	o := folder(t, nil)
	if _, err := Save(o, Account{Switch: &SwitchUser{}}, false); err == nil {
		t.Fatal("no error")
	}
}

func TestKey(t *testing.T) {
	base := func() Account {
		return Account{Profile: "p", Endpoint: "https://e", Coverage: "jp", Headers: map[string]string{"A": "1", "B": "2"},
			Credentials: client.Credentials{Email: "e", Password: "pw"}, Switch: &SwitchUser{OperatorID: "OP1", UserName: "u"}}
	}
	for name, change := range map[string]func(*Account){
		"nothing": func(*Account) {}, "the name": func(a *Account) { a.Profile = "q" },
		"the code": func(a *Account) { a.Credentials.MFAOTPCode = "123456" },
		"the life": func(a *Account) { a.TokenTimeout = 1; a.Switch.TokenTimeout = 2 },
	} {
		a := base()
		change(&a)
		if a.Key() != base().Key() {
			t.Errorf("%s makes another account", name)
		}
	}
	for name, change := range map[string]func(*Account){
		"endpoint": func(a *Account) { a.Endpoint = "https://f" }, "header": func(a *Account) { a.Headers["A"] = "3" },
		"password": func(a *Account) { a.Credentials.Password = "q" }, "switch": func(a *Account) { a.Switch.UserName = "v" },
		"no switch": func(a *Account) { a.Switch = nil },
	} {
		a := base()
		change(&a)
		if a.Key() == base().Key() {
			t.Errorf("another %s makes no other account", name)
		}
	}
	if (Account{Headers: map[string]string{}}).Key() != (Account{}).Key() {
		t.Error("no headers differ from none")
	}
}

func TestAccountHidesSecrets(t *testing.T) {
	a := Account{Profile: "p\x1b[2J", Credentials: client.Credentials{Email: "e", Password: "TOPSECRET", MFAOTPCode: "123456"},
		Switch: &SwitchUser{OperatorID: "OP1", UserName: "u"}}
	f := file{Password: "TOPSECRET"}
	for _, s := range []string{fmt.Sprint(a), fmt.Sprintf("%+v", a), fmt.Sprintf("%#v", a), a.Key(), fmt.Sprint(f), fmt.Sprintf("%#v %+v", f, f)} {
		if strings.Contains(s, "TOPSECRET") || strings.Contains(s, "123456") || strings.Contains(s, "\x1b") {
			t.Errorf("shows too much: %q", s)
		}
	}
	if got, want := a.String(), `p\x1b[2J (root user e as u of OP1)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
