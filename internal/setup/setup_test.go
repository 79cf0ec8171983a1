package setup_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/setup"
)

// read reads the setup of a home with a config.yaml.
func read(t *testing.T, o setup.Options, vars map[string]string, config string) *setup.Setup {
	t.Helper()
	home := t.TempDir()
	file := filepath.Join(home, "config.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Config = file
	o.Getenv = func(name string) string {
		if v, ok := vars[name]; ok || name != "HOME" && name != "USERPROFILE" {
			return v
		}
		return home
	}
	s, err := setup.Read(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFlagsGoBeforeConfiguration(t *testing.T) {
	s := read(t, setup.Options{}, nil, "duration: 1h\nservice: arc\nkeep: true\nlinger: 1m\nnoReuse: true\n")
	flags := access.Request{Duration: 2 * time.Hour, Service: "air", Linger: 2 * time.Minute}
	for _, given := range []bool{false, true} {
		r := s.Request(flags, func(string) bool { return given })
		want := access.Request{Duration: time.Hour, Service: "arc", Keep: true, Linger: time.Minute, NoReuse: true}
		if given {
			want = flags
		}
		if r.Duration != want.Duration || r.Service != want.Service || r.Keep != want.Keep || r.Linger != want.Linger || r.NoReuse != want.NoReuse {
			t.Errorf("given %v: got %+v, want %+v", given, r, want)
		}
	}
}

func TestWhichProfile(t *testing.T) {
	const config = "profile: file\ncoverageType: g\n"
	vars := map[string]string{"NAPTER_CONNECT_PROFILE": "variable", "NAPTER_CONNECT_OTP": "1"}
	for _, c := range []struct {
		o                   setup.Options
		vars                map[string]string
		name, coverage, otp string
	}{
		{setup.Options{}, nil, "file", "g", ""},
		{setup.Options{}, vars, "variable", "g", "1"},
		{setup.Options{Profile: "flag", Coverage: "jp", OTP: "2"}, vars, "flag", "jp", "2"},
	} {
		p := read(t, c.o, c.vars, config).Profile()
		if p.Name != c.name || p.CoverageType != c.coverage || p.OTP != c.otp {
			t.Errorf("%+v with %v: got %q, %q and %q", c.o, c.vars, p.Name, p.CoverageType, p.OTP)
		}
	}
}
