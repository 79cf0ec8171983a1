package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/netip"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

type scriptCommand = func(ts *testscript.TestScript, neg bool, args []string)

// scriptCommands are what scripts have beside testscript's own commands.
func scriptCommands() map[string]scriptCommand {
	plain := func(f func(*testscript.TestScript, *simulator.Simulator, []string)) scriptCommand {
		return func(ts *testscript.TestScript, neg bool, args []string) {
			if neg {
				ts.Fatalf("this command can't be negated")
			}
			f(ts, ts.Value(simulatorKey{}).(*simulator.Simulator), args)
		}
	}
	return map[string]scriptCommand{
		"status":    plain(scriptStatus),    // status N COMMAND...: it exits with N
		"refused":   plain(scriptRefused),   // refused N COMMAND...: it says cause and hint, and leaves nothing
		"languages": plain(scriptLanguages), // languages N COMMAND...: as refused, in English and in Japanese
		"mappings":  plain(scriptMappings),  // mappings N: that many are open
		"requests":  plain(scriptRequests),  // requests OPERATION N: it was called so often since the last look
		"mode":      plain(scriptMode),      // mode FILE OCTAL
		"fault":     plain(scriptFault),     // fault [op=NAME] [status=N] [delay=D] ...: an operation goes wrong
		"ipservice": plain(scriptIPService), // ipservice N|all TEXT|status=N|down|hang
		"api":       plain(scriptAPI),       // api up|down
		"sim":       plain(scriptSIM),       // sim NAME offline|never
		"port":      plain(scriptPort),      // port NAME N: nothing listens there
		"foreign":   plain(scriptForeign),   // foreign NAME PORT: somebody else's mapping
		"orphan":    plain(scriptOrphan),    // orphan: the oldest mapping's address as $ORPHAN
		"tokens":    plain(scriptTokens),    // tokens N: that many are valid; tokens revoke
	}
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}

func scriptStatus(ts *testscript.TestScript, _ *simulator.Simulator, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if want := number(ts, args[0]); got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

var twoLines = regexp.MustCompile(`\Anapter-connect: [^\n]+\nhint: [^\n]+\n\z`)

func scriptRefused(ts *testscript.TestScript, sim *simulator.Simulator, args []string) {
	scriptStatus(ts, sim, args)
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("stdout should be empty, and is %q", out)
	}
	if text := ts.ReadFile("stderr"); !twoLines.MatchString(text) {
		ts.Fatalf("not one line of cause and one of hint:\n%s", text)
	}
	scriptMappings(ts, sim, []string{"0"})
}

// scriptLanguages runs a command that fails in English, and in Japanese as the
// environment and as --lang want it. What it said last is the script's stderr.
func scriptLanguages(ts *testscript.TestScript, sim *simulator.Simulator, args []string) {
	before := ts.Getenv("LC_ALL")
	defer ts.Setenv("LC_ALL", before)
	ts.Setenv("LC_ALL", "C")
	scriptStatus(ts, sim, args)
	if problem := notTold(ts.ReadFile("stderr"), "hint: ", false); problem != "" {
		ts.Fatalf("in English: %s", problem)
	}
	flagged := slices.Insert(slices.Clone(args), 2, "--lang", "ja")
	scriptStatus(ts, sim, flagged)
	if problem := notTold(ts.ReadFile("stderr"), "ヒント: ", true); problem != "" {
		ts.Fatalf("with --lang ja: %s", problem)
	}
	ts.Setenv("LC_ALL", "ja_JP.UTF-8")
	scriptStatus(ts, sim, args)
	if problem := notTold(ts.ReadFile("stderr"), "ヒント: ", true); problem != "" {
		ts.Fatalf("with LC_ALL=ja_JP.UTF-8: %s", problem)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("stdout should be empty, and is %q", out)
	}
	scriptMappings(ts, sim, []string{"0"})
}

// englishWords are those that hardly any English sentence does without, and that
// are no part of a command.
var (
	englishWords = regexp.MustCompile(`(?i)(^|[\s(])(a|an|the|is|are|was|has|have|not|of|to|and|or|that|this|with|it|for|by|from|give|check)([\s).;,]|$)`)
	quoted       = regexp.MustCompile(`"[^"]*"`)
)

// notTold says what is wrong with a cause and its hint in a language.
func notTold(text, head string, japanese bool) string {
	indent := strings.Repeat(" ", ansi.StringWidth(head))
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 2 {
		return fmt.Sprintf("no cause and hint: %q", text)
	}
	for i, line := range lines {
		begin := indent
		if i < 2 {
			begin = []string{"napter-connect: ", head}[i]
		}
		said, ok := strings.CutPrefix(line, begin)
		switch {
		case !ok || said == "" || said[0] == ' ':
			return fmt.Sprintf("line %d does not begin with %q: %q", i+1, begin, line)
		case strings.ContainsFunc(said, isJapanese) != japanese:
			return fmt.Sprintf("the other language in %q", line)
		case japanese && englishWords.MatchString(quoted.ReplaceAllString(said, "")):
			return fmt.Sprintf("English in %q", line)
		}
	}
	return ""
}

func isJapanese(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }

func scriptMappings(ts *testscript.TestScript, sim *simulator.Simulator, args []string) {
	if open := sim.Mappings(); len(open) != number(ts, args[0]) {
		ts.Fatalf("%d mappings are open, want %s: %+v", len(open), args[0], open)
	}
}

func scriptRequests(ts *testscript.TestScript, sim *simulator.Simulator, args []string) {
	if got := sim.Count(args[0]); got != number(ts, args[1]) {
		ts.Fatalf("%s was called %d times, want %s", args[0], got, args[1])
	}
	sim.ResetRequests()
}

func scriptMode(ts *testscript.TestScript, _ *simulator.Simulator, args []string) {
	want, err := strconv.ParseUint(args[1], 8, 32)
	ts.Check(err)
	ts.Check(checkMode(ts.MkAbs(args[0]), 0o777&fs.FileMode(want)))
}

func scriptFault(ts *testscript.TestScript, sim *simulator.Simulator, args []string) {
	var f simulator.Fault
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "op":
			f.Operation = value
		case "status":
			f.Status = number(ts, value)
		case "code":
			f.Code = value
		case "message":
			f.Message = value
		case "times":
			f.Times = number(ts, value)
		case "delay":
			d, err := time.ParseDuration(value)
			ts.Check(err)
			f.Delay = d
		case "html":
			f.Status, f.ContentType, f.Body = http.StatusOK, "text/html", "<html><body>Sign in to the hotel's network</body></html>"
		case "body":
			f.Status, f.Body = http.StatusOK, value
		case "truncate":
			f.Truncate = true
		case "drop":
			f.Drop = true
		case "hang":
			f.Hang = true
		case "commit-then-drop":
			f.CommitThenDrop = true
		default:
			ts.Fatalf("there is no fault %q", arg)
		}
	}
	sim.Inject(f)
}

func scriptIPService(ts *testscript.TestScript, sim *simulator.Simulator, args []string) {
	places := []int{0, 1, 2, 3}
	if args[0] != "all" {
		places = []int{number(ts, args[0])}
	}
	for _, i := range places {
		switch kind, value, _ := strings.Cut(args[1], "="); kind {
		case "down":
			ts.Check(sim.SetIPServiceUnreachable(i, true))
		case "hang":
			sim.SetIPService(i, simulator.IPAnswer{Hang: true})
		case "status":
			sim.SetIPService(i, simulator.IPAnswer{Status: number(ts, value), Text: "try later"})
		default:
			sim.SetIPService(i, simulator.IPAnswer{Text: args[1]})
		}
	}
}

func scriptAPI(ts *testscript.TestScript, sim *simulator.Simulator, args []string) {
	ts.Check(sim.SetUnreachable(args[0] == "down"))
}

func simNamed(ts *testscript.TestScript, sim *simulator.Simulator, name string) simulator.SIM {
	s, ok := sim.SIMByName(name)
	if !ok {
		ts.Fatalf("there is no SIM %q", name)
	}
	return s
}

func scriptSIM(ts *testscript.TestScript, sim *simulator.Simulator, args []string) {
	ts.Check(sim.UpdateSIM(simNamed(ts, sim, args[0]).ID, func(s *simulator.SIM) {
		s.Online, s.Connected = false, sim.Now().Add(-3*time.Hour)
		if args[1] == "never" {
			s.Connected = time.Time{}
		}
	}))
}

func scriptPort(ts *testscript.TestScript, sim *simulator.Simulator, args []string) {
	sim.SetDevicePort(simNamed(ts, sim, args[0]).ID, number(ts, args[1]), nil)
}

func scriptForeign(ts *testscript.TestScript, sim *simulator.Simulator, args []string) {
	_, err := sim.AddMapping(simulator.MappingSpec{SimID: simNamed(ts, sim, args[0]).ID, DevicePort: number(ts, args[1])})
	ts.Check(err)
}

func scriptOrphan(ts *testscript.TestScript, sim *simulator.Simulator, _ []string) {
	open := sim.Mappings()
	if len(open) == 0 {
		ts.Fatalf("no mapping is open")
	}
	ts.Setenv("ORPHAN", netip.AddrPortFrom(open[0].IP, uint16(open[0].Port)).String())
}

func scriptTokens(ts *testscript.TestScript, sim *simulator.Simulator, args []string) {
	if args[0] == "revoke" {
		sim.RevokeTokens()
		return
	}
	if got := sim.Tokens(); got != number(ts, args[0]) {
		ts.Fatalf("%d tokens are valid, want %s", got, args[0])
	}
}
