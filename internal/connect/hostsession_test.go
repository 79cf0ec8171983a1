package connect

import "testing"

func TestWantsTTY(t *testing.T) {
	for _, c := range []struct {
		flag              TTY
		config            string
		command, terminal bool
		want              bool
	}{
		{terminal: true, want: true},
		{},
		{command: true, terminal: true},
		{flag: "yes", command: true, terminal: true, want: true},
		{flag: "yes", command: true},
		{flag: "force", command: true, want: true},
		{flag: "no", terminal: true},
		{config: "yes", command: true, terminal: true, want: true},
		{config: "no", terminal: true},
		{config: "force", want: true},
		{config: "auto", command: true, terminal: true},
		{flag: "no", config: "force", terminal: true},
		{flag: "force", config: "no", want: true},
	} {
		if got := wantsTTY(c.flag, c.config, c.command, c.terminal); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
