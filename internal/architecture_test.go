// Package internal_test holds the packages to the order of docs/architecture.md.
package internal_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/napter-connect/napter-connect/"

// house has the packages from top to bottom; those of one row do not know each
// other. Imports run downward only.
var house = [][]string{
	{"cmd/napter-connect", "internal/tools"},
	{"internal/lineui", "internal/cli"},
	{"internal/tui", "internal/doctor", "internal/setup", "internal/demo"},
	{"internal/connect", "internal/opener", "internal/inventory", "internal/hostkeys", "internal/completion"},
	{"internal/keeper", "internal/sshmux", "internal/launch", "internal/simcache", "internal/console"},
	{"internal/access"},
	{"internal/lease", "internal/profile", "internal/sshconfig", "internal/daemon"},
	{"internal/client", "internal/sshclient", "internal/myip", "internal/simulator", "internal/config", "internal/i18n", "internal/table", "internal/buildinfo", "internal/environ"},
	{"internal/atomicfile", "internal/hostport", "internal/netfault", "internal/tsv", "internal/wait"},
	{"internal/message", "internal/safetext"},
}

// floor is how many of the last rows anybody may use.
const floor = 2

// knowNothing may import only the floor: whoever talks to the outside is
// independent of what we do with it.
var knowNothing = []string{"internal/client", "internal/sshclient", "internal/myip", "internal/simulator", "internal/config"}

// TestHouseIsDrawn: docs/architecture.md draws the rows as they are here.
func TestHouseIsDrawn(t *testing.T) {
	var rows []string
	for _, packages := range house {
		rows = append(rows, strings.ReplaceAll(strings.Join(packages, "  "), "internal/", ""))
	}
	if drawing := strings.Join(rows, "\n"); !strings.Contains(architecture(t), "```\n"+drawing+"\n```") {
		t.Errorf("docs/architecture.md does not draw\n%s", drawing)
	}
}

// TestDocumentNamesFiles: the files that docs/architecture.md names are there, with
// the functions that it names with them.
func TestDocumentNamesFiles(t *testing.T) {
	named := regexp.MustCompile("`((?:internal|cmd)/[^`]+)`(?: \\(`([\\w.]+)`\\))?").FindAllStringSubmatch(architecture(t), -1)
	if len(named) < 20 {
		t.Fatalf("only %d names", len(named))
	}
	for _, n := range named {
		path := filepath.Join("..", filepath.FromSlash(n[1]))
		info, err := os.Stat(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if n[2] == "" || info.IsDir() {
			continue
		}
		code, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		method := n[2][strings.LastIndexByte(n[2], '.')+1:]
		if !regexp.MustCompile(`(?m)^func (\([^)]*\) )?` + method + `\(`).Match(code) {
			t.Errorf("%s has no function %s", n[1], n[2])
		}
	}
}

func architecture(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestImportsRunDownward(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		from := strings.TrimPrefix(fields[0], module)
		for _, imported := range fields[1:] {
			to, ours := strings.CutPrefix(imported, module)
			if !ours || room(from) == room(to) || testKit(from) {
				continue
			}
			switch {
			case testKit(to):
				t.Errorf("%s imports %s, which is for tests", from, to)
			case row(from) < 0 || row(to) < 0:
				t.Errorf("%s imports %s: give both a place in the house", from, to)
			case row(from) >= row(to):
				t.Errorf("%s imports %s, which is not below it", from, to)
			case slices.Contains(knowNothing, room(from)) && row(to) < len(house)-floor:
				t.Errorf("%s imports %s: it has to know nobody", from, to)
			}
		}
	}
}

// testKit reports whether a package exists for tests alone.
func testKit(path string) bool { return strings.HasSuffix(path, "test") }

// room is the package of the house that a path belongs to: itself, or the one
// that it is a part of.
func room(path string) string {
	for _, packages := range house {
		for _, p := range packages {
			if path == p || strings.HasPrefix(path, p+"/") {
				return p
			}
		}
	}
	return path
}

func row(path string) int {
	return slices.IndexFunc(house, func(packages []string) bool { return slices.Contains(packages, room(path)) })
}
