package connect_test

import (
	"testing"

	"github.com/napter-connect/napter-connect/internal/connect"
)

func TestParseOpenTarget(t *testing.T) {
	type parts struct {
		name   string
		port   int
		scheme string
	}
	for text, want := range map[string]parts{
		"my-pi": {name: "my-pi"}, "my-pi:8080": {name: "my-pi", port: 8080},
		"my-pi:HTTPS": {name: "my-pi", scheme: "https"}, "a:b:rdp": {name: "a:b", scheme: "rdp"},
	} {
		var got parts
		var err error
		if got.name, got.port, got.scheme, err = connect.ParseOpenTarget(text); err != nil || got != want {
			t.Errorf("%q: got %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"my-pi:", "my-pi:0", "my-pi:65536", "my-pi:gopher"} {
		if name, _, _, err := connect.ParseOpenTarget(text); err == nil {
			t.Errorf("%q was taken, as the SIM %q", text, name)
		}
	}
}
