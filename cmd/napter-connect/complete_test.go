package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/completion"
	"github.com/napter-connect/napter-connect/internal/simcache"
)

// completionHome is a home with a list of SIMs and no way to the API.
func completionHome(t testing.TB, names ...string) (env []string) {
	t.Helper()
	home := t.TempDir()
	env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "USERPROFILE=" + home, "XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home,
		"XDG_CACHE_HOME=" + home, "SORACOM_PROFILE_DIR=" + home, "SORACOM_ENDPOINT=http://127.0.0.1:1", "LC_ALL=C.UTF-8",
		"GOCOVERDIR=" + os.Getenv("GOCOVERDIR"), "GORACE=" + quickExit,
	}
	dir := filepath.Join(home, "napter-connect")
	sims := make([]access.SIM, len(names))
	for i, name := range names {
		sims[i] = access.SIM{
			ID: fmt.Sprintf("898110000000%07d", i), IMSI: fmt.Sprintf("44010000%07d", i), Name: name, Status: "active",
		}
	}
	choice := simcache.Choice{ProfileDir: home, Endpoint: "http://127.0.0.1:1"}
	if err := simcache.Remember(dir, choice, "http://127.0.0.1:1", "OP1"); err != nil {
		t.Fatal(err)
	}
	if err := simcache.Open(dir, "http://127.0.0.1:1", "OP1").Save(sims, time.Now()); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		"default.json": "{}", "work.json": "{}",
		"napter-connect/config.yaml": "sims:\n  - name: x\n    port: 50022\n",
		"napter-connect/recent.json": `{"8981":{"port":8443,"at":"2026-01-01T00:00:00Z"}}`,
	} {
		if err := os.WriteFile(filepath.Join(home, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return env
}

// complete is what the program tells a shell, without descriptions.
func complete(t testing.TB, env []string, words ...string) []string {
	t.Helper()
	cmd := exec.Command("napter-connect", append([]string{"__complete"}, words...)...) // testscript puts it into PATH
	cmd.Env = env
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("completing %q: %v", words, err)
	}
	var list []string
	for line := range strings.Lines(string(out)) {
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !strings.HasPrefix(word, ":") {
			list = append(list, word)
		}
	}
	return list
}

func TestCompletionComesFromTheCache(t *testing.T) {
	env := completionHome(t, "gateway-001", "Gateway-002", "工場-温度計-03", "two words", "-rf", "evil\x1b[31m", "line\nbreak", "dup", "dup", "", "it's \"q\" $HOME", "a@b", `back\slash`)
	for _, c := range []struct {
		words []string
		want  []string
	}{
		{[]string{"ssh", "gate"}, []string{"Gateway-002", "gateway-001"}},
		{[]string{"ssh", "-p", "22", "pi@gate"}, []string{"pi@Gateway-002", "pi@gateway-001"}},
		{[]string{"ssh", "工"}, []string{"工場-温度計-03"}},
		{[]string{"ssh", "tw"}, []string{"two words"}},
		{[]string{"ssh", "it"}, []string{"it's \"q\" $HOME"}},
		{[]string{"ssh", "du"}, []string{"8981100000000000007", "8981100000000000008"}},
		{[]string{"ssh", "89811000000000000"}, []string{"898110000000000000" + "0", "8981100000000000001"}},
		{[]string{"ssh", "440100000000004"}, []string{"440100000000004"}},
		{[]string{"ssh", "nothing"}, nil},
		{[]string{"ssh", "gateway-001", "up"}, nil},
		{[]string{"sims", "gateway-"}, []string{"Gateway-002", "gateway-001"}},
		{[]string{"known-hosts", "forget", "gateway-001", "tw"}, []string{"two words"}},
		{[]string{"ssh", "--profile", ""}, []string{"default", "work"}},
		{[]string{"ssh", "-p", "5"}, []string{"22", "80", "443", "502", "1883", "3389", "5900", "8080", "8443", "50022"}},
		{[]string{"proxy", "gate"}, []string{"Gateway-002", "gateway-001"}},
		{[]string{"forward", "tw"}, []string{"two words"}},
		{[]string{"known-hosts", "lookup", "tw"}, []string{"two words"}},
		{[]string{"known-hosts", "lookup", "two words", "tw"}, nil},
		{[]string{"known-hosts", "li"}, []string{"list"}},
		{[]string{"keeper", "sta"}, []string{"status"}},
		{[]string{"completion", "po"}, []string{"powershell"}},
		{[]string{"proxy", "gateway-001", "30"}, []string{"22", "80", "443", "502", "1883", "3389", "5900", "8080", "8443", "50022"}},
		{[]string{"sims", "--coverage-type", ""}, []string{"jp", "g"}},
		{[]string{"ssh", "--service", ""}, []string{"air", "arc"}},
		{[]string{"audit", "gate"}, []string{"Gateway-002", "gateway-001"}},
		{[]string{"audit", "--event", "DE"}, []string{"CREATED", "DELETED", "EXPIRED", "ACCESS", "CONNECTED", "CLOSED", "DENIED", "REFUSED"}},
		{[]string{"doctor", "tw"}, []string{"two words"}},
		{[]string{"--profile", "other", "ssh", "gate"}, nil},
	} {
		got := complete(t, env, c.words...)
		if strings.HasPrefix(c.words[len(c.words)-1], "8981") {
			got = got[:min(2, len(got))]
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.words, got, c.want)
		}
	}
	all := complete(t, env, "ssh", "")
	for _, id := range []string{"8981100000000000004", "8981100000000000005", "8981100000000000006", "8981100000000000009", "8981100000000000011", "8981100000000000012"} {
		if !slices.Contains(all, id) {
			t.Errorf("a SIM without a name that can be typed is not offered by its ID: %q", all)
		}
	}
	if slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, "-") || strings.Contains(s, "\x1b") }) {
		t.Errorf("%q", all)
	}
}

// TestCompletionIsQuick measures the whole process, with 100,000 SIMs: a key press
// waits for it. On a machine with other work the time that the process had counts.
func TestCompletionIsQuick(t *testing.T) {
	if slowdown > 1 {
		t.Skip("the race detector is slow")
	}
	names := make([]string, 100_000)
	for i := range names {
		names[i] = fmt.Sprintf("gateway-%06d", i)
	}
	// Each choice has words in the person's language beside it.
	env := append(completionHome(t, names...), "LC_ALL=ja_JP.UTF-8")
	wall, cpu := time.Hour, time.Hour
	for range 20 {
		cmd := exec.Command("napter-connect", "__complete", "ssh", "gateway-00")
		cmd.Env = env
		start := time.Now()
		out, err := cmd.Output()
		wall = min(wall, time.Since(start))
		if err != nil || strings.Count(string(out), "オフライン") < completion.MaxSIMs {
			t.Fatalf("%v: %s", err, out)
		}
		cpu = min(cpu, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	t.Logf("%v, and %v of computing", wall, cpu)
	if min(wall, cpu) > 50*time.Millisecond {
		t.Errorf("completion takes %v, and %v of computing", wall, cpu)
	}
}
