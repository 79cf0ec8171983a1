package connect

import "testing"

func TestParseDestination(t *testing.T) {
	for text, want := range map[string]Destination{
		"my-pi":                {Target: "my-pi"},
		"pi@my-pi":             {User: "pi", Target: "my-pi"},
		"a@b@my-pi":            {User: "a@b", Target: "my-pi"},
		"my-pi:22":             {Target: "my-pi:22"}, // a name may have a colon
		"ssh://my-pi":          {Target: "my-pi"},
		"ssh://my-pi/":         {Target: "my-pi"},
		"ssh://pi@my-pi:2222":  {User: "pi", Target: "my-pi", Port: 2222},
		"ssh://pi@my-pi:2222/": {User: "pi", Target: "my-pi", Port: 2222},
		"ssh://ゲートウェイ１号:65535": {Target: "ゲートウェイ１号", Port: 65535},
	} {
		if got, err := ParseDestination(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"ssh://my-pi:", "ssh://my-pi:x", "ssh://my-pi:0", "ssh://my-pi:65536", "ssh://my-pi:22/path"} {
		if got, err := ParseDestination(bad); err == nil {
			t.Errorf("%s was taken: %+v", bad, got)
		}
	}
}
