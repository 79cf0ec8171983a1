package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/napter-connect/napter-connect/internal/message"
)

const full = `# the defaults of the flags
profile: field
coverageType: g
duration: 2h
source: [203.0.113.0/28, 198.51.100.7]
service: air
keep: true
linger: 30s
noReuse: true
noKeeper: true
noMux: true
predict: always
keeperIdle: 5m
sims:
  - name: "gw-*"
    tag: site=tokyo
    user: pi
    port: 50022
    identity: [~/.ssh/field, "C:\\keys\\field"]
    service: arc
    legacy: [ssh-rsa]
  - user: root
`

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	want := File{
		Profile: "field", CoverageType: "g", Duration: Duration(2 * time.Hour),
		Source: []string{"203.0.113.0/28", "198.51.100.7"}, Service: "air", Keep: true,
		Linger: Duration(30 * time.Second), NoReuse: true, NoKeeper: true, NoMux: true, Predict: "always", KeeperIdle: Duration(5 * time.Minute),
		SIMs: []Rule{
			{Name: "gw-*", Tag: "site=tokyo", User: "pi", Port: 50022,
				Identity: []string{"~/.ssh/field", `C:\keys\field`}, Service: "arc", Legacy: []string{"ssh-rsa"}},
			{User: "root"},
		},
	}
	got, err := Load(write(t, full), true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	out, err := yaml.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Load(write(t, string(out)), true)
	if err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("after a round trip: %s\n%s", diff, out)
	}
}

func TestLoadEmpty(t *testing.T) {
	for _, content := range []string{"", "\n", "# nothing\n", "---\n", "{}\n"} {
		got, err := Load(write(t, content), true)
		if err != nil || !cmp.Equal(got, File{}) {
			t.Errorf("%q: %+v, %v", content, got, err)
		}
	}
}

func TestLoadMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if _, err := Load(path, false); err != nil {
		t.Errorf("the default file is missing: %v", err)
	}
	_, err := Load(path, true)
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) || !strings.Contains(message.Hint(err).String(), "--config") {
		t.Errorf("a named file is missing: %v, hint %q", err, message.Hint(err).String())
	}
	if _, err := Load(t.TempDir(), false); err == nil {
		t.Error("a folder: no error")
	}
	if _, err := Load(write(t, strings.Repeat("#", maxFileSize+1)), false); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("a huge file: %v", err)
	}
}

func TestLoadFaults(t *testing.T) {
	for _, tc := range []struct{ content, message, hint string }{
		{"durration: 1h\n", `:1:1: unknown key "durration"`, "profile, coverageType, duration"},
		{"  durration: 1h\n", `:1:3: unknown key "durration"`, "profile, coverageType, duration"},
		{"sims:\n  - name: x\n    prot: 22\n", `:3:5: unknown key "prot"`, "known keys here: name, tag, user, port"},
		{"sims:\n- name: x\n  identities: []\n", `:3:3: unknown key "identities"`, "known keys here: name, tag, user, port"},
		{"keep: true\nkeep: false\n", `:2:1: mapping key "keep" already defined`, "correct"},
		{"keep: perhaps\n", ":1:7: this must be true or false", "correct"},
		{"sims:\n- port: ssh\n", ":2:9: this must be a number", "correct"},
		{"sims: {name: x}\n", ":1:7: mapping was used where sequence is expected", "correct"},
		{"- a\n", ":1:1: sequence was used where mapping is expected", "correct"},
		{"a: b: c\n", ":1:4: mapping value is not allowed", "correct"},
		{"profile: a\n---\nprofile: b\n", ": there is more than one YAML document", "---"},
		{"keep: false\nduration: long\n", ":2:11: not a duration; write it as 90m or 1h30m", "correct"},
		{"duration: [1h]\n", ":1:11: not a duration", "correct"},
		{"duration: 0s\n", ":1:11: duration 0s is out of range", "use 1s to 8h0m0s"},
		{"duration: 0\n", ":1:11: duration 0s is out of range", "use 1s to 8h0m0s"},
		{"duration: -1h\n", ":1:11: duration -1h0m0s is out of range", "use 1s to 8h0m0s"},
		{"duration: 8h1s\n", ":1:11: duration 8h0m1s is out of range", "use 1s to 8h0m0s"},
		{"linger: 9h\n", ":1:9: linger 9h0m0s is out of range", "use 0s to 8h0m0s"},
		{"keeperIdle: 0s\n", ":1:13: keeperIdle 0s is out of range", "use 1s"},
		{"coverageType: jpn\n", `:1:15: coverageType must be jp or g, not "jpn"`, "write jp or g"},
		{"predict: sometimes\n", `:1:10: predict must be auto, always or never, not "sometimes"`, "write auto, always or never"},
		{"service: lora\n", `:1:10: service must be air or arc, not "lora"`, "write air or arc"},
		{"source: [auto, 192.0.2.0/24]\n", ":1:10: auto cannot be combined with other ranges", "auto alone"},
		{"source:\n- 192.0.2.0/24\n- everything\n", `:3:3: "everything" is not a CIDR range`, "203.0.113.7/32"},
		{"source: [0.0.0.0/0]\n", `:1:10: "0.0.0.0/0" admits every address`, "your own network"},
		{"source: ['::1']\n", `:1:10: "::1" is not IPv4`, "203.0.113.7/32"},
		{"sims:\n- port: 1\n- port: 0\n", ":3:9: port 0 is out of range", "1 to 65535"},
		{"sims:\n- port: 70000\n", ":2:9: port 70000 is out of range", "1 to 65535"},
		{"sims:\n- service: x\n", ":2:12: service must be air or arc", "air or arc"},
		{"sims:\n- user: -oProxyCommand\n", `:2:9: "-oProxyCommand" can't be a user's name`, "correct"},
		{"sims:\n- user: \"a b\"\n", `:2:9: "a b" can't be a user's name`, "correct"},
		{"source: !tag\n00\n  -0\n", ": this is not valid YAML", "without tags"},
		{"sims:\n- tag: =x\n", `:2:8: tag "=x" has no key`, "key=value"},
	} {
		path := write(t, tc.content)
		_, err := Load(path, false)
		var fault *Error
		if !errors.As(err, &fault) {
			t.Errorf("%q: %v", tc.content, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), path+tc.message) || !strings.Contains(message.Hint(err).String(), tc.hint) {
			t.Errorf("%q:\n got %s\nhint %s", tc.content, err, message.Hint(err).String())
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: several lines: %s", tc.content, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(full)
	f.Add("a: &a [*a]\n")
	f.Add("<<: *x")
	f.Add("sims: [{port: 1}, ~, {}]")
	f.Fuzz(func(t *testing.T, content string) {
		file, err := parse([]byte(content))
		var fault *Error
		if err != nil && !errors.As(err, &fault) {
			t.Fatalf("%T %v", err, err)
		}
		if err == nil {
			file.For("name", nil)
		}
	})
}

func TestParseSource(t *testing.T) {
	for text, want := range map[string]string{
		"203.0.113.7":      "203.0.113.7/32",
		"203.0.113.7/32":   "203.0.113.7/32",
		"203.0.113.0/24":   "203.0.113.0/24",
		"127.0.0.1/32":     "",
		"10.0.0.0/8":       "",
		"192.168.1.7":      "",
		"100.64.0.0/10":    "",
		"240.0.0.0/4":      "",
		"128.0.0.0/1":      "128.0.0.0/1",
		"203.0.113.7/24":   "",
		"0.0.0.0/0":        "",
		"":                 "",
		"203.0.113.7/33":   "",
		"2001:db8::1":      "",
		"::ffff:192.0.2.1": "",
		"fe80::1%eth0":     "",
		" 203.0.113.7":     "",
	} {
		got, err := ParseSource(text)
		if (err != nil) != (want == "") || (err == nil && got.String() != want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		if err != nil && message.Hint(err).String() == "" {
			t.Errorf("%q: %v has no hint", text, err)
		}
	}
}
