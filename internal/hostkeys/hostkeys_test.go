package hostkeys

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/simcache"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
)

const (
	one, two = "8981100000000000001", "8981100000000000002"
	key      = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHq0VpJdBXVjVqLhlYYdI2mHpIVXO2KVJnN4eZ0mHh3c"
)

func trusted(t *testing.T) Keys {
	t.Helper()
	file := filepath.Join(t.TempDir(), "known_hosts")
	lines := "sim-" + one + " " + key + "\n[sim-" + one + "]:2222 " + key + "\nsim-" + two + " " + key + "\n"
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	sims := []access.SIM{{ID: one, Name: "gw", IMSI: "440100000000001"}, {ID: two, Name: "dup"}, {ID: "8981100000000000003", Name: "dup"}}
	return Keys{Store: knownhosts.OpenStore(file, nil), SIMs: simcache.List{SIMs: sims}, Debugf: t.Logf}
}

func TestLookup(t *testing.T) {
	keys := trusted(t)
	for target, want := range map[string]int{
		"gw": 2, "GW.napter": 2, "440100000000001": 2, one: 2, "sim-" + one: 2, "[sim-" + one + "]:2222": 1, two: 1,
	} {
		list, err := keys.Lookup(target)
		if err != nil || len(list) != want {
			t.Errorf("%s: %+v, %v; want %d keys", target, list, err, want)
		}
	}
	for target, want := range map[string]string{
		"dup": "2 SIMs have the name", "stranger": "no SIM is known", "8981100000000000003": "no host key",
	} {
		if list, err := keys.Lookup(target); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v; want an error with %q", target, list, err, want)
		}
	}
}

func TestForgetIsAllOrNothingForUnknownNames(t *testing.T) {
	keys := trusted(t)
	if err := keys.Forget(t.Context(), []string{"gw", "stranger"}, func(string, int) { t.Error("a key is gone") }); err == nil {
		t.Error("an unknown SIM is forgotten")
	}
	n := 0
	if err := keys.Forget(t.Context(), []string{"gw", two}, func(_ string, k int) { n += k }); err != nil || n != 3 {
		t.Errorf("%d keys are gone, %v", n, err)
	}
}

func TestOpenSSH(t *testing.T) {
	keys := trusted(t)
	for host, known := range map[string]bool{
		"gw": true, "gw.napter": true, "[gw]:2222": true, "[gw]:2223": false, "[gw.napter]:22": true,
		"dup": false, "stranger": false, "gw,evil": false, "g*": false, "|1|a|b": false,
	} {
		want := ""
		if known {
			want = host + " " + key + "\n"
		}
		if got, err := keys.OpenSSH(host); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", host, got, err, want)
		}
	}
}
